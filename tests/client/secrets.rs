//! Promise 1 in the real client: a planted secret appears in no request body, whatever way it takes.

use std::fs;

use governance_tests::client::{Client, OLDER_VERSION, VERSION};
use governance_tests::model::{Block, Model, bash, tool};
use hook_core::Tier;
use serde_json::json;

/// A key of the right form that is nobody's; in two halves, so that this file holds none.
fn key() -> String {
    ["AKIA", "Z7Q2M4KX", "W6JB3NTP"].concat()
}

fn planted(version: &str) -> Option<Client> {
    let client = Client::new(version)?;
    client.install(Tier::Standard);
    client.file("config.txt", &format!("region = eu\naws_access_key_id = {}\nend\n", key()));
    Some(client)
}

/// Runs a script and answers what the model saw; the secret must not be in it.
fn seen(client: &Client, script: Vec<Vec<Block>>) -> String {
    let model = Model::start(script);
    let ran = client.run("go", &model, &[]);
    let seen = model.seen();
    assert!(!model.bodies().is_empty(), "no request was made: {} {}", ran.stdout, ran.stderr);
    assert!(!seen.contains(&key()), "the secret reached the model");
    seen
}

fn read(client: &Client, name: &str) -> Block {
    tool("Read", json!({ "file_path": client.project().join(name).to_string_lossy() }))
}

/// Without the hooks the same session leaks, so the tests below can fail.
#[test]
fn without_hooks_the_secret_reaches_the_model() {
    let Some(client) = Client::new(VERSION) else { return };
    client.file("config.txt", &key());
    let model = Model::start(vec![vec![read(&client, "config.txt")]]);
    client.run("go", &model, &[]);
    assert!(model.seen().contains(&key()));
}

#[test]
fn a_read_file_is_redacted() {
    for version in [VERSION, OLDER_VERSION] {
        let Some(client) = planted(version) else { return };
        let seen = seen(&client, vec![vec![read(&client, "config.txt")]]);
        assert!(seen.contains("[REDACTED:") && seen.contains("region = eu"), "{version}: {seen}");
    }
}

#[test]
fn standard_output_and_standard_error_are_redacted() {
    let Some(client) = planted(VERSION) else { return };
    let seen = seen(&client, vec![vec![bash("cat config.txt")], vec![bash("cat config.txt >&2")]]);
    assert!(seen.matches("[REDACTED:").count() >= 2, "{seen}");
}

#[test]
fn a_failing_command_ends_the_loop_and_marks_the_session() {
    let Some(client) = planted(VERSION) else { return };
    let model = Model::start(vec![vec![bash("cat config.txt; exit 3")], vec![bash("echo next")]]);
    let ran = client.run("go", &model, &[]);
    assert!(!model.seen().contains(&key()));
    let session: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    // The session's history still holds the text, so its next prompt makes no request at all.
    let later = Model::start(vec![vec![bash("echo later")]]);
    let id = session["session_id"].as_str().unwrap();
    client.run("again", &later, &["--resume", id]);
    assert!(!later.seen().contains(&key()), "a resumed session leaked");
    let asked = later
        .bodies()
        .iter()
        .filter(|body| !body["tools"].as_array().cloned().unwrap_or_default().is_empty())
        .count();
    assert_eq!(asked, 0, "a marked session made a request");
}

#[test]
fn parallel_calls_are_redacted() {
    let Some(client) = planted(VERSION) else { return };
    client.file("other.txt", &format!("key = \"{}\"\n", key()));
    let script =
        vec![vec![read(&client, "config.txt"), read(&client, "other.txt"), bash("cat config.txt other.txt")]];
    let seen = seen(&client, script);
    assert!(seen.matches("[REDACTED:").count() >= 3, "{seen}");
}

#[test]
fn a_large_output_is_redacted() {
    let Some(client) = planted(VERSION) else { return };
    let line = "one line of an ordinary log file that says nothing of interest at all\n";
    client.file("large.log", &format!("{}{}\n{}", line.repeat(20), key(), line.repeat(3000)));
    seen(&client, vec![vec![bash("cat large.log")]]);
}

#[test]
fn a_private_key_block_is_redacted() {
    let Some(client) = planted(VERSION) else { return };
    // Any base64 will do for the form; the label is put together so that this file holds no key.
    let body = "MIIEowIBAAKCAQEAq7Zr1kYb3VtN8sWc5uXf2LhJ0mPzRdGi6TaQeYoBnVxKjDlH\n".repeat(12);
    let label = ["RSA PRIVATE", " KEY"].concat();
    client.file("server.txt", &format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n"));
    let model = Model::start(vec![vec![read(&client, "server.txt")], vec![bash("cat server.txt")]]);
    client.run("go", &model, &[]);
    assert!(!model.seen().contains("q7Zr1kYb3VtN8sWc5uXf2LhJ0mPzRdGi6TaQeYoBnVxKjDlH"));
    assert!(model.seen().contains("[REDACTED:"));
}

#[test]
fn a_prompt_with_the_secret_makes_no_request() {
    let Some(client) = planted(VERSION) else { return };
    let model = Model::start(vec![]);
    client.run(&format!("use {} for the upload", key()), &model, &[]);
    assert!(model.bodies().iter().all(|body| !body.to_string().contains(&key())));
    assert!(!model.seen().contains("for the upload"), "a request was made");
}

#[test]
fn a_mentioned_file_makes_no_request() {
    let Some(client) = planted(VERSION) else { return };
    let model = Model::start(vec![]);
    client.run("explain @config.txt please", &model, &[]);
    assert!(model.bodies().iter().all(|body| !body.to_string().contains(&key())));
}

#[test]
fn writes_that_would_store_it_are_refused_with_the_rule_and_without_the_value() {
    let Some(client) = planted(VERSION) else { return };
    client.file("notes.txt", "before\n");
    let notebook = json!({ "cells": [{ "cell_type": "code", "id": "c1", "metadata": {}, "outputs": [], "execution_count": null,
                           "source": "x = 1" }], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    client.file("book.ipynb", &notebook.to_string());
    let path = |name: &str| client.project().join(name).to_string_lossy().into_owned();
    let text = format!("aws_access_key_id = \"{}\"\n", key());
    let model = Model::start(vec![
        vec![tool("Write", json!({ "file_path": path("new.txt"), "content": text }))],
        vec![read(&client, "notes.txt"), read(&client, "book.ipynb")],
        vec![tool(
            "Edit",
            json!({ "file_path": path("notes.txt"), "old_string": "before", "new_string": text }),
        )],
        vec![tool(
            "NotebookEdit",
            json!({ "notebook_path": path("book.ipynb"), "cell_id": "c1", "new_source": text }),
        )],
        vec![bash(&format!("cat > here.txt <<'EOF'\n{text}EOF"))],
    ]);
    client.run("go", &model, &[]);
    for name in ["new.txt", "here.txt"] {
        assert!(!client.project().join(name).exists(), "{name} was written");
    }
    for name in ["notes.txt", "book.ipynb"] {
        assert!(!fs::read_to_string(client.project().join(name)).unwrap().contains(&key()), "{name}");
    }
    let refusals: Vec<String> =
        model.tool_results().into_iter().filter(|text| text.contains("aws-access-key")).collect();
    assert!(
        refusals.len() >= 4 || model.seen().matches("aws-access-key").count() >= 4,
        "{:#?}",
        model.tool_results()
    );
    assert!(refusals.iter().all(|text| !text.contains(&key())));
}

#[test]
fn what_was_stopped_stands_in_a_log_that_verifies_and_holds_no_secret() {
    let Some(client) = planted(VERSION) else { return };
    seen(&client, vec![vec![read(&client, "config.txt")], vec![bash("cat config.txt >&2; true")]]);
    let records = client.records();
    assert!(
        records.iter().any(|record| record["hook"] == "secrets-scanner" && record["decision"] == "rewrite"),
        "{records:#?}"
    );
    assert!(records.iter().any(|record| record["event"] == "PostToolUse" && record["type"] != "decision"));
    let report = ledger::verify(&client.state().join("log"));
    assert!(report.is_intact() && report.records > 0, "{report:?}");
    for file in governance_tests::client::files_below(&client.state()) {
        let bytes = fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&key()), "{} holds the secret", file.display());
    }
}
