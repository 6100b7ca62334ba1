//! The plugin in the real client: valid by its strict check, installed from its marketplace, and its hooks at work.

use std::process::{Command, Stdio};

use governance_tests::client::{Client, VERSION};
use governance_tests::model::{Model, bash};
use governance_tests::{bin, said};

#[test]
fn the_plugin_is_valid_installs_and_guards() {
    let Some(client) = Client::new(VERSION) else { return };
    let marketplace = client.home().join("marketplace");
    let written = Command::new(bin("govern"))
        .args(["install", "standard", "--target", "plugin", "--out"])
        .arg(&marketplace)
        .env_clear()
        .env("HOME", client.home())
        .output()
        .expect("govern runs");
    assert!(written.status.success(), "{}", said(&written));

    let model = Model::start(Vec::new());
    let claude = |arguments: &[&str]| {
        client
            .command(&model)
            .args(arguments)
            .current_dir(client.project())
            .stdin(Stdio::null())
            .output()
            .expect("the client runs")
    };
    let folder = marketplace.to_string_lossy().into_owned();
    let plugin = marketplace.join("plugins/governance").to_string_lossy().into_owned();
    for path in [&folder, &plugin] {
        let output = claude(&["plugin", "validate", "--strict", path]);
        assert!(output.status.success(), "{path}: {}", said(&output));
    }
    let added = claude(&["plugin", "marketplace", "add", &folder]);
    assert!(added.status.success(), "{}", said(&added));
    let installed = claude(&["plugin", "install", "governance@claude-governance"]);
    assert!(installed.status.success(), "{}", said(&installed));

    // Harmless if it runs: the folder is empty and temporary.
    let target = client.project().join("kept");
    std::fs::create_dir_all(&target).expect("a folder");
    std::fs::write(target.join("file"), "x").expect("a file");
    let command = format!("git -C {} push --force origin main", target.display());
    let model = Model::start(vec![vec![bash("echo allowed")], vec![bash(&command)]]);
    let ran = client.run("go", &model, &[]);
    let results = model.tool_results().join("\n");
    assert!(results.contains("allowed"), "{results} {}", ran.stderr);
    assert!(results.contains("force"), "{results}");
    let records = client.records();
    assert!(
        records
            .iter()
            .any(|record| record["hook_event"] == "PreToolUse" || record.to_string().contains("PreToolUse")),
        "{records:?}"
    );
}
