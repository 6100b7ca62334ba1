//! From an event to the record of it: who, where, what, with which outcome.

use crate::{SENSITIVE_PATHS, git, labels, redaction};
use globset::Glob;
use hmac_sha256::Hash;
use hook_core::files::read_bounded;
use hook_core::policy::MAX_POLICY_BYTES;
use hook_core::{Context, Error, Event, EventKind, Tool, record};
use ledger::{Record, to_hex};
use serde_json::{Value, json};

/// At most so many calls of one batch are listed; the number of all of them stands beside the list.
const MOST_CALLS: usize = 200;

/// The record of one event, free of secrets, ready for the log.
///
/// File contents, tool output and prompts are not recorded, only their lengths and keyed digests.
pub fn activity(event: &Event, context: &Context<'_>) -> Result<Record, Error> {
    let mut record = record::base(event, context.user);
    record.insert("type".into(), "activity".into());
    record.insert("basis".into(), "observed".into());
    put(&mut record, "cwd", event.cwd());
    put(&mut record, "permission_mode", event.permission_mode());
    put(&mut record, "host", &host());
    put(&mut record, "outcome", outcome(event));
    put_number(&mut record, "duration_ms", event.field("duration_ms"));
    place(&mut record, event, context)?;
    match event.tool() {
        Some(tool) => describe_tool(&mut record, event, &tool, context)?,
        None => describe_event(&mut record, event, context)?,
    }
    redaction::redact(&mut record, context)?;
    Ok(record)
}

/// What came of it. `requested` is a call that is about to be judged.
fn outcome(event: &Event) -> &'static str {
    match event.kind() {
        EventKind::PreToolUse | EventKind::PermissionRequest => "requested",
        EventKind::PostToolUse => "ok",
        EventKind::PostToolUseFailure if event.field("is_interrupt") == Some(&Value::Bool(true)) => {
            "interrupted"
        }
        EventKind::PostToolUseFailure | EventKind::StopFailure => "error",
        EventKind::PermissionDenied => "denied",
        _ => "",
    }
}

/// The policy in force, the project, and the commit.
fn place(record: &mut Record, event: &Event, context: &Context<'_>) -> Result<(), Error> {
    put(record, "tier", context.tier().name());
    record.insert("policy".into(), policy_digest(context)?.into());
    put(record, "project", &context.project.to_string_lossy());
    // A batch and the stop after it add nothing to the calls' own records.
    if event.tool().is_none() && !matches!(event.kind(), EventKind::SessionStart | EventKind::SessionEnd) {
        return Ok(());
    }
    let found = git::repository(&context.cwd);
    put(record, "repository", &found.url);
    put(record, "branch", &found.branch);
    put(record, "head", &found.head);
    Ok(())
}

/// One digest over the policy files in force; auditors compare it with the files they were given.
fn policy_digest(context: &Context<'_>) -> Result<String, Error> {
    let mut hash = Hash::new();
    for file in context.policy.files() {
        let bytes = read_bounded(file, MAX_POLICY_BYTES)?.unwrap_or_default();
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
    }
    Ok(format!("sha256:{}", to_hex(&hash.finalize())))
}

fn describe_tool(
    record: &mut Record,
    event: &Event,
    tool: &Tool<'_>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (operation, field, text) = match tool {
        Tool::Bash { command } | Tool::PowerShell { command } => ("execute", "command", *command),
        Tool::Read { path } => ("read", "path", *path),
        Tool::Write { path, .. }
        | Tool::Edit { path, .. }
        | Tool::MultiEdit { path, .. }
        | Tool::NotebookEdit { path, .. } => ("write", "path", *path),
        Tool::WebFetch { url, .. } => ("fetch", "url", *url),
        Tool::WebSearch { query } => ("search", "query", *query),
        Tool::Agent { .. } => ("agent", "agent_type", input_text(event, "subagent_type")),
        Tool::Mcp { tool, .. } => ("mcp", "mcp_tool", *tool),
        Tool::Other { .. } => ("other", "path", other_path(event)),
    };
    put(record, "operation", operation);
    put_text(record, field, text);
    if let Some(server) = event.mcp_server() {
        record.insert("mcp".into(), json!({"server": server.name, "source": server.source}));
        put_text(record, "path", other_path(event));
    }
    let written = match tool {
        Tool::Write { content, .. } => *content,
        Tool::Edit { new, .. } => *new,
        Tool::NotebookEdit { source, .. } => *source,
        _ => "",
    };
    put_digest(record, "content", written, context)?;
    if let Tool::Agent { prompt } = tool {
        put_digest(record, "prompt_text", prompt, context)?;
    }
    put_output(record, event);
    put(record, "reason", event.text("reason"));
    let watched = watched_paths(context)?;
    let labels = labels(tool, &|path| watched.iter().any(|glob| glob.is_match(path)));
    if !labels.is_empty() {
        record.insert("labels".into(), labels.into());
    }
    Ok(())
}

/// The paths a company watches beside the built-in ones; compiled only where there are any.
fn watched_paths(context: &Context<'_>) -> Result<Vec<globset::GlobMatcher>, Error> {
    let compile = |pattern: &&str| {
        Glob::new(pattern)
            .map(|glob| glob.compile_matcher())
            .map_err(|error| Error::Rule { rule: SENSITIVE_PATHS.into(), message: error.to_string() })
    };
    context.policy.list(SENSITIVE_PATHS).iter().map(compile).collect()
}

/// How much came back, and of a failure its first line, where Bash puts the exit code.
fn put_output(record: &mut Record, event: &Event) {
    if let Some(response) = event.tool_response() {
        record.insert("output_len".into(), text_length(response).into());
    }
    let error = event.text("error");
    if !error.is_empty() {
        put_text(record, "error", error.lines().next().unwrap_or_default());
        record.insert("error_len".into(), error.len().into());
        if let Some(code) =
            error.strip_prefix("Exit code ").and_then(|rest| rest.lines().next()?.trim().parse::<i64>().ok())
        {
            record.insert("exit_code".into(), code.into());
        }
    }
}

fn text_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_length).sum(),
        Value::Object(fields) => fields.values().map(text_length).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The fields of events without a tool that say what happened. They are short and redacted like everything else.
const TOLD: &[&str] = &[
    "agent_type",
    "source",
    "model",
    "from_model",
    "to_model",
    "trigger",
    "reason",
    "error",
    "file_path",
    "memory_type",
    "load_reason",
    "notification_type",
    "task_id",
    "teammate_name",
    "old_cwd",
    "new_cwd",
    "directory",
    "name",
    "worktree_path",
    "mcp_server_name",
    "action",
    "expansion_type",
    "command_name",
    "command_source",
];

fn describe_event(record: &mut Record, event: &Event, context: &Context<'_>) -> Result<(), Error> {
    for field in TOLD {
        let name = if *field == "file_path" { "path" } else { field };
        put_text(record, name, event.text(field));
    }
    put_digest(record, "prompt_text", event.prompt(), context)?;
    let calls = event.field("tool_calls").and_then(Value::as_array);
    if let Some(calls) = calls {
        let name = |call: &Value, field: &str| {
            record::identifier(call.get(field).and_then(Value::as_str).unwrap_or_default()).into_owned()
        };
        let one =
            |call: &Value| json!({"tool": name(call, "tool_name"), "tool_use": name(call, "tool_use_id")});
        record.insert("calls".into(), calls.iter().take(MOST_CALLS).map(one).collect());
        record.insert("calls_len".into(), calls.len().into());
    }
    Ok(())
}

fn input_text<'a>(event: &'a Event, field: &str) -> &'a str {
    event.tool_input().and_then(|input| input.get(field)).and_then(Value::as_str).unwrap_or_default()
}

/// Tools this version does not know, and MCP tools, mostly call a path one of these.
fn other_path(event: &Event) -> &str {
    let names = ["file_path", "path", "notebook_path", "uri", "url"];
    names.into_iter().map(|name| input_text(event, name)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn put(record: &mut Record, name: &str, text: &str) {
    if !text.is_empty() {
        record.insert(name.into(), text.into());
    }
}

/// A text that may be cut: its full length stands beside it then.
fn put_text(record: &mut Record, name: &str, text: &str) {
    put(record, name, text);
    if text.len() > redaction::LONGEST_TEXT {
        record.insert(format!("{name}_len"), text.len().into());
    }
}

fn put_number(record: &mut Record, name: &str, value: Option<&Value>) {
    if let Some(number) = value.and_then(Value::as_f64) {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds; `as` saturates")]
        record.insert(name.into(), (number.round() as i64).into());
    }
}

/// A text that is not kept: its length, and a digest by which equal texts can be matched.
fn put_digest(record: &mut Record, name: &str, text: &str, context: &Context<'_>) -> Result<(), Error> {
    if !text.is_empty() {
        record.insert(format!("{name}_len"), text.len().into());
        record.insert(format!("{name}_digest"), redaction::digest(context, text)?.into());
    }
    Ok(())
}

/// The machine's name, as records give it.
#[cfg(unix)]
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The machine's name, as records give it.
#[cfg(not(unix))]
pub fn host() -> String {
    String::new()
}
