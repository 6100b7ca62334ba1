//! Reads the four fields the chain needs from a stored line, without building the whole record.

use crate::hash::{Digest, from_hex};
use memchr::memchr2;

/// What the chain needs to know of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The number of the line in the log, from 0, torn lines counted.
    pub seq: u64,
    /// The hash of the stored line before it.
    pub prev: Digest,
    /// When it was written (RFC 3339, UTC).
    pub ts: &'a str,
    /// What it records.
    pub event: &'a str,
    /// Whether its writer had to put it aside first.
    pub spilled: bool,
}

/// The header of a stored line, or `None` if it is no whole record of ours.
///
/// Only fields of the outermost object count: text inside strings and inner objects cannot pose as a header.
pub fn header(line: &[u8]) -> Option<Header<'_>> {
    let (mut seq, mut prev, mut ts, mut event, mut spilled) = (None, None, None, "", false);
    fields(line, &mut |key, value| {
        match key {
            b"seq" => seq = std::str::from_utf8(value).ok()?.parse().ok(),
            b"prev" => prev = from_hex(unquoted(value)?),
            b"ts" => ts = Some(unquoted(value)?),
            b"event" => event = unquoted(value)?,
            b"spilled_at" => spilled = true,
            _ => {}
        }
        Some(())
    })?;
    Some(Header { seq: seq?, prev: prev?, ts: ts?, event, spilled })
}

/// Calls `visit` with the name of each field of the outermost object and its value as it is stored, quotes included.
/// `None` if the line is no whole object, or as soon as `visit` says so.
pub fn fields<'a>(line: &'a [u8], visit: &mut dyn FnMut(&'a [u8], &'a [u8]) -> Option<()>) -> Option<()> {
    let mut scanner = Scanner { line, at: 0 };
    scanner.expect(b'{')?;
    loop {
        let key = scanner.string()?;
        scanner.expect(b':')?;
        visit(key, scanner.value()?)?;
        match scanner.take()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    (scanner.at == line.len()).then_some(())
}

/// The text of a string without escapes, as it is stored.
pub(crate) fn unquoted(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()
}

struct Scanner<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn take(&mut self) -> Option<u8> {
        let byte = *self.line.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.take()? == wanted).then_some(())
    }

    /// The bytes between the quotes; escapes are stepped over, not decoded.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            self.at += quote_or_backslash(self.line.get(self.at..)?)?;
            if self.take()? == b'"' {
                return self.line.get(start..self.at - 1);
            }
            self.at += 1;
        }
    }

    /// The bytes of one value, quotes included.
    fn value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match *self.line.get(self.at)? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b'}' | b',' if depth == 0 => return self.line.get(start..self.at),
                _ => self.at += 1,
            }
            if depth == 0 && matches!(self.line.get(self.at), Some(b',' | b'}')) {
                return self.line.get(start..self.at);
            }
        }
    }
}

/// Most strings are short. The vector search begins by asking the processor what it can do, which on a virtual machine takes some
/// 40 µs, more than all else an append does; long strings are worth it.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    const SHORT: usize = 512;
    let head = bytes.get(..SHORT).unwrap_or(bytes);
    if let Some(at) = head.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        return Some(at);
    }
    memchr2(b'"', b'\\', bytes.get(head.len()..)?).map(|at| head.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::to_hex;

    #[test]
    fn only_the_outermost_object_counts() {
        let prev = to_hex(&[7; 32]);
        let line = format!(
            r#"{{"a":{{"seq":1,"prev":"{prev}"}},"b":"x\",\"seq\":2","event":"E","prev":"{prev}","seq":3,"ts":"t","v":1}}"#
        );
        let found = header(line.as_bytes()).expect("a whole record");
        assert_eq!((found.seq, found.prev, found.ts, found.event), (3, [7; 32], "t", "E"));
    }

    #[test]
    fn cut_and_strange_lines_have_no_header() {
        let prev = to_hex(&[0; 32]);
        let whole = format!(r#"{{"event":"E","prev":"{prev}","seq":3,"ts":"t"}}"#);
        assert!(header(whole.as_bytes()).is_some());
        for length in 0..whole.len() {
            assert!(header(&whole.as_bytes()[..length]).is_none(), "{length}");
        }
        for strange in ["", "{}", "[]", "null", "{\"seq\":1}", "{\"a\":\"\\"] {
            assert!(header(strange.as_bytes()).is_none(), "{strange}");
        }
        assert!(header(format!("{whole}x").as_bytes()).is_none());
    }
}
