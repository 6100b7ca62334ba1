//! Backslash escapes: `$'...'`, `echo -e`, `printf`.

use std::str::Chars;

/// The text of `$'...'` between its quotes.
pub(crate) fn ansi(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            push(&mut bytes, next);
            continue;
        }
        match rest.clone().next() {
            Some(quote @ ('\'' | '"' | '?')) => {
                rest.next();
                push(&mut bytes, quote);
            }
            Some('c') => {
                rest.next();
                if let Some(control) = rest.next() {
                    push(&mut bytes, char::from(u8::try_from(control).unwrap_or(b'?') & 0x1f));
                }
            }
            _ => simple(&mut rest, &mut bytes, Octal::Plain),
        }
    }
    if let Some(end) = bytes.iter().position(|&byte| byte == 0) {
        bytes.truncate(end);
    }
    into_text(bytes)
}

/// How octal escapes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Octal {
    /// `\155`, up to three digits.
    Plain,
    /// `\0155`: a zero, then up to three digits; `\155` too, as `printf %b` takes it.
    Zero,
    /// `\0155` only: `echo -e`.
    ZeroOnly,
}

/// Expands the escapes of `echo -e` and `printf %b`; true where `\c` ended the output.
pub(crate) fn expand(text: &str, octal: Octal) -> (String, bool) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            push(&mut bytes, next);
            continue;
        }
        if rest.as_str().starts_with('c') {
            return (into_text(bytes), true);
        }
        simple(&mut rest, &mut bytes, octal);
    }
    (into_text(bytes), false)
}

/// The escape behind a backslash that has just been read.
pub(crate) fn simple(rest: &mut Chars<'_>, bytes: &mut Vec<u8>, octal: Octal) {
    let Some(kind) = rest.next() else {
        bytes.push(b'\\');
        return;
    };
    match kind {
        'n' => bytes.push(b'\n'),
        't' => bytes.push(b'\t'),
        'r' => bytes.push(b'\r'),
        'a' => bytes.push(7),
        'b' => bytes.push(8),
        'e' | 'E' => bytes.push(27),
        'f' => bytes.push(12),
        'v' => bytes.push(11),
        '\\' => bytes.push(b'\\'),
        'x' => hexadecimal(rest, bytes, 2, "\\x"),
        'u' => hexadecimal(rest, bytes, 4, "\\u"),
        'U' => hexadecimal(rest, bytes, 8, "\\U"),
        '0' if octal != Octal::Plain => bytes.push(digits(rest, 8, 3).map_or(0, low_byte)),
        '0'..='7' if octal != Octal::ZeroOnly => {
            let first = kind.to_digit(8).unwrap_or(0);
            let mut value = first;
            for _ in 0..2 {
                let Some(digit) = rest.clone().next().and_then(|c| c.to_digit(8)) else { break };
                rest.next();
                value = value * 8 + digit;
            }
            bytes.push(low_byte(value));
        }
        other => {
            bytes.push(b'\\');
            push(bytes, other);
        }
    }
}

fn hexadecimal(rest: &mut Chars<'_>, bytes: &mut Vec<u8>, most: usize, written: &str) {
    match digits(rest, 16, most) {
        Some(value) if most == 2 => bytes.push(low_byte(value)),
        Some(value) => push(bytes, char::from_u32(value).unwrap_or('\u{fffd}')),
        None => bytes.extend_from_slice(written.as_bytes()),
    }
}

/// Up to `most` digits of `radix` as a number; nothing where there is none.
fn digits(rest: &mut Chars<'_>, radix: u32, most: usize) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = rest.clone().next().and_then(|c| c.to_digit(radix)) else { break };
        rest.next();
        value = Some(value.unwrap_or(0_u32).wrapping_mul(radix).wrapping_add(digit));
    }
    value
}

fn low_byte(value: u32) -> u8 {
    u8::try_from(value & 0xff).unwrap_or(0)
}

fn push(bytes: &mut Vec<u8>, next: char) {
    let mut buffer = [0; 4];
    bytes.extend_from_slice(next.encode_utf8(&mut buffer).as_bytes());
}

/// Bytes that are not UTF-8 are replaced.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
