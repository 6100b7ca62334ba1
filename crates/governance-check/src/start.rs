//! SessionStart: one short message to the user, facts to the model. A start cannot be stopped.

use hook_core::{Context, Decision, Error, Event, files};

use crate::violation::Violation;
use crate::{memory, places, rules, servers, settings};

/// As much of the transcript's beginning as holds the version.
const MAX_TRANSCRIPT_BYTES: usize = 64 * 1024 * 1024;
/// So many violations are named; the rest is a number.
const NAMED: usize = 3;

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    // After `clear` and `compact` the same session goes on; it has been told.
    if matches!(event.text("source"), "clear" | "compact") {
        return Ok(Decision::pass());
    }
    let violations = all(event, context)?;
    let keys = memory::keys(&violations, context);
    memory::forget_others(&keys, context)?;
    if violations.is_empty() {
        return Ok(Decision::pass());
    }
    let seen = memory::first_seen(&keys, context)?;
    let findings = violations.iter().map(Violation::finding).collect();
    let overdue = seen.iter().filter(|moment| memory::is_over(**moment, context)).count();
    Ok(Decision::warn_user(for_user(&violations, overdue, context))
        .with_model(for_model(&violations))
        .with_findings(findings))
}

/// Everything that counts, the worst first.
pub(crate) fn all(event: &Event, context: &Context<'_>) -> Result<Vec<Violation>, Error> {
    let places = places(event, context);
    let mut violations = settings::violations(event, &places, context)?;
    violations.extend(servers::violations(&places, context)?);
    violations.extend(client_version(event, context)?);
    violations.retain(|violation| violation.counts(context));
    violations.sort_by_key(|violation| std::cmp::Reverse(violation.severity()));
    Ok(violations)
}

fn for_user(violations: &[Violation], overdue: usize, context: &Context<'_>) -> String {
    let named: Vec<&str> = violations.iter().take(NAMED).map(|violation| violation.told.as_str()).collect();
    let more = violations.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    let command = violations.first().map_or("govern doctor", |violation| rules::way_out(violation.rule));
    let hours = context.policy.number("grace_hours");
    let clock = match overdue {
        0 => format!("To be mended within {hours} hours."),
        _ => format!("{overdue} of them stand for more than {hours} hours."),
    };
    format!("{}{more}. {clock} Next step: {command}.", named.join("; "))
}

/// Statements only: text that asks for something would look like the injections other hooks warn of.
fn for_model(violations: &[Violation]) -> String {
    let mut facts: Vec<&str> = Vec::new();
    for violation in violations {
        if !facts.contains(&violation.fact.as_str()) {
            facts.push(&violation.fact);
        }
    }
    format!(
        "State of governance in this session: {}.",
        facts.into_iter().take(12).collect::<Vec<_>>().join("; ")
    )
}

/// A resumed session's transcript names the version that wrote it.
fn client_version(event: &Event, context: &Context<'_>) -> Result<Option<Violation>, Error> {
    let oldest = context.policy.number("oldest_client");
    let path = std::path::Path::new(event.transcript_path());
    if oldest == 0 || event.transcript_path().is_empty() {
        return Ok(None);
    }
    let Some(text) = files::read_text(path, MAX_TRANSCRIPT_BYTES)? else { return Ok(None) };
    let Some(version) = text.rsplit("\"version\":\"").next().filter(|rest| rest.len() < text.len()) else {
        return Ok(None);
    };
    let version = version.split('"').next().unwrap_or_default();
    match number(version) {
        Some(found) if found < oldest => {
            let told = format!("Claude Code {version} is older than this company's oldest version");
            let fact = "the client is older than the oldest version that is allowed".to_owned();
            Ok(Some(Violation::new("client-version", path, "", told, fact)))
        }
        Some(_) | None => Ok(None),
    }
}

/// `2.1.214` as 2001214.
fn number(version: &str) -> Option<u64> {
    let parts: Vec<u64> = version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [major, minor, patch] => Some(major * 1_000_000 + minor * 1000 + patch),
        _ => None,
    }
}
