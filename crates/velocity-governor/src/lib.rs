//! Limits how fast an agent acts: per session and per user, per class of call; notices loops and bursts of refusals.
//!
//! One algorithm, GCRA (the generic cell rate algorithm, ITU-T I.371): a limit of N calls per W seconds is a bucket of N
//! that refills evenly, so any stretch of t seconds lets at most N + N·t/W calls through. It needs one number a class,
//! has no window edge to game, frees an agent gradually rather than all at once, and says exactly when the next call
//! may come. A log of the last N times would hold any window to exactly N, but makes an agent that was fast for a
//! moment wait for a whole window.

mod answer;
mod budget;
mod class;
mod gcra;
mod memory;
mod state;

use std::time::Duration;

use hook_core::clock::Uptime;
use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key, KeyKind, Mode, OnError, Scope, Tool};

pub use budget::{Call, Limits, Named, Outcome, Pair, Whose, admit};
pub use class::{Class, classes};
pub use gcra::{Admission, Limit};
pub use memory::{Files, Memory};
use state::Held;

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
        EventKind::PermissionDenied => refused(event, context, 1),
        EventKind::PostToolBatch => refused(event, context, refused_in(event)),
        EventKind::SessionEnd => at_end(event, context),
        _ => Ok(Decision::pass()),
    }
}

fn before_call(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let limits = Limits::from_policy(context.policy);
    let call = Call::of(event);
    let scope = Scope { path: written_file(event), fingerprint: None };
    let excused = |rule: &'static str| context.judge(rule, &scope) == Mode::Off;
    // The session's lock before the user's, always, so that no two calls wait for each other.
    let (mut session, mut user) = (Held::session(event, context)?, Held::user(context)?);
    let mut files = if call.file.is_some() { session.files()? } else { Files::default() };
    // Read under the locks, so that the order of times is the order of changes.
    let Uptime { boot, nanoseconds } = context.uptime();
    let times = (session.memory.wake(&boot, nanoseconds), user.memory.wake(&boot, nanoseconds));
    let mut pair = Pair { session: &mut session.memory, user: &mut user.memory, times, files: &mut files };
    let outcome = admit(&mut pair, &call, &limits, &excused);
    let damaged = [session.damaged.then_some("this session"), user.damaged.then_some("this user")];
    session.store(&files)?;
    user.store(&Files::default())?;
    let decision = answer::of(&outcome, event);
    Ok(damaged
        .into_iter()
        .flatten()
        .fold(decision, |decision, whose| decision.with_user(answer::damaged(whose))))
}

fn after_failure(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let limit = context.policy.number("failure_limit").max(1);
    let call = Call::of(event);
    let digest = memory::digest(&[&call.digest.to_string(), event.text("error")]);
    let mut session = Held::session(event, context)?;
    let times = session.memory.failed(digest);
    session.store(&Files::default())?;
    if !times.is_multiple_of(limit) || context.policy.mode("repeated-failure") == Mode::Off {
        return Ok(Decision::pass());
    }
    Ok(answer::repeated_failure(times, event))
}

/// Remembers calls that were refused.
fn refused(event: &Event, context: &Context<'_>, calls: usize) -> Result<Decision, Error> {
    if calls == 0 {
        return Ok(Decision::pass());
    }
    let limits = Limits::from_policy(context.policy);
    let mut session = Held::session(event, context)?;
    let Uptime { boot, nanoseconds } = context.uptime();
    let now = session.memory.wake(&boot, nanoseconds);
    (0..calls).for_each(|_| budget::refuse(&mut session.memory, &limits, now));
    session.store(&Files::default())?;
    Ok(Decision::pass())
}

/// Calls that hooks refused end in the batch; the client marks their text. A call that only came too soon tried to get
/// around nothing.
fn refused_in(event: &Event) -> usize {
    let mut refused = 0;
    event.visit_texts(&mut |_, text| {
        refused += usize::from(text.starts_with("PreToolUse:") && !text.contains(answer::TOO_FAST));
    });
    refused
}

/// The session's file goes where it holds nothing back any more; a session that is resumed at once finds its limits as
/// they were. Files of sessions that ended without a word go when they are a day old.
fn at_end(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let mut session = Held::session(event, context)?;
    let Uptime { boot, nanoseconds } = context.uptime();
    let now = session.memory.wake(&boot, nanoseconds);
    if session.memory.is_idle(now) {
        context.state.remove(&state::file(event, context))?;
    } else {
        session.store(&Files::default())?;
    }
    let window = Duration::from_secs(context.policy.number("window_seconds"));
    context.state.remove_old("sessions", ".velocity", window.max(A_DAY), context.now)?;
    Ok(Decision::pass())
}

/// State of a session that nobody ended is kept so long at least.
const A_DAY: Duration = Duration::from_hours(24);

/// The file a call would write.
fn written_file(event: &Event) -> Option<&str> {
    match event.tool() {
        Some(
            Tool::Write { path, .. }
            | Tool::Edit { path, .. }
            | Tool::MultiEdit { path, .. }
            | Tool::NotebookEdit { path, .. },
        ) => Some(path),
        _ => None,
    }
}

impl Call {
    fn of(event: &Event) -> Self {
        let id = Some(event.tool_use_id()).filter(|id| !id.is_empty());
        Self {
            id: id.map(|id| memory::digest(&[id])),
            digest: memory::digest_call(event.tool_name(), event.tool_input()),
            classes: classes(event),
            file: written_file(event).map(|path| memory::digest(&[path])),
        }
    }
}
