//! From a repository under the regulated tier, with sessions of the real client: one command makes the report, one the
//! bundle, and every figure is what the log holds.

use std::fs;
use std::process::{Command, Output};

use governance_tests::client::{Client, VERSION};
use governance_tests::model::{Model, bash, tool};
use governance_tests::{bin, recount};
use hook_core::Tier;
use serde_json::{Value, json};

fn govern(client: &Client, arguments: &[&str]) -> Output {
    Command::new(bin("govern"))
        .args(arguments)
        .current_dir(client.project())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", client.home())
        .env("USER", "tester")
        .output()
        .expect("govern runs")
}

fn ok(client: &Client, arguments: &[&str]) -> String {
    let output = govern(client, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn git(client: &Client, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=tester", "-c", "user.email=tester@example.com"])
        .args(arguments)
        .current_dir(client.project())
        .output()
        .expect("git runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Two sessions: files read and written, commands run and refused.
fn sessions(client: &Client) {
    client.file("src/a.rs", "fn main() {}\n");
    let path = |name: &str| client.project().join(name).to_string_lossy().into_owned();
    let first = vec![
        vec![tool("Read", json!({"file_path": path("src/a.rs")}))],
        vec![bash("echo one")],
        // Refused by a rule; harmless if it ran: the folder is not there.
        vec![bash(&format!("rm -rf {}/.claude", client.home().join("nothing").display()))],
        vec![tool("Write", json!({"file_path": path("notes.md"), "content": "hello\n"}))],
    ];
    let second = vec![
        vec![bash("echo one"), bash("echo two")],
        vec![tool("Read", json!({"file_path": path("src/a.rs")}))],
    ];
    for script in [first, second] {
        let model = Model::start(script);
        let ran = client.run("go", &model, &[]);
        assert!(!model.bodies().is_empty(), "no request was made: {} {}", ran.stdout, ran.stderr);
    }
}

#[test]
fn one_command_makes_the_report_and_one_the_bundle() {
    let Some(client) = Client::new(VERSION) else { return };
    let answers =
        ["--organization", "Acme", "--owner", "Olga", "--security-contact", "security@acme.example"];
    ok(&client, &[&["init", "regulated", "--yes"], &answers[..]].concat());
    client.install(Tier::Regulated);
    ok(&client, &["charter", "ack"]);
    git(&client, &["init", "--quiet"]);
    git(&client, &["add", "-A"]);
    git(&client, &["commit", "--quiet", "-m", "Bring the repository under governance"]);
    sessions(&client);

    let report: Value = serde_json::from_str(&ok(&client, &["report", "--format", "json"])).expect("JSON");
    let period = |key: &str| report["period"][key].as_str().expect("a time");
    let (since, until, log) = (period("since"), period("until"), client.state().join("log"));
    let records = recount::records(&log, since, until);
    assert_eq!(records.len(), client.records().len(), "the report covers every record");
    recount::compare(&report, &records);

    // What the sessions did is there.
    let figures = &report["figures"];
    assert_eq!(figures["sessions"], 2);
    let read =
        recount::count(&records, "path", |record| record["operation"] == "read" && record["outcome"] == "ok");
    assert_eq!(read.len(), 1, "{read:?}");
    assert_eq!(figures["files_read"]["top"][0]["count"], 2);
    assert_eq!(figures["commands"]["top"][0], json!({"what": "echo one", "count": 2}));
    assert!(figures["refusals"].as_array().is_some_and(|rows| !rows.is_empty()), "the deletion was refused");

    // The whole of it: in force, verified, complete, mature.
    let hooks = report["controls"]["hooks"].as_array().expect("a list");
    assert!(hooks.iter().all(|hook| hook["in_force"] == true), "{hooks:?}");
    assert_eq!(report["log"]["intact"], true);
    assert_eq!(report["coverage"]["known"], true, "{}", report["coverage"]);
    assert_eq!(report["coverage"]["sessions"], 2);
    assert_eq!(report["coverage"]["calls_not_recorded"], 0, "{}", report["coverage"]["missing"]);
    assert_eq!(report["coverage"]["calls"], 7);
    assert_eq!(report["maturity"]["level"], "Compliant", "{}", report["maturity"]["missing"]);
    assert_eq!(report["charter"]["acknowledged"], 1);

    let bundle = client.home().join("bundle");
    let made = ok(&client, &["evidence", "--framework", "soc2", "--out", &bundle.to_string_lossy()]);
    assert!(made.contains("7 controls"), "{made}");
    let inside: Value =
        serde_json::from_str(&fs::read_to_string(bundle.join("report.json")).expect("a report"))
            .expect("JSON");
    assert_eq!(inside["figures"]["commands"], report["figures"]["commands"]);
    let controls: Value =
        serde_json::from_str(&fs::read_to_string(bundle.join("controls.json")).expect("controls"))
            .expect("JSON");
    for control in controls["controls"].as_array().expect("a list") {
        for artefact in
            control["artefacts"].as_array().expect("a list").iter().filter(|row| row["in_bundle"].is_string())
        {
            assert!(artefact["commit"].as_str().is_some_and(|commit| commit.len() == 40), "{artefact}");
        }
    }
    let index = fs::read_to_string(bundle.join("log/records.txt")).expect("an index");
    assert_eq!(index.lines().count(), client.records().len());
    ok(&client, &["evidence", "check", &bundle.to_string_lossy()]);

    // The client's own transcripts give the same answer as the log.
    let ask = |from: &str| {
        let said = ok(&client, &["monitor", "commands", "--from", from, "--format", "json"]);
        let rows: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let mut commands: Vec<String> =
            rows.iter().filter_map(|row| row["what"].as_str()).map(str::to_owned).collect();
        commands.sort();
        commands
    };
    let (log, transcripts) = (ask("log"), ask("transcripts"));
    assert!(log.len() >= 3, "{log:?}");
    assert!(log.iter().all(|command| transcripts.contains(command)), "{log:?} {transcripts:?}");
}
