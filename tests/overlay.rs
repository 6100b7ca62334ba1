//! `govern overlay` as a person uses it: put on a settings file, taken off again, byte for byte where it can be.

use std::fs;
use std::path::Path;
use std::process::Output;

use governance_tests::said;
use serde_json::{Value, json};

fn govern(folder: &Path, arguments: &[&str]) -> Output {
    governance_tests::govern(&folder.join("home"), folder).args(arguments).output().expect("govern runs")
}

#[test]
fn an_overlay_goes_on_and_comes_off() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let file = root.join(".claude/settings.local.json");
    fs::create_dir_all(root.join(".claude")).unwrap();
    let own = json!({"permissions": {"allow": ["Bash(make *)"], "ask": ["Edit(**/auth/**)"]}});
    fs::write(&file, own.to_string()).unwrap();

    let dry = govern(root, &["overlay", "apply", "junior", "--dry-run"]);
    assert!(dry.status.success() && said(&dry).contains("\"plan\""), "{}", said(&dry));
    assert_eq!(fs::read_to_string(&file).unwrap(), own.to_string());

    assert!(govern(root, &["overlay", "apply", "junior"]).status.success());
    let now: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(now["permissions"]["defaultMode"], "plan");
    assert_eq!(now["permissions"]["allow"], json!(["Bash(make *)"]));
    assert!(now["permissions"]["ask"].to_string().contains("migrations"));
    let bytes = fs::read(&file).unwrap();
    assert!(said(&govern(root, &["overlay", "apply", "junior"])).contains("Nothing to change"));
    assert_eq!(fs::read(&file).unwrap(), bytes);

    assert!(govern(root, &["overlay", "remove", "junior"]).status.success());
    let now: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(now, own, "what was the person's own stays");
    let again = govern(root, &["overlay", "remove", "junior"]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
}

#[test]
fn a_file_the_client_would_drop_is_not_touched() {
    for broken in ["{ not json", "[]", r#"{"permissions": {"deny": "Read(x)"}}"#] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".claude/settings.json");
        fs::create_dir_all(folder.path().join(".claude")).unwrap();
        fs::write(&file, broken).unwrap();
        let output = govern(folder.path(), &["overlay", "apply", "ci", "--project"]);
        assert_eq!(output.status.code(), Some(2), "{broken}: {}", said(&output));
        assert_eq!(fs::read_to_string(&file).unwrap(), broken);
    }
    let folder = tempfile::tempdir().unwrap();
    let unknown = govern(folder.path(), &["overlay", "apply", "wizard"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("junior, senior, lead, local, ci"), "{}", said(&unknown));
}
