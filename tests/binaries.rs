//! Real processes: exit codes, bytes on stdout, garbage on stdin, the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use govern::registry::REGISTRY;
use governance_tests::bin;
use serde_json::{Value, json};

fn run(hook: &str, home: &Path, input: &[u8]) -> Output {
    let mut child = Command::new(bin(hook))
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A hook that refuses its input may close the pipe early.
    child.stdin.take().unwrap().write_all(input).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn a_guard_that_cannot_read_its_input_blocks_and_a_recorder_says_so() {
    let home = tempfile::tempdir().unwrap();
    for input in [&b"not json"[..], b"", b"[]", b"{}", b"{\"hook_event_name\": 7}", b"\xff\xfe"] {
        for registered in REGISTRY {
            let hook = registered.hook;
            let output = run(hook.name, home.path(), input);
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            if hook.is_guard() {
                assert_eq!(output.status.code(), Some(2), "{}: {out}{err}", hook.name);
                assert_eq!(err.lines().count(), 1, "{}: {err}", hook.name);
                assert!(out.is_empty(), "{}: {out}", hook.name);
            } else {
                assert_eq!(output.status.code(), Some(0), "{}: {out}{err}", hook.name);
                let said: Value = serde_json::from_str(&out).unwrap();
                assert!(said["systemMessage"].as_str().unwrap().starts_with(hook.name), "{out}");
            }
        }
    }
}

#[test]
fn a_broken_policy_blocks_a_guard_and_names_the_file_and_the_key() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".claude/governance");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("policy.json"), r#"{"teir": "strict"}"#).unwrap();
    for registered in REGISTRY {
        let hook = registered.hook;
        let event = json!({ "hook_event_name": hook.events[0].name(), "session_id": "s", "cwd": "/" });
        let output = run(hook.name, home.path(), event.to_string().as_bytes());
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(said.contains("policy.json") && said.contains("teir") && said.contains("`tier`"), "{said}");
        let blocks = hook.blocks_on_error(Some(hook.events[0]));
        assert_eq!(output.status.code(), Some(if blocks { 2 } else { 0 }), "{}: {said}", hook.name);
    }
}

#[test]
fn version_is_told_and_any_other_argument_is_an_error_that_names_the_usage() {
    for registered in REGISTRY {
        let version = Command::new(bin(registered.hook.name)).arg("--version").output().unwrap();
        let expected = format!("{} {}\n", registered.hook.name, env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
        for wrong in [&["--help"][..], &["x"], &["--version", "x"]] {
            let output = Command::new(bin(registered.hook.name)).args(wrong).output().unwrap();
            assert_eq!(output.status.code(), Some(64), "{}", registered.hook.name);
            assert!(String::from_utf8_lossy(&output.stderr).contains("usage:"));
        }
    }
}

#[test]
fn an_input_beyond_the_limit_blocks_a_guard() {
    let home = tempfile::tempdir().unwrap();
    let mut input =
        br#"{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": ""#.to_vec();
    input.resize(hook_core::MAX_INPUT_BYTES + 1, b'a');
    for registered in REGISTRY.iter().filter(|registered| registered.hook.is_guard()) {
        let output = run(registered.hook.name, home.path(), &input);
        assert_eq!(output.status.code(), Some(2), "{}", registered.hook.name);
        assert!(String::from_utf8_lossy(&output.stderr).contains("64 MiB"));
    }
}

#[test]
fn a_stop_makes_every_guard_deny_until_it_is_resumed() {
    let home = tempfile::tempdir().unwrap();
    let govern = |arguments: &[&str]| {
        Command::new(bin("govern")).args(arguments).env_clear().env("HOME", home.path()).output().unwrap()
    };
    let event =
        json!({ "hook_event_name": "PreToolUse", "session_id": "s1", "cwd": "/tmp", "tool_name": "Bash",
                        "tool_use_id": "t", "tool_input": { "command": "ls" } })
        .to_string();
    let guards: Vec<_> = REGISTRY.iter().map(|row| row.hook).filter(|hook| hook.is_guard()).collect();
    assert!(!govern(&["stop"]).status.success(), "a stop needs a reason");
    assert!(govern(&["stop", "--session", "s1", "--why", "incident 7"]).status.success());
    for hook in &guards {
        let denied =
            String::from_utf8_lossy(&run(hook.name, home.path(), event.as_bytes()).stdout).into_owned();
        let handles = hook.handles(hook_core::EventKind::PreToolUse);
        assert_eq!(
            denied.contains("\"deny\"") && denied.contains("incident 7"),
            handles,
            "{}: {denied}",
            hook.name
        );
    }
    assert!(govern(&["resume", "--session", "s1"]).status.success());
    for hook in &guards {
        assert!(run(hook.name, home.path(), event.as_bytes()).stdout.is_empty(), "{}", hook.name);
    }
}

/// While permissions are bypassed the client drops a question its own checks would have asked as well, and runs the call.
#[test]
fn a_question_is_a_refusal_where_permissions_are_bypassed() {
    let home = tempfile::tempdir().unwrap();
    for (mode, expected) in
        [("default", "ask"), ("acceptEdits", "ask"), ("plan", "ask"), ("bypassPermissions", "deny")]
    {
        let event = json!({ "hook_event_name": "PreToolUse", "session_id": "s", "cwd": home.path(), "permission_mode": mode,
                            "tool_name": "Bash", "tool_use_id": "t", "tool_input": { "command": "echo x >> ~/.bashrc" } });
        let output = run("dangerous-actions-blocker", home.path(), event.to_string().as_bytes());
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        let answer = &said["hookSpecificOutput"];
        assert_eq!(answer["permissionDecision"], expected, "{mode}: {said}");
        let reason = answer["permissionDecisionReason"].as_str().unwrap();
        assert_eq!(reason.contains("nobody is asked"), expected == "deny", "{mode}: {reason}");
        assert_eq!(said["systemMessage"].is_string(), expected == "deny", "the way to allow it: {said}");
    }
}
