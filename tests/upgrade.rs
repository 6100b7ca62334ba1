//! `govern upgrade` as a person uses it: another tier, a newer template, and what a team changed in between.

use std::fs;
use std::path::Path;
use std::process::Output;

use governance_tests::said;
use serde_json::Value;

fn govern(folder: &Path, arguments: &[&str]) -> Output {
    governance_tests::govern(folder, folder).args(arguments).output().expect("govern runs")
}

fn deny(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join(".claude/settings.json")).expect("settings");
    let settings: Value = serde_json::from_str(&text).expect("JSON");
    let rules = settings["permissions"]["deny"].as_array().cloned().unwrap_or_default();
    rules.iter().filter_map(|rule| rule.as_str().map(str::to_string)).collect()
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a file of the tier");
    assert!(text.contains(from), "{}: no {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("a file of the tier");
}

#[test]
fn what_the_team_changed_survives_another_tier() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(govern(root, &["init", "standard", "--yes", "--organization", "Acme"]).status.success());
    change(&root.join(".claude/settings.json"), "\"Bash(printenv*)\",", "\"Read(private/**)\",");
    change(&root.join("docs/ai-usage-charter.md"), "- Test generation", "- Test generation, always");
    change(&root.join(".github/workflows/ai-governance.yml"), "timeout-minutes: 15", "timeout-minutes: 5");
    let before = fs::read_to_string(root.join("CLAUDE.md")).unwrap();
    fs::write(root.join("CLAUDE.md"), format!("# Ours\n\n{before}")).unwrap();

    let upgraded = govern(root, &["upgrade", "strict"]);
    assert_eq!(upgraded.status.code(), Some(1), "a departure is told: {}", said(&upgraded));
    assert!(said(&upgraded).contains("permissions.deny: Bash(printenv*)"), "{}", said(&upgraded));
    let rules = deny(root);
    assert!(rules.contains(&"Read(private/**)".into()) && rules.contains(&"Bash(npm install *)".into()));
    assert!(!rules.contains(&"Bash(printenv*)".into()));
    let workflow = fs::read_to_string(root.join(".github/workflows/ai-governance.yml")).unwrap();
    assert!(
        workflow.contains("timeout-minutes: 5") && workflow.contains("minimum-tier: \"strict\""),
        "{workflow}"
    );
    let charter = fs::read_to_string(root.join("docs/ai-usage-charter.md")).unwrap();
    assert!(charter.contains("Test generation, always") && charter.contains("Acme"));
    let claude_md = fs::read_to_string(root.join("CLAUDE.md")).unwrap();
    assert!(claude_md.starts_with("# Ours\n") && claude_md.contains("Security Posture: STRICT"));
    assert_eq!(claude_md.matches("<!-- governance: end -->").count(), 1);

    let again = govern(root, &["upgrade"]);
    assert_eq!(again.status.code(), Some(1), "it still departs: {}", said(&again));
    assert!(said(&again).contains("Nothing to change"), "{}", said(&again));
    assert!(govern(root, &["init", "strict", "--yes"]).status.success());
    assert!(deny(root).contains(&"Bash(printenv*)".into()), "init puts the tier's rules back");
    assert!(govern(root, &["upgrade"]).status.success());
}

#[test]
fn what_an_earlier_version_wrote_and_this_one_does_not_goes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(govern(root, &["init", "starter", "--yes"]).status.success());
    // As if an earlier version had had one rule more, and another sentence in a template.
    for file in [".claude/settings.json", ".claude/governance-base.json"] {
        change(
            &root.join(file),
            "\"Read(./.env)\",",
            "\"Read(./.env)\",\n        \"Read(./once-denied/**)\",",
        );
    }
    change(&root.join(".github/pull_request_template.md"), "## What and why", "## What");
    change(&root.join(".claude/governance-base.json"), "## What and why", "## What");
    let upgraded = govern(root, &["upgrade", "--dry-run"]);
    assert!(said(&upgraded).contains("-        \"Read(./once-denied/**)\",\n"), "{}", said(&upgraded));
    let upgraded = govern(root, &["upgrade"]);
    assert!(upgraded.status.success(), "{}", said(&upgraded));
    assert!(!deny(root).contains(&"Read(./once-denied/**)".into()));
    let template = fs::read_to_string(root.join(".github/pull_request_template.md")).unwrap();
    assert!(template.starts_with("## What and why"), "{template}");
    assert!(said(&govern(root, &["upgrade"])).contains("Nothing to change"));
}

#[test]
fn a_conflict_keeps_the_teams_text_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(govern(root, &["init", "starter", "--yes"]).status.success());
    change(&root.join(".github/pull_request_template.md"), "## What and why", "## Why, ours");
    change(&root.join(".claude/governance-base.json"), "## What and why", "## What, earlier");
    let upgraded = govern(root, &["upgrade"]);
    assert_eq!(upgraded.status.code(), Some(1));
    assert!(said(&upgraded).contains("pull_request_template.md: you and the tier changed the same lines"));
    let template = fs::read_to_string(root.join(".github/pull_request_template.md")).unwrap();
    assert!(template.starts_with("## Why, ours"), "{template}");
    let shown = govern(root, &["tier", "template", ".github/pull_request_template.md"]);
    assert!(said(&shown).starts_with("## What and why"));
}

#[test]
fn without_a_base_it_says_what_to_run_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = govern(folder.path(), &["upgrade"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("govern init TIER"), "{}", said(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
