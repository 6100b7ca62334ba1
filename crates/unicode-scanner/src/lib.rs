//! Finds what people cannot see in text, tells it from what scripts and emoji need, and takes it out.
//!
//! [`scan`] and [`strip`] are the engine: text in, findings out. Plain ASCII is answered in one pass; anything else is
//! judged line by line against tables generated from the Unicode Character Database (`tests/tables.rs`). `decide` puts
//! the engine on the road: it asks or denies before a write, strips after a read, and warns about instruction files.
//!
//! # What it cannot catch
//!
//! * **A look-alike that is a word of its own**: a Greek `α` in an identifier that stands nowhere else in the text.
//! * **What only a typeface hides**: white text on white, tiny type, `l` for `I`.
//! * **One zero-width space in a comment or in running text**, which pasted texts hold too; it is taken out together with
//!   what is worse.
//! * **Signals in what is legitimate**: which of two valid spellings, presentations or spaces a writer chose.

mod bidi;
mod decide;
mod decode;
mod domain;
mod facts;
mod finding;
mod invisible;
mod joiner;
mod line;
mod look_alike;
mod places;
mod property;
mod quiet;
mod report;
mod scan;
mod selector;
#[rustfmt::skip]
mod tables;
mod terminal;

use hook_core::{EventKind, Hook, Key, KeyKind, OnError};

pub use finding::{Class, Finding, Weight, escaped};
pub use line::Kind;
pub use scan::{Options, Removed, scan, strip};

/// The hook.
pub const HOOK: Hook = Hook {
    name: "unicode-scanner",
    about: "finds what people cannot see in text: stops it before a write, strips it after a read",
    events: &[
        EventKind::PreToolUse,
        EventKind::PostToolUse,
        EventKind::PostToolUseFailure,
        EventKind::UserPromptSubmit,
        EventKind::SessionStart,
        EventKind::InstructionsLoaded,
    ],
    on_error: OnError::BlockBefore,
    keys: KEYS,
    decide: decide::decide,
};

/// The ids of the rules this hook names: one a class.
pub fn rules() -> Vec<&'static str> {
    Class::ALL.into_iter().map(Class::rule).collect()
}

const KEYS: &[Key] = &[
    Key {
        name: "deny_hidden",
        kind: KeyKind::StricterTrue([false, true, true, true]),
        about: "deny, rather than ask about, a call that holds characters no honest text holds",
    },
    Key {
        name: "ask_suspicious",
        kind: KeyKind::StricterTrue([false, true, true, true]),
        about: "ask about a call that holds look-alikes or invisible characters out of place, rather than warn",
    },
    Key {
        name: "deny_suspicious",
        kind: KeyKind::StricterTrue([false, false, false, true]),
        about: "deny such a call",
    },
    Key {
        name: "block_prompts",
        kind: KeyKind::StricterTrue([false, false, true, true]),
        about: "block a prompt that holds characters no honest text holds, rather than warn",
    },
    Key {
        name: "strip_output",
        kind: KeyKind::StricterTrue([true; 4]),
        about: "take invisible characters out of tool output before the model sees it, rather than warn",
    },
];
