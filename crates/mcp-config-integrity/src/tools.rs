//! Servers whose tools were seen to differ from the lock: written by `govern mcp lock --check`, read before every call.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The state file.
pub const DRIFT_FILE: &str = "mcp-tool-drift.json";

/// Drift by the digest of the server's configuration: the same server in another project drifted too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftNotes {
    notes: BTreeMap<String, Vec<String>>,
}

impl DriftNotes {
    /// Reads the state file; `None` where it is not what we write.
    pub fn parse(bytes: &[u8]) -> Option<DriftNotes> {
        let root: Value = serde_json::from_slice(bytes).ok()?;
        let mut notes = BTreeMap::new();
        for (digest, lines) in root.as_object()? {
            let lines = lines.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            notes.insert(digest.clone(), lines);
        }
        Some(DriftNotes { notes })
    }

    /// What differs for the server of this digest; empty when nothing does.
    pub fn of(&self, digest: &str) -> &[String] {
        self.notes.get(digest).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes what a comparison found; nothing found takes the note away.
    pub fn set(&mut self, digest: &str, lines: Vec<String>) {
        if lines.is_empty() {
            self.notes.remove(digest);
        } else {
            self.notes.insert(digest.to_owned(), lines);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    pub fn to_text(&self) -> String {
        let object: Map<String, Value> =
            self.notes.iter().map(|(digest, lines)| (digest.clone(), lines.clone().into())).collect();
        format!("{}\n", Value::Object(object))
    }
}
