//! The audit over whole repositories: a compliant one has no finding, and each rule has one that triggers it.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use governance_tests::bin;
use serde_json::{Value, json};

fn govern(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(bin("govern"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("USER", "tester")
        .output()
        .unwrap()
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A repository under the strict tier, committed.
fn compliant() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let output =
        govern(folder.path(), &["init", "strict", "--yes", "--organization", "Acme", "--owner", "Dana"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "Governance"]);
    folder
}

/// The rules found, with the exit code of a run that fails on anything.
fn found(folder: &Path) -> (BTreeSet<String>, Option<i32>) {
    let output = govern(folder, &["audit", "--format", "json", "--fail-on", "note"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    });
    let rows = report["findings"].as_array().cloned().unwrap_or_default();
    let rules = rows.iter().filter_map(|row| row["rule"].as_str().map(str::to_string)).collect();
    (rules, output.status.code())
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn change(folder: &Path, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(folder.join(name), text.replacen(from, to, 1)).unwrap();
}

/// Changes the project's settings as a value.
fn settings(folder: &Path, change: impl Fn(&mut Value)) {
    let file = folder.join(".claude/settings.json");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut value);
    fs::write(&file, format!("{value:#}\n")).unwrap();
}

fn allow(folder: &Path, rule: &str) {
    settings(folder, |value| value["permissions"]["allow"] = json!([rule]));
}

fn deny(folder: &Path, rule: &str) {
    settings(folder, |value| value["permissions"]["deny"].as_array_mut().unwrap().push(json!(rule)));
}

fn hook(folder: &Path, event: &str, group: &Value) {
    settings(folder, |value| {
        let groups = value["hooks"].as_object_mut().unwrap().entry(event).or_insert_with(|| json!([]));
        groups.as_array_mut().unwrap().push(group.clone());
    });
}

fn command(line: &str) -> Value {
    json!({ "type": "command", "command": line, "onFailure": "block" })
}

fn server(folder: &Path, server: &Value) {
    write(folder, ".mcp.json", &json!({ "mcpServers": { "demo": server } }).to_string());
}

fn pinned() -> Value {
    json!({ "type": "stdio", "command": "npx", "args": ["-y", "demo-server@1.2.3"] })
}

/// A registry whose one entry for `demo` stands in this list with these fields.
fn registry(folder: &Path, list: &str, entry: &str) {
    let mut text =
        String::from("metadata:\n  owner: Dana\n  review_cycle: quarterly\n  next_review: 2099-01-01\n");
    for name in ["approved", "pending_review", "denied"] {
        let rows = if name == list { format!("{name}:\n{entry}") } else { format!("{name}: []\n") };
        text.push_str(&rows);
    }
    write(folder, ".claude/mcp-registry.yaml", &text);
}

/// An approval of 30 days that began so many days ago.
fn approval(version: &str, days_ago: i64) -> String {
    let approved = chrono::Utc::now().date_naive() - chrono::Duration::days(days_ago);
    let expires = approved + chrono::Duration::days(30);
    format!(
        "  - name: demo\n    version: \"{version}\"\n    source: https://example.com/demo\n    approved_by: Dana\n    \
         approved_date: {approved}\n    expires: {expires}\n    data_scope: INTERNAL\n    risk: LOW\n    \
         rationale: a test\n    config:\n      command: npx\n      args: [\"-y\", \"demo-server@{version}\"]\n"
    )
}

type Break = fn(&Path);

/// For every rule a change after which a compliant repository breaks it.
#[rustfmt::skip]
const ROWS: &[(&str, Break)] = &[
    ("SET-0", |folder| fs::remove_file(folder.join(".claude/settings.json")).unwrap()),
    ("SET-1", |folder| change(folder, ".claude/settings.json", "{", "{ // ours")),
    ("SET-2", |folder| settings(folder, |value| value["cleanupPeriodDays"] = json!("30"))),
    ("SET-3", |folder| hook(folder, "Stop", &json!({ "hooks": ["plain"] }))),
    ("SET-4", |folder| git(folder, &["rm", "-q", "--cached", ".claude/settings.json"])),
    ("SET-5", |folder| settings(folder, |value| value["disableAllHooks"] = json!(true))),
    ("SET-6", |folder| settings(folder, |value| value["permissions"]["defaultMode"] = json!("bypassPermissions"))),
    ("SET-7", |folder| settings(folder, |value| drop(value["permissions"].as_object_mut().unwrap().remove("disableAutoMode")))),
    ("SET-8", |folder| change(folder, ".claude/settings.json", "\"Read(**/secrets/**)\",", "")),
    ("SET-9", |folder| change(folder, ".claude/settings.json", "{", "{ \"model\": \"a\", \"model\": \"b\",")),
    ("SET-10", |folder| write(folder, "packages/web/.claude/settings.json", "{}")),
    ("PERM-1", |folder| allow(folder, "Bash(*)")),
    ("PERM-2", |folder| allow(folder, "Bash(python *)")),
    ("PERM-3", |folder| deny(folder, "Write(private/**)")),
    ("PERM-4", |folder| deny(folder, "Read(/etc/shadow)")),
    ("PERM-5", |folder| allow(folder, "Read(.env)")),
    ("PERM-6", |folder| settings(folder, |value| value["permissions"]["deny"] = json!([]))),
    ("PERM-7", |folder| deny(folder, "Telepathy(x)")),
    ("PERM-8", |folder| deny(folder, "bash(x)")),
    ("HOOK-2", |folder| fs::set_permissions(folder.join(".claude/hooks/run-hook.sh"), Permissions::from_mode(0o644)).unwrap()),
    ("HOOK-3", |folder| hook(folder, "Stop", &json!({ "hooks": [command(".claude/hooks/run-hook.sh")] }))),
    ("HOOK-4", |folder| hook(folder, "Stop", &json!({ "hooks": [{ "type": "command", "command": "/bin/true", "timeout": 5000 }] }))),
    ("HOOK-5", |folder| hook(folder, "PreToolUse", &json!({ "matcher": "mcp__demo", "hooks": [command("/bin/true")] }))),
    ("HOOK-6", |folder| hook(folder, "Stop", &json!({ "hooks": [{ "type": "command", "command": "/bin/true", "if": "Bash(x)" }] }))),
    ("HOOK-7", |folder| hook(folder, "PreToolUse", &json!({ "matcher": "Bash", "hooks": [command("grep -q rm \"$CLAUDE_TOOL_INPUT\"")] }))),
    ("HOOK-8", |folder| hook(folder, "PreToolUse", &json!({ "matcher": "Bash", "hooks": [{ "type": "command", "command": "/bin/true" }] }))),
    ("HOOK-9", |folder| {
        write(folder, ".claude/hooks/own.sh", "#!/bin/sh\ngrep -q secret && exit 1\nexit 0\n");
        fs::set_permissions(folder.join(".claude/hooks/own.sh"), Permissions::from_mode(0o755)).unwrap();
        hook(folder, "PreToolUse", &json!({ "matcher": "Bash", "hooks": [command("\"$CLAUDE_PROJECT_DIR/.claude/hooks/own.sh\"")] }));
    }),
    ("HOOK-10", |folder| hook(folder, "PreToolUse", &json!({ "matcher": "Edit|Write", "hooks": [command("/bin/true")] }))),
    ("MCP-1", |folder| server(folder, &pinned())),
    ("MCP-2", |folder| {
        server(folder, &pinned());
        registry(folder, "denied", "  - name: demo\n    denied_date: 2020-01-01\n    reason: a test\n");
    }),
    ("MCP-3", |folder| {
        server(folder, &pinned());
        registry(folder, "approved", &approval("1.2.3", 100));
    }),
    ("MCP-4", |folder| {
        server(folder, &pinned());
        registry(folder, "approved", &approval("1.2.4", 1));
    }),
    ("MCP-5", |folder| server(folder, &json!({ "command": "npx", "args": ["-y", "demo-server"] }))),
    ("MCP-6", |folder| server(folder, &json!({ "command": "npx", "args": ["demo-server@1.2.3"], "env": { "API_TOKEN": "q9Zr1kYb3VtN8sWc5uXf2LhJ0mPz" } }))),
    ("MCP-7", |folder| server(folder, &json!({ "type": "http", "url": "http://example.com/mcp" }))),
    ("MCP-8", |folder| server(folder, &json!({ "command": "bash", "args": ["-c", "demo-server"] }))),
    ("MCP-9", |folder| settings(folder, |value| value["enableAllProjectMcpServers"] = json!(true))),
    ("MCP-10", |folder| write(folder, ".mcp.json", "{\"servers\": {}}")),
    ("MCP-11", |folder| registry(folder, "approved", "  - name: demo\n    expires: soon\n")),
    ("DOC-1", |folder| fs::remove_file(folder.join("CLAUDE.md")).unwrap()),
    ("DOC-2", |folder| fs::remove_file(folder.join("docs/ai-usage-charter.md")).unwrap()),
    ("DOC-3", |folder| write(folder, "CLAUDE.md", &"A rule nobody will read.\n".repeat(500))),
    ("DOC-4", |folder| change(folder, "CLAUDE.md", "without exception", "where convenient")),
    ("DOC-5", |folder| change(folder, "docs/ai-usage-charter.md", "Dana", "[OWNER]")),
    ("DOC-6", |folder| write(folder, "docs/charter-acknowledgements.jsonl", "{\"event\": \"asked\", \"person\": \"Eve\", \"at\": \"2026-01-01T00:00:00Z\"}\n")),
    ("CI-1", |folder| fs::remove_file(folder.join(".github/workflows/ai-governance.yml")).unwrap()),
];

#[test]
fn a_compliant_repository_has_no_finding() {
    let folder = compliant();
    assert_eq!(found(folder.path()), (BTreeSet::new(), Some(0)));
}

#[test]
fn each_rule_has_a_repository_that_triggers_it() {
    let rules: Vec<&str> = govern::audit::RULES.iter().map(|rule| rule.id).collect();
    for rule in &rules {
        assert!(ROWS.iter().any(|(id, _)| id == rule), "{rule} has no repository");
    }
    let mut wrong = Vec::new();
    let whole = compliant();
    for (rule, break_it) in ROWS {
        assert!(rules.contains(rule), "there is no rule {rule}");
        let folder = tempfile::tempdir().unwrap();
        let from = format!("{}/.", whole.path().display());
        assert!(Command::new("cp").args(["-a", &from]).arg(folder.path()).status().unwrap().success());
        break_it(folder.path());
        let (found, code) = found(folder.path());
        if !found.contains(*rule) || code != Some(1) {
            wrong.push(format!("{rule}: exit {code:?}, found {found:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn levels_suppressions_and_a_baseline_decide_what_counts() {
    let folder = compliant();
    allow(folder.path(), "Bash(*)");
    let code = |arguments: &[&str]| govern(folder.path(), &[&["audit"], arguments].concat()).status.code();
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--allow", "PERM-1"]), Some(0));
    assert_eq!(code(&["--warn", "perm-1"]), Some(0));
    assert_eq!(code(&["--warn", "PERM-1", "--fail-on", "warning"]), Some(1));
    assert_eq!(code(&["--deny", "PERM-999"]), Some(2));

    let suppress = |row: &Value| {
        let file = folder.path().join(".claude/governance.json");
        let mut policy: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        policy["audit"] = json!([row]);
        fs::write(&file, policy.to_string()).unwrap();
        govern(folder.path(), &["audit"])
    };
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let whole = json!({ "rule": "PERM-1", "reason": "a build machine", "expires": "2099-01-01" });
    assert_eq!(suppress(&whole).status.code(), Some(0));
    for (key, value, word) in [
        ("reason", "", "does not count"),
        ("expires", "2020-01-01", "expired"),
        ("expires", "some day", "does not count"),
        ("rule", "MCP-2", "matches nothing"),
    ] {
        let mut row = whole.clone();
        row[key] = json!(value);
        let output = suppress(&row);
        assert_eq!(output.status.code(), Some(1), "{row}");
        assert!(told(&output).contains(word), "{row}: {}", told(&output));
    }

    assert_eq!(code(&["--write-baseline", "known.json"]), Some(0));
    assert_eq!(code(&["--baseline", "known.json"]), Some(0));
    settings(folder.path(), |value| value["disableAllHooks"] = json!(true));
    assert_eq!(code(&["--baseline", "known.json"]), Some(1), "something new is not in the baseline");
}

#[test]
fn every_rule_explains_itself_and_the_fixes_say_what_they_did() {
    let folder = compliant();
    for rule in govern::audit::RULES {
        let output = govern(folder.path(), &["audit", "--explain", rule.id]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("## What happens") && text.contains(rule.remedy), "{text}");
    }
    settings(folder.path(), |value| {
        value["permissions"]["defaultMode"] = json!("allowEdits");
        value["disableAllHooks"] = json!(true);
    });
    assert!(found(folder.path()).0.contains("SET-2"));
    let shown = govern(folder.path(), &["audit", "--fix", "--dry-run"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("allowEdits"));
    assert!(found(folder.path()).0.contains("SET-2"), "a dry run changed something");
    assert!(govern(folder.path(), &["audit", "--fix"]).status.success());
    assert_eq!(found(folder.path()), (BTreeSet::new(), Some(0)));
}

/// Real configuration files, where they stand beside the project: each is audited within its time.
#[test]
fn real_configurations_are_audited_in_time() {
    if governance_tests::shared().is_none() {
        eprintln!(
            "the real configurations do not stand beside the project; `corpus settings --from FOLDER` reads others"
        );
        return;
    }
    let output = Command::new(bin("corpus")).arg("settings").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
}
