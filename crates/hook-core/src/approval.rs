//! A one-time approval: a person lets exactly one call through, once, soon. `govern allow --once` writes it, the hook
//! that would have stopped the call uses it up.

use chrono::{DateTime, SecondsFormat, Utc};
use hmac_sha256::Hash;
use serde_json::{Map, Value, json};

use crate::exception::Excuse;
use crate::{Error, Event, EventKind, StateDirectory};

/// Where approvals lie in the state folder.
pub const FOLDER: &str = "once";

/// How the name of a file ends that says who used an approval up.
pub const CLAIM_END: &str = ".used";

/// What a call's tag begins with.
pub const TAG_PREFIX: &str = "call:";

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub hook: String,
    pub rules: Vec<String>,
    /// The tag of the call.
    pub call: String,
    pub reason: String,
    pub approver: String,
    pub expires: DateTime<Utc>,
    /// Tells this approval from an earlier one of the same call: a moment in nanoseconds.
    pub made: i64,
}

impl Approval {
    /// Leaves the approval for the hook to find.
    pub fn write(&self, state: &StateDirectory) -> Result<(), Error> {
        let Some(name) = file_name(&self.hook, &self.call) else {
            return Err(Error::state(state.root(), format!("`{}` is not the tag of a call", self.call)));
        };
        let text = json!({ "hook": self.hook, "rules": self.rules, "call": self.call, "reason": self.reason,
                           "approver": self.approver, "made": self.made,
                           "expires": self.expires.to_rfc3339_opts(SecondsFormat::Secs, true) });
        state.write(&name, text.to_string().as_bytes())
    }

    /// Removes it, with what says who used it up.
    pub fn remove(&self, state: &StateDirectory) -> Result<(), Error> {
        for name in [file_name(&self.hook, &self.call), self.claim_name()].into_iter().flatten() {
            state.remove(&name)?;
        }
        Ok(())
    }

    /// The approval of this call for this hook; one that cannot be read is an error.
    pub fn find(state: &StateDirectory, hook: &str, call: &str) -> Result<Option<Self>, Error> {
        let Some(name) = file_name(hook, call) else { return Ok(None) };
        let Some(bytes) = state.read(&name)? else { return Ok(None) };
        let found = Self::from_json(&bytes)
            .ok_or_else(|| Error::state(&state.root().join(&name), "is not an approval; remove it"))?;
        Ok((found.hook == hook && found.call == call).then_some(found))
    }

    /// The approval in these bytes.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        let fields: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let text = |key: &str| fields.get(key).and_then(Value::as_str).map(String::from);
        let rules = fields.get("rules")?.as_array()?.iter();
        Some(Self {
            hook: text("hook")?,
            rules: rules.map(|rule| rule.as_str().map(String::from)).collect::<Option<_>>()?,
            call: text("call")?,
            reason: text("reason")?,
            approver: text("approver")?,
            expires: DateTime::parse_from_rfc3339(&text("expires")?).ok()?.to_utc(),
            made: fields.get("made")?.as_i64()?,
        })
    }

    /// The name of the file that says who used it up.
    pub fn claim_name(&self) -> Option<String> {
        Some(format!("{}.{}{CLAIM_END}", file_name(&self.hook, &self.call)?, self.made))
    }

    /// Uses the approval up for this event; whether it was there to be used. Of calls that come at once exactly one
    /// succeeds. The same call seen twice (a hook wired in two settings files) is one call.
    pub(crate) fn claim(
        &self,
        state: &StateDirectory,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let Some(name) = self.claim_name() else { return Ok(false) };
        let who = match [event.tool_use_id(), event.prompt_id()].into_iter().find(|id| !id.is_empty()) {
            Some(id) => format!("{} {id}", event.session_id()),
            None => String::new(),
        };
        // Without an id each process is a caller of its own; the time tells them apart well enough for a log.
        let claim = json!({ "by": who, "at": now.to_rfc3339_opts(SecondsFormat::Millis, true) }).to_string();
        if state.create(&name, claim.as_bytes())? {
            return Ok(true);
        }
        let before: Value =
            state.read(&name)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Ok(!who.is_empty() && before.get("by").and_then(Value::as_str) == Some(who.as_str()))
    }

    pub(crate) fn excuse(&self, rule: &str) -> Excuse {
        Excuse {
            rule: rule.into(),
            scope: format!("call {}", self.call),
            reason: self.reason.clone(),
            approver: self.approver.clone(),
            expires: self.expires.to_rfc3339_opts(SecondsFormat::Secs, true),
            once: true,
        }
    }
}

/// The tag of what an event asks for: equal for equal calls, keyed, so that it tells nothing of what it stands for.
///
/// Of a shell call the command and the folder count, not the words the model describes it with.
pub fn call_tag(event: &Event, key: &[u8; 32]) -> Option<String> {
    let mut hash = Hash::new();
    hash.update(key);
    match event.kind() {
        EventKind::PreToolUse => {
            hash.update(event.tool_name());
            hash.update([0]);
            let is_shell = matches!(event.tool_name(), "Bash" | "PowerShell");
            if is_shell {
                hash.update(event.cwd());
                hash.update([0]);
            }
            for (key, value) in sorted(event.tool_input()) {
                if !(is_shell && matches!(key.as_str(), "description" | "timeout")) {
                    hash.update(json!([key, value]).to_string());
                }
            }
        }
        EventKind::UserPromptSubmit => hash.update(event.prompt()),
        _ => return None,
    }
    let digest = hash.finalize();
    let mut tag = String::from(TAG_PREFIX);
    for byte in digest.iter().take(8) {
        for nibble in [byte >> 4, byte & 0x0f] {
            tag.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    Some(tag)
}

/// The fields of an input in the order of their names: the client keeps the model's own order.
fn sorted(input: Option<&Value>) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = input.and_then(Value::as_object).into_iter().flatten().collect();
    fields.sort_by_key(|(key, _)| key.as_str());
    fields
}

/// One file a hook and call. Tags come from people too, so only their own form is taken as a part of a name.
fn file_name(hook: &str, call: &str) -> Option<String> {
    let hex = call.strip_prefix(TAG_PREFIX)?;
    let is_tag = hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_tag.then(|| format!("{FOLDER}/{hex}.{hook}"))
}
