//! `govern log verify`: is the log whole, unaltered, and how far can that be trusted.

use super::Verb;
use super::place;
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use hook_core::files::read_text;
use ledger::{Known, Signed, Verifier, parse_notes, to_hex, verify_signed};
use serde_json::{Value, json};
use std::path::Path;

pub(super) const VERB: Verb = Verb {
    name: "verify",
    about: "check every record, checkpoint and key; exit 0 if nothing is wrong, 1 if something is",
    options: "  --dir FOLDER      the log of another place (default: this user's)\n  \
              --key TEXT        the key the log must have been opened with (name+id+base64)\n  \
              --against FILE    checkpoints kept elsewhere that this log must go on from; may be repeated\n  \
              --no-remember     do not keep the head for the next verification\n  \
              --json            the whole report as JSON\n",
    run,
};

/// A file of checkpoints is small: 60 an hour for a year are 100 MB at most.
const LARGEST_CHECKPOINTS: usize = 256 << 20;

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let mut known: Vec<Known> = place::seen(&log, io)?.into_iter().collect();
    for file in arguments.values("--against") {
        known.extend(heads_in(&io.cwd.join(file))?);
    }
    let pinned = match arguments.value("--key") {
        Some(text) => {
            Some(Verifier::from_text(text).ok_or_else(|| Failure::Usage("--key is not a key".into()))?)
        }
        None => None,
    };
    let signed = verify_signed(&log, &known, pinned.as_ref());
    if arguments.flag("--json") {
        writeln!(io.out, "{}", as_json(&signed))?;
    } else {
        print(&signed, &log, io)?;
    }
    if !signed.report.is_intact() {
        return Ok(Exit::Findings);
    }
    if !arguments.flag("--no-remember") {
        place::remember(&log, io, signed.report.next_seq, &signed.root)?;
    }
    Ok(Exit::Clean)
}

fn heads_in(file: &Path) -> Result<Vec<Known>, Failure> {
    let missing = || Failure::Unreadable(format!("{}: there is no such file", file.display()));
    let text = read_text(file, LARGEST_CHECKPOINTS)?.ok_or_else(missing)?;
    let mut heads = Vec::new();
    for note in parse_notes(&text) {
        let note =
            note.ok_or_else(|| Failure::Unreadable(format!("{}: not a checkpoint", file.display())))?;
        let (size, root) = (note.checkpoint.size, note.checkpoint.root);
        heads.push(Known { size, root, from: file.display().to_string(), off_host: true });
    }
    Ok(heads)
}

fn print(signed: &Signed, log: &Path, io: &mut Io<'_>) -> Result<(), Failure> {
    let report = &signed.report;
    let last = report.next_seq.saturating_sub(1);
    writeln!(
        io.out,
        "{}: {} records in {} day files, numbers {} to {last}; {} torn lines sealed, {} put aside and merged",
        log.display(),
        report.records,
        report.segments.len(),
        report.first_seq,
        report.torn,
        report.spilled
    )?;
    for (from, to, level) in &signed.ranges {
        writeln!(io.out, "  {from} to {}: {}", to - 1, level.name())?;
    }
    writeln!(
        io.out,
        "  {} checkpoints hold; head {} {}",
        signed.checkpoints,
        report.next_seq,
        to_hex(&signed.root)
    )?;
    if let Some(key) = &signed.first_key {
        writeln!(io.out, "  opened with key {key}")?;
    }
    for notice in &report.notices {
        writeln!(io.out, "note: {notice}")?;
    }
    match report.problems.split_first() {
        None => writeln!(io.out, "intact")?,
        Some((first, rest)) => {
            writeln!(io.out, "NOT INTACT\nfirst bad record: {first}")?;
            for problem in rest {
                writeln!(io.out, "then: {problem}")?;
            }
        }
    }
    Ok(())
}

fn as_json(signed: &Signed) -> Value {
    let report = &signed.report;
    let problems: Vec<Value> = report
        .problems
        .iter()
        .map(|problem| {
            json!({"file": problem.file, "line": problem.line, "record": problem.seq,
                   "looks_like": problem.kind.looks_like(), "detail": problem.detail})
        })
        .collect();
    let ranges: Vec<Value> = signed
        .ranges
        .iter()
        .map(|(from, to, level)| json!({"from": from, "to": to - 1, "level": level.name()}))
        .collect();
    json!({
        "intact": report.is_intact(), "records": report.records, "first": report.first_seq, "next": report.next_seq,
        "torn": report.torn, "spilled": report.spilled, "waiting": report.waiting, "root": to_hex(&signed.root),
        "checkpoints": signed.checkpoints, "key": signed.first_key, "ranges": ranges, "notices": report.notices,
        "problems": problems,
    })
}
