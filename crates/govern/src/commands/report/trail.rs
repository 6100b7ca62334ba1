//! The audit log as a whole: what verification says, how far it can be trusted, and whether it is complete.

use super::super::log::{place, reconcile};
use super::figures::Figures;
use crate::{Failure, Io};
use ledger::{Signed, to_hex, verify_signed};
use reconcile::{Call, Name};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// So many calls without a record are listed; all are counted.
const MOST_LISTED: usize = 50;

/// Verifies the log, as `govern log verify` does.
pub(in crate::commands) fn verified(log: &Path, io: &Io<'_>) -> Result<(Signed, Value), Failure> {
    let known: Vec<ledger::Known> = place::seen(log, io)?.into_iter().collect();
    let signed = verify_signed(log, &known, None);
    let report = &signed.report;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let ranges: Vec<Value> = signed
        .ranges
        .iter()
        .map(|(from, to, level)| json!({"from": from, "to": to.saturating_sub(1), "level": level.name()}))
        .collect();
    let lowest = signed.ranges.iter().map(|(_, _, level)| level).min();
    let highest = signed.ranges.iter().map(|(_, _, level)| level).max();
    let segments: Vec<Value> = report
        .segments
        .iter()
        .map(|segment| {
            json!({"file": segment.day.file_name(), "first": segment.first_seq, "lines": segment.lines,
                   "bytes": segment.bytes, "first_ts": segment.first_ts, "last_ts": segment.last_ts})
        })
        .collect();
    let value = json!({
        "intact": report.is_intact() && report.records > 0, "records": report.records, "first": report.first_seq,
        "next": report.next_seq, "torn": report.torn, "checkpoints": signed.checkpoints,
        "root": to_hex(&signed.root), "key": signed.first_key,
        "assurance": {"lowest": lowest.map(|level| level.name()), "highest": highest.map(|level| level.name()),
                      "ranges": ranges},
        "problems": problems, "notices": report.notices, "segments": segments,
    });
    Ok((signed, value))
}

/// The calls of the client's own transcripts in a period; `None` where there are no transcripts.
pub(super) fn calls(
    folder: &Path,
    stamps: &(Option<String>, Option<String>),
) -> Result<Option<BTreeMap<Name, Call>>, Failure> {
    let files = reconcile::transcripts(folder)?;
    if files.is_empty() {
        return Ok(None);
    }
    let mut calls = BTreeMap::new();
    for file in &files {
        reconcile::read_transcript(file, &mut calls)?;
    }
    calls.retain(|_, call: &mut Call| super::super::log::scan::in_time(&call.ts, stamps));
    Ok(Some(calls))
}

/// Which sessions and calls of the transcripts the log has, and which it has not.
pub(super) fn coverage(calls: Option<&BTreeMap<Name, Call>>, figures: &Figures) -> Value {
    let Some(calls) = calls else {
        return json!({"known": false, "why": "there are no transcripts on this machine to compare with"});
    };
    let sessions: BTreeSet<&str> =
        calls.keys().map(|name| name.0.as_str()).filter(|session| !session.is_empty()).collect();
    let silent: Vec<&&str> = sessions.iter().filter(|session| !figures.sessions.contains(session)).collect();
    let mut missing = Vec::new();
    let faults = reconcile::faults(calls, &figures.recorded);
    for ((session, id), call, fault) in faults.iter().take(MOST_LISTED) {
        missing.push(
            json!({"tool_use": id, "tool": call.tool, "session": session, "ts": call.ts, "fault": fault}),
        );
    }
    let count = faults.len() as u64;
    json!({
        "known": true, "sessions": sessions.len(), "sessions_with_records": sessions.len() - silent.len(),
        "sessions_without_records": silent, "calls": calls.len(), "calls_recorded": calls.len() as u64 - count,
        "calls_not_recorded": count, "missing": missing,
    })
}
