//! Where incidents are kept: one JSON file each in the state folder, its frozen records beside it, every step in the log.

use crate::commands::value::{at, text};
use crate::{Failure, Io};
use chrono::{NaiveDate, SecondsFormat};
use hook_core::StateDirectory;
use ledger::Record;
use serde_json::{Value, json};
use std::path::PathBuf;

const FOLDER: &str = "incidents";

/// Every incident, oldest first.
pub(super) fn all(io: &Io<'_>) -> Result<Vec<Value>, Failure> {
    let folder = io.state.join(FOLDER);
    let mut names = Vec::new();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::Unreadable(format!("{}: {error}", folder.display()))),
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    names.sort();
    names.iter().map(|id| load(id, io)).collect()
}

/// The incident with this id.
pub(super) fn load(id: &str, io: &Io<'_>) -> Result<Value, Failure> {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Failure::Usage(format!("`{}` is no incident", id.escape_debug())));
    }
    let name = format!("{FOLDER}/{id}.json");
    let bytes = StateDirectory::new(&io.state).read(&name)?;
    let bytes = bytes
        .ok_or_else(|| Failure::Usage(format!("no incident `{id}`; `govern incident list` names them")))?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::Unreadable(format!("{name}: {error}")))
}

/// Keeps the incident, and what was done in the log.
pub(super) fn save(incident: &Value, action: &str, detail: &str, io: &Io<'_>) -> Result<(), Failure> {
    let id = text(incident, "id");
    let body = format!("{incident:#}\n");
    let mut record = Record::new();
    for (key, value) in [
        ("event", "govern.incident"),
        ("type", "incident"),
        ("incident", id),
        ("action", action),
        ("detail", detail),
        ("user", &io.user),
        ("host", &audit_logger::host()),
        ("sha256", &mcp_registry::sha256(body.as_bytes())),
        ("records_sha256", text(at(incident, "frozen"), "sha256")),
    ] {
        record.insert(key.into(), value.into());
    }
    let state = StateDirectory::new(&io.state);
    state.write(&format!("{FOLDER}/{id}.json"), body.as_bytes())?;
    ledger::append(&state.ledger(), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
}

/// Where the frozen records of an incident are.
pub(super) fn records_file(id: &str, io: &Io<'_>) -> PathBuf {
    io.state.join(FOLDER).join(format!("{id}.records"))
}

/// The next free id of the day.
pub(super) fn next_id(io: &Io<'_>) -> Result<String, Failure> {
    let day = io.now.format("%Y%m%d").to_string();
    let begins = format!("INC-{day}-");
    let known = all(io)?;
    let numbers = known.iter().filter_map(|one| text(one, "id").strip_prefix(&begins)?.parse::<u32>().ok());
    Ok(format!("{begins}{}", numbers.max().unwrap_or(0) + 1))
}

/// Incidents opened in a period, and those still open, as a report lists them.
pub(in crate::commands) fn listed(io: &Io<'_>, since: &str, until: &str) -> Result<Value, Failure> {
    let rows = all(io)?.into_iter().filter(|one| {
        let opened = text(one, "opened");
        opened < until && (text(one, "status") == "open" || opened >= since)
    });
    let row = |one: Value| {
        json!({"id": at(&one, "id"), "status": at(&one, "status"), "severity": at(&one, "severity"), "opened": at(&one, "opened"),
               "closed": at(&one, "closed"), "title": at(&one, "title"), "records": at(&one, "frozen/records")})
    };
    Ok(rows.map(row).collect())
}

/// The first day that an open incident has frozen.
pub(in crate::commands) fn held_from(io: &Io<'_>) -> Result<Option<NaiveDate>, Failure> {
    let open = all(io)?.into_iter().filter(|one| text(one, "status") == "open");
    Ok(open.filter_map(|one| text(at(&one, "frozen"), "since").get(..10)?.parse().ok()).min())
}

pub(super) fn stamp(io: &Io<'_>) -> String {
    io.now.to_rfc3339_opts(SecondsFormat::Secs, true)
}
