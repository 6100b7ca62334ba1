//! Managed settings in the forms device management takes: a property list, a profile, a registry file.

use std::path::Path;

use hook_core::{Tier, files};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::managed;
use crate::{Exit, Failure, Io, tiers};

/// The preference domain the client reads on macOS.
const DOMAIN: &str = "com.anthropic.claudecode";

/// Writes the files of a tier into a folder; an administrator hands them to Jamf, Kandji, Intune or Group Policy.
pub(super) fn write(out: &Path, tier: Tier, io: &mut Io<'_>) -> Result<Exit, Failure> {
    std::fs::create_dir_all(out)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", out.display())))?;
    let settings = managed::settings(tier);
    let rules = Value::Object(tiers::rules(tier));
    let texts = [
        ("managed-settings.json".to_string(), format!("{settings:#}\n")),
        (format!("{DOMAIN}.plist"), plist(&settings)),
        (format!("{DOMAIN}.mobileconfig"), profile(&settings, tier)),
        // The hooks are programs for macOS and Linux; on Windows the rules alone hold.
        ("ClaudeCode.reg".to_string(), registry(&rules)),
    ];
    for (name, text) in texts {
        files::write_atomic(&out.join(&name), text.as_bytes(), 0o644)?;
        writeln!(io.out, "written {}", out.join(&name).display())?;
    }
    writeln!(io.out, "The binaries go to {} on each machine.", managed::BINARIES)?;
    Ok(Exit::Clean)
}

const PLIST_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
    <plist version=\"1.0\">\n";

fn plist(settings: &Value) -> String {
    let mut text = PLIST_HEAD.to_string();
    element(settings, 0, &mut text);
    text.push_str("</plist>\n");
    text
}

/// The whole profile. Its identifiers come from what it holds, so that the same settings give the same profile.
fn profile(settings: &Value, tier: Tier) -> String {
    let identifier = |what: &str| {
        let digest = Sha256::digest(format!("{what}\n{settings}").as_bytes());
        let hex = digest.iter().take(16).fold(String::new(), |hex, byte| format!("{hex}{byte:02X}"));
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_string();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    };
    let mut payload = settings.clone();
    let mut add = |key: &str, value: Value| {
        if let Some(fields) = payload.as_object_mut() {
            fields.insert(key.into(), value);
        }
    };
    add("PayloadType", DOMAIN.into());
    add("PayloadIdentifier", format!("{DOMAIN}.governance").into());
    add("PayloadUUID", identifier("payload").into());
    add("PayloadVersion", 1.into());
    plist(&serde_json::json!({
        "PayloadType": "Configuration",
        "PayloadIdentifier": format!("{DOMAIN}.governance.profile"),
        "PayloadUUID": identifier("profile"),
        "PayloadVersion": 1,
        "PayloadScope": "System",
        "PayloadDisplayName": format!("Claude Code governance, tier {tier}"),
        "PayloadContent": [payload],
    }))
}

fn element(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let line = match value {
        Value::Null => return,
        Value::Bool(true) => "<true/>".to_string(),
        Value::Bool(false) => "<false/>".to_string(),
        Value::Number(number) if number.is_f64() => format!("<real>{number}</real>"),
        Value::Number(number) => format!("<integer>{number}</integer>"),
        Value::String(text) => format!("<string>{}</string>", escaped(text)),
        Value::Array(items) => {
            out.extend([indent.as_str(), "<array>\n"]);
            for item in items {
                element(item, depth + 1, out);
            }
            "</array>".to_string()
        }
        Value::Object(fields) => {
            out.extend([indent.as_str(), "<dict>\n"]);
            for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                out.extend([indent.as_str(), "  <key>", &escaped(key), "</key>\n"]);
                element(value, depth + 1, out);
            }
            "</dict>".to_string()
        }
    };
    out.extend([indent.as_str(), &line, "\n"]);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The registry value the client reads on Windows: the settings as one line of JSON.
fn registry(settings: &Value) -> String {
    let line = settings.to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode]\r\n\"Settings\"=\"{line}\"\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_list_says_what_the_settings_say() {
        let text = plist(&serde_json::json!({ "a": [true, 1, "x<y & z"], "b": { "c": "Read(**/.env)" } }));
        let expected = "<dict>\n  <key>a</key>\n  <array>\n    <true/>\n    <integer>1</integer>\n    \
            <string>x&lt;y &amp; z</string>\n  </array>\n  <key>b</key>\n  <dict>\n    <key>c</key>\n    \
            <string>Read(**/.env)</string>\n  </dict>\n</dict>\n</plist>\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn a_registry_file_holds_one_line_of_json() {
        let text = registry(&serde_json::json!({ "a": "b\\c" }));
        assert!(text.contains(r#""Settings"="{\"a\":\"b\\\\c\"}""#), "{text}");
    }
}
