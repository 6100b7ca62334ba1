//! The report's figures counted again, from the log's lines and with other code than the report's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Every record of a log in a period, oldest first.
///
/// # Panics
/// Where the log cannot be read.
pub fn records(log: &Path, since: &str, until: &str) -> Vec<Value> {
    let mut files: Vec<_> =
        fs::read_dir(log).expect("a log").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let text: String = files.iter().map(|file| fs::read_to_string(file).expect("a day file")).collect();
    // Records have milliseconds; a bound without them would sort behind the record of the same moment.
    let bound = |text: &str| if text.contains('.') { text.to_owned() } else { text.replace('Z', ".000Z") };
    let (since, until) = (bound(since), bound(until));
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    all.filter(|record| record["ts"].as_str().is_some_and(|ts| ts >= since.as_str() && ts < until.as_str()))
        .collect()
}

/// How often each text stands in a field of the records that fit.
pub fn count(records: &[Value], field: &str, fits: impl Fn(&Value) -> bool) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for record in records.iter().filter(|record| fits(record)) {
        if let Some(text) = record[field].as_str().filter(|text| !text.is_empty()) {
            *counts.entry(text.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Holds every figure of a report (its JSON) against the records.
///
/// # Panics
/// Where a figure differs.
pub fn compare(report: &Value, records: &[Value]) {
    let figures = &report["figures"];
    assert_eq!(figures["records"], records.len(), "records");
    let made = |record: &Value| record["operation"].is_string() && record["outcome"] != "requested";
    let did =
        |operation: &'static str| move |record: &Value| made(record) && record["operation"] == operation;
    for (name, counted) in [
        ("users", count(records, "user", |_| true)),
        ("events", count(records, "event", |_| true)),
        ("outcomes", count(records, "outcome", |_| true)),
        ("policies", count(records, "policy", |_| true)),
        ("tiers", count(records, "tier", |_| true)),
        ("tools", count(records, "tool", made)),
        ("files_read", count(records, "path", did("read"))),
        ("files_written", count(records, "path", did("write"))),
        ("commands", count(records, "command", did("execute"))),
    ] {
        table(name, &figures[name], &counted);
    }
    let sessions: BTreeSet<_> = records.iter().filter_map(|record| record["session"].as_str()).collect();
    assert_eq!(figures["sessions"], sessions.len(), "sessions");
    let has = |record: &Value, label: &str| {
        record["labels"].as_array().is_some_and(|labels| labels.iter().any(|one| one == label))
    };
    let sensitive = records.iter().filter(|record| made(record) && has(record, "secret_path")).count();
    assert_eq!(figures["sensitive"]["records"], sensitive, "sensitive");
    let refused = |record: &Value| {
        record["type"] == "decision"
            && record["mode"] == "enforce"
            && (record["decision"] == "deny" || record["decision"] == "stop")
    };
    let by_rule = count(records, "rule", refused);
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for row in figures["refusals"].as_array().expect("a list") {
        *told.entry(row["rule"].as_str().expect("a rule").to_owned()).or_default() +=
            row["count"].as_u64().expect("a count");
    }
    assert_eq!(told, by_rule, "refusals by rule");
    let decisions: u64 =
        figures["decisions"].as_array().expect("a list").iter().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(
        decisions,
        records.iter().filter(|record| record["type"] == "decision").count() as u64,
        "decisions"
    );
    days(figures, records, refused);
}

fn days(figures: &Value, records: &[Value], refused: impl Fn(&Value) -> bool) {
    let mut days: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for record in records {
        let day = days.entry(record["ts"].as_str().expect("a time")[..10].to_owned()).or_default();
        day.0 += 1;
        day.1 += u64::from(refused(record));
    }
    let rows = figures["days"].as_array().expect("a list");
    let told: BTreeMap<String, (u64, u64)> = rows
        .iter()
        .map(|row| {
            let number = |key: &str| row[key].as_u64().expect("a number");
            (row["day"].as_str().expect("a day").to_owned(), (number("records"), number("refused")))
        })
        .collect();
    assert_eq!(told, days, "days");
}

fn table(name: &str, told: &Value, counted: &BTreeMap<String, u64>) {
    assert_eq!(told["different"], counted.len(), "{name}: how many different");
    assert_eq!(told["records"], counted.values().sum::<u64>(), "{name}: how many");
    let mut rows: Vec<(&String, &u64)> = counted.iter().collect();
    rows.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    for (row, (text, count)) in told["top"].as_array().expect("a list").iter().zip(rows) {
        assert_eq!(
            (row["what"].as_str(), row["count"].as_u64()),
            (Some(text.as_str()), Some(*count)),
            "{name}"
        );
    }
}
