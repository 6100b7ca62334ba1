//! The one-line `awk` that prints fields: `{print $2 "-" $1}`, `BEGIN{printf "%s", "x"}`.

use super::print;
use crate::value::Value;

/// A part of what is printed.
enum Part {
    Field(usize),
    Text(String),
    Number(String),
    /// A comma: the output separator, or the next argument of `printf`.
    Next,
}

/// What a program that only prints makes of its input; `None` where it does more.
pub(super) fn printed(program: &str, separator: Option<&str>, input: &Value) -> Option<Value> {
    let program = program.trim();
    let (at_begin, body) = match program.strip_prefix("BEGIN") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, program),
    };
    let body = body.strip_prefix('{')?.trim_end().strip_suffix('}')?.trim().trim_end_matches(';');
    let (formats, shown) = match (body.strip_prefix("printf"), body.strip_prefix("print")) {
        (Some(list), _) => (true, list),
        (None, list) => (false, list?),
    };
    let parts = parts(shown.trim().trim_start_matches('(').trim_end_matches(')'))?;
    // A number printed with `%c` is the code of a character.
    let as_character = formats && shown.contains("%c");
    let mut output = Value::default().with_origins_of(input);
    let lines = if at_begin { vec![Value::default()] } else { input.lines() };
    for line in lines.iter().take(2_000) {
        let fields: Vec<&str> = match separator {
            Some(separator) if separator != " " => line.text().split(separator).collect(),
            _ => line.text().split_whitespace().collect(),
        };
        let mut arguments = vec![Value::default()];
        for part in &parts {
            let Some(last) = arguments.last_mut() else { break };
            match part {
                Part::Field(0) => last.append(line),
                Part::Field(at) => last.push_text(fields.get(at - 1).copied().unwrap_or("")),
                Part::Text(text) => last.push_text(text),
                Part::Number(digits) => match digits.parse().ok().and_then(char::from_u32) {
                    Some(character) if as_character => last.push_text(&character.to_string()),
                    _ => last.push_text(digits),
                },
                Part::Next => arguments.push(Value::default()),
            }
        }
        if parts.is_empty() {
            arguments = vec![line.clone()];
        }
        if formats {
            output.append(&print::printf(&arguments));
            continue;
        }
        output.append(&super::super::builtin::joined(&arguments));
        output.push_text("\n");
    }
    Some(output)
}

fn parts(list: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = list.trim();
    while let Some(next) = rest.chars().next() {
        match next {
            ' ' | '\t' => rest = rest.trim_start(),
            ',' => {
                parts.push(Part::Next);
                rest = rest.get(1..)?;
            }
            '0'..='9' => {
                let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                parts.push(Part::Number(rest.get(..length)?.to_owned()));
                rest = rest.get(length..)?;
            }
            '$' => {
                let digits = rest.get(1..)?;
                let length = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                parts.push(Part::Field(digits.get(..length)?.parse().ok().filter(|at| *at < 1_000)?));
                rest = digits.get(length..)?;
            }
            '"' => {
                let inside = rest.get(1..)?;
                let mut escaped = false;
                let end = inside.find(|c| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                })?;
                let text = crate::escape::expand(
                    &inside.get(..end)?.replace("\\\"", "\""),
                    crate::escape::Octal::Plain,
                )
                .0;
                parts.push(Part::Text(text));
                rest = inside.get(end + 1..)?;
            }
            _ => return None,
        }
    }
    Some(parts)
}
