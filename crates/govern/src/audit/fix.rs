//! Safe fixes of a settings file: what Claude Code drops becomes what its author meant, and nothing else changes.

use serde_json::{Map, Value, json};

use crate::commands::install::{indent, printed};

/// The mended text, or `None` where there is nothing to mend.
///
/// # Errors
/// Text that is no JSON even without its comments and trailing commas.
pub fn fixed(text: &str) -> Result<Option<String>, String> {
    let strict: Result<Value, _> = serde_json::from_str(text);
    let value = match strict {
        Ok(value) => value,
        Err(_) => serde_json::from_str(&without_comments(text))
            .map_err(|error| format!("cannot be mended by itself: {error}"))?,
    };
    let Value::Object(mut settings) = value.clone() else {
        return Err("is not a JSON object".into());
    };
    if let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) {
        mend_hooks(hooks);
    }
    if serde_json::from_str::<Value>(text).is_ok_and(|before| before == Value::Object(settings.clone())) {
        return Ok(None);
    }
    let bytes = printed(&settings, &indent(Some(text.as_bytes())))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn mend_hooks(hooks: &mut Map<String, Value>) {
    for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
        for group in groups.iter_mut() {
            if let Value::String(command) = group {
                *group = json!({ "hooks": [handler(command)] });
            }
            let Some(handlers) = group.get_mut("hooks").and_then(Value::as_array_mut) else {
                continue;
            };
            for handler in handlers {
                mend_handler(handler);
            }
        }
    }
}

fn mend_handler(entry: &mut Value) {
    if let Value::String(command) = entry {
        *entry = handler(command);
    }
    let Some(fields) = entry.as_object_mut() else {
        return;
    };
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
        ];
        for (text, expected) in rows {
            let compact = fixed(text)
                .unwrap()
                .map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string());
            assert_eq!(compact.as_deref(), expected, "{text}");
        }
        assert!(fixed("{nonsense").is_err());
    }
}
