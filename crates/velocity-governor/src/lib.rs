//! Limits how fast an agent acts: per session and per user, per class of call; notices loops and bursts of refusals.
//!
//! One algorithm, GCRA (the generic cell rate algorithm, ITU-T I.371): a limit of N calls per W seconds is a bucket of N
//! that refills evenly, so any stretch of t seconds lets at most N + N·t/W calls through. It needs one number a class,
//! has no window edge to game, frees an agent gradually rather than all at once, and says exactly when the next call
//! may come. A log of the last N times would hold any window to exactly N, but makes an agent that was fast for a
//! moment wait for a whole window.

mod budget;
mod class;
mod gcra;
mod memory;
mod state;

use hook_core::{
    Context, Decision, Error, Event, EventKind, Finding, Hook, Key, KeyKind, OnError, Severity, Tool,
};

pub use budget::{Call, Limits, Outcome, admit};
pub use class::{Class, classes};
pub use gcra::{Admission, Limit};
pub use memory::Memory;

/// The hook.
pub const HOOK: Hook = Hook {
    name: "velocity-governor",
    about: "limits how fast an agent acts, and notices when it goes in circles",
    events: &[
        EventKind::PreToolUse,
        EventKind::PostToolUseFailure,
        EventKind::PermissionDenied,
        EventKind::PostToolBatch,
        EventKind::SessionEnd,
    ],
    on_error: OnError::Pass,
    keys: KEYS,
    decide,
};

/// The ids of the rules this hook names.
pub const RULES: &[&str] = &[
    "rate-all",
    "rate-shell",
    "rate-write",
    "rate-delete",
    "rate-network",
    "rate-mcp",
    "rate-refused",
    "repeated-call",
    "repeated-failure",
    "files-touched",
];

/// No limit, as a number that any limit tightens.
const UNLIMITED: u64 = 1_000_000;

/// Limits are calls per `window_seconds`. The tightest reading of the requirement is 20 shell calls in 300 seconds;
/// an agent that works fast makes one call every few seconds, in bursts.
const KEYS: &[Key] = &[
    Key {
        name: "window_seconds",
        kind: KeyKind::StricterHigh([300; 4]),
        about: "the window all limits are counted over, in seconds",
    },
    Key {
        name: "all_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 1200, 600, 300]),
        about: "tool calls of any kind per window and session",
    },
    Key {
        name: "shell_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 300, 120, 20]),
        about: "Bash and PowerShell calls per window and session",
    },
    Key {
        name: "write_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 300, 150, 60]),
        about: "file writes and edits per window and session",
    },
    Key {
        name: "delete_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 60, 30, 10]),
        about: "shell calls that delete files per window and session",
    },
    Key {
        name: "network_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 120, 60, 20]),
        about: "web and network calls per window and session",
    },
    Key {
        name: "mcp_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 300, 120, 60]),
        about: "calls per window and session to one MCP server",
    },
    Key {
        name: "refused_calls",
        kind: KeyKind::StricterLow([UNLIMITED, 40, 20, 10]),
        about: "refused calls per window and session before work stops",
    },
    Key {
        name: "user_factor",
        kind: KeyKind::StricterLow([UNLIMITED, 8, 4, 3]),
        about: "how many sessions' worth of calls one user may make in all sessions together",
    },
    Key {
        name: "repeat_limit",
        kind: KeyKind::StricterLow([50, 20, 12, 8]),
        about: "how often the very same call may come in a row before a person is asked",
    },
    Key {
        name: "failure_limit",
        kind: KeyKind::StricterLow([10, 4, 3, 3]),
        about: "how often the same call may fail in the same way before the model is told",
    },
    Key {
        name: "files_touched",
        kind: KeyKind::StricterLow([UNLIMITED, UNLIMITED, 400, 150]),
        about: "different files one session may write before a person is asked",
    },
];

fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    match event.kind() {
        EventKind::PreToolUse => before_call(event, context),
        EventKind::PostToolUseFailure => after_failure(event, context),
        EventKind::PermissionDenied => {
            state::change(event, context, Memory::refused)?;
            Ok(Decision::pass())
        }
        EventKind::PostToolBatch => after_batch(event, context),
        EventKind::SessionEnd => {
            context.state.remove(&state::file(event, context))?;
            Ok(Decision::pass())
        }
        _ => Ok(Decision::pass()),
    }
}

fn before_call(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let limits = Limits::from_policy(context.policy);
    let call = Call::of(event);
    let (outcome, reset) = state::change(event, context, |memory, now| admit(memory, &call, &limits, now))?;
    // A refused call is given back everywhere: only what runs counts against the user.
    let outcome = match outcome {
        Outcome::Admitted { .. } => {
            let shared = limits.for_user();
            match state::change_user(context, |memory, now| budget::admit_rates(memory, &call, &shared, now))?
            {
                (Outcome::Admitted { .. }, _) => outcome,
                (refused, _) => refused,
            }
        }
        refused => refused,
    };
    let decision = match &outcome {
        Outcome::Admitted { near: None } => Decision::pass(),
        Outcome::Admitted { near: Some(rule) } => Decision::warn_user(format!(
            "velocity-governor: this session is at 80 % of its limit ({rule}: {}).",
            limits.describe(rule)
        )),
        Outcome::Refused { rule, retry_seconds, whom } => Decision::deny(
            *rule,
            format!(
                "Too many calls: {whom} reached its limit ({rule}: {}). Retry in {retry_seconds} s; until then plan, or do \
                 more in one call. A higher limit is a policy setting of velocity-governor.",
                limits.describe(rule)
            ),
        )
        .with_finding(finding(rule, format!("{whom} over {}", limits.describe(rule)))),
        Outcome::Looping { times } => Decision::ask(
            "repeated-call",
            format!(
                "The very same {} call came {times} times in a row. Something else is needed: look at what it answered, \
                 or ask the user.",
                event.tool_name()
            ),
        )
        .with_finding(finding("repeated-call", format!("the same call {times} times in a row"))),
        Outcome::ManyFiles { count } => Decision::ask(
            "files-touched",
            format!("This session is about to write its {count}th file. Let the user confirm that this is meant."),
        )
        .with_finding(finding("files-touched", format!("{count} different files written"))),
    };
    if reset {
        return Ok(
            decision.with_user("velocity-governor: its state for this session was damaged and starts anew.")
        );
    }
    Ok(decision)
}

fn after_failure(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let limit = context.policy.number("failure_limit");
    let call = Call::of(event);
    let digest = memory::digest(&[&call.digest.to_string(), event.text("error")]);
    let (times, _) = state::change(event, context, |memory, _| memory.failed(digest))?;
    if times < limit || !times.is_multiple_of(limit.max(1)) {
        return Ok(Decision::pass());
    }
    Ok(Decision::tell_model(format!(
        "This {} call has now failed {times} times in the same way. Repeating it will not help: change the approach, or \
         tell the user what stands in the way.",
        event.tool_name()
    ))
    .with_finding(finding("repeated-failure", format!("the same failure {times} times"))))
}

/// Calls that hooks refused end here; the client marks their text.
fn after_batch(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let mut refused = 0;
    event.visit_texts(&mut |_, text| refused += u64::from(text.starts_with("PreToolUse:")));
    if refused > 0 {
        state::change(event, context, |memory, now| (0..refused).for_each(|_| memory.refused(now)))?;
    }
    Ok(Decision::pass())
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

impl Call {
    fn of(event: &Event) -> Self {
        let input = event.tool_input().map(ToString::to_string).unwrap_or_default();
        let file = match event.tool() {
            Some(
                Tool::Write { path, .. }
                | Tool::Edit { path, .. }
                | Tool::MultiEdit { path, .. }
                | Tool::NotebookEdit { path, .. },
            ) => Some(memory::digest(&[path])),
            _ => None,
        };
        Self {
            id: memory::digest(&[event.tool_use_id()]),
            digest: memory::digest(&[event.tool_name(), &input]),
            classes: classes(event),
            file,
        }
    }
}
