//! Trying before enforcing, in the real client: `observe` changes nothing and records everything, `enforce` blocks exactly
//! what was announced, `replay` over the transcripts says the same, the kill switch and exceptions do what they say.
//!
//! Every command here is harmless if it runs: the project is a fresh temporary folder without a remote.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use governance_tests::client::{Client, VERSION};
use governance_tests::model::{Block, Model, bash, tool};
use governance_tests::said;
use hook_core::Tier;
use hook_core::policy::HOOK_NAMES;
use serde_json::{Value, json};

/// A key of the right form that is nobody's; in two halves, so that this file holds none.
fn key() -> String {
    ["AKIA", "Z7Q2M4KX", "W6JB3NTP"].concat()
}

fn govern(client: &Client, arguments: &[&str]) -> Output {
    Command::new(governance_tests::bin("govern"))
        .args(arguments)
        .env_clear()
        .env("HOME", client.home())
        .env("USER", "tester")
        .current_dir(client.project())
        .output()
        .unwrap()
}

/// Changes the user's policy.
fn change_policy(client: &Client, change: impl FnOnce(&mut Value)) {
    let file = client.home().join(".claude/governance/policy.json");
    let mut policy: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut policy);
    fs::write(&file, policy.to_string()).unwrap();
}

/// A client with the strict tier's hooks, all in one mode; the second deletion in a session is one too many.
fn client(mode: &str) -> Option<Client> {
    let client = Client::new(VERSION)?;
    client.install(Tier::Strict);
    change_policy(&client, |policy| {
        for hook in HOOK_NAMES {
            policy["hooks"][hook] = json!({ "mode": mode });
        }
        policy["hooks"]["velocity-governor"]["delete_calls"] = 1.into();
        policy["hooks"]["velocity-governor"]["window_seconds"] = 1_000_000.into();
    });
    client.file("config.txt", &format!("region = eu\nid = {}\n", key()));
    client.file("CLAUDE.md", "Be brief.\n");
    Some(client)
}

/// Something of everything: quiet calls, calls for four hooks, parallel ones, invalid ones, a subagent, and at last an
/// output that ends the session.
fn script(client: &Client) -> Vec<Vec<Block>> {
    let path = |name: &str| client.project().join(name).to_string_lossy().into_owned();
    let write =
        |name: &str, content: &str| tool("Write", json!({ "file_path": path(name), "content": content }));
    let read = |name: &str| tool("Read", json!({ "file_path": path(name) }));
    vec![
        // First, so that word of its end, which counts as a prompt, comes before the session's.
        vec![tool(
            "Agent",
            json!({ "description": "d", "prompt": "SUBAGENT", "subagent_type": "general-purpose" }),
        )],
        vec![bash("echo quiet"), read("CLAUDE.md")],
        vec![bash("git push --force origin main"), read("CLAUDE.md")],
        vec![read("config.txt")],
        vec![tool("Glob", json!({ "pattern": "*" })), bash("exit 3")],
        vec![tool("Edit", json!({ "file_path": path("none.md"), "old_string": "a", "new_string": "b" }))],
        vec![write(".claude/hooks/own.sh", "true\n")],
        vec![write("notes.txt", &format!("the id is {}\n", key()))],
        vec![bash("rm -f none-1.txt")],
        vec![bash("rm -f none-2.txt")],
        vec![bash("cat config.txt; exit 3")],
    ]
}

/// A decision, as the log and a replay both tell it: event, call, hook, decision, rule.
type Verdict = (String, String, String, String, String);

fn live(client: &Client) -> Vec<Verdict> {
    let text = |record: &Value, key: &str| record[key].as_str().unwrap_or_default().to_string();
    let verdict = |record: &Value| {
        let first = record["findings"][0]["rule"].as_str().unwrap_or("-");
        let rule = record["rule"].as_str().unwrap_or(first).to_string();
        let part = |key| text(record, key);
        (part("event"), part("tool_use"), part("hook"), part("decision"), rule)
    };
    let records = client.records();
    records.iter().filter(|record| record["type"] == "decision").map(verdict).collect()
}

fn replayed(client: &Client) -> Vec<Verdict> {
    let output = govern(client, &["replay", "--each", "--json"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let part = |key: &str| row[key].as_str().unwrap_or_default().to_string();
        (part("event"), part("tool_use"), part("hook"), part("decision"), part("rule"))
    };
    rows.lines().map(row).collect()
}

fn sorted(mut verdicts: Vec<Verdict>) -> Vec<Verdict> {
    verdicts.sort();
    verdicts
}

/// What of these verdicts stops or changes something, the first for each call: what follows a call that is denied would
/// not have happened.
fn blocking(verdicts: &[Verdict]) -> BTreeSet<(String, String, String, String)> {
    let mut calls = BTreeSet::new();
    let mut blocking = BTreeSet::new();
    for (event, call, hook, decision, rule) in verdicts {
        if !matches!(decision.as_str(), "deny" | "ask" | "stop" | "rewrite") {
            continue;
        }
        if call.is_empty() || calls.insert(call) {
            let what = if call.is_empty() { event } else { call };
            blocking.insert((what.clone(), hook.clone(), decision.clone(), rule.clone()));
        }
    }
    blocking
}

#[test]
fn enforce_blocks_exactly_what_observe_announced_and_replay_says_the_same() {
    let (Some(observing), Some(enforcing)) = (client("observe"), client("enforce")) else { return };
    // Without any hook, to see that observing changes nothing.
    let bare = Client::new(VERSION).unwrap();
    for name in ["config.txt", "CLAUDE.md"] {
        bare.file(name, &fs::read_to_string(observing.project().join(name)).unwrap());
    }
    let seen = |client: &Client| {
        let model = Model::start(script(client));
        client.run("go", &model, &[]);
        let project = client.project().to_string_lossy().into_owned();
        let results = model.tool_results().into_iter().filter(|text| !text.contains("agentId"));
        let mut results: Vec<_> = results.map(|text| text.replace(&project, "PROJECT")).collect();
        // Calls that run side by side, a subagent's among them, come back in any order.
        results.sort();
        results
    };
    let (without, observed, enforced) = (seen(&bare), seen(&observing), seen(&enforcing));
    assert_eq!(observed, without, "observe changed what the model got");
    assert!(observing.project().join("notes.txt").is_file());
    assert!(!enforcing.project().join("notes.txt").exists());
    assert!(!enforced.join("").contains(&key()));

    let (announced, blocked) = (live(&observing), live(&enforcing));
    assert_eq!(blocking(&announced), blocking(&blocked));
    let rules: BTreeSet<String> = blocking(&blocked).into_iter().map(|(_, _, _, rule)| rule).collect();
    let wanted = ["aws-access-key", "git-force-push", "governance-files", "rate-delete"];
    assert_eq!(rules, wanted.map(String::from).into(), "{blocked:?}");
    let modes = observing.records();
    assert!(
        modes.iter().filter(|record| record["type"] == "decision").all(|record| record["mode"] == "observe")
    );

    assert_eq!(sorted(replayed(&observing)), sorted(announced), "replay of the observed session");
    assert_eq!(sorted(replayed(&enforcing)), sorted(blocked), "replay of the enforced session");
}

/// The log holds no contents and no outputs; what it holds is judged as it was.
#[test]
fn replay_over_the_log_says_what_was_decided_about_commands_and_paths() {
    let Some(client) = client("enforce") else { return };
    let model = Model::start(vec![
        vec![bash("git push --force origin main")],
        vec![bash("rm -f none-1.txt")],
        vec![bash("rm -f none-2.txt")],
    ]);
    client.run("go", &model, &[]);
    let output = govern(&client, &["replay", "--ledger", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let totals: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = totals["verdicts"].as_array().unwrap();
    let denied: Vec<_> = rows.iter().filter(|row| row["verdict"] == "deny").collect();
    assert_eq!(denied.len(), 2, "{totals:#}");
    assert!(denied.iter().all(|row| row["times"] == 1 && row["then"] == 1), "{totals:#}");
}

#[test]
fn the_kill_switch_stops_the_next_call() {
    let Some(client) = client("enforce") else { return };
    let model = Model::start(vec![vec![bash("touch one; sleep 4")], vec![bash("touch two")]]);
    let stopped = std::thread::scope(|scope| {
        let run = scope.spawn(|| client.run("go", &model, &[]));
        let started = Instant::now();
        while !client.project().join("one").exists() && started.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let stopped = govern(&client, &["stop", "--all", "--why", "the wrong branch"]);
        run.join().unwrap();
        stopped
    });
    assert!(stopped.status.success(), "{}", said(&stopped));
    assert!(client.project().join("one").exists() && !client.project().join("two").exists());
    assert!(model.seen().contains("the wrong branch"), "{}", model.seen());
    assert!(govern(&client, &["resume", "--all"]).status.success());
    let model = Model::start(vec![vec![bash("touch three")]]);
    client.run("go", &model, &[]);
    assert!(client.project().join("three").exists());
}

#[test]
fn an_exception_lets_its_scope_through_until_it_ends_and_an_approval_one_call() {
    let Some(client) = client("enforce") else { return };
    let (main, other) = ("git push --force origin main", "git push --force origin other");
    let is_refused = |text: &String| text.contains("git-force-push");
    let run = |turns: Vec<Vec<Block>>| {
        let model = Model::start(turns);
        client.run("go", &model, &[]);
        let results = model.tool_results();
        let refused = results.iter().filter(|text| is_refused(text)).count();
        (refused, results)
    };
    let (refused, results) = run(vec![vec![bash(main)]]);
    assert_eq!(refused, 1, "{results:?}");
    let records = client.records();
    let tag = records.iter().find_map(|record| record["call"].as_str()).unwrap().to_string();
    let rule = ["allow", "dangerous-actions-blocker", "git-force-push"];

    let exception = ["--fingerprint", &tag, "--reason", "a trial", "--approver", "ana", "--days", "1"];
    let allowed = govern(&client, &[&rule[..], &exception[..]].concat());
    assert!(allowed.status.success(), "{}", said(&allowed));
    let (refused, results) = run(vec![vec![bash(main)], vec![bash(other)]]);
    assert_eq!(refused, 1, "{results:?}");
    assert!(results.iter().any(|text| is_refused(text) && text.contains("origin other")), "{results:?}");

    change_policy(&client, |policy| policy["exceptions"][0]["expires"] = "2020-01-01".into());
    let (refused, results) = run(vec![vec![bash(main)]]);
    assert_eq!(refused, 1, "{results:?}");

    let approval = ["--once", &tag, "--reason", "agreed"];
    let allowed = govern(&client, &[&rule[..], &approval[..]].concat());
    assert!(allowed.status.success(), "{}", said(&allowed));
    // The same call twice at once: one runs (and fails, for want of a remote), the other is refused.
    let (refused, results) = run(vec![vec![bash(main), bash(main)]]);
    assert_eq!((refused, results.len()), (1, 2), "{results:?}");
}
