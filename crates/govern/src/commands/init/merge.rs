//! Merging a tier into what a repository has: nothing of the team's own is lost.

use hook_core::Tier;
use serde_json::{Map, Value};

use crate::commands::install::{indent, object, printed};

/// The settings with the tier in them: lists add up, flags of the tier are set, other people's hooks stay.
///
/// # Errors
/// A file that is not strict JSON is refused: Claude Code ignores it whole as it is.
pub fn merged_settings(before: Option<&[u8]>, tier: &Value) -> Result<Vec<u8>, String> {
    let mut settings = match before {
        None => Map::new(),
        Some(bytes) => object(bytes)?,
    };
    let original = settings.clone();
    remove_launchers(&mut settings);
    for (key, wanted) in tier.as_object().into_iter().flatten() {
        let merged = merged_value(settings.get(key), wanted);
        settings.insert(key.clone(), merged);
    }
    match before {
        Some(bytes) if settings == original => Ok(bytes.to_vec()),
        _ => printed(&settings, &indent(before)),
    }
}

/// Lists get what they lack, objects are merged key by key, anything else becomes the tier's.
fn merged_value(before: Option<&Value>, wanted: &Value) -> Value {
    match (before, wanted) {
        (Some(Value::Array(before)), Value::Array(wanted)) => {
            let mut all = before.clone();
            all.extend(wanted.iter().filter(|item| !before.contains(item)).cloned());
            Value::Array(all)
        }
        (Some(Value::Object(before)), Value::Object(wanted)) => {
            let mut all = before.clone();
            for (key, value) in wanted {
                let merged = merged_value(before.get(key), value);
                all.insert(key.clone(), merged);
            }
            Value::Object(all)
        }
        // Somebody's schema or a longer retention is theirs to keep.
        (Some(Value::String(before)), Value::String(wanted)) if wanted.starts_with("https://") => {
            before.clone().into()
        }
        (Some(Value::Number(before)), Value::Number(wanted)) if before.as_f64() >= wanted.as_f64() => {
            before.clone().into()
        }
        (_, wanted) => wanted.clone(),
    }
}

/// The settings without our launcher's handlers.
///
/// # Errors
/// A file that is not strict JSON is refused: Claude Code ignores it whole as it is.
pub fn without_launchers(before: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let Some(bytes) = before else { return Ok(Vec::new()) };
    let mut settings = object(bytes)?;
    let original = settings.clone();
    remove_launchers(&mut settings);
    if settings.get("hooks").and_then(Value::as_object).is_some_and(Map::is_empty) {
        settings.shift_remove("hooks");
    }
    if settings == original {
        return Ok(bytes.to_vec());
    }
    printed(&settings, &indent(before))
}

/// Takes out the groups of an earlier tier, so that a lower wiring does not stay beside a higher one.
fn remove_launchers(settings: &mut Map<String, Value>) {
    let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) else {
        return;
    };
    for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
        groups.retain(|group| !is_ours(group));
    }
    hooks.retain(|_, groups| groups.as_array().is_none_or(|groups| !groups.is_empty()));
}

fn is_ours(group: &Value) -> bool {
    let handlers = group.get("hooks").and_then(Value::as_array);
    handlers.is_some_and(|handlers| {
        !handlers.is_empty()
            && handlers.iter().all(|handler| {
                let command = handler.get("command").and_then(Value::as_str).unwrap_or_default();
                command.ends_with("/.claude/hooks/run-hook.sh")
            })
    })
}

/// The CLAUDE.md with this tier's part in it, in the place of an earlier tier's, else at its end.
pub fn merged_claude_md(before: Option<&[u8]>, part: &str) -> Vec<u8> {
    let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
    let (start, end) = ("<!-- governance: ", "<!-- governance: end -->\n");
    let place = before.find(start).and_then(|from| {
        let length = before.get(from..)?.find(end)? + end.len();
        Some((before.get(..from)?, before.get(from + length..)?))
    });
    match place {
        Some((above, below)) => format!("{above}{part}{below}").into_bytes(),
        None if before.is_empty() => part.as_bytes().to_vec(),
        None => format!("{}\n\n{part}", before.trim_end()).into_bytes(),
    }
}

/// The project's policy with this tier; everything else in it stays.
pub(super) fn with_tier(before: Option<&[u8]>, tier: Tier) -> Result<Vec<u8>, String> {
    let mut policy = match before {
        None => Map::new(),
        Some(bytes) => object(bytes)?,
    };
    if policy.get("tier").and_then(Value::as_str) == Some(tier.name()) {
        return Ok(before.unwrap_or_default().to_vec());
    }
    policy.insert("tier".into(), tier.name().into());
    printed(&policy, &indent(before))
}

/// A text file that has this line.
pub(super) fn with_line(before: Option<&[u8]>, line: &str) -> Vec<u8> {
    let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
    if before.lines().any(|known| known.trim() == line) {
        return before.into_bytes();
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{gap}{line}\n").into_bytes()
}
