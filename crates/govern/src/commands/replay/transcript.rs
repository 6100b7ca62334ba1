//! A transcript's lines back into the events the client sent when they were written.
//!
//! As recorded from client 2.1.330: `assistant` lines hold `tool_use` blocks, `user` lines hold `tool_result` blocks with
//! the tool's own response in `toolUseResult`, or the user's prompt as text.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use hook_core::Event;
use serde_json::{Map, Value};

/// What a transcript has said so far that later lines refer to.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Tool calls without a result yet: name and input by tool use id.
    open: HashMap<String, (String, Value)>,
}

/// How many calls may wait for their result; a transcript that was cut leaves some waiting for ever.
const MAX_OPEN: usize = 10_000;

type Timed = (Option<DateTime<Utc>>, Event);

impl Reader {
    /// The events of one line, in order, each with the line's time.
    pub(crate) fn events(&mut self, line: &Value) -> Vec<Timed> {
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
        let time = DateTime::parse_from_rfc3339(text("timestamp")).ok().map(|time| time.to_utc());
        let mut common = Map::new();
        for (field, key) in [
            ("session_id", "sessionId"),
            ("cwd", "cwd"),
            ("prompt_id", "promptId"),
            ("permission_mode", "permissionMode"),
        ] {
            if !text(key).is_empty() {
                common.insert(field.into(), text(key).into());
            }
        }
        let content = line.get("message").and_then(|message| message.get("content"));
        let bodies = match text("type") {
            "assistant" => self.calls(content, &common),
            "user" => self.answers(content, line, &common),
            _ => Vec::new(),
        };
        bodies
            .into_iter()
            .filter_map(|body| Some((time, Event::from_value(Value::Object(body), 0).ok()?)))
            .collect()
    }

    fn calls(&mut self, content: Option<&Value>, common: &Map<String, Value>) -> Vec<Map<String, Value>> {
        let mut events = Vec::new();
        for block in blocks(content, "tool_use") {
            let (Some(id), Some(name)) = (field(block, "id"), field(block, "name")) else {
                continue;
            };
            let input = block.get("input").cloned().unwrap_or_default();
            events.push(event(
                "PreToolUse",
                common,
                &[("tool_use_id", id.into()), ("tool_name", name.into()), ("tool_input", input.clone())],
            ));
            if self.open.len() < MAX_OPEN {
                self.open.insert(id.to_string(), (name.to_string(), input));
            }
        }
        events
    }

    fn answers(
        &mut self,
        content: Option<&Value>,
        line: &Value,
        common: &Map<String, Value>,
    ) -> Vec<Map<String, Value>> {
        if let Some(prompt) = content.and_then(Value::as_str) {
            // Lines the client wrote itself are no prompts of the user's.
            let is_prompt = line.get("isMeta") != Some(&Value::Bool(true));
            return is_prompt
                .then(|| event("UserPromptSubmit", common, &[("prompt", prompt.into())]))
                .into_iter()
                .collect();
        }
        let refused = line.get("toolDenialKind").is_some()
            || field_of(line, &["permissionDecision", "decision"]) == Some("reject");
        let mut events = Vec::new();
        for block in blocks(content, "tool_result") {
            let Some(id) = field(block, "tool_use_id") else {
                continue;
            };
            let Some((name, input)) = self.open.remove(id) else {
                continue;
            };
            let call = [("tool_use_id", id.into()), ("tool_name", name.into()), ("tool_input", input)];
            let failed = block.get("is_error") == Some(&Value::Bool(true));
            if refused || (failed && is_refusal(block)) {
                continue;
            }
            let (kind, outcome) = if failed {
                ("PostToolUseFailure", ("error", block.get("content").cloned().unwrap_or_default()))
            } else {
                let response = line.get("toolUseResult").or_else(|| block.get("content"));
                ("PostToolUse", ("tool_response", response.cloned().unwrap_or_default()))
            };
            let mut fields = call.to_vec();
            fields.push(outcome);
            events.push(event(kind, common, &fields));
        }
        if events.is_empty() {
            let texts: Vec<&str> = blocks(content, "text").filter_map(|block| field(block, "text")).collect();
            if !texts.is_empty() && line.get("isMeta") != Some(&Value::Bool(true)) {
                events.push(event("UserPromptSubmit", common, &[("prompt", texts.join("\n").into())]));
            }
        }
        events
    }
}

/// A call that never ran has no PostToolUse: the client refused it before, or a hook did.
fn is_refusal(block: &Value) -> bool {
    let text = field(block, "content").unwrap_or_default();
    text.starts_with("<tool_use_error>") || text.starts_with("PreToolUse:")
}

fn blocks<'a>(content: Option<&'a Value>, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    content
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(move |block| field(block, "type") == Some(kind))
}

fn field<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn field_of<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

fn event(kind: &str, common: &Map<String, Value>, fields: &[(&str, Value)]) -> Map<String, Value> {
    let mut body = common.clone();
    body.insert("hook_event_name".into(), kind.into());
    body.extend(fields.iter().map(|(key, value)| ((*key).to_string(), value.clone())));
    body
}
