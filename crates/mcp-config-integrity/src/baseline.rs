//! What was accepted: an append-only list of who accepted which configuration, when and why, each line holding the digest of the one
//! before. A secret is never in it; see [`mcp_registry::projection`].

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use mcp_registry::{Server, projection};
use serde_json::{Map, Value, json};

/// The state file.
pub const BASELINE_FILE: &str = "mcp-baseline.jsonl";

/// Which server: two files may each have a `docs`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// `user`, `local`, `project`, `plugin`, `managed`, `agent`.
    pub scope: String,
    /// The file, project, plugin or agent it belongs to; empty where there is one only.
    pub owner: String,
    pub name: String,
}

/// An acceptance to be written. `server` is `None` where its going is what is accepted.
#[derive(Debug, Clone)]
pub struct Accept<'a> {
    pub key: &'a Key,
    pub server: Option<&'a Server>,
    pub by: &'a str,
    pub why: &'a str,
}

/// The accepted configurations.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    accepted: BTreeMap<Key, Value>,
    /// Digest of the last line; empty before the first.
    head: String,
    lines: usize,
    /// The first line that does not fit, from one.
    broken: Option<usize>,
}

impl Baseline {
    /// Reads the file's text. A line that does not continue the one before ends the reading: nothing behind it is believed.
    pub fn parse(text: &str) -> Baseline {
        let mut baseline = Baseline::default();
        for (at, line) in text.lines().enumerate() {
            if baseline.take(line).is_none() {
                baseline.broken = Some(at + 1);
                break;
            }
        }
        baseline
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let record: Value = serde_json::from_str(line).ok()?;
        let record = record.as_object()?;
        let text = |key: &str| record.get(key).and_then(Value::as_str);
        let expected = digest(record);
        if text("previous")? != self.head || text("digest")? != expected {
            return None;
        }
        let key =
            Key { scope: text("scope")?.into(), owner: text("owner")?.into(), name: text("name")?.into() };
        match record.get("projection")? {
            Value::Null => self.accepted.remove(&key),
            projection => self.accepted.insert(key, projection.clone()),
        };
        self.head = expected;
        self.lines += 1;
        Some(())
    }

    /// Whether nobody has accepted anything yet.
    pub fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// The line at which somebody changed the file by hand.
    pub fn broken(&self) -> Option<usize> {
        self.broken
    }

    /// Digest of the last line: what the audit log keeps of an acceptance, so that a file cut short is noticed.
    pub fn head(&self) -> &str {
        &self.head
    }

    pub fn accepted(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.accepted.iter()
    }

    /// The accepted projection of a server.
    pub fn of(&self, key: &Key) -> Option<&Value> {
        self.accepted.get(key)
    }

    /// The line an acceptance adds; `self` moves on with it.
    pub fn append(&mut self, accept: &Accept<'_>, now: DateTime<Utc>) -> String {
        let mut record = Map::new();
        record.insert("at".into(), now.to_rfc3339_opts(SecondsFormat::Secs, true).into());
        record.insert("by".into(), accept.by.into());
        record.insert("why".into(), accept.why.into());
        record.insert("scope".into(), accept.key.scope.clone().into());
        record.insert("owner".into(), accept.key.owner.clone().into());
        record.insert("name".into(), accept.key.name.clone().into());
        record.insert("projection".into(), accept.server.map_or(Value::Null, projection));
        record.insert("previous".into(), self.head.clone().into());
        let digest = digest(&record);
        record.insert("digest".into(), digest.clone().into());
        match accept.server {
            Some(server) => self.accepted.insert(accept.key.clone(), projection(server)),
            None => self.accepted.remove(accept.key),
        };
        self.head = digest;
        self.lines += 1;
        format!("{}\n", Value::Object(record))
    }
}

/// SHA-256, in hexadecimal, of the record without its own digest.
fn digest(record: &Map<String, Value>) -> String {
    let names = ["at", "by", "why", "scope", "owner", "name", "projection", "previous"];
    let parts: Vec<&Value> = names.iter().map(|name| record.get(*name).unwrap_or(&Value::Null)).collect();
    mcp_registry::sha256(json!(parts).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let server = Server::from_json(&json!({"command": "npx", "args": ["a@1.2.3"]})).expect("a server");
        let key = |name: &str| Key { scope: "user".into(), owner: String::new(), name: name.into() };
        let mut baseline = Baseline::default();
        let now = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
        let mut accept = |name: &str, server: Option<&Server>| {
            baseline.append(&Accept { key: &key(name), server, by: "me", why: "new" }, now)
        };
        [accept("a", Some(&server)), accept("b", Some(&server)), accept("a", None)].concat()
    }

    #[test]
    fn what_was_accepted_reads_back() {
        let baseline = Baseline::parse(&text());
        let names: Vec<_> = baseline.accepted().map(|(key, _)| key.name.as_str()).collect();
        assert_eq!((names, baseline.broken()), (vec!["b"], None));
    }

    #[test]
    fn any_change_reorder_or_cut_inside_is_noticed() {
        let whole = text();
        let lines: Vec<&str> = whole.lines().collect();
        let rows = [
            (whole.replacen("1.2.3", "1.2.4", 1), 1),
            ([lines[0], lines[2]].join("\n"), 2),
            ([lines[1], lines[0], lines[2]].join("\n"), 1),
            (whole.replace("\"why\":\"new\"", "\"why\":\"old\""), 1),
            (format!("{whole}junk\n"), 4),
        ];
        for (text, line) in rows {
            assert_eq!(Baseline::parse(&text).broken(), Some(line), "{text}");
        }
    }

    /// Every cut and every changed byte: no panic, and nothing is believed that was not accepted.
    #[test]
    fn no_mutation_adds_an_acceptance() {
        let whole = text();
        let key = |name: &str| Key { scope: "user".into(), owner: String::new(), name: name.into() };
        let accepted = Baseline::parse(&whole).of(&key("b")).cloned();
        for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
            for put in ["", "0", "\"", "{", "\n"] {
                let mutated = format!("{}{put}{}", &whole[..at], &whole[at + 1..]);
                let baseline = Baseline::parse(&mutated);
                assert!(
                    baseline.of(&key("b")).is_none_or(|found| Some(found) == accepted.as_ref()),
                    "{mutated}"
                );
            }
            Baseline::parse(&whole[..at]);
            crate::DriftNotes::parse(&whole.as_bytes()[..at]);
        }
    }
}
