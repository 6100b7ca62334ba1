//! Runs of base64, base32, hex, binary digits, percent signs, entities and escapes.

use crate::search;

use super::{Encoding, Piece, readable};

/// Shorter runs are identifiers and words.
const MIN_RUN: usize = 24;
const MAX_RUN: usize = 16 * 1024;

/// Bytes of base64 in both alphabets, which hold those of hex.
static IN_RUN: [bool; 256] = in_run();

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn in_run() -> [bool; 256] {
    let mut inside = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        inside[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    inside
}

pub(super) fn find(text: &str, found: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let inside = |byte: &u8| IN_RUN.get(usize::from(*byte)).copied().unwrap_or(false);
    let mut start = 0;
    // Read from behind, a stretch shows its last break first: most of a text is never looked at.
    while let Some(stretch) = bytes.get(start..start + MIN_RUN) {
        if let Some(last) = stretch.iter().rposition(|byte| !inside(byte)) {
            start += last + 1;
            continue;
        }
        let rest = bytes.get(start + MIN_RUN..).unwrap_or_default();
        let end = start + MIN_RUN + rest.iter().position(|byte| !inside(byte)).unwrap_or(rest.len());
        run(text, start, end, found);
        start = end + 1;
    }
    lines(text, b'%', 6, Encoding::Percent, found);
    lines(text, b'&', 6, Encoding::Escapes, found);
    lines(text, b'\\', 8, Encoding::Escapes, found);
    binary(text, found);
    morse(text, found);
}

fn run(text: &str, start: usize, end: usize, found: &mut Vec<Piece>) {
    if end - start > MAX_RUN {
        return;
    }
    let Some(run) = text.get(start..end) else { return };
    let bytes = run.trim_end_matches('=').as_bytes();
    let hex = bytes.iter().all(u8::is_ascii_hexdigit);
    let base32 = bytes.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    let (encoding, decoded) = if hex && bytes.len() % 2 == 0 {
        (Encoding::Hex, unhex(bytes))
    } else if base32 {
        (Encoding::Base32, unbase32(bytes))
    } else {
        (Encoding::Base64, unbase64(bytes))
    };
    if let Some(text) = decoded.and_then(readable) {
        found.push(Piece { encoding, range: start..end, text });
    }
}

fn unhex(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn unbase32(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut held: u32 = 0;
    let mut bits = 0;
    for byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(out)
}

fn unbase64(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut held: u32 = 0;
    let mut bits = 0;
    for byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xff).ok()?);
            // Text is found out early: code, hashes and paths fail within a few bytes.
            if out.len() == 12
                && out.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count()
                    > 0
            {
                return None;
            }
        }
    }
    Some(out)
}

/// Lines with many escapes, decoded whole: an attacker need not encode every letter.
fn lines(text: &str, sign: u8, least: usize, encoding: Encoding, found: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(first) =
        bytes.get(from..).and_then(|rest| byte_search::position(rest, sign)).map(|at| from + at)
    {
        let start = bytes
            .get(..first)
            .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
            .map_or(0, |at| at + 1);
        let end = bytes
            .get(first..)
            .and_then(|rest| byte_search::position(rest, b'\n'))
            .map_or(bytes.len(), |at| first + at);
        from = end;
        let Some(line) = text.get(start..end).filter(|line| line.len() <= MAX_RUN) else { continue };
        if line.bytes().filter(|byte| *byte == sign).take(least).count() < least {
            continue;
        }
        let (decoded, count) = unescape(line);
        if count >= least
            && let Some(text) = readable(decoded)
        {
            found.push(Piece { encoding, range: start..start + line.trim_end().len(), text });
        }
    }
}

fn unescape(line: &str) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(line.len());
    let mut count = 0;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some((character, length)) = escape(rest) {
            crate::fold::push_char(character, &mut out);
            count += 1;
            rest = rest.get(length..).unwrap_or_default();
        } else {
            crate::fold::push_char(first, &mut out);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    (out, count)
}

/// The character an escape at the front stands for, and the escape's length.
fn escape(rest: &str) -> Option<(char, usize)> {
    let number = |from: usize, to: usize, base: u32| {
        u32::from_str_radix(rest.get(from..to)?, base).ok().and_then(char::from_u32)
    };
    if rest.starts_with('%') {
        return number(1, 3, 16).filter(char::is_ascii).map(|character| (character, 3));
    }
    if rest.starts_with("\\x") {
        return number(2, 4, 16).map(|character| (character, 4));
    }
    if rest.starts_with("\\u{") {
        let end = rest.find('}')?;
        return number(3, end, 16).map(|character| (character, end + 1));
    }
    if rest.starts_with("\\u") {
        return number(2, 6, 16).map(|character| (character, 6));
    }
    if rest.starts_with("&#") {
        let end = rest.as_bytes().iter().take(12).position(|byte| *byte == b';')?;
        let hex = matches!(rest.as_bytes().get(2), Some(b'x' | b'X'));
        let character = if hex { number(3, end, 16) } else { number(2, end, 10) };
        return character.map(|character| (character, end + 1));
    }
    None
}

/// Bytes written as eight binary digits each, with or without spaces between.
fn binary(text: &str, found: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let is_digit = |byte: &u8| matches!(byte, b'0' | b'1');
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| search::word(b"01", rest)) {
        let stretch = bytes.get(from..from + at).unwrap_or_default();
        let start = from + at - stretch.iter().rev().take_while(|byte| is_digit(byte)).count();
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_digit(byte) || matches!(byte, b' ' | b',')).count();
        from = start + length.max(1);
        let digits: Vec<u8> = rest.iter().take(length).filter(|byte| is_digit(byte)).copied().collect();
        if digits.len() < 8 * 8 || !digits.len().is_multiple_of(8) || length > MAX_RUN {
            continue;
        }
        let decoded =
            digits.chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | (bit & 1))).collect();
        if let Some(text) = readable(decoded) {
            found.push(Piece { encoding: Encoding::Binary, range: start..start + length, text });
        }
    }
}

const MORSE: &[(&str, u8)] = &[
    (".-", b'a'),
    ("-...", b'b'),
    ("-.-.", b'c'),
    ("-..", b'd'),
    (".", b'e'),
    ("..-.", b'f'),
    ("--.", b'g'),
    ("....", b'h'),
    ("..", b'i'),
    (".---", b'j'),
    ("-.-", b'k'),
    (".-..", b'l'),
    ("--", b'm'),
    ("-.", b'n'),
    ("---", b'o'),
    (".--.", b'p'),
    ("--.-", b'q'),
    (".-.", b'r'),
    ("...", b's'),
    ("-", b't'),
    ("..-", b'u'),
    ("...-", b'v'),
    (".--", b'w'),
    ("-..-", b'x'),
    ("-.--", b'y'),
    ("--..", b'z'),
];

/// Morse code, words set apart by a slash.
fn morse(text: &str, found: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let Some(anchor) = search::word(b" / ", bytes) else { return };
    let is_morse = |byte: &u8| matches!(byte, b'.' | b'-' | b'/' | b' ');
    let start = bytes
        .get(..anchor)
        .and_then(|before| before.iter().rposition(|byte| !is_morse(byte)))
        .map_or(0, |at| at + 1);
    let end = bytes
        .get(anchor..)
        .and_then(|after| after.iter().position(|byte| !is_morse(byte)))
        .map_or(bytes.len(), |at| anchor + at);
    let Some(code) = text.get(start..end) else { return };
    let mut out = Vec::new();
    for letter in code.split(' ') {
        match MORSE.iter().find(|(sign, _)| *sign == letter) {
            Some((_, plain)) => out.push(*plain),
            None if letter == "/" => out.push(b' '),
            None => {}
        }
    }
    if let Some(text) = readable(out) {
        found.push(Piece { encoding: Encoding::Morse, range: start..end, text });
    }
}
