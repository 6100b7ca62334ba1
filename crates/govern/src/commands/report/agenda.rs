//! The committee's quarterly agenda, filled with what there is to decide, and the roles that sit at the table.

use crate::commands::value::{at, list, text};
use serde_json::{Value, json};

/// The four parts of the standing agenda.
pub(super) fn agenda(data: &Value) -> Value {
    json!([
        {"title": "MCP registry: anything to add, remove or flag?", "items": registry(data)},
        {"title": "Incidents and security events since the last meeting", "items": incidents(data)},
        {"title": "Policy: any change of charter or rules needed?", "items": policy(data)},
        {"title": "Metrics: audit and compliance status", "items": metrics(data)},
    ])
}

/// Who sits on the committee, as far as the repository names them.
pub(super) fn roles(data: &Value) -> Value {
    let named = |value: &Value| match value {
        Value::String(name) if !name.is_empty() => name.clone(),
        Value::Array(names) if !names.is_empty() => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        _ => "to be named".to_owned(),
    };
    json!([
        {"role": "Governance lead", "person": named(at(data, "registry/owner")), "duty": "policy updates, quarterly review, escalations"},
        {"role": "Security representative", "person": named(at(data, "registry/security")), "duty": "MCP risk review, incident response"},
        {"role": "Developer representative", "person": "to be named", "duty": "developer feedback, usability; changes every three months"},
        {"role": "Compliance representative", "person": "to be named", "duty": "charter and regulatory mapping (regulated only)"},
    ])
}

fn registry(data: &Value) -> Vec<String> {
    let registry = at(data, "registry");
    if registry.is_null() {
        return vec!["There is no registry.".into()];
    }
    let mut items = Vec::new();
    for due in list(at(registry, "due")) {
        let server = text(due, "server");
        let server = if server.is_empty() { "the registry" } else { server };
        items.push(format!("Flag {server}: {}", text(due, "text")));
    }
    for entry in list(at(registry, "entries"))
        .iter()
        .filter(|entry| !matches!(text(entry, "state"), "approved" | "denied"))
    {
        items.push(format!(
            "Decide on {}: {}",
            text(entry, "server"),
            text(entry, "state").replace('_', " ")
        ));
    }
    for change in list(at(data, "changes")).iter().filter(|change| text(change, "type") == "mcp_registry") {
        items.push(format!(
            "{} {}: {} to {}, by {}: {}",
            text(change, "ts").get(..10).unwrap_or_default(),
            text(change, "server"),
            text(change, "from"),
            text(change, "to"),
            text(change, "by"),
            text(change, "why")
        ));
    }
    or(items, "Nothing was changed, requested or due.")
}

fn incidents(data: &Value) -> Vec<String> {
    let mut items: Vec<String> = list(at(data, "incidents"))
        .iter()
        .map(|incident| {
            format!("{} ({}): {}", text(incident, "id"), text(incident, "status"), text(incident, "title"))
        })
        .collect();
    let refused: u64 =
        list(at(data, "figures/refusals")).iter().filter_map(|row| at(row, "count").as_u64()).sum();
    if refused > 0 {
        items.push(format!("{refused} actions were refused; the table of refusals names the rules."));
    }
    let sensitive = at(data, "figures/sensitive/records").as_u64().unwrap_or_default();
    if sensitive > 0 {
        items.push(format!("{sensitive} calls touched paths where secrets are kept."));
    }
    or(items, "No incident was opened, nothing was refused.")
}

fn policy(data: &Value) -> Vec<String> {
    let mut items = Vec::new();
    for commit in list(at(data, "commits")) {
        let short = text(commit, "commit").get(..10).unwrap_or_default();
        items.push(format!(
            "{} {short} by {}: {}",
            text(commit, "at").get(..10).unwrap_or_default(),
            text(commit, "by"),
            text(commit, "subject")
        ));
    }
    let policies = at(data, "figures/policies/different").as_u64().unwrap_or_default();
    if policies > 1 {
        items.push(format!("Sessions ran under {policies} different policies."));
    }
    for exception in list(at(data, "controls/exceptions")) {
        let state = if *at(exception, "expired") == true { "expired on" } else { "ends" };
        items.push(format!(
            "Exception for {} of {} {state} {}: {}",
            text(exception, "rule"),
            text(exception, "hook"),
            text(exception, "expires"),
            text(exception, "reason")
        ));
    }
    or(items, "No governance file was changed in a commit of the period, and there is no exception.")
}

fn metrics(data: &Value) -> Vec<String> {
    let findings = at(data, "findings");
    let mut items = vec![
        format!(
            "Audit: {} errors, {} warnings, {} notes.",
            at(findings, "errors"),
            at(findings, "warnings"),
            at(findings, "notes")
        ),
        format!(
            "Log: {} records in the period; {}.",
            at(data, "figures/records"),
            if *at(data, "log/intact") == true { "intact" } else { "NOT INTACT or empty" }
        ),
        format!("Maturity: {}.", text(at(data, "maturity"), "level")),
    ];
    let charter = at(data, "charter");
    if !charter.is_null() {
        items.push(format!(
            "Charter: {} have acknowledged it, {} have not.",
            at(charter, "acknowledged"),
            at(charter, "open")
        ));
    }
    let coverage = at(data, "coverage");
    if *at(coverage, "known") == true {
        items.push(format!(
            "Coverage: {} of {} calls in the transcripts have their record.",
            at(coverage, "calls_recorded"),
            at(coverage, "calls")
        ));
    }
    items
}

fn or(items: Vec<String>, nothing: &str) -> Vec<String> {
    if items.is_empty() { vec![nothing.to_owned()] } else { items }
}
