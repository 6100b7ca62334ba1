//! Decoding calls of the other languages, and text computed from constants byte by byte.

use super::expression::Item;
use crate::edit::shared;
use crate::evaluate::{decode_base64, decode_hexadecimal};
use crate::value::{Origin, Unknown, Value};

/// What the decoding call `name` gives for its first argument; `None` where it decodes nothing.
pub(super) fn decoded(name: &str, input: &Value, argument: Option<&str>, encoding: &str) -> Option<Item> {
    let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
    let text = match last {
        "b64decode" | "urlsafe_b64decode" | "standard_b64decode" | "decodebytes" | "atob"
        | "decode_base64" | "base64_decode" | "decode64" | "strict_decode64" | "urlsafe_decode64" => {
            argument.and_then(decode_base64)
        }
        "fromhex" | "unhexlify" | "hex2bin" | "a2b_hex" => argument.map(decode_hexadecimal),
        "from" if name.contains("Buffer") && encoding == "base64" => argument.and_then(decode_base64),
        "from" if name.contains("Buffer") && encoding == "hex" => argument.map(decode_hexadecimal),
        "decode" if name.contains("codecs") => match encoding {
            "hex" => argument.map(decode_hexadecimal),
            "base64" => argument.and_then(decode_base64),
            "rot13" | "rot_13" => argument.map(rotated),
            _ => return Some(Item::nothing()),
        },
        "unquote" | "unquote_plus" | "unescape" | "decodeURIComponent" | "decodeURI" | "urldecode"
        | "rawurldecode" => argument.map(unquoted),
        "pack" if argument == Some("H*") => Some(decode_hexadecimal(encoding)),
        "decompress" | "inflate" | "gunzipSync" | "inflateSync" | "loads" | "gzinflate" | "gzuncompress" => {
            None
        }
        _ => return None,
    };
    let origin = Origin::Decoded(shared(last));
    Some(match text {
        Some(text) => Item::Text(Value::literal(text).with_origins_of(input).with_origin(origin)),
        None => Item::Unknown(Value::unknown(Unknown::Decoded).with_origins_of(input).with_origin(origin)),
    })
}

/// Text that was computed from constants in a way that is not followed.
pub(super) fn unread(how: &str) -> Item {
    Item::Unknown(Value::unknown(Unknown::Decoded).with_origin(Origin::Decoded(shared(how))))
}

/// Perl's `^` of two texts: their bytes one by one, the longer text's rest as it is.
pub(super) fn combined(left: &Value, right: &Value) -> Item {
    let (Some(one), Some(other)) = (left.known(), right.known()) else { return unread("^") };
    let length = one.len().max(other.len());
    let byte = |text: &str, at: usize| text.as_bytes().get(at).copied().unwrap_or(0);
    let bytes: Vec<u8> = (0..length).map(|at| byte(one, at) ^ byte(other, at)).collect();
    let value = Value::literal(String::from_utf8_lossy(&bytes));
    Item::Text(value.with_origins_of(left).with_origins_of(right).with_origin(Origin::Decoded(shared("^"))))
}

/// `%72%6d` as the text it stands for.
fn unquoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| first == b'%');
        if let Some(byte) = code {
            bytes.push(byte);
            rest = behind.get(2..).unwrap_or_default();
        } else {
            bytes.push(if first == b'+' { b' ' } else { first });
            rest = behind;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn rotated(text: &str) -> String {
    let turn = |c: char, base: u8| char::from((u8::try_from(c).unwrap_or(base) - base + 13) % 26 + base);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            other => other,
        })
        .collect()
}
