//! `govern log stats`: how much of what, by user, tool, outcome, label, rule and day.

use super::scan::{Filter, scan};
use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use ledger::Record;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const VERB: Verb = Verb {
    name: "stats",
    about: "count records by user, tool, outcome, label, rule, session and day",
    options: "  --since TIME   from then on: 30d, 12h, 2026-10-01\n  \
              --until TIME   before then\n  \
              --json         as JSON\n  \
              --dir FOLDER   the log of another place (default: this user's)\n",
    run,
};

/// What is counted, and how many of each are shown to people.
const COUNTED: &[(&str, usize)] =
    &[("day", 40), ("user", 20), ("tool", 20), ("event", 40), ("outcome", 10), ("label", 10), ("rule", 20)];

#[derive(Default)]
struct Counts {
    records: u64,
    sessions: BTreeMap<String, u64>,
    of: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let moment = |name: &str| arguments.value(name).map(|text| time::moment(text, io.now)).transpose();
    let needles = vec![b"\"event\":\"".to_vec()];
    let filter = Filter { since: moment("--since")?, until: moment("--until")?, needles, wanted: &|_| true };
    let mut counts = Counts::default();
    scan(&log, &filter, &mut |record, _| {
        counts.add(&record);
        Ok(true)
    })?;
    if arguments.flag("--json") {
        writeln!(io.out, "{}", counts.as_json())?;
    } else {
        counts.print(io)?;
    }
    Ok(Exit::Clean)
}

impl Counts {
    fn add(&mut self, record: &Record) {
        let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default();
        self.records += 1;
        if !text("session").is_empty() {
            *self.sessions.entry(text("session").to_owned()).or_default() += 1;
        }
        let day = text("ts").get(..10).unwrap_or_default();
        for (name, value) in [
            ("day", day),
            ("user", text("user")),
            ("tool", text("tool")),
            ("event", text("event")),
            ("outcome", text("outcome")),
            ("rule", text("rule")),
        ] {
            self.count(name, value);
        }
        for label in record.get("labels").and_then(Value::as_array).into_iter().flatten() {
            self.count("label", label.as_str().unwrap_or_default());
        }
    }

    fn count(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            *self.of.entry(name).or_default().entry(value.to_owned()).or_default() += 1;
        }
    }

    fn print(&self, io: &mut Io<'_>) -> Result<(), Failure> {
        writeln!(io.out, "{} records, {} sessions", self.records, self.sessions.len())?;
        for (name, shown) in COUNTED {
            let Some(counts) = self.of.get(name) else { continue };
            let mut rows: Vec<(&String, &u64)> = counts.iter().collect();
            if *name == "day" {
                // The last days, in order.
                rows.drain(..rows.len().saturating_sub(*shown));
            } else {
                rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            }
            writeln!(io.out, "\nby {name}")?;
            for (value, count) in rows.iter().take(*shown) {
                writeln!(io.out, "  {count:>9}  {}", value.escape_debug())?;
            }
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let of = |counts: &BTreeMap<String, u64>| -> Map<String, Value> {
            counts.iter().map(|(value, count)| (value.clone(), (*count).into())).collect()
        };
        let by: Map<String, Value> =
            self.of.iter().map(|(name, counts)| ((*name).to_owned(), of(counts).into())).collect();
        json!({"records": self.records, "sessions": self.sessions.len(), "by": by})
    }
}
