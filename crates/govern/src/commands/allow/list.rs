//! `govern allow --list`: every exception and approval, and which of them nobody needs any more.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use hook_core::approval::{Approval, CLAIM_END, FOLDER};
use hook_core::{Exception, Excuse, StateDirectory};
use serde_json::Value;

use crate::{Exit, Failure, Io};

/// How long an exception may go unused before it is spoken of, in days.
pub(in crate::commands) const UNUSED_DAYS: i64 = 30;

/// Approvals that ended are shown so long, in days, and then collected.
const SHOWN_DAYS: i64 = 7;

pub(super) fn run(io: &mut Io<'_>) -> Result<Exit, Failure> {
    let state = StateDirectory::new(&io.state);
    let mut count = 0;
    for file in [io.home.join(".claude/governance/policy.json"), io.managed.join("governance.json")] {
        let policy = super::read(&file)?;
        for row in policy.get("exceptions").and_then(Value::as_array).into_iter().flatten() {
            count += 1;
            writeln!(io.out, "{}", exception_line(row, &state, io)?)?;
        }
    }
    writeln!(io.out, "{count} exceptions")?;
    let approvals = approvals(&state)?;
    for (approval, used) in &approvals {
        let standing = match used {
            Some(used) => format!("used {used}"),
            None if approval.expires < io.now => "expired unused".into(),
            None => format!("waits until {}", approval.expires.format("%H:%M UTC")),
        };
        writeln!(
            io.out,
            "{} {} once for {}: {standing}: {} (approved by {})",
            approval.hook,
            approval.rules.join(","),
            approval.call,
            approval.reason,
            approval.approver
        )?;
    }
    if !approvals.is_empty() {
        writeln!(io.out, "{} one-time approvals", approvals.len())?;
    }
    Ok(Exit::Clean)
}

fn exception_line(row: &Value, state: &StateDirectory, io: &Io<'_>) -> Result<String, Failure> {
    let exception = match Exception::from_json(row) {
        Ok(exception) => exception,
        Err(problem) => return Ok(format!("not valid, so it does not count: {problem}")),
    };
    let today = io.now.date_naive();
    let standing =
        if exception.is_expired(today) { "expired".into() } else { standing(&exception, state, today)? };
    Ok(format!(
        "{} {} for {} until {}, {standing}: {} (approved by {})",
        exception.hook,
        exception.rule,
        exception.scope_text(),
        exception.expires,
        exception.reason,
        exception.approver
    ))
}

fn standing(exception: &Exception, state: &StateDirectory, today: NaiveDate) -> Result<String, Failure> {
    Ok(match last_use(exception, state)? {
        LastUse::Unknown => "never used here".into(),
        LastUse::Never(made) => format!("unused for {} days", (today - made).num_days()),
        LastUse::On(day) => format!("last used {day}"),
    })
}

/// When an exception last let something through, as far as this machine's state tells.
pub(in crate::commands) enum LastUse {
    /// It was written by hand, and never used on this machine.
    Unknown,
    /// Not since it was made on this day.
    Never(NaiveDate),
    On(NaiveDate),
}

pub(in crate::commands) fn last_use(
    exception: &Exception,
    state: &StateDirectory,
) -> Result<LastUse, Failure> {
    let marker = Excuse::of_exception(exception).use_marker(&exception.hook);
    let Some(bytes) = state.read(&marker)? else { return Ok(LastUse::Unknown) };
    let text = String::from_utf8_lossy(&bytes);
    let (day, made) = match text.strip_prefix("made ") {
        Some(day) => (day, true),
        None => (&*text, false),
    };
    Ok(match (NaiveDate::parse_from_str(day, "%Y-%m-%d"), made) {
        (Ok(day), true) => LastUse::Never(day),
        (Ok(day), false) => LastUse::On(day),
        (Err(_), _) => LastUse::Unknown,
    })
}

/// Every approval, with when it was used, oldest first.
fn approvals(state: &StateDirectory) -> Result<Vec<(Approval, Option<String>)>, Failure> {
    let mut found = Vec::new();
    for name in state.list(FOLDER)?.iter().filter(|name| !name.ends_with(CLAIM_END)) {
        let Some(approval) = state.read(name)?.and_then(|bytes| Approval::from_json(&bytes)) else {
            continue;
        };
        let claim = approval.claim_name().map(|claim| state.read(&claim)).transpose()?.flatten();
        let claim = claim.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let at = claim.and_then(|claim| claim.get("at").and_then(Value::as_str).map(String::from));
        found.push((approval, at));
    }
    found.sort_by_key(|(approval, _)| approval.made);
    Ok(found)
}

/// Removes approvals that ended long ago, with what says who used them; the log keeps both.
pub(super) fn collect(state: &StateDirectory, now: DateTime<Utc>) -> Result<(), Failure> {
    for (approval, _) in approvals(state)? {
        if approval.expires + TimeDelta::days(SHOWN_DAYS) < now {
            approval.remove(state)?;
        }
    }
    // What says who used an approval that was given again since.
    let shown = std::time::Duration::from_hours(24 * SHOWN_DAYS.unsigned_abs());
    Ok(state.remove_old(FOLDER, CLAIM_END, shown, now)?)
}
