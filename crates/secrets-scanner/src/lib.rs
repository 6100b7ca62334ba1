//! Keeps secrets out of the model's context, out of files and out of prompts.
//!
//! Before a tool runs, what it would write or send is scanned and refused. After it ran, its output is rewritten in its
//! own shape, each secret replaced by a mark. The output of a command that failed cannot be rewritten, so the batch's
//! text is scanned once more before it goes to the model, and the loop stops where a secret stands in it. Prompts, and
//! the files they mention with `@`, are scanned before they are let through.
//!
//! What is not here: a wrapper that filters a command's output while it runs (`updatedInput`). Tried with client 2.1.330
//! in Bash and zsh; the tests in `tests/client/filter.rs` hold the findings:
//! - Permission rules are matched against the wrapped text, and the client looks into none of the forms that keep a whole
//!   command together (braces, parentheses, `exec > >(...)`, `eval`): an allow rule no longer applies, and every command a
//!   company has allowed is asked about. An `allow` from the hook instead would let through what nobody allowed.
//! - The form it does look into, a plain pipe, filters the last command of a list only, takes the filter's exit code,
//!   and loses the working folder.
//! - `exec > >(...)` is not waited for: a command that ends its shell (`exit 3`) loses its output, and in zsh most do. A trap
//!   that waits mends that in Bash, until the command sets its own or starts a background job, and not in zsh.
//!
//! A guard that changes what runs must be right in every shell and leave a company's rules alone; the stop before the
//! next request is, and costs one command's output.

mod before;
mod inspect;
mod mention;
mod output;
mod prompt;

use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key, KeyKind, OnError};

/// The hook.
pub const HOOK: Hook = Hook {
    name: "secrets-scanner",
    about: "keeps secrets out of the model's context, out of files and out of prompts",
    events: &[
        EventKind::PreToolUse,
        EventKind::PostToolUse,
        EventKind::PostToolUseFailure,
        EventKind::PostToolBatch,
        EventKind::UserPromptSubmit,
    ],
    on_error: OnError::Block,
    keys: KEYS,
    decide,
};

/// Rules that are about more than a value in a text.
const OWN_RULES: &[&str] = &[output::SESSION_RULE, before::MARK_RULE, before::KEY_FILE_RULE];

/// The ids of every rule this hook may name, a company's own rules aside.
pub fn rules() -> Vec<&'static str> {
    let mut ids = secrets::rule_ids();
    ids.extend(OWN_RULES);
    ids
}

const KEYS: &[Key] = &[
    Key {
        name: "personal_data",
        kind: KeyKind::StricterTrue([false, false, false, true]),
        about: "also find card numbers, social security numbers, IBANs, contact and health records",
    },
    Key {
        name: "guesses",
        kind: KeyKind::StricterTrue([false, false, true, true]),
        about: "refuse, and not only redact, values that merely look like a password",
    },
    Key {
        name: "identifiers",
        kind: KeyKind::StricterTrue([false, false, false, true]),
        about: "also treat identifiers and public keys of accounts as secrets",
    },
    Key {
        name: "custom_rules",
        kind: KeyKind::MoreIsStricter(&[]),
        about: "a company's own rules: objects with `id`, `what`, `pattern`, and optionally `needle`, `group`, `entropy`, `severity`",
    },
];

fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    match event.kind() {
        EventKind::PreToolUse => before::decide(event, context),
        EventKind::PostToolUse => output::rewrite(event, context),
        EventKind::PostToolUseFailure => output::note(event, context),
        EventKind::PostToolBatch => output::stop(event, context),
        EventKind::UserPromptSubmit => prompt::decide(event, context),
        _ => Ok(Decision::pass()),
    }
}
