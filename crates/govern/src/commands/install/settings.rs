//! Merging the wiring into a settings file: other people's keys and hooks stay where they are.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value};

use super::Wire;

/// A settings file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub before: Option<Vec<u8>>,
    pub after: Vec<u8>,
}

impl Change {
    /// Prints the lines that come and go.
    pub fn print_diff(&self, path: &Path, out: &mut dyn Write) -> std::io::Result<()> {
        let before = String::from_utf8_lossy(self.before.as_deref().unwrap_or_default()).into_owned();
        let after = String::from_utf8_lossy(&self.after).into_owned();
        if before == after {
            return writeln!(out, "{}: no change", path.display());
        }
        let diff = similar::TextDiff::from_lines(&before, &after);
        let name = path.display().to_string();
        write!(out, "{}", diff.unified_diff().context_radius(2).header(&name, &name))
    }
}

/// The settings with exactly these handlers of ours in them.
///
/// # Errors
/// A file that is not strict JSON is refused: Claude Code drops such a file whole, and we would lose what the author meant.
pub fn merged(before: Option<&[u8]>, hooks_folder: &Path, wires: &[Wire]) -> Result<Change, String> {
    let mut settings = match before {
        None => Map::new(),
        Some(bytes) => object(bytes)?,
    };
    let kept = settings.get("hooks").cloned();
    remove_ours(&mut settings, hooks_folder)?;
    add(&mut settings, hooks_folder, wires)?;
    let unchanged = kept == settings.get("hooks").cloned();
    let after = match before {
        Some(bytes) if unchanged => bytes.to_vec(),
        _ => printed(&settings, &indent(before))?,
    };
    Ok(Change { before: before.map(<[u8]>::to_vec), after })
}

/// The settings without any handler of ours.
pub fn without_ours(before: &[u8], hooks_folder: &Path) -> Result<Vec<u8>, String> {
    let mut settings = object(before)?;
    remove_ours(&mut settings, hooks_folder)?;
    printed(&settings, &indent(Some(before)))
}

pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let broken =
        "Claude Code ignores this whole file as it is, so it is not touched; mend it and run this again";
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(format!("not a JSON object. {broken}")),
        Err(error) => Err(format!("not JSON: {error}. {broken}")),
    }
}

fn add(settings: &mut Map<String, Value>, hooks_folder: &Path, wires: &[Wire]) -> Result<(), String> {
    let hooks = settings.entry("hooks").or_insert_with(|| Value::Object(Map::new()));
    let hooks = hooks.as_object_mut().ok_or("`hooks` is not an object; mend it and run this again")?;
    for wire in wires {
        let groups = hooks.entry(wire.event.clone()).or_insert_with(|| Value::Array(Vec::new()));
        let groups = groups
            .as_array_mut()
            .ok_or_else(|| format!("`hooks.{}` is not a list; mend it and run this again", wire.event))?;
        groups.push(wire.group(hooks_folder));
    }
    Ok(())
}

/// Takes out handlers that run a binary of ours; groups and events that are empty then go too.
fn remove_ours(settings: &mut Map<String, Value>, hooks_folder: &Path) -> Result<(), String> {
    let Some(hooks) = settings.get_mut("hooks") else {
        return Ok(());
    };
    let hooks = hooks.as_object_mut().ok_or("`hooks` is not an object; mend it and run this again")?;
    let mut emptied = Vec::new();
    for (event, groups) in hooks.iter_mut() {
        let Some(groups) = groups.as_array_mut() else {
            continue;
        };
        let before = groups.len();
        groups.retain_mut(|group| keep_group(group, hooks_folder));
        if before > 0 && groups.is_empty() {
            emptied.push(event.clone());
        }
    }
    for event in emptied {
        hooks.shift_remove(&event);
    }
    if hooks.is_empty() {
        settings.shift_remove("hooks");
    }
    Ok(())
}

/// Takes our handlers out of a group; false where it held nothing else.
fn keep_group(group: &mut Value, hooks_folder: &Path) -> bool {
    let Some(handlers) = group.get_mut("hooks").and_then(Value::as_array_mut) else {
        return true;
    };
    let before = handlers.len();
    handlers.retain(|handler| !is_ours(handler, hooks_folder));
    before == handlers.len() || !handlers.is_empty()
}

fn is_ours(handler: &Value, hooks_folder: &Path) -> bool {
    let Some(command) = handler.get("command").and_then(Value::as_str).map(Path::new) else {
        return false;
    };
    let name = command.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    command.parent() == Some(hooks_folder) && hook_core::policy::HOOK_NAMES.contains(&name)
}

/// The indentation of the file's first indented line; two spaces where there is none.
pub(crate) fn indent(before: Option<&[u8]>) -> String {
    let text = String::from_utf8_lossy(before.unwrap_or_default());
    let first = text.lines().find(|line| line.starts_with([' ', '\t']));
    let indent: String =
        first.map(|line| line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()).unwrap_or_default();
    if indent.is_empty() { "  ".into() } else { indent }
}

pub(crate) fn printed(settings: &Map<String, Value>, indent: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    settings
        .serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        .map_err(|error| format!("cannot print the settings: {error}"))?;
    bytes.push(b'\n');
    Ok(bytes)
}
