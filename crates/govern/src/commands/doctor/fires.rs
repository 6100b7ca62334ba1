//! Whether each hook fires: the command line of the settings, run on an event as the client would send it.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use claude_config::settings::{HookCommand, Launch, Settings, Source};
use hook_core::Mode;
use hook_core::policy::HOOK_NAMES;
use serde_json::{Value, json};

use super::{Check, Patient, good, notice, problem, word};
use crate::probe::{Probe, Said, ask};
use crate::{Failure, registry};

/// The launcher of a project; it runs the user's installed hook of that name.
const LAUNCHER: &str = "run-hook.sh";

/// Where the binaries of a managed installation live.
const MACHINE: &str = crate::commands::install::MACHINE_BINARIES;

/// Runs every hook of ours that is in force, on its own event with its probe, on every other with a quiet one.
pub(super) fn checks(patient: &Patient) -> Result<Vec<Check>, Failure> {
    let state = tempfile::tempdir()?;
    let mut seen = BTreeSet::new();
    let mut checks: Vec<Check> = doubled(patient).into_iter().collect();
    let mut proved: Vec<(String, usize)> = Vec::new();
    for settings in &patient.settings {
        for hook in settings.hooks() {
            if let Some(check) = unable(patient, &hook) {
                if seen.insert(check.what.clone()) {
                    checks.push(check);
                }
                continue;
            }
            let Some(name) = ours(&hook.launch) else { continue };
            match fire(patient, &hook, &name, state.path())? {
                None => match proved.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, count)) => *count += 1,
                    None => proved.push((name, 1)),
                },
                Some(check) if seen.insert(check.what.clone()) => checks.push(check),
                Some(_) => {}
            }
        }
    }
    for (name, count) in proved {
        if checks.iter().all(|check| !check.what.starts_with(&format!("{name}:"))) {
            checks.push(good("hooks", format!("{name}: fires and answers as it should, {count} handlers")));
        }
    }
    Ok(checks)
}

/// A user's own wiring beside the machine's: every event is then judged twice.
fn doubled(patient: &Patient) -> Option<Check> {
    let wires = |source: Source| {
        let own = patient.settings.iter().filter(move |settings| settings.source == source);
        own.flat_map(Settings::hooks).any(|hook| ours(&hook.launch).is_some())
    };
    (wires(Source::User) && wires(Source::Managed)).then(|| {
        let text = "wired by the machine and by this user: every event is judged twice";
        notice("hooks", text, "govern install --uninstall")
    })
}

/// The hook of ours a handler runs, by its own name or through the launcher.
pub(super) fn ours(launch: &Launch) -> Option<String> {
    let words: Vec<&str> = match launch {
        Launch::Exec { command, args } => {
            std::iter::once(command.as_str()).chain(args.iter().map(String::as_str)).collect()
        }
        Launch::Shell { line } => {
            line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect()
        }
        Launch::Other { .. } => return None,
    };
    let first = words.first()?.rsplit('/').next()?;
    let name = if first == LAUNCHER { words.get(1)? } else { first };
    HOOK_NAMES.contains(&name).then(|| name.to_string())
}

/// A hook whose program is not there or cannot be run.
fn unable(patient: &Patient, hook: &HookCommand) -> Option<Check> {
    let places = &patient.places;
    let program = hook.program(&places.start.to_string_lossy(), &places.home.to_string_lossy())?;
    if !program.contains('/') {
        return None;
    }
    let path = places.start.join(&program);
    let name = ours(&hook.launch).unwrap_or_else(|| program.clone());
    let consequence = if hook.blocks_on_failure {
        "every call it guards is refused"
    } else {
        "its calls go through unseen"
    };
    let Ok(metadata) = std::fs::metadata(&path) else {
        let mend = match ours(&hook.launch) {
            Some(_) if program.ends_with(LAUNCHER) => {
                format!("govern init {}", patient.tier.unwrap_or(hook_core::Tier::Standard))
            }
            Some(_) if program.starts_with(MACHINE) => format!("sudo {} --target managed", patient.install()),
            Some(_) => patient.install(),
            None => format!("govern audit --explain HOOK-2   # {} is not a hook of ours", word(&path)),
        };
        return Some(problem("hooks", format!("{name}: {} is missing; {consequence}", path.display()), mend));
    };
    (!metadata.is_file() || metadata.permissions().mode() & 0o111 == 0).then(|| {
        problem(
            "hooks",
            format!("{name}: {} is not executable; {consequence}", path.display()),
            format!("chmod +x {}", word(&path)),
        )
    })
}

/// Runs one handler; `None` where it did as it should.
fn fire(patient: &Patient, hook: &HookCommand, name: &str, state: &Path) -> Result<Option<Check>, Failure> {
    let Some(registered) = registry::hook(name) else { return Ok(None) };
    let mode = match patient.policy(registered) {
        Ok(policy) => policy.hook_mode(),
        Err(error) => return Ok(Some(problem("hooks", format!("{name}: {error}"), "govern policy check"))),
    };
    let probe = Probe::of(name)?;
    let own = probe.kind() == hook.event;
    let event = if own { at_home(&probe.event, patient) } else { quiet(&hook.event, patient) };
    let said = match ask(&mut command(patient, hook, state), &event) {
        Ok(said) => said,
        Err(error) => {
            return Ok(Some(problem("hooks", format!("{name}: does not start: {error}"), patient.install())));
        }
    };
    let wrong = |said: &Said| {
        let line = said.summary();
        Some(problem("hooks", format!("{name}: answers {} with {line}", hook.event), patient.install()))
    };
    if deferred(patient, hook, name, &said) {
        return Ok(None);
    }
    if !own || mode != Mode::Enforce {
        let spoke = said.stdout.trim().is_empty() || serde_json::from_str::<Value>(&said.stdout).is_ok();
        if said.exit != Some(0) || !spoke {
            return Ok(wrong(&said));
        }
        return Ok((own && mode != Mode::Enforce).then(|| {
            let text = format!("{name}: fires, in mode {}: it stops nothing", mode.name());
            notice("hooks", text, "govern policy show --origin")
        }));
    }
    Ok(if said.is_as(&probe.expect, state) { None } else { wrong(&said) })
}

/// The launcher is silent where the user's own settings run the hook already, so that it does not run twice.
fn deferred(patient: &Patient, hook: &HookCommand, name: &str, said: &Said) -> bool {
    let launched = matches!(&hook.launch, Launch::Exec { command, .. } if command.ends_with(LAUNCHER));
    let by_user = patient.settings.iter().flat_map(Settings::hooks).any(|other| {
        other.event == hook.event
            && ours(&other.launch).as_deref() == Some(name)
            && !matches!(&other.launch, Launch::Exec { command, .. } if command.ends_with(LAUNCHER))
    });
    launched && by_user && said.exit == Some(0) && said.stdout.trim().is_empty()
}

/// The handler's command as the client starts it, with the state folder moved away.
fn command(patient: &Patient, hook: &HookCommand, state: &Path) -> Command {
    let project = patient.places.start.to_string_lossy().into_owned();
    let filled = |text: &str| text.replace("${CLAUDE_PROJECT_DIR}", &project);
    let mut command = match &hook.launch {
        Launch::Exec { command, args } => {
            let mut built = Command::new(filled(command));
            built.args(args.iter().map(|argument| filled(argument)));
            built
        }
        Launch::Shell { line } => {
            let mut built = Command::new("/bin/sh");
            built.args(["-c", line]);
            built
        }
        Launch::Other { .. } => Command::new("/bin/false"),
    };
    command
        .env_clear()
        .env("HOME", &patient.places.home)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("CLAUDE_PROJECT_DIR", &project)
        .env("XDG_STATE_HOME", state)
        .current_dir(&patient.places.start);
    command
}

/// The probe, as if it came from a session started here.
fn at_home(event: &Value, patient: &Patient) -> Value {
    let mut event = event.clone();
    if let Some(fields) = event.as_object_mut() {
        fields.insert("cwd".into(), patient.places.start.to_string_lossy().into());
    }
    event
}

/// An event of this kind that no hook has anything to say about.
fn quiet(kind: &str, patient: &Patient) -> Value {
    let start = patient.places.start.to_string_lossy();
    let mut event = json!({ "hook_event_name": kind, "session_id": "probe", "cwd": start });
    let more = match kind {
        "PreToolUse" | "PermissionRequest" | "PermissionDenied" => json!({
            "tool_name": "Bash", "tool_use_id": "probe", "tool_input": { "command": "true" }, "reason": "probe"
        }),
        "PostToolUse" => json!({
            "tool_name": "Bash", "tool_use_id": "probe", "tool_input": { "command": "true" },
            "tool_response": { "stdout": "", "stderr": "", "interrupted": false, "isImage": false }
        }),
        "PostToolUseFailure" => json!({
            "tool_name": "Bash", "tool_use_id": "probe", "tool_input": { "command": "false" }, "error": "exit 1"
        }),
        "PostToolBatch" => json!({ "tool_calls": [] }),
        "UserPromptSubmit" | "UserPromptExpansion" => json!({ "prompt": "Hello." }),
        "SessionStart" => json!({ "source": "startup" }),
        "ConfigChange" => json!({ "source": "skills" }),
        "SessionEnd" => json!({ "reason": "other" }),
        _ => json!({}),
    };
    if let (Some(fields), Value::Object(more)) = (event.as_object_mut(), more) {
        fields.extend(more);
    }
    event
}
