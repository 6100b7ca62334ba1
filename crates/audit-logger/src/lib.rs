//! Records every action of a session: who, where, what, with which outcome; redacted before it is written.
//!
//! [`HOOK`] appends one record for each event. It never stands in the way, with one exception a company asks for:
//! with `on_audit_failure_deny_next`, a call is refused while what came before it could not be recorded.

mod activity;
mod git;
mod labels;
mod redaction;

use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key, KeyKind, OnError};
use ledger::{Durability, Receipt, Warning};

pub use activity::{activity, host};
pub use labels::labels;

/// The audit-logger hook.
pub const HOOK: Hook = Hook {
    name: "audit-logger",
    about: "Records every action of a session in the tamper-evident log, redacted before it is written.",
    events: EVENTS,
    on_error: OnError::Pass,
    keys: &[
        Key {
            name: DENY_NEXT,
            kind: KeyKind::StricterTrue([false, false, false, true]),
            about: "Refuse the next tool call when a record could not be written.",
        },
        Key {
            name: SYNC_EACH,
            kind: KeyKind::StricterTrue([false, false, false, true]),
            about: "Force each record to the disk before going on, instead of once a second.",
        },
        Key {
            name: SENSITIVE_PATHS,
            kind: KeyKind::MoreIsStricter(&[]),
            about: "Globs of further paths whose records get the label secret_path.",
        },
    ],
    decide,
};

const DENY_NEXT: &str = "on_audit_failure_deny_next";
const SYNC_EACH: &str = "sync_each_record";
pub(crate) const SENSITIVE_PATHS: &str = "sensitive_paths";

/// The rule a refused call is told.
pub const RULE: &str = "audit-log-unavailable";

/// Left behind when a record was lost, until a person has been told by a refused call.
const FAILED: &str = "audit/failed";

/// Everything the client sends, what this version does not know included. `MessageDisplay` is left out: it fires for
/// each piece of text that is drawn, and nothing happens in it.
const EVENTS: &[EventKind] = &[
    EventKind::PreToolUse,
    EventKind::PermissionRequest,
    EventKind::PermissionDenied,
    EventKind::PostToolUse,
    EventKind::PostToolUseFailure,
    EventKind::PostToolBatch,
    EventKind::UserPromptSubmit,
    EventKind::UserPromptExpansion,
    EventKind::SessionStart,
    EventKind::SessionEnd,
    EventKind::Setup,
    EventKind::Stop,
    EventKind::StopFailure,
    EventKind::SubagentStart,
    EventKind::SubagentStop,
    EventKind::PreCompact,
    EventKind::PostCompact,
    EventKind::PreModelSwitch,
    EventKind::PostModelSwitch,
    EventKind::ConfigChange,
    EventKind::InstructionsLoaded,
    EventKind::Notification,
    EventKind::TaskCreated,
    EventKind::TaskCompleted,
    EventKind::TeammateIdle,
    EventKind::CwdChanged,
    EventKind::FileChanged,
    EventKind::DirectoryAdded,
    EventKind::WorktreeCreate,
    EventKind::WorktreeRemove,
    EventKind::Elicitation,
    EventKind::ElicitationResult,
    EventKind::Other,
];

fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let deny_next = context.policy.flag(DENY_NEXT);
    let earlier = deny_next && context.state.exists(FAILED);
    let written = write(event, context);
    let lost = match &written {
        Ok(written) => written.warnings.iter().any(|warning| matches!(warning, Warning::Gap(_))),
        Err(_) => true,
    };
    if event.kind() == EventKind::PreToolUse && deny_next && (lost || earlier) {
        let reason = refusal(&written);
        // Told once when the log works again; while it does not, each call is refused by its own failure.
        context.state.remove(FAILED)?;
        return Ok(Decision::deny(RULE, reason));
    }
    if lost && deny_next {
        // Where not even this can be written, the next call's own record cannot be written either, and it is refused.
        drop(context.state.write(FAILED, b"a record could not be written\n"));
    }
    match written {
        Ok(written) => Ok(told(&written)),
        Err(error) => Err(error),
    }
}

fn refusal(written: &Result<Written, Error>) -> String {
    match written {
        Ok(_) => "Earlier actions could not be recorded. The audit log works again and has noted the gap; \
                  look at it with `govern log verify`, then try again."
            .to_owned(),
        Err(error) => format!("Actions cannot be recorded now, so none is allowed: {error}"),
    }
}

fn write(event: &Event, context: &Context<'_>) -> Result<Written, Error> {
    let record = activity(event, context)?;
    let durability = durability(event, context, &record);
    let in_ledger = |error: ledger::Error| Error::Ledger { message: error.to_string() };
    let log = context.state.ledger();
    let receipt = ledger::append_with(&log, context.now, record, durability).map_err(in_ledger)?;
    let mut written = Written { warnings: receipt.warnings.clone(), unsealed: None };
    if checkpoint_is_due(event, context, &receipt) {
        let sealed = ledger::seal(&log, context.now, &ledger::local_origin(&activity::host()));
        written.unsealed = sealed.err().map(|error| error.to_string());
    }
    Ok(written)
}

/// The record is in the log.
struct Written {
    warnings: Vec<Warning>,
    /// Why no checkpoint could be made over it.
    unsealed: Option<String>,
}

/// So many lines, or seconds, may stand without a checkpoint while a session is at work.
const UNSEALED_LINES: u64 = 256;
const UNSEALED_SECONDS: i64 = 60;

/// A checkpoint is made where a session begins and ends and where its rules change, and now and then in between.
fn checkpoint_is_due(event: &Event, context: &Context<'_>, receipt: &Receipt) -> bool {
    let turning_point =
        matches!(event.kind(), EventKind::SessionStart | EventKind::SessionEnd | EventKind::ConfigChange);
    turning_point
        || receipt.unsealed >= UNSEALED_LINES
        || context.now.timestamp() - receipt.sealed_at >= UNSEALED_SECONDS
}

/// What must survive even a power cut is on the disk before the session goes on.
fn durability(event: &Event, context: &Context<'_>, record: &ledger::Record) -> Durability {
    let labels = record.get("labels").and_then(|labels| labels.as_array());
    let secret = labels.is_some_and(|labels| labels.iter().any(|label| label == "secret_path"));
    let weighty =
        matches!(event.kind(), EventKind::ConfigChange | EventKind::SessionEnd | EventKind::PermissionDenied);
    if weighty || secret || context.policy.flag(SYNC_EACH) {
        Durability::Strict
    } else {
        Durability::Coalesced
    }
}

fn told(written: &Written) -> Decision {
    let quiet = match &written.unsealed {
        None => Decision::pass(),
        Some(why) => Decision::warn_user(format!("recorded, but no checkpoint could be signed: {why}")),
    };
    written.warnings.iter().fold(quiet, |decision, warning| {
        decision.with_user(match warning {
            Warning::LowSpace(bytes) => {
                format!("only {} MiB left on the disk of the audit log", bytes / (1 << 20))
            }
            Warning::NetworkFileSystem(kind) => {
                format!("the audit log lies on {kind}, where locks are not dependable")
            }
            Warning::Gap(count) => {
                format!("{count} earlier records could not be written; the gap is recorded")
            }
            Warning::Tampered => {
                "the end of the audit log is not what was written; run `govern log verify`".into()
            }
        })
    })
}
