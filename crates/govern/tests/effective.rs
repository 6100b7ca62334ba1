//! `govern effective`: each value with the file and place it was written in.

#![expect(clippy::expect_used, reason = "a test ends where its preparation fails")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use govern::Io;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
        fs::write(&path, text).expect("writes");
        path
    }

    fn effective(&self, arguments: &[&str]) -> (u8, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let path = |name: &str| self.0.path().join(name);
        let mut io = Io {
            out: &mut out,
            err: &mut err,
            input: &mut std::io::empty(),
            now: "2026-10-01T09:00:00Z".parse().expect("a time"),
            home: path("home"),
            cwd: path("project"),
            state: path("state"),
            managed: path("managed"),
            user: "alice".into(),
            terminal: false,
        };
        let exit = govern::run(&[&["effective"], arguments].concat(), &mut io);
        (exit, String::from_utf8([out, err].concat()).expect("UTF-8"))
    }

    fn values(&self, arguments: &[&str]) -> Vec<Value> {
        let said = self.effective(&[&["--json"], arguments].concat()).1;
        let json: Value = serde_json::from_str(&said).expect("JSON");
        json.get("values").and_then(Value::as_array).cloned().expect("a list")
    }
}

#[test]
fn every_value_names_its_file_and_place() {
    let place = Place::new();
    let user = "{\n  \"model\": \"opus\",\n  \"permissions\": {\"deny\": [\"Read(.env)\"]}\n}";
    let user = (place.file("home/.claude/settings.json", user), user);
    let project = "{\n  \"permissions\": {\n    \"deny\": [\"Read(.env)\", \"Bash(curl *)\"]\n  },\n  \"model\": \"sonnet\"\n}";
    let project = (place.file("project/.claude/settings.json", project), project);
    let values = place.values(&[]);
    assert_eq!(values.len(), 3, "{values:#?}");
    for (path, value, (file, text), line) in [
        ("model", "sonnet", &project, 5),
        ("permissions.deny", "Read(.env)", &user, 3),
        ("permissions.deny", "Bash(curl *)", &project, 3),
    ] {
        let found = values.iter().find(|row| row["path"] == path && row["value"] == value).expect(value);
        assert_eq!((found["file"].as_str(), found["line"].as_u64()), (file.to_str(), Some(line)), "{found}");
        let bound =
            |index: usize| usize::try_from(found["span"][index].as_u64().expect("a number")).expect("fits");
        assert_eq!(text.get(bound(0)..bound(1)), Some(format!("\"{value}\"").as_str()), "{found}");
    }
    let (exit, said) = place.effective(&["permissions.deny"]);
    assert!(exit == 0 && said.contains("settings.json:3:28 (project)") && !said.contains("sonnet"), "{said}");
    assert_eq!(place.effective(&["--nonsense"]).0, 2);
}

#[test]
fn what_is_not_in_force_is_said_and_not_listed_as_a_value() {
    let place = Place::new();
    place.file(
        "project/.claude/settings.json",
        r#"{"permissions": {"deny": ["Read(.env)"]}, "enableAllProjectMcpServers": "yes"}"#,
    );
    let (exit, said) = place.effective(&[]);
    assert!(exit == 1 && said.contains("not in force") && said.contains("costs the whole file"), "{said}");
    assert!(place.values(&[]).is_empty());
}

#[test]
fn managed_settings_that_admit_no_others_are_heeded() {
    let place = Place::new();
    place.file("project/.claude/settings.json", r#"{"permissions": {"deny": ["Read(a)"]}, "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}, "model": "m"}"#);
    let managed = r#"{"allowManagedPermissionRulesOnly": true, "allowManagedHooksOnly": true, "permissions": {"deny": ["Read(b)"]}}"#;
    place.file("managed/managed-settings.json", managed);
    let paths: Vec<String> = place
        .values(&[])
        .iter()
        .map(|row| format!("{}={}", row["path"].as_str().expect("text"), row["value"]))
        .collect();
    assert_eq!(
        paths,
        [
            "allowManagedHooksOnly=true",
            "allowManagedPermissionRulesOnly=true",
            "model=\"m\"",
            "permissions.deny=\"Read(b)\""
        ]
    );
}
