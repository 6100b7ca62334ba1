//! Where each value in force was written: file and place, one row a value, one row an item of a list.

use std::path::PathBuf;

use super::effective::REPLACED;
use super::{Settings, Source};
use crate::json::{Node, Position, Span};

/// A value in force and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Keys from the top, joined by dots; items of a list share the list's path.
    pub path: String,
    pub value: serde_json::Value,
    pub source: Source,
    pub file: PathBuf,
    pub span: Span,
    pub position: Position,
}

/// Every value of the merged settings with the strongest file that says it, and every item of the joined lists with the
/// weakest one. `files` are given from weak to strong; managed settings that admit no others' rules or hooks are heeded.
pub fn origins(files: &[Settings]) -> Vec<Origin> {
    let mut origins = Vec::new();
    for settings in files {
        let Some(root) = settings.root() else { continue };
        let walk = Walk { settings, only: ManagedOnly::of(files) };
        walk.value("", root, &settings.in_force(), &mut origins);
    }
    origins
}

/// What managed settings keep to themselves.
#[derive(Clone, Copy)]
struct ManagedOnly {
    rules: bool,
    hooks: bool,
}

impl ManagedOnly {
    fn of(files: &[Settings]) -> Self {
        let says = |key: &str| {
            let yes = |settings: &&Settings| settings.at(&[key]).and_then(Node::as_bool) == Some(true);
            files.iter().filter(|settings| settings.source == Source::Managed).any(|settings| yes(&settings))
        };
        Self { rules: says("allowManagedPermissionRulesOnly"), hooks: says("allowManagedHooksOnly") }
    }

    fn shuts_out(self, path: &str) -> bool {
        let rules = ["permissions.allow", "permissions.ask", "permissions.deny"];
        (self.rules && rules.contains(&path)) || (self.hooks && path == "hooks")
    }
}

struct Walk<'a> {
    settings: &'a Settings,
    only: ManagedOnly,
}

impl Walk<'_> {
    /// `taken` is what the client takes of `node`.
    fn value(&self, path: &str, node: &Node, taken: &serde_json::Value, origins: &mut Vec<Origin>) {
        if self.settings.source != Source::Managed && self.only.shuts_out(path) {
            return;
        }
        match taken {
            serde_json::Value::Object(fields) if !fields.is_empty() => {
                for (key, value) in fields {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    self.value(&path, node.get(key).unwrap_or(node), value, origins);
                }
            }
            serde_json::Value::Array(items) => self.items(path, node, items, origins),
            _ => {
                origins.retain(|known| known.path != path);
                origins.push(self.origin(path, node, taken));
            }
        }
    }

    fn items(&self, path: &str, node: &Node, items: &[serde_json::Value], origins: &mut Vec<Origin>) {
        if REPLACED.contains(&path) {
            origins.retain(|known| known.path != path);
        }
        for item in items {
            if origins.iter().any(|known| known.path == path && known.value == *item) {
                continue;
            }
            // An item that lost a part to a mistake in it is not written as it is taken; its list's place must do.
            let written = node.items().iter().find(|written| written.to_json() == *item);
            origins.push(self.origin(path, written.unwrap_or(node), item));
        }
    }

    fn origin(&self, path: &str, node: &Node, value: &serde_json::Value) -> Origin {
        Origin {
            path: path.to_owned(),
            value: value.clone(),
            source: self.settings.source,
            file: self.settings.file.clone(),
            span: node.span,
            position: self.settings.document.position(node.span.start),
        }
    }
}
