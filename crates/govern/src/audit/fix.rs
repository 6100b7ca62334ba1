//! Safe fixes of a settings file: what Claude Code drops becomes what its author meant, and nothing else changes.

use std::path::Path;

use claude_config::json::Document;
use claude_config::settings::{Settings, Source};
use serde_json::{Map, Value, json};

use crate::commands::install::{indent, printed};

/// How many values one file may have mended; more is no settings file anybody meant.
const MOST_MENDS: usize = 100;

/// The mended text, or `None` where there is nothing to mend.
///
/// Hooks written as plain strings, bare commands or with relative paths become handlers; a value that costs the file is
/// turned into what it was meant to be where that is plain, else taken out; `disableAllHooks` goes.
///
/// # Errors
/// Text that is no JSON even without its comments and trailing commas.
pub fn fixed(text: &str, source: Source) -> Result<Option<String>, String> {
    let strict: Result<Value, _> = serde_json::from_str(text);
    let value = match strict {
        Ok(value) => value,
        Err(_) => serde_json::from_str(&without_comments(text))
            .map_err(|error| format!("cannot be mended by itself: {error}"))?,
    };
    let Value::Object(mut settings) = value else {
        return Err("is not a JSON object".into());
    };
    if let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) {
        mend_hooks(hooks);
    }
    if settings.get("disableAllHooks") == Some(&Value::Bool(true)) {
        settings.shift_remove("disableAllHooks");
    }
    let mut value = Value::Object(settings);
    mend_values(&mut value, source)?;
    if serde_json::from_str::<Value>(text).is_ok_and(|before| before == value) {
        return Ok(None);
    }
    let settings = value.as_object().ok_or("is not a JSON object")?;
    let bytes = printed(settings, &indent(Some(text.as_bytes())))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Mends, one after the other, the values for which the client drops the whole file.
fn mend_values(settings: &mut Value, source: Source) -> Result<(), String> {
    for _ in 0..MOST_MENDS {
        let Some(path) = costly(settings, source).into_iter().next() else {
            return Ok(());
        };
        *settings = without_defect(settings, &path, source)
            .ok_or_else(|| format!("cannot be mended by itself: `{path}` costs the whole file"))?;
    }
    Err("has too many mistakes to be mended by itself".into())
}

/// The paths of the values that cost the file.
fn costly(settings: &Value, source: Source) -> Vec<String> {
    let document = Document::new(settings.to_string());
    let read = Settings::new(Path::new("settings.json"), source, document);
    read.defects.into_iter().filter(|defect| defect.drops_file).map(|defect| defect.path).collect()
}

/// The settings with this value mended: the gentlest change after which it no longer costs the file.
fn without_defect(settings: &Value, path: &str, source: Source) -> Option<Value> {
    let pointer = format!("/{}", path.replace('.', "/"));
    let broken = settings.pointer(&pointer)?.clone();
    let before = costly(settings, source).len();
    let better = |candidate: Value| {
        let mut changed = settings.clone();
        *changed.pointer_mut(&pointer)? = candidate;
        (costly(&changed, source).len() < before).then_some(changed)
    };
    let gentle = meanings(&broken).into_iter().find_map(better);
    // A handler is kept without the field that is wrong: a guard without its timeout is still a guard.
    let slimmer = broken.as_object().into_iter().flatten().find_map(|(field, value)| {
        let other = meanings(value).into_iter().find_map(|meant| {
            let mut candidate = broken.clone();
            candidate.as_object_mut()?.insert(field.clone(), meant);
            better(candidate)
        });
        other.or_else(|| {
            let mut candidate = broken.clone();
            candidate.as_object_mut()?.shift_remove(field);
            better(candidate)
        })
    });
    gentle.or(slimmer).or_else(|| {
        let mut changed = settings.clone();
        let (parent, last) = pointer.rsplit_once('/')?;
        match changed.pointer_mut(parent)? {
            Value::Object(fields) => drop(fields.shift_remove(last)),
            Value::Array(items) => drop(items.remove(last.parse().ok()?)),
            _ => return None,
        }
        Some(changed)
    })
}

/// What a value of the wrong kind was plainly meant to be.
fn meanings(value: &Value) -> Vec<Value> {
    let Some(text) = value.as_str() else { return Vec::new() };
    let number = text.trim().parse::<u64>().ok().map(Value::from);
    let truth = text.trim().parse::<bool>().ok().map(Value::from);
    number.into_iter().chain(truth).chain([json!([text])]).collect()
}

fn mend_hooks(hooks: &mut Map<String, Value>) {
    for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
        for group in groups.iter_mut() {
            if let Value::String(command) = group {
                *group = json!({ "hooks": [handler(command)] });
            }
            unfold(group);
            let Some(handlers) = group.get_mut("hooks").and_then(Value::as_array_mut) else {
                continue;
            };
            for handler in handlers {
                mend_handler(handler);
            }
        }
    }
}

/// A group that is itself a handler gets its `hooks`.
fn unfold(group: &mut Value) {
    let Some(fields) = group.as_object_mut() else { return };
    if fields.contains_key("hooks") || fields.get("command").and_then(Value::as_str).is_none() {
        return;
    }
    let matcher = fields.shift_remove("matcher");
    let handler = Value::Object(std::mem::take(fields));
    fields.extend(matcher.map(|matcher| ("matcher".to_string(), matcher)));
    fields.insert("hooks".into(), json!([handler]));
}

fn mend_handler(entry: &mut Value) {
    if let Value::String(command) = entry {
        *entry = handler(command);
    }
    let Some(fields) = entry.as_object_mut() else {
        return;
    };
    if !fields.contains_key("type") && fields.get("command").is_some_and(Value::is_string) {
        fields.shift_insert(0, "type".into(), "command".into());
    }
    if let Some(command) =
        fields.get("command").and_then(Value::as_str).filter(|command| is_relative(command))
    {
        let anchored = anchored(command, fields.contains_key("args"));
        fields.insert("command".into(), anchored.into());
    }
    if let Some(milliseconds) =
        fields.get("timeout").and_then(Value::as_u64).filter(|timeout| *timeout >= 1000)
    {
        fields.insert("timeout".into(), milliseconds.div_ceil(1000).into());
    }
}

fn handler(command: &str) -> Value {
    json!({ "type": "command", "command": command })
}

fn is_relative(command: &str) -> bool {
    command.starts_with(".claude/") || command.starts_with("./.claude/")
}

/// The command from the project's root: in exec form the placeholder as it is, in a shell line quoted.
fn anchored(command: &str, exec: bool) -> String {
    let path = command.trim_start_matches("./");
    if exec {
        return format!("${{CLAUDE_PROJECT_DIR}}/{path}");
    }
    match path.split_once(' ') {
        Some((program, rest)) => format!("\"$CLAUDE_PROJECT_DIR/{program}\" {rest}"),
        None => format!("\"$CLAUDE_PROJECT_DIR/{path}\""),
    }
}

/// JSON without `//` and `/* */` comments and without trailing commas; texts stay as they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => {
                let length = string_length(rest);
                out.push_str(rest.get(..length).unwrap_or(rest));
                length
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            ',' if is_trailing(rest.get(1..).unwrap_or_default()) => 1,
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    out
}

/// The bytes of the string literal at the start of `text`, both quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether nothing but white space and comments stands between a comma and a closing bracket.
fn is_trailing(after: &str) -> bool {
    let mut rest = after.trim_start();
    loop {
        if rest.starts_with("//") {
            rest = rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default().trim_start();
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").and_then(|end| rest.get(end + 2..)).unwrap_or_default().trim_start();
        } else {
            return rest.starts_with(['}', ']']);
        }
    }
}

#[cfg(test)]
mod tests {
    use claude_config::settings::Source;

    use super::fixed;

    #[test]
    fn what_is_dropped_is_mended_and_the_rest_stays() {
        let rows = [
            (r#"{"a": 1}"#, None),
            ("{\"a\": [1, 2,], // why\n}", Some(r#"{"a":[1,2]}"#)),
            (r#"{"a": "http://x, ]"}"#, None),
            (
                r#"{"hooks":{"SessionStart":[".claude/hooks/x.sh"]}}"#,
                Some(
                    r#"{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"\"$CLAUDE_PROJECT_DIR/.claude/hooks/x.sh\""}]}]}}"#,
                ),
            ),
            (
                r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":["~/.claude/hooks/x.sh"]}]}}"#,
                Some(
                    r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"~/.claude/hooks/x.sh"}]}]}}"#,
                ),
            ),
            (r#"{"disableAllHooks": true, "a": 1}"#, Some(r#"{"a":1}"#)),
            (r#"{"cleanupPeriodDays": "30"}"#, Some(r#"{"cleanupPeriodDays":30}"#)),
            (
                r#"{"permissions": {"deny": "Read(.env)", "defaultMode": "allowEdits"}}"#,
                Some(r#"{"permissions":{"deny":["Read(.env)"]}}"#),
            ),
            (
                r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","command":"/x","timeout":"5"}]}}"#,
                Some(
                    r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"/x","timeout":5}]}]}}"#,
                ),
            ),
            (
                r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"/x","args":7}]}]}}"#,
                Some(r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"/x"}]}]}}"#),
            ),
            (
                r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"odd"}]}]}}"#,
                Some(r#"{"hooks":{"PreToolUse":[{"hooks":[]}]}}"#),
            ),
        ];
        for (text, expected) in rows {
            let compact = fixed(text, Source::Project)
                .unwrap()
                .map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string());
            assert_eq!(compact.as_deref(), expected, "{text}");
        }
        assert!(fixed("{nonsense", Source::Project).is_err());
    }
}
