//! The sections about what stands in the repository: controls, servers, charter, findings, incidents, files.

use super::block::{Block, Table};
use super::records::top;
use super::tables::{cells, table, told};
use crate::commands::value::{at, list};
use serde_json::Value;

pub(super) fn controls(data: &Value) -> Vec<Block> {
    let controls = at(data, "controls");
    let rules = at(controls, "rules");
    let mut blocks = vec![
        Block::Text(format!(
            "Permission rules in force: {} deny, {} ask, {} allow.",
            at(rules, "deny"),
            at(rules, "ask"),
            at(rules, "allow")
        )),
        table(
            "Hooks",
            &["hook", "mode", "in_force", "events", "fails_closed"],
            at(controls, "hooks"),
            "No hook.",
        ),
    ];
    for dropped in list(at(controls, "settings_dropped")) {
        blocks.push(Block::Text(format!("Claude Code ignores {}.", told(dropped))));
    }
    blocks
}

pub(super) fn registry(data: &Value) -> Vec<Block> {
    let registry = at(data, "registry");
    if registry.is_null() {
        return vec![Block::Text("There is no MCP registry.".into())];
    }
    let facts = format!(
        "{} approved, {} pending, {} denied. Last review {}, next {}.",
        at(registry, "approved"),
        at(registry, "pending"),
        at(registry, "denied"),
        told(at(registry, "last_reviewed")),
        told(at(registry, "next_review"))
    );
    let mut history = Vec::new();
    for entry in list(at(registry, "entries")) {
        for step in list(at(entry, "history")) {
            let mut row = vec![told(at(entry, "server"))];
            row.extend(cells(step, &["at", "from", "to", "by", "why"]));
            history.push(row);
        }
    }
    vec![
        Block::Text(facts),
        table(
            "Registry",
            &["server", "state", "version", "risk", "data_scope", "by", "until"],
            at(registry, "entries"),
            "No server is in the registry.",
        ),
        table("Reviews due", &["server", "rule", "text", "fails"], at(registry, "due"), "Nothing is due."),
        Block::Table(Table {
            caption: "History of approvals".into(),
            columns: vec!["server", "at", "from", "to", "by", "why"],
            rows: history,
            empty: "No step was taken.",
        }),
        top("Servers called", at(data, "figures/mcp_servers"), "server", "No MCP tool was called."),
    ]
}

pub(super) fn charter(data: &Value) -> Vec<Block> {
    let charter = at(data, "charter");
    if charter.is_null() {
        return vec![Block::Text("There is no usage charter; `govern charter fill` writes one.".into())];
    }
    let mut blocks = vec![
        Block::Text(format!("Version {}.", told(at(charter, "version")))),
        table(
            "Acknowledgements",
            &["person", "current", "standing"],
            at(charter, "people"),
            "Nobody has been asked.",
        ),
    ];
    for (title, key) in
        [("Left to fill in", "faults"), ("Users in the log who were never asked", "users_never_asked")]
    {
        let items: Vec<String> = charter[key].as_array().into_iter().flatten().map(told).collect();
        if !items.is_empty() {
            blocks.push(Block::List { title: title.into(), items });
        }
    }
    blocks
}

pub(super) fn findings(data: &Value) -> Vec<Block> {
    vec![
        table(
            "Findings of the audit",
            &["level", "rule", "file", "line", "message", "remedy"],
            at(data, "findings/rows"),
            "The audit found nothing.",
        ),
        table(
            "Exceptions",
            &["hook", "rule", "scope", "reason", "approver", "expires", "expired"],
            at(data, "controls/exceptions"),
            "There is no exception.",
        ),
    ]
}

pub(super) fn incidents(data: &Value) -> Vec<Block> {
    vec![table(
        "Incidents",
        &["id", "status", "severity", "opened", "closed", "title", "records"],
        at(data, "incidents"),
        "No incident was opened in the period, and none is open.",
    )]
}

pub(super) fn files(data: &Value) -> Vec<Block> {
    vec![
        table("Files", &["name", "path", "sha256", "commit", "as_committed"], at(data, "files"), ""),
        table(
            "Commits of the period",
            &["at", "commit", "by", "subject"],
            at(data, "commits"),
            "No governance file was changed in a commit of the period.",
        ),
    ]
}
