//! Overlays on a tier, for a role or an environment: rules and flags that only tighten, from rows.

use hook_core::Tier;
use serde_json::{Map, Value, json};

use crate::tiers;

const OVERLAYS: &str = include_str!("../../../hooks-config/overlays.json");

/// What an overlay may set, and to what. Nothing here can loosen: a list of what is allowed has no row.
const FLAGS: &[(&str, &str)] = &[
    ("permissions.defaultMode", "\"plan\""),
    ("permissions.disableBypassPermissionsMode", "\"disable\""),
    ("permissions.disableAutoMode", "\"disable\""),
    ("enableAllProjectMcpServers", "false"),
];

/// A role's or an environment's rules beside the tier's.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    pub name: String,
    /// `role` or `environment`.
    pub kind: String,
    pub about: String,
    /// Dotted key to value.
    pub flags: Map<String, Value>,
    pub rules: Vec<OverlayRule>,
    /// For CLAUDE.md, a line each.
    pub guidance: Vec<String>,
}

/// One permission rule of an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayRule {
    pub rule: String,
    /// `deny` or `ask`.
    pub list: String,
    pub why: String,
}

/// Every overlay there is.
pub fn overlays() -> Vec<Overlay> {
    // The table is checked in and a test reads it; a row that does not parse would fail there.
    let rows: Vec<Value> = serde_json::from_str(OVERLAYS).unwrap_or_default();
    rows.iter().filter_map(overlay).collect()
}

fn overlay(row: &Value) -> Option<Overlay> {
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).map(str::to_string);
    let rules = row.get("rules")?.as_array()?.iter().map(|rule| {
        Some(OverlayRule { rule: text(rule, "rule")?, list: text(rule, "list")?, why: text(rule, "why")? })
    });
    let guidance = row.get("guidance")?.as_array()?.iter().map(|line| line.as_str().map(str::to_string));
    let flags = row.get("flags")?.as_object()?.clone();
    Some(Overlay {
        name: text(row, "name")?,
        kind: text(row, "kind")?,
        about: text(row, "about")?,
        flags: allowed(&flags).then_some(flags)?,
        rules: rules
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .map(|rule| ["deny", "ask"].contains(&rule.list.as_str()).then_some(rule))
            .collect::<Option<Vec<_>>>()?,
        guidance: guidance.collect::<Option<Vec<_>>>()?,
    })
}

fn allowed(flags: &Map<String, Value>) -> bool {
    flags.iter().all(|(key, value)| FLAGS.contains(&(key.as_str(), value.to_string().as_str())))
}

/// What applying an overlay added to a settings file, so that taking it off takes off no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    pub deny: Vec<String>,
    pub ask: Vec<String>,
    /// Dotted key to the value before, null where there was none.
    pub flags: Map<String, Value>,
}

impl Added {
    pub fn is_empty(&self) -> bool {
        self.deny.is_empty() && self.ask.is_empty() && self.flags.is_empty()
    }

    pub fn to_json(&self) -> Value {
        json!({ "deny": self.deny, "ask": self.ask, "flags": self.flags })
    }

    pub fn from_json(value: &Value) -> Option<Self> {
        let list = |key: &str| -> Option<Vec<String>> {
            value.get(key)?.as_array()?.iter().map(|rule| rule.as_str().map(str::to_string)).collect()
        };
        Some(Self { deny: list("deny")?, ask: list("ask")?, flags: value.get("flags")?.as_object()?.clone() })
    }
}

impl Overlay {
    /// The overlay as settings of its own, as `claude --settings FILE` takes them.
    pub fn settings(&self) -> Value {
        let mut settings = Map::new();
        self.apply(&mut settings);
        Value::Object(settings)
    }

    /// Adds what the settings lack of this overlay.
    pub fn apply(&self, settings: &mut Map<String, Value>) -> Added {
        let mut added = Added { deny: Vec::new(), ask: Vec::new(), flags: Map::new() };
        for rule in &self.rules {
            let Some(rules) = list(settings, &rule.list) else { continue };
            let wanted = Value::from(rule.rule.clone());
            if !rules.contains(&wanted) {
                rules.push(wanted);
                let kept = if rule.list == "deny" { &mut added.deny } else { &mut added.ask };
                kept.push(rule.rule.clone());
            }
        }
        for (key, value) in &self.flags {
            let before = flag(settings, key).cloned();
            // A person who already works in a stricter mode keeps it.
            if before.as_ref() == Some(value) || before == Some("dontAsk".into()) {
                continue;
            }
            set_flag(settings, key, value.clone());
            added.flags.insert(key.clone(), before.unwrap_or(Value::Null));
        }
        added
    }
}

/// Takes out what an overlay added. A rule the tier of the same file has as well stays.
pub fn take_off(settings: &mut Map<String, Value>, added: &Added, tier: Option<Tier>) {
    for (name, rules) in [("deny", &added.deny), ("ask", &added.ask)] {
        let of_the_tier = tier.map(|tier| tiers::permissions(tier, name)).unwrap_or_default();
        let Some(there) = list(settings, name) else { continue };
        there.retain(|rule| {
            rule.as_str().is_none_or(|rule| {
                !rules.iter().any(|ours| ours == rule) || of_the_tier.iter().any(|ours| ours == rule)
            })
        });
    }
    for (key, before) in &added.flags {
        set_flag(settings, key, before.clone());
    }
    clear_empty(settings);
}

/// The list of this name, made where there is none; `None` where something else stands there, which the client refuses.
fn list<'a>(settings: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Vec<Value>> {
    let permissions = settings.entry("permissions").or_insert_with(|| Value::Object(Map::new()));
    permissions.as_object_mut()?.entry(name).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
}

fn flag<'a>(settings: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((group, name)) => settings.get(group)?.get(name),
        None => settings.get(key),
    }
}

fn set_flag(settings: &mut Map<String, Value>, key: &str, value: Value) {
    let (fields, name) = match key.split_once('.') {
        Some((group, name)) => {
            let group = settings.entry(group).or_insert_with(|| Value::Object(Map::new()));
            (group.as_object_mut(), name)
        }
        None => (Some(settings), key),
    };
    let Some(fields) = fields else { return };
    if value.is_null() {
        fields.shift_remove(name);
    } else {
        fields.insert(name.into(), value);
    }
}

fn clear_empty(settings: &mut Map<String, Value>) {
    let Some(permissions) = settings.get_mut("permissions").and_then(Value::as_object_mut) else {
        return;
    };
    permissions.retain(|_, value| value.as_array().is_none_or(|rules| !rules.is_empty()));
    if permissions.is_empty() {
        settings.shift_remove("permissions");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_parses() {
        let raw: Vec<Value> = serde_json::from_str(OVERLAYS).unwrap();
        assert_eq!(overlays().len(), raw.len(), "a row that does not parse, or one that could loosen");
    }

    #[test]
    fn an_overlay_only_adds_and_comes_off_again() {
        let mut stricter = tiers::settings(Tier::Regulated).as_object().cloned().unwrap();
        stricter.insert("permissions".into(), {
            let mut permissions = stricter["permissions"].clone();
            permissions["defaultMode"] = "dontAsk".into();
            permissions
        });
        let bases = [
            Map::new(),
            tiers::settings(Tier::Starter).as_object().cloned().unwrap(),
            tiers::settings(Tier::Strict).as_object().cloned().unwrap(),
            stricter,
        ];
        for overlay in overlays() {
            for before in &bases {
                let mut settings = before.clone();
                let added = overlay.apply(&mut settings);
                for name in ["allow", "deny", "ask"] {
                    let rules = |settings: &Map<String, Value>| {
                        let value = settings.get("permissions").and_then(|value| value.get(name)).cloned();
                        value.and_then(|value| value.as_array().cloned()).unwrap_or_default()
                    };
                    let (old, new) = (rules(before), rules(&settings));
                    assert!(
                        old.iter().all(|rule| new.contains(rule)),
                        "{}: {name} lost a rule",
                        overlay.name
                    );
                    assert!(name != "allow" || old == new, "{}: something is allowed", overlay.name);
                }
                let again = overlay.apply(&mut settings);
                assert!(again.is_empty(), "{}: applied twice", overlay.name);
                take_off(&mut settings, &Added::from_json(&added.to_json()).unwrap(), None);
                assert_eq!(&settings, before, "{}: comes off", overlay.name);
            }
        }
    }
}
