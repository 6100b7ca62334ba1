//! One pass over the log: everything the report counts. Each figure is a question `govern log query` answers as well.

use super::super::log::reconcile::{Call, Name, Recorded};
use super::super::log::scan::{Bounds, in_time, stamps, stored};
use super::row::{Field, Row};
use super::tally::Tally;
use crate::Failure;
use ledger::Record;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// So many changes of governance (approvals, acknowledgements, exceptions, incidents) are listed.
const MOST_CHANGES: usize = 500;

/// So many rows of a table of files or commands are shown.
const SHOWN: usize = 25;

/// A decision: hook, rule, what, and the mode it was made in.
pub(in crate::commands) type Decided = (String, String, String, String);

/// What the records of a period add up to.
#[derive(Debug, Default)]
pub(in crate::commands) struct Figures {
    pub(in crate::commands) records: u64,
    pub(in crate::commands) first: String,
    pub(in crate::commands) last: String,
    /// Records and refusals of each UTC day.
    pub(in crate::commands) days: BTreeMap<String, (u64, u64)>,
    pub(in crate::commands) sessions: Tally,
    pub(in crate::commands) users: Tally,
    pub(in crate::commands) tools: Tally,
    pub(in crate::commands) events: Tally,
    pub(in crate::commands) outcomes: Tally,
    pub(in crate::commands) labels: Tally,
    pub(in crate::commands) policies: Tally,
    pub(in crate::commands) tiers: Tally,
    pub(in crate::commands) servers: Tally,
    pub(in crate::commands) read: Tally,
    pub(in crate::commands) written: Tally,
    pub(in crate::commands) commands: Tally,
    /// `user`, a tab, and what was acted on, of every call with the label `secret_path`.
    pub(in crate::commands) sensitive: Tally,
    pub(in crate::commands) decisions: BTreeMap<Decided, u64>,
    /// Records that are neither activity nor decision: who changed the governance itself.
    pub(in crate::commands) changes: Vec<Record>,
    pub(in crate::commands) changes_left_out: u64,
    /// What the log says of the calls it was asked about.
    pub(in crate::commands) recorded: BTreeMap<Name, Recorded>,
}

impl Figures {
    /// Counts the records of a period. `calls` are those of the client's transcripts, to see which have a record.
    pub(in crate::commands) fn of(
        log: &Path,
        bounds: Bounds,
        calls: &BTreeMap<Name, Call>,
    ) -> Result<Figures, Failure> {
        let mut figures = Figures::default();
        let stamps = stamps(bounds);
        stored(log, bounds, b"\"event\":\"", &mut |line| {
            // A torn line is no record; `verify` speaks of it.
            if let Some(row) = Row::read(line)
                && in_time(&row.text(Field::Ts), &stamps)
            {
                figures.add(&row);
                figures.reconcile(&row, calls);
            }
            Ok(true)
        })?;
        Ok(figures)
    }

    fn add(&mut self, row: &Row<'_>) {
        self.records += 1;
        let ts = row.text(Field::Ts);
        if self.first.is_empty() {
            ts.as_ref().clone_into(&mut self.first);
        }
        ts.as_ref().clone_into(&mut self.last);
        let refused = self.add_decision(row);
        let day = ts.get(..10).unwrap_or_default();
        match self.days.get_mut(day) {
            Some(counts) => *counts = (counts.0 + 1, counts.1 + u64::from(refused)),
            None => drop(self.days.insert(day.to_owned(), (1, u64::from(refused)))),
        }
        self.sessions.add_some(&row.text(Field::Session));
        self.users.add_some(&row.text(Field::User));
        self.events.add_some(&row.text(Field::Event));
        self.outcomes.add_some(&row.text(Field::Outcome));
        self.policies.add_some(&row.text(Field::Policy));
        self.tiers.add_some(&row.text(Field::Tier));
        self.add_action(row);
        let kind = row.text(Field::Type);
        let is_change = !matches!(kind.as_ref(), "" | "activity" | "decision");
        if is_change && self.changes.len() < MOST_CHANGES {
            self.changes.extend(serde_json::from_slice::<Record>(row.line).ok());
        } else if is_change {
            self.changes_left_out += 1;
        }
    }

    /// Counts a decision; gives whether it refused something.
    fn add_decision(&mut self, row: &Row<'_>) -> bool {
        if row.raw(Field::Type) != b"\"decision\"" {
            return false;
        }
        let text = |field| row.text(field).into_owned();
        let decided = (text(Field::Hook), text(Field::Rule), text(Field::Decision), text(Field::Mode));
        let refused = is_refusal(&decided);
        *self.decisions.entry(decided).or_default() += 1;
        refused
    }

    fn add_action(&mut self, row: &Row<'_>) {
        if row.raw(Field::Outcome) == b"\"requested\"" || row.raw(Field::Operation).is_empty() {
            return;
        }
        self.tools.add_some(&row.text(Field::Tool));
        match row.text(Field::Operation).as_ref() {
            "read" => self.read.add_some(&row.text(Field::Path)),
            "write" => self.written.add_some(&row.text(Field::Path)),
            "execute" => self.commands.add_some(&row.text(Field::Command)),
            "mcp" => self.servers.add_some(&server(row)),
            _ => {}
        }
        if row.raw(Field::Labels).is_empty() {
            return;
        }
        let labels: Vec<String> = serde_json::from_slice(row.raw(Field::Labels)).unwrap_or_default();
        for label in &labels {
            self.labels.add(label);
            if label == "secret_path" {
                self.sensitive.add(&format!("{}\t{}", row.text(Field::User), row.what()));
            }
        }
    }

    /// Notes what the log says of a call that a transcript has.
    fn reconcile(&mut self, row: &Row<'_>, calls: &BTreeMap<Name, Call>) {
        if calls.is_empty() {
            return;
        }
        let session = row.text(Field::Session).into_owned();
        let name = (session.clone(), row.text(Field::ToolUse).into_owned());
        if calls.contains_key(&name) {
            let is_activity = row.raw(Field::Type) == b"\"activity\"";
            self.recorded.entry(name).or_default().note(&row.text(Field::Event), is_activity);
        }
        // A rule of the client refuses some calls before any hook is asked; the batch still lists them.
        let batch: Vec<Value> = serde_json::from_slice(row.raw(Field::Calls)).unwrap_or_default();
        for call in &batch {
            let id = call.get("tool_use").and_then(Value::as_str).unwrap_or_default();
            let name = (session.clone(), id.to_owned());
            if calls.contains_key(&name) {
                self.recorded.entry(name).or_default().named = true;
            }
        }
    }

    /// Every decision that refused something: hook, rule and how often.
    pub(in crate::commands) fn refusals(&self) -> Vec<(&str, &str, u64)> {
        let mut by_rule: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (decided, count) in self.decisions.iter().filter(|(decided, _)| is_refusal(decided)) {
            *by_rule.entry((&decided.0, &decided.1)).or_default() += count;
        }
        let mut rows: Vec<_> = by_rule.into_iter().map(|((hook, rule), count)| (hook, rule, count)).collect();
        rows.sort_by(|one, other| other.2.cmp(&one.2).then((one.0, one.1).cmp(&(other.0, other.1))));
        rows
    }

    pub(in crate::commands) fn to_json(&self) -> Value {
        let days: Vec<Value> = self
            .days
            .iter()
            .map(|(day, (records, refused))| json!({"day": day, "records": records, "refused": refused}))
            .collect();
        let decisions: Vec<Value> = self
            .decisions
            .iter()
            .map(|((hook, rule, decision, mode), count)| {
                json!({"hook": hook, "rule": rule, "decision": decision, "mode": mode, "count": count})
            })
            .collect();
        let refusals: Vec<Value> = self
            .refusals()
            .into_iter()
            .map(|(hook, rule, count)| json!({"hook": hook, "rule": rule, "count": count}))
            .collect();
        json!({
            "records": self.records, "first": self.first, "last": self.last, "days": days,
            "sessions": self.sessions.len(), "users": self.users.to_json(SHOWN), "tools": self.tools.to_json(SHOWN),
            "events": self.events.to_json(60), "outcomes": self.outcomes.to_json(SHOWN),
            "labels": self.labels.to_json(SHOWN), "policies": self.policies.to_json(SHOWN),
            "tiers": self.tiers.to_json(SHOWN), "mcp_servers": self.servers.to_json(SHOWN),
            "files_read": self.read.to_json(SHOWN), "files_written": self.written.to_json(SHOWN),
            "commands": self.commands.to_json(SHOWN), "sensitive": sensitive(&self.sensitive),
            "decisions": decisions, "refusals": refusals,
        })
    }
}

/// A refusal that was carried out; in `observe` and `warn` nothing was refused.
fn is_refusal(decided: &Decided) -> bool {
    matches!(decided.2.as_str(), "deny" | "stop") && decided.3 == "enforce"
}

fn server(row: &Row<'_>) -> String {
    let mcp: Value = serde_json::from_slice(row.raw(Field::Mcp)).unwrap_or_default();
    mcp.get("server").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn sensitive(tally: &Tally) -> Value {
    let mut value = tally.to_json(2 * SHOWN);
    for row in value.get_mut("top").and_then(Value::as_array_mut).into_iter().flatten() {
        let what = row.get("what").and_then(Value::as_str).unwrap_or_default();
        let (user, what) = what.split_once('\t').unwrap_or(("", what));
        *row = json!({"user": user, "what": what, "count": row.get("count")});
    }
    value
}
