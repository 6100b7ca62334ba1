//! Operating the set with real binaries: approvals and exceptions let exactly their scope through, the kill switch stops
//! the next call, `explain` and `replay` say what the hooks would say.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use governance_tests::{bin, said};
use serde_json::{Value, json};

/// A command the strict tier denies; as text only, nothing here runs it.
const FORCE_PUSH: &str = "git push --force origin main";

/// A home whose policy is the strict tier's.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".claude/governance")).unwrap();
    fs::write(home.path().join(".claude/governance/policy.json"), r#"{"tier": "strict"}"#).unwrap();
    home
}

fn spawn(program: &str, arguments: &[&str], home: &Path, input: &str) -> Child {
    let mut child = Command::new(bin(program))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("USER", "tester")
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who takes no input may have closed it already.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child
}

fn govern(arguments: &[&str], home: &Path) -> Output {
    spawn("govern", arguments, home, "").wait_with_output().unwrap()
}

fn call(home: &Path, command: &str, id: &str) -> String {
    json!({ "hook_event_name": "PreToolUse", "session_id": "s", "cwd": home, "tool_name": "Bash", "tool_use_id": id,
            "tool_input": { "command": command, "description": format!("words of {id}") } })
    .to_string()
}

fn block(home: &Path, command: &str, id: &str) -> Value {
    let output =
        spawn("dangerous-actions-blocker", &[], home, &call(home, command, id)).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn is_denied(answer: &Value) -> bool {
    answer["hookSpecificOutput"]["permissionDecision"] == "deny"
}

/// The command a denial tells the user, as its words.
fn told_command(answer: &Value) -> Vec<String> {
    let told = answer["systemMessage"].as_str().unwrap_or_default();
    let command = told.split("govern ").nth(1).unwrap_or_else(|| panic!("no command in {answer}"));
    command.split_whitespace().map(|word| word.replace("WHY", "agreed")).collect()
}

fn allow_as_told(answer: &Value, home: &Path) -> String {
    let words = told_command(answer);
    let output = govern(&words.iter().map(String::as_str).collect::<Vec<_>>(), home);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    said(&output)
}

fn records(home: &Path) -> Vec<Value> {
    let log = home.join(".local/state/claude-governance/log");
    let mut files: Vec<_> = fs::read_dir(log).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_approval_lets_one_of_many_parallel_calls_through() {
    let home = home();
    let home = home.path();
    let denied = block(home, FORCE_PUSH, "first");
    assert!(is_denied(&denied));
    // The model is told the reason only; the command is for people.
    assert!(!denied["hookSpecificOutput"].to_string().contains("govern allow"), "{denied}");
    let shown = allow_as_told(&denied, home);
    assert!(shown.contains("git-force-push") && shown.contains("one time"), "{shown}");
    let children: Vec<Child> = (0..24)
        .map(|number| {
            spawn("dangerous-actions-blocker", &[], home, &call(home, FORCE_PUSH, &format!("p{number}")))
        })
        .collect();
    let answers: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let through = answers.iter().filter(|output| output.stdout.is_empty()).count();
    assert_eq!(through, 1, "{answers:?}");
    let used = |record: &Value| record["type"] == "approval_used" && record["rule"] == "git-force-push";
    assert_eq!(records(home).iter().filter(|record| used(record)).count(), 1);
    let list = said(&govern(&["allow", "--list"], home));
    assert!(list.contains("used 20") && list.contains("1 one-time approvals"), "{list}");
}

#[test]
fn an_approval_is_for_its_call_its_hook_and_its_time() {
    let home = home();
    let home = home.path();
    allow_as_told(&block(home, FORCE_PUSH, "1"), home);
    // Another command, and the same command in another folder, are other calls.
    assert!(is_denied(&block(home, "git push --force origin master", "2")));
    let elsewhere = call(&home.join("sub"), FORCE_PUSH, "3");
    let output = spawn("dangerous-actions-blocker", &[], home, &elsewhere).wait_with_output().unwrap();
    assert!(said(&output).contains("deny"));
    // Asking what would happen uses nothing up; the same call seen by two settings files is one call.
    let explained = govern(&["explain", "--tool", "Bash", "--command", FORCE_PUSH], home);
    assert!(said(&explained).contains("let through by tester"), "{}", said(&explained));
    assert!(!is_denied(&block(home, FORCE_PUSH, "4")));
    assert!(!is_denied(&block(home, FORCE_PUSH, "4")));
    assert!(is_denied(&block(home, FORCE_PUSH, "5")));
    // Given again and left to expire.
    let answer = block(home, FORCE_PUSH, "6");
    allow_as_told(&answer, home);
    let folder = home.join(".local/state/claude-governance/once");
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        if text.contains("expires") {
            let mut approval: Value = serde_json::from_str(&text).unwrap();
            approval["expires"] = "2020-01-01T00:00:00Z".into();
            fs::write(entry.path(), approval.to_string()).unwrap();
        }
    }
    assert!(is_denied(&block(home, FORCE_PUSH, "7")));
    let list = said(&govern(&["allow", "--list"], home));
    assert!(list.contains("expired unused"), "{list}");
}

#[test]
fn an_exception_lets_its_rule_and_call_through_until_it_ends_and_is_on_record() {
    let home = home();
    let home = home.path();
    let words = told_command(&block(home, FORCE_PUSH, "1"));
    let tag = words.iter().find(|word| word.starts_with("call:")).unwrap();
    let allow = |expires: &str| {
        let rule = ["allow", "dangerous-actions-blocker", "git-force-push", "--fingerprint", tag];
        let rest = ["--reason", "release branch", "--approver", "ana", "--expires", expires];
        govern(&[&rule[..], &rest[..]].concat(), home)
    };
    let past = allow("2020-01-01");
    assert_eq!(past.status.code(), Some(2), "{}", said(&past));
    let output = allow("2999-01-01");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // Before it writes it shows the call it is about.
    assert!(said(&output).contains("Bash"), "{}", said(&output));
    for id in ["2", "3"] {
        assert!(!is_denied(&block(home, FORCE_PUSH, id)));
    }
    assert!(is_denied(&block(home, "git push --force origin master", "4")));
    let used: Vec<Value> =
        records(home).into_iter().filter(|record| record["type"] == "exception_used").collect();
    assert_eq!(used.len(), 2);
    assert_eq!((&used[0]["approver"], &used[0]["tool_use"]), (&json!("ana"), &json!("2")));
    let list = said(&govern(&["allow", "--list"], home));
    assert!(list.contains("last used 20"), "{list}");
    // Not after its end.
    let file = home.join(".claude/governance/policy.json");
    let policy = fs::read_to_string(&file).unwrap().replace("2999-01-01", "2020-01-01");
    fs::write(&file, policy).unwrap();
    assert!(is_denied(&block(home, FORCE_PUSH, "5")));
    assert!(said(&govern(&["allow", "--list"], home)).contains("expired"));
    let check = govern(&["policy", "check"], home);
    assert!(said(&check).contains("expired on 2020-01-01"), "{}", said(&check));
    assert_eq!(check.status.code(), Some(1));
}

#[test]
fn an_exception_that_nobody_uses_is_reported() {
    let home = home();
    let home = home.path();
    fs::create_dir_all(home.join("src")).unwrap();
    fs::write(home.join("src/a.env"), "").unwrap();
    let output = govern(
        &[
            "allow",
            "secrets-scanner",
            "aws-access-key",
            "--path",
            "src/*.env",
            "--reason",
            "r",
            "--approver",
            "ana",
        ],
        home,
    );
    assert!(said(&output).contains("matches 1 files today: src/a.env"), "{}", said(&output));
    assert!(said(&govern(&["allow", "--list"], home)).contains("unused for 0 days"));
    let folder = home.join(".local/state/claude-governance/exceptions");
    let marker = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    fs::write(marker, "made 2026-01-01").unwrap();
    let check = said(&govern(&["policy", "check"], home));
    assert!(check.contains("was not used for"), "{check}");
}

#[test]
fn the_kill_switch_stops_the_next_call_of_its_session_and_nobody_else() {
    let home = home();
    let home = home.path();
    assert!(!is_denied(&block(home, "ls", "1")));
    assert_eq!(govern(&["stop", "--session", "s", "--why", "wrong branch"], home).status.code(), Some(0));
    let denied = block(home, "ls", "2");
    assert!(is_denied(&denied) && denied.to_string().contains("wrong branch"), "{denied}");
    assert!(!denied.to_string().contains("govern allow"), "{denied}");
    assert_eq!(govern(&["resume", "--session", "s"], home).status.code(), Some(0));
    assert!(!is_denied(&block(home, "ls", "3")));
    assert_eq!(govern(&["stop", "--session", "other", "--why", "x"], home).status.code(), Some(0));
    assert!(!is_denied(&block(home, "ls", "4")));
    let actions: Vec<Value> = records(home)
        .into_iter()
        .filter(|record| record["type"] == "kill_switch")
        .map(|record| record["action"].clone())
        .collect();
    assert_eq!(actions, ["stop", "resume", "stop"]);
}

/// A rule's mode is its own, whatever the hook's; in `observe` nothing is said and everything recorded.
#[test]
fn modes_hold_per_hook_and_per_rule() {
    let home = home();
    let home = home.path();
    let folder = home.join(".claude/governance");
    let set = |section: Value| {
        let policy = json!({ "tier": "strict", "hooks": { "dangerous-actions-blocker": section } });
        fs::write(folder.join("policy.json"), policy.to_string()).unwrap();
    };
    for (section, push, rest) in [
        (json!({ "mode": "enforce" }), "deny", "deny"),
        (json!({ "mode": "observe" }), "", ""),
        (json!({ "mode": "off" }), "", ""),
        (json!({ "mode": "warn" }), "it would be denied", "it would be"),
        (json!({ "mode": "observe", "rules": { "git-force-push": "enforce" } }), "deny", ""),
        (json!({ "mode": "enforce", "rules": { "git-force-push": "observe" } }), "", "deny"),
    ] {
        set(section.clone());
        for (command, expected) in [(FORCE_PUSH, push), ("rm -rf /", rest)] {
            let answer = block(home, command, "x");
            let text = answer.to_string();
            let holds = if expected.is_empty() { answer.is_null() } else { text.contains(expected) };
            assert!(holds, "{section} {command}: {text}");
        }
    }
    let modes: Vec<Value> = records(home)
        .into_iter()
        .filter(|record| record["type"] == "decision")
        .map(|record| record["mode"].clone())
        .collect();
    assert_eq!(modes.iter().filter(|mode| **mode == "observe").count(), 4, "{modes:?}");
}

#[test]
fn explain_says_what_each_hook_thinks_of_any_event() {
    let home = home();
    let home = home.path();
    let text = said(&govern(&["explain", "--tool", "Bash", "--command", FORCE_PUSH], home));
    for wanted in [
        "dangerous-actions-blocker",
        "deny",
        "git-force-push",
        " us",
        "secrets-scanner",
        "once: govern allow",
        "Together: deny",
    ] {
        assert!(text.contains(wanted), "no `{wanted}` in {text}");
    }
    // A hook input as the client sends it, from stdin and from a file, gives the same.
    let event = call(home, FORCE_PUSH, "x");
    let piped =
        spawn("govern", &["explain", "--event", "-", "--json"], home, &event).wait_with_output().unwrap();
    assert_eq!(piped.status.code(), Some(1));
    fs::write(home.join("event.json"), &event).unwrap();
    let from_file = govern(&["explain", "--event", "event.json", "--json"], home);
    let hooks = |output: &Output| -> Vec<(Value, Value, Value)> {
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = answer["hooks"].as_array().unwrap().clone();
        rows.into_iter()
            .map(|row| (row["hook"].clone(), row["decision"].clone(), row["rule"].clone()))
            .collect()
    };
    assert_eq!(hooks(&piped), hooks(&from_file));
    assert!(hooks(&piped).contains(&(
        json!("dangerous-actions-blocker"),
        json!("deny"),
        json!("git-force-push")
    )));
    let quiet = govern(&["explain", "--tool", "Bash", "--command", "ls"], home);
    assert_eq!(quiet.status.code(), Some(0), "{}", said(&quiet));
    // Nothing of it is recorded.
    assert!(!home.join(".local/state/claude-governance/log").exists());
}
