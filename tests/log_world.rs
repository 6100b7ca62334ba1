//! An audit log of any size with a known content, written through the ledger as hooks write it.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::Record;
use serde_json::{Value, json};

/// The first record's time.
pub const BEGIN: &str = "2026-08-01T08:00:00Z";

/// The time a report over the log is made at: 90 days later.
pub const NOW: &str = "2026-10-30T20:00:00Z";

const USERS: [&str; 5] = ["alice", "bob", "carla", "dmitri", "eun-ji"];

/// Writes `count` records over 90 days, each day's one millisecond after the other: the log is forced to the disk once a
/// second of its records, so a day of many seconds would take long to write.
///
/// # Panics
/// Where the log cannot be written.
pub fn write_log(log: &Path, count: u64) {
    let begin: DateTime<Utc> = BEGIN.parse().expect("a time");
    let mut before = 0;
    let mut milliseconds = 0;
    for number in 0..count {
        let day = i64::try_from(number * 90 / count).expect("below 90");
        milliseconds = if day == before { milliseconds + 1 } else { 0 };
        before = day;
        let now = begin + TimeDelta::days(day) + TimeDelta::milliseconds(milliseconds);
        ledger::append(log, now, record(number)).expect("the log can be written");
    }
}

/// The record of this number: reads, writes, commands, MCP calls, requests, decisions, in a fixed mixture.
fn record(number: u64) -> Record {
    let user = USERS[usize::try_from(number / 7 % 5).expect("below 5")];
    let mut record = json!({
        "type": "activity", "basis": "observed", "user": user, "host": "machine-1", "cwd": "/p", "project": "/p",
        "session": format!("session-{}", number / 200), "tool_use": format!("toolu_{number}"), "tier": "regulated",
        "policy": format!("sha256:{:064x}", number / 400_000), "event": "PostToolUse", "outcome": "ok",
    });
    let more = match number % 10 {
        0 | 1 => {
            json!({"tool": "Read", "operation": "read", "path": format!("/p/src/module_{}/file_{}.rs", number % 40, number % 1999)})
        }
        2 => {
            json!({"tool": "Edit", "operation": "write", "path": format!("/p/src/file_{}.rs", number % 977)})
        }
        3 | 4 => {
            json!({"tool": "Bash", "operation": "execute", "command": format!("cargo test --package part-{} -- --exact \"case {}\"", number % 31, number % 2503)})
        }
        5 => {
            json!({"tool": "Read", "operation": "read", "event": "PreToolUse", "outcome": "requested", "path": "/p/asked.rs"})
        }
        6 => {
            json!({"tool": "mcp__jira__search", "operation": "mcp", "mcp_tool": "search", "mcp": {"server": "jira", "source": "project"}})
        }
        7 => {
            json!({"type": "decision", "event": "PreToolUse", "outcome": "", "tool": "Bash", "hook": "dangerous-actions-blocker",
                    "rule": format!("rule-{}", number % 13), "decision": if number.is_multiple_of(3) { "deny" } else { "ask" },
                    "mode": if number % 4 == 1 { "observe" } else { "enforce" }})
        }
        8 => {
            json!({"tool": "Read", "operation": "read", "path": format!("/p/secrets/<script>alert({})</script>.pem", number % 17), "labels": ["secret_path"]})
        }
        _ => {
            json!({"tool": "Bash", "operation": "execute", "event": "PostToolUseFailure", "outcome": "error",
                    "command": "curl https://example.com/'\"|x\u{202e}y", "labels": ["network"]})
        }
    };
    for (key, value) in more.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    if record["outcome"] == "" {
        record.as_object_mut().map(|fields| fields.remove("outcome"));
    }
    match record {
        Value::Object(fields) => fields,
        _ => Record::new(),
    }
}
