//! The companion CLI as a program people and pipelines call: exit codes, errors that name what is wrong, help for all.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use govern::commands::COMMANDS;
use govern::help;
use governance_tests::bin;

/// What a run said and how it ended.
fn govern(arguments: &[&str], home: &Path) -> (i32, String, String) {
    let output = Command::new(bin("govern"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("USER", "tester")
        .env("PATH", "/usr/bin:/bin")
        .current_dir(home.join("project"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A home with a project in it, a policy with a mistake, a text with a secret and one without.
fn world() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    fs::create_dir_all(&project).unwrap();
    let key = ["AKIA", "Z7Q2M4KX", "W6JB3NTP"].concat();
    for (name, content) in [
        ("clean.txt", "nothing here\n".to_string()),
        ("secret.txt", format!("id = {key}\n")),
        ("wrong.json", r#"{ "hooks": { "velocity-governor": { "mod": "warn" } } }"#.to_string()),
        ("right.json", r#"{ "tier": "strict" }"#.to_string()),
        (
            "fails.json",
            r#"{ "tests": [{ "tool": "Bash", "input": { "command": "ls" }, "expect": "deny" }] }"#
                .to_string(),
        ),
        (
            "event.json",
            r#"{ "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": { "command": "ls" } }"#
                .to_string(),
        ),
        ("empty.jsonl", String::new()),
    ] {
        fs::write(project.join(name), content).unwrap();
    }
    home
}

/// 0 clean, 1 findings, 2 a mistake of the caller's, 3 unreadable; and a message that names what it is about.
#[test]
fn exit_codes_mean_the_same_everywhere() {
    #[rustfmt::skip] // One case a line.
    let cases: &[(&[&str], i32, &str)] = &[
        (&["help"], 0, ""),
        (&["--version"], 0, ""),
        (&["no-such-command"], 2, "no-such-command"),
        (&["policy"], 2, "needs more words"),
        (&["policy", "shout"], 2, "policy shout"),
        (&["policy", "schema"], 0, ""),
        (&["policy", "show"], 0, ""),
        (&["policy", "show", "--bright"], 2, "--bright"),
        (&["policy", "check", "right.json"], 0, ""),
        (&["policy", "check", "wrong.json"], 1, ""),
        (&["policy", "check", "none.json"], 3, "none.json"),
        (&["policy", "test", "right.json"], 0, ""),
        (&["policy", "test", "fails.json"], 1, ""),
        (&["scan", "clean.txt"], 0, ""),
        (&["scan", "secret.txt"], 1, ""),
        (&["scan", "--loud"], 2, "--loud"),
        (&["scan", "none.txt"], 3, "none.txt"),
        (&["explain", "ls"], 0, ""),
        (&["explain", "git push --force origin main"], 1, ""),
        (&["explain"], 2, "a command is needed"),
        (&["explain", "--tier", "high", "ls"], 2, "high"),
        (&["explain", "--event", "event.json"], 0, ""),
        (&["explain", "--event", "none.json"], 3, "none.json"),
        (&["explain", "--event", "clean.txt"], 2, "clean.txt"),
        (&["explain", "--tool", "Bash", "--command", "git push --force origin main"], 1, ""),
        (&["explain", "--tool", "Bash", "--input", "{"], 2, "--input"),
        (&["replay", "empty.jsonl"], 0, ""),
        (&["replay", "none.jsonl"], 3, "none.jsonl"),
        (&["replay", "--slowly"], 2, "--slowly"),
        (&["allow", "--list"], 0, ""),
        (&["allow", "--recent"], 0, ""),
        (&["allow", "no-hook", "no-rule", "--path", "a", "--reason", "r", "--approver", "a"], 2, "no-hook"),
        (&["allow", "secrets-scanner", "no-rule", "--path", "a", "--reason", "r", "--approver", "a"], 2, "no-rule"),
        (&["allow", "secrets-scanner", "aws-access-key", "--path", "a", "--approver", "a"], 2, "--reason"),
        (&["allow", "secrets-scanner", "aws-access-key", "--path", "a", "--reason", "r"], 2, "approver"),
        (&["allow", "secrets-scanner", "aws-access-key", "--once", "x", "--reason", "r"], 2, "--once"),
        (&["allow", "secrets-scanner", "aws-access-key", "--path", "[", "--reason", "r", "--approver", "a"], 2, "path"),
        (&["stop"], 2, "--why"),
        (&["stop", "--session", "s", "--why", "w"], 0, ""),
        (&["resume", "--session", "s"], 0, ""),
        (&["resume", "--everybody"], 2, "--everybody"),
        (&["hook"], 2, "needs more words"),
        (&["hook", "no-hook"], 2, "no-hook"),
        (&["tier", "list"], 0, ""),
        (&["tier", "show", "high"], 2, "high"),
        (&["init", "high"], 2, "high"),
        (&["audit", "--format", "smoke"], 2, "smoke"),
        (&["audit"], 1, ""),
        (&["log", "shout"], 2, "shout"),
        (&["mcp", "shout"], 2, "shout"),
        (&["integrity", "shout"], 2, "shout"),
        (&["effective", "--loud"], 2, "--loud"),
        (&["doctor", "--loud"], 2, "--loud"),
        (&["report", "--loud", "x"], 2, "--loud"),
    ];
    let home = world();
    let mut wrong = Vec::new();
    for (arguments, expected, named) in cases {
        let (code, out, err) = govern(arguments, home.path());
        if code != *expected || !err.contains(named) {
            wrong.push(format!("{arguments:?}: {code}, not {expected} (`{named}`): {out}{err}"));
        }
        // What went wrong is said on stderr, by the program's name, and never on stdout.
        if code >= 2 && !err.starts_with("govern: ") {
            wrong.push(format!("{arguments:?} does not say who speaks: {err}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_has_help_with_an_example_and_its_exit_codes() {
    let home = world();
    let (_, overview, _) = govern(&["help"], home.path());
    for command in COMMANDS {
        assert!(help::is_complete(command), "{} has no row in help.rs", command.name);
        assert!(
            overview.contains(&format!("  {} ", command.name)),
            "{} is not in the overview",
            command.name
        );
        let (code, long, _) = govern(&[command.name, "--help"], home.path());
        let (_, same, _) = govern(&["help", command.name], home.path());
        assert_eq!((code, &long), (0, &same), "{}", command.name);
        assert!(long.starts_with(command.about), "{long}");
        let example = format!("example: govern {}", command.name);
        for wanted in [example.as_str(), "exit: 0 ", "usage: "] {
            assert!(long.contains(wanted), "{}: no `{wanted}` in {long}", command.name);
        }
    }
}

#[test]
fn an_option_nobody_knows_is_named() {
    let home = world();
    for command in COMMANDS {
        let (code, out, err) = govern(&[command.name, "--no-such-option"], home.path());
        assert_eq!(code, 2, "{}: {out}{err}", command.name);
        assert!(err.contains("--no-such-option"), "{}: {err}", command.name);
    }
}
