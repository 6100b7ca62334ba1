//! The standing of settings files: the client's own verdicts, recorded and remembered.

use std::path::Path;
use std::process::Command;

use claude_config::json::Document;
use claude_config::settings::{Settings, Source, Standing, effective};
use serde_json::Value;

fn project(text: &str) -> Settings {
    Settings::new(Path::new("settings.json"), Source::Project, Document::new(text.to_owned()))
}

/// Each row was given to version 2.1.330: what stood of the file afterwards.
const SEEN: &[(&str, Standing)] = &[
    (r#"{"permissions":{"deny":["Read(.env)"]}}"#, Standing::InForce),
    ("\u{feff}{}", Standing::InForce),
    (r#"{"zzz":1,"mcpServers":{}}"#, Standing::InForce),
    (r#"{"theme":1,"effortLevel":"zz"}"#, Standing::InForce),
    (r#"{"hooks":{"PreToolUse":[]}}"#, Standing::InForce),
    (
        r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"true","zzz":1}]}]}}"#,
        Standing::InForce,
    ),
    (r#"{"permissions":{"deny":[1]}}"#, Standing::Partly),
    (r#"{"permissions":{"deny":["Bash()"]}}"#, Standing::Partly),
    (r#"{"permissions":{"allow":["mcp__*"]}}"#, Standing::Partly),
    (r#"{"permissions":{"deny":["mcp__*"]}}"#, Standing::InForce),
    (r#"{"permissions":{"allow":["mcp__a__*"]}}"#, Standing::InForce),
    (r#"{"hooks":{"PostToolUse":["x"]}}"#, Standing::Partly),
    (r#"{"hooks":{"PostToolUse":[{"matcher":"x"}]}}"#, Standing::Partly),
    (r#"{"hooks":{"SessionStart":["x"]}}"#, Standing::Partly),
    (r#"{"hooks":{"Zzz":[]}}"#, Standing::Partly),
    (r#"{"hooks":{"PreToolUse":null}}"#, Standing::Partly),
    (r#"{"hooks":null}"#, Standing::Partly),
    (r#"{"managedMcpServers":{}}"#, Standing::Partly),
    (r#"{"allowedMcpServers":"x"}"#, Standing::Partly),
    ("", Standing::NotInForce),
    ("{\"a\":1,}", Standing::NotInForce),
    ("// x\n{}", Standing::NotInForce),
    ("[]", Standing::NotInForce),
    (r#"{"hooks":["x"]}"#, Standing::NotInForce),
    (r#"{"hooks":{"PreToolUse":["x"]}}"#, Standing::NotInForce),
    (r#"{"hooks":{"PreToolUse":[{"type":"command","command":"x"}]}}"#, Standing::NotInForce),
    (r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"zz"}]}]}}"#, Standing::NotInForce),
    (r#"{"hooks":{"PreToolUse":[{"matcher":1,"hooks":[]}]}}"#, Standing::NotInForce),
    (r#"{"hooks":{"PermissionRequest":[{"hooks":[{"type":"command"}]}]}}"#, Standing::NotInForce),
    (
        r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"x","timeout":"5"}]}]}}"#,
        Standing::NotInForce,
    ),
    (r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"http","url":"x"}]}]}}"#, Standing::NotInForce),
    (r#"{"permissions":{"deny":"Read(.env)"}}"#, Standing::NotInForce),
    (r#"{"permissions":{"defaultMode":"allowEdits"}}"#, Standing::NotInForce),
    (r#"{"cleanupPeriodDays":"30"}"#, Standing::NotInForce),
    (r#"{"cleanupPeriodDays":1.5}"#, Standing::NotInForce),
    (r#"{"sandbox":{"network":{"httpProxyPort":null}}}"#, Standing::NotInForce),
    (r#"{"strictKnownMarketplaces":true}"#, Standing::NotInForce),
    (r#"{"statusLine":{"command":"x"}}"#, Standing::NotInForce),
    (r#"{"enableAllProjectMcpServers":"yes"}"#, Standing::NotInForce),
];

#[test]
fn as_the_client_was_seen_to_take_them() {
    for (text, standing) in SEEN {
        let settings = project(text);
        assert_eq!(settings.standing(), *standing, "{text}: {:?}", settings.defects);
    }
}

#[test]
fn managed_settings_lose_only_the_entry() {
    let text = r#"{"permissions":{"deny":["Read(.env)"],"defaultMode":"zz"},"hooks":{"PreToolUse":["x"]}}"#;
    let settings = Settings::new(Path::new("m.json"), Source::Managed, Document::new(text.to_owned()));
    assert_eq!(settings.standing(), Standing::Partly);
}

#[test]
fn a_key_written_twice_costs_the_first_one() {
    let text = "{\"permissions\":{\"deny\":[\"Read(.env)\"]},\n \"permissions\":{\"allow\":[\"Bash(ls)\"]}}";
    let settings = project(text);
    assert_eq!(settings.standing(), Standing::Partly);
    assert_eq!(settings.defects.first().unwrap().position.line, 1);
    assert!(effective(&[settings]).rules.iter().all(|rule| rule.text != "Read(.env)"));
}

#[test]
fn the_effect_is_put_in_words() {
    let text =
        r#"{"permissions":{"deny":["Read(.env)","Bash(curl *)"]},"hooks":{"PreToolUse":[{"hooks":["x"]}]}}"#;
    let effect = project(text).effect();
    assert!(effect.starts_with("not in force") && effect.contains("2 deny and ask rules"), "{effect}");
}

/// Every settings file of the shared corpus: no panic, and the same verdict as `claude doctor` on dropped parts.
#[test]
fn agrees_with_doctor_on_real_files() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/real_settings.jsonl.gz");
    if !corpus.exists() {
        eprintln!("skipped: no ../shared");
        return;
    }
    let unpacked = Command::new("gzip").arg("-dc").arg(&corpus).output().unwrap();
    let (mut verdicts, mut wrong) = (0, Vec::new());
    for line in String::from_utf8(unpacked.stdout).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let settings = project(row.get("text").and_then(Value::as_str).unwrap());
        // Every entry point, for files of every kind: none may panic.
        drop((settings.effect(), settings.hooks(), effective(std::slice::from_ref(&settings))));
        let Some(invalid) = row.pointer("/doctor/invalid").and_then(Value::as_array) else { continue };
        verdicts += 1;
        if invalid.is_empty() != (settings.standing() == Standing::InForce) {
            wrong.push(format!(
                "{}: doctor {invalid:?}, we {:?}",
                row.get("file").unwrap(),
                settings.defects
            ));
        }
    }
    assert!(verdicts > 0 && wrong.is_empty(), "{} of {verdicts} differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{verdicts} verdicts agree");
}
