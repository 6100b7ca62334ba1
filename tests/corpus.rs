//! Every behaviour row through its hook's `decide`; every rule has a hit and a near miss.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use govern::registry::REGISTRY;
use governance_tests::{cases, root};
use serde_json::Value;

#[test]
fn every_row_is_answered_as_expected() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for registered in REGISTRY {
        for (place, row) in read_rows(registered.hook.name) {
            rows += 1;
            if let Err(problem) = cases::check(registered.hook, &row) {
                wrong.push(format!("{place} {}: {problem}", row["id"]));
            }
        }
    }
    assert!(rows > 0 || REGISTRY.is_empty(), "no rows under tests/corpus");
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_a_hit_and_a_near_miss() {
    let mut missing = Vec::new();
    for registered in REGISTRY {
        let rows = read_rows(registered.hook.name);
        let named = |key: &str| -> BTreeSet<&str> {
            rows.iter().filter_map(|(_, row)| row.get(key).and_then(Value::as_str)).collect()
        };
        let (hits, near) = (named("rule"), named("near"));
        let known: BTreeSet<&str> = (registered.rules)().into_iter().collect();
        for rule in &known {
            if !hits.contains(rule) {
                missing.push(format!("{}: {rule} has no hit", registered.hook.name));
            }
            if !near.contains(rule) {
                missing.push(format!("{}: {rule} has no near miss", registered.hook.name));
            }
        }
        for rule in hits.union(&near).filter(|rule| !known.contains(*rule)) {
            missing.push(format!("{}: {rule} is in the corpus and not in the table", registered.hook.name));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn ids_are_unique() {
    for registered in REGISTRY {
        let mut seen = BTreeSet::new();
        for (place, row) in read_rows(registered.hook.name) {
            assert!(seen.insert(row["id"].to_string()), "{place}: id {} is used twice", row["id"]);
        }
    }
}

/// The rows of a hook, each with its file and line.
fn read_rows(hook: &str) -> Vec<(String, Value)> {
    let folder = root().join("tests/corpus").join(hook);
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        let text = fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{}:{}", file.file_name().unwrap().to_string_lossy(), number + 1);
            rows.push((
                place.clone(),
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}")),
            ));
        }
    }
    rows
}
