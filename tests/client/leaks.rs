//! Promise 1 for every family of secrets in the real client: one secret of each of twenty families on every path by which
//! text reaches the model, plain and in base 64, and none of them in a request body.
//!
//! The values are the made-up ones of the behaviour rows. The paths share sessions, so that the client starts a few times
//! and not a few hundred times.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use governance_tests::client::{Client, VERSION};
use governance_tests::model::{Block, Model, bash, tool};
use governance_tests::{bin, root};
use hook_core::Tier;
use serde_json::{Value, json};

/// Families whose specimen is a bare token, by the id of a rule of theirs.
const TOKENS: &[&str] = &[
    "aws-access-key",
    "github-pat",
    "gitlab-pat",
    "slack-app-token",
    "stripe-live-key",
    "anthropic-admin-key",
    "openai-project-key",
    "google-api-key",
    "npm-token",
    "pypi-token",
    "huggingface-token",
    "sendgrid-key",
    "digitalocean-pat",
    "shopify-token",
    "vault-service-token",
    "databricks-token",
    "grafana-service-token",
];

/// One secret: the text it stands in, and what of it must reach nobody.
struct Secret {
    rule: &'static str,
    text: String,
    values: Vec<String>,
}

fn specimens() -> Vec<Secret> {
    let rows = std::fs::read_to_string(root().join("tests/corpus/secrets-scanner/specimens.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut secrets: Vec<Secret> = TOKENS
        .iter()
        .map(|rule| {
            let row =
                rows.iter().find(|row| row["rule"] == *rule).unwrap_or_else(|| panic!("no row for {rule}"));
            let value = row["input"]["content"].as_str().unwrap().to_owned();
            Secret { rule, text: value.clone(), values: vec![value] }
        })
        .collect();
    secrets.push(private_key());
    secrets.push(web_token());
    let password = ["k7Vq", "Zp2mXw9Rt"].concat();
    secrets.push(Secret {
        rule: "url-password",
        text: format!("postgres://app:{password}@db.internal:5432/orders"),
        values: vec![password],
    });
    assert_eq!(secrets.len(), 20);
    secrets
}

/// Any base 64 will do for the form; the label is put together so that this file holds no key.
fn private_key() -> Secret {
    let label = ["RSA PRIVATE", " KEY"].concat();
    let lines: Vec<String> = (0..12)
        .map(|line| format!("MIIEowIBAAKCAQEAq7Zr1kYb3VtN8sWc5uXf2LhJ0mPzRdGi6TaQeYoBnVxKj{line:03}"))
        .collect();
    let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", lines.join("\n"));
    Secret { rule: "private-key", text, values: lines }
}

fn web_token() -> Secret {
    let part = |text: &str| STANDARD.encode(text).trim_end_matches('=').to_owned();
    let signature = ["dBjftJeZ4CVP-mB92K27", "uhbUJU1p1r_wW1gFWFOEjXk"].concat();
    let text = format!(
        "{}.{}.{signature}",
        part(r#"{"alg":"HS256"}"#),
        part(r#"{"sub":"8412907731","aud":"orders"}"#)
    );
    Secret { rule: "jwt", text, values: vec![signature] }
}

/// The values of all secrets, and what each looks like in base 64.
fn forbidden(secrets: &[Secret]) -> Vec<(&'static str, String)> {
    let mut forbidden = Vec::new();
    for secret in secrets {
        forbidden.extend(secret.values.iter().map(|value| (secret.rule, value.clone())));
        // The last quantum depends on what follows.
        let encoded = STANDARD.encode(&secret.text);
        forbidden
            .push((secret.rule, encoded.trim_end_matches('=').chars().take(encoded.len() - 4).collect()));
    }
    forbidden
}

/// Fails where one of the texts stands in what the model was sent, naming the rule only.
fn assert_absent(sent: &str, secrets: &[Secret], path: &str) {
    let leaked: BTreeSet<&str> =
        forbidden(secrets).iter().filter(|(_, value)| sent.contains(value)).map(|(rule, _)| *rule).collect();
    assert!(leaked.is_empty(), "{path}: reached the model: {leaked:?}");
}

fn bodies(model: &Model) -> String {
    model.bodies().iter().map(ToString::to_string).collect()
}

fn guarded() -> Option<Client> {
    let client = Client::new(VERSION)?;
    client.install(Tier::Standard);
    Some(client)
}

fn read(client: &Client, name: &str) -> Block {
    tool("Read", json!({ "file_path": client.project().join(name).to_string_lossy() }))
}

/// The files of the redaction paths: all secrets in one, in a large one, in base 64, and each in its own.
fn plant(client: &Client, secrets: &[Secret]) {
    let lines = |line: &dyn Fn(&Secret) -> String| secrets.iter().map(line).collect::<Vec<_>>().concat();
    let all = lines(&|secret| format!("setting = \"{}\"\n", secret.text));
    client.file("all.txt", &all);
    let encoded = lines(&|secret| format!("data: {}\n", STANDARD.encode(&secret.text)));
    client.file("encoded.txt", &encoded);
    let filler = "one line of an ordinary log file that says nothing of interest at all\n".repeat(150);
    let large = lines(&|secret| format!("{filler}{}\n", secret.text));
    assert!(large.len() > 200_000);
    client.file("large.txt", &large);
    for secret in secrets {
        client.file(&format!("{}.txt", secret.rule), &format!("first\n{}\nlast\n", secret.text));
    }
}

/// The rules the scanner put on record for this event.
fn recorded(client: &Client, event: &str) -> BTreeSet<String> {
    let records = client.records();
    let own = records.iter().filter(|record| record["hook"] == "secrets-scanner" && record["event"] == event);
    own.flat_map(|record| record["findings"].as_array().cloned().unwrap_or_default())
        .filter_map(|finding| finding["rule"].as_str().map(String::from))
        .collect()
}

fn assert_all_recorded(client: &Client, event: &str, secrets: &[Secret]) {
    let recorded = recorded(client, event);
    let missing: Vec<&str> =
        secrets.iter().map(|secret| secret.rule).filter(|rule| !recorded.contains(*rule)).collect();
    assert!(missing.is_empty(), "{event}: not on record: {missing:?}");
}

/// Without the hooks the same session leaks all of them, so the tests below can fail.
#[test]
fn without_hooks_every_family_reaches_the_model() {
    let Some(client) = Client::new(VERSION) else { return };
    let secrets = specimens();
    plant(&client, &secrets);
    let model = Model::start(vec![vec![read(&client, "all.txt"), read(&client, "encoded.txt")]]);
    client.run("go", &model, &[]);
    let seen = model.seen();
    for (rule, value) in forbidden(&secrets) {
        assert!(seen.contains(&value), "{rule} does not leak by itself, so its absence shows nothing");
    }
}

#[test]
fn outputs_of_tools_hold_none_of_twenty_families() {
    let Some(client) = guarded() else { return };
    let secrets = specimens();
    plant(&client, &secrets);
    let parallel = secrets.iter().map(|secret| read(&client, &format!("{}.txt", secret.rule))).collect();
    let model = Model::start(vec![
        vec![read(&client, "all.txt")],
        vec![bash("cat all.txt")],
        vec![bash("cat all.txt >&2")],
        vec![bash("cat large.txt")],
        vec![read(&client, "encoded.txt")],
        vec![bash("cat encoded.txt")],
        vec![tool("Grep", json!({ "pattern": "setting|data", "output_mode": "content" }))],
        parallel,
    ]);
    client.run("go", &model, &[]);
    assert_absent(&bodies(&model), &secrets, "outputs");
    let results = model.tool_results();
    let own = results.iter().filter(|text| text.contains("first") && text.contains("last")).count();
    assert_eq!(
        own, 20,
        "what stands around the secrets is there, and no redacted output stops the session: {results:#?}"
    );
    assert_all_recorded(&client, "PostToolUse", &secrets);
}

#[test]
fn failing_commands_hold_none_of_twenty_families() {
    let Some(client) = guarded() else { return };
    let secrets = specimens();
    plant(&client, &secrets);
    let failing =
        secrets.iter().map(|secret| bash(&format!("cat {}.txt >&2; exit 3", secret.rule))).collect();
    let model = Model::start(vec![failing, vec![bash("echo next")]]);
    client.run("go", &model, &[]);
    assert_absent(&bodies(&model), &secrets, "failing commands");
    assert!(!model.bodies().is_empty());
    // The loop stops at the first; that each alone would have stopped it stands on record.
    assert_all_recorded(&client, "PostToolUseFailure", &secrets);
}

#[test]
fn answers_of_an_mcp_server_hold_none_of_twenty_families() {
    let Some(client) = guarded() else { return };
    let secrets = specimens();
    let mut arguments = Vec::new();
    for secret in &secrets {
        arguments.extend(["--tool".to_owned(), format!("{}={}", secret.rule, secret.text)]);
        arguments.extend([
            "--tool".to_owned(),
            format!("{}-encoded={}", secret.rule, STANDARD.encode(&secret.text)),
        ]);
    }
    let config =
        json!({ "mcpServers": { "demo": { "command": bin("mcp-test-server"), "args": arguments } } });
    // Beside the project, as a file that configures servers is itself something the hooks look at.
    let file = client.home().join("servers.json");
    std::fs::write(&file, config.to_string()).unwrap();
    let call = |name: String| tool(&format!("mcp__demo__{name}"), json!({}));
    let model = Model::start(vec![
        secrets.iter().map(|secret| call(secret.rule.into())).collect(),
        secrets.iter().map(|secret| call(format!("{}-encoded", secret.rule))).collect(),
    ]);
    client.run("go", &model, &["--mcp-config", &file.to_string_lossy()]);
    assert_absent(&bodies(&model), &secrets, "an MCP server's answers");
    assert_all_recorded(&client, "PostToolUse", &secrets);
}

#[test]
fn a_prompt_and_a_mentioned_file_with_one_of_twenty_families_make_no_request() {
    let Some(client) = guarded() else { return };
    let secrets = specimens();
    plant(&client, &secrets);
    for secret in &secrets {
        let model = Model::start(vec![]);
        client.run(&format!("use {} for the upload", secret.text), &model, &[]);
        client.run(&format!("explain @{}.txt for the upload", secret.rule), &model, &[]);
        assert!(!model.seen().contains("for the upload"), "{}: a request was made", secret.rule);
        assert_absent(&bodies(&model), &secrets, "prompts");
    }
    let model = Model::start(vec![]);
    client.run("explain @encoded.txt for the upload", &model, &[]);
    assert!(!model.seen().contains("for the upload"), "base 64 in a mentioned file: a request was made");
    assert_all_recorded(&client, "UserPromptSubmit", &secrets);
}

#[test]
fn writes_that_would_store_one_of_twenty_families_are_refused() {
    let Some(client) = guarded() else { return };
    let secrets = specimens();
    let path = |name: String| client.project().join(name).to_string_lossy().into_owned();
    let text = |secret: &Secret| format!("setting = \"{}\"\n", secret.text);
    let writes = secrets.iter().map(|secret| {
        tool("Write", json!({ "file_path": path(format!("w-{}", secret.rule)), "content": text(secret) }))
    });
    let here =
        secrets.iter().map(|secret| bash(&format!("cat > h-{} <<'EOF'\n{}EOF", secret.rule, text(secret))));
    let model = Model::start(vec![writes.collect(), here.collect()]);
    client.run("go", &model, &[]);
    for secret in &secrets {
        for name in [format!("w-{}", secret.rule), format!("h-{}", secret.rule)] {
            assert!(!client.project().join(&name).exists(), "{name} was written");
        }
    }
    // What the model itself wrote stands in its own turns; nothing else may repeat it.
    assert_absent(&model.seen(), &secrets, "refusals");
    assert_all_recorded(&client, "PreToolUse", &secrets);
}
