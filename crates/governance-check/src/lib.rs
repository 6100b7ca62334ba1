//! Whether governance is in force here, and whether every MCP server is one somebody approved.
//!
//! `settings` and `servers` find violations; `memory` knows since when each stands; `start`, `prompt`, `call`
//! and `change` answer the four kinds of event.

mod call;
mod change;
mod memory;
mod prompt;
mod rules;
mod servers;
mod settings;
mod start;
mod violation;

pub use rules::rules;

use std::path::Path;

use claude_config::Places;
use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key, KeyKind, OnError};

pub const HOOK: Hook = Hook {
    name: "governance-check",
    about: "tells whether the settings are in force and the MCP servers approved, and stops those that are not",
    events: &[
        EventKind::SessionStart,
        EventKind::PreToolUse,
        EventKind::ConfigChange,
        EventKind::UserPromptSubmit,
    ],
    on_error: OnError::BlockBefore,
    keys: &[
        Key {
            name: "deny_unapproved",
            kind: KeyKind::StricterTrue([false, false, true, true]),
            about: "calls of an MCP server that is not approved are denied at once; else when its grace is over",
        },
        Key {
            name: "grace_hours",
            kind: KeyKind::StricterLow([168, 48, 48, 0]),
            about: "hours from when a violation was first seen until calls of its server are denied",
        },
        Key {
            name: "require_registry",
            kind: KeyKind::StricterTrue([false, false, true, true]),
            about: "without a registry every MCP server is unapproved; else the registry is a choice",
        },
        Key {
            name: "block_prompt",
            kind: KeyKind::StricterTrue([false, false, false, true]),
            about: "prompts are blocked while a critical violation stands",
        },
        Key {
            name: "required_deny",
            kind: KeyKind::MoreIsStricter(&[]),
            about: "permission rules that must be among the deny rules in force",
        },
        Key {
            name: "oldest_client",
            kind: KeyKind::StricterHigh([0, 2_001_214, 2_001_214, 2_001_214]),
            about: "the oldest version of Claude Code, as major * 1000000 + minor * 1000 + patch",
        },
    ],
    decide,
};

/// The hook's one function.
pub fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    match event.kind() {
        EventKind::SessionStart => start::decide(event, context),
        EventKind::UserPromptSubmit => prompt::decide(event, context),
        EventKind::PreToolUse => call::decide(event, context),
        EventKind::ConfigChange => change::decide(event, context),
        _ => Ok(Decision::pass()),
    }
}

/// Where this client looks. `CLAUDE_CONFIG_DIR` does not reach a hook by name, but the transcript lies below it.
fn places(event: &Event, context: &Context<'_>) -> Places {
    let places = Places::new(context.home, &context.project, context.managed);
    let config = Path::new(event.transcript_path()).ancestors().find(|folder| folder.ends_with("projects"));
    match config.and_then(Path::parent) {
        Some(folder) if folder != places.user => places.with_config_dir(folder),
        _ => places,
    }
}
