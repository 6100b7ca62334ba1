//! Claude Code's wire format: one JSON shape per event (observed on 2.1.330). Nothing else knows it.

use serde_json::{Map, Value, json};

use crate::{Decision, EventKind, Reason, Verdict};

/// The client cuts strings at 10,000 characters; what we say fits well below.
const MAX_TEXT_CHARS: usize = 8_000;

/// The JSON to write for `decision` on an event of this kind; `None` where silence says it.
///
/// An answer the event cannot carry (a denial on SessionStart, say) becomes a message to the user, so that it is
/// never lost.
pub fn render(kind: EventKind, decision: &Decision) -> Option<Value> {
    let mut answer = Answer::default();
    match &decision.verdict {
        Verdict::Pass => {}
        Verdict::Deny(reason) => deny(kind, reason, &mut answer),
        Verdict::Ask(reason) => ask(kind, reason, &mut answer),
        Verdict::Stop(reason) => stop(kind, reason, &mut answer),
        Verdict::RewriteOutput(output) => match kind {
            EventKind::PostToolUse => answer.specific("updatedToolOutput", output.clone()),
            _ => answer.say("an output could not be rewritten on this event"),
        },
        Verdict::RewriteInput(input) => match kind {
            EventKind::PreToolUse => answer.specific("updatedInput", input.clone()),
            _ => answer.say("an input could not be rewritten on this event"),
        },
    }
    if let Some(text) = &decision.model {
        if takes_context(kind) {
            answer.specific("additionalContext", Value::String(cut(text)));
        } else {
            answer.say(text);
        }
    }
    if let Some(text) = &decision.user {
        answer.say(text);
    }
    answer.into_json(kind)
}

#[derive(Default)]
struct Answer {
    top: Map<String, Value>,
    specific: Map<String, Value>,
    user: String,
}

impl Answer {
    fn specific(&mut self, key: &str, value: Value) {
        self.specific.insert(key.into(), value);
    }

    fn top(&mut self, key: &str, value: Value) {
        self.top.insert(key.into(), value);
    }

    fn say(&mut self, text: &str) {
        if !self.user.is_empty() {
            self.user.push('\n');
        }
        self.user.push_str(text);
    }

    fn into_json(mut self, kind: EventKind) -> Option<Value> {
        if !self.specific.is_empty() {
            // A missing or wrong name makes the client reject the whole answer, and the call proceeds.
            self.specific.insert("hookEventName".into(), kind.name().into());
            self.top.insert("hookSpecificOutput".into(), Value::Object(self.specific));
        }
        if !self.user.is_empty() {
            self.top.insert("systemMessage".into(), cut(&self.user).into());
        }
        (!self.top.is_empty()).then_some(Value::Object(self.top))
    }
}

fn deny(kind: EventKind, reason: &Reason, answer: &mut Answer) {
    let text = cut(reason.text());
    match kind {
        EventKind::PreToolUse => permission("deny", text, answer),
        EventKind::PermissionRequest => {
            answer.specific("decision", json!({ "behavior": "deny", "message": text }));
        }
        EventKind::PostToolBatch => end_loop(text, answer),
        EventKind::UserPromptSubmit => {
            block(text, answer);
            // The blocked prompt may hold the very secret it is blocked for.
            answer.specific("suppressOriginalPrompt", true.into());
        }
        EventKind::PostToolUse
        | EventKind::PostToolUseFailure
        | EventKind::UserPromptExpansion
        | EventKind::ConfigChange
        | EventKind::Stop
        | EventKind::SubagentStop
        | EventKind::PreCompact
        | EventKind::TaskCreated => block(text, answer),
        _ => answer.say(&text),
    }
}

fn ask(kind: EventKind, reason: &Reason, answer: &mut Answer) {
    let text = cut(reason.text());
    match kind {
        EventKind::PreToolUse => permission("ask", text, answer),
        // Nobody can be asked here; the user is told, and the model where it listens.
        _ if takes_context(kind) => {
            answer.specific("additionalContext", Value::String(text.clone()));
            answer.say(&text);
        }
        _ => answer.say(&text),
    }
}

fn stop(kind: EventKind, reason: &Reason, answer: &mut Answer) {
    match kind {
        // `continue:false` does not stop the call itself on PreToolUse; only a denial does.
        EventKind::PreToolUse | EventKind::UserPromptSubmit | EventKind::ConfigChange => {
            deny(kind, reason, answer);
        }
        _ => end_loop(cut(reason.text()), answer),
    }
}

fn permission(decision: &str, text: String, answer: &mut Answer) {
    answer.specific("permissionDecision", decision.into());
    answer.specific("permissionDecisionReason", text.into());
}

fn block(text: String, answer: &mut Answer) {
    answer.top("decision", "block".into());
    answer.top("reason", text.into());
}

fn end_loop(text: String, answer: &mut Answer) {
    answer.top("continue", false.into());
    answer.top("stopReason", text.into());
}

/// The events whose `additionalContext` reaches the model.
fn takes_context(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::PreToolUse
            | EventKind::PostToolUse
            | EventKind::PostToolUseFailure
            | EventKind::PostToolBatch
            | EventKind::UserPromptSubmit
            | EventKind::UserPromptExpansion
            | EventKind::SessionStart
            | EventKind::Setup
            | EventKind::SubagentStart
            | EventKind::Stop
            | EventKind::SubagentStop
    )
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::render;
    use crate::{Decision, EventKind};

    #[test]
    fn one_shape_per_event() {
        let deny = Decision::deny("some-rule", "why");
        let rows = [
            (
                EventKind::PreToolUse,
                json!({"hookSpecificOutput": {"permissionDecision": "deny", "permissionDecisionReason": "why",
                       "hookEventName": "PreToolUse"}}),
            ),
            (
                EventKind::UserPromptSubmit,
                json!({"decision": "block", "reason": "why", "hookSpecificOutput":
                       {"suppressOriginalPrompt": true, "hookEventName": "UserPromptSubmit"}}),
            ),
            (EventKind::PostToolBatch, json!({"continue": false, "stopReason": "why"})),
            (EventKind::ConfigChange, json!({"decision": "block", "reason": "why"})),
            (EventKind::SessionStart, json!({"systemMessage": "why"})),
        ];
        for (kind, expected) in rows {
            assert_eq!(render(kind, &deny), Some(expected), "{}", kind.name());
        }
        assert_eq!(render(EventKind::PreToolUse, &Decision::pass()), None);
    }
}
