//! The reader takes exactly what JSON is, and its places are right.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use claude_config::json::{Node, Value, parse};

const NOT_JSON: &[&str] = &[
    "",
    " ",
    "{\"a\":1,}",
    "[1,]",
    "// x\n{}",
    "{/*x*/}",
    "[01]",
    "[1.]",
    "[+1]",
    "['a']",
    "[0x1]",
    "[1]x",
    "[.5]",
    "{\"a\" 1}",
    "[1 2]",
    "\u{a0}[1]",
    "{\"a\":\"x\ty\"}",
    "[\"\\x41\"]",
    "{a:1}",
    "[NaN]",
    "[1e]",
    "[-]",
    "{",
    "[",
    "\"",
    "tru",
    "{\"a\":}",
    "\u{feff}\u{feff}{}",
    "[\"\\u12g4\"]",
];

#[test]
fn what_is_not_json_is_refused() {
    for text in NOT_JSON {
        assert!(parse(text).is_err(), "{text:?} was taken");
    }
}

#[test]
fn javascript_takes_these() {
    for text in [
        "\u{feff}{}",
        "[\"\\ud800\"]",
        "[1e999]",
        "{\"a\":1,\"a\":2}",
        " [ ] ",
        "\"x\"",
        "-0.0e-1",
        "[\"\u{7f}\u{2028}\"]",
    ] {
        assert!(parse(text).is_ok(), "{text:?} was refused");
    }
    assert!(parse(&"[".repeat(1_000_000)).is_err());
}

/// A generator of numbers that is the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }
}

/// Pieces that make JSON and near misses of it.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"b\\u00e9\\ud83d\\ude00\"",
    "1",
    "-2.5",
    "0",
    "true",
    "false",
    "null",
    " ",
    "\n",
    "\"\\n\"",
    "é",
    "\\",
    "\"",
    "'",
    "/",
    "01",
    "\u{feff}",
];

#[test]
fn agrees_with_serde_json_on_generated_text() {
    let mut numbers = Numbers(1);
    let mut taken = 0;
    for _ in 0..300_000 {
        let length = 1 + numbers.below(9);
        let text: String = (0..length).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        let ours = parse(&text);
        let theirs =
            serde_json::from_str::<serde_json::Value>(text.strip_prefix('\u{feff}').unwrap_or(&text));
        match (&ours, &theirs) {
            (Ok(node), Ok(value)) => {
                assert_eq!(&node.to_json(), value, "{text:?}");
                places_hold(&text, node);
                taken += 1;
            }
            (Err(_), Err(_)) => {}
            _ => panic!("{text:?}: ours {ours:?}, theirs {theirs:?}"),
        }
    }
    assert!(taken > 5_000, "only {taken} texts were JSON");
}

/// The text of every span reads as the value it belongs to.
fn places_hold(text: &str, node: &Node) {
    let piece = parse(&text[node.span.start..node.span.end]).unwrap();
    assert_eq!(piece.to_json(), node.to_json(), "{text:?}");
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| places_hold(text, item)),
        Value::Object(members) => {
            for member in members {
                let key = parse(&text[member.key_span.start..member.key_span.end]).unwrap();
                assert_eq!(key.as_str(), Some(member.key.as_str()));
                places_hold(text, &member.value);
            }
        }
        _ => {}
    }
}
