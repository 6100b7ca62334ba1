//! How far a log was shipped to a target, and what was about to be sent: kept so that an interruption loses and
//! repeats nothing.

use crate::{Failure, Io};
use hook_core::StateDirectory;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The state file.
const FILE: &str = "shipped.json";

/// The way of one log to one target.
pub(super) struct Progress {
    name: String,
    all: Map<String, Value>,
    next: u64,
    planned: Option<(u64, u64)>,
}

impl Progress {
    pub(super) fn load(io: &Io<'_>, log: &Path, target: &str) -> Result<Progress, Failure> {
        let bytes = StateDirectory::new(&io.state).read(FILE)?.unwrap_or_else(|| b"{}".to_vec());
        let all: Map<String, Value> = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Unreadable(format!("{FILE}: {error}")))?;
        let name = format!("{} -> {target}", log.display());
        let number = |field: &str| all.get(&name).and_then(|row| row.get(field)).and_then(Value::as_u64);
        let planned = number("planned_first").zip(number("planned_end"));
        let begin = ledger::verify(log).first_seq;
        Ok(Progress { next: number("next").unwrap_or(begin), planned, name, all })
    }

    /// The first record that is not known to be there.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether something was about to be sent when the last run ended.
    pub(super) fn has_plan(&self) -> bool {
        self.planned.is_some()
    }

    /// What to send now: what was planned before an interruption, else what comes next.
    pub(super) fn plan(&self, end: u64) -> (u64, u64) {
        self.planned.unwrap_or((self.next, end))
    }

    pub(super) fn intend(&mut self, io: &Io<'_>, first: u64, end: u64) -> Result<(), Failure> {
        self.planned = Some((first, end));
        self.store(io)
    }

    pub(super) fn done(&mut self, io: &Io<'_>, end: u64) -> Result<(), Failure> {
        self.planned = None;
        self.next = end;
        self.store(io)
    }

    fn store(&mut self, io: &Io<'_>) -> Result<(), Failure> {
        let mut row = json!({"next": self.next});
        if let (Some(row), Some((first, end))) = (row.as_object_mut(), self.planned) {
            row.insert("planned_first".into(), first.into());
            row.insert("planned_end".into(), end.into());
        }
        self.all.insert(self.name.clone(), row);
        let text = Value::Object(self.all.clone()).to_string();
        Ok(StateDirectory::new(&io.state).write(FILE, text.as_bytes())?)
    }
}

/// Whether anything of this log was shipped anywhere.
pub(in crate::commands) fn is_shipped(log: &Path, io: &Io<'_>) -> Result<bool, Failure> {
    let bytes = StateDirectory::new(&io.state).read(FILE)?.unwrap_or_else(|| b"{}".to_vec());
    let all: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|error| Failure::Unreadable(format!("{FILE}: {error}")))?;
    let of_this = format!("{} -> ", log.display());
    let sent = |row: &Value| row.get("next").and_then(Value::as_u64) > Some(0);
    Ok(all.iter().any(|(name, row)| name.starts_with(&of_this) && sent(row)))
}
