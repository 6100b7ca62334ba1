//! The records hooks write to the audit log; every field is already free of secrets.

use serde_json::{Map, Value, json};

use crate::{Decision, Event, Finding, Hook, Mode};

/// The fields every record has that comes from an event: who, where, which call. Empty fields are left out.
pub fn base(event: &Event, user: &str) -> Map<String, Value> {
    let mut record = Map::new();
    let mut put = |key: &str, text: &str| {
        if !text.is_empty() {
            record.insert(key.into(), text.into());
        }
    };
    put("event", event.name());
    put("session", event.session_id());
    put("agent", event.agent_id());
    put("prompt", event.prompt_id());
    put("tool_use", event.tool_use_id());
    put("tool", event.tool_name());
    put("user", user);
    record
}

/// The record of what a hook decided. `mode` says whether the decision was carried out (`enforce`), told (`warn`) or
/// only noted (`observe`).
pub fn decision(
    hook: &Hook,
    event: &Event,
    user: &str,
    decision: &Decision,
    mode: Mode,
) -> Map<String, Value> {
    let mut record = base(event, user);
    record.insert("type".into(), "decision".into());
    record.insert("hook".into(), hook.name.into());
    record.insert("decision".into(), decision.name().into());
    record.insert("mode".into(), mode.name().into());
    record.insert("basis".into(), if mode == Mode::Enforce { "decided" } else { "observed" }.into());
    if let Some(reason) = decision.verdict.reason() {
        record.insert("rule".into(), reason.rule().into());
    }
    if !decision.findings.is_empty() {
        record.insert("findings".into(), decision.findings.iter().map(finding).collect());
    }
    record
}

fn finding(finding: &Finding) -> Value {
    let mut row = json!({
        "rule": finding.rule,
        "severity": finding.severity.to_string(),
        "pointer": finding.pointer,
        "summary": finding.summary,
    });
    if let (Some(row), false) = (row.as_object_mut(), finding.fingerprint.is_empty()) {
        row.insert("fingerprint".into(), finding.fingerprint.clone().into());
    }
    row
}
