//! `govern log prune`: removes whole days that have outlived their retention, so that what stays still verifies.

use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use chrono::TimeDelta;
use hook_core::policy::{load, places, resolve};
use hook_core::{Policy, Tier};
use ledger::{Frontier, Lines, Record, Segment, Verifier, frontier_json, leaf_hash, verify_signed};
use serde_json::Value;
use std::fs;
use std::path::Path;

pub(super) const VERB: Verb = Verb {
    name: "prune",
    about: "remove days older than the retention; what stays still verifies",
    options: "  --keep TIME    how much stays: 180d, 6y (default and least: the tier's retention)\n  \
              --dry-run      only say what would go\n  \
              --dir FOLDER   the log of another place (default: this user's)\n",
    run,
};

/// How long records must stay, in days: what the regulations a tier is meant for ask at least.
fn retention(tier: Tier) -> TimeDelta {
    TimeDelta::days(match tier {
        Tier::Starter => 30,
        // EU AI Act articles 19 and 26(6): six months.
        Tier::Standard => 180,
        // PCI DSS 4.0.1, 10.5.1: twelve months.
        Tier::Strict => 365,
        // HIPAA 164.316(b)(2)(i): six years.
        Tier::Regulated => 6 * 365 + 2,
    })
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let policy = policy(io)?;
    let least = retention(policy.tier());
    let keep = arguments.value("--keep").map(time::span).transpose()?.unwrap_or(least);
    if keep < least {
        let days = least.num_days();
        return Err(Failure::Usage(format!(
            "the {} tier keeps records for {days} days at least",
            policy.tier()
        )));
    }
    let heads: Vec<_> = place::seen(&log, io)?.into_iter().collect();
    let signed = verify_signed(&log, &heads, None);
    if let Some(problem) = signed.report.problems.first() {
        return Err(Failure::Unreadable(format!(
            "the log does not verify, so nothing is removed: {problem}"
        )));
    }
    // What an open incident has frozen stays, however old.
    let held = super::super::incident::held_from(io)?;
    let first_kept = (io.now - keep).date_naive();
    let first_kept = held.map_or(first_kept, |held| held.min(first_kept));
    let covered = signed.head.map_or(0, |(size, _)| size);
    let newest = signed.report.segments.len().saturating_sub(1);
    // Only days that a checkpoint covers whole, and never the newest.
    let old: Vec<&Segment> = signed
        .report
        .segments
        .iter()
        .take(newest)
        .take_while(|segment| segment.day.0 < first_kept && segment.first_seq + segment.lines <= covered)
        .collect();
    let Some(final_day) = old.last() else {
        writeln!(io.out, "no day is older than {} days", keep.num_days())?;
        return Ok(Exit::Clean);
    };
    let end = final_day.first_seq + final_day.lines;
    writeln!(
        io.out,
        "{} days, up to {}, {} records",
        old.len(),
        final_day.day.0,
        end - signed.report.first_seq
    )?;
    if arguments.flag("--dry-run") {
        return Ok(Exit::Clean);
    }
    ledger::append_with(&log, io.now, farewell(&log, &old, io)?, ledger::Durability::Strict)
        .map_err(place::unreadable)?;
    for segment in &old {
        let path = segment.day.path(&log);
        fs::remove_file(&path)
            .map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))?;
    }
    writeln!(io.out, "removed; the log begins at record {end} now")?;
    Ok(Exit::Clean)
}

/// How long the tier in force keeps records.
pub(super) fn tier_retention(io: &Io<'_>) -> Result<TimeDelta, Failure> {
    Ok(retention(policy(io)?.tier()))
}

fn policy(io: &Io<'_>) -> Result<Policy, Failure> {
    let mut layers = Vec::new();
    for (kind, file) in places(&io.home, Some(&io.cwd), &io.managed) {
        layers.extend(load(kind, &file, &audit_logger::HOOK)?);
    }
    Ok(resolve(&audit_logger::HOOK, &layers))
}

/// The record that stands for what was removed: its end in the chain, the tree up to there, and the key of that time.
fn farewell(log: &Path, old: &[&Segment], io: &Io<'_>) -> Result<Record, Failure> {
    let mut before = Before::at_the_start(log)?;
    for segment in old {
        before.read(&segment.day.path(log))?;
    }
    let mut record = frontier_json(&before.frontier);
    let mut put = |name: &str, value: Value| drop(record.insert(name.into(), value));
    put("event", "audit.pruned".into());
    put("user", io.user.clone().into());
    put("first_seq", old.first().map_or(0, |segment| segment.first_seq).into());
    put("last_seq", before.frontier.size().saturating_sub(1).into());
    put("days", old.iter().map(|segment| segment.day.0.to_string()).collect());
    put("head", ledger::to_hex(&before.head).into());
    if let Some((epoch, key)) = &before.key {
        put("epoch", (*epoch).into());
        put("key", key.to_text().into());
    }
    Ok(record)
}

/// The log up to a line.
struct Before {
    frontier: Frontier,
    head: ledger::Digest,
    key: Option<(u64, Verifier)>,
}

impl Before {
    fn at_the_start(log: &Path) -> Result<Before, Failure> {
        let (frontier, key) = ledger::start_of(log).map_err(place::unreadable)?;
        Ok(Before { frontier, head: [0; 32], key })
    }

    fn read(&mut self, path: &Path) -> Result<(), Failure> {
        let mut lines = Lines::open(path, 0).map_err(place::unreadable)?;
        while let Some(line) = lines.next_line().map_err(place::unreadable)? {
            self.frontier.push(leaf_hash(line.bytes));
            self.head = ledger::digest(line.bytes);
            if ledger::header(line.bytes).is_some_and(|found| found.event == "audit.key") {
                let record: Record = serde_json::from_slice(line.bytes).unwrap_or_default();
                let key = record.get("key").and_then(Value::as_str).and_then(Verifier::from_text);
                let epoch = record.get("epoch").and_then(Value::as_u64).unwrap_or_default();
                self.key = key.map(|key| (epoch, key));
            }
        }
        Ok(())
    }
}
