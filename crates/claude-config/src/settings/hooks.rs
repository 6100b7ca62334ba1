//! The `hooks` of a settings file: which the client runs, and what a mistake in them costs.

use super::check::{Check, mismatch};
use super::schema::Kind;
use crate::json::{Member, Node, Span};

/// How a hook is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// A command with its arguments, run without a shell.
    Exec { command: String, args: Vec<String> },
    /// A line for the shell.
    Shell { line: String },
    /// A hook of another type: `http`, `mcp_tool`, `prompt`, `agent`.
    Other { kind: String },
}

/// One hook the client would run.
#[derive(Clone, Debug)]
pub struct HookCommand {
    pub event: String,
    /// The matcher; empty where there is none.
    pub matcher: String,
    pub launch: Launch,
    /// Whether the call is blocked when the hook cannot run (`onFailure: "block"`).
    pub blocks_on_failure: bool,
    pub span: Span,
}

impl HookCommand {
    /// The program this hook needs, where that is one file: with `${CLAUDE_PROJECT_DIR}` and `~` filled in.
    ///
    /// A shell line gives its first word, unless that word is a builtin or needs the shell to be known.
    pub fn program(&self, project: &str, home: &str) -> Option<String> {
        let word = match &self.launch {
            Launch::Exec { command, .. } => command.as_str(),
            Launch::Shell { line } => first_word(line)?,
            Launch::Other { .. } => return None,
        };
        let filled = word.replace("${CLAUDE_PROJECT_DIR}", project).replace("$CLAUDE_PROJECT_DIR", project);
        let filled = filled.replace("${HOME}", home).replace("$HOME", home);
        let filled = match filled.strip_prefix("~/") {
            Some(rest) => format!("{home}/{rest}"),
            None => filled,
        };
        (!filled.contains(['$', '`', '*'])).then_some(filled)
    }
}

/// The first word of a simple shell line without its quotes.
fn first_word(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split('"').next();
    }
    if let Some(quoted) = line.strip_prefix('\'') {
        return quoted.split('\'').next();
    }
    let word = line.split([' ', '\t', '\n', ';', '&', '|', '>', '<']).next()?;
    (!word.is_empty() && !word.contains(['=', '(', '{', '"', '\'', '['])).then_some(word)
}

/// The events of version 2.1.330.
pub(super) const EVENTS: &[&str] = &[
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "PostToolBatch",
    "Notification",
    "UserPromptSubmit",
    "UserPromptExpansion",
    "SessionStart",
    "SessionEnd",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "PreModelSwitch",
    "PostModelSwitch",
    "PermissionRequest",
    "PermissionDenied",
    "Setup",
    "TeammateIdle",
    "TaskCreated",
    "TaskCompleted",
    "Elicitation",
    "ElicitationResult",
    "ConfigChange",
    "WorktreeCreate",
    "WorktreeRemove",
    "InstructionsLoaded",
    "CwdChanged",
    "FileChanged",
    "DirectoryAdded",
    "MessageDisplay",
];

/// The events whose hooks may be what guards the rules beside them: a broken one costs the whole file.
const GUARDS: &[&str] = &["PreToolUse", "PermissionRequest"];

/// A field of a handler: the handler's type (empty for all), the field, whether it is needed, what it takes.
type Field = (&'static str, &'static str, bool, Kind);

const FIELDS: &[Field] = &[
    ("command", "command", true, Kind::Text),
    ("command", "args", false, Kind::Texts),
    ("command", "shell", false, Kind::OneOf(&["bash", "powershell"])),
    ("command", "async", false, Kind::Bool),
    ("command", "asyncRewake", false, Kind::Bool),
    ("command", "onFailure", false, Kind::OneOf(&["continue", "block"])),
    ("http", "url", true, Kind::Text),
    ("http", "headers", false, Kind::TextMap),
    ("http", "allowedEnvVars", false, Kind::Texts),
    ("http", "onFailure", false, Kind::OneOf(&["continue", "block"])),
    ("mcp_tool", "server", true, Kind::Text),
    ("mcp_tool", "tool", true, Kind::Text),
    ("mcp_tool", "input", false, Kind::Object),
    ("mcp_tool", "onFailure", false, Kind::OneOf(&["continue", "block"])),
    ("prompt", "prompt", true, Kind::Text),
    ("prompt", "model", false, Kind::Text),
    ("prompt", "continueOnBlock", false, Kind::Bool),
    ("agent", "prompt", true, Kind::Text),
    ("agent", "model", false, Kind::Text),
    ("", "if", false, Kind::Text),
    ("", "timeout", false, Kind::Number),
    ("", "statusMessage", false, Kind::Text),
    ("", "once", false, Kind::Bool),
];

const TYPES: &[&str] = &["command", "http", "mcp_tool", "prompt", "agent"];

/// Notes the defects of a `hooks` value.
pub(super) fn check(check: &mut Check<'_>, value: &Node) {
    if !value.is_object() {
        // A list with objects or texts in it may have been meant to hold a guard.
        let drops = value.items().iter().any(|item| item.is_object() || item.as_str().is_some());
        let what = format!("an object of events is expected here, not {}", value.kind());
        return check.note("hooks", value.span, what, drops);
    }
    for member in value.effective_members() {
        let path = format!("hooks.{}", member.key);
        if !EVENTS.contains(&member.key.as_str()) {
            check.note(&path, member.key_span, "there is no such event".to_owned(), false);
            continue;
        }
        let guard = GUARDS.contains(&member.key.as_str());
        for (place, span, what) in event_defects(&member.value) {
            let drops = guard && !member.value.is_null();
            check.note(&format!("{path}{place}"), span, what, drops);
        }
    }
}

type Found = (String, Span, String);

fn event_defects(value: &Node) -> Vec<Found> {
    if !value.is_array() {
        let what = format!("a list of matchers is expected here, not {}", value.kind());
        return vec![(String::new(), value.span, what)];
    }
    let mut found = Vec::new();
    for (index, group) in value.items().iter().enumerate() {
        found.extend(
            group_defects(group).into_iter().map(|(at, span, what)| (format!(".{index}{at}"), span, what)),
        );
    }
    found
}

fn group_defects(group: &Node) -> Vec<Found> {
    if !group.is_object() {
        let what = format!("an object with `matcher` and `hooks` is expected here, not {}", group.kind());
        return vec![(String::new(), group.span, what)];
    }
    if let Some(matcher) = group.get("matcher").filter(|matcher| matcher.as_str().is_none()) {
        return vec![(
            ".matcher".to_owned(),
            matcher.span,
            format!("a string is expected here, not {}", matcher.kind()),
        )];
    }
    let Some(list) = group.get("hooks").filter(|list| list.is_array()) else {
        return vec![(String::new(), group.span, "a list `hooks` is missing in it".to_owned())];
    };
    let mut found = Vec::new();
    for (index, handler) in list.items().iter().enumerate() {
        if let Some((span, what)) = handler_defect(handler) {
            found.push((format!(".hooks.{index}"), span, what));
        }
    }
    found
}

fn handler_defect(handler: &Node) -> Option<(Span, String)> {
    if !handler.is_object() {
        return Some((
            handler.span,
            format!("an object with `type` is expected here, not {}", handler.kind()),
        ));
    }
    let Some(kind) = handler.get("type").and_then(Node::as_str).filter(|kind| TYPES.contains(kind)) else {
        return Some((handler.span, "`type` is missing or unknown".to_owned()));
    };
    for (_, name, needed, wanted) in FIELDS.iter().filter(|(of, ..)| of.is_empty() || *of == kind) {
        match handler.get(name) {
            None if *needed => return Some((handler.span, format!("`{name}` is missing"))),
            None => {}
            Some(value) => {
                if let Some((span, what)) = mismatch(*wanted, value) {
                    return Some((span, format!("`{name}`: {what}")));
                }
            }
        }
    }
    let timeout =
        handler.get("timeout").and_then(|value| value.as_number().map(|seconds| (value.span, seconds)));
    match timeout {
        Some((span, seconds)) if seconds <= 0.0 => Some((span, "`timeout` must be more than 0".to_owned())),
        _ => bad_address(handler),
    }
}

fn bad_address(handler: &Node) -> Option<(Span, String)> {
    let url = handler.get("url").filter(|_| handler.get("type").and_then(Node::as_str) == Some("http"))?;
    let scheme = url.as_str()?.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty());
    (!scheme).then(|| (url.span, "`url` is not an address".to_owned()))
}

/// The hooks as the client keeps them: events it knows, groups and handlers without a defect, fields it knows.
pub(super) fn in_force(hooks: &Node) -> serde_json::Value {
    let known = |member: &&&Member| EVENTS.contains(&member.key.as_str()) && member.value.is_array();
    let members = hooks.effective_members();
    let events = members.iter().filter(known).map(|member| {
        let groups = member.value.items().iter().filter_map(group_in_force).collect();
        (member.key.clone(), serde_json::Value::Array(groups))
    });
    serde_json::Value::Object(events.collect())
}

fn group_in_force(group: &Node) -> Option<serde_json::Value> {
    let matcher = group.get("matcher");
    let list = group.get("hooks").filter(|list| list.is_array())?;
    if matcher.is_some_and(|matcher| matcher.as_str().is_none()) {
        return None;
    }
    let handlers = list.items().iter().filter(|handler| handler_defect(handler).is_none()).map(known_fields);
    let mut kept = serde_json::Map::new();
    if let Some(matcher) = matcher {
        kept.insert("matcher".to_owned(), matcher.to_json());
    }
    kept.insert("hooks".to_owned(), handlers.collect());
    Some(kept.into())
}

fn known_fields(handler: &Node) -> serde_json::Value {
    let kind = handler.get("type").and_then(Node::as_str).unwrap_or_default();
    let known = |key: &str| {
        key == "type" || FIELDS.iter().any(|(of, name, ..)| *name == key && (of.is_empty() || *of == kind))
    };
    let members = handler.effective_members().into_iter().filter(|member| known(&member.key));
    serde_json::Value::Object(members.map(|member| (member.key.clone(), member.value.to_json())).collect())
}

/// The hooks the client runs of a settings value: entries without a defect under events it knows.
pub(super) fn commands(root: &Node) -> Vec<HookCommand> {
    let mut commands = Vec::new();
    for member in root.get("hooks").map(Node::effective_members).unwrap_or_default() {
        if !EVENTS.contains(&member.key.as_str()) {
            continue;
        }
        for group in member.value.items() {
            let matcher = group.get("matcher").and_then(Node::as_str).unwrap_or_default();
            for handler in group.get("hooks").map(Node::items).unwrap_or_default() {
                if handler_defect(handler).is_none() {
                    commands.push(command(&member.key, matcher, handler));
                }
            }
        }
    }
    commands
}

fn command(event: &str, matcher: &str, handler: &Node) -> HookCommand {
    let text = |key: &str| handler.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let launch = match (text("type").as_str(), handler.get("args")) {
        ("command", Some(args)) => Launch::Exec {
            command: text("command"),
            args: args.items().iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        },
        ("command", None) => Launch::Shell { line: text("command") },
        (kind, _) => Launch::Other { kind: kind.to_owned() },
    };
    HookCommand {
        event: event.to_owned(),
        matcher: matcher.to_owned(),
        launch,
        blocks_on_failure: text("onFailure") == "block",
        span: handler.span,
    }
}
