//! Every text an event carries somewhere, with a pointer to where it stands, and the way back: rewriting in place.

use std::fmt;

use serde_json::{Map, Value};

use crate::record::is_plain;
use crate::{Event, EventKind};

/// One step of a [`Pointer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of this key.
    Key(&'a str),
    /// The key itself: object keys are texts too, and a secret may stand in one.
    KeyName(&'a str),
    Index(usize),
}

/// Where a text stands in an event, printed as `tool_response.file.content` or `tool_calls[0].tool_response`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer<'a>(pub &'a [Step<'a>]);

impl Pointer<'_> {
    /// Whether the last step is this key, as in `tool_input.old_string`.
    pub fn ends_with(&self, key: &str) -> bool {
        matches!(self.0.last(), Some(Step::Key(last)) if *last == key)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                // A key may itself be a secret or an order; pointers stand in the audit log and in what the model is told.
                Step::Key(key) if !is_name(key) => out.write_str(if position == 0 { "*" } else { ".*" })?,
                Step::Key(key) if position == 0 => out.write_str(key)?,
                Step::Key(key) => write!(out, ".{key}")?,
                Step::KeyName(_) => out.write_str("{key}")?,
                Step::Index(index) => write!(out, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key is what programs call things by: a word or a few joined ones, no sentence.
fn is_name(key: &str) -> bool {
    key.len() <= 40 && !key.contains(' ') && is_plain(key)
}

type Visit<'v> = dyn FnMut(&Pointer<'_>, &str) + 'v;
type Change<'v> = dyn FnMut(&Pointer<'_>, &str) -> Option<String> + 'v;

impl Event {
    /// Calls `visit` with every text this event would put somewhere: what a tool is given before it runs, what comes
    /// back after it ran, what goes to the model, what the user typed.
    pub fn visit_texts(&self, visit: &mut Visit<'_>) {
        for (key, value) in self.body() {
            if !carries_text(self.kind(), key) {
                continue;
            }
            if self.kind() == EventKind::PostToolBatch {
                visit_batch(value, visit);
                continue;
            }
            walk(&mut vec![Step::Key(key)], value, visit);
        }
    }

    /// Calls `visit` with every text of the whole event, the common fields included.
    pub fn visit_all_texts(&self, visit: &mut Visit<'_>) {
        for (key, value) in self.body() {
            walk(&mut vec![Step::Key(key)], value, visit);
        }
    }

    /// The tool's response with every text that `change` answers replaced, in the tool's own shape: the client
    /// ignores a rewrite of another shape without a word. `None` where nothing changed.
    pub fn rewritten_response(&self, change: &mut Change<'_>) -> Option<Value> {
        rewrite_value("tool_response", self.tool_response()?, change)
    }

    /// The tool's input with every text that `change` answers replaced. `None` where nothing changed.
    pub fn rewritten_input(&self, change: &mut Change<'_>) -> Option<Value> {
        rewrite_value("tool_input", self.tool_input()?, change)
    }
}

fn rewrite_value(root: &str, value: &Value, change: &mut Change<'_>) -> Option<Value> {
    rewrite(&mut vec![Step::Key(root)], value, change)
}

/// Whether the top-level field `key` of an event carries text that acts or is read.
fn carries_text(kind: EventKind, key: &str) -> bool {
    let fields: &[&str] = match kind {
        EventKind::PreToolUse | EventKind::PermissionRequest | EventKind::PermissionDenied => &["tool_input"],
        EventKind::PostToolUse => &["tool_response"],
        EventKind::PostToolUseFailure => &["error"],
        EventKind::PostToolBatch => &["tool_calls"],
        EventKind::UserPromptSubmit => &["prompt"],
        EventKind::UserPromptExpansion => &["prompt", "command_args"],
        EventKind::Stop | EventKind::SubagentStop | EventKind::StopFailure => &["last_assistant_message"],
        _ => return !COMMON_FIELDS.contains(&key),
    };
    fields.contains(&key)
}

/// The fields every event has; they say who and where, not what.
const COMMON_FIELDS: &[&str] = &[
    "session_id",
    "transcript_path",
    "cwd",
    "prompt_id",
    "permission_mode",
    "hook_event_name",
    "effort",
    "agent_id",
    "agent_type",
];

/// Of a batch only the responses go to the model; the inputs came from it.
fn visit_batch(calls: &Value, visit: &mut Visit<'_>) {
    for (index, call) in calls.as_array().into_iter().flatten().enumerate() {
        if let Some(response) = call.get("tool_response") {
            walk(
                &mut vec![Step::Key("tool_calls"), Step::Index(index), Step::Key("tool_response")],
                response,
                visit,
            );
        }
    }
}

fn walk<'a>(steps: &mut Vec<Step<'a>>, value: &'a Value, visit: &mut Visit<'_>) {
    match value {
        Value::String(text) => visit(&Pointer(steps), text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                steps.push(Step::Index(index));
                walk(steps, item, visit);
                steps.pop();
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                steps.push(Step::KeyName(key));
                visit(&Pointer(steps), key);
                steps.pop();
                steps.push(Step::Key(key));
                walk(steps, item, visit);
                steps.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The value with what `change` answers in it; nothing where it answers nothing, as then nothing is copied.
fn rewrite<'a>(steps: &mut Vec<Step<'a>>, value: &'a Value, change: &mut Change<'_>) -> Option<Value> {
    match value {
        Value::String(text) => change(&Pointer(steps), text).map(Value::String),
        Value::Array(items) => rewrite_items(steps, items, change).map(Value::Array),
        Value::Object(fields) => rewrite_fields(steps, fields, change).map(Value::Object),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn rewrite_items<'a>(
    steps: &mut Vec<Step<'a>>,
    items: &'a [Value],
    change: &mut Change<'_>,
) -> Option<Vec<Value>> {
    let mut rewritten: Option<Vec<Value>> = None;
    for (index, item) in items.iter().enumerate() {
        steps.push(Step::Index(index));
        let changed = rewrite(steps, item, change);
        steps.pop();
        if changed.is_some() && rewritten.is_none() {
            rewritten = items.get(..index).map(<[Value]>::to_vec);
        }
        if let Some(list) = &mut rewritten {
            list.push(changed.unwrap_or_else(|| item.clone()));
        }
    }
    rewritten
}

fn rewrite_fields<'a>(
    steps: &mut Vec<Step<'a>>,
    fields: &'a Map<String, Value>,
    change: &mut Change<'_>,
) -> Option<Map<String, Value>> {
    let mut rewritten: Option<Map<String, Value>> = None;
    for (index, (key, item)) in fields.iter().enumerate() {
        steps.push(Step::KeyName(key));
        let name = change(&Pointer(steps), key);
        steps.pop();
        steps.push(Step::Key(key));
        let changed = rewrite(steps, item, change);
        steps.pop();
        if rewritten.is_none() && (name.is_some() || changed.is_some()) {
            let before = fields.iter().take(index);
            rewritten = Some(before.map(|(key, item)| (key.clone(), item.clone())).collect());
        }
        if let Some(map) = &mut rewritten {
            map.insert(name.unwrap_or_else(|| key.clone()), changed.unwrap_or_else(|| item.clone()));
        }
    }
    rewritten
}
