//! Spellings without an operator between name and value: flags, commands, table cells, two fields called name and value.

use crate::assign::{NAME_REST, Site};
use crate::class::{Class, QUOTE, SPACE};
use crate::opening::open_value;

const FLAG: Class = Class::of("a-zA-Z0-9_-");

/// Words before a name that make the next word its value: `ENV NAME v`, `setx NAME v`, `#define NAME "v"`.
const COMMANDS: &[&[u8]] =
    &[b"ENV", b"ARG", b"set", b"SET", b"setx", b"SETX", b"define", b"setenv", b"config", b"export", b"-Name"];

/// The value where a blank, a tab or a bracket is all that parts it from the name ending at or after `name_end`.
pub(crate) fn without_operator(text: &[u8], name_end: usize) -> Option<Site> {
    let end = name_end + FLAG.run(text.get(name_end..)?, NAME_REST);
    let after = text.get(end..)?;
    if let Some(rest) = after.strip_prefix(b".").filter(|_| after.len() > 8) {
        return compared(rest).and_then(|length| open_value(text, end + 1 + length, 0));
    }
    let blank = *after.first().filter(|byte| matches!(byte, b' ' | b'\t'))?;
    let window = text.get(end.saturating_sub(NAME_REST * 2)..end)?;
    let start = window.iter().rposition(|byte| !FLAG.has(*byte)).map_or(0, |at| at + 1);
    let (before, word) = window.split_at_checked(start)?;
    let is_flag = word.starts_with(b"-") && word.len() > 4;
    let stands_alone = before.last().is_none_or(|byte| SPACE.has(*byte) || QUOTE.has(*byte));
    if is_flag && stands_alone {
        return open_value(text, end, 0);
    }
    let line = before.rsplit(|byte| *byte == b'\n').next()?;
    let value = after.get(1..)?;
    let opens_line = line.trim_ascii().is_empty();
    let is_quoted = value.first().is_some_and(|byte| QUOTE.has(*byte));
    let is_command = COMMANDS
        .contains(&line.trim_ascii_end().rsplit(|byte| matches!(byte, b' ' | b'\t' | b'#')).next()?)
        && !value.first().is_some_and(|byte| matches!(byte, b'=' | b':' | b' '));
    // `proxy_pass "v"`, and a column of a table.
    let is_entry = opens_line
        && !word.is_empty()
        && (is_quoted && blank == b' ' || blank == b'\t' && is_one_word(value));
    (is_command || is_entry).then(|| open_value(text, end, 0))?
}

/// `equals("v")` after a name and a dot.
fn compared(rest: &[u8]) -> Option<usize> {
    let calls: [&[u8]; 5] = [b"equals(", b"equalsIgnoreCase(", b"compareTo(", b"eq(", b"contentEquals("];
    calls.iter().find(|call| rest.starts_with(call)).map(|call| call.len())
}

fn is_one_word(value: &[u8]) -> bool {
    let length = value.iter().take(300).take_while(|byte| !SPACE.has(**byte)).count();
    length >= 12 && value.get(length).is_none_or(|next| *next != b' ')
}

/// `| x_token | v |`: the next cell of a row that begins with a bar.
pub(crate) fn cell(text: &[u8], name_end: usize, start: usize) -> Option<Site> {
    let before = text.get(name_end.saturating_sub(NAME_REST * 2)..name_end)?;
    let line = before.rsplit(|byte| *byte == b'\n').next()?;
    line.trim_ascii_start().starts_with(b"|").then(|| open_value(text, start, 0))?
}

/// Where the value begins that a word announces: `<add key="x_token" value="v"/>`, `{"name": "x_token", "value": "v"}`,
/// `- name: x_token` and `value: v` on the next line, `<name>x_token</name><value>v</value>`, Terraform's
/// `variable "x_token" { default = "v"`.
pub(crate) fn value_word(text: &[u8], at: usize) -> Option<usize> {
    let mut rest = text.get(at..text.len().min(at + 120))?;
    let whole = rest.len();
    if let Some(tag) = rest.strip_prefix(b"</") {
        rest = tag.get(tag.iter().position(|byte| *byte == b'>')? + 1..)?;
    }
    let between =
        rest.iter().take_while(|byte| SPACE.has(**byte) || matches!(byte, b',' | b'{' | b'<' | b';')).count();
    rest = rest.get(between..)?;
    let quote = QUOTE.run(rest, 1);
    rest = rest.get(quote..)?;
    let words: [&[u8]; 4] = [b"value", b"Value", b"default", b"string>"];
    let word = words.iter().find(|word| rest.starts_with(word))?;
    rest = rest.get(word.len()..)?;
    let signs = rest
        .iter()
        .take(8)
        .take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'=' | b':' | b'>' | b'\\'))
        .count();
    let signed = rest.get(..signs)?;
    // The opening quote belongs to the value.
    let opening = usize::from(signed.last().is_some_and(|byte| QUOTE.has(*byte)));
    let is_signed = word.ends_with(b">") || signed.iter().any(|byte| matches!(byte, b'=' | b':' | b'>'));
    (is_signed && whole >= rest.len()).then_some(at + whole - rest.len() + signs - opening)
}
