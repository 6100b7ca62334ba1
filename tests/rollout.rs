//! Install, init and audit as a person uses them: real processes in temporary folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use govern::commands::policy::{reference, schema};
use govern::tiers;
use governance_tests::{bin, root, said};
use hook_core::Tier;
use serde_json::{Value, json};

fn govern(home: &Path, folder: &Path, arguments: &[&str]) -> Output {
    governance_tests::govern(home, folder).args(arguments).output().unwrap()
}

fn install(home: &Path, arguments: &[&str]) -> Output {
    let from = bin("govern").parent().unwrap().to_string_lossy().into_owned();
    govern(home, home, &[&["install"], arguments, &["--from", &from]].concat())
}

/// Every file below `folder` with its content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = governance_tests::client::files_below(folder);
    files.into_iter().map(|file| (file.clone(), fs::read(&file).unwrap())).collect()
}

#[test]
fn an_installation_proves_itself_repeats_without_change_and_goes_without_trace() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join(".claude/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    // Four blanks, an unknown key, a hook of somebody else's, no newline at the end: all of it is theirs.
    let before = "{\n    \"zeta\": {\"unknown\": true},\n    \"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"/bin/true\"}]}]},\n    \"model\": \"opus\"\n}";
    fs::write(&settings, before).unwrap();

    let dry = install(home.path(), &["standard", "--dry-run"]);
    assert!(dry.status.success() && said(&dry).contains('+'), "{}", said(&dry));
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);

    let first = install(home.path(), &["standard"]);
    assert!(first.status.success(), "{}", said(&first));
    for hook in govern::commands::install::hooks_of(Tier::Standard) {
        assert!(said(&first).contains(&format!("ok   {hook}: ")), "{hook}: {}", said(&first));
    }
    let merged: Value = serde_json::from_str(&fs::read_to_string(&settings).unwrap()).unwrap();
    assert_eq!(merged["zeta"], json!({ "unknown": true }));
    assert!(merged["hooks"]["Stop"].to_string().contains("/bin/true"));
    let keys: Vec<_> = merged.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["zeta", "hooks", "model"]);

    let installed = tree(home.path());
    assert!(install(home.path(), &["standard"]).status.success());
    assert_eq!(tree(home.path()), installed, "a second installation changed something");

    assert!(install(home.path(), &["--uninstall"]).status.success());
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);
}

#[test]
fn an_empty_home_is_left_as_empty_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    assert!(install(home.path(), &["starter"]).status.success());
    assert!(install(home.path(), &["--uninstall"]).status.success());
    assert_eq!(tree(home.path()), BTreeMap::new());
}

#[test]
fn changes_of_the_users_own_survive_an_uninstallation() {
    let home = tempfile::tempdir().unwrap();
    assert!(install(home.path(), &["starter"]).status.success());
    let settings = home.path().join(".claude/settings.json");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&settings).unwrap()).unwrap();
    value["model"] = "opus".into();
    fs::write(&settings, format!("{value:#}\n")).unwrap();
    assert!(install(home.path(), &["--uninstall"]).status.success());
    let after: Value = serde_json::from_str(&fs::read_to_string(&settings).unwrap()).unwrap();
    assert_eq!(after, json!({ "model": "opus" }));
}

#[test]
fn a_broken_settings_file_is_refused_and_stays() {
    for broken in ["{\"a\": 1,}", "// comment\n{}", "[]", "{\"hooks\": []}"] {
        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join(".claude/settings.json");
        fs::create_dir_all(settings.parent().unwrap()).unwrap();
        fs::write(&settings, broken).unwrap();
        let output = install(home.path(), &["standard"]);
        assert_eq!(output.status.code(), Some(2), "{broken}: {}", said(&output));
        assert!(said(&output).contains("settings.json"), "{}", said(&output));
        assert_eq!(fs::read_to_string(&settings).unwrap(), broken);
    }
}

#[test]
fn init_writes_a_repository_that_audits_clean_and_repeats_without_change() {
    for tier in Tier::ALL {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        fs::create_dir_all(&repository).unwrap();
        let output = govern(folder.path(), &repository, &["init", tier.name(), "--yes"]);
        assert!(output.status.success(), "{}", said(&output));
        let audit =
            govern(folder.path(), &repository, &["audit", "--min-tier", tier.name(), "--fail-on", "note"]);
        assert!(audit.status.success(), "{tier}: {}", said(&audit));
        let before = tree(&repository);
        assert!(govern(folder.path(), &repository, &["init", tier.name(), "--yes"]).status.success());
        assert_eq!(tree(&repository), before, "{tier}");
    }
}

#[test]
fn the_charter_is_acknowledged_by_version_and_the_audit_says_who_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("repository");
    fs::create_dir_all(&repository).unwrap();
    let run = |arguments: &[&str]| govern(folder.path(), &repository, arguments);
    assert_eq!(run(&["charter", "check"]).status.code(), Some(3), "there is none yet");
    assert_eq!(run(&["charter", "fill"]).status.code(), Some(2), "nobody to ask for the blanks");
    let answers =
        ["--organization", "Acme", "--owner", "Olga", "--security-contact", "security@acme.example"];
    let filled = run(&[&["charter", "fill"], &answers[..]].concat());
    assert!(filled.status.success(), "{}", said(&filled));
    assert!(run(&["charter", "check"]).status.success());
    assert_eq!(run(&["charter", "status"]).status.code(), Some(1), "nobody was asked");
    assert!(run(&["charter", "ask", "--person", "bob"]).status.success());
    assert!(run(&["charter", "ack"]).status.success());
    let status = run(&["charter", "status"]);
    assert!(status.status.code() == Some(1) && said(&status).contains("OPEN bob"), "{}", said(&status));
    let audit = run(&["audit"]);
    assert!(said(&audit).contains("DOC-6") && said(&audit).contains("bob"), "{}", said(&audit));
    assert!(run(&["charter", "leave", "--person", "bob"]).status.success());
    assert!(run(&["charter", "status"]).status.success());
    // Another text is another version, and nobody has acknowledged that one.
    let charter = repository.join("docs/ai-usage-charter.md");
    fs::write(&charter, fs::read_to_string(&charter).unwrap() + "\nA new rule for [DATE].\n").unwrap();
    assert!(said(&run(&["charter", "status"])).contains("OPEN tester"));
    let check = run(&["charter", "check"]);
    assert!(said(&check).contains("`[DATE]` is not filled in"), "{}", said(&check));
    assert_eq!(run(&["charter", "ack"]).status.code(), Some(2), "a charter with blanks");
    // What the requirement's own template leaves blank is filled as well.
    assert!(run(&["charter", "fill"]).status.success());
    assert!(run(&["charter", "ack"]).status.success());
    assert!(run(&["charter", "status"]).status.success());
}

#[test]
fn init_merges_with_what_a_team_has() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".claude")).unwrap();
    let own = r#"{"permissions": {"allow": ["Bash(make *)"], "deny": ["Read(private/**)"]}, "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "/bin/true"}]}]}}"#;
    fs::write(folder.path().join(".claude/settings.json"), own).unwrap();
    fs::write(folder.path().join("CLAUDE.md"), "# Our project\n\nUse make.\n").unwrap();
    assert!(govern(folder.path(), folder.path(), &["init", "starter", "--yes"]).status.success());
    assert!(govern(folder.path(), folder.path(), &["init", "strict", "--yes"]).status.success());
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join(".claude/settings.json")).unwrap())
            .unwrap();
    assert_eq!(settings["permissions"]["allow"], json!(["Bash(make *)"]));
    assert!(settings["permissions"]["deny"].as_array().unwrap().contains(&"Read(private/**)".into()));
    assert!(settings["hooks"]["Stop"].to_string().contains("/bin/true"));
    let text = fs::read_to_string(folder.path().join("CLAUDE.md")).unwrap();
    assert!(text.starts_with("# Our project\n\nUse make.\n"));
    assert_eq!(text.matches("<!-- governance: end -->").count(), 1);
    assert!(text.contains("STRICT"));
}

#[test]
fn an_unknown_tier_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = govern(folder.path(), folder.path(), &["init", "nosuchtier"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(tree(folder.path()), BTreeMap::new());
}

fn audit_text(name: &str, text: &str, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(bin("govern"))
        .args([&["audit", "--stdin", name], options].concat())
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The form of the requirement's own tiers: a hook entry that is a plain string.
#[test]
fn plain_string_hooks_are_reported_as_not_in_force_and_the_fix_works() {
    let text = r#"{"permissions": {"deny": ["Read(./.env)"]}, "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": ["~/.claude/hooks/x.sh"]}]}}"#;
    let output = audit_text(".claude/settings.json", text, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("SET-2") && said(&output).contains("not in force"), "{}", said(&output));
    let fixed = audit_text(".claude/settings.json", text, &["--fix"]);
    assert!(fixed.status.success());
    let again = audit_text(".claude/settings.json", &String::from_utf8_lossy(&fixed.stdout), &[]);
    assert!(!said(&again).contains("SET-2"), "{}", said(&again));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row a rule: a table, not logic")]
fn each_rule_about_one_file_is_triggered_and_nearly_so() {
    let deny = r#""permissions": {"deny": ["Read(**/.env)"]}"#;
    let settings = |text: &str| (".claude/settings.json".to_string(), text.to_string());
    let rows = [
        ("SET-1", settings("{\"a\": 1,}"), settings("{\"a\": 1}")),
        ("SET-5", settings(r#"{"disableAllHooks": true}"#), settings(r#"{"disableAllHooks": false}"#)),
        ("SET-9", settings(r#"{"model": "a", "model": "b"}"#), settings(r#"{"model": "a"}"#)),
        (
            "PERM-1",
            settings(r#"{"permissions": {"allow": ["Bash(*)"]}}"#),
            settings(r#"{"permissions": {"allow": ["Bash(make *)"], "deny": ["Bash(*)"]}}"#),
        ),
        (
            "PERM-2",
            settings(r#"{"permissions": {"allow": ["Bash(python *)"]}}"#),
            settings(r#"{"permissions": {"allow": ["Bash(python manage.py test)"]}}"#),
        ),
        (
            "PERM-3",
            settings(r#"{"permissions": {"deny": ["Write(.env)"]}}"#),
            settings(r#"{"permissions": {"deny": ["Edit(.env)"]}}"#),
        ),
        (
            "PERM-4",
            settings(r#"{"permissions": {"deny": ["Read(/etc/passwd)"]}}"#),
            settings(r#"{"permissions": {"deny": ["Read(//etc/passwd)"]}}"#),
        ),
        (
            "PERM-5",
            settings(r#"{"permissions": {"allow": ["Read(.env)"]}}"#),
            settings(r#"{"permissions": {"allow": ["Read(src/keymap.ts)", "Bash(npm run dev:env)"]}}"#),
        ),
        ("PERM-6", settings("{}"), settings(&format!("{{{deny}}}"))),
        (
            "PERM-8",
            settings(r#"{"permissions": {"deny": ["bash(x)"]}}"#),
            settings(r#"{"permissions": {"deny": ["Bash(x)"]}}"#),
        ),
        (
            "MCP-9",
            settings(r#"{"enableAllProjectMcpServers": true}"#),
            settings(r#"{"enableAllProjectMcpServers": false}"#),
        ),
        (
            "HOOK-3",
            settings(
                r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": ".claude/hooks/x"}]}]}}"#,
            ),
            settings(
                r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PROJECT_DIR}/.claude/hooks/x"}]}]}}"#,
            ),
        ),
        (
            "HOOK-4",
            settings(
                r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "/x", "timeout": 5000}]}]}}"#,
            ),
            settings(
                r#"{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "/x", "timeout": 5}]}]}}"#,
            ),
        ),
        (
            "HOOK-5",
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "mcp__demo", "hooks": [{"type": "command", "command": "/x"}]}]}}"#,
            ),
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "mcp__demo__.*", "hooks": [{"type": "command", "command": "/x"}]}]}}"#,
            ),
        ),
        (
            "HOOK-8",
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "/x"}]}]}}"#,
            ),
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "/x", "onFailure": "block"}]}]}}"#,
            ),
        ),
        (
            "HOOK-10",
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "Edit|Write", "hooks": [{"type": "command", "command": "/x"}]}]}}"#,
            ),
            settings(
                r#"{"hooks": {"PreToolUse": [{"matcher": "Edit|Write|NotebookEdit", "hooks": [{"type": "command", "command": "/x"}]}]}}"#,
            ),
        ),
        (
            "MCP-5",
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"command": "npx", "args": ["-y", "pkg"]}}}"#.into(),
            ),
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"command": "npx", "args": ["-y", "pkg@1.2.3"]}}}"#.into(),
            ),
        ),
        (
            "MCP-7",
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"type": "http", "url": "http://example.com/mcp"}}}"#.into(),
            ),
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"type": "http", "url": "https://example.com/mcp"}}}"#.into(),
            ),
        ),
        (
            "MCP-8",
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"command": "bash", "args": ["-c", "server"]}}}"#.into(),
            ),
            (
                ".mcp.json".into(),
                r#"{"mcpServers": {"a": {"command": "npx", "args": ["pkg@1.2.3"]}}}"#.into(),
            ),
        ),
        (
            "MCP-10",
            (".mcp.json".into(), r#"{"servers": {}}"#.into()),
            (".mcp.json".into(), r#"{"mcpServers": {}}"#.into()),
        ),
        ("DOC-3", ("CLAUDE.md".into(), "word ".repeat(2000)), ("CLAUDE.md".into(), "word ".repeat(1000))),
        (
            "DOC-4",
            ("CLAUDE.md".into(), "<!-- governance: strict -->\nanything\n<!-- governance: end -->\n".into()),
            ("CLAUDE.md".into(), tiers::claude_md(Tier::Strict).into()),
        ),
    ];
    for (rule, (name, hit), (near_name, near)) in rows {
        let output = audit_text(&name, &hit, &["--format", "json"]);
        assert!(said(&output).contains(&format!("\"{rule}\"")), "{rule} is not triggered: {}", said(&output));
        let output = audit_text(&near_name, &near, &["--format", "json"]);
        assert!(
            !said(&output).contains(&format!("\"{rule}\"")),
            "{rule} on its near miss: {}",
            said(&output)
        );
    }
}

#[test]
fn every_form_of_output_is_well_formed() {
    let text = r#"{"permissions": {"allow": ["Bash(*)", "Read(.env)"]}}"#;
    for format in ["json", "sarif"] {
        let output = audit_text("settings.json", text, &["--format", format]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = if format == "json" { &value["findings"] } else { &value["runs"][0]["results"] };
        assert!(results.as_array().unwrap().len() >= 2, "{format}");
    }
    let github = said(&audit_text("settings.json", text, &["--format", "github"]));
    assert!(github.contains("::error file=settings.json,line=1,col="), "{github}");
    let junit = said(&audit_text("settings.json", text, &["--format", "junit"]));
    assert!(junit.contains("<testsuite ") && junit.trim_end().ends_with("</testsuite>"), "{junit}");
}

/// `hooks-config/` holds what `govern` generates; run `UPDATE=1 cargo test` to write it anew.
#[test]
fn generated_files_are_fresh() {
    let folder = root().join("hooks-config");
    let mut generated = vec![
        (folder.join("policy.schema.json"), format!("{:#}\n", schema())),
        (folder.join("policy.json"), format!("{:#}\n", reference())),
    ];
    for tier in Tier::ALL {
        generated.push((
            folder.join("tiers").join(tier.name()).join("settings.json"),
            format!("{:#}\n", tiers::settings(tier)),
        ));
    }
    for rule in govern::audit::RULES {
        generated.push((
            folder.join("audit-rules").join(format!("{}.md", rule.id)),
            govern::commands::audit::page(rule),
        ));
    }
    for (path, text) in generated {
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap_or_default(),
            text,
            "{} is stale; UPDATE=1 writes it",
            path.display()
        );
    }
}
