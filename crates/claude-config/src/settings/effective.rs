//! What all settings files come to together.

use std::path::PathBuf;

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
    /// For every leaf of the merged value, by its path: the strongest file that says something about it.
    pub origins: Vec<(String, PathBuf)>,
    pub rules: Vec<EffectiveRule>,
}

/// Lists that are replaced by the stronger file instead of being joined.
const REPLACED: &[&str] = &["fallbackModel"];

/// Merges files, given from weak to strong: objects key by key, lists joined without repeats, else the stronger value.
pub fn effective(files: &[Settings]) -> Effective {
    let mut value = serde_json::Value::Object(serde_json::Map::new());
    let mut origins: Vec<(String, PathBuf)> = Vec::new();
    for settings in files {
        let Some(root) = settings.root() else { continue };
        merge("", &mut value, &settings.in_force());
        note_origins("", root, settings, &mut origins);
    }
    Effective { value, origins, rules: rules(files) }
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

fn note_origins(path: &str, node: &Node, settings: &Settings, origins: &mut Vec<(String, PathBuf)>) {
    for member in node.effective_members() {
        let path = if path.is_empty() { member.key.clone() } else { format!("{path}.{}", member.key) };
        if member.value.is_object() {
            note_origins(&path, &member.value, settings, origins);
            continue;
        }
        origins.retain(|(known, _)| *known != path || member.value.is_array());
        origins.push((path, settings.file.clone()));
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
