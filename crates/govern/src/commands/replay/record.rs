//! The audit log as a past to replay: calls as far as it holds them, and what was decided then.

use std::path::Path;

use chrono::{DateTime, Utc};
use hook_core::Event;
use ledger::Record;
use serde_json::{Map, Value};

use super::totals::Verdict;
use crate::Failure;
use crate::commands::log::scan::{Filter, scan};

/// What one record of the log is to a replay.
pub(super) enum Past {
    /// A call that was about to run.
    Call(Option<DateTime<Utc>>, Box<Event>),
    /// What a hook decided then.
    Decided(Verdict),
    /// A call whose command or path was too long to be recorded whole.
    Cut,
}

/// Calls `visit` with every call and decision of the log, oldest first.
pub(super) fn each(log: &Path, visit: &mut dyn FnMut(Past) -> Result<(), Failure>) -> Result<(), Failure> {
    let wanted = |record: &Record| matches!(text(record, "type"), "activity" | "decision");
    let filter = Filter { since: None, until: None, needles: vec![b"\"session\"".to_vec()], wanted: &wanted };
    scan(log, &filter, &mut |record, _| {
        if let Some(past) = past(&record) {
            visit(past)?;
        }
        Ok(true)
    })
}

fn past(record: &Record) -> Option<Past> {
    if text(record, "type") == "decision" {
        let first = record.get("findings").and_then(|findings| findings.get(0));
        let finding = first.and_then(|finding| finding.get("rule")).and_then(Value::as_str);
        let rule = Some(text(record, "rule")).filter(|rule| !rule.is_empty()).or(finding);
        return Some(Past::Decided(Verdict {
            hook: text(record, "hook").into(),
            decision: text(record, "decision").into(),
            rule: rule.unwrap_or("-").into(),
            mode: text(record, "mode").into(),
        }));
    }
    if text(record, "event") != "PreToolUse" {
        return None;
    }
    if ["command_len", "path_len", "url_len"].iter().any(|key| record.contains_key(*key)) {
        return Some(Past::Cut);
    }
    let tool = text(record, "tool");
    let mut input = Map::new();
    let path = if tool == "NotebookEdit" { "notebook_path" } else { "file_path" };
    for (from, to) in [("command", "command"), ("path", path), ("url", "url"), ("query", "query")] {
        if let Some(value) = record.get(from) {
            input.insert(to.into(), value.clone());
        }
    }
    let mut body = Map::new();
    body.insert("hook_event_name".into(), "PreToolUse".into());
    for (from, to) in [
        ("session", "session_id"),
        ("cwd", "cwd"),
        ("agent", "agent_id"),
        ("prompt", "prompt_id"),
        ("permission_mode", "permission_mode"),
        ("tool_use", "tool_use_id"),
        ("tool", "tool_name"),
    ] {
        if let Some(value) = record.get(from) {
            body.insert(to.into(), value.clone());
        }
    }
    body.insert("tool_input".into(), Value::Object(input));
    let time = DateTime::parse_from_rfc3339(text(record, "ts")).ok().map(|time| time.to_utc());
    Some(Past::Call(time, Box::new(Event::from_value(Value::Object(body), 0).ok()?)))
}

fn text<'a>(record: &'a Record, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
