//! Since when each violation stands: what makes "within 48 hours" a date.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hook_core::{Context, Error, record};
use serde_json::{Map, Value};

use crate::violation::Violation;

const FILE: &str = "governance-check.json";
const DEADLINE: Duration = Duration::from_millis(500);

/// The names under which violations are remembered, in the order given.
pub(crate) fn keys(violations: &[Violation], context: &Context<'_>) -> Vec<String> {
    let prefix = prefix(context);
    violations.iter().map(|violation| key(&prefix, violation)).collect()
}

/// When each violation was first seen, in the order given. What is seen for the first time is noted with this moment.
pub(crate) fn first_seen(keys: &[String], context: &Context<'_>) -> Result<Vec<DateTime<Utc>>, Error> {
    let known = context.state.read(FILE)?.map(|bytes| parse(&bytes)).unwrap_or_default();
    if keys.iter().all(|key| known.contains_key(key)) {
        return Ok(keys.iter().map(|key| moment(&known, key, context.now)).collect());
    }
    let now = context.now;
    context.state.update(FILE, DEADLINE, |bytes| {
        let mut map = bytes.map(parse).unwrap_or_default();
        for key in keys {
            map.entry(key.clone()).or_insert_with(|| now.to_rfc3339().into());
        }
        let seen = keys.iter().map(|key| moment(&map, key, now)).collect();
        Ok((Value::Object(map).to_string().into_bytes(), seen))
    })
}

/// Forgets violations of this project that no longer stand, so that one that comes back has its grace again.
pub(crate) fn forget_others(keys: &[String], context: &Context<'_>) -> Result<(), Error> {
    let Some(bytes) = context.state.read(FILE)? else { return Ok(()) };
    let ours = prefix(context);
    let standing: HashSet<&str> = keys.iter().map(String::as_str).collect();
    let gone = |key: &String| key.starts_with(&ours) && !standing.contains(key.as_str());
    if !parse(&bytes).keys().any(gone) {
        return Ok(());
    }
    context.state.update(FILE, DEADLINE, |bytes| {
        let mut map = bytes.map(parse).unwrap_or_default();
        map.retain(|key, _| !gone(key));
        Ok((Value::Object(map).to_string().into_bytes(), ()))
    })
}

/// Whether the grace of a violation is over.
pub(crate) fn is_over(first_seen: DateTime<Utc>, context: &Context<'_>) -> bool {
    let hours = i64::try_from(context.policy.number("grace_hours")).unwrap_or(i64::MAX);
    (context.now - first_seen).num_hours() >= hours
}

fn parse(bytes: &[u8]) -> Map<String, Value> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => map,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn prefix(context: &Context<'_>) -> String {
    format!("{}\n", context.project.display())
}

fn key(prefix: &str, violation: &Violation) -> String {
    // The name of a server may be anything, a secret too.
    let subject = record::identifier(&violation.subject);
    format!("{prefix}{}\n{}\n{subject}", violation.rule, violation.file.display())
}

/// A moment that cannot be read, or lies ahead, is taken for now: the clock starts again rather than never.
fn moment(map: &Map<String, Value>, key: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let text = map.get(key).and_then(Value::as_str).unwrap_or_default();
    DateTime::parse_from_rfc3339(text).map_or(now, |moment| moment.with_timezone(&Utc)).min(now)
}
