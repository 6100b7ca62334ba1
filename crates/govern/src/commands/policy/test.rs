//! `govern policy test`: a policy carries its own cases, and they must hold under the policy in force.
//!
//! A case is `{"name", "event": {...} | "tool": "Bash", "input": {...}, "expect": "deny|ask|pass|...", "hook"?, "rule"?}`.

use hook_core::{Event, files as core_files};
use serde_json::{Map, Value};

use super::files;
use crate::simulate::{Memory, Said, Simulation};
use crate::{Exit, Failure, Io};

pub(super) fn run(named: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let simulation = Simulation::new(io, Some(io.cwd.clone()), Memory::Lasting)?;
    let (mut passed, mut failed) = (0, 0);
    for (_, file) in files(named, io) {
        let text = core_files::read_bounded(&file, hook_core::policy::MAX_POLICY_BYTES)?.unwrap_or_default();
        let policy: Value = serde_json::from_slice(&text)
            .map_err(|error| Failure::Usage(format!("{}: not JSON: {error}", file.display())))?;
        for (index, case) in policy.get("tests").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let name = case
                .get("name")
                .and_then(Value::as_str)
                .map_or_else(|| format!("tests[{index}]"), str::to_string);
            match check(case, &simulation, io) {
                Ok(()) => passed += 1,
                Err(problem) => {
                    failed += 1;
                    writeln!(io.out, "{}: {name}: {problem}", file.display())?;
                }
            }
        }
    }
    writeln!(io.out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Exit::Clean } else { Exit::Findings })
}

fn check(case: &Value, simulation: &Simulation, io: &Io<'_>) -> Result<(), String> {
    let text = |key: &str| case.get(key).and_then(Value::as_str);
    let expected = text("expect").ok_or("no `expect`")?;
    let event = event(case, io)?;
    let said = simulation.ask_all(&event);
    let mut answers = Vec::new();
    for one in said.iter().filter(|one| text("hook").is_none_or(|hook| hook == one.hook.name)) {
        let considered = one.answer.as_ref().map_err(|error| format!("{}: {error}", one.hook.name))?;
        answers.push((one, considered.applied.name()));
    }
    let found = answers.iter().find(|(_, name)| *name == expected);
    match (expected, found) {
        ("pass", _) => match answers.iter().find(|(_, name)| *name != "pass") {
            None => Ok(()),
            Some((one, name)) => Err(format!("expected pass, {} says {name}", one.hook.name)),
        },
        (_, Some((one, _))) => named_rule(one, text("rule")),
        (_, None) => Err(format!(
            "expected {expected}, got {}",
            answers
                .iter()
                .map(|(one, name)| format!("{} {name}", one.hook.name))
                .collect::<Vec<_>>()
                .join(", ")
        )),
    }
}

fn named_rule(said: &Said, expected: Option<&str>) -> Result<(), String> {
    let (Some(expected), Ok(considered)) = (expected, &said.answer) else {
        return Ok(());
    };
    let reason = considered.applied.verdict.reason().map(hook_core::Reason::rule);
    let findings = considered.wanted.findings.iter().map(|finding| finding.rule.as_str());
    if reason.into_iter().chain(findings).any(|rule| rule == expected) {
        return Ok(());
    }
    Err(format!("expected rule {expected}, {} named {}", said.hook.name, reason.unwrap_or("none")))
}

fn event(case: &Value, io: &Io<'_>) -> Result<Event, String> {
    let value = if let Some(event) = case.get("event") {
        event.clone()
    } else {
        let mut event = Map::new();
        event.insert("hook_event_name".into(), "PreToolUse".into());
        event.insert("session_id".into(), "policy-test".into());
        event.insert("cwd".into(), io.cwd.to_string_lossy().into());
        event.insert("tool_name".into(), case.get("tool").cloned().unwrap_or_default());
        event.insert("tool_input".into(), case.get("input").cloned().unwrap_or_default());
        Value::Object(event)
    };
    Event::from_value(value, 0).map_err(|error| error.to_string())
}
