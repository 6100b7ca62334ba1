//! `startup`: what each hook costs to start, against an empty process: wall time as a ratio, page faults, instructions.
//!
//! Wall time is the minimum over many interleaved runs, since anything else on the machine only adds; a row beyond its
//! budget is measured again before it counts. Page faults come from getrusage, instructions from callgrind: both hardly
//! change from run to run, so they are held a little above what was measured. Binaries are copied first, as an
//! installation copies them: how a file came to be written decides in what pieces the kernel maps it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use governance_tests::root;
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

/// Interleaved runs a measurement, of a process of a millisecond; slower ones have fewer.
const ROUNDS: usize = 300;

/// How often a row beyond its wall-time budget is measured again before it counts: the machine may have been busy.
const TRIES: usize = 8;

/// What a machine under load adds to a ratio of minimums. A row between its budget and this is marked and does not fail.
const TOLERANCE: f64 = 1.1;

/// How long a run may take.
enum Limit {
    /// Wall time, as so many times the empty process.
    Ratio(f64),
    /// Milliseconds of processor time: wall time of longer runs is other people's work.
    Within(f64),
}

/// One thing to start: a binary, what it reads, and how much it may cost.
struct Case {
    hook: &'static str,
    what: &'static str,
    event: Value,
    limit: Limit,
    /// Minor page faults.
    faults: i64,
    /// User instructions, in thousands; zero where the input's size decides.
    instructions: u64,
}

/// The rows. Wall time is what was asked for, faults and instructions are what was measured and a tenth more.
fn cases(project: &Path) -> Vec<Case> {
    let case = |hook, what, event, ratio, faults, instructions| Case {
        hook,
        what,
        event,
        limit: Limit::Ratio(ratio),
        faults,
        instructions,
    };
    let quiet = || read_event(&source_text(2048));
    let write = || call("Write", &json!({ "file_path": "/tmp/main.rs", "content": source_text(2048) }));
    let bash = |command: &str| call("Bash", &json!({ "command": command }));
    let mcp = || call("mcp__docs__search", &json!({ "query": source_text(2048) }));
    let start =
        json!({ "hook_event_name": "SessionStart", "session_id": "s", "cwd": project, "source": "startup" });
    let hit = format!("{}\npassword = \"{}\"\n", source_text(2000), ["AKIA", "Z7Q2M4KXW6JB3NTP"].concat());
    vec![
        case("dangerous-actions-blocker", "quiet 2 KB", write(), 1.3, 60, 270),
        case("dangerous-actions-blocker", "everyday command", bash(EVERYDAY), 1.3, 75, 330),
        case("dangerous-actions-blocker", "a denied command", bash("rm -rf /"), 2.0, 80, 500),
        case("secrets-scanner", "quiet 2 KB", quiet(), 1.3, 60, 240),
        case("secrets-scanner", "2 KB with a hit", read_event(&hit), 1.6, 68, 620),
        case("secrets-scanner", "200 KB, one line", read_event(&source_text(200_000)), 3.0, 130, 0),
        // Code about secrets, keys and tokens, escaped for JSON.
        case("secrets-scanner", "200 KB of code", read_event(&code_text(200_000)), 3.0, 130, 0),
        Case {
            hook: "secrets-scanner",
            what: "quiet 10 MB",
            event: read_event(&code_text(10_000_000)),
            limit: Limit::Within(100.0),
            // The input as it came: the text is decoded there.
            faults: 2850,
            instructions: 0,
        },
        case("unicode-scanner", "quiet 2 KB", quiet(), 1.15, 56, 300),
        case("injection-detector", "quiet 2 KB", quiet(), 1.15, 60, 400),
        // Two locks and two writes.
        case("velocity-governor", "a counted call", write(), 1.15, 52, 140),
        case("governance-check", "quiet 2 KB", write(), 1.15, 54, 200),
        case("governance-check", "an MCP call", mcp(), 1.15, 60, 260),
        Case {
            hook: "governance-check",
            what: "start, 200 files",
            event: start,
            limit: Limit::Within(5.0),
            faults: 250,
            instructions: 0,
        },
        case("mcp-config-integrity", "an MCP call", mcp(), 1.15, 60, 260),
        case("audit-logger", "quiet 2 KB", write(), 1.2, 60, 330),
    ]
}

const EVERYDAY: &str = "cargo test --workspace 2>&1 | tail -20 && git status --short";

/// Plain source code of this size, as a quiet event carries it.
fn source_text(bytes: usize) -> String {
    let line = "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum of all widths\n";
    line.repeat(bytes / line.len() + 1).chars().take(bytes).collect()
}

/// Code of this project, which holds no secret: real text for sizes at which the text decides.
fn code_text(bytes: usize) -> String {
    let mut files: Vec<PathBuf> = ["shell", "ledger", "unicode-scanner"]
        .iter()
        .flat_map(|name| {
            fs::read_dir(root().join("crates").join(name).join("src")).expect("a crate's sources")
        })
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tables.rs")
        })
        .collect();
    files.sort();
    let code: String = files.iter().map(|file| fs::read_to_string(file).expect("a source file")).collect();
    let mut text = code.repeat(bytes / code.len() + 1);
    text.truncate(text.floor_char_boundary(bytes));
    text
}

fn call(tool: &str, input: &Value) -> Value {
    json!({ "hook_event_name": "PreToolUse", "session_id": "s", "transcript_path": "/tmp/t.jsonl", "cwd": "/tmp",
            "permission_mode": "default", "tool_name": tool, "tool_use_id": "toolu_1", "tool_input": input })
}

fn read_event(content: &str) -> Value {
    json!({ "hook_event_name": "PostToolUse", "session_id": "s", "transcript_path": "/tmp/t.jsonl", "cwd": "/tmp",
            "permission_mode": "default", "tool_name": "Read", "tool_use_id": "toolu_1",
            "tool_input": { "file_path": "/tmp/main.rs" },
            "tool_response": { "type": "text", "file": { "filePath": "/tmp/main.rs", "content": content,
                               "numLines": 24, "startLine": 1, "totalLines": 24 } } })
}

/// A repository with 200 files of configuration: skills, agents, commands, rules, settings and servers.
fn repository(folder: &Path) {
    let write = |name: String, content: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    };
    fs::create_dir_all(folder.join(".git")).expect("a folder");
    let servers: serde_json::Map<String, Value> = (0..20)
        .map(|number| {
            (
                format!("s{number}"),
                json!({ "command": "npx", "args": ["-y", format!("server-{number}@1.0.0")] }),
            )
        })
        .collect();
    write(".mcp.json".into(), &json!({ "mcpServers": servers }).to_string());
    write(".claude/settings.json".into(), r#"{"permissions": {"deny": ["Bash(rm -rf *)"]}}"#);
    write(".claude/settings.local.json".into(), r#"{"permissions": {"allow": ["Bash(ls)"]}}"#);
    for number in 0..50 {
        let text =
            format!("---\nname: n{number}\ndescription: does one thing\n---\n{}", "Some words. ".repeat(40));
        write(format!(".claude/agents/a{number}.md"), &text);
        write(format!(".claude/commands/c{number}.md"), &text);
        write(format!(".claude/skills/s{number}/SKILL.md"), &text);
        write(format!(".claude/rules/r{number}.md"), &text);
    }
}

fn main() -> ExitCode {
    let Some(built) = release_folder() else {
        eprintln!("startup: no static release binaries; run `just startup`, which builds them");
        return ExitCode::from(3);
    };
    let world = tempfile::tempdir().expect("a temporary folder");
    let (folder, home, project) =
        (world.path().join("bin"), world.path().join("home"), world.path().join("project"));
    repository(&project);
    for made in [&folder, &home] {
        fs::create_dir_all(made).expect("a folder");
    }
    let cases = cases(&project);
    for name in cases.iter().map(|case| case.hook) {
        if let Err(error) = fs::copy(built.join(name), folder.join(name)) {
            eprintln!("startup: {name}: {error}; run `just startup`, which builds it");
            return ExitCode::from(3);
        }
    }
    let linked = empty_process(&folder.join("empty"), STATIC);
    if !linked || !empty_process(&folder.join("empty-default"), &[]) {
        eprintln!("startup: rustc could not make an empty program to hold the hooks against");
        return ExitCode::from(3);
    }
    let (plain, default) =
        interleaved(&folder.join("empty"), &folder.join("empty-default"), "", &home, ROUNDS);
    println!(
        "an empty process, static as the hooks are: {:.0} µs (what a ratio is of); linked as cargo does unasked: {:.0} µs\n",
        plain.as_secs_f64() * 1e6,
        default.as_secs_f64() * 1e6
    );
    println!(
        "{:<27} {:<17} {:>7} {:>7} {:>9} {:>9} {:>7} {:>12}",
        "hook", "input", "min µs", "ratio", "used µs", "(budget)", "faults", "instructions"
    );
    let mut beyond = Vec::new();
    for case in &cases {
        beyond.extend(measure(case, &folder, &home));
    }
    for line in &beyond {
        println!("beyond budget: {line}");
    }
    ExitCode::from(u8::from(!beyond.is_empty()))
}

/// Static linking and fixed addresses, as the hooks have them; not what else `build-release.sh` saves.
const STATIC: &[&str] = &["-C", "target-feature=+crt-static", "-C", "relocation-model=static"];

/// Makes a program that does nothing: what every start-up figure is held against.
fn empty_process(to: &Path, flags: &[&str]) -> bool {
    let (source, linked) = (to.with_extension("rs"), to.with_extension("linked"));
    fs::write(&source, "fn main() {}\n").expect("a temporary file");
    // As the release profile of the workspace has it.
    let profile =
        ["-O", "-C", "lto=fat", "-C", "codegen-units=1", "-C", "panic=abort", "-C", "strip=symbols"];
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root()).args(["--edition", "2024"]).args(profile).args(flags);
    let made = rustc.arg("-o").arg(&linked).arg(&source).status();
    made.is_ok_and(|status| status.success()) && fs::copy(&linked, to).is_ok()
}

/// Prints the row of a case; answers what is beyond its budget.
fn measure(case: &Case, folder: &Path, home: &Path) -> Vec<String> {
    let (hook, empty) = (folder.join(case.hook), folder.join("empty"));
    let input = case.event.to_string();
    let rounds = if input.len() > 1_000_000 { 6 } else { ROUNDS };
    let (mut ratio, mut micros, mut used) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..TRIES {
        let (own, nothing) = interleaved(&hook, &empty, &input, home, rounds);
        ratio = ratio.min(own.as_secs_f64() / nothing.as_secs_f64());
        micros = micros.min(own.as_secs_f64() * 1e6);
        used = used.min((0..3).map(|_| processor_micros(&hook, &input, home)).fold(f64::INFINITY, f64::min));
        if fits(&case.limit, ratio, used, 1.0) {
            break;
        }
    }
    let faults = (0..5).map(|_| faults(&hook, &input, home)).min().unwrap_or_default();
    let instructions = if case.instructions == 0 { None } else { Some(instructions(&hook, &input, home)) };
    let budget = match case.limit {
        Limit::Ratio(ratio) => format!("{ratio:.2}"),
        Limit::Within(milliseconds) => format!("{milliseconds} ms"),
    };
    let mark = if fits(&case.limit, ratio, used, 1.0) { "" } else { " over" };
    println!(
        "{:<27} {:<17} {micros:>7.0} {ratio:>7.2} {used:>9.0} {budget:>9} {faults:>7} {:>11}k{mark}",
        case.hook,
        case.what,
        instructions.flatten().map_or_else(|| "-".into(), |count| (count / 1000).to_string()),
    );
    let name = format!("{} ({})", case.hook, case.what);
    let mut beyond = Vec::new();
    if !fits(&case.limit, ratio, used, TOLERANCE) {
        beyond.push(format!(
            "{name}: {used:.0} µs of processor time, {ratio:.2} times an empty process; allowed is {budget}"
        ));
    }
    if faults > case.faults {
        beyond.push(format!("{name}: {faults} page faults, {} allowed", case.faults));
    }
    match instructions {
        Some(Some(count)) if count > case.instructions * 1000 => {
            beyond.push(format!("{name}: {count} instructions, {}k allowed", case.instructions));
        }
        Some(None) => {
            assert!(std::env::var_os("CI").is_none(), "valgrind is missing");
            eprintln!("skipped: no valgrind, so no instructions are counted");
        }
        Some(Some(_)) | None => {}
    }
    beyond
}

fn fits(limit: &Limit, ratio: f64, used_micros: f64, tolerance: f64) -> bool {
    match limit {
        Limit::Ratio(most) => ratio <= most * tolerance,
        Limit::Within(milliseconds) => used_micros <= milliseconds * 1000.0,
    }
}

/// What one run used of the processor, in microseconds.
fn processor_micros(binary: &Path, input: &str, home: &Path) -> f64 {
    let used = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage");
        let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
        micros(usage.user_time()) + micros(usage.system_time())
    };
    let before = used();
    run(&mut Command::new(binary), input, home);
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one run")]
    let micros = (used() - before) as f64;
    micros
}

/// The minimum wall times of two binaries, run in turn.
fn interleaved(a: &Path, b: &Path, input: &str, home: &Path, rounds: usize) -> (Duration, Duration) {
    let (mut best_a, mut best_b) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
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

/// Where `build-release.sh` puts the static binaries.
fn release_folder() -> Option<PathBuf> {
    let targets = fs::read_dir(root().join("target")).ok()?;
    targets.flatten().map(|entry| entry.path().join("release")).find(|folder| {
        folder.join("secrets-scanner").is_file()
            && folder.parent().is_some_and(|target| {
                target.ends_with("x86_64-unknown-linux-gnu") || target.ends_with("aarch64-unknown-linux-gnu")
            })
    })
}
