//! Permission rules against what the client did with them: our own recordings, and `../shared/oracle` where it is there.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::path::{Path, PathBuf};

use claude_config::permission::{Behavior, Call, Roots, Rule, denies};
use serde_json::Value;

const PROJECT: &str = "/tmp/w/project";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lines(file: &Path) -> Vec<Value> {
    #[expect(clippy::disallowed_methods, reason = "a test reads its fixture")]
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether the rule denies the subject: a path below the project or a command line.
fn denied(rule: &str, tool: &str, subject: &str) -> bool {
    let roots = Roots { cwd: Path::new(PROJECT), home: Path::new("/tmp/w/home"), source: Path::new(PROJECT) };
    let Ok(rule) = Rule::parse(&rule.replace("{ABS}", PROJECT), Behavior::Deny) else { return false };
    let path = format!("{PROJECT}/{subject}");
    let command = subject.replace("{ABS}", PROJECT);
    let call = match tool {
        "Read" => Call::Read { path: &path },
        "Edit" => Call::Edit { tool: "Edit", path: &path },
        _ => Call::Bash { command: &command },
    };
    denies(&rule, &call, &roots).is_some()
}

#[test]
fn our_recordings() {
    for (name, tool) in [("read", "Read"), ("bash", "Bash")] {
        let rows = lines(&root().join(format!("crates/claude-config/tests/recorded/{name}.jsonl")));
        let subjects = rows[0]["subjects"].as_array().unwrap();
        let mut wrong = Vec::new();
        for row in &rows[1..] {
            let rule = row["rule"].as_str().unwrap();
            for (key, wanted) in [("denied", true), ("free", false)] {
                for index in row[key].as_array().unwrap() {
                    let subject =
                        subjects[usize::try_from(index.as_u64().unwrap()).unwrap()].as_str().unwrap();
                    if denied(rule, tool, subject) != wanted {
                        wrong.push(format!("{rule} on {subject:?}: the client says {wanted}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{name}: {} differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn shared_oracle() {
    let folder = root().join("../shared/oracle");
    if !folder.is_dir() {
        eprintln!("skipped: no ../shared");
        return;
    }
    let (mut checked, mut wrong) = (0, Vec::new());
    for (name, tool) in [("oracle_read", "Read"), ("oracle_edit", "Edit"), ("oracle_bash", "Bash")] {
        for row in lines(&folder.join(format!("{name}.jsonl"))) {
            let rule = row["rule"].as_str().unwrap();
            for (subject, outcome) in row["outcomes"].as_object().unwrap() {
                let outcome = outcome.as_str().unwrap();
                let removed = outcome.contains("No such tool available");
                // Any other error refused the call for another reason than the rule.
                if outcome.starts_with("ERR") && !removed {
                    continue;
                }
                checked += 1;
                let wanted = removed || outcome == "DENY";
                if denied(rule, tool, subject) != wanted {
                    wrong.push(format!("{rule} on {subject:?}: the client says {outcome}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked} differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{checked} outcomes reproduced");
}
