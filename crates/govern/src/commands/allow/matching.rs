//! What an exception would match: files on the disk, findings and calls in the log.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use globset::{GlobBuilder, GlobMatcher};
use hook_core::approval::TAG_PREFIX;
use ledger::Record;
use serde_json::Value;

use super::COMMAND;
use super::request::Request;
use crate::commands::log::scan::{Filter, scan};
use crate::{Exit, Failure, Io};

/// How far back the log is searched, in days.
const SEARCHED_DAYS: i64 = 30;

/// How many matches are shown.
const SHOWN: usize = 5;

/// How many files of the project are looked at.
const MOST_FILES: usize = 50_000;

/// Folders that hold nothing of a project's own.
const SKIPPED: &[&str] = &[".git", "node_modules", "target", ".venv"];

/// Shows what a lasting exception matches today.
pub(super) fn show(request: &Request<'_>, io: &mut Io<'_>) -> Result<(), Failure> {
    match (request.path, request.fingerprint) {
        (Some(glob), _) => show_files(glob, io),
        (None, Some(call)) if call.starts_with(TAG_PREFIX) => show_call(request.hook, call, io),
        (None, Some(value)) => show_findings(request.hook, value, io),
        (None, None) => Ok(()),
    }
}

fn show_files(glob: &str, io: &mut Io<'_>) -> Result<(), Failure> {
    let matcher = GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .map_err(|error| COMMAND.wrong(&format!("--path: {error}")))?
        .compile_matcher();
    if glob.starts_with('/') {
        writeln!(io.out, "Files outside the project are not listed here.")?;
        return Ok(());
    }
    let mut walk = Walk { root: io.cwd.clone(), matcher, seen: 0, found: Vec::new(), more: 0 };
    walk.folder(&io.cwd.clone());
    let total = walk.found.len() + walk.more;
    let first = walk.found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let end = if walk.more > 0 { ", ..." } else { "" };
    let bound = if walk.seen >= MOST_FILES { " (the folder is too large to look at whole)" } else { "" };
    match total {
        0 => writeln!(io.out, "Below {} it matches no file today{bound}.", io.cwd.display())?,
        _ => writeln!(
            io.out,
            "Below {} it matches {total} files today: {first}{end}{bound}",
            io.cwd.display()
        )?,
    }
    Ok(())
}

struct Walk {
    root: PathBuf,
    matcher: GlobMatcher,
    seen: usize,
    found: Vec<PathBuf>,
    more: usize,
}

impl Walk {
    /// Folders that cannot be read match nothing; links are not followed.
    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            self.seen += 1;
            if self.seen >= MOST_FILES {
                return;
            }
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
                self.folder(&path);
            } else if kind.is_file() {
                let below = path.strip_prefix(&self.root).unwrap_or(&path);
                match (self.matcher.is_match(below), self.found.len() < SHOWN) {
                    (true, true) => self.found.push(below.to_path_buf()),
                    (true, false) => self.more += 1,
                    (false, _) => {}
                }
            }
        }
    }
}

fn show_findings(hook: &str, fingerprint: &str, io: &mut Io<'_>) -> Result<(), Failure> {
    let mut times = 0;
    let mut last = None;
    each(io, &[fingerprint], &mut |record| {
        let findings = record.get("findings").and_then(Value::as_array).into_iter().flatten();
        if text(record, "hook") == hook {
            for finding in findings.filter(|finding| finding["fingerprint"] == fingerprint) {
                times += 1;
                last = Some(format!(
                    "{} {} in {}",
                    text(record, "ts"),
                    finding["summary"].as_str().unwrap_or_default(),
                    finding["pointer"].as_str().unwrap_or_default()
                ));
            }
        }
    })?;
    let told = match last {
        Some(last) => format!("The log holds {times} such findings of {hook}; the last: {last}"),
        None => format!("The log of the last {SEARCHED_DAYS} days holds no such finding of {hook}."),
    };
    writeln!(io.out, "{told}")?;
    Ok(())
}

/// Shows the call behind a tag, as the log knows it.
pub(super) fn show_call(hook: &str, call: &str, io: &mut Io<'_>) -> Result<(), Failure> {
    let mut last: Option<Record> = None;
    each(io, &[call, "\"decision\""], &mut |record| {
        if text(record, "call") == call && text(record, "hook") == hook {
            last = Some(record.clone());
        }
    })?;
    let Some(decision) = last else {
        writeln!(io.out, "The log of the last {SEARCHED_DAYS} days holds no call with this tag.")?;
        return Ok(());
    };
    let what = told(&decision, io)?;
    writeln!(io.out, "{}: {what}", text(&decision, "ts"))?;
    Ok(())
}

/// What was stopped last, with the command that would let each through.
pub(super) fn recent(io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut last: VecDeque<Record> = VecDeque::new();
    each(io, &["\"call:", "\"decision\""], &mut |record| {
        if text(record, "mode") == "enforce" && matches!(text(record, "decision"), "deny" | "ask") {
            if last.len() >= 2 * SHOWN {
                last.pop_front();
            }
            last.push_back(record.clone());
        }
    })?;
    for decision in &last {
        let what = told(decision, io)?;
        writeln!(io.out, "{} {}: {what}", text(decision, "ts"), text(decision, "decision"))?;
        let findings = decision.get("findings").and_then(Value::as_array).into_iter().flatten();
        let mut rules = vec![text(decision, "rule")];
        for rule in findings.filter_map(|finding| finding.get("rule")?.as_str()) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        let (hook, call) = (text(decision, "hook"), text(decision, "call"));
        writeln!(io.out, "    govern allow {hook} {} --once {call} --reason WHY", rules.join(","))?;
    }
    if last.is_empty() {
        writeln!(io.out, "Nothing was stopped in the last {SEARCHED_DAYS} days.")?;
    }
    Ok(Exit::Clean)
}

/// The tool of a decision, and the command or path from the record of the same call.
fn told(decision: &Record, io: &Io<'_>) -> Result<String, Failure> {
    let (session, id) = (text(decision, "session"), text(decision, "tool_use"));
    let mut what = String::new();
    if !id.is_empty() {
        each(io, &[id, "\"activity\""], &mut |record| {
            if text(record, "tool_use") == id && text(record, "session") == session {
                let words = [text(record, "command"), text(record, "path"), text(record, "url")];
                if let Some(words) = words.into_iter().find(|words| !words.is_empty()) {
                    what = format!(" `{}`", words.escape_debug());
                }
            }
        })?;
    }
    let tool = text(decision, "tool");
    let tool = if tool.is_empty() { text(decision, "event") } else { tool };
    let (hook, rule) = (text(decision, "hook"), text(decision, "rule"));
    Ok(format!("{tool}{what} ({hook}, {rule})"))
}

/// Every record of the last days that holds these texts, oldest first.
fn each(io: &Io<'_>, needles: &[&str], visit: &mut dyn FnMut(&Record)) -> Result<(), Failure> {
    let filter = Filter {
        since: Some(io.now - TimeDelta::days(SEARCHED_DAYS)),
        until: None,
        needles: needles.iter().map(|needle| needle.as_bytes().to_vec()).collect(),
        wanted: &|_| true,
    };
    let log = io.state.join("log");
    if !log.is_dir() {
        return Ok(());
    }
    scan(&log, &filter, &mut |record, _| {
        visit(&record);
        Ok(true)
    })
}

fn text<'a>(record: &'a Record, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
