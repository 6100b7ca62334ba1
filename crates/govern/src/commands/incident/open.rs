//! `govern incident open`: signs the log as it stands, copies the range, and lays out the steps.

use super::super::log::place;
use super::super::log::scan::{in_time, stamps, stored};
use super::super::report::{Field, Row, verified};
use super::super::time;
use super::Verb;
use super::steps::{KINDS, kind};
use super::store::{next_id, records_file, save, stamp};
use crate::commands::arguments::Arguments;
use crate::commands::value::at;
use crate::{Exit, Failure, Io};
use chrono::{DateTime, SecondsFormat, Utc};
use ledger::to_hex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

pub(super) const VERB: Verb = Verb {
    name: "open",
    about: "open an incident over a range of the log",
    options: "  --title TEXT      what happened, in a sentence\n  \
              --kind NAME       secret, mcp, action, log, other (default)\n  \
              --severity NAME   low, medium (default), high, critical\n  \
              --since TIME      where the range begins: 24h (default), 2026-10-01T12:00:00Z\n  \
              --until TIME      where it ends (default: now)\n  \
              --session TEXT    only records of this session; may be repeated\n",
    run,
};

const SEVERITIES: &[&str] = &["low", "medium", "high", "critical"];

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let title = arguments.value("--title").filter(|title| !title.trim().is_empty());
    let title = title.ok_or_else(|| Failure::Usage("what happened? Say --title TEXT".into()))?;
    let name = arguments.value("--kind").unwrap_or("other");
    let Some(kind) = kind(name) else {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        return Err(Failure::Usage(format!("--kind is one of {}, not `{name}`", names.join(", "))));
    };
    let severity = arguments.value("--severity").unwrap_or("medium");
    if !SEVERITIES.contains(&severity) {
        return Err(Failure::Usage(format!(
            "--severity is one of {}, not `{severity}`",
            SEVERITIES.join(", ")
        )));
    }
    let since = time::moment(arguments.value("--since").unwrap_or("24h"), io.now)?;
    let until = arguments.value("--until").map_or(Ok(io.now), |text| time::moment(text, io.now))?;
    let log = place::existing(arguments, io)?;
    let id = next_id(io)?;
    // A checkpoint first: what is frozen is then covered by a signature of this moment.
    ledger::seal(&log, io.now, &ledger::local_origin(&audit_logger::host())).map_err(place::unreadable)?;
    let sessions = arguments.values("--session");
    let range = Range { since, until, sessions: &sessions };
    let frozen = freeze(&log, &range, &records_file(&id, io))?;
    let (_, trail) = verified(&log, io)?;
    let steps: Vec<Value> = kind
        .steps
        .iter()
        .enumerate()
        .map(|(at, (within, what))| json!({"step": at + 1, "within": within, "what": what, "done": Value::Null}))
        .collect();
    let incident = json!({
        "id": id, "title": title, "kind": kind.name, "severity": severity, "status": "open", "opened": stamp(io),
        "opened_by": io.user, "host": audit_logger::host(), "closed": Value::Null, "frozen": frozen,
        "log": {"intact": at(&trail, "intact"), "next": at(&trail, "next"), "root": at(&trail, "root"),
                "assurance": at(&trail, "assurance/lowest"), "problems": at(&trail, "problems")},
        "steps": steps, "notes": [],
    });
    save(&incident, "opened", title, io)?;
    writeln!(io.out, "{id}: {} records frozen, {}", at(&frozen, "records"), records_file(&id, io).display())?;
    if *at(&trail, "intact") != true {
        writeln!(io.out, "The log is NOT INTACT; `govern log verify` says where.")?;
    }
    for step in &steps {
        let (number, within) = (at(step, "step"), at(step, "within").as_str().unwrap_or_default());
        writeln!(io.out, "  {number}. within {within}: {}", at(step, "what").as_str().unwrap_or_default())?;
    }
    writeln!(io.out, "`govern incident note {id} --step 1 --text ...` as they are done.")?;
    Ok(Exit::Clean)
}

struct Range<'a> {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    sessions: &'a [&'a str],
}

/// Copies the stored lines of the range as they are, so that each can still be proved to be in the log.
fn freeze(log: &Path, range: &Range<'_>, file: &Path) -> Result<Value, Failure> {
    let failed = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
    let mut out = BufWriter::new(opened);
    let (mut digest, mut count) = (Sha256::new(), 0_u64);
    let (mut first, mut last) = (Value::Null, Value::Null);
    let bounds = (Some(range.since), Some(range.until));
    let stamps = stamps(bounds);
    stored(log, bounds, b"\"event\":\"", &mut |line| {
        let Some(row) = Row::read(line).filter(|row| in_time(&row.text(Field::Ts), &stamps)) else {
            return Ok(true);
        };
        let session = row.text(Field::Session);
        if !range.sessions.is_empty() && !range.sessions.contains(&session.as_ref()) {
            return Ok(true);
        }
        out.write_all(line).and_then(|()| out.write_all(b"\n")).map_err(failed)?;
        digest.update(line);
        digest.update(b"\n");
        count += 1;
        last = row.text(Field::Seq).parse::<u64>().map_or(Value::Null, Value::from);
        if first.is_null() {
            first = last.clone();
        }
        Ok(true)
    })?;
    out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(
        json!({"since": stamp(range.since), "until": stamp(range.until), "sessions": range.sessions, "records": count,
              "first": first, "last": last, "sha256": to_hex(&digest.finalize())}),
    )
}
