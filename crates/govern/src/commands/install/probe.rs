//! The proof at the end of an installation: each installed binary is fed a real event, and its answer is printed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Exit, Failure};

const PROBES: &str = include_str!("../../../../../hooks-config/probes.json");

/// Feeds each hook its probe and prints what it answered; `Findings` where one did not answer as it should.
///
/// The probes run with a state folder of their own, so that the real log holds no made-up events.
pub(super) fn prove(hooks: &Path, names: &[&str], home: &Path, out: &mut dyn Write) -> Result<Exit, Failure> {
    let state = tempfile::tempdir()?;
    let probes: Vec<Value> = serde_json::from_str(PROBES)
        .map_err(|error| Failure::Unreadable(format!("hooks-config/probes.json: {error}")))?;
    let mut result = Exit::Clean;
    for name in names {
        let Some(probe) = probes.iter().find(|probe| probe.get("hook").and_then(Value::as_str) == Some(name))
        else {
            return Err(Failure::Unreadable(format!("hooks-config/probes.json has no probe for {name}")));
        };
        let event = with_secret(probe.get("event").unwrap_or(&Value::Null));
        let expected = probe.get("expect").and_then(Value::as_str).unwrap_or_default();
        let said = ask(&hooks.join(name), &event, home, state.path())?;
        let holds = answers(&said, expected, state.path());
        if !holds {
            result = Exit::Findings;
        }
        let what = event
            .get("tool_name")
            .or_else(|| event.get("source"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        writeln!(
            out,
            "{} {name}: {} {what} -> {}",
            if holds { "ok  " } else { "FAIL" },
            event.get("hook_event_name").and_then(Value::as_str).unwrap_or_default(),
            said.summary()
        )?;
    }
    Ok(result)
}

/// What a binary answered.
struct Said {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    fn summary(&self) -> String {
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

fn answers(said: &Said, expected: &str, state: &Path) -> bool {
    let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
    let specific = answer.get("hookSpecificOutput");
    let decision = specific.and_then(|specific| specific.get("permissionDecision")).and_then(Value::as_str);
    said.exit == Some(0)
        && match expected {
            "deny" => decision == Some("deny"),
            "context" => specific.and_then(|specific| specific.get("additionalContext")).is_some(),
            "recorded" => has_files(&state.join("claude-governance/log")),
            _ => true,
        }
}

fn has_files(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

fn ask(binary: &Path, event: &Value, home: &Path, state: &Path) -> Result<Said, Failure> {
    let failed = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", binary.display()));
    let mut child = Command::new(binary)
        .env_clear()
        .env("HOME", home)
        .env("XDG_STATE_HOME", state)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(event.to_string().as_bytes()).map_err(failed)?;
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
