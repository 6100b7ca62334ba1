//! Settings that approve MCP servers unseen: `enableAllProjectMcpServers`, at the start and when a settings file changes.

use std::path::{Path, PathBuf};

use claude_config::Places;
use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope, files};
use serde_json::Value;

use crate::rules;

/// Settings are small; a megabyte is somebody's mistake.
const MAX_BYTES: usize = 1 << 20;

/// The settings files a developer or the agent can write.
pub(crate) fn files(places: &Places) -> Vec<PathBuf> {
    vec![
        places.user.join("settings.json"),
        places.start.join(".claude/settings.json"),
        places.root().join(".claude/settings.local.json"),
    ]
}

/// Whether the file approves every project server. A file that is no JSON approves nothing: the client drops it.
pub(crate) fn approves_all(file: &Path) -> Result<bool, Error> {
    let Some(text) = files::read_text(file, MAX_BYTES)? else { return Ok(false) };
    // The needle first: nearly no settings file has the key.
    if !text.contains("enableAllProjectMcpServers") {
        return Ok(false);
    }
    let root: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(root.get("enableAllProjectMcpServers") == Some(&Value::Bool(true)))
}

/// ConfigChange can refuse the new settings; it can tell nobody anything else.
pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    const RULE: &str = "approves-all";
    let file = Path::new(event.text("file_path"));
    let ours = matches!(event.text("source"), "user_settings" | "project_settings" | "local_settings");
    if !ours || !approves_all(file)? {
        return Ok(Decision::pass());
    }
    let path = file.to_string_lossy();
    if context.judge(RULE, &Scope { path: Some(&path), fingerprint: None }) == Mode::Off {
        return Ok(Decision::pass());
    }
    let text = format!("{path} now approves every server of .mcp.json unseen (enableAllProjectMcpServers)");
    let finding = Finding {
        rule: RULE.into(),
        severity: rules::severity(RULE),
        pointer: path.into_owned(),
        summary: text.clone(),
        fingerprint: String::new(),
    };
    let decision = if context.policy.flag("deny_changed") {
        Decision::deny(RULE, format!("{text}. Approve servers one by one instead: `govern mcp request`."))
    } else {
        Decision::warn_user(text)
    };
    Ok(decision.with_finding(finding))
}
