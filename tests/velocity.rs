//! velocity-governor as real processes: parallel calls are all counted, and no limit is exceeded.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use governance_tests::bin;
use serde_json::{Value, json};

const LIMIT: usize = 50;

/// So long that nothing drains from a bucket while a test runs, however slow the machine.
const WINDOW_SECONDS: u64 = 100_000_000;

fn start(home: &Path, session: &str, call: usize) -> Child {
    let event = json!({ "hook_event_name": "PreToolUse", "session_id": session, "cwd": "/", "tool_name": "Bash",
                        "tool_use_id": format!("{session}-{call}"), "tool_input": { "command": format!("ls {call}") } });
    start_event(home, &event)
}

/// A write of a file of its own; the hook's policy counts it as a call.
fn start_write(home: &Path, session: &str, name: &str) -> Child {
    start_event(
        home,
        &json!({ "hook_event_name": "PreToolUse", "session_id": session, "cwd": "/", "tool_name": "Write",
        "tool_use_id": name, "tool_input": { "file_path": format!("/x/{name}"), "content": "" } }),
    )
}

fn start_event(home: &Path, event: &Value) -> Child {
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

/// A home whose policy allows `LIMIT` shell calls and as many writes in a session.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".claude/governance");
    fs::create_dir_all(&folder).unwrap();
    let policy = json!({ "hooks": { "velocity-governor": { "window_seconds": WINDOW_SECONDS, "shell_calls": LIMIT,
            "write_calls": LIMIT, "repeat_limit": 1000 } } });
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
    let mut through = 0;
    for from in [200, 300, 400] {
        let more = (from..from + 100).map(|call| start(home.path(), &format!("session-{}", call % 10), call));
        through += admitted(more.collect());
    }
    // 30 a session are left, but the user's eight sessions' worth is 400, of which 200 are used up.
    assert_eq!(through, 200);
}

/// Calls are killed at any moment while others go on. Whoever answered was counted: what is let through together with
/// what the limit still has never exceeds it, and no state was ever found damaged.
#[test]
fn killed_processes_leave_a_whole_state_and_lose_no_call() {
    let home = home();
    let (mut through, mut killed) = (0, 0);
    for round in 0..12_u64 {
        let mut children: Vec<Child> =
            (0..8).map(|call| start_write(home.path(), "killed", &format!("{round}-{call}"))).collect();
        // From before it has read its input until after its answer, in steps of a third of a millisecond.
        std::thread::sleep(Duration::from_micros(330 * round));
        let mut rest = Vec::new();
        for (index, mut child) in children.drain(..).enumerate() {
            if index % 2 == 0 {
                // By its own id; it may have ended already.
                child.kill().ok();
                let output = child.wait_with_output().unwrap();
                let answered = output.status.code() == Some(0);
                killed += usize::from(!answered);
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                through += usize::from(answered && !said.contains("\"deny\""));
                assert!(!said.contains("damaged"), "{said}");
            } else {
                rest.push(child);
            }
        }
        through += admitted(rest);
    }
    assert!(killed > 0, "no process was caught alive");
    assert!(through <= LIMIT, "{through} calls let through");
    // Of what was not let through yet only killed calls may be missing.
    let more: usize =
        (0..LIMIT).map(|call| admitted(vec![start_write(home.path(), "killed", &format!("m{call}"))])).sum();
    assert!(
        through + more <= LIMIT && through + more + killed >= LIMIT,
        "{through} + {more}, {killed} killed"
    );
}

#[test]
fn a_call_that_is_seen_twice_counts_once_and_one_without_an_id_always() {
    let home = home();
    let again = (0..2 * LIMIT).map(|_| start(home.path(), "twice", 7)).collect();
    assert_eq!(admitted(again), 2 * LIMIT);
    let nameless = |_| {
        start_event(
            home.path(),
            &json!({ "hook_event_name": "PreToolUse", "session_id": "twice",
        "tool_name": "Bash", "tool_input": { "command": "ls" } }),
        )
    };
    assert_eq!(admitted((0..2 * LIMIT).map(nameless).collect()), LIMIT - 1);
}

/// A session that ends and is resumed finds its limit as it was; one that is idle leaves no file.
#[test]
fn the_end_of_a_session_frees_its_state_but_not_its_limit() {
    let home = home();
    assert_eq!(admitted((0..60).map(|call| start(home.path(), "ended", call)).collect()), LIMIT);
    let end = |session: &str| {
        start_event(
            home.path(),
            &json!({ "hook_event_name": "SessionEnd", "session_id": session, "reason": "other" }),
        )
    };
    admitted(vec![end("ended")]);
    assert_eq!(admitted((60..70).map(|call| start(home.path(), "ended", call)).collect()), 0);
    let files = || fs::read_dir(home.path().join(".local/state/claude-governance/sessions")).unwrap().count();
    assert_eq!(files(), 1);
    // What nobody ended is collected by the next end once it is older than the window.
    let left = fs::read_dir(home.path().join(".local/state/claude-governance/sessions"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let file = fs::File::options().write(true).open(left.path()).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    admitted(vec![end("another")]);
    assert_eq!(files(), 0);
}

#[test]
fn a_damaged_state_starts_anew_and_says_so() {
    let home = home();
    admitted(vec![start(home.path(), "damaged", 1)]);
    let folder = home.path().join(".local/state/claude-governance/sessions");
    let state = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&state).unwrap();
    bytes[40] ^= 1;
    fs::write(&state, bytes).unwrap();
    let output = start(home.path(), "damaged", 2).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("systemMessage") && said.contains("the state of this session was damaged"),
        "{said}"
    );
    assert_eq!(admitted(vec![start(home.path(), "damaged", 3)]), 1);
}
