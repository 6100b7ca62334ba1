//! `govern mcp check`: what is due, what is wrong; for CI and for the monthly look.

use mcp_registry::{Day, Registry, Severity, day_of, days_between, format_day, shown};
use serde_json::{Value, json};

use super::book::Book;
use super::options::Options;
use crate::{Exit, Failure, Io};

/// One thing due.
struct Due {
    /// Whether it fails the check by itself.
    fails: bool,
    rule: &'static str,
    server: String,
    text: String,
}

/// Days before the last good day at which somebody is reminded.
const WARN_AT: [i64; 3] = [7, 14, 30];
/// Age of an advisory check, in days, at which it is due and at which it fails.
const ADVISORY_DUE: i64 = 30;
const ADVISORY_FAILS: i64 = 45;
/// Days a review may be overdue before it fails.
const REVIEW_GRACE: i64 = 14;

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &[], &["--strict", "--json"])?.nameless()?;
    let book = Book::open(&options, io)?;
    let (registry, faults) = book.registry();
    let today = day_of(io.now);
    let mut due: Vec<Due> = Vec::new();
    for fault in &faults {
        let fails = fault.severity == Severity::Error;
        due.push(Due {
            fails,
            rule: "registry",
            server: String::new(),
            text: format!("{}: {fault}", book.path.display()),
        });
    }
    approvals(&registry, today, &mut due);
    requests(&registry, today, &mut due);
    reviews(&registry, today, &mut due);
    if options.flag("--json") {
        let rows: Vec<Value> = due
            .iter()
            .map(|due| json!({"fails": due.fails, "rule": due.rule, "server": shown(&due.server), "text": due.text}))
            .collect();
        writeln!(io.out, "{}", json!({ "registry": book.path, "due": rows }))?;
    } else {
        for row in &due {
            let name =
                if row.server.is_empty() { String::new() } else { format!("{}: ", shown(&row.server)) };
            writeln!(io.out, "{} {name}{}", if row.fails { "FAIL" } else { "due " }, row.text)?;
        }
        let counts = (registry.approved.len(), registry.pending.len(), registry.denied.len());
        writeln!(
            io.out,
            "{} approved, {} pending, {} denied; {} things due",
            counts.0,
            counts.1,
            counts.2,
            due.len()
        )?;
    }
    let failed = due.iter().any(|row| row.fails || options.flag("--strict"));
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}

fn approvals(registry: &Registry, today: Day, due: &mut Vec<Due>) {
    for entry in &registry.approved {
        let mut push =
            |fails, rule, text: String| due.push(Due { fails, rule, server: entry.name.clone(), text });
        let left = days_between(today, entry.expires);
        if left < 0 {
            push(true, "expired", format!("expired on {}", format_day(entry.expires)));
        } else if let Some(step) = WARN_AT.iter().find(|step| left <= **step) {
            push(
                false,
                "expiring",
                format!("expires in {left} days, on {} (reminder of {step} days)", format_day(entry.expires)),
            );
        }
        if days_between(today, entry.approved_date) > 1 {
            let day = format_day(entry.approved_date);
            push(
                true,
                "future",
                format!("is dated {day}, which is still to come: it approves nothing until then"),
            );
        }
        let checked = entry.last_advisory_check.unwrap_or(entry.approved_date);
        let age = days_between(checked, today);
        if age > ADVISORY_DUE {
            push(
                age > ADVISORY_FAILS,
                "advisories",
                format!("advisories last looked through {age} days ago: `govern mcp advisories --stamp`"),
            );
        }
        if entry.history.is_empty() {
            push(false, "history", "has no history: it was not approved with `govern mcp`".to_owned());
        }
    }
}

fn requests(registry: &Registry, today: Day, due: &mut Vec<Due>) {
    for entry in &registry.pending {
        if let Some(ends) = entry.trial_ends.filter(|ends| days_between(*ends, today) >= 0) {
            let text = format!("trial ended on {}; security decides", format_day(ends));
            due.push(Due { fails: false, rule: "trial", server: entry.name.clone(), text });
        }
        let age = days_between(entry.requested_date, today);
        if age > ADVISORY_DUE {
            let text = format!("requested {age} days ago and not decided");
            due.push(Due { fails: false, rule: "request", server: entry.name.clone(), text });
        }
    }
}

fn reviews(registry: &Registry, today: Day, due: &mut Vec<Due>) {
    let Some(next) = registry.metadata.next_review else { return };
    let late = days_between(next, today);
    if late > 0 {
        let text =
            format!("the review of the whole registry was due on {} ({late} days ago)", format_day(next));
        due.push(Due { fails: late > REVIEW_GRACE, rule: "review", server: String::new(), text });
    }
}
