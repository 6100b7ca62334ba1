//! The settings reader against the client's own `get_settings` and `list_permission_rules`, on generated settings.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use claude_config::Places;
use claude_config::permission::Behavior;
use claude_config::settings::{Settings, effective, files};
use governance_tests::client::{Client, VERSION};
use governance_tests::model::Model;
use serde_json::{Map, Value, json};

/// How many combinations of user, project and local settings are compared; each is a start of the client.
const COMBINATIONS: usize = 24;

/// A generator of numbers that is the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }
}

/// Fields a settings file may have: good ones, ones the client passes over, and ones that cost the file.
fn fields() -> Vec<(&'static str, Value)> {
    let handler = json!({"type": "command", "command": "true"});
    vec![
        ("env", json!({"A": "1"})),
        ("env", json!({"A": "2", "B": "x"})),
        ("cleanupPeriodDays", json!(10)),
        ("cleanupPeriodDays", json!("10")),
        ("includeCoAuthoredBy", json!(false)),
        ("includeCoAuthoredBy", json!(null)),
        ("zzz", json!({"any": [1, 2]})),
        ("outputStyle", json!("x")),
        ("companyAnnouncements", json!(["a", "b"])),
        ("companyAnnouncements", json!(["b", "c"])),
        ("permissions", json!({"deny": ["Read(.env)", "Bash(curl *)"], "ask": ["Bash(git push:*)"]})),
        (
            "permissions",
            json!({"deny": ["Read(.env)", "Read(**/*.pem)", "bash(x)", 5], "allow": ["Bash(ls)", "mcp__*"]}),
        ),
        ("permissions", json!({"allow": ["Bash(npm run:*)", "Edit:*"], "additionalDirectories": ["/tmp"]})),
        ("permissions", json!({"disableBypassPermissionsMode": "disable", "deny": ["mcp__*"]})),
        ("permissions", json!({"deny": "Read(.env)"})),
        ("hooks", json!({"PostToolUse": [{"matcher": "Bash", "hooks": [handler, "x"]}, "y"]})),
        (
            "hooks",
            json!({"PreToolUse": [{"matcher": "Edit", "hooks": [handler]}], "Stop": [{"hooks": [handler]}]}),
        ),
        ("hooks", json!({"PreToolUse": [{"hooks": ["x"]}]})),
        ("enabledMcpjsonServers", json!(["a"])),
        ("allowedMcpServers", json!([{"serverCommand": ["npx", "x@1.0.0"]}])),
        ("sandbox", json!({"enabled": false, "network": {"allowedDomains": ["a.example"]}})),
        ("sandbox", json!({"network": {"httpProxyPort": null}})),
        ("statusLine", json!({"type": "command", "command": "true"})),
    ]
}

fn generated(numbers: &mut Numbers) -> Value {
    let fields = fields();
    let mut settings = Map::new();
    for _ in 0..numbers.below(5) {
        if let Some((key, value)) = fields.get(numbers.below(fields.len())) {
            settings.insert((*key).to_owned(), value.clone());
        }
    }
    settings.into()
}

/// What the client answers to both control requests.
fn ask(client: &Client, model: &Model) -> (Value, Value) {
    let mut child = client
        .command(model)
        .args(["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"])
        .current_dir(client.project())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the client starts");
    let mut stdin = child.stdin.take().expect("its stdin");
    for subtype in ["get_settings", "list_permission_rules"] {
        let request =
            json!({"type": "control_request", "request_id": subtype, "request": {"subtype": subtype}});
        writeln!(stdin, "{request}").expect("it reads");
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let answer = |id: &str| {
        let text = String::from_utf8_lossy(&output.stdout);
        let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let of_request = |row: &Value| row.pointer("/response/request_id") == Some(&json!(id));
        let row = rows.into_iter().find(of_request).unwrap_or_else(|| panic!("no answer to {id}: {text}"));
        row.pointer("/response/response").cloned().unwrap_or_default()
    };
    (answer("get_settings"), answer("list_permission_rules"))
}

fn rules_of(client: &Value) -> BTreeSet<(String, String, String)> {
    let text = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
    let rules = client.pointer("/state/rules").and_then(Value::as_array).cloned().unwrap_or_default();
    rules.iter().map(|rule| (text(rule, "behavior"), text(rule, "source"), text(rule, "rule"))).collect()
}

#[test]
fn reads_settings_as_the_client_does() {
    let Some(client) = Client::new(VERSION) else { return };
    let model = Model::start(Vec::new());
    let project = client.project();
    let trusted = json!({"projects": {project.to_string_lossy(): {"hasTrustDialogAccepted": true}}});
    fs::create_dir_all(client.home().join(".claude")).expect("a folder");
    fs::write(client.home().join(".claude.json"), trusted.to_string()).expect("a file");
    let mut numbers = Numbers(7);
    for round in 0..COMBINATIONS {
        let written: Vec<Value> = (0..3).map(|_| generated(&mut numbers)).collect();
        fs::write(client.home().join(".claude/settings.json"), written[0].to_string()).expect("a file");
        client.file(".claude/settings.json", &written[1].to_string());
        client.file(".claude/settings.local.json", &written[2].to_string());
        let ours = files(&Places::new(&client.home(), &project, &client.home().join("none"))).expect("files");
        compare(&format!("round {round}: {written:?}"), &ours, &ask(&client, &model));
    }
}

fn compare(round: &str, ours: &[Settings], (settings, rules): &(Value, Value)) {
    let empty = Vec::new();
    let sources = settings["sources"].as_array().unwrap_or(&empty);
    for file in ours {
        let theirs = sources.iter().find(|source| source["source"] == file.source.as_str());
        let theirs = theirs.map_or_else(|| json!({}), |source| source["settings"].clone());
        assert_eq!(theirs, file.in_force(), "{} in {round}", file.source.as_str());
    }
    let together = effective(ours);
    assert_eq!(settings["effective"], together.value, "merged, {round}");
    let own: BTreeSet<_> = together
        .rules
        .iter()
        .map(|rule| (rule.behavior.as_str().to_owned(), rule.source.as_str().to_owned(), rule.text.clone()))
        .collect();
    let named =
        |rule: &(String, String, String)| Behavior::ALL.iter().any(|behavior| behavior.as_str() == rule.0);
    let theirs: BTreeSet<_> = rules_of(rules).into_iter().filter(named).collect();
    assert_eq!(theirs, own, "rules, {round}");
}
