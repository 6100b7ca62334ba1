//! `govern install` for a project, a machine and a plugin, in temporary folders; nothing outside them is touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use governance_tests::client::files_below;
use governance_tests::{bin, said};
use hook_core::Tier;
use serde_json::Value;

fn govern(home: &Path, arguments: &[&str]) -> Output {
    governance_tests::govern(home, home).args(arguments).output().unwrap()
}

fn from() -> String {
    bin("govern").parent().unwrap().to_string_lossy().into_owned()
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(folder).into_iter().map(|file| (file.clone(), fs::read(&file).unwrap())).collect()
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn a_machine_is_governed_by_managed_settings_and_freed_again() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("root");
    let other = root.join("etc/claude-code/managed-settings.d/10-other.json");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::write(&other, "{\"model\": \"opus\"}").unwrap();
    let before = tree(&root);
    let root_text = root.to_string_lossy().into_owned();
    let target = ["install", "regulated", "--target", "managed", "--root", &root_text, "--from", &from()];

    let dry = govern(home.path(), &[&target[..], &["--dry-run"]].concat());
    assert!(dry.status.success() && tree(&root) == before, "{}", said(&dry));
    let output = govern(home.path(), &target);
    assert!(output.status.success(), "{}", said(&output));
    let settings = json(&root.join("etc/claude-code/managed-settings.d/40-governance.json"));
    assert_eq!(settings["allowManagedHooksOnly"], true);
    let command = settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"].as_str().unwrap();
    assert_eq!(command, "/usr/local/lib/claude-governance/dangerous-actions-blocker");
    assert_eq!(json(&root.join("etc/claude-code/governance.json"))["tier"], "regulated");
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(root.join("usr/local/lib/claude-governance"))
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
    let installed = tree(&root);
    assert!(govern(home.path(), &target).status.success());
    assert_eq!(tree(&root), installed, "a second installation changed something");

    let off = ["install", "--target", "managed", "--root", &root_text, "--uninstall"];
    let output = govern(home.path(), &off);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(tree(&root), before);
}

#[test]
fn device_management_gets_property_lists_a_profile_and_a_registry_file() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let output = govern(home.path(), &["install", "strict", "--target", "managed", "--out", name]);
        assert!(output.status.success(), "{}", said(&output));
        tree(&home.path().join(name)).into_values().collect::<Vec<_>>()
    };
    assert_eq!(write("one"), write("two"), "the same settings give other files");
    let settings = json(&home.path().join("one/managed-settings.json"));
    // Python reads property lists by itself; what it reads are the settings.
    let script = "import json, plistlib, sys\nprint(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
    let read = |name: &str| -> Value {
        let file = home.path().join("one").join(name);
        let output = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{name}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(read("com.anthropic.claudecode.plist"), settings);
    let profile = read("com.anthropic.claudecode.mobileconfig");
    assert_eq!(profile["PayloadContent"][0]["permissions"], settings["permissions"]);
    let registry = fs::read_to_string(home.path().join("one/ClaudeCode.reg")).unwrap();
    assert!(registry.contains("HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode"), "{registry}");
}

#[test]
fn a_project_gets_the_wiring_only_and_gives_it_back() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join(".claude/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let own = "{\n  \"permissions\": {\n    \"allow\": [\n      \"Bash(make *)\"\n    ]\n  }\n}\n";
    fs::write(&settings, own).unwrap();
    let output = govern(home.path(), &["install", "standard", "--target", "project"]);
    assert!(output.status.success(), "{}", said(&output));
    let merged = json(&settings);
    assert_eq!(merged["permissions"], serde_json::from_str::<Value>(own).unwrap()["permissions"]);
    assert!(merged["hooks"]["PreToolUse"].as_array().unwrap().len() >= 3);
    assert!(home.path().join(".claude/hooks/run-hook.sh").is_file());
    let output = govern(home.path(), &["install", "--target", "project", "--uninstall"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read_to_string(&settings).unwrap(), own);
    assert!(!home.path().join(".claude/hooks/run-hook.sh").exists());
}

#[test]
fn an_update_keeps_the_tier_and_a_wrong_sum_installs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let release = home.path().join("release");
    fs::create_dir_all(&release).unwrap();
    let binaries: Vec<&str> = govern::commands::install::hooks_of(Tier::Strict);
    for name in binaries.iter().copied().chain(["govern"]) {
        fs::hard_link(bin(name), release.join(name))
            .or_else(|_| fs::copy(bin(name), release.join(name)).map(drop))
            .unwrap();
    }
    let sums = Command::new("sha256sum")
        .args(binaries.iter().copied().chain(["govern"]))
        .current_dir(&release)
        .output()
        .unwrap();
    fs::write(release.join("SHA256SUMS"), &sums.stdout).unwrap();
    let first = govern(home.path(), &["install", "strict", "--from", "release"]);
    assert!(first.status.success(), "{}", said(&first));
    let hook = home.path().join(".claude/hooks/secrets-scanner");
    fs::write(&hook, "an old one").unwrap();
    let update = govern(home.path(), &["install", "--from", "release"]);
    assert!(
        said(&update).contains("1 binaries replaced") && said(&update).contains("tier strict"),
        "{}",
        said(&update)
    );

    let wrong = String::from_utf8(sums.stdout).unwrap().replacen(['0', '1', '2', '3'], "f", 1);
    fs::write(release.join("SHA256SUMS"), wrong).unwrap();
    let before = tree(&home.path().join(".claude"));
    let refused = govern(home.path(), &["install", "regulated", "--from", "release"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("nothing was installed"), "{}", said(&refused));
    assert_eq!(tree(&home.path().join(".claude")), before);
}
