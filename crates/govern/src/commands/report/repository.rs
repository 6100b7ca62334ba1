//! What the repository itself says: its files with their commits, the registry, the audit's findings, the charter.

use super::super::captured;
use crate::audit::{self, Expectation, MAX_FILE_BYTES, Subject};
use crate::charter::{Charter, people_of};
use crate::{Failure, Io};
use hook_core::files;
use mcp_registry::{Document, Past, format_day};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// The files governance lives in, with the name each has in a report.
pub(in crate::commands) const FILES: &[(&str, &str)] = &[
    ("usage charter", crate::charter::CHARTER),
    ("acknowledgements", crate::charter::PEOPLE),
    ("settings", ".claude/settings.json"),
    ("policy", ".claude/governance.json"),
    ("MCP registry", ".claude/mcp-registry.yaml"),
    ("MCP tool lock", ".claude/mcp-lock.json"),
    ("hook launcher", ".claude/hooks/run-hook.sh"),
    ("CLAUDE.md", "CLAUDE.md"),
    ("CI gate", ".github/workflows/ai-governance.yml"),
    ("pull request template", ".github/pull_request_template.md"),
    ("incident procedure", "docs/ai-incident-response.md"),
    ("external reviews", "docs/external-reviews.jsonl"),
];

/// A file of the repository as it stands.
pub(in crate::commands) struct Artefact {
    pub(in crate::commands) bytes: Vec<u8>,
    pub(in crate::commands) sha256: String,
    /// The commit that last changed it, and when; empty where it is not committed.
    pub(in crate::commands) commit: String,
    pub(in crate::commands) committed: String,
    /// Whether it stands as that commit left it.
    pub(in crate::commands) is_clean: bool,
}

/// The file with its commit, or `None` where there is none.
pub(in crate::commands) fn artefact(root: &Path, path: &str) -> Result<Option<Artefact>, Failure> {
    let Some(bytes) = files::read_bounded(&root.join(path), MAX_FILE_BYTES)? else { return Ok(None) };
    let said = git(root, &["log", "-1", "--format=%H %cI", "--", path]).unwrap_or_default();
    let (commit, committed) = said.trim().split_once(' ').unwrap_or_default();
    let is_clean = !commit.is_empty()
        && git(root, &["status", "--porcelain", "--", path]).is_some_and(|text| text.is_empty());
    Ok(Some(Artefact {
        sha256: mcp_registry::sha256(&bytes),
        bytes,
        commit: commit.to_owned(),
        committed: committed.to_owned(),
        is_clean,
    }))
}

/// What git says, where there is git and a repository.
pub(in crate::commands) fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(super) fn files_of(root: &Path) -> Result<Value, Failure> {
    let mut rows = Vec::new();
    for (name, path) in FILES {
        let found = artefact(root, path)?;
        rows.push(match found {
            Some(file) => json!({"name": name, "path": path, "sha256": file.sha256, "commit": file.commit,
                                 "committed": file.committed, "as_committed": file.is_clean}),
            None => json!({"name": name, "path": path, "sha256": Value::Null}),
        });
    }
    Ok(rows.into())
}

/// Commits of the period that changed a governance file.
pub(super) fn commits(root: &Path, since: &str, until: &str) -> Value {
    let mut arguments =
        vec!["log", "--format=%H%x09%cI%x09%an%x09%s", "--since", since, "--until", until, "--"];
    arguments.extend(FILES.iter().map(|(_, path)| *path));
    let said = git(root, &arguments).unwrap_or_default();
    let row = |line: &str| {
        let mut parts = line.splitn(4, '\t');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        json!({"commit": next(), "at": next(), "by": next(), "subject": next()})
    };
    said.lines().map(row).collect()
}

/// The registry's entries with their history, and what is due.
pub(super) fn registry(root: &Path, io: &Io<'_>) -> Result<Value, Failure> {
    let path = root.join(".claude/mcp-registry.yaml");
    let Some(text) = files::read_text(&path, mcp_registry::yaml::MAX_BYTES)? else { return Ok(Value::Null) };
    let document =
        Document::parse(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    let (registry, faults) = document.registry();
    let past = |history: &[Past]| -> Vec<Value> {
        history
            .iter()
            .map(|step| json!({"at": step.at, "by": step.by, "from": step.from, "to": step.to, "why": step.why}))
            .collect()
    };
    let mut entries = Vec::new();
    for entry in &registry.approved {
        entries.push(json!({"server": entry.name, "state": "approved", "version": entry.version,
            "risk": entry.risk.name(), "data_scope": entry.data_scope.name(), "by": entry.approved_by,
            "until": format_day(entry.expires), "history": past(&entry.history)}));
    }
    for entry in &registry.pending {
        entries.push(json!({"server": entry.name, "state": entry.status.name(), "version": entry.version,
            "by": entry.requested_by, "history": past(&entry.history)}));
    }
    for entry in &registry.denied {
        entries.push(json!({"server": entry.name, "state": "denied", "reason": entry.reason,
            "history": past(&entry.history)}));
    }
    let registry_file = path.to_string_lossy().into_owned();
    let check = captured(&["mcp", "check", "--json", "--registry", &registry_file], root, io);
    let check: Value = serde_json::from_str(&check.out).unwrap_or_default();
    let day = |day: Option<mcp_registry::Day>| day.map(format_day);
    let metadata = &registry.metadata;
    Ok(json!({
        "owner": metadata.owner, "security": metadata.security_approvers, "review_cycle": metadata.review_cycle,
        "last_reviewed": day(metadata.last_reviewed), "next_review": day(metadata.next_review),
        "approved": registry.approved.len(), "pending": registry.pending.len(), "denied": registry.denied.len(),
        "faults": faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "entries": entries, "due": check.get("due"),
    }))
}

/// The audit's findings, those the repository suppresses left out.
pub(super) fn findings(root: &Path, io: &Io<'_>) -> Result<Value, Failure> {
    let subject = Subject::read(root, io.now.date_naive())?;
    let findings = audit::audit(&subject, Expectation { tier: subject.tier });
    let count = |name: &str| findings.iter().filter(|finding| finding.rule.level.name() == name).count();
    let rows: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({"rule": finding.rule.id, "level": finding.rule.level.name(), "file": finding.file.to_string_lossy(),
                   "line": finding.position.line, "message": finding.message, "remedy": finding.rule.remedy})
        })
        .collect();
    Ok(json!({"errors": count("error"), "warnings": count("warning"), "notes": count("note"), "rows": rows}))
}

/// The charter's version and who has acknowledged it; `users` are those the log has seen.
pub(super) fn charter(root: &Path, users: &[String]) -> Result<Value, Failure> {
    let Some(charter) = Charter::read(root)? else { return Ok(Value::Null) };
    let people = people_of(root)?;
    let rows: Vec<Value> = people
        .iter()
        .map(|(person, standing)| json!({"person": person, "current": standing.is_current(), "standing": standing.told()}))
        .collect();
    let open = people.values().filter(|standing| !standing.is_current()).count();
    let unasked: Vec<&String> = users.iter().filter(|user| !people.contains_key(*user)).collect();
    Ok(json!({"version": charter.version, "faults": charter.faults(), "people": rows,
              "acknowledged": people.len() - open, "open": open, "users_never_asked": unasked}))
}
