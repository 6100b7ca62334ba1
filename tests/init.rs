//! `govern init`: whole or not at all, in every repository, whatever interrupts it; and by a person at a terminal.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::DateTime;
use govern::commands::init;
use govern::transaction::Fault;
use govern::{Failure, Io};
use governance_tests::{bin, root, said};
use serde_json::{Value, json};

fn govern(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = governance_tests::govern(&folder.join("home"), folder);
    command.args(arguments);
    command
}

/// Every file and folder below `folder`, files with their bytes and bits.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tree(&path));
            found.insert(path, (0, Vec::new()));
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            found.insert(path.clone(), (mode, fs::read(&path).unwrap()));
        }
    }
    found
}

/// The repositories an `init` meets: nothing there, and a team that has its own of everything.
fn repositories() -> Vec<(&'static str, tempfile::TempDir)> {
    let empty = tempfile::tempdir().unwrap();
    let own = tempfile::tempdir().unwrap();
    let hook = own.path().join(".claude/hooks/own.sh");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&hook, Permissions::from_mode(0o755)).unwrap();
    let settings = r#"{
    "model": "opus",
    "permissions": { "allow": ["Bash(make *)"], "deny": ["Read(private/**)"] },
    "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "${CLAUDE_PROJECT_DIR}/.claude/hooks/own.sh" }] }] }
}
"#;
    fs::write(own.path().join(".claude/settings.json"), settings).unwrap();
    fs::write(own.path().join("CLAUDE.md"), "# Ours\n\nUse make.\n").unwrap();
    fs::write(own.path().join(".gitignore"), "/build").unwrap();
    vec![("empty", empty), ("with its own", own)]
}

#[test]
fn strict_in_an_empty_repository_and_in_one_with_its_own_settings_and_hooks() {
    for (name, folder) in repositories() {
        let before = tree(folder.path());
        let output = govern(folder.path(), &["init", "strict", "--yes"]).output().unwrap();
        assert!(output.status.success(), "{name}: {}", said(&output));
        let audit = govern(folder.path(), &["audit", "--min-tier", "strict", "--fail-on", "warning"])
            .output()
            .unwrap();
        assert!(audit.status.success(), "{name}: {}", said(&audit));
        let after = tree(folder.path());
        // The team's own hook is what it was; its words and rules are still there.
        let hook = folder.path().join(".claude/hooks/own.sh");
        assert_eq!(before.get(&hook), after.get(&hook), "{name}");
        if before.is_empty() {
            continue;
        }
        let text = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text("CLAUDE.md").starts_with("# Ours\n\nUse make.\n"), "{name}");
        assert!(text(".gitignore").starts_with("/build\n"), "{name}");
        let settings: Value = serde_json::from_str(&text(".claude/settings.json")).unwrap();
        assert_eq!(settings["model"], "opus");
        assert_eq!(settings["permissions"]["allow"], json!(["Bash(make *)"]));
        assert!(settings["permissions"]["deny"].as_array().unwrap().contains(&json!("Read(private/**)")));
        assert!(settings["hooks"]["Stop"].to_string().contains("own.sh"));
    }
}

/// In this process, so that a fault can be put at any step.
fn init_with(folder: &Path, fault: Fault) -> Result<(), String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io {
        out: &mut out,
        err: &mut err,
        input: &mut std::io::empty(),
        now: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
        home: folder.join("home"),
        cwd: folder.to_path_buf(),
        state: folder.join("home/state"),
        managed: folder.join("home/managed"),
        user: "tester".into(),
        terminal: false,
    };
    match init::with_fault(&["strict", "--yes"], &mut io, fault) {
        Ok(_) => Ok(()),
        Err(Failure::Usage(message) | Failure::Unreadable(message)) => Err(message),
    }
}

#[test]
fn interrupted_at_any_write_it_leaves_the_old_state() {
    for kill in [false, true] {
        let mut faults = 0;
        for step in 0.. {
            let mut done = true;
            for (name, folder) in repositories() {
                let before = tree(folder.path());
                let fault = if kill { Fault::Kill(step) } else { Fault::Error(step) };
                if init_with(folder.path(), fault).is_ok() {
                    assert!(step > 20, "{name}: step {step} of {kill} never failed");
                    continue;
                }
                done = false;
                faults += 1;
                if kill {
                    // The next run of any kind undoes it before it does anything else.
                    let output = govern(folder.path(), &["init", "strict", "--dry-run"]).output().unwrap();
                    assert!(output.status.success(), "{name}, step {step}: {}", said(&output));
                }
                assert_eq!(tree(folder.path()), before, "{name}, step {step}, kill {kill}");
            }
            if done {
                break;
            }
        }
        assert!(faults > 40, "{faults}");
    }
}

/// A real process, ended by the kernel at moments spread over its whole run.
#[test]
fn killed_at_any_moment_it_leaves_the_old_state_or_the_new() {
    let run =
        |folder: &Path| govern(folder, &["init", "strict", "--yes"]).stdout(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    let (_, folder) = repositories().remove(1);
    assert!(run(folder.path()).wait().unwrap().success());
    let whole = started.elapsed();
    let complete: Vec<PathBuf> = tree(folder.path())
        .into_keys()
        .map(|path| path.strip_prefix(folder.path()).unwrap().to_path_buf())
        .collect();
    let rounds: u32 = 24;
    for round in 0..rounds {
        let (_, folder) = repositories().remove(1);
        let before = tree(folder.path());
        let mut child = run(folder.path());
        std::thread::sleep(whole.mul_f64(f64::from(round) / f64::from(rounds)).min(Duration::from_secs(10)));
        child.kill().unwrap();
        child.wait().unwrap();
        let output = govern(folder.path(), &["init", "strict", "--dry-run"]).output().unwrap();
        assert!(output.status.success(), "round {round}: {}", said(&output));
        let after = tree(folder.path());
        if after != before {
            let names: Vec<PathBuf> = after
                .into_keys()
                .map(|path| path.strip_prefix(folder.path()).unwrap().to_path_buf())
                .collect();
            assert_eq!(names, complete, "round {round}: half of it is there");
        }
    }
}

/// Whoever may not write gets a message that says so, and nothing changes.
#[test]
fn a_read_only_repository_is_left_alone() {
    for (name, folder) in repositories() {
        // The superuser may write anywhere, so there another user runs it, with a copy it can reach.
        let program = folder.path().join("govern");
        fs::copy(bin("govern"), &program).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let repository = folder.path().join("repository");
        fs::create_dir(&repository).unwrap();
        fs::write(repository.join("CLAUDE.md"), "# Ours\n").unwrap();
        fs::set_permissions(&repository, Permissions::from_mode(0o555)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let before = tree(&repository);
        let mut command = Command::new(&program);
        command
            .args(["init", "strict", "--yes"])
            .current_dir(&repository)
            .env_clear()
            .env("HOME", folder.path());
        let superuser = Command::new("id").arg("-u").output().unwrap().stdout.starts_with(b"0\n");
        if superuser {
            command.uid(65534).gid(65534);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{name}: {}", said(&output));
        assert!(said(&output).contains("nothing was changed"), "{name}: {}", said(&output));
        assert_eq!(tree(&repository), before, "{name}");
        fs::set_permissions(&repository, Permissions::from_mode(0o755)).unwrap();
    }
}

/// What a person did at the terminal, and how it ended.
fn at_terminal(folder: &Path, arguments: &[&str], steps: &[(&str, &str)]) -> Value {
    let mut child = Command::new("python3")
        .arg(root().join("tests/pty/drive.py"))
        .arg(bin("govern"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env("USER", "tester")
        .env("TERM", "dumb")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    child.stdin.take().unwrap().write_all(json!(steps).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

const PROMPTS: [&str; 4] =
    ["Tier [2]: ", "Organisation [", "Owner of the charter", "Where exposures are reported"];

#[test]
fn a_person_answers_the_questions() {
    let folder = tempfile::tempdir().unwrap();
    let answers = ["nonsense\n", "strict\n", "Acme \"Ltd\"\n", "Dana\n", "security@acme.example\n"];
    let prompts = [PROMPTS[0], PROMPTS[0], PROMPTS[1], PROMPTS[2], PROMPTS[3]];
    let steps: Vec<_> = prompts.into_iter().zip(answers).collect();
    let ran = at_terminal(folder.path(), &["init"], &steps);
    assert_eq!((&ran["exit"], &ran["waiting_for"]), (&json!(0), &Value::Null), "{ran:#}");
    let output = ran["output"].as_str().unwrap();
    assert!(output.contains("`nonsense` is none of them"), "{output}");
    let charter = fs::read_to_string(folder.path().join("docs/ai-usage-charter.md")).unwrap();
    assert!(
        charter.contains("Acme Ltd") && charter.contains("Dana") && charter.contains("security@acme.example")
    );
    let audit = govern(folder.path(), &["audit", "--min-tier", "strict"]).output().unwrap();
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn return_at_every_prompt_takes_what_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let steps: Vec<_> = PROMPTS.into_iter().map(|prompt| (prompt, "\n")).collect();
    let ran = at_terminal(folder.path(), &["init"], &steps);
    assert_eq!(ran["exit"], 0, "{ran:#}");
    let audit = govern(folder.path(), &["audit", "--min-tier", "standard"]).output().unwrap();
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn stopping_at_any_prompt_changes_nothing() {
    for (key, name) in [("\u{3}", "Ctrl-C"), ("\u{4}", "Ctrl-D")] {
        for last in 0..PROMPTS.len() {
            for (repository, folder) in repositories() {
                let before = tree(folder.path());
                let mut steps: Vec<_> = PROMPTS[..last].iter().map(|prompt| (*prompt, "\n")).collect();
                steps.push((PROMPTS[last], key));
                let ran = at_terminal(folder.path(), &["init"], &steps);
                assert_eq!(ran["waiting_for"], Value::Null, "{name} at {}: {ran:#}", PROMPTS[last]);
                if key == "\u{3}" {
                    assert_eq!(ran["signal"], 2, "{ran:#}");
                } else {
                    assert_eq!(ran["exit"], 2, "{ran:#}");
                    assert!(ran["output"].as_str().unwrap().contains("nothing was written"), "{ran:#}");
                }
                assert_eq!(tree(folder.path()), before, "{name} at {}, {repository}", PROMPTS[last]);
            }
        }
    }
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let output = govern(folder.path(), &["init"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("which tier?"), "{}", said(&output));
    assert!(tree(folder.path()).is_empty());
}
