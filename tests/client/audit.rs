//! Promise 3 in the real client: every call of a session has its record, a record that goes is named, and so is a call
//! that was made while the hook was off.

use std::fs;
use std::process::Command;

use governance_tests::bin;
use governance_tests::client::{Client, VERSION, files_below, planted_key};
use governance_tests::model::{Block, Model, bash, tool};
use hook_core::Tier;
use serde_json::{Value, json};

/// What the server of the tests answers.
const ANSWER: &str = "pelican-weather-report";

struct Ran {
    client: Client,
    /// The calls the scripts make, those of the subagent included.
    calls: Vec<&'static str>,
}

/// A success, a failure, a denial by rule, a denial by hook, a subagent with a call of its own, and an MCP call; a secret
/// goes through most of them.
fn session() -> Option<Ran> {
    let client = Client::new(VERSION)?;
    client.install(Tier::Standard);
    client.file(
        ".claude/settings.json",
        &json!({"permissions": {"deny": ["Bash(touch forbidden*)"]}}).to_string(),
    );
    client.file("notes.txt", &format!("aws_access_key_id = {}\n", planted_key()));
    let server = json!({"command": bin("mcp-test-server"), "args": ["--tool", format!("greet={ANSWER} {}", planted_key())]});
    let servers = client.file("servers.json", &json!({"mcpServers": {"demo": server}}).to_string());
    let read = |name: &str| tool("Read", json!({"file_path": client.project().join(name)}));
    let script: Vec<Vec<Block>> = vec![
        vec![read("notes.txt"), bash("echo fine")],
        // A failure that says nothing: a secret in it would end the session.
        vec![bash("exit 3")],
        vec![bash("touch forbidden.txt")],
        vec![tool("Write", json!({"file_path": client.project().join("key.txt"), "content": planted_key()}))],
        vec![tool(
            "Agent",
            json!({"description": "d", "prompt": format!("SUBAGENT {}", planted_key()), "subagent_type": "general-purpose"}),
        )],
        vec![
            tool("mcp__demo__greet", json!({"who": planted_key()})),
            tool("mcp__demo__greet", json!({"who": "me"})),
        ],
    ];
    let model = Model::start_with_subagent(script, vec![vec![bash("echo from the agent")]]);
    let servers = servers.to_string_lossy().into_owned();
    let ran = client.run("go", &model, &["--mcp-config", &servers]);
    let results = model.tool_results().join("\n");
    assert!(
        ran.success && results.contains(ANSWER) && results.contains("from the agent"),
        "{results}\n{}",
        ran.stderr
    );
    assert!(!client.project().join("forbidden.txt").exists() && !client.project().join("key.txt").exists());
    let calls = vec![
        "toolu_0000_00",
        "toolu_0000_01",
        "toolu_0001_00",
        "toolu_0002_00",
        "toolu_0003_00",
        "toolu_0004_00",
        "toolu_0005_00",
        "toolu_0005_01",
        "toolu_sub0000_00",
    ];
    Some(Ran { client, calls })
}

impl Ran {
    fn govern(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(bin("govern"))
            .args(arguments)
            .current_dir(self.client.project())
            .env_clear()
            .env("HOME", self.client.home())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    /// The records of one call: event and outcome.
    fn records_of(&self, call: &str) -> Vec<Value> {
        self.client.records().into_iter().filter(|record| record["tool_use"] == call).collect()
    }
}

#[test]
fn every_call_is_recorded_and_what_is_not_is_named() {
    let Some(ran) = session() else { return };
    let (code, said) = ran.govern(&["log", "verify"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = ran.govern(&["log", "reconcile"]);
    assert_eq!(code, Some(0), "{said}");
    let expected = format!("{} calls in 2 transcripts: {0} recorded, 0 not", ran.calls.len());
    assert!(said.contains(&expected), "{expected}: {said}");
    outcomes(&ran);

    // Each record that goes is named, by reconcile and by verify.
    let day = files_below(&ran.client.state().join("log"))
        .into_iter()
        .find(|file| file.extension().is_some_and(|extension| extension == "jsonl"))
        .unwrap();
    let honest = fs::read_to_string(&day).unwrap();
    for call in ["toolu_0000_01", "toolu_0001_00", "toolu_0003_00", "toolu_0005_01", "toolu_sub0000_00"] {
        let kept = |line: &&str| {
            !(line.contains(call) && line.contains("\"type\":\"activity\"") && !line.contains("\"calls\""))
        };
        let text: String = honest.lines().filter(kept).flat_map(|line| [line, "\n"]).collect();
        fs::write(&day, text).unwrap();
        let (code, said) = ran.govern(&["log", "reconcile"]);
        assert!(code == Some(1) && said.contains(call), "{call}: {said}");
        assert_eq!(said.lines().filter(|line| line.contains("toolu_")).count(), 1, "{said}");
        let (code, said) = ran.govern(&["log", "verify", "--no-remember"]);
        assert!(code == Some(1) && said.contains("deletion of records"), "{call}: {said}");
    }
    fs::write(&day, honest).unwrap();
    assert_eq!(ran.govern(&["log", "reconcile"]).0, Some(0));
}

/// What the log says became of each call.
fn outcomes(ran: &Ran) {
    let has = |call: &str, event: &str, outcome: &str| {
        let records = ran.records_of(call);
        let found = records.iter().any(|record| record["event"] == event && record["outcome"] == outcome);
        assert!(found, "{call} {event} {outcome}: {records:#?}");
    };
    has("toolu_0000_00", "PostToolUse", "ok");
    has("toolu_0000_01", "PostToolUse", "ok");
    has("toolu_0001_00", "PostToolUseFailure", "error");
    has("toolu_0004_00", "PostToolUse", "ok");
    has("toolu_0005_01", "PostToolUse", "ok");
    has("toolu_sub0000_00", "PostToolUse", "ok");
    assert!(ran.records_of("toolu_sub0000_00").iter().all(|record| record["agent"].is_string()));
    let denied = ran.records_of("toolu_0003_00");
    let decided = denied.iter().find(|record| record["type"] == "decision").unwrap();
    assert_eq!((&decided["decision"], &decided["basis"]), (&json!("deny"), &json!("decided")), "{decided}");
    assert_eq!(decided["hook"], "secrets-scanner");
    let mcp = ran.records_of("toolu_0005_01");
    assert!(mcp.iter().any(|record| record["mcp"]["server"] == "demo"), "{mcp:#?}");
}

#[test]
fn a_call_made_while_the_hooks_were_off_is_named() {
    let Some(ran) = session() else { return };
    assert_eq!(ran.govern(&["log", "reconcile"]).0, Some(0));
    ran.client.file(".claude/settings.local.json", &json!({"disableAllHooks": true}).to_string());
    let model = Model::start(vec![vec![bash("echo unseen")]]);
    let later = ran.client.run("go", &model, &[]);
    assert!(model.tool_results().join("\n").contains("unseen"), "{}", later.stderr);
    let session: Value = serde_json::from_str(&later.stdout).unwrap();
    let (code, said) = ran.govern(&["log", "reconcile"]);
    let id = session["session_id"].as_str().unwrap();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("of session {id} has no record")), "{said}");
    assert!(said.contains(", 1 not"), "{said}");
}
