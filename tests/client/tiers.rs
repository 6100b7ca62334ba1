//! Each tier in the real client: nothing of it is dropped, what it denies is denied, and everyday work is done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use govern::tiers::{permission_rows, settings};
use governance_tests::client::{Client, OLDER_VERSION, VERSION};
use governance_tests::model::{Block, Model, bash, tool};
use governance_tests::{bin, root};
use hook_core::Tier;
use serde_json::{Value, json};

/// What stands in files nobody may read or write; no file and no prompt holds it otherwise.
const MARKER: &str = "tier-marker-4711";

/// What the client is told to let through without asking, so that only a rule or a hook refuses.
const ALLOWED: &[&str] = &["--allowedTools", "Bash,Read,Edit,Write"];

fn govern(client: &Client, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut child = Command::new(bin("govern"))
        .args(arguments)
        .current_dir(client.project())
        .env_clear()
        .env("HOME", client.home())
        .env("USER", "tester")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("govern starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("its stdin"), input.as_bytes())
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What `claude doctor` says of the settings; empty where it has nothing to say.
fn invalid_settings(client: &Client) -> String {
    let model = Model::start(Vec::new());
    let output = client
        .command(&model)
        .arg("doctor")
        .current_dir(client.project())
        .stdin(Stdio::null())
        .output()
        .expect("the client runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Claude Code doctor"), "{said}");
    said.split_once("Invalid settings").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

/// The text of each tool result, in the order of the calls: `(is an error, text)`.
fn results(model: &Model) -> Vec<(bool, String)> {
    let mut found: Vec<(String, bool, String)> = Vec::new();
    for body in model.bodies() {
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        for block in messages.iter().filter_map(|message| message["content"].as_array()).flatten() {
            let id = block["tool_use_id"].as_str().unwrap_or_default().to_owned();
            if block["type"] == "tool_result" && !found.iter().any(|(known, ..)| *known == id) {
                found.push((id, block["is_error"] == json!(true), block["content"].to_string()));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, is_error, text)| (is_error, text)).collect()
}

#[test]
fn no_entry_of_any_tier_is_dropped() {
    for tier in Tier::ALL {
        let Some(client) = Client::new(VERSION) else { return };
        client.install(tier);
        let (code, said) = govern(&client, &["init", tier.name(), "--yes"], "");
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(invalid_settings(&client), "", "{tier}");
    }
    // The same check sees a dropped entry where there is one.
    let Some(client) = Client::new(VERSION) else { return };
    client.file(".claude/settings.json", r#"{"hooks": {"SessionStart": ["x"]}}"#);
    assert!(invalid_settings(&client).contains("SessionStart"));
}

/// A call that a deny rule is about. Should it run all the same, it does no harm: the commands ask for their help, the
/// files lie in temporary folders.
fn call(client: &Client, rule: &str) -> Block {
    let (name, rest) = rule.split_once('(').expect("a rule with a pattern");
    let pattern = rest.strip_suffix(')').expect("a closing parenthesis");
    if name == "Bash" {
        return bash(&pattern.replace(".env*", ".env").replace(" *", " --help").replace('*', ""));
    }
    let path = concrete(client, pattern);
    let path_text = path.to_string_lossy().into_owned();
    if name == "Edit" {
        return tool("Write", json!({ "file_path": path_text, "content": MARKER }));
    }
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(&path, MARKER).expect("a file");
    tool("Read", json!({ "file_path": path_text }))
}

/// A path a pattern matches.
fn concrete(client: &Client, pattern: &str) -> PathBuf {
    let (base, rest) = match pattern.strip_prefix("~/") {
        Some(rest) => (client.home(), rest),
        None => (client.project(), pattern.trim_start_matches("./")),
    };
    let parts: Vec<String> = rest
        .split('/')
        .map(|part| if part == "**" { "any/where".to_owned() } else { part.replace('*', "x") })
        .collect();
    base.join(parts.join("/"))
}

fn holds_marker(folder: &Path, name: &str) -> bool {
    fs::read_to_string(folder.join(name)).is_ok_and(|text| text.contains(MARKER))
}

#[test]
fn every_deny_rule_of_every_tier_denies() {
    for tier in Tier::ALL {
        let Some(client) = Client::new(VERSION) else { return };
        // The rules alone: what the hooks refuse besides would hide a rule that does nothing.
        let mut rules = settings(tier);
        rules.as_object_mut().expect("an object").shift_remove("hooks");
        client.file(".claude/settings.json", &rules.to_string());
        client.file(".env", MARKER);
        let rows: Vec<_> =
            permission_rows().into_iter().filter(|row| row.from <= tier && row.list == "deny").collect();
        let script: Vec<Vec<Block>> =
            rows.chunks(16).map(|chunk| chunk.iter().map(|row| call(&client, &row.rule)).collect()).collect();
        let before =
            fs::read_to_string(client.project().join(".claude/settings.json")).expect("the settings");
        let model = Model::start(script);
        let ran = client.run_with("go", &model, ALLOWED);
        let results = results(&model);
        assert_eq!(results.len(), rows.len(), "{tier}: {} {}", ran.stdout, ran.stderr);
        for (row, (is_error, text)) in rows.iter().zip(&results) {
            assert!(*is_error && text.contains("denied"), "{tier} {}: {text}", row.rule);
        }
        assert!(!model.seen().contains(MARKER), "{tier}: a denied file was read");
        let after = fs::read_to_string(client.project().join(".claude/settings.json")).expect("the settings");
        assert_eq!(before, after, "{tier}");
        assert!(!holds_marker(&client.project(), "docker-compose.yml"), "{tier}");
    }
}

/// A session of everyday work: read, search, change, add, run; nothing here is anybody's secret.
fn everyday(client: &Client) -> Vec<Vec<Block>> {
    let path = |name: &str| client.project().join(name).to_string_lossy().into_owned();
    vec![
        vec![tool("Read", json!({ "file_path": path("src/main.py") }))],
        vec![tool("Read", json!({ "file_path": path("README.md") })), bash("ls -la src")],
        vec![bash("grep -rn \"def \" src"), bash("git status --short")],
        vec![tool(
            "Edit",
            json!({ "file_path": path("src/main.py"), "old_string": "return 1", "new_string": "return 2" }),
        )],
        vec![tool(
            "Write",
            json!({ "file_path": path("tests/test_main.py"), "content": "def test_two():\n    assert 2 == 2\n" }),
        )],
        vec![bash("mkdir -p build && cp README.md build/ && rm -r build")],
        vec![bash("git add -A && git -c user.name=t -c user.email=t@example.com commit -q -m 'Return two'")],
        vec![bash("git log --oneline | head -3"), bash("sed -n 1,5p src/main.py | sort")],
    ]
}

#[test]
fn everyday_work_is_done_under_every_tier() {
    for tier in Tier::ALL {
        let Some(client) = Client::new(VERSION) else { return };
        client.file("src/main.py", "def one():\n    return 1\n");
        client.file("README.md", "# A project\n\nRun it with python3.\n");
        let begun = Command::new("git").args(["init", "-q"]).current_dir(client.project()).status();
        assert!(begun.expect("git runs").success());
        client.install(tier);
        assert_eq!(govern(&client, &["init", tier.name(), "--yes"], "").0, Some(0));
        let script = everyday(&client);
        let calls: usize = script.iter().map(Vec::len).sum();
        let model = Model::start(script);
        let ran = client.run_with("go", &model, ALLOWED);
        let results = results(&model);
        assert_eq!(results.len(), calls, "{tier}: {} {}", ran.stdout, ran.stderr);
        for (is_error, text) in &results {
            assert!(!is_error, "{tier}: {text}");
        }
        let changed = fs::read_to_string(client.project().join("src/main.py")).expect("the file");
        assert!(
            changed.contains("return 2") && client.project().join("tests/test_main.py").is_file(),
            "{tier}"
        );
    }
}

/// The defect of the requirement's own tiers, made anew: a hook written as a plain string.
const PLAIN_STRINGS: &str = r#"{
  "permissions": { "deny": ["Read(./.env)", "Read(./.env.*)"] },
  "hooks": {
    "PreToolUse": [{ "matcher": "Bash", "hooks": ["~/.claude/hooks/guard.sh"] }],
    "SessionStart": [".claude/hooks/check.sh"]
  }
}"#;

/// That, and the four settings of the requirement itself where it stands beside the project.
fn defective() -> Vec<String> {
    let mut texts = vec![PLAIN_STRINGS.to_owned()];
    let document = root().parent().map(|folder| folder.join("shared/requirements.md"));
    let document = document.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    for section in document.split("\n### Tier ").filter(|part| part.starts_with(char::is_numeric)) {
        let from = section.find("\n{").map_or(section.len(), |at| at + 1);
        let first = serde_json::Deserializer::from_str(&section[from..]).into_iter::<Value>().next();
        let value = first.and_then(Result::ok).expect("each tier shows its settings");
        texts.push(format!("{value:#}"));
    }
    assert!(texts.len() == 1 || texts.len() == 5, "the document has four tiers");
    texts
}

#[test]
fn settings_with_plain_string_hooks_are_reported_as_not_in_force_and_the_fix_puts_them_in_force() {
    for text in defective() {
        let Some(client) = Client::new(VERSION) else { return };
        client.file(".env", MARKER);
        let file = client.file(".claude/settings.json", &text);
        let read = tool("Read", json!({ "file_path": client.project().join(".env").to_string_lossy() }));

        // As it is written: Claude Code drops all of it, the deny rule too, and the file is read.
        let model = Model::start(vec![vec![read.clone()]]);
        client.run_with("go", &model, ALLOWED);
        assert!(model.seen().contains(MARKER), "the defect does not show: {text}");
        let (code, said) = govern(&client, &["audit"], "");
        assert_eq!(code, Some(1));
        assert!(said.contains("error[SET-2]") && said.contains("not in force"), "{said}");
        assert!(said.contains("deny and ask rules") && said.contains("= effect: "), "{said}");
        assert!(said.contains("`govern audit --fix`"), "{said}");

        // The fix: in force, nothing dropped, and the rule denies.
        assert_eq!(govern(&client, &["audit", "--fix"], "").0, Some(0));
        let (_, said) = govern(&client, &["audit"], "");
        assert!(!said.contains("SET-2") && !said.contains("SET-3"), "{said}");
        assert_eq!(invalid_settings(&client), "", "{}", fs::read_to_string(&file).expect("the file"));
        let model = Model::start(vec![vec![read]]);
        client.run_with("go", &model, ALLOWED);
        assert!(!model.seen().contains(MARKER), "mended, and still read: {text}");
        assert!(results(&model).iter().all(|(is_error, text)| *is_error && text.contains("denied")));
    }
}

/// `govern doctor` beside the client itself: it knows an old one, and calls a file dropped where the client does.
#[test]
fn the_doctor_agrees_with_the_client() {
    for version in [VERSION, OLDER_VERSION] {
        let Some(client) = Client::new(version) else { return };
        fs::create_dir_all(client.project().join(".git")).expect("a folder");
        client.install(Tier::Standard);
        assert_eq!(govern(&client, &["init", "standard", "--yes"], "").0, Some(0));
        let program = client.program().to_string_lossy().into_owned();
        let (code, said) = govern(&client, &["doctor", "--client", &program], "");
        assert_eq!(code, Some(i32::from(version == OLDER_VERSION)), "{said}");
        assert!(said.contains(&format!("Claude Code {version}")), "{said}");
        assert_eq!(said.contains("-> claude update"), version == OLDER_VERSION, "{said}");
    }
    let Some(client) = Client::new(VERSION) else { return };
    fs::create_dir_all(client.project().join(".git")).expect("a folder");
    client.install(Tier::Standard);
    assert_eq!(govern(&client, &["init", "standard", "--yes"], "").0, Some(0));
    let file = client.project().join(".claude/settings.json");
    let text = fs::read_to_string(&file).expect("the settings");
    fs::write(&file, text.replacen("\"hooks\"", "\"cleanupPeriodDays\": \"30\",\n  \"hooks\"", 1))
        .expect("a file");
    assert!(invalid_settings(&client).contains("cleanupPeriodDays"));
    let (code, said) = govern(&client, &["doctor"], "");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cleanupPeriodDays") && said.contains("-> govern audit --fix"), "{said}");
    let path = file.to_string_lossy().into_owned();
    assert_eq!(govern(&client, &["audit", "--fix", &path], "").0, Some(0));
    assert_eq!(invalid_settings(&client), "");
    assert!(!govern(&client, &["doctor"], "").1.contains("cleanupPeriodDays"));
}
