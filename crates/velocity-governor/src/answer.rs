//! What is said: which limit, how long to wait, what to do instead.

use hook_core::{Decision, Event, Finding, Severity};

use crate::budget::{Named, Outcome, Whose};

/// The words by which a refusal for speed is known again in a batch.
pub(crate) const TOO_FAST: &str = "velocity-governor, rule rate-";

pub(crate) fn of(outcome: &Outcome, event: &Event) -> Decision {
    match outcome {
        Outcome::Admitted { near: None } => Decision::pass(),
        Outcome::Admitted { near: Some(limit) } => Decision::warn_user(format!(
            "{} used 80 % of its limit ({}); calls beyond it wait.",
            owner(*limit),
            described(*limit)
        ))
        .with_finding(Finding {
            severity: Severity::Low,
            ..finding(limit.rule, format!("{} used 80 % of {}", owner(*limit), described(*limit)))
        }),
        Outcome::Refused { limit, retry_seconds } => Decision::deny(
            limit.rule,
            format!(
                "{} reached its limit ({}). Retry in {retry_seconds} s; until then plan, or do more in one call.",
                owner(*limit),
                described(*limit)
            ),
        )
        .with_finding(finding(limit.rule, format!("{} is over {}", owner(*limit), described(*limit)))),
        Outcome::Looping { times } => Decision::ask(
            "repeated-call",
            format!(
                "the very same {} call came {times} times in a row. Look at \
                 what it answered and change something, or ask the user.",
                event.tool_name()
            ),
        )
        .with_finding(finding("repeated-call", format!("the same call {times} times in a row"))),
        Outcome::ManyFiles { count, budget } => Decision::ask(
            "files-touched",
            format!(
                "this session is about to write file number {count}; its \
                 budget is {budget}. Ask the user whether so many are meant."
            ),
        )
        .with_finding(finding("files-touched", format!("{count} different files written"))),
    }
}

pub(crate) fn repeated_failure(times: u64, event: &Event) -> Decision {
    Decision::tell_model(format!(
        "this {} call has now failed {times} times in the same way. Repeating it will not help: \
         change the approach, or tell the user what stands in the way.",
        event.tool_name()
    ))
    .with_finding(finding("repeated-failure", format!("the same failure {times} times in a row")))
}

pub(crate) fn damaged(whose: &str) -> String {
    format!("the state of {whose} was damaged; its limits start anew.")
}

fn owner(limit: Named) -> &'static str {
    match limit.whose {
        Whose::Session => "this session",
        Whose::User => "this user, over all sessions,",
    }
}

fn described(limit: Named) -> String {
    format!("{} {} in {} s", limit.calls, kind(limit.rule), limit.window_seconds)
}

/// What a rate counts.
fn kind(rule: &str) -> &'static str {
    match rule {
        "rate-shell" => "shell calls",
        "rate-write" => "file writes",
        "rate-delete" => "deleting shell calls",
        "rate-network" => "network calls",
        "rate-mcp" => "calls to one MCP server",
        "rate-refused" => "refused calls",
        _ => "calls",
    }
}

fn finding(rule: &str, summary: String) -> Finding {
    Finding {
        rule: rule.into(),
        severity: Severity::Medium,
        pointer: "tool_input".into(),
        summary,
        fingerprint: String::new(),
    }
}
