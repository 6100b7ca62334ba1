//! A transcript's lines back into the events the client sent when they were written.
//!
//! As recorded from client 2.1.330: `assistant` lines hold `tool_use` blocks, one a line; `user` lines hold
//! `tool_result` blocks with the tool's own response in `toolUseResult`, or the user's prompt as text; `attachment`
//! lines hold the instruction files that were loaded and what hooks answered. A call that failed the client's own
//! checks (`<tool_use_error>`) never came to PreToolUse, but its text stands in the batch.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use hook_core::Event;
use serde_json::{Map, Value};

/// What a transcript has said so far that later lines refer to.
#[derive(Debug, Default)]
pub struct Reader {
    /// The calls of one answer of the model, by who made it: the session itself, or a subagent.
    batches: BTreeMap<String, Batch>,
    /// The sessions that were begun, the last one last: the fields their events have in common.
    sessions: Vec<Map<String, Value>>,
}

/// An event and when it was.
#[derive(Debug)]
pub struct Moment {
    pub time: Option<DateTime<Utc>>,
    pub event: Event,
    /// The hooks that rewrote this output when it happened, each with the rule it named: the transcript holds what they
    /// left, so nobody can be asked again.
    pub rewritten: Vec<(String, String)>,
}

/// The calls of one answer, with their results as far as they came.
#[derive(Debug, Default)]
struct Batch {
    message: String,
    common: Map<String, Value>,
    calls: Vec<Call>,
    /// The time of the last line that belongs to it.
    time: Option<DateTime<Utc>>,
    /// How much of the transcript is held for it, in bytes.
    held: usize,
}

#[derive(Debug)]
struct Call {
    id: String,
    name: String,
    input: Value,
    time: Option<DateTime<Utc>>,
    result: Option<Outcome>,
    rewritten: Vec<(String, String)>,
}

#[derive(Debug)]
struct Outcome {
    time: Option<DateTime<Utc>>,
    /// What the model got.
    content: Value,
    /// The tool's own response, or the error's text.
    response: Value,
    kind: OutcomeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutcomeKind {
    Done,
    Failed,
    /// Stopped by a rule, a hook or a person, after PreToolUse.
    Refused,
    /// Failed the client's own checks, before PreToolUse.
    Invalid,
}

/// A batch that holds more than this is let go before its last result: memory stays bounded, whatever a session read.
const MAX_HELD_BYTES: usize = 64 * 1024 * 1024;

/// More sessions than this in one file are not told apart.
const MAX_SESSIONS: usize = 1000;

/// More subagents than this at once are not told apart.
const MAX_BATCHES: usize = 64;

impl Reader {
    /// The events that are complete with this line, in the order they were sent. `bytes` is the line's length.
    pub fn line(&mut self, line: &Value, bytes: usize) -> Vec<Moment> {
        let mut moments = Vec::new();
        let common = common(line);
        let time = time(line);
        let agent = field(line, "agentId").unwrap_or_default();
        if agent.is_empty() && !common.is_empty() && common.contains_key("cwd") {
            self.begin(&common, time, &mut moments);
        }
        match field(line, "type").unwrap_or_default() {
            "assistant" => self.calls(line, &common, (agent, bytes), &mut moments),
            "user" => self.answers(line, &common, (agent, bytes), &mut moments),
            "attachment" => self.attachment(line, &common, agent, &mut moments),
            // A prompt that came while the model was at work; one that waited for its end comes as a `user` line.
            "queue-operation" if field(line, "reason") == Some("absorbed_mid_turn") => {
                let prompt = line.get("content").cloned().unwrap_or_default();
                let common = self.sessions.last().cloned().unwrap_or(common);
                moments.extend(moment(time, "UserPromptSubmit", &common, &[("prompt", prompt)]));
            }
            _ => {}
        }
        moments
    }

    /// What is still open when the transcript ends.
    pub fn finish(&mut self) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (_, batch) in std::mem::take(&mut self.batches) {
            batch.close(&mut moments);
        }
        moments
    }

    /// The ends of the sessions of this transcript.
    pub fn ends(&self) -> Vec<Moment> {
        let end = |common| moment(None, "SessionEnd", common, &[("reason", "other".into())]);
        self.sessions.iter().filter_map(end).collect()
    }

    /// The first line of a session stands for its start.
    fn begin(&mut self, common: &Map<String, Value>, time: Option<DateTime<Utc>>, moments: &mut Vec<Moment>) {
        let id = common.get("session_id");
        if let Some(known) = self.sessions.iter_mut().find(|session| session.get("session_id") == id) {
            known.clone_from(common);
            return;
        }
        moments.extend(self.finish());
        if self.sessions.len() < MAX_SESSIONS {
            self.sessions.push(common.clone());
        }
        moments.extend(moment(time, "SessionStart", &unprompted(common), &[("source", "startup".into())]));
    }

    fn calls(
        &mut self,
        line: &Value,
        common: &Map<String, Value>,
        (agent, bytes): (&str, usize),
        moments: &mut Vec<Moment>,
    ) {
        let message = line.pointer("/message/id").and_then(Value::as_str).unwrap_or_default();
        let blocks: Vec<&Value> = blocks(content(line), "tool_use").collect();
        let open = self.batches.get(agent);
        let goes_on = open.is_some_and(|batch| !message.is_empty() && batch.message == message);
        if !goes_on || open.is_some_and(|batch| batch.held > MAX_HELD_BYTES) {
            self.close(agent, moments);
        }
        if blocks.is_empty() || (self.batches.len() >= MAX_BATCHES && !self.batches.contains_key(agent)) {
            return;
        }
        let batch = self.batches.entry(agent.to_string()).or_default();
        batch.message = message.to_string();
        batch.common = with_agent(common, agent);
        batch.held += bytes;
        batch.time = time(line);
        for block in blocks {
            if let (Some(id), Some(name)) = (field(block, "id"), field(block, "name")) {
                batch.calls.push(Call {
                    id: id.to_string(),
                    name: name.to_string(),
                    input: block.get("input").cloned().unwrap_or_default(),
                    time: time(line),
                    result: None,
                    rewritten: Vec::new(),
                });
            }
        }
    }

    fn answers(
        &mut self,
        line: &Value,
        common: &Map<String, Value>,
        (agent, bytes): (&str, usize),
        moments: &mut Vec<Moment>,
    ) {
        let mut is_result = false;
        for block in blocks(content(line), "tool_result") {
            is_result = true;
            let Some(id) = field(block, "tool_use_id") else { continue };
            let found = self.batches.get_mut(agent).and_then(|batch| {
                batch.held += bytes;
                batch.time = time(line);
                batch.calls.iter_mut().find(|call| call.id == id)
            });
            if let Some(call) = found {
                call.result = Some(outcome(block, line));
            }
        }
        // Lines the client wrote itself are no prompts of the user's; a subagent's prompt is the call that made it.
        if is_result || !agent.is_empty() || line.get("isMeta") == Some(&Value::Bool(true)) {
            return;
        }
        let prompt = match content(line) {
            Some(Value::String(prompt)) => prompt.clone(),
            content => {
                let texts: Vec<&str> =
                    blocks(content, "text").filter_map(|block| field(block, "text")).collect();
                texts.join("\n")
            }
        };
        if !prompt.is_empty() {
            self.close(agent, moments);
            moments.extend(moment(time(line), "UserPromptSubmit", common, &[("prompt", prompt.into())]));
        }
    }

    fn attachment(
        &mut self,
        line: &Value,
        common: &Map<String, Value>,
        agent: &str,
        moments: &mut Vec<Moment>,
    ) {
        let Some(attachment) = line.get("attachment") else { return };
        match field(attachment, "type").unwrap_or_default() {
            "instructions" if agent.is_empty() => {
                for file in attachment.get("files").and_then(Value::as_array).into_iter().flatten() {
                    let part = |key: &str| file.get(key).cloned().unwrap_or_default();
                    let fields = [
                        ("file_path", part("path")),
                        ("memory_type", part("type")),
                        ("load_reason", "session_start".into()),
                    ];
                    moments.extend(moment(time(line), "InstructionsLoaded", &unprompted(common), &fields));
                }
            }
            "hook_success" => {
                let id = field(attachment, "toolUseID").unwrap_or_default();
                let batch = self.batches.get_mut(agent);
                let call = batch.and_then(|batch| batch.calls.iter_mut().find(|call| call.id == id));
                if let (Some(call), Some(hook)) = (call, rewriter(attachment)) {
                    call.rewritten.push(hook);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, agent: &str, moments: &mut Vec<Moment>) {
        if let Some(batch) = self.batches.remove(agent) {
            batch.close(moments);
        }
    }
}

impl Batch {
    /// The events of the batch: what was asked for, what came of it, and all results together.
    fn close(self, moments: &mut Vec<Moment>) {
        let Self { common, calls, time, .. } = self;
        let mut results = Vec::new();
        for call in &calls {
            let kind = call.result.as_ref().map(|result| result.kind);
            if kind != Some(OutcomeKind::Invalid) {
                moments.extend(moment(call.time, "PreToolUse", &common, &call.fields()));
            }
        }
        for call in calls {
            let fields = call.fields();
            let Some(result) = call.result else { continue };
            let row = fields.iter().map(|(key, value)| ((*key).to_string(), value.clone()));
            let mut row: Map<String, Value> = row.collect();
            row.insert("tool_response".into(), result.content);
            results.push(Value::Object(row));
            let (name, outcome) = match result.kind {
                OutcomeKind::Done => ("PostToolUse", "tool_response"),
                OutcomeKind::Failed => ("PostToolUseFailure", "error"),
                OutcomeKind::Refused | OutcomeKind::Invalid => continue,
            };
            let fields = [fields, vec![(outcome, result.response)]].concat();
            let after = moment(result.time, name, &common, &fields);
            moments.extend(after.map(|moment| Moment { rewritten: call.rewritten, ..moment }));
        }
        if !results.is_empty() {
            moments.extend(moment(time, "PostToolBatch", &common, &[("tool_calls", results.into())]));
        }
    }
}

impl Call {
    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("tool_use_id", Value::from(self.id.as_str())),
            ("tool_name", self.name.as_str().into()),
            ("tool_input", self.input.clone()),
        ]
    }
}

fn outcome(block: &Value, line: &Value) -> Outcome {
    let content = block.get("content").cloned().unwrap_or_default();
    let failed = block.get("is_error") == Some(&Value::Bool(true));
    let text = content.as_str().unwrap_or_default();
    let refused = line.get("toolDenialKind").is_some()
        || line.pointer("/permissionDecision/decision").and_then(Value::as_str) == Some("reject")
        || (failed && text.starts_with("PreToolUse:"));
    let kind = if failed && text.starts_with("<tool_use_error>") {
        OutcomeKind::Invalid
    } else if refused {
        OutcomeKind::Refused
    } else if failed {
        OutcomeKind::Failed
    } else {
        OutcomeKind::Done
    };
    let own = line.get("toolUseResult");
    let response = match (kind, own) {
        // The client puts a word before the error it hands to hooks.
        (OutcomeKind::Failed, Some(Value::String(error))) => {
            error.strip_prefix("Error: ").unwrap_or(error).into()
        }
        (OutcomeKind::Failed, _) | (_, None) => content.clone(),
        (_, Some(response)) => response.clone(),
    };
    Outcome { time: time(line), content, response, kind }
}

/// The hook that rewrote an output, with the rule of the first mark it left.
fn rewriter(attachment: &Value) -> Option<(String, String)> {
    let answer: Value = serde_json::from_str(field(attachment, "stdout")?).ok()?;
    let output = answer.pointer("/hookSpecificOutput/updatedToolOutput")?.to_string();
    let hook = field(attachment, "command")?.rsplit('/').next()?.to_string();
    let mark = output.split_once("[REDACTED:").and_then(|(_, rest)| rest.split_once(':'));
    Some((hook, mark.map_or("-", |(rule, _)| rule).to_string()))
}

fn common(line: &Value) -> Map<String, Value> {
    let fields = [
        ("session_id", "sessionId"),
        ("cwd", "cwd"),
        ("prompt_id", "promptId"),
        ("permission_mode", "permissionMode"),
    ];
    let present = fields.iter().filter_map(|(name, key)| {
        let text = field(line, key).filter(|text| !text.is_empty())?;
        Some(((*name).to_string(), Value::from(text)))
    });
    present.collect()
}

/// Of the fields that events have in common some come only with what a prompt sets going.
fn unprompted(common: &Map<String, Value>) -> Map<String, Value> {
    let mut common = common.clone();
    common.retain(|key, _| !matches!(key.as_str(), "prompt_id" | "permission_mode"));
    common
}

fn with_agent(common: &Map<String, Value>, agent: &str) -> Map<String, Value> {
    let mut common = common.clone();
    if !agent.is_empty() {
        common.insert("agent_id".into(), agent.into());
    }
    common
}

/// When a line was written.
fn time(line: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(field(line, "timestamp")?).ok().map(|time| time.to_utc())
}

fn content(line: &Value) -> Option<&Value> {
    line.get("message").and_then(|message| message.get("content"))
}

fn blocks<'a>(content: Option<&'a Value>, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let items = content.and_then(Value::as_array).into_iter().flatten();
    items.filter(move |block| field(block, "type") == Some(kind))
}

fn field<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn moment(
    time: Option<DateTime<Utc>>,
    name: &str,
    common: &Map<String, Value>,
    fields: &[(&str, Value)],
) -> Option<Moment> {
    let mut body = common.clone();
    body.insert("hook_event_name".into(), name.into());
    body.extend(fields.iter().map(|(key, value)| ((*key).to_string(), value.clone())));
    let event = Event::from_value(Value::Object(body), 0).ok()?;
    Some(Moment { time, event, rewritten: Vec::new() })
}
