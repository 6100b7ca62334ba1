//! The sections about what the log holds: what was done, what was refused, and how far the log can be trusted.

use super::block::{Bars, Block, Day, Table};
use super::sections::number;
use super::tables::{cells, table, told};
use crate::commands::value::{at, list};
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn activity(data: &Value) -> Vec<Block> {
    let figures = at(data, "figures");
    vec![
        Block::Days(days(data)),
        bars("Calls by tool", at(figures, "tools")),
        top("Users", at(figures, "users"), "user", "No user."),
        top("Files read", at(figures, "files_read"), "file", "No file was read."),
        top("Files written", at(figures, "files_written"), "file", "No file was written."),
        top("Commands", at(figures, "commands"), "command", "No command was run."),
    ]
}

/// Every day of the period, those without records counted as nought.
fn days(data: &Value) -> Vec<Day> {
    let day = |path: &str| at(data, path).as_str().and_then(|text| text.get(..10)?.parse::<NaiveDate>().ok());
    let (Some(mut day), Some(until)) = (day("period/since"), day("period/until")) else { return Vec::new() };
    let rows = list(at(data, "figures/days"));
    let counts: BTreeMap<&str, &Value> =
        rows.iter().filter_map(|row| Some((at(row, "day").as_str()?, row))).collect();
    let mut days = Vec::new();
    while day <= until {
        let name = day.to_string();
        let count = |key| counts.get(name.as_str()).map_or(0, |row| number(at(row, key)));
        days.push(Day { records: count("records"), refused: count("refused"), name });
        let Some(next) = day.succ_opt() else { break };
        day = next;
    }
    days
}

pub(super) fn refusals(data: &Value) -> Vec<Block> {
    let figures = at(data, "figures");
    let rows = list(at(figures, "refusals")).iter();
    let rows = rows
        .take(12)
        .map(|row| {
            (format!("{} ({})", told(at(row, "rule")), told(at(row, "hook"))), number(at(row, "count")))
        })
        .collect();
    vec![
        Block::Bars(Bars { caption: "Refusals by rule".into(), rows }),
        table(
            "Decisions of hooks",
            &["hook", "rule", "decision", "mode", "count"],
            at(figures, "decisions"),
            "No hook decided anything.",
        ),
    ]
}

pub(super) fn sensitive(data: &Value) -> Vec<Block> {
    let sensitive = at(data, "figures/sensitive");
    vec![
        Block::Text("Calls whose path or command names a place where credentials are kept; `govern monitor sensitive` lists each with its time.".into()),
        table("Sensitive accesses", &["user", "what", "count"], at(sensitive, "top"), "No call touched a sensitive path."),
        bars("Labels", at(data, "figures/labels")),
    ]
}

pub(super) fn log(data: &Value) -> Vec<Block> {
    let (log, coverage) = (at(data, "log"), at(data, "coverage"));
    if *at(log, "missing") == true {
        return vec![Block::Text(
            "There is no audit log on this machine: nothing can be said about what was done.".into(),
        )];
    }
    let mut blocks = vec![
        Block::Text(format!(
            "{} records in the whole log, numbers {} to {}; {} checkpoints; {} torn lines sealed. Root {}.",
            at(log, "records"),
            at(log, "first"),
            number(at(log, "next")).saturating_sub(1),
            at(log, "checkpoints"),
            at(log, "torn"),
            told(at(log, "root"))
        )),
        table(
            "How far it can be trusted",
            &["from", "to", "level"],
            at(log, "assurance/ranges"),
            "No range is assured.",
        ),
    ];
    let problems: Vec<String> = list(at(log, "problems")).iter().map(told).collect();
    if !problems.is_empty() {
        blocks.push(Block::List { title: "Problems found".into(), items: problems });
    }
    if *at(coverage, "known") != true {
        blocks.push(Block::Text(format!("Completeness is not known: {}.", told(at(coverage, "why")))));
        return blocks;
    }
    blocks.push(Block::Text(format!(
        "Compared with Claude Code's own transcripts: {} of {} sessions have records, {} of {} calls.",
        at(coverage, "sessions_with_records"),
        at(coverage, "sessions"),
        at(coverage, "calls_recorded"),
        at(coverage, "calls")
    )));
    blocks.push(table(
        "Calls without a record",
        &["ts", "tool", "tool_use", "session", "fault"],
        at(coverage, "missing"),
        "Every call has its record.",
    ));
    blocks
}

/// A tally as a table.
pub(super) fn top(caption: &str, tally: &Value, what: &'static str, empty: &'static str) -> Block {
    let rows = list(at(tally, "top")).iter().map(|row| cells(row, &["what", "count"])).collect::<Vec<_>>();
    let left = number(at(tally, "different")).saturating_sub(rows.len() as u64);
    let caption = if left > 0 {
        format!("{caption} (the {} most frequent; {left} more)", rows.len())
    } else {
        caption.to_owned()
    };
    Block::Table(Table { caption, columns: vec![what, "count"], rows, empty })
}

fn bars(caption: &str, tally: &Value) -> Block {
    let rows = list(at(tally, "top"))
        .iter()
        .take(12)
        .map(|row| (told(at(row, "what")), number(at(row, "count"))))
        .collect();
    Block::Bars(Bars { caption: caption.to_owned(), rows })
}
