//! Which hook runs on which event from which tier on: `hooks-config/wiring.json`, read once at install time.

use std::path::Path;

use hook_core::{EventKind, Tier};
use serde_json::{Value, json};

const WIRING: &str = include_str!("../../../../../hooks-config/wiring.json");

/// One handler to wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub hook: String,
    pub event: String,
    /// `None` on events that have nothing to match.
    pub matcher: Option<String>,
    /// Seconds.
    pub timeout: u64,
    /// Whether a missing or broken binary blocks.
    pub blocks: bool,
}

impl Wire {
    /// The tools the client would run this handler for, as it reads a matcher: nothing or `*` is everything, a list of
    /// plain words is exact, anything else is a regular expression.
    pub fn tools(&self) -> Tools {
        match self.matcher.as_deref() {
            None | Some("" | "*") => Tools::All,
            Some(list) if list.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '|')) => {
                Tools::Named(list.split('|').map(str::to_string).collect())
            }
            // One that does not compile matches nothing; the tests of the table know of none.
            Some(pattern) => regex::Regex::new(pattern).map_or(Tools::Named(Vec::new()), Tools::Like),
        }
    }

    /// The matcher group Claude Code reads, in exec form: no shell, an absolute path.
    pub fn group(&self, hooks_folder: &Path) -> Value {
        let mut handler = json!({
            "type": "command",
            "command": hooks_folder.join(&self.hook).to_string_lossy(),
            "args": [],
            "timeout": self.timeout,
        });
        if let (true, Some(handler)) = (self.blocks, handler.as_object_mut()) {
            handler.insert("onFailure".into(), "block".into());
        }
        match &self.matcher {
            Some(matcher) => json!({ "matcher": matcher, "hooks": [handler] }),
            None => json!({ "hooks": [handler] }),
        }
    }
}

/// Which tools a handler is for.
#[derive(Debug, Clone)]
pub enum Tools {
    All,
    Named(Vec<String>),
    Like(regex::Regex),
}

impl Tools {
    pub fn hold(&self, tool: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == tool),
            Self::Like(pattern) => pattern.is_match(tool),
        }
    }
}

/// Events a hook with the event `*` is not put on: a WorktreeCreate hook replaces the client's own work, and
/// MessageDisplay comes with every piece of every answer.
const NOT_FOR_EVERY: &[EventKind] = &[EventKind::WorktreeCreate, EventKind::MessageDisplay];

/// The events that look at a matcher; on the others the key is left out.
const MATCHED: &[EventKind] = &[
    EventKind::PreToolUse,
    EventKind::PermissionRequest,
    EventKind::PermissionDenied,
    EventKind::PostToolUse,
    EventKind::PostToolUseFailure,
];

/// Every handler of a tier, in the order of the table.
pub fn wires(tier: Tier) -> Vec<Wire> {
    let mut wires = Vec::new();
    for row in rows().iter().filter(|row| from(row) <= tier) {
        let field = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let wire = |event: &str, matcher: Option<String>| Wire {
            hook: field("hook").into(),
            event: event.into(),
            matcher,
            timeout: row.get("timeout").and_then(Value::as_u64).unwrap_or(10),
            blocks: field("onFailure") == "block",
        };
        if field("event") != "*" {
            wires.push(wire(field("event"), row.get("matcher").and_then(Value::as_str).map(str::to_string)));
            continue;
        }
        for kind in EventKind::ALL.iter().filter(|kind| !NOT_FOR_EVERY.contains(kind)) {
            wires.push(wire(kind.name(), MATCHED.contains(kind).then(|| "*".to_string())));
        }
    }
    wires
}

/// The hooks a tier installs, each once.
pub fn hooks_of(tier: Tier) -> Vec<&'static str> {
    let wired: Vec<String> = wires(tier).into_iter().map(|wire| wire.hook).collect();
    hook_core::policy::HOOK_NAMES
        .iter()
        .copied()
        .filter(|name| wired.iter().any(|hook| hook == name))
        .collect()
}

/// The table's rows; a test holds that it parses and names only hooks and events that exist.
fn rows() -> Vec<Value> {
    serde_json::from_str(WIRING).unwrap_or_default()
}

fn from(row: &Value) -> Tier {
    row.get("from").and_then(Value::as_str).and_then(Tier::from_name).unwrap_or(Tier::Starter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_only_what_exists() {
        assert!(!rows().is_empty());
        for row in rows() {
            let field = |key: &str| row[key].as_str().unwrap_or_default();
            assert!(hook_core::policy::HOOK_NAMES.contains(&field("hook")), "{row}");
            assert!(
                field("event") == "*" || EventKind::from_name(field("event")) != EventKind::Other,
                "{row}"
            );
            assert!(Tier::from_name(field("from")).is_some(), "{row}");
        }
    }

    #[test]
    fn every_matcher_is_understood() {
        for wire in wires(Tier::Regulated) {
            let tools = wire.tools();
            assert!(!matches!(&tools, Tools::Named(names) if names.is_empty()), "{wire:?}");
            if wire.matcher.is_some() {
                assert!(tools.hold("Bash") || tools.hold("mcp__server__tool"), "{wire:?}");
            }
        }
    }

    #[test]
    fn a_higher_tier_wires_all_a_lower_one_does() {
        for pair in Tier::ALL.windows(2) {
            let (lower, higher) = (wires(pair[0]), wires(pair[1]));
            assert!(lower.iter().all(|wire| higher.contains(wire)), "{} against {}", pair[0], pair[1]);
        }
    }
}
