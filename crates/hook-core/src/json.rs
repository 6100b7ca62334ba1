//! JSON to values in one pass, for hook inputs that may be megabytes of one string.
//!
//! `serde_json` decodes a string with escapes into a scratch buffer that doubles as it grows, and copies it from there: three
//! times the text in memory. Here a string is decoded where it stands, sixteen bytes at a time, and a long one keeps the memory it
//! was read into: each page that is touched costs a microsecond. A property holds both to the same values.
//!
//! Bytes that are not UTF-8 and halves of surrogate pairs, which JavaScript strings may hold and Rust strings cannot, become
//! U+FFFD.

use serde_json::{Map, Number, Value};

/// Values in values that are read, as many as `serde_json` reads.
const DEEPEST: usize = 127;

/// A string of so many bytes keeps the memory of the input; to copy a shorter one is quicker than to copy what stands behind it.
const LONG: usize = 16 * 1024;

/// What was read.
#[derive(Debug, PartialEq)]
pub(crate) struct Document {
    pub(crate) value: Value,
    /// How many halves of surrogate pairs stood alone.
    pub(crate) lone_surrogates: usize,
}

/// The document in `bytes`, or where it stops being one.
pub(crate) fn parse(bytes: Vec<u8>) -> Result<Document, usize> {
    let mut reader = Reader { bytes, at: 0, gone: 0, lone_surrogates: 0 };
    let value = reader.value(DEEPEST);
    reader.skip_blanks();
    match value {
        Some(value) if reader.at == reader.bytes.len() => {
            Ok(Document { value, lone_surrogates: reader.lone_surrogates })
        }
        _ => Err(reader.gone + reader.at),
    }
}

struct Reader {
    /// The input. What stands before `at` is scratch.
    bytes: Vec<u8>,
    at: usize,
    /// How many bytes of the input stood before `bytes`.
    gone: usize,
    lone_surrogates: usize,
}

impl Reader {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
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
        self.skip_blanks();
        match self.peek()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => self.string().map(Value::String),
            b't' => self.word(b"true", Value::Bool(true)),
            b'f' => self.word(b"false", Value::Bool(false)),
            b'n' => self.word(b"null", Value::Null),
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

    fn word(&mut self, word: &[u8], value: Value) -> Option<Value> {
        let is_next = self.bytes.get(self.at..)?.starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next.then_some(value)
    }

    /// Numbers have many spellings and few places here: `serde_json` reads them.
    fn number(&mut self) -> Option<Value> {
        let rest = self.bytes.get(self.at..)?;
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(is_part).count();
        let number = serde_json::from_slice::<Number>(rest.get(..length)?).ok()?;
        self.at += length;
        Some(Value::Number(number))
    }

    fn string(&mut self) -> Option<String> {
        if self.peek() != Some(b'"') {
            return None;
        }
        self.at += 1;
        let rest = self.bytes.get(self.at..)?;
        let length = byte_search::first_of_json(rest).unwrap_or(rest.len());
        let end = self.at + length;
        let is_plain = self.bytes.get(end) == Some(&b'"');
        if is_plain && length < LONG {
            let text = text_of(self.bytes.get(self.at..end)?.to_vec());
            self.at = end + 1;
            return Some(text);
        }
        // From here on the string stands at the start of the buffer, where all has been read.
        self.bytes.copy_within(self.at..end, 0);
        self.at = end;
        let length = self.decode(length)?;
        Some(self.take(length))
    }

    /// Decodes what follows behind the `length` bytes that the string has so far; answers its length.
    fn decode(&mut self, mut length: usize) -> Option<usize> {
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(length);
                }
                b'\\' => length += self.escape(length)?,
                _ => return None,
            }
            loop {
                let moved = byte_search::move_json(&mut self.bytes, self.at, length);
                self.at += moved;
                length += moved;
                if moved < byte_search::BLOCK {
                    break;
                }
            }
        }
    }

    /// The first `length` bytes of the buffer. A long string takes the buffer with it where less than itself stands behind it.
    fn take(&mut self, length: usize) -> String {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if length < LONG || rest.len() > length {
            return text_of(self.bytes.get(..length).unwrap_or_default().to_vec());
        }
        let rest = rest.to_vec();
        let mut text = std::mem::replace(&mut self.bytes, rest);
        text.truncate(length);
        self.gone += self.at;
        self.at = 0;
        text_of(text)
    }

    /// Decodes the escape at `at` to `place`; answers how many bytes it stands for.
    fn escape(&mut self, place: usize) -> Option<usize> {
        let byte = match self.bytes.get(self.at + 1)? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            plain @ (b'"' | b'\\' | b'/') => *plain,
            b'u' => return self.unicode_escape(place),
            _ => return None,
        };
        *self.bytes.get_mut(place)? = byte;
        self.at += 2;
        Some(1)
    }

    fn unicode_escape(&mut self, place: usize) -> Option<usize> {
        let first = self.unit(self.at)?;
        self.at += 6;
        let character = match first {
            0xD800..0xDC00 => match self.unit(self.at) {
                Some(second @ 0xDC00..0xE000) => {
                    self.at += 6;
                    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
                }
                _ => None,
            },
            _ => char::from_u32(first),
        };
        self.lone_surrogates += usize::from(character.is_none());
        let mut encoded = [0; 4];
        let encoded = character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut encoded);
        self.bytes.get_mut(place..place + encoded.len())?.copy_from_slice(encoded.as_bytes());
        Some(encoded.len())
    }

    /// The UTF-16 unit of the `\uXXXX` at this place.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    }
}

fn text_of(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Document, LONG, parse};

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

    fn read(text: &[u8]) -> Option<Value> {
        parse(text.to_vec()).ok().map(|document| document.value)
    }

    /// Whatever is read here, `serde_json` reads as the same value, and the other way round; but for halves of surrogate pairs.
    fn agree(text: &str) {
        let own = parse(text.as_bytes().to_vec());
        match serde_json::from_str::<Value>(text) {
            Ok(value) => assert_eq!(own, Ok(Document { value, lone_surrogates: 0 }), "{text:?}"),
            Err(_) => assert!(own.is_err_and(|at| at <= text.len()) || text.contains("\\ud83d"), "{text:?}"),
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
        for depth in 120..135 {
            agree(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth)));
            agree(&format!("{}1{}", "{\"k\":".repeat(depth), "}".repeat(depth)));
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
            assert_eq!(read(written.as_bytes()), Some(value));
            for at in 0..written.len().min(60) {
                let mut damaged = written.clone().into_bytes();
                damaged[at] ^= 0x15;
                let own = read(&damaged);
                let text = String::from_utf8_lossy(&damaged);
                assert_eq!(own, serde_json::from_str(&text).ok(), "{damaged:?}");
            }
        }
    }

    /// Long strings keep the memory of the input, or do not where as much stands behind them: both come back whole.
    #[test]
    fn long_strings_come_back_whole_wherever_they_stand() {
        let long = |unit: &str, count: usize| unit.repeat(count / unit.len());
        for length in [LONG - 40, LONG, LONG + 40, 5 * LONG] {
            for unit in ["plain text", "a\nb\"c\\", "é🙂\t", "\u{1}"] {
                let text = long(unit, length);
                let lists = [
                    serde_json::json!([text]),
                    serde_json::json!(["before", text, "after", 1]),
                    serde_json::json!([text, text]),
                    serde_json::json!({ "a": text, "b": { "c": long("x\ny", 2 * length), "d": text } }),
                ];
                for value in lists {
                    assert_eq!(read(value.to_string().as_bytes()), Some(value));
                }
                let cut = format!("[\"{}", serde_json::json!(text).to_string().trim_matches('"'));
                assert_eq!(parse(cut.clone().into_bytes()), Err(cut.len()), "{unit:?}");
            }
        }
    }

    #[test]
    fn what_no_rust_string_can_hold_becomes_a_replacement_character_and_halves_of_pairs_are_counted() {
        let rows: [(&[u8], &str, usize); 11] = [
            (br#""\ud83d\ude00""#, "😀", 0),
            (br#""a\ud83db""#, "a\u{fffd}b", 1),
            (br#""\ude00""#, "\u{fffd}", 1),
            (br#""\\ud83d""#, "\\ud83d", 0),
            (br#""\ud83d\ud83d\ude00""#, "\u{fffd}😀", 1),
            (br#""\ud83d\n""#, "\u{fffd}\n", 1),
            (br#""\ud83d""#, "\u{fffd}", 1),
            (b"\"\xff\"", "\u{fffd}", 0),
            (b"\"a\xe2\\nb\"", "a\u{fffd}\nb", 0),
            (b"\"\xe2\x82\\u0041\"", "\u{fffd}A", 0),
            (b"\"\xe2\\u00ac\"", "\u{fffd}\u{ac}", 0),
        ];
        for (text, expected, lone_surrogates) in rows {
            let document = Document { value: Value::String(expected.into()), lone_surrogates };
            assert_eq!(parse(text.to_vec()), Ok(document), "{text:?}");
        }
        for damaged in [&b"\"\\ud83d\\u12\""[..], b"\"\\u00\"", b"\xff", b"\"\\"] {
            assert!(parse(damaged.to_vec()).is_err(), "{damaged:?}");
        }
    }
}
