//! `govern replay` without a client: events come back out of transcripts as the client sent them, in bounded memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use govern::commands::replay::{Moment, Reader};
use govern::registry::REGISTRY;
use governance_tests::replay_world::{call, write_transcript};
use governance_tests::{bin, cases, shared};
use hook_core::Event;
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

fn moments(transcript: &str) -> Vec<Moment> {
    let mut reader = Reader::default();
    let mut moments = Vec::new();
    for line in transcript.lines() {
        moments.extend(reader.line(&serde_json::from_str(line).unwrap(), line.len()));
    }
    moments.extend(reader.finish());
    moments.extend(reader.ends());
    moments
}

/// What an event asks or tells, without who and when.
fn substance(event: &Event) -> Value {
    let keys = [
        "hook_event_name",
        "session_id",
        "cwd",
        "tool_use_id",
        "tool_name",
        "tool_input",
        "tool_response",
        "error",
        "prompt",
        "tool_calls",
        "file_path",
        "source",
        "reason",
    ];
    keys.iter().filter_map(|key| Some(((*key).to_string(), event.field(key)?.clone()))).collect()
}

/// The verdicts of every hook on an event, in a fresh world.
fn verdicts(event: &Event) -> Vec<(String, String, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let world = cases::world(folder.path());
    let hooks = REGISTRY.iter().map(|row| row.hook).filter(|hook| hook.name != "audit-logger");
    hooks
        .map(|hook| {
            let considered = hook_core::consider(hook, event, &world).unwrap();
            let rules = cases::rules(&considered.wanted).into_iter().map(String::from).collect();
            (hook.name.to_string(), considered.wanted.name().to_string(), rules)
        })
        .collect()
}

/// Every hook input that was recorded beside the transcript comes back out of it, and is judged the same.
#[test]
fn the_recorded_session_comes_back_as_its_hook_inputs() {
    let Some(shared) = shared() else {
        eprintln!("skipped: no recordings beside the project; the session below is tested all the same");
        return;
    };
    let transcript = fs::read_to_string(shared.join("oracle/transcript.jsonl")).unwrap();
    let moments = moments(&transcript);
    let mut compared = BTreeMap::new();
    for entry in fs::read_dir(shared.join("oracle/hook-inputs")).unwrap().flatten() {
        let recorded = Event::parse(&fs::read(entry.path()).unwrap()).unwrap();
        let told = [
            "PreToolUse",
            "PostToolUse",
            "PostToolUseFailure",
            "PostToolBatch",
            "UserPromptSubmit",
            "SessionStart",
            "InstructionsLoaded",
        ];
        let is_ours = recorded.session_id() == moments[0].event.session_id();
        if !is_ours || !told.contains(&recorded.name()) {
            continue;
        }
        // This transcript was recorded without its attachments.
        if recorded.name() == "InstructionsLoaded" {
            continue;
        }
        let found = moments.iter().find(|moment| substance(&moment.event) == substance(&recorded));
        let found = found.unwrap_or_else(|| panic!("{} is not replayed", entry.path().display()));
        assert_eq!(verdicts(&found.event), verdicts(&recorded), "{}", entry.path().display());
        *compared.entry(recorded.name().to_string()).or_insert(0) += 1;
    }
    assert_eq!(compared.len(), 6, "{compared:?}");
    // And nothing the client did not send: calls that failed its own checks come to no hook.
    let asked = moments.iter().filter(|moment| moment.event.name() == "PreToolUse");
    let ids: Vec<&str> = asked.map(|moment| moment.event.tool_use_id()).collect();
    for invalid in ["toolu_0003_00", "toolu_0009_00", "toolu_0010_00"] {
        assert!(!ids.contains(&invalid), "{invalid}");
    }
}

/// One answer of the model with a call that runs, one that a hook refuses, one that is invalid and one that fails.
#[test]
fn a_batch_comes_back_call_by_call() {
    let mut transcript = String::new();
    let mut line = |kind: &str, rest: Value| {
        let mut row =
            json!({ "type": kind, "sessionId": "s", "cwd": "/p", "timestamp": "2026-11-22T10:00:00.000Z" });
        row.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        writeln!(transcript, "{row}").unwrap();
    };
    line("user", json!({ "message": { "role": "user", "content": "go" } }));
    line("user", json!({ "isMeta": true, "message": { "role": "user", "content": "not the user's" } }));
    for (id, command) in [("a", "ls"), ("b", "make"), ("c", "x"), ("d", "false")] {
        line(
            "assistant",
            json!({ "message": { "id": "m1", "content": [
            { "type": "tool_use", "id": id, "name": "Bash", "input": { "command": command } }] } }),
        );
    }
    let result = |id: &str, text: &str, error: bool| json!([{ "type": "tool_result", "tool_use_id": id, "content": text, "is_error": error }]);
    line(
        "user",
        json!({ "message": { "content": result("a", "one", false) }, "toolUseResult": { "stdout": "one" } }),
    );
    line("user", json!({ "message": { "content": result("b", "PreToolUse:Bash hook error: no", true) } }));
    line(
        "user",
        json!({ "message": { "content": result("c", "<tool_use_error>no</tool_use_error>", true) } }),
    );
    line(
        "user",
        json!({ "message": { "content": result("d", "Exit code 1\n\nhint", true) },
                         "toolUseResult": "Error: Exit code 1" }),
    );
    line(
        "attachment",
        json!({ "attachment": { "type": "hook_success", "hookEvent": "PostToolUse", "toolUseID": "a",
        "command": "/h/secrets-scanner", "stdout":
        json!({ "hookSpecificOutput": { "updatedToolOutput": { "stdout": "[REDACTED:aws-access-key:ab]" } } }).to_string() } }),
    );
    line("assistant", json!({ "message": { "id": "m2", "content": [{ "type": "text", "text": "done" }] } }));
    let moments = moments(&transcript);
    let told: Vec<String> = moments
        .iter()
        .map(|moment| {
            format!("{} {}", moment.event.name(), moment.event.tool_use_id()).trim_end().to_string()
        })
        .collect();
    let wanted = [
        "SessionStart",
        "UserPromptSubmit",
        "PreToolUse a",
        "PreToolUse b",
        "PreToolUse d",
        "PostToolUse a",
        "PostToolUseFailure d",
        "PostToolBatch",
        "SessionEnd",
    ];
    assert_eq!(told, wanted);
    assert_eq!(moments[5].rewritten, [("secrets-scanner".to_string(), "aws-access-key".to_string())]);
    assert_eq!(moments[6].event.text("error"), "Exit code 1");
    let batch = moments[7].event.field("tool_calls").unwrap().as_array().unwrap();
    let texts: Vec<&str> = batch.iter().map(|call| call["tool_response"].as_str().unwrap()).collect();
    assert_eq!(
        texts,
        [
            "one",
            "PreToolUse:Bash hook error: no",
            "<tool_use_error>no</tool_use_error>",
            "Exit code 1\n\nhint"
        ]
    );
}

/// Any bytes in any line are counted and passed over, and what is whole is still read.
#[test]
fn broken_lines_are_counted_and_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("t.jsonl");
    let mut text = call("s", 1, "git push --force origin main");
    text.push_str("{\"type\":\"assistant\",\n\u{0}\n[1]\n{}\nnull\n");
    text.push_str(&"x".repeat(100_000));
    text.push('\n');
    text.push_str(&call("s", 2, "ls"));
    fs::write(&file, text).unwrap();
    let output = replay(&file, home.path(), &["--json"]);
    let totals: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((&totals["calls"], &totals["unreadable_lines"]), (&json!(2), &json!(3)), "{totals:#}");
    assert_eq!(totals["verdicts"][0]["rule"], "git-force-push");
}

fn replay(path: &Path, home: &Path, options: &[&str]) -> String {
    let output = Command::new(bin("govern"))
        .arg("replay")
        .arg(path)
        .args(options)
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The bounded form of `corpus replay`: nine times as much past takes no more memory.
#[test]
fn memory_does_not_grow_with_the_past() {
    let home = tempfile::tempdir().unwrap();
    let peak = |mebibytes: u64| {
        let folder = home.path().join(format!("of-{mebibytes}"));
        write_transcript(&folder, mebibytes << 20).unwrap();
        let totals: Value =
            serde_json::from_str(&replay(&folder, home.path(), &["--json", "--policy-of", "/project"]))
                .unwrap();
        assert_eq!(totals["unreadable_lines"], 0);
        assert!(totals["calls"].as_u64().unwrap() > 100 * mebibytes, "{totals:#}");
        getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss()
    };
    // The largest child so far; the first run is as large as any needs to be.
    let (small, large) = (peak(1), peak(9));
    assert!(large - small < 4 * 1024, "{small} KiB for 1 MiB, {large} KiB for 9 MiB");
}
