//! Passwords that look like words: only their surroundings tell that they are meant.

use std::ops::Range;

use crate::class::{Class, SPACE, WORD};
use crate::placeholder::contains_folded;

const WORDS: Class = Class::of("a-zA-Z0-9_.!@$?-");

/// "the password is 'x'", "password for user 'u' is "x"".
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 60))?;
    let line = window.split(|byte| *byte == b'\n').next()?;
    let verb = byte_search::first(line, b" is ")?;
    let quote = *line.get(verb + 4).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let start = verb + 5;
    let run = WORDS.run(line.get(start..)?, 40);
    let word = line.get(start..start + run)?;
    let closes = line.get(start + run) == Some(&quote);
    (closes && run >= 4 && !is_state(word)).then_some(at + length + start..at + length + start + run)
}

/// "the password is 'required'": a state, not a password.
fn is_state(word: &[u8]) -> bool {
    let states: [&[u8]; 35] = [
        b"tiger",
        b"my_password",
        b"boolean",
        b"object",
        b"number",
        b"function",
        b"sekrit",
        b"guest",
        b"blah",
        b"foo",
        b"bar",
        b"baz",
        b"test",
        b"testpass",
        b"testpassword",
        b"pass",
        b"passwd",
        b"doesnotexist",
        b"default",
        b"value",
        b"hidden",
        b"text",
        b"username",
        b"required",
        b"invalid",
        b"missing",
        b"null",
        b"none",
        b"empty",
        b"true",
        b"false",
        b"undefined",
        b"password",
        b"string",
        b"correct",
    ];
    // The full stop of a sentence.
    let word = word.strip_suffix(b".").unwrap_or(word);
    // Anonymous FTP takes the user's name and an `@`.
    word.ends_with(b"@") || states.iter().any(|state| word.eq_ignore_ascii_case(state))
}

/// A password of plain letters counts where the text says that it is one: compared with, written in an environment
/// file, or standing right after a user's name.
pub(crate) fn is_given(text: &[u8], at: usize, value: &[u8], quoted: bool) -> bool {
    let is_word = value.iter().all(|byte| WORDS.has(*byte) || quoted && *byte == b' ');
    if value.len() < 4 || !is_word || is_state(value) {
        return false;
    }
    let length = value.len();
    is_environment_line(text, at) && length >= 5
        || follows_user(text, at) && (quoted || is_line_value(text, at, value))
        || quoted && length >= 12 && is_one_word(value)
}

/// `password == "x"`, `secret != 'x'`.
pub(crate) fn is_compared(text: &[u8], at: usize, start: usize, value: &[u8]) -> bool {
    // `update_password == "always"` compares a setting.
    if at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|before| *before == b'_') {
        return false;
    }
    let before = text.get(start.saturating_sub(5)..start).unwrap_or_default();
    let compares =
        [b"==".as_slice(), b"!="].iter().any(|operator| byte_search::first(before, operator).is_some());
    let is_quoted = before.last().is_some_and(|last| matches!(last, b'"' | b'\''));
    compares && is_quoted && value.len() >= 6 && value.iter().all(|byte| WORDS.has(*byte)) && !is_state(value)
}

/// Without quotes a value is told from a type or a variable by ending its line: `password: joe` and no comma.
fn is_line_value(text: &[u8], at: usize, value: &[u8]) -> bool {
    let types: [&[u8]; 11] = [
        b"secret", b"string", b"str", b"bool", b"boolean", b"text", b"number", b"integer", b"object",
        b"bytes", b"varchar",
    ];
    let line = text
        .get(at..text.len().min(at + 200))
        .unwrap_or_default()
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let ends = line.trim_ascii_end().ends_with(value) || line.ends_with(b";");
    let is_capitals = value.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    let is_variable = contains_folded(value, b"_pass")
        || value
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    ends && !is_capitals
        && !is_variable
        && value.first().is_some_and(|first| !first.is_ascii_uppercase())
        && !types.iter().any(|name| value.eq_ignore_ascii_case(name))
}

fn is_one_word(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_lowercase)
}

/// `export DB_PASSWORD=x`: capitals up to the sign, no blank around it.
fn is_environment_line(text: &[u8], at: usize) -> bool {
    let line_start = text
        .get(..at)
        .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
        .map_or(0, |found| found + 1);
    let Some(line) = text.get(line_start.max(at.saturating_sub(80))..text.len().min(at + 60)) else {
        return false;
    };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(sign) = line.iter().position(|byte| *byte == b'=') else { return false };
    let name = line.get(..sign).unwrap_or_default();
    let name = name.trim_ascii_start().strip_prefix(b"#").unwrap_or(name).trim_ascii_start();
    let name = name.strip_prefix(b"export ").unwrap_or(name);
    !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && line.get(sign + 1).is_some_and(|next| !SPACE.has(*next))
}

/// One of the three lines before gives a user's name a value.
fn follows_user(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(200)..at).unwrap_or_default();
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    let own = lines.next().unwrap_or_default();
    gives_user(own) || lines.take(3).any(gives_user)
}

fn gives_user(line: &[u8]) -> bool {
    let Some(at) = line.windows(4).position(|part| part.eq_ignore_ascii_case(b"user")) else { return false };
    let rest = line.get(at + 4..).unwrap_or_default();
    let name = rest.get(WORD.run(rest, 20)..).unwrap_or_default();
    let name =
        name.strip_prefix(b"\"").or_else(|| name.strip_prefix(b"'")).unwrap_or(name).trim_ascii_start();
    let value =
        name.strip_prefix(b"=>").or_else(|| name.strip_prefix(b"=")).or_else(|| name.strip_prefix(b":"));
    let value = value.and_then(|value| value.split(|byte| matches!(byte, b';' | b',')).next());
    let Some(value) = value.map(<[u8]>::trim_ascii) else { return false };
    let is_literal = value
        .first()
        .is_some_and(|first| matches!(first, b'"' | b'\'' | b'\\') || first.is_ascii_alphanumeric());
    is_literal
        && !value.iter().any(|byte| matches!(byte, b'(' | b'[' | b'$' | b'{' | b'<'))
        && !contains_folded(value, b"self.")
        && value.len() >= 3
}
