//! `govern log ship`: the log to an S3 bucket with Object Lock, part by part, never the same name twice.

mod broker;
mod part;
mod progress;
mod signature;
mod upload;

use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use ledger::Record;
use part::Part;
use progress::Progress;
use serde_json::Value;
use signature::{Bucket, Credentials};
use std::path::Path;
use upload::{Sent, Target};

pub(super) use broker::VERB as BROKER;
pub(in crate::commands) use progress::is_shipped;

pub(super) const VERB: Verb = Verb {
    name: "ship",
    about: "copy the log to an S3 bucket with Object Lock, what is new only",
    options: "  --bucket NAME     the bucket; credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN\n  \
              --endpoint URL    the server (default: https://s3.REGION.amazonaws.com)\n  \
              --region NAME     its region (default: us-east-1)\n  \
              --prefix TEXT     what every name begins with (default: none)\n  \
              --broker URL      ask this broker for each upload instead of holding credentials\n  \
              --token FILE      with --broker: the file that holds this machine's token\n  \
              --mode NAME       COMPLIANCE (default), GOVERNANCE, or NONE for a bucket without Object Lock\n  \
              --retain TIME     how long nothing may be deleted: 365d, 6y (default: the tier's retention)\n  \
              --dir FOLDER      the log of another place (default: this user's)\n",
    run,
};

/// What is asked of the storage for every object.
#[derive(Debug, Clone)]
struct Lock {
    /// `COMPLIANCE`, `GOVERNANCE`, or nothing.
    mode: Option<String>,
    until: DateTime<Utc>,
}

impl Lock {
    /// The headers of an upload. Each is signed, so nobody on the way can weaken it.
    fn headers(&self, part: &Part) -> Vec<(String, String)> {
        let mut headers = vec![
            ("if-none-match".to_owned(), "*".to_owned()),
            ("x-amz-checksum-sha256".to_owned(), part.checksum()),
        ];
        if let Some(mode) = &self.mode {
            let until = self.until.to_rfc3339_opts(SecondsFormat::Secs, true);
            headers.push(("x-amz-object-lock-mode".into(), mode.clone()));
            headers.push(("x-amz-object-lock-retain-until-date".into(), until));
        }
        headers
    }
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let lock = lock(arguments, io)?;
    let (target, name) = target(arguments, io)?;
    let origin = ledger::local_origin(&audit_logger::host());
    let prefix = arguments.value("--prefix").unwrap_or_default();
    let mut progress = Progress::load(io, &log, &format!("{name}/{prefix}"))?;
    // Receipts of this run go with the next one: else each run would make the next.
    let end = ledger::verify(&log).next_seq;
    let total = end.saturating_sub(progress.next());
    let mut parts = 0;
    while progress.next() < end || progress.has_plan() {
        let (first, upto) = progress.plan(end);
        let Some(part) = part::part(&log, prefix, &origin, first, upto)? else {
            return Err(Failure::Unreadable(format!(
                "record {first} is not here any more; was the log pruned?"
            )));
        };
        // What is about to be sent is noted first: after an interruption exactly the same is sent again.
        progress.intend(io, part.first, part.end)?;
        let sent = target.send(&part, &lock, io.now)?;
        ledger::append_with(&log, io.now, receipt(&part, &sent, &lock, &name), ledger::Durability::Strict)
            .map_err(place::unreadable)?;
        progress.done(io, part.end)?;
        parts += 1;
        let left = end.saturating_sub(part.end);
        writeln!(io.err, "{} ({} bytes), {left} of {total} records left", part.key, part.body.len())?;
    }
    checkpoint(&log, (prefix, &origin), &target, &lock, io)?;
    writeln!(io.out, "{parts} parts shipped, up to record {}", end.saturating_sub(1))?;
    Ok(Exit::Clean)
}

/// The newest checkpoint goes along: it is what shows later that nothing before it was changed.
fn checkpoint(
    log: &Path,
    (prefix, origin): (&str, &str),
    target: &Target,
    lock: &Lock,
    io: &Io<'_>,
) -> Result<(), Failure> {
    let notes = ledger::stored_notes(log).map_err(place::unreadable)?;
    let Some((_, text)) = notes.last() else { return Ok(()) };
    let size = ledger::parse_notes(text)
        .into_iter()
        .flatten()
        .map(|note| note.checkpoint.size)
        .max()
        .unwrap_or_default();
    let key = format!("{prefix}checkpoints/{}/{size:012}.ckpt", origin.replace('/', "-"));
    let part = Part { first: size, end: size, key, body: text.clone().into_bytes() };
    target.send(&part, lock, io.now).map(drop)
}

fn lock(arguments: &Arguments<'_>, io: &Io<'_>) -> Result<Lock, Failure> {
    let mode = match arguments.value("--mode").unwrap_or("COMPLIANCE") {
        "NONE" => None,
        mode @ ("COMPLIANCE" | "GOVERNANCE") => Some(mode.to_owned()),
        other => {
            return Err(Failure::Usage(format!("--mode is COMPLIANCE, GOVERNANCE or NONE, not `{other}`")));
        }
    };
    let retain = match arguments.value("--retain") {
        Some(text) => time::span(text)?,
        None => super::prune::tier_retention(io)?,
    };
    let least = TimeDelta::days(1);
    Ok(Lock { mode, until: io.now + retain.max(least) })
}

fn target(arguments: &Arguments<'_>, io: &Io<'_>) -> Result<(Target, String), Failure> {
    if let Some(url) = arguments.value("--broker") {
        let file =
            arguments.value("--token").ok_or_else(|| Failure::Usage("--broker needs --token FILE".into()))?;
        let token =
            hook_core::files::read_text(&io.cwd.join(file), 4096)?.unwrap_or_default().trim().to_owned();
        if token.is_empty() {
            return Err(Failure::Usage(format!("{file}: no token in it")));
        }
        return Ok((Target::Broker { url: url.to_owned(), token }, url.to_owned()));
    }
    let bucket = bucket(arguments)?;
    let name = format!("{}/{}", bucket.endpoint, bucket.name);
    Ok((Target::Bucket(bucket, credentials()?), name))
}

fn bucket(arguments: &Arguments<'_>) -> Result<Bucket, Failure> {
    let name =
        arguments.value("--bucket").ok_or_else(|| Failure::Usage("--bucket or --broker is needed".into()))?;
    let region = arguments.value("--region").unwrap_or("us-east-1");
    let endpoint = arguments
        .value("--endpoint")
        .map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned);
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if !endpoint.starts_with("https://") && !loopback.iter().any(|start| endpoint.starts_with(start)) {
        return Err(Failure::Usage("--endpoint must be https (http only on this machine)".into()));
    }
    Ok(Bucket { endpoint, region: region.to_owned(), name: name.to_owned() })
}

/// On the command line every user of the machine could read them.
#[expect(clippy::disallowed_methods, reason = "the names every S3 tool reads its credentials from")]
fn credentials() -> Result<Credentials, Failure> {
    let read = |name: &str| std::env::var(name).unwrap_or_default();
    let (key_id, secret) = (read("AWS_ACCESS_KEY_ID"), read("AWS_SECRET_ACCESS_KEY"));
    if key_id.is_empty() || secret.is_empty() {
        return Err(Failure::Usage("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".into()));
    }
    Ok(Credentials { key_id, secret, token: read("AWS_SESSION_TOKEN") })
}

/// What stands in the log about an upload.
fn receipt(part: &Part, sent: &Sent, lock: &Lock, target: &str) -> Record {
    let mut record = Record::new();
    let mut put = |name: &str, value: Value| drop(record.insert(name.into(), value));
    put("event", "audit.shipped".into());
    put("target", target.into());
    put("key", part.key.clone().into());
    put("first_seq", part.first.into());
    put("last_seq", part.end.saturating_sub(1).into());
    put("sha256", part.hash().into());
    put("version", sent.version.clone().into());
    put("already_there", sent.already_there.into());
    if let Some(mode) = &lock.mode {
        put("lock", mode.clone().into());
        put("retain_until", lock.until.to_rfc3339_opts(SecondsFormat::Secs, true).into());
    }
    record
}
