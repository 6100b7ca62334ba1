//! `startup`: what each hook costs to start, against an empty process: wall time as a ratio, page faults, instructions.
//!
//! Wall time is the minimum over many interleaved runs, since anything else on the machine only adds. Page faults come
//! from getrusage, instructions from callgrind; both hardly change from run to run, so CI can hold them tightly.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use governance_tests::root;
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

/// Interleaved runs a measurement.
const ROUNDS: usize = 300;

/// How often a table beyond its wall-time budget is measured again before it counts: the machine may have been busy.
const TRIES: usize = 4;

/// One thing to start: a binary, what it reads, and how much it may cost.
struct Case {
    hook: &'static str,
    what: &'static str,
    event: Value,
    /// Wall time against the empty process.
    ratio: f64,
    /// Minor page faults.
    faults: i64,
    /// User instructions, in thousands.
    instructions: u64,
}

fn cases() -> Vec<Case> {
    let quiet = |hook, ratio, faults, instructions| Case {
        hook,
        what: "quiet 2 KB",
        event: read_event(&source_text(2048)),
        ratio,
        faults,
        instructions,
    };
    vec![
        quiet("dangerous-actions-blocker", 1.3, 60, 500),
        quiet("secrets-scanner", 1.3, 60, 500),
        quiet("unicode-scanner", 1.15, 60, 300),
        quiet("injection-detector", 1.15, 60, 400),
        quiet("velocity-governor", 1.2, 60, 400),
        quiet("governance-check", 1.15, 60, 300),
        quiet("mcp-config-integrity", 1.15, 60, 300),
        quiet("audit-logger", 1.2, 60, 500),
        // The quiet event is none of its own; a call it counts takes two locks and two writes.
        Case {
            hook: "velocity-governor",
            what: "a counted call",
            event: json!({ "hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/tmp", "tool_name": "Bash",
                           "tool_use_id": "t", "tool_input": { "command": source_text(1500) } }),
            ratio: 1.2,
            faults: 60,
            instructions: 400,
        },
        Case {
            hook: "secrets-scanner",
            what: "2 KB with a hit",
            event: read_event(&format!(
                "{}\npassword = \"{}\"\n",
                source_text(2000),
                ["AKIA", "Z7Q2M4KXW6JB3NTP"].concat()
            )),
            ratio: 2.0,
            faults: 90,
            instructions: 1500,
        },
        Case {
            hook: "dangerous-actions-blocker",
            what: "a denied command",
            event: json!({ "hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/tmp", "tool_name": "Bash",
                           "tool_use_id": "t", "tool_input": { "command": "rm -rf /" } }),
            ratio: 2.0,
            faults: 90,
            instructions: 1500,
        },
    ]
}

/// Plain source code of this size, as a quiet event carries it.
fn source_text(bytes: usize) -> String {
    let line = "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum of all widths\n";
    line.repeat(bytes / line.len() + 1).chars().take(bytes).collect()
}

fn read_event(content: &str) -> Value {
    json!({ "hook_event_name": "PostToolUse", "session_id": "s", "transcript_path": "/tmp/t.jsonl", "cwd": "/tmp",
            "permission_mode": "default", "tool_name": "Read", "tool_use_id": "toolu_1",
            "tool_input": { "file_path": "/tmp/main.rs" },
            "tool_response": { "type": "text", "file": { "filePath": "/tmp/main.rs", "content": content,
                               "numLines": 24, "startLine": 1, "totalLines": 24 } } })
}

fn main() -> ExitCode {
    let Some(folder) = release_folder() else {
        eprintln!("startup: no static release binaries; run `just dist`");
        return ExitCode::from(3);
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:<27} {:<17} {:>7} {:>7} {:>9} {:>7} {:>12}",
        "hook", "input", "min µs", "ratio", "(budget)", "faults", "instructions"
    );
    let mut beyond = Vec::new();
    for case in cases().iter().filter(|case| folder.join(case.hook).is_file()) {
        beyond.extend(measure(case, &folder, home.path()));
    }
    for line in &beyond {
        println!("beyond budget: {line}");
    }
    ExitCode::from(u8::from(!beyond.is_empty()))
}

/// Prints the row of a case; answers what is beyond its budget.
fn measure(case: &Case, folder: &Path, home: &Path) -> Vec<String> {
    let (hook, empty) = (folder.join(case.hook), folder.join("empty"));
    let input = case.event.to_string();
    let (mut ratio, mut micros) = (f64::INFINITY, 0.0);
    for _ in 0..TRIES {
        let (own, nothing) = interleaved(&hook, &empty, &input, home);
        let now = own.as_secs_f64() / nothing.as_secs_f64();
        if now < ratio {
            (ratio, micros) = (now, own.as_secs_f64() * 1e6);
        }
        if ratio <= case.ratio {
            break;
        }
    }
    let faults = (0..5).map(|_| faults(&hook, &input, home)).min().unwrap_or_default();
    let instructions = instructions(&hook, &input, home);
    println!(
        "{:<27} {:<17} {micros:>7.0} {ratio:>7.2} {:>9.2} {faults:>7} {:>11}k",
        case.hook,
        case.what,
        case.ratio,
        instructions.map_or_else(|| "?".into(), |count| (count / 1000).to_string()),
    );
    let name = format!("{} ({})", case.hook, case.what);
    let mut beyond = Vec::new();
    if ratio > case.ratio {
        beyond.push(format!("{name}: {ratio:.2} times an empty process, {} allowed", case.ratio));
    }
    if faults > case.faults {
        beyond.push(format!("{name}: {faults} page faults, {} allowed", case.faults));
    }
    match instructions {
        Some(count) if count > case.instructions * 1000 => {
            beyond.push(format!("{name}: {count} instructions, {}k allowed", case.instructions));
        }
        None => {
            assert!(std::env::var_os("CI").is_none(), "valgrind is missing");
            eprintln!("skipped: no valgrind, so no instructions are counted");
        }
        Some(_) => {}
    }
    beyond
}

/// The minimum wall times of two binaries, run in turn.
fn interleaved(a: &Path, b: &Path, input: &str, home: &Path) -> (Duration, Duration) {
    let (mut best_a, mut best_b) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best_a = best_a.min(once(a, input, home));
        best_b = best_b.min(once(b, input, home));
    }
    (best_a, best_b)
}

fn once(binary: &Path, input: &str, home: &Path) -> Duration {
    let started = Instant::now();
    run(&mut Command::new(binary), input, home);
    started.elapsed()
}

fn run(command: &mut Command, input: &str, home: &Path) -> String {
    let mut child = command
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a binary of ours starts");
    if let Some(mut stdin) = child.stdin.take() {
        // The empty process reads nothing; that its pipe is closed is fine.
        stdin.write_all(input.as_bytes()).ok();
    }
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn faults(binary: &Path, input: &str, home: &Path) -> i64 {
    let before = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage").minor_page_faults();
    run(&mut Command::new(binary), input, home);
    getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage").minor_page_faults() - before
}

/// User instructions of one run, as callgrind counts them.
fn instructions(binary: &Path, input: &str, home: &Path) -> Option<u64> {
    Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().ok()?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(binary);
    let said = run(&mut command, input, home);
    let line = said.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').find(|word| !word.is_empty())?.parse().ok()
}

/// Where `just dist` puts the static binaries.
fn release_folder() -> Option<PathBuf> {
    let targets = fs::read_dir(root().join("target")).ok()?;
    targets.flatten().map(|entry| entry.path().join("release")).find(|folder| {
        folder.join("govern").is_file()
            && folder.parent().is_some_and(|target| {
                target.ends_with("x86_64-unknown-linux-gnu") || target.ends_with("aarch64-unknown-linux-gnu")
            })
    })
}
