//! The tiers against each other, in effect: whatever a tier stops, each higher one stops too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use claude_config::permission::{Behavior, Call, Roots, Rule, denies};
use govern::tiers::settings;
use governance_tests::root;
use hook_core::Tier;
use serde_json::Value;

const PROJECT: &str = "/tmp/w/project";

/// What becomes of a call, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Free,
    Asked,
    Denied,
}

fn rules(tier: Tier, behavior: Behavior) -> Vec<Rule> {
    let settings = settings(tier);
    let list = settings["permissions"][behavior.as_str()].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|rule| {
            let text = rule.as_str().expect("a rule is text");
            Rule::parse(text, behavior).unwrap_or_else(|error| panic!("{tier} {text}: {}", error.as_str()))
        })
        .collect()
}

fn effect(deny: &[Rule], ask: &[Rule], call: &Call<'_>) -> Effect {
    let roots = Roots { cwd: Path::new(PROJECT), home: Path::new("/tmp/w/home"), source: Path::new(PROJECT) };
    let any = |rules: &[Rule]| rules.iter().any(|rule| denies(rule, call, &roots).is_some());
    match (any(deny), any(ask)) {
        (true, _) => Effect::Denied,
        (false, true) => Effect::Asked,
        (false, false) => Effect::Free,
    }
}

/// Paths and commands the client was asked about: our recordings, and the larger ones where they stand beside the project.
fn subjects() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut paths, mut commands) = (BTreeSet::new(), BTreeSet::new());
    let lines = |file: &Path| -> Vec<Value> {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let recorded = root().join("crates/claude-config/tests/recorded");
    for (name, into) in [("read", &mut paths), ("bash", &mut commands)] {
        let first = lines(&recorded.join(format!("{name}.jsonl"))).into_iter().next().expect("a first row");
        let subjects = first["subjects"].as_array().cloned().expect("subjects");
        into.extend(subjects.iter().filter_map(|subject| subject.as_str().map(str::to_owned)));
    }
    let oracle = root().join("../shared/oracle");
    for name in ["read", "edit", "bash"] {
        let into = if name == "bash" { &mut commands } else { &mut paths };
        for row in lines(&oracle.join(format!("oracle_{name}.jsonl"))) {
            into.extend(
                row["outcomes"].as_object().into_iter().flatten().map(|(subject, _)| subject.clone()),
            );
        }
    }
    assert!(paths.len() > 20 && commands.len() > 20, "{} paths, {} commands", paths.len(), commands.len());
    (paths, commands)
}

#[test]
fn a_higher_tier_stops_at_least_what_a_lower_one_stops() {
    let (paths, commands) = subjects();
    let tiers: Vec<_> = Tier::ALL
        .map(|tier| (tier, rules(tier, Behavior::Deny), rules(tier, Behavior::Ask)))
        .into_iter()
        .collect();
    let mut stricter = vec![0; tiers.len()];
    let mut compare = |what: &str, call: &Call<'_>| {
        let effects: Vec<Effect> = tiers.iter().map(|(_, deny, ask)| effect(deny, ask, call)).collect();
        for (index, pair) in effects.windows(2).enumerate() {
            assert!(
                pair[0] <= pair[1],
                "{what}: {} in {}, {} above",
                name(pair[0]),
                tiers[index].0,
                name(pair[1])
            );
            stricter[index + 1] += usize::from(pair[0] < pair[1]);
        }
    };
    for path in &paths {
        let whole = if path.starts_with(['/', '~']) { path.clone() } else { format!("{PROJECT}/{path}") };
        compare(&format!("Read {path}"), &Call::Read { path: &whole });
        compare(&format!("Edit {path}"), &Call::Edit { tool: "Edit", path: &whole });
    }
    for command in &commands {
        compare(&format!("Bash {command}"), &Call::Bash { command });
    }
    assert!(stricter[1..].iter().all(|count| *count > 0), "a tier adds nothing: {stricter:?}");
}

fn name(effect: Effect) -> &'static str {
    match effect {
        Effect::Free => "free",
        Effect::Asked => "asked",
        Effect::Denied => "denied",
    }
}

/// A higher tier's switches are at least as strict, too.
#[test]
fn a_higher_tier_keeps_the_switches_of_a_lower_one() {
    for pair in Tier::ALL.windows(2) {
        let (lower, higher) = (settings(pair[0]), settings(pair[1]));
        for key in ["disableBypassPermissionsMode", "disableAutoMode"] {
            let of = |settings: &Value| settings["permissions"][key].as_str().map(str::to_owned);
            assert!(of(&lower).is_none() || of(&lower) == of(&higher), "{key} of {}", pair[1]);
        }
        for key in ["enableAllProjectMcpServers", "cleanupPeriodDays"] {
            assert!(lower[key].is_null() || !higher[key].is_null(), "{key} of {}", pair[1]);
        }
    }
}
