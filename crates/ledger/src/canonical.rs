//! One text for one record: sorted keys, no spaces, integers only (the integer subset of RFC 8785).

use crate::Record;
use serde_json::Value;
use std::cmp::Ordering;

/// The largest integer every JSON reader keeps exactly, 2^53 - 1.
const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// The canonical text of a record, one line without its line feed.
///
/// A number that is not an integer below 2^53 is stored as its decimal text: readers disagree on such numbers, and a
/// record must never be refused for one.
pub fn canonical(record: &Record) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write_object(record, &mut out);
    out
}

fn write_object(record: &Record, out: &mut Vec<u8>) {
    let mut members: Vec<_> = record.iter().collect();
    members.sort_unstable_by(|left, right| in_order(left.0, right.0));
    out.push(b'{');
    for (position, (key, value)) in members.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_string(key, out);
        out.push(b':');
        write_value(value, out);
    }
    out.push(b'}');
}

/// RFC 8785 3.2.3 sorts by UTF-16 units. Where names part in ASCII, as ours do, that is the order of their bytes.
fn in_order(left: &str, right: &str) -> Ordering {
    match left.bytes().zip(right.bytes()).find(|(left, right)| left != right) {
        Some((left, right)) if left.is_ascii() && right.is_ascii() => left.cmp(&right),
        Some(_) => left.encode_utf16().cmp(right.encode_utf16()),
        None => left.len().cmp(&right.len()),
    }
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let exact = match (number.as_u64(), number.as_i64()) {
                (Some(natural), _) => natural <= LARGEST_INTEGER,
                (None, Some(negative)) => negative.unsigned_abs() <= LARGEST_INTEGER,
                (None, None) => false,
            };
            let text = number.to_string();
            if exact {
                out.extend_from_slice(text.as_bytes());
            } else {
                write_string(&text, out);
            }
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

/// RFC 8785 3.2.2.2: the short escapes where JSON has one, `\u00xx` for other control characters, all else as it is.
fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        write_escape(*byte, out);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        0x08 => out.extend_from_slice(b"\\b"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\r' => out.extend_from_slice(b"\\r"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(json: &str) -> String {
        let record = serde_json::from_str(json).expect("test input is JSON");
        String::from_utf8(canonical(&record)).expect("canonical text is UTF-8")
    }

    #[test]
    fn keys_are_sorted_and_spaces_dropped() {
        assert_eq!(
            text_of(r#"{ "b": [1, {"z":0,"a":null}], "a": true }"#),
            r#"{"a":true,"b":[1,{"a":null,"z":0}]}"#
        );
    }

    #[test]
    fn keys_sort_by_utf16_units() {
        // U+1F600 is D83D DE00 in UTF-16 and sorts before U+FB33; by code point or by UTF-8 it would sort after.
        assert_eq!(text_of("{\"\u{fb33}\":1,\"\u{1f600}\":2}"), "{\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn control_characters_cannot_break_a_line() {
        assert_eq!(text_of(r#"{"a":"x\ny\u0001\u0008\"\\"}"#), r#"{"a":"x\ny\u0001\b\"\\"}"#);
    }

    #[test]
    fn inexact_numbers_become_text() {
        assert_eq!(
            text_of(r#"{"a":1.5,"b":9007199254740992,"c":-9007199254740991}"#),
            r#"{"a":"1.5","b":"9007199254740992","c":-9007199254740991}"#
        );
    }

    #[test]
    fn canonical_text_is_a_fixed_point() {
        let once = text_of(r#"{"é":"\u00e9\u2028","k":{"y":[],"x":{}},"n":-3}"#);
        assert_eq!(text_of(&once), once);
    }
}
