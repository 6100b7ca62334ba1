//! `govern log reconcile`: the client's own transcripts against the log. What was written may be unaltered and still not
//! be all that happened: a hook may have been off, timed out, or wired out.

use super::scan::{Filter, scan};
use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use hook_core::record::identifier;
use ledger::{Lines, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const VERB: Verb = Verb {
    name: "reconcile",
    about: "name the calls in Claude Code's transcripts that the log does not hold; exit 1 if there are any",
    options: "  --transcripts FOLDER   where they are (default: ~/.claude/projects)\n  \
              --session TEXT         only this session\n  \
              --since TIME           only calls from then on (default: where the log begins)\n  \
              --json                 as JSON, one call a line\n  \
              --dir FOLDER           the log of another place (default: this user's)\n",
    run,
};

/// A call's session and its id. Ids alone would do while every id came from the real model.
pub(in crate::commands) type Name = (String, String);

/// A call as a transcript tells it.
#[derive(Debug, Default)]
pub(in crate::commands) struct Call {
    pub(in crate::commands) tool: String,
    pub(in crate::commands) ts: String,
    /// Whether a result came back, whether it was a refusal, and whether a hook's.
    answered: bool,
    pub(in crate::commands) denied: bool,
    by_hook: bool,
    transcript: PathBuf,
}

/// What the log holds of one call.
#[derive(Debug, Default)]
pub(in crate::commands) struct Recorded {
    /// A record of the call having run, or failed.
    ran: bool,
    /// A record of it being asked for: where a hook refused it, the audit hook was asked as well.
    asked: bool,
    /// Any record of its own: asked for, denied, decided upon.
    pub(in crate::commands) named: bool,
}

impl Recorded {
    /// Notes a record of this call: of what event, and whether it is the audit hook's.
    pub(in crate::commands) fn note(&mut self, event: &str, is_activity: bool) {
        self.named = true;
        self.ran |= is_activity && matches!(event, "PostToolUse" | "PostToolUseFailure");
        self.asked |= is_activity && event == "PreToolUse";
    }
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let (recorded, begins) = recorded(&log)?;
    let since = match arguments.value("--since") {
        Some(text) => time::moment(text, io.now)?.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        None => begins,
    };
    let folder = arguments.value("--transcripts").map(|folder| io.cwd.join(folder));
    let folder = folder.unwrap_or_else(|| io.home.join(".claude/projects"));
    let mut calls = BTreeMap::new();
    let files = transcripts(&folder)?;
    if files.is_empty() {
        return Err(Failure::Unreadable(format!("no transcripts below {}", folder.display())));
    }
    for file in &files {
        read_transcript(file, &mut calls)?;
    }
    let session = arguments.value("--session");
    calls.retain(|name: &Name, call: &mut Call| {
        call.ts >= since && session.is_none_or(|session| name.0 == session)
    });
    let faults = faults(&calls, &recorded);
    for (name, call, fault) in &faults {
        tell(name, call, fault, arguments.flag("--json"), io)?;
    }
    let foreign = unknown_to_transcripts(&recorded, &calls);
    if !arguments.flag("--json") {
        for (_, id) in &foreign {
            writeln!(io.out, "{id}: recorded, but not in its session's transcript")?;
        }
        let kept = calls.len() - faults.len();
        writeln!(
            io.out,
            "{} calls in {} transcripts: {kept} recorded, {} not",
            calls.len(),
            files.len(),
            faults.len()
        )?;
    }
    Ok(if faults.is_empty() && foreign.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// The calls that lack a record. A session that was forked has the calls of the other one in its transcript, with their
/// times: recorded in one of them is recorded.
pub(in crate::commands) fn faults<'a>(
    calls: &'a BTreeMap<Name, Call>,
    recorded: &BTreeMap<Name, Recorded>,
) -> Vec<(&'a Name, &'a Call, &'static str)> {
    let whole: BTreeSet<(&str, &str)> = calls
        .iter()
        .filter(|(name, call)| fault(call, recorded.get(name)).is_none())
        .map(|(name, call)| (name.1.as_str(), call.ts.as_str()))
        .collect();
    calls
        .iter()
        .filter(|(name, call)| !whole.contains(&(name.1.as_str(), call.ts.as_str())))
        .filter_map(|(name, call)| fault(call, recorded.get(name)).map(|fault| (name, call, fault)))
        .collect()
}

/// A call that ran needs the record of its result; one that was refused, any record of its own.
fn fault(call: &Call, recorded: Option<&Recorded>) -> Option<&'static str> {
    match recorded {
        None => Some("has no record"),
        Some(recorded) if call.denied && !recorded.named => Some("was denied and has no record of its own"),
        Some(recorded) if call.by_hook && !recorded.asked => {
            Some("was denied by a hook and has no record of its request")
        }
        Some(recorded) if call.answered && !call.denied && !recorded.ran => {
            Some("has no record of its result")
        }
        Some(_) => None,
    }
}

fn tell(name: &Name, call: &Call, fault: &str, json: bool, io: &mut Io<'_>) -> Result<(), Failure> {
    let (session, id) = name;
    if json {
        let row = serde_json::json!({"tool_use": id, "tool": call.tool, "session": session, "ts": call.ts,
            "fault": fault, "transcript": call.transcript});
        writeln!(io.out, "{row}")?;
    } else {
        let (tool, session) = (call.tool.escape_debug(), session.escape_debug());
        writeln!(
            io.out,
            "{} {tool} {} of session {session} {fault}",
            call.ts.escape_debug(),
            id.escape_debug()
        )?;
    }
    Ok(())
}

/// Records of calls whose session has a transcript that does not hold them: the transcript was changed, or the record made up.
fn unknown_to_transcripts(recorded: &BTreeMap<Name, Recorded>, calls: &BTreeMap<Name, Call>) -> Vec<Name> {
    let sessions: BTreeSet<&str> = calls.keys().map(|name| name.0.as_str()).collect();
    let unknown = |(name, record): (&Name, &Recorded)| {
        (record.ran && sessions.contains(name.0.as_str()) && !calls.contains_key(name)).then(|| name.clone())
    };
    recorded.iter().filter_map(unknown).collect()
}

/// Every call the log knows, and the time of its first record.
fn recorded(log: &Path) -> Result<(BTreeMap<Name, Recorded>, String), Failure> {
    let mut calls: BTreeMap<Name, Recorded> = BTreeMap::new();
    let mut begins = String::new();
    let filter =
        Filter { since: None, until: None, needles: vec![b"\"event\":\"".to_vec()], wanted: &|_| true };
    scan(log, &filter, &mut |record, _| {
        let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default();
        if begins.is_empty() {
            text("ts").clone_into(&mut begins);
        }
        if !text("tool_use").is_empty() {
            let name = (text("session").to_owned(), text("tool_use").to_owned());
            calls.entry(name).or_default().note(text("event"), text("type") == "activity");
        }
        for call in record.get("calls").and_then(Value::as_array).into_iter().flatten() {
            if let Some(id) = call.get("tool_use").and_then(Value::as_str) {
                // A rule of the client refuses some calls before any hook is asked; the batch still lists them.
                calls.entry((text("session").to_owned(), id.to_owned())).or_default().named = true;
            }
        }
        Ok(true)
    })?;
    Ok((calls, begins))
}

/// Every transcript below a folder, those of subagents included.
pub(in crate::commands) fn transcripts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "jsonl")
            {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

pub(in crate::commands) fn read_transcript(
    file: &Path,
    calls: &mut BTreeMap<Name, Call>,
) -> Result<(), Failure> {
    let mut lines = Lines::open(file, 0).map_err(place::unreadable)?;
    while let Some(line) = lines.next_line().map_err(place::unreadable)? {
        // The client may be writing its last line just now.
        let Ok(row) = serde_json::from_slice::<Record>(line.bytes) else { continue };
        let content = row.get("message").and_then(|message| message.get("content")).and_then(Value::as_array);
        for block in content.into_iter().flatten() {
            read_block(block, &row, file, calls);
        }
    }
    Ok(())
}

fn read_block(block: &Value, row: &Record, file: &Path, calls: &mut BTreeMap<Name, Call>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    // As the records have them.
    let name = |id: Option<&Value>| {
        let stored = |text: String| identifier(&text).into_owned();
        (stored(text(row.get("sessionId"))), stored(text(id)))
    };
    match block.get("type").and_then(Value::as_str) {
        Some("tool_use") => {
            let call = calls.entry(name(block.get("id"))).or_default();
            call.tool = text(block.get("name"));
            call.ts = text(row.get("timestamp"));
            call.transcript = file.to_path_buf();
        }
        Some("tool_result") => {
            let call = calls.entry(name(block.get("tool_use_id"))).or_default();
            call.answered = true;
            call.denied |= is_denial(row, block);
            let source = row.get("permissionDecision").and_then(|decision| decision.get("source"));
            call.by_hook |= call.denied && source.and_then(Value::as_str) == Some("hook");
        }
        _ => {}
    }
}

/// The client marks what was refused: by rule, by hook, by a person, or because the input was no valid call.
fn is_denial(row: &Record, block: &Value) -> bool {
    let decided =
        row.get("permissionDecision").and_then(|decision| decision.get("decision")).and_then(Value::as_str);
    // A word this version does not know is no refusal: then the record of a result is asked for.
    let refused = decided == Some("reject");
    let kind = row.get("toolDenialKind").is_some_and(|kind| !kind.is_null());
    let failed = block.get("is_error").and_then(Value::as_bool) == Some(true);
    let invalid =
        block.get("content").and_then(Value::as_str).is_some_and(|text| text.starts_with("<tool_use_error>"));
    refused || kind || (failed && invalid)
}
