//! Everything a person or the model is told, over every behaviour row: who speaks and by which rule, what happened, a way
//! on, one line, and for a denial the exact command that lets it through.
//!
//! `MESSAGES=1 cargo test -p governance-tests --test messages -- --nocapture` prints each message once, to be read.

use std::collections::BTreeMap;
use std::fs;

use govern::registry::REGISTRY;
use governance_tests::{cases, root};
use hook_core::{Considered, Hook, Verdict};
use serde_json::Value;

/// The longest message, in characters: what a person reads before doing something about it.
const LONGEST: usize = 900;

/// Words by which a message says what to do: one of them stands in every reason.
const WAYS_ON: &[&str] = &[
    "Instead:",
    "instead",
    "sk the user",
    "he user",
    "person",
    "Retry in",
    "govern ",
    "Write it",
    "Take it out",
    "Change only",
    "retype it",
    "start a new session",
    "Start a new session",
    "data, not",
];

fn rows(hook: &Hook) -> Vec<Value> {
    let mut rows = Vec::new();
    let folder = root().join("tests/corpus").join(hook.name);
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "jsonl"))
    {
        let text = fs::read_to_string(entry.path()).unwrap();
        rows.extend(text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
            serde_json::from_str::<Value>(line)
                .unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()))
        }));
    }
    rows
}

/// What is wrong with the wording of an answer.
fn faults(hook: &Hook, considered: &Considered) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: &str, text: &str| faults.push(format!("{what}: {text}"));
    let applied = &considered.applied;
    let told = [&applied.user, &applied.model];
    if let Some(reason) = applied.verdict.reason() {
        let text = reason.text();
        if !text.starts_with(&format!("{}, rule {}: ", hook.name, reason.rule())) {
            fault("does not say who speaks by which rule", text);
        }
        if text.contains('\n') {
            fault("is more than one line", text);
        }
        if !WAYS_ON.iter().any(|way| text.contains(way)) {
            fault("shows no way on", text);
        }
        let command = format!("govern allow {} {}", hook.name, reason.rule());
        let appeal = applied.user.as_deref().unwrap_or_default();
        let is_final = matches!(reason.rule(), "session-holds-secret" | "audit-log-unavailable");
        if matches!(applied.verdict, Verdict::Deny(_))
            && considered.call.is_some()
            && !is_final
            && !appeal.contains(&command)
        {
            fault("does not tell the command that lets it through", text);
        }
        if text.contains("govern allow") {
            fault("tells the model how to approve itself", text);
        }
    }
    for text in told.into_iter().flatten() {
        if !text.starts_with(&format!("{}: ", hook.name)) {
            fault("does not say who speaks", text);
        }
    }
    let reason = applied.verdict.reason().map(|reason| reason.text().to_string());
    for text in reason.iter().chain(told.into_iter().flatten()) {
        if text.chars().count() > LONGEST {
            fault("is too long", text);
        }
        if text.contains("  ") {
            fault("has a gap", text);
        }
        let end = text.trim_end().chars().last();
        if !matches!(end, Some('.' | ')' | '"' | '`')) && !text.ends_with("--reason WHY") {
            fault("ends without a stop", text);
        }
    }
    faults
}

#[test]
fn every_message_speaks_with_one_voice() {
    let mut faults_found = Vec::new();
    let mut shown: BTreeMap<(String, String, String), String> = BTreeMap::new();
    let mut messages = 0;
    for hook in REGISTRY.iter().map(|row| row.hook) {
        for row in rows(hook) {
            // Rows about broken input are for `corpus_rows`.
            let Ok((event, considered)) = cases::considered(hook, &row) else { continue };
            if considered.applied.is_silent() {
                continue;
            }
            messages += 1;
            let faults = faults(hook, &considered);
            faults_found
                .extend(faults.into_iter().map(|fault| format!("{} {}: {fault}", hook.name, row["id"])));
            let applied = &considered.applied;
            let rule = cases::rules(applied).first().map_or("-", |rule| rule).to_string();
            let text = format!(
                "{}\n    user: {}\n    model: {}",
                applied.verdict.reason().map_or("-", hook_core::Reason::text),
                applied.user.as_deref().unwrap_or("-"),
                applied.model.as_deref().unwrap_or("-")
            );
            let key = (hook.name.to_string(), format!("{} {}", event.name(), applied.name()), rule);
            shown.entry(key).or_insert(text);
        }
    }
    if std::env::var_os("MESSAGES").is_some() {
        for ((hook, what, rule), text) in &shown {
            println!("{hook} {what} {rule}\n    {text}");
        }
    }
    assert!(messages > 300, "only {messages} messages were looked at");
    faults_found.sort();
    assert!(
        faults_found.is_empty(),
        "{} faults, such as\n{}",
        faults_found.len(),
        faults_found[..faults_found.len().min(25)].join("\n")
    );
}
