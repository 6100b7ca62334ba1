//! Whether the MCP servers of this machine and project are still what somebody accepted.
//!
//! Reading order: [`Inventory`] is what is configured now, [`Baseline`] what was accepted, [`changes`] the difference; `start`, `call`,
//! `edit` and `settings` answer the four kinds of event.

mod baseline;
mod call;
mod changes;
mod edit;
mod inventory;
mod rules;
mod settings;
mod start;
mod tools;

pub use baseline::{Accept, BASELINE_FILE, Baseline, Key};
pub use changes::{Change, What, changes};
pub use inventory::{Configured, Inventory, places};
pub use rules::rules;
pub use tools::{DRIFT_FILE, DriftNotes};

use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key as PolicyKey, KeyKind, OnError, Tool};

pub const HOOK: Hook = Hook {
    name: "mcp-config-integrity",
    about: "tells when the configuration or the tools of an MCP server are no longer what was accepted",
    events: &[EventKind::SessionStart, EventKind::PreToolUse, EventKind::ConfigChange],
    on_error: OnError::BlockBefore,
    keys: &[
        PolicyKey {
            name: "deny_changed",
            kind: KeyKind::StricterTrue([false, false, true, true]),
            about: "calls of a server that changed since it was accepted are denied; else the user is told",
        },
        PolicyKey {
            name: "deny_edits",
            kind: KeyKind::StricterTrue([false, false, true, true]),
            about: "the agent's edits of MCP configuration and of the registry are denied; else a person is asked",
        },
        PolicyKey {
            name: "require_baseline",
            kind: KeyKind::StricterTrue([false, false, false, true]),
            about: "a server nobody accepted is treated as one that changed, also before the first baseline",
        },
    ],
    decide,
};

/// The hook's one function.
pub fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    match event.kind() {
        EventKind::SessionStart => start::decide(event, context),
        EventKind::ConfigChange => settings::decide(event, context),
        EventKind::PreToolUse => match event.tool() {
            Some(Tool::Mcp { .. }) => call::decide(event, context),
            Some(tool) => edit::decide(event, &tool, context),
            None => Ok(Decision::pass()),
        },
        _ => Ok(Decision::pass()),
    }
}
