//! `govern policy check`: every policy file through every hook's eyes.

use std::collections::BTreeSet;

use hook_core::policy::{Layer, LayerKind, load};
use hook_core::{Exception, StateDirectory};

use super::{files, layer_name};
use crate::commands::allow::{LastUse, UNUSED_DAYS, last_use};
use crate::registry::{REGISTRY, Registered};
use crate::{Exit, Failure, Io};

/// How long before its end an exception is announced, in days.
const ANNOUNCE_DAYS: i64 = 14;

pub(super) fn run(named: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let files = files(named, io);
    if files.is_empty() {
        writeln!(io.out, "There is no policy file; the defaults of the standard tier are in force.")?;
        return Ok(Exit::Clean);
    }
    let mut problems = BTreeSet::new();
    for (kind, file) in &files {
        if !file.is_file() {
            return Err(Failure::Unreadable(format!("{} is not there", file.display())));
        }
        for registered in REGISTRY {
            match load(*kind, file, registered.hook) {
                Ok(Some(layer)) => problems.extend(notes(&layer, registered, io)?),
                Ok(None) => {}
                Err(error) => drop(problems.insert(error.to_string())),
            }
        }
        writeln!(io.out, "{}: {} layer", file.display(), layer_name(*kind))?;
    }
    for problem in &problems {
        writeln!(io.out, "  {problem}")?;
    }
    writeln!(io.out, "{} files, {} problems", files.len(), problems.len())?;
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// What parses and still is not what its author meant.
fn notes(layer: &Layer, registered: &Registered, io: &Io<'_>) -> Result<Vec<String>, Failure> {
    let (file, hook) = (layer.file.display(), registered.hook.name);
    let known = (registered.rules)();
    let mut notes = Vec::new();
    for (rule, _) in &layer.rules {
        // A custom rule of the company is named in the same file, under a key of the hook's own.
        if !known.is_empty() && !known.contains(&rule.as_str()) && !names_rule(layer, rule) {
            notes.push(format!("{file}: hooks.{hook}.rules names `{rule}`, which {hook} does not have"));
        }
    }
    for exception in &layer.exceptions {
        notes.extend(exception_note(exception, layer, io).map(|note| format!("{file}: {note}")));
        notes.extend(unused_note(exception, io)?.map(|note| format!("{file}: {note}")));
    }
    Ok(notes)
}

/// An exception that lets nothing through is a hole for nothing.
fn unused_note(exception: &Exception, io: &Io<'_>) -> Result<Option<String>, Failure> {
    let today = io.now.date_naive();
    let last = match last_use(exception, &StateDirectory::new(&io.state))? {
        LastUse::Unknown => return Ok(None),
        LastUse::Never(day) | LastUse::On(day) => day,
    };
    let days = (today - last).num_days();
    Ok((days >= UNUSED_DAYS && !exception.is_expired(today)).then(|| {
        format!(
            "the exception for {} ({}) was not used for {days} days; remove it",
            exception.rule, exception.reason
        )
    }))
}

fn names_rule(layer: &Layer, rule: &str) -> bool {
    layer.settings.iter().any(|(_, setting)| match setting {
        hook_core::policy::Setting::List(items) => {
            items.iter().any(|item| item.get("id").and_then(serde_json::Value::as_str) == Some(rule))
        }
        hook_core::policy::Setting::Flag(_) | hook_core::policy::Setting::Number(_) => false,
    })
}

fn exception_note(exception: &Exception, layer: &Layer, io: &Io<'_>) -> Option<String> {
    let what = format!("the exception for {} ({})", exception.rule, exception.reason);
    let today = io.now.date_naive();
    if layer.kind == LayerKind::Project {
        return Some(format!(
            "{what} does not count: a project may only tighten; put it into the user's or the managed file"
        ));
    }
    if exception.is_expired(today) {
        return Some(format!(
            "{what} expired on {}; remove it, or have it approved again",
            exception.expires
        ));
    }
    let left = (exception.expires - today).num_days();
    (left <= ANNOUNCE_DAYS).then(|| format!("{what} expires in {left} days"))
}
