//! velocity-governor as real processes: parallel calls are all counted, and no limit is exceeded.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use governance_tests::bin;
use serde_json::json;

const LIMIT: usize = 50;

fn start(home: &Path, session: &str, call: usize) -> Child {
    let event = json!({ "hook_event_name": "PreToolUse", "session_id": session, "cwd": "/", "tool_name": "Bash",
                        "tool_use_id": format!("{session}-{call}"), "tool_input": { "command": format!("ls {call}") } });
    let mut child = Command::new(bin("velocity-governor"))
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(event.to_string().as_bytes()).unwrap();
    child
}

/// A home whose policy allows `LIMIT` shell calls an hour in a session.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".claude/governance");
    fs::create_dir_all(&folder).unwrap();
    let policy =
        json!({ "hooks": { "velocity-governor": { "window_seconds": 3600, "shell_calls": LIMIT } } });
    fs::write(folder.join("policy.json"), policy.to_string()).unwrap();
    home
}

/// How many of these calls were let through; every process must have answered.
fn admitted(children: Vec<Child>) -> usize {
    let mut admitted = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("damaged") && !said.contains("locked"), "{said}");
        admitted += usize::from(!said.contains("\"deny\""));
    }
    admitted
}

#[test]
fn two_hundred_parallel_calls_of_one_session_are_counted_exactly() {
    let home = home();
    let children = (0..200).map(|call| start(home.path(), "one", call)).collect();
    assert_eq!(admitted(children), LIMIT);
}

#[test]
fn two_hundred_parallel_calls_over_ten_sessions_are_counted_exactly() {
    let home = home();
    let children = (0..200).map(|call| start(home.path(), &format!("session-{}", call % 10), call)).collect();
    // Twenty a session: below each session's limit, and below the user's.
    assert_eq!(admitted(children), 200);
    let more = (200..1200).map(|call| start(home.path(), &format!("session-{}", call % 10), call));
    let mut through = 0;
    for batch in more.collect::<Vec<_>>().into_iter().map(|child| vec![child]) {
        through += admitted(batch);
    }
    // 30 a session are left, but the user's eight sessions' worth is 400, of which 200 are used up.
    assert_eq!(through, 200);
}

#[test]
fn a_killed_process_leaves_a_whole_state() {
    let home = home();
    for call in 0..60 {
        let mut child = start(home.path(), "killed", call);
        if call % 3 != 0 {
            // By its own id; it may have ended already.
            child.kill().ok();
        }
        child.wait().unwrap();
    }
    let last = start(home.path(), "killed", 1000).wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&last.stdout).contains("damaged"));
}
