//! Probes: each hook is fed a real event, and its answer shows whether it works. `install` and `doctor` use them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Exit, Failure};

const PROBES: &str = include_str!("../../../hooks-config/probes.json");

/// How long a hook may take before it counts as hanging.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// One hook's probe: an event that a working hook answers in a known way.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) event: Value,
    /// `deny`, `context`, `recorded` or `any`.
    pub(crate) expect: String,
}

impl Probe {
    /// The probe of this hook; there is one for each.
    pub(crate) fn of(hook: &str) -> Result<Self, Failure> {
        let probes: Vec<Value> = serde_json::from_str(PROBES)
            .map_err(|error| Failure::Unreadable(format!("hooks-config/probes.json: {error}")))?;
        let named = |probe: &&Value| probe.get("hook").and_then(Value::as_str) == Some(hook);
        let Some(probe) = probes.iter().find(named) else {
            return Err(Failure::Unreadable(format!("hooks-config/probes.json has no probe for {hook}")));
        };
        Ok(Self {
            event: with_secret(probe.get("event").unwrap_or(&Value::Null)),
            expect: probe.get("expect").and_then(Value::as_str).unwrap_or_default().to_string(),
        })
    }

    /// The name of its event.
    pub(crate) fn kind(&self) -> &str {
        self.event.get("hook_event_name").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Feeds each hook its probe and prints what it answered; `Findings` where one did not answer as it should.
///
/// The probes run with a state folder of their own, so that the real log holds no made-up events.
pub(crate) fn prove(hooks: &Path, names: &[&str], home: &Path, out: &mut dyn Write) -> Result<Exit, Failure> {
    let state = tempfile::tempdir()?;
    let mut result = Exit::Clean;
    for name in names {
        let probe = Probe::of(name)?;
        let mut command = Command::new(hooks.join(name));
        command.env_clear().env("HOME", home).env("XDG_STATE_HOME", state.path());
        let said = ask(&mut command, &probe.event)?;
        let holds = said.is_as(&probe.expect, state.path());
        if !holds {
            result = Exit::Findings;
        }
        let what = probe.event.get("tool_name").or_else(|| probe.event.get("source"));
        writeln!(
            out,
            "{} {name}: {} {} -> {}",
            if holds { "ok  " } else { "FAIL" },
            probe.kind(),
            what.and_then(Value::as_str).unwrap_or_default(),
            said.summary()
        )?;
    }
    Ok(result)
}

/// What a program answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// Whether this is what the probe expects; `state` is the state folder's parent the hook ran with.
    pub(crate) fn is_as(&self, expected: &str, state: &Path) -> bool {
        let answer: Value = serde_json::from_str(&self.stdout).unwrap_or_default();
        let specific = answer.get("hookSpecificOutput");
        let decision =
            specific.and_then(|specific| specific.get("permissionDecision")).and_then(Value::as_str);
        self.exit == Some(0)
            && match expected {
                "deny" => decision == Some("deny"),
                "context" => specific.and_then(|specific| specific.get("additionalContext")).is_some(),
                "recorded" => has_files(&state.join("claude-governance/log")),
                _ => true,
            }
    }

    /// Its first words, for one line.
    pub(crate) fn summary(&self) -> String {
        let text = if self.stdout.trim().is_empty() { &self.stderr } else { &self.stdout };
        let line = text.trim().replace('\n', " ");
        let shown = if line.is_empty() { "silent".to_string() } else { line.chars().take(200).collect() };
        match self.exit {
            Some(0) => shown,
            Some(code) => format!("exit {code}: {shown}"),
            None => format!("ended by a signal: {shown}"),
        }
    }
}

fn has_files(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Runs a program with an event on its stdin. One that takes too long is ended.
pub(crate) fn ask(command: &mut Command, event: &Value) -> Result<Said, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| Failure::Unreadable(format!("{program}: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // A program that ends without reading breaks the pipe; its exit code says the rest.
        drop(input.write_all(event.to_string().as_bytes()));
    }
    let started = Instant::now();
    while child.try_wait().map_err(failed)?.is_none() {
        if started.elapsed() > TIME_LIMIT {
            child.kill().map_err(failed)?;
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok(Said {
        exit: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The probes hold no secret themselves, so that no scanner trips over this repository: one is put together here.
fn with_secret(event: &Value) -> Value {
    let secret = ["AKIA", "Z7Q2M4KX", "W6JB3NTP"].concat();
    let text = event.to_string().replace("{secret}", &secret);
    serde_json::from_str(&text).unwrap_or_default()
}
