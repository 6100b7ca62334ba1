//! Dangerous actions: what a command or an edit would do, judged by its effect before it happens.
//!
//! The way of a call: `decide` reads the event; a command goes through `commands` (the `shell` crate's analysis, then
//! every family in `rules`), a file tool through `rules::files`, PowerShell is put into Bash words by `powershell` first.
//! What was found becomes one decision in `answer`. [`explain`] shows the same way step by step.

mod answer;
mod arguments;
mod call;
mod carried;
mod code;
mod commands;
mod effects;
mod explain;
mod mcp;
mod names;
mod place;
mod powershell;
mod repository;
mod rule;
mod rules;
mod scene;
mod wildcard;

use hook_core::{Context, Decision, Error, Event, EventKind, Hook, Key, KeyKind, OnError, Tool};

pub use commands::{Judgement, judge};
pub use explain::{CommandFound, Explanation, RuleFound, explain};
pub use powershell::to_bash as powershell_to_bash;
pub use rule::{Answer, Hit, Instead, Rule};
pub use rules::files::judge as judge_file;
pub use scene::Scene;

/// The hook.
pub const HOOK: Hook = Hook {
    name: "dangerous-actions-blocker",
    about: "stops commands and edits that would do damage which cannot be undone",
    events: &[EventKind::PreToolUse],
    on_error: OnError::Block,
    keys: KEYS,
    decide,
};

const KEYS: &[Key] = &[
    Key {
        name: "allowed_paths",
        kind: KeyKind::FewerIsStricter(&[]),
        about: "Absolute folders outside the project where work is allowed.",
    },
    Key {
        name: "protected_paths",
        kind: KeyKind::MoreIsStricter(&[]),
        about: "Path globs that no file tool may write, beside the built-in ones.",
    },
    Key {
        name: "protected_branches",
        kind: KeyKind::MoreIsStricter(scene::BRANCHES),
        about: "Branch names and patterns that must not be rewritten or deleted.",
    },
    Key {
        name: "production_words",
        kind: KeyKind::MoreIsStricter(scene::PRODUCTION),
        about: "Words that mark a host, context or profile as production.",
    },
];

/// Every rule id, for tests and for the policy reference.
pub fn rule_ids() -> Vec<&'static str> {
    rules::all().map(|rule| rule.id).collect()
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::all()
}

#[expect(clippy::unnecessary_wraps, reason = "the signature every hook has")]
fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let Some(tool) = event.tool() else {
        return Ok(Decision::pass());
    };
    let scene = scene_of(context);
    let hits = match tool {
        Tool::Bash { command } => commands::judge(command, &scene).hits,
        Tool::PowerShell { command } => commands::judge(&powershell::to_bash(command), &scene).hits,
        Tool::Write { path, content } => rules::files::judge(path, content, &scene),
        Tool::Edit { path, new: written, .. } => rules::files::judge(path, written, &scene),
        Tool::NotebookEdit { path, source } => rules::files::judge(path, source, &scene),
        Tool::MultiEdit { path, edits } => {
            let written: String = edits.iter().map(|(_, new)| *new).collect();
            rules::files::judge(path, &written, &scene)
        }
        Tool::Mcp { tool, .. } => mcp::judge(tool, event.tool_input(), &scene),
        Tool::Read { .. }
        | Tool::WebFetch { .. }
        | Tool::WebSearch { .. }
        | Tool::Agent { .. }
        | Tool::Other { .. } => {
            return Ok(Decision::pass());
        }
    };
    Ok(answer::decision(&hits, context))
}

/// The folders of the call and the policy's lists.
fn scene_of(context: &Context<'_>) -> Scene {
    let list = |key: &str| {
        context.policy.list(key).into_iter().map(|item| item.trim_end_matches('/').to_owned()).collect()
    };
    Scene {
        state: scene::text(context.state.root()),
        managed: scene::text(context.managed),
        allowed: list("allowed_paths"),
        protected: list("protected_paths"),
        branches: list("protected_branches"),
        production: list("production_words"),
        ..Scene::new(context.home, &context.project, &context.cwd, context.tier())
    }
}
