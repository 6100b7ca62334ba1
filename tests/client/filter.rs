//! Why no hook wraps a command to filter its output while it runs (`updatedInput`): what the real client makes of each
//! way to write such a wrapper, with an allow rule for both the command and the filter. Where a test here fails with a newer client,
//! the wrapper is worth another look.

use std::fs;

use governance_tests::client::{Client, VERSION};
use governance_tests::model::{Model, bash};
use serde_json::json;

/// The command a company allows. Harmless: it prints, and leaves its shell.
const COMMAND: &str = "echo one; echo two";

/// A client whose only hook answers every Bash call with this command in place of the model's.
fn wrapping(command: &str) -> Option<Client> {
    let client = Client::new(VERSION)?;
    let answer = json!({ "hookSpecificOutput": {
        "hookEventName": "PreToolUse", "updatedInput": { "command": command, "description": "test" } } });
    let file = client.home().join("answer.json");
    fs::write(&file, answer.to_string()).unwrap();
    let hook = json!({ "type": "command", "command": "/bin/cat", "args": [file] });
    let settings = json!({
        "permissions": { "allow": ["Bash(echo *)", "Bash(cat *)", "Bash(cat)"], "deny": ["Bash(touch *)"] },
        "hooks": { "PreToolUse": [{ "matcher": "Bash", "hooks": [hook] }] },
    });
    fs::create_dir_all(client.home().join(".claude")).unwrap();
    fs::write(client.home().join(".claude/settings.json"), settings.to_string()).unwrap();
    Some(client)
}

/// What the model got for the command, run under the permissions of the settings above.
fn answered(command: &str, options: &[&str]) -> Option<String> {
    let client = wrapping(command)?;
    let model = Model::start(vec![vec![bash(COMMAND)]]);
    client.run_with("go", &model, options);
    Some(model.tool_results().join("\n"))
}

const ASKING: &[&str] = &["--permission-mode", "default"];
const BYPASSED: &[&str] = &["--permission-mode", "bypassPermissions"];

/// Every wrapper that keeps a list of commands together is a form the client does not look into, so that no allow rule
/// of a company's applies to it any more: each allowed command would be asked about.
#[test]
fn a_wrapper_around_the_whole_command_voids_the_allow_rules() {
    for wrapped in [
        format!("{{ {COMMAND}\n}} 2>&1 | cat"),
        format!("( {COMMAND}\n) 2>&1 | cat"),
        format!("exec > >(cat) 2>&1\n{COMMAND}"),
        format!("eval '{COMMAND}' 2>&1 | cat"),
    ] {
        let Some(answer) = answered(&wrapped, ASKING) else { return };
        assert!(
            !answer.contains("two") || answer.contains("approval"),
            "{wrapped:?} is allowed now: {answer}"
        );
        assert!(!answer.lines().any(|line| line == "two"), "{wrapped:?} ran: {answer}");
    }
    // The rules themselves are right: without a wrapper, and with the one the client does look into, the command runs.
    for plain in [COMMAND.to_owned(), format!("{COMMAND} | cat")] {
        let Some(answer) = answered(&plain, ASKING) else { return };
        assert!(answer.contains("one\ntwo"), "{plain:?}: {answer}");
    }
}

/// The one wrapper that allow rules survive, a plain pipe, is not one: it filters the last command of a list, and the
/// exit code is the filter's.
#[test]
fn a_plain_pipe_filters_too_little_and_loses_the_exit_code() {
    let Some(answer) = answered("echo one; echo two | tr a-z A-Z", BYPASSED) else { return };
    assert!(answer.contains("one") && answer.contains("TWO"), "{answer}");
    let Some(answer) = answered("ls /nonexistent-folder | cat", BYPASSED) else { return };
    assert!(!answer.contains("Exit code"), "{answer}");
}

/// A filter behind a process substitution is not waited for: what a shell that ends early wrote is lost.
#[test]
fn output_of_a_shell_that_ends_early_is_lost_behind_a_process_substitution() {
    let slow = "exec > >(sleep 2; cat) 2>&1\necho written; exit 3";
    let Some(answer) = answered(slow, BYPASSED) else { return };
    assert!(answer.contains("Exit code 3") && !answer.contains("written"), "{answer}");
}
