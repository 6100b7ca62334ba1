//! `base64`, `base32` and `xxd`, both ways.

use super::Made;
use super::text::option;
use crate::edit::shared;
use crate::escape;
use crate::value::{Origin, Unknown, Value};

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `base64` or `base32`: decodes with `-d` in any spelling, encodes without.
pub(super) fn base(name: &str, input: &Value, arguments: &[Value]) -> Made {
    let decodes = arguments.iter().any(|argument| {
        let text = argument.text();
        text.starts_with("--d")
            || text.starts_with('-') && !text.starts_with("--") && text.contains(['d', 'D'])
    });
    let (alphabet, bits) = if name == "base32" { (BASE32, 5) } else { (BASE64, 6) };
    if decodes {
        return Made::Output(decoded(name, input, |text| decode(text, alphabet, bits)));
    }
    let mut output = input.map(|text| encode(text.as_bytes(), alphabet, bits));
    output.push_text("\n");
    Made::Output(output)
}

/// A decoded value: its text where the input is known and is text, always with the decoder as origin.
fn decoded(name: &str, input: &Value, decode: impl FnOnce(&str) -> Option<Vec<u8>>) -> Value {
    let bytes = input.known().and_then(decode);
    let value = match bytes.map(String::from_utf8) {
        Some(Ok(text)) => Value::literal(text),
        Some(Err(_)) | None => Value::unknown(Unknown::Decoded),
    };
    value.with_origins_of(input).with_origin(Origin::Decoded(shared(name)))
}

/// The bytes `text` stands for. Characters outside the alphabet are skipped, as `-i` and several decoders do: what a
/// strict decoder refuses must not become invisible.
fn decode(text: &str, alphabet: &[u8], bits: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut buffer, mut held) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let plain = match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let Some(worth) = alphabet.iter().position(|found| *found == plain) else { continue };
        buffer = buffer << bits | u32::try_from(worth).ok()?;
        held += bits;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(buffer >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

pub(crate) fn decode_base64(text: &str) -> Option<String> {
    decode_base64_bytes(text).and_then(|bytes| String::from_utf8(bytes).ok())
}

pub(crate) fn decode_base64_bytes(text: &str) -> Option<Vec<u8>> {
    decode(text, BASE64, 6)
}

fn encode(bytes: &[u8], alphabet: &[u8], bits: u32) -> String {
    let mut text = String::new();
    let (mut buffer, mut held) = (0_u32, 0);
    let mut push = |worth: u32| {
        let letter = usize::try_from(worth).ok().and_then(|at| alphabet.get(at)).copied().unwrap_or(b'=');
        text.push(char::from(letter));
    };
    let mask = (1 << bits) - 1;
    for byte in bytes {
        buffer = (buffer & 0xff) << 8 | u32::from(*byte);
        held += 8;
        while held >= bits {
            held -= bits;
            push(buffer >> held & mask);
        }
    }
    if held > 0 {
        push(buffer << (bits - held) & mask);
    }
    let group = if bits == 6 { 4 } else { 8 };
    while !text.len().is_multiple_of(group) {
        text.push('=');
    }
    text
}

/// `xxd -r -p` and `xxd -p`; other dumps are not followed.
pub(super) fn xxd(input: &Value, arguments: &[Value]) -> Made {
    let has = |wanted: char| {
        arguments.iter().any(|argument| {
            let text = argument.text();
            text.starts_with('-') && !text.starts_with("--") && text.contains(wanted)
        })
    };
    if !has('r') {
        if !has('p') {
            return Made::Unfollowed;
        }
        let width =
            option(arguments, "-c", "-cols").and_then(|columns| columns.parse::<usize>().ok()).unwrap_or(30);
        return Made::Output(input.map(|text| {
            let mut dump = String::new();
            for chunk in text.as_bytes().chunks(width.max(1)) {
                dump.push_str(&hexadecimal(chunk));
                dump.push('\n');
            }
            dump
        }));
    }
    let plain = has('p');
    Made::Output(decoded("xxd", input, |text| {
        let digits: String = if plain {
            text.to_owned()
        } else {
            // "00000000: 726d 202d  rm -": between the offset and the column of text.
            text.lines()
                .map(|line| {
                    let dump = line.split_once(':').map_or(line, |(_, dump)| dump).trim_start();
                    dump.split("  ").next().unwrap_or("").to_owned()
                })
                .collect()
        };
        let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
        let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |value, digit| value * 16 + digit));
        Some(pairs.filter_map(|byte| u8::try_from(byte).ok()).collect())
    }))
}

/// Two digits for each byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The text of bytes given as hexadecimal digits.
pub(crate) fn decode_hexadecimal(text: &str) -> String {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |value, digit| value * 16 + digit));
    escape::into_text(pairs.filter_map(|byte| u8::try_from(byte).ok()).collect())
}
