//! JSON to values in one pass over valid text, for hook inputs that may be megabytes of one string.
//!
//! `serde_json` decodes a string with escapes into a scratch buffer that doubles as it grows, and copies it from there: three
//! times the text in memory, and half of what a guard needs for 200 KB. Here a string is decoded where it stays. Whatever is
//! not plain valid JSON (an error, half a surrogate pair, deep nesting) is left to `serde_json`, which also words the errors;
//! a property holds both to the same values.

use serde_json::{Map, Number, Value};

/// Deeper values are left to `serde_json`, which has a limit of its own.
const DEEPEST: usize = 64;

/// The value in `bytes`, or nothing where that is for `serde_json` to say.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader { text: std::str::from_utf8(bytes).ok()?, at: 0 };
    let value = reader.value(DEEPEST)?;
    reader.skip_blanks();
    (reader.at == bytes.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over `byte`, after blanks.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.skip_blanks();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::String),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut fields = Map::new();
        if self.takes(b'}') {
            return Some(Value::Object(fields));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            if !self.takes(b':') {
                return None;
            }
            fields.insert(key, self.value(depth)?);
            if self.takes(b'}') {
                return Some(Value::Object(fields));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.takes(b']') {
                return Some(Value::Array(items));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let is_next = self.text.get(self.at..)?.starts_with(word);
        self.at += word.len();
        is_next.then_some(value)
    }

    /// Numbers have many spellings and few places here: `serde_json` reads them.
    fn number(&mut self) -> Option<Value> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let number = self.text.get(self.at..self.at + length)?;
        self.at += length;
        serde_json::from_str::<Number>(number).ok().map(Value::Number)
    }

    fn string(&mut self) -> Option<String> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut end = special(bytes, start)?;
        if bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return self.text.get(start..end).map(str::to_owned);
        }
        // It grows at the end of the heap, where growing seldom moves it.
        let mut decoded = String::with_capacity((end - start) * 8 + FIRST_ROOM);
        decoded.push_str(self.text.get(start..end)?);
        loop {
            match bytes.get(end)? {
                b'"' => break,
                b'\\' => {}
                _ => return None,
            }
            let (character, length) = escape(bytes.get(end..)?)?;
            decoded.push(character);
            let next = end + length;
            end = special(bytes, next)?;
            decoded.push_str(self.text.get(next..end)?);
        }
        self.at = end + 1;
        Some(decoded)
    }
}

/// Room for a string with escapes, beyond what stands before the first.
const FIRST_ROOM: usize = 64;

/// The first quote, backslash or control character from `at` on.
fn special(bytes: &[u8], at: usize) -> Option<usize> {
    byte_search::first_of_json(bytes.get(at..)?).map(|step| at + step)
}

/// The character an escape stands for, and the escape's length.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let character = match bytes.get(1)? {
        b'n' => '\n',
        b'"' => '"',
        b'\\' => '\\',
        b't' => '\t',
        b'/' => '/',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(bytes),
        _ => return None,
    };
    Some((character, 2))
}

fn unicode_escape(bytes: &[u8]) -> Option<(char, usize)> {
    let first = unit(bytes.get(..6)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let second = unit(bytes.get(6..12)?)?;
    // Half a pair is no character: that is for the caller to repair and to count.
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).map(|character| (character, 12))
}

/// The UTF-16 unit of one whole `\uXXXX`.
fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::parse;

    /// Pieces that begin, end or break a value; random sequences of them reach every branch.
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"key\":",
        " ",
        "\n",
        "\\",
        "\\n",
        "\\\"",
        "\\u0041",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\u12",
        "\\x",
        "true",
        "false",
        "null",
        "tru",
        "0",
        "-1",
        "1.5e3",
        "01",
        "1e999",
        "18446744073709551616",
        "é",
        "\u{1}",
        "long enough for a word of eight",
        "\"k\":{\"k\":[1,\"\\t\"]}",
        "{\"a\":",
        "[[",
        "\u{7f}",
        "🙂",
    ];

    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    /// Whatever is read here, `serde_json` reads as the same value; whatever it reads, is read here, but for deep nesting.
    fn agree(text: &str) {
        let own = parse(text.as_bytes());
        match serde_json::from_str::<Value>(text) {
            Ok(value) => assert!(
                own.as_ref() == Some(&value) || text.matches(['[', '{']).count() > 60,
                "{text:?}: {own:?}"
            ),
            Err(_) => assert_eq!(own, None, "{text:?}"),
        }
    }

    #[test]
    fn any_text_is_read_as_serde_json_reads_it() {
        for round in 1..=60_000_u64 {
            let mut random = Random(round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let text: String = (0..random.below(9)).map(|_| PIECES[random.below(PIECES.len())]).collect();
            agree(&text);
            agree(&format!("\"{text}\""));
            agree(&format!("{{\"k\": \"{text}\", \"k\": [{text}]}}"));
        }
    }

    #[test]
    fn valid_values_come_back_and_damaged_ones_are_refused_alike() {
        let mut random = Random(7);
        for length in 0..400 {
            let text: String = (0..length)
                .map(|_| ['a', '"', '\\', '\n', 'é', '🙂', '\u{1f}', '/'][random.below(8)])
                .collect();
            let value = serde_json::json!({ "text": text, "list": [text, 1, -2.5, null, true], "": {} });
            let written = value.to_string();
            assert_eq!(parse(written.as_bytes()), Some(value));
            for at in 0..written.len().min(60) {
                let mut damaged = written.clone().into_bytes();
                damaged[at] ^= 0x15;
                let own = parse(&damaged);
                assert_eq!(own, serde_json::from_slice(&damaged).ok(), "{damaged:?}");
            }
        }
        assert_eq!(parse(b"\"\xff\""), None);
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(parse(deep.as_bytes()), None);
    }
}
