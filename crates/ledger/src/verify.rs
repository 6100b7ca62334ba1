//! Walks the whole log, follows the chain over every stored byte, and names what does not fit.

use crate::classify;
use crate::mark::{self, Mark};
use crate::report::{Kind, Problem, Report, Segment};
use crate::segment::{self, Day};
use crate::{Digest, Error, Header, Lines, Record, digest, header, read, spill, to_hex};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Writers read the clock before they wait for the lock; a step back by more than this is no such wait.
const CLOCK_TOLERANCE_SECONDS: i64 = 60;

/// After so many problems the rest is not listed: the log is not to be trusted from there on.
const MOST_PROBLEMS: usize = 100;

/// Verifies the log in this directory. What cannot be read is a problem in the report.
pub fn verify(directory: &Path) -> Report {
    verify_with(directory, &mut |_, _| {})
}

/// Like [`verify`], showing the caller each stored line (torn ones too) with its number.
pub fn verify_with(directory: &Path, visit: &mut dyn FnMut(u64, &[u8])) -> Report {
    let mut walk = Walk::new(directory);
    let days = match segment::segments(directory) {
        Ok(days) => days,
        Err(error) => {
            walk.unreadable("", &error);
            return walk.report;
        }
    };
    for day in days {
        if let Err(error) = walk.segment(day, visit) {
            walk.unreadable(&day.file_name(), &error);
        }
    }
    walk.finish()
}

/// A line that is no record, until the record that must acknowledge it.
struct TornLine {
    length: usize,
    hash: Digest,
    line: u64,
    plausible: bool,
}

struct Walk<'a> {
    directory: &'a Path,
    report: Report,
    mark: Option<Mark>,
    /// The hash the mark names, if the line of that number has been met with another one.
    mark_contradicted: bool,
    file: String,
    line: u64,
    previous_file: Option<String>,
    last_ts: String,
    torn: Vec<TornLine>,
    started: bool,
    /// Day files whose absence a later record may explain: the number that follows them, and the problem.
    missing: BTreeMap<u64, Problem>,
    pruned: Vec<(u64, String)>,
}

impl<'a> Walk<'a> {
    fn new(directory: &'a Path) -> Walk<'a> {
        Walk {
            directory,
            report: Report::default(),
            mark: mark::mark(directory),
            mark_contradicted: false,
            file: String::new(),
            line: 0,
            previous_file: None,
            last_ts: String::new(),
            torn: Vec::new(),
            started: false,
            missing: BTreeMap::new(),
            pruned: Vec::new(),
        }
    }

    fn segment(&mut self, day: Day, visit: &mut dyn FnMut(u64, &[u8])) -> Result<(), Error> {
        self.file = day.file_name();
        self.line = 0;
        let mut lines = Lines::open(&day.path(self.directory), 0)?;
        let first_seq = self.report.next_seq;
        let mut summary =
            Segment { day, first_seq, lines: 0, bytes: 0, first_ts: String::new(), last_ts: String::new() };
        while let Some(line) = lines.next_line()? {
            self.line += 1;
            let hash = digest(line.bytes);
            match header(line.bytes) {
                Some(found) if line.whole => self.record(&found, hash, &line, day),
                _ => self.torn_line(&line, hash),
            }
            if self.line == 1 {
                summary.first_seq = self.report.next_seq - 1;
                summary.first_ts.clone_from(&self.last_ts);
            }
            visit(self.report.next_seq - 1, line.bytes);
        }
        summary.lines = self.line;
        summary.bytes = lines.offset;
        summary.last_ts.clone_from(&self.last_ts);
        self.report.segments.push(summary);
        self.previous_file = Some(self.file.clone());
        Ok(())
    }

    fn torn_line(&mut self, line: &read::Line<'_>, hash: Digest) {
        let length = line.bytes.len();
        self.torn.push(TornLine { length, hash, line: self.line, plausible: is_plausibly_torn(line.bytes) });
        self.report.next_seq += 1;
        self.report.head = hash;
    }

    fn record(&mut self, found: &Header<'_>, hash: Digest, line: &read::Line<'_>, day: Day) {
        self.acknowledge(found, line.bytes);
        self.report.records += 1;
        self.report.spilled += u64::from(found.spilled);
        if self.line == 1 {
            self.segment_start(found, line.bytes, day);
        } else if found.prev != self.report.head || found.seq != self.report.next_seq {
            let due = self.report.next_seq;
            let found = classify::broken_link(self.directory, day, self.line, due);
            self.problem(found.kind, found.line, found.seq, found.detail);
        }
        if found.event.starts_with("audit.") {
            self.own_record(found, line.bytes);
        }
        self.clock(found);
        if self.mark.as_ref().is_some_and(|mark| mark.seq == found.seq && mark.head != hash) {
            self.mark_contradicted = true;
        }
        self.report.next_seq = found.seq + 1;
        self.report.head = hash;
    }

    /// The first record of a file must go on from the file before it and say the file's own day.
    fn segment_start(&mut self, found: &Header<'_>, bytes: &[u8], day: Day) {
        let record: Record = serde_json::from_slice(bytes).unwrap_or_default();
        let named = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        let fits = found.prev == self.report.head && found.seq == self.report.next_seq;
        let expected = self.report.next_seq;
        let says = named("day").unwrap_or_default();
        if found.event != "audit.segment" {
            if !(fits && self.started) {
                let detail =
                    format!("the file does not begin with its opening record but with {}", found.event);
                self.problem(Kind::Deleted, 1, expected, detail);
            }
        } else if format!("{says}.jsonl") != day.file_name() {
            self.problem(Kind::DaySwapped, 1, found.seq, format!("the file says it is the log of {says}"));
        } else if !fits {
            let before = named("prev_file").unwrap_or_else(|| "no file".into());
            if !self.started || self.previous_file.as_deref() != Some(&before) {
                let detail = format!("the file before it was {before}, which is not here");
                let file = self.file.clone();
                self.missing.insert(
                    found.seq,
                    Problem { kind: Kind::DayRemoved, file, line: 1, seq: expected, detail },
                );
            } else if found.seq > expected {
                let detail = format!("records {expected} to {} are missing from {before}", found.seq - 1);
                self.problem(Kind::Deleted, 1, expected, detail);
            } else if found.seq == expected {
                let detail = format!("the last record of {before} is not the one this file follows");
                self.problem(Kind::Edited, 1, expected.saturating_sub(1), detail);
            } else {
                let detail = format!("numbers from {} on are used twice", found.seq);
                self.problem(Kind::RolledBack, 1, found.seq, detail);
            }
        }
        if !self.started {
            self.report.first_seq = found.seq;
        }
        self.started = true;
    }

    /// Unreadable lines must be followed by the record that counts them, byte for byte.
    fn acknowledge(&mut self, found: &Header<'_>, bytes: &[u8]) {
        let torn = std::mem::take(&mut self.torn);
        if found.event != "audit.recovered" {
            if let Some(first) = torn.first() {
                let seq = self.report.next_seq - torn.len() as u64;
                let detail = "an unreadable line that no later writer acknowledged".to_owned();
                self.problem(Kind::TornForged, first.line, seq, detail);
            }
            return;
        }
        let record: Record = serde_json::from_slice(bytes).unwrap_or_default();
        let listed = record.get("torn").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let agrees = listed.len() == torn.len()
            && listed.iter().zip(&torn).all(|(said, met)| {
                said.get("len").and_then(Value::as_u64) == Some(met.length as u64)
                    && said.get("sha256").and_then(Value::as_str) == Some(&to_hex(&met.hash))
            });
        if !agrees {
            let detail = "a recovery record that does not fit the lines before it".to_owned();
            self.problem(Kind::TornForged, self.line, found.seq, detail);
        } else if let Some(forged) = torn.iter().find(|torn| !torn.plausible) {
            let detail = "an acknowledged line that is not the beginning of a record".to_owned();
            self.problem(Kind::TornForged, forged.line, found.seq, detail);
        }
        self.report.torn += torn.len() as u64;
    }

    fn own_record(&mut self, found: &Header<'_>, bytes: &[u8]) {
        let record: Record = serde_json::from_slice(bytes).unwrap_or_default();
        let number = |key: &str| record.get(key).and_then(Value::as_u64);
        match found.event {
            "audit.truncated" if record.get("restart").and_then(Value::as_bool) == Some(true) => {
                let notice = format!(
                    "record {}: the machine went down before the last records were on disk",
                    found.seq
                );
                self.report.notices.push(notice);
            }
            "audit.truncated" => {
                let expected = number("expected_seq").unwrap_or_default();
                let detail = format!("a writer found records up to {expected} gone");
                self.problem(Kind::Truncated, self.line, found.seq, detail);
            }
            "audit.altered" => {
                let at = number("at_seq").unwrap_or_default();
                self.problem(Kind::Edited, self.line, at, "a writer found it changed".to_owned());
            }
            "audit.gap" => {
                let failed = number("failed").unwrap_or_default();
                let notice = format!("record {}: {failed} earlier records could not be written", found.seq);
                self.report.notices.push(notice);
            }
            "audit.mark_missing" => {
                let notice = format!("record {}: the high-water mark (.lock) was missing", found.seq);
                self.report.notices.push(notice);
            }
            "audit.pruned" => {
                let last = number("last_seq").unwrap_or_default();
                let head = record.get("head").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.pruned.push((last + 1, head));
            }
            _ => {}
        }
    }

    fn clock(&mut self, found: &Header<'_>) {
        if found.ts < self.last_ts.as_str() {
            let parse = |text: &str| text.parse::<DateTime<Utc>>().ok();
            let back = match (parse(&self.last_ts), parse(found.ts)) {
                (Some(before), Some(after)) => (before - after).num_seconds(),
                _ => i64::MAX,
            };
            if back > CLOCK_TOLERANCE_SECONDS {
                let detail = format!("{} follows {}", found.ts, self.last_ts);
                self.problem(Kind::ClockBack, self.line, found.seq, detail);
            }
        }
        self.last_ts.clear();
        self.last_ts.push_str(found.ts);
    }

    fn finish(mut self) -> Report {
        self.missing_days();
        if !self.torn.is_empty() {
            let notice = format!(
                "the log ends with {} line(s) cut off; the next writer will seal them",
                self.torn.len()
            );
            self.report.notices.push(notice);
            self.report.torn += self.torn.len() as u64;
        }
        self.report.waiting = spill::count(self.directory) as u64;
        if self.report.waiting > 0 {
            let notice = format!("{} records are put aside and not chained yet", self.report.waiting);
            self.report.notices.push(notice);
        }
        self.compare_mark();
        self.report.problems.sort_by_key(|problem| problem.seq);
        self.report
    }

    /// A missing day is no fault if a later record says it was pruned and names its last hash.
    fn missing_days(&mut self) {
        for (follows, problem) in std::mem::take(&mut self.missing) {
            let first_prev = crate::classify::first_prev(self.directory, &problem.file);
            let explained = self.pruned.iter().any(|(next, head)| {
                *next == follows && first_prev.as_ref().map(|hash| to_hex(hash)).as_ref() == Some(head)
            });
            if explained {
                self.report.notices.push(format!("records before {follows} were pruned, as recorded"));
            } else {
                self.report.problems.push(problem);
            }
        }
    }

    fn compare_mark(&mut self) {
        let Some(mark) = self.mark.take() else {
            if self.report.records > 0 {
                let notice = "the high-water mark (.lock) is not here: a cut tail cannot be noticed without a checkpoint";
                self.report.notices.push(notice.to_owned());
            }
            return;
        };
        self.file.clone_from(&mark.file);
        let whole = self.report.next_seq - self.torn.len() as u64;
        if mark.head != Digest::default() && mark.seq >= whole {
            let detail = format!("the last writer left records up to {}", mark.seq);
            let kind = if self.torn.is_empty() { Kind::Truncated } else { Kind::TornForged };
            self.problem(kind, 0, whole, detail);
        } else if self.mark_contradicted {
            self.problem(Kind::Edited, 0, mark.seq, "it is not the record the last writer left".to_owned());
        }
    }

    fn unreadable(&mut self, file: &str, error: &Error) {
        file.clone_into(&mut self.file);
        self.problem(Kind::Unreadable, 0, self.report.next_seq, error.to_string());
    }

    fn problem(&mut self, kind: Kind, line: u64, seq: u64, detail: String) {
        if self.report.problems.len() < MOST_PROBLEMS {
            self.report.problems.push(Problem { kind, file: self.file.clone(), line, seq, detail });
        }
    }
}

/// A cut-off write leaves the beginning of a record; a power cut may leave a run of zero bytes.
fn is_plausibly_torn(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let text = bytes.get(..bytes.len() - zeros).unwrap_or_default();
    let begins = text.is_empty() || text.starts_with(b"{\"") || text == b"{";
    begins && !text.ends_with(b"}") && !text.contains(&b'\n')
}
