//! Hooks that do not run as their author thinks.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use claude_config::settings::{HookCommand, Launch, Settings};

use super::{Finding, Subject, at};

/// Stands for the project's folder in a hook's path.
const PROJECT: &str = "/<project>";

/// A script beyond this many bytes is not read.
const LARGEST_SCRIPT_BYTES: usize = 256 * 1024;

/// The longest timeout that still looks like seconds.
const LONGEST_SECONDS: f64 = 1000.0;

pub fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for settings in subject.settings() {
        for hook in settings.hooks() {
            judge(subject, settings, &hook, findings);
        }
        handlers(settings, findings);
    }
}

fn judge(subject: &Subject, settings: &Settings, hook: &HookCommand, findings: &mut Vec<Finding>) {
    let mut add = |rule: &'static str, message: String| {
        findings.extend(at(rule, &settings.file, &settings.document, hook.span, message));
    };
    if let Some(program) = hook.program(PROJECT, "~") {
        if is_relative(&program) {
            add("HOOK-3", format!("`{program}` is looked for in whatever folder the session is in."));
        }
        let inside = program
            .strip_prefix(PROJECT)
            .and_then(|path| path.strip_prefix('/'))
            .or_else(|| is_relative(&program).then_some(program.as_str()));
        if let (Some(inside), false) = (inside, subject.alone) {
            match executable(&subject.root.join(inside)) {
                Some(true) if hook.event == "PreToolUse" && blocks_in_vain(&subject.root.join(inside)) => {
                    add("HOOK-9", format!("`{inside}` ends with exit 1 and never with 2."));
                }
                Some(true) => {}
                Some(false) => add("HOOK-2", format!("`{inside}` is not executable.")),
                None => add("HOOK-2", format!("`{inside}` is not there.")),
            }
        }
    }
    if let Some(name) = dead_variable(&hook.launch) {
        add("HOOK-7", format!("`{name}` is not set for hooks."));
    }
    if never_matches(&hook.matcher) {
        add("HOOK-5", format!("the matcher `{}` matches no tool.", hook.matcher));
    }
    let before = hook.event == "PreToolUse";
    if before && !hook.blocks_on_failure && may_guard(&hook.launch) {
        add("HOOK-8", format!("a PreToolUse hook ({}) without `onFailure`.", shown(&hook.matcher)));
    }
    let names: Vec<&str> = hook.matcher.split(['|', ',', '(', ')', '^', '$']).map(str::trim).collect();
    if before && names.contains(&"Edit") && names.contains(&"Write") && !names.contains(&"NotebookEdit") {
        add("HOOK-10", format!("`{}` leaves NotebookEdit out.", hook.matcher));
    }
}

/// Whether a hook could be a guard: any command, except our own hooks that only record or advise.
fn may_guard(launch: &Launch) -> bool {
    match launch {
        Launch::Exec { command, args } => !std::iter::once(command).chain(args).any(|word| is_advisory(word)),
        Launch::Shell { line } => {
            !line.split_whitespace().any(|word| is_advisory(word.trim_matches(['"', '\''])))
        }
        Launch::Other { .. } => false,
    }
}

fn is_advisory(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    crate::registry::hook(name).is_some_and(|hook| !hook.is_guard())
}

fn shown(matcher: &str) -> &str {
    if matcher.is_empty() { "every tool" } else { matcher }
}

fn is_relative(program: &str) -> bool {
    program.contains('/') && !program.starts_with(['/', '~', '$'])
}

fn executable(path: &Path) -> Option<bool> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// `mcp__server` is an exact name no tool has; a broken regular expression never fires, and says nothing.
fn never_matches(matcher: &str) -> bool {
    let exact = matcher.chars().all(|c| c.is_ascii_alphanumeric() || "_- ,|".contains(c));
    if exact {
        let names: Vec<&str> =
            matcher.split(['|', ',']).map(str::trim).filter(|name| !name.is_empty()).collect();
        let bare_server = |name: &&str| name.strip_prefix("mcp__").is_some_and(|rest| !rest.contains("__"));
        return !names.is_empty() && names.iter().all(bare_server);
    }
    matcher != "*" && regex::Regex::new(matcher).is_err() && !matcher.contains("(?")
}

/// The events on which `if` is looked at.
const TOOL_EVENTS: &[&str] =
    &["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "PermissionDenied"];

/// What stands in a handler beside its command.
fn handlers(settings: &Settings, findings: &mut Vec<Finding>) {
    let Some(events) = settings.root().and_then(|root| root.get("hooks")) else {
        return;
    };
    for event in events.members() {
        let groups = event.value.items().iter();
        for handler in
            groups.filter_map(|group| group.get("hooks")).flat_map(claude_config::json::Node::items)
        {
            let mut add = |rule, span, message: String| {
                findings.extend(at(rule, &settings.file, &settings.document, span, message));
            };
            if let Some(timeout) = handler.get("timeout")
                && timeout.as_number().is_some_and(|seconds| seconds >= LONGEST_SECONDS)
            {
                add("HOOK-4", timeout.span, "the timeout is in seconds.".into());
            }
            if let Some(condition) = handler.get("if")
                && !TOOL_EVENTS.contains(&event.key.as_str())
            {
                add("HOOK-6", condition.span, format!("`if` on {} is never true.", event.key));
            }
        }
    }
}

/// Variables hooks were never given, or are given no longer.
const DEAD_VARIABLES: &[&str] = &[
    "CLAUDE_TOOL_INPUT",
    "CLAUDE_TOOL_NAME",
    "CLAUDE_TOOL_PARAMS",
    "CLAUDE_TOOL_OUTPUT",
    "CLAUDE_FILE_PATHS",
];

fn dead_variable(launch: &Launch) -> Option<&'static str> {
    let Launch::Shell { line } = launch else { return None };
    DEAD_VARIABLES
        .iter()
        .copied()
        .find(|name| line.contains(&format!("${name}")) || line.contains(&format!("${{{name}")))
}

/// Whether a script means to block with exit 1: it never says 2 and answers no JSON.
fn blocks_in_vain(script: &Path) -> bool {
    let text = hook_core::files::read_text(script, LARGEST_SCRIPT_BYTES).ok().flatten().unwrap_or_default();
    let says = |code: &str| {
        text.lines().map(|line| line.split('#').next().unwrap_or_default()).any(|line| {
            line.split([';', '&', '|', '{', '}']).any(|command| command.trim() == format!("exit {code}"))
        })
    };
    text.starts_with("#!")
        && says("1")
        && !says("2")
        && !text.contains("decision")
        && !text.contains("Decision")
}
