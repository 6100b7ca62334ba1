//! What the hook leaves on the disk: a record for each event, nothing secret in it, and a refusal when it must.

#![expect(clippy::expect_used, reason = "a test ends where its preparation fails")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use audit_logger::HOOK;
use hook_core::{EventKind, World};
use ledger::Record;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Made up, with a checksum that holds; no account has it.
const SECRET: &str = "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";

fn world(root: &Path) -> World {
    let project = root.join("project");
    fs::create_dir_all(&project).expect("creates");
    World {
        now: "2026-10-01T12:00:00Z".parse().expect("a time"),
        home: root.join("home"),
        project: Some(project),
        state: root.join("state"),
        user: "alice".into(),
        managed: root.join("managed"),
        uptime: None,
        claims: false,
    }
}

fn regulated(world: &World) {
    let file = world.home.join(".claude/governance/policy.json");
    fs::create_dir_all(file.parent().expect("a parent")).expect("creates");
    fs::write(file, r#"{"tier":"regulated"}"#).expect("writes");
}

fn answer(event: &Value, world: &World) -> hook_core::Answer {
    hook_core::answer(&HOOK, event.to_string().as_bytes(), world)
}

fn records(world: &World) -> Vec<Record> {
    let text = fs::read_to_string(world.state.join("log/2026-10-01.jsonl")).expect("the day file");
    let rows = text.lines().map(|line| serde_json::from_str::<Record>(line).expect("JSON"));
    // The log's own records (its opening, keys, heartbeats) stand between them.
    rows.filter(|row| row.get("type").is_some()).collect()
}

fn bash(name: &str, command: &str) -> Value {
    json!({
        "session_id": "s-1", "transcript_path": "/t", "cwd": "/project", "prompt_id": "p-1",
        "permission_mode": "default", "hook_event_name": name, "tool_name": "Bash", "tool_use_id": "toolu_1",
        "tool_input": {"command": command}, "tool_response": {"stdout": "12345", "stderr": ""}, "duration_ms": 12
    })
}

#[test]
fn a_call_is_recorded_with_who_what_and_outcome() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    let said = answer(&bash("PostToolUse", "cat .env && curl example.com"), &world);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str(), said.exit), ("", "", 0));
    let rows = records(&world);
    let row = rows.last().expect("a record");
    let expected = [
        ("event", json!("PostToolUse")),
        ("session", json!("s-1")),
        ("prompt", json!("p-1")),
        ("tool", json!("Bash")),
        ("tool_use", json!("toolu_1")),
        ("user", json!("alice")),
        ("command", json!("cat .env && curl example.com")),
        ("operation", json!("execute")),
        ("outcome", json!("ok")),
        ("basis", json!("observed")),
        ("duration_ms", json!(12)),
        ("output_len", json!(5)),
        ("labels", json!(["secret_path", "network"])),
        ("tier", json!("standard")),
    ];
    for (key, value) in expected {
        assert_eq!(row.get(key), Some(&value), "{key}");
    }
    assert!(row.get("policy").and_then(Value::as_str).is_some_and(|text| text.starts_with("sha256:")));
    assert!(row.get("host").is_some());
}

#[test]
fn a_failed_call_keeps_its_exit_code_and_not_its_output() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    let mut event = bash("PostToolUseFailure", "ls /nonexistent");
    event["error"] = json!("Exit code 2\nls: cannot access: confidential");
    answer(&event, &world);
    let rows = records(&world);
    let row = rows.last().expect("a record");
    assert_eq!(row.get("outcome"), Some(&json!("error")));
    assert_eq!(row.get("exit_code"), Some(&json!(2)));
    assert!(!row.values().any(|value| value.to_string().contains("confidential")));
}

#[test]
fn no_secret_in_any_field_of_any_event_reaches_the_disk() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    let fields = [
        "session_id",
        "transcript_path",
        "prompt_id",
        "permission_mode",
        "agent_id",
        "agent_type",
        "tool_name",
        "tool_use_id",
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
        "message",
        "title",
        "task_id",
        "task_subject",
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
        "command_args",
        "command_source",
        "prompt",
        "last_assistant_message",
        "custom_instructions",
        "compact_summary",
        "delta",
    ];
    let tools = [
        "Bash",
        "Read",
        "Write",
        "Edit",
        "MultiEdit",
        "NotebookEdit",
        "WebFetch",
        "WebSearch",
        "Agent",
        "Glob",
        "mcp__demo__greet",
    ];
    let planted = format!("see {SECRET} here");
    let input = json!({
        "command": planted, "file_path": format!("/p/{SECRET}/a"), "notebook_path": planted, "content": planted,
        "old_string": planted, "new_string": planted, "new_source": planted, "url": format!("https://a/?k={SECRET}"),
        "query": planted, "prompt": planted, "subagent_type": planted, "path": planted, SECRET: planted,
        "edits": [{"old_string": planted, "new_string": planted}]
    });
    let mut sent = 0;
    for kind in EventKind::ALL.iter().map(|kind| kind.name()).chain(["SomethingNew"]) {
        for tool in tools.into_iter().chain([""]) {
            let mut event = json!({"hook_event_name": kind, "cwd": format!("/p/{SECRET}"), "tool_input": input,
                "tool_response": {"stdout": planted, "file": {"content": planted}},
                "mcp_server": {"name": planted, "source": planted},
                "tool_calls": [{"tool_name": planted, "tool_use_id": planted, "tool_input": input, "tool_response": planted}]});
            for field in fields {
                event[field] = planted.clone().into();
            }
            if !tool.is_empty() {
                event["tool_name"] = tool.into();
            } else if let Some(fields) = event.as_object_mut() {
                fields.remove("tool_name");
            }
            let said = answer(&event, &world);
            assert_eq!(said.exit, 0);
            assert!(!said.stdout.contains(SECRET) && !said.stderr.contains(SECRET));
            sent += 1;
        }
    }
    assert!(records(&world).len() > sent * 9 / 10, "nearly every event is recorded");
    assert_nowhere(&world.state, SECRET);
    assert!(ledger::verify(&world.state.join("log")).is_intact());
}

fn assert_nowhere(folder: &Path, secret: &str) {
    for entry in fs::read_dir(folder).expect("lists") {
        let path = entry.expect("an entry").path();
        assert!(!path.to_string_lossy().contains(secret), "{}", path.display());
        if path.is_dir() {
            assert_nowhere(&path, secret);
        } else {
            let bytes = fs::read(&path).expect("reads");
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{}", path.display());
        }
    }
}

#[test]
fn a_huge_command_is_cut_after_it_was_redacted() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    // The secret stands across the place where the text is cut.
    let command = format!("echo {} {SECRET} {}", "é".repeat(2036), "x ".repeat(400_000));
    answer(&bash("PreToolUse", &command), &world);
    let rows = records(&world);
    let row = rows.last().expect("a record");
    let stored = row.get("command").and_then(Value::as_str).expect("a command");
    assert!(stored.len() <= 4096 && !stored.contains("ghp_"), "{}", stored.len());
    assert_eq!(row.get("command_len"), Some(&json!(command.len())));
    assert_eq!(row["redactions"][0]["n"], 1);
}

#[test]
fn a_log_that_cannot_be_written_is_told_and_stops_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    answer(&bash("PostToolUse", "true"), &world);
    fs::set_permissions(world.state.join("log"), fs::Permissions::from_mode(0o777)).expect("sets");
    let said = answer(&bash("PreToolUse", "true"), &world);
    assert_eq!(said.exit, 0);
    let text: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert!(
        text["systemMessage"].as_str().is_some_and(|text| text.contains("other users may write")),
        "{text}"
    );
}

#[test]
fn in_the_regulated_tier_a_lost_record_refuses_the_next_call() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    regulated(&world);
    answer(&bash("PostToolUse", "true"), &world);
    let log = world.state.join("log");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o777)).expect("sets");
    let said = answer(&bash("PostToolUse", "true"), &world);
    assert!(said.exit == 0 && said.stdout.contains("systemMessage"), "{said:?}");
    let refused = |world: &World| answer(&bash("PreToolUse", "true"), world).stdout.contains(r#""deny""#);
    assert!(refused(&world), "while the log cannot be written");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o700)).expect("sets");
    let said = answer(&bash("PostToolUse", "true"), &world);
    assert_eq!(said.exit, 0);
    assert!(!refused(&world), "the refusal was told; the log works again");
    assert!(ledger::verify(&log).is_intact());
}

#[test]
fn a_loss_between_two_calls_refuses_one_call() {
    let root = tempfile::tempdir().expect("a folder");
    let world = world(root.path());
    regulated(&world);
    answer(&bash("PostToolUse", "true"), &world);
    let log = world.state.join("log");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o777)).expect("sets");
    answer(&bash("PostToolUse", "true"), &world);
    fs::set_permissions(&log, fs::Permissions::from_mode(0o700)).expect("sets");
    assert!(answer(&bash("PreToolUse", "true"), &world).stdout.contains("could not be recorded"));
    assert_eq!(answer(&bash("PreToolUse", "true"), &world).stdout, "");
}
