//! The records hooks write to the audit log; every field is already free of secrets.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::exception::Excuse;
use crate::{Decision, Event, Finding, Hook, Mode};

/// The fields every record has that comes from an event: who, where, which call. Empty fields are left out.
pub fn base(event: &Event, user: &str) -> Map<String, Value> {
    // A record has some twenty fields by the time it is written.
    let mut record = Map::with_capacity(28);
    let mut put = |key: &str, text: &str| {
        if !text.is_empty() {
            record.insert(key.into(), identifier(text).into());
        }
    };
    put("event", event.name());
    put("session", event.session_id());
    put("agent", event.agent_id());
    put("prompt", event.prompt_id());
    put("tool_use", event.tool_use_id());
    put("tool", event.tool_name());
    if !user.is_empty() {
        record.insert("user".into(), user.into());
    }
    record
}

/// A name or id as records hold it: as it is where it looks like one, else a digest. The fields that say which session
/// and call it was are stored by hooks that know nothing of secrets, so a secret must not pass through them.
pub fn identifier(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let digest = ledger::to_hex(&ledger::digest_once(text.as_bytes()));
    let digest = format!("digest:{}", digest.get(..24).unwrap_or_default());
    Cow::Owned(digest)
}

/// The beginnings of ids that models give their calls; what follows is as random as a key.
const CALL_IDS: &[&str] = &["toolu_", "srvtoolu_", "tooluse_", "call_"];

/// Whether a text is a name, a UUID or a call's id rather than a key or a token: no long run of letters and digits but
/// words, numbers and lower-case hexadecimal.
pub(crate) fn is_plain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:@$ ".contains(&byte);
    if text.len() > 200 || !text.bytes().all(allowed) {
        return false;
    }
    if text.len() <= 64 && CALL_IDS.iter().any(|start| text.starts_with(start)) {
        return true;
    }
    text.split(|character: char| !character.is_ascii_alphanumeric()).all(is_word)
}

/// Whether a run of letters and digits is short, or made of letters only, or lower-case hexadecimal.
fn is_word(run: &str) -> bool {
    run.len() < 16
        || run.bytes().all(|byte| byte.is_ascii_alphabetic())
        || run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_TOLD)).unwrap_or_default()
}

/// The text with every run of letters and digits that looks like a key replaced by `*`. What a hook tells of a path or a
/// server may hold whatever somebody put into its name.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let run = piece.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        out.push_str(if is_word(run) { run } else { "*" });
        out.push_str(piece.get(run.len()..).unwrap_or_default());
    }
    out
}

/// The record of what a hook decided. `mode` says whether the decision was carried out (`enforce`), told (`warn`) or
/// only noted (`observe`).
pub fn decision(
    hook: &Hook,
    event: &Event,
    user: &str,
    decision: &Decision,
    mode: Mode,
) -> Map<String, Value> {
    let mut record = base(event, user);
    record.insert("type".into(), "decision".into());
    record.insert("hook".into(), hook.name.into());
    record.insert("decision".into(), decision.name().into());
    record.insert("mode".into(), mode.name().into());
    record.insert("basis".into(), if mode == Mode::Enforce { "decided" } else { "observed" }.into());
    if let Some(reason) = decision.verdict.reason() {
        record.insert("rule".into(), reason.rule().into());
    }
    if !decision.findings.is_empty() {
        record.insert("findings".into(), decision.findings.iter().take(MOST_FINDINGS).map(finding).collect());
    }
    if decision.findings.len() > MOST_FINDINGS {
        record.insert("findings_len".into(), decision.findings.len().into());
    }
    record
}

/// The record of what an exception or an approval let through: by whose leave, until when.
pub fn excused(hook: &Hook, event: &Event, user: &str, excuse: &Excuse) -> Map<String, Value> {
    let mut record = base(event, user);
    record.insert("type".into(), if excuse.once { "approval_used" } else { "exception_used" }.into());
    record.insert("hook".into(), hook.name.into());
    record.insert("rule".into(), excuse.rule.clone().into());
    record.insert("scope".into(), excuse.scope.clone().into());
    record.insert("approver".into(), excuse.approver.clone().into());
    record.insert("reason".into(), excuse.reason.clone().into());
    record.insert("expires".into(), excuse.expires.clone().into());
    record
}

/// So many findings stand in one record, and so many bytes of what each says: a line of the log has a length it must not
/// pass. How many there were stands beside them.
const MOST_FINDINGS: usize = 64;
const MOST_TOLD: usize = 256;

fn finding(finding: &Finding) -> Value {
    let mut row = json!({
        "rule": finding.rule,
        "severity": finding.severity.to_string(),
        "pointer": masked(cut(&finding.pointer)),
        "summary": masked(cut(&finding.summary)),
    });
    if let (Some(row), false) = (row.as_object_mut(), finding.fingerprint.is_empty()) {
        row.insert("fingerprint".into(), finding.fingerprint.clone().into());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_stay_and_keys_do_not() {
        for plain in [
            "Bash",
            "mcp__claude_ai_Google_Calendar__list_events",
            "PostToolUseFailure",
            "5d1c2f0e-0000-4000-8000-000000000001",
            "a403ec68b6c7cde73",
            "toolu_01A09q90qw90lq917835lq9",
            "toolu_bdrk_01A09q90qw90lq917835lq9",
        ] {
            assert_eq!(identifier(plain), plain);
        }
        for key in ["AKIA", "ghp_", "sk-ant-api03-"].map(|start| format!("{start}Z7Q2M4KXW6JB3NTP")) {
            assert!(identifier(&key).starts_with("digest:"), "{key}");
            assert!(identifier(&format!("mcp__{key}__x")).starts_with("digest:"), "{key}");
        }
        assert_eq!(masked("`/p/AKIAZ7Q2M4KXW6JB3NTP`, é 9"), "`/p/*`, é 9");
        assert!(identifier("rm -rf /").starts_with("digest:"), "no name");
        assert_ne!(identifier("a/b"), identifier("a/c"));
    }
}
