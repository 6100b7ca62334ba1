//! Path rules against what the client did with them.

use std::path::Path;

use claude_config::permission::{Behavior, Call, Roots, Rule, denies};

#[test]
fn x() {
    let mut bad = 0;
    let mut n = 0;
    for (file, tool) in [
        ("/work/shared/oracle/oracle_read.jsonl", "Read"),
        ("/work/shared/oracle/oracle_edit.jsonl", "Edit"),
        ("/tmp/cfg/read_rec.jsonl", "Read"),
    ] {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = row["rule"].as_str().unwrap().replace("{ABS}", "/w/project");
            let roots = Roots {
                cwd: Path::new("/w/project"),
                home: Path::new("/w/home"),
                source: Path::new("/w/project"),
            };
            let rule = Rule::parse(&text, Behavior::Deny);
            for (path, outcome) in row["outcomes"].as_object().unwrap() {
                let outcome = outcome.as_str().unwrap();
                let want =
                    outcome.starts_with("DENY") || outcome.contains("No such tool") || outcome == "GONE";
                if outcome.starts_with("ERR") && !want {
                    continue;
                }
                let full = format!("/w/project/{path}");
                let call = if tool == "Read" {
                    Call::Read { path: &full }
                } else {
                    Call::Edit { tool: "Edit", path: &full }
                };
                let got = rule.as_ref().is_ok_and(|rule| denies(rule, &call, &roots).is_some());
                n += 1;
                if got != want {
                    bad += 1;
                    eprintln!("{text} {path}: client {outcome}, we {got}");
                }
            }
        }
    }
    eprintln!("{n} checked, {bad} differ");
    assert_eq!(bad, 0);
}
