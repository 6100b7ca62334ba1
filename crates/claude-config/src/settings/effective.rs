//! What all settings files come to together.

use std::path::PathBuf;

use super::origins::{Origin, origins};
use super::{Settings, Source};
use crate::json::Node;
use crate::permission::{Behavior, Rule};

/// A rule in force and where it comes from.
#[derive(Clone, Debug)]
pub struct EffectiveRule {
    pub behavior: Behavior,
    pub rule: Rule,
    /// The rule as it is written.
    pub text: String,
    pub source: Source,
    pub file: PathBuf,
}

/// The merged settings.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The merged value.
    pub value: serde_json::Value,
    /// Where each value was written.
    pub origins: Vec<Origin>,
    pub rules: Vec<EffectiveRule>,
}

/// Lists that are replaced by the stronger file instead of being joined.
pub(super) const REPLACED: &[&str] = &["fallbackModel"];

/// Merges files, given from weak to strong: objects key by key, lists joined without repeats, else the stronger value.
pub fn effective(files: &[Settings]) -> Effective {
    let mut value = serde_json::Value::Object(serde_json::Map::new());
    for settings in files.iter().filter(|settings| settings.root().is_some()) {
        merge("", &mut value, &settings.in_force());
    }
    Effective { value, origins: origins(files), rules: rules(files) }
}

fn merge(path: &str, into: &mut serde_json::Value, from: &serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (key, value) in from {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match into.get_mut(key) {
                    Some(there) => merge(&path, there, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (serde_json::Value::Array(into), serde_json::Value::Array(from)) if !REPLACED.contains(&path) => {
            for item in from {
                if !into.contains(item) {
                    into.push(item.clone());
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// The rules of all files; with `allowManagedPermissionRulesOnly` those of managed settings alone.
fn rules(files: &[Settings]) -> Vec<EffectiveRule> {
    let only = |settings: &Settings| {
        settings.at(&["allowManagedPermissionRulesOnly"]).and_then(Node::as_bool) == Some(true)
    };
    let managed_only = files.iter().any(|settings| settings.source == Source::Managed && only(settings));
    let mut rules = Vec::new();
    for settings in files.iter().filter(|settings| !managed_only || settings.source == Source::Managed) {
        for behavior in Behavior::ALL {
            for (rule, node) in settings.rules(behavior) {
                let text = node.as_str().unwrap_or_default().to_owned();
                rules.push(EffectiveRule {
                    behavior,
                    rule,
                    text,
                    source: settings.source,
                    file: settings.file.clone(),
                });
            }
        }
    }
    rules
}
