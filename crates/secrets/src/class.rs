//! Sets of ASCII bytes: the alphabets tokens are made of.

/// A set of ASCII bytes, one bit each; no byte of 128 and above is ever a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u128);

impl Class {
    /// Reads a specification such as `"a-z0-9_-"`: single bytes and ranges, a `-` at the end stands for itself.
    #[expect(
        clippy::indexing_slicing,
        reason = "runs in const evaluation, where a wrong index fails the build"
    )]
    pub(crate) const fn of(specification: &str) -> Self {
        let bytes = specification.as_bytes();
        let mut set = 0_u128;
        let mut at = 0;
        while at < bytes.len() {
            let is_range = at + 2 < bytes.len() && bytes[at + 1] == b'-';
            let last = if is_range { bytes[at + 2] } else { bytes[at] };
            let mut byte = bytes[at];
            while byte <= last {
                set |= 1 << byte;
                byte += 1;
            }
            at += if is_range { 3 } else { 1 };
        }
        Self(set)
    }

    #[inline]
    pub(crate) const fn has(self, byte: u8) -> bool {
        byte < 128 && (self.0 >> byte) & 1 == 1
    }

    /// The class as a table, for what is asked about most bytes of a text.
    #[expect(
        clippy::indexing_slicing,
        reason = "runs in const evaluation, where a wrong index fails the build"
    )]
    pub(crate) const fn table(self) -> [bool; 256] {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            table[byte] = (self.0 >> byte) & 1 == 1;
            byte += 1;
        }
        table
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many bytes at the start of `bytes` are members, at most `limit`.
    #[inline]
    pub(crate) fn run(self, bytes: &[u8], limit: usize) -> usize {
        bytes.iter().take(limit).take_while(|byte| self.has(**byte)).count()
    }
}

pub(crate) const DIGIT: Class = Class::of("0-9");
pub(crate) const HEX: Class = Class::of("0-9a-f");
pub(crate) const ANY_HEX: Class = Class::of("0-9a-fA-F");
pub(crate) const LOWER_DIGIT: Class = Class::of("a-z0-9");
pub(crate) const UPPER_DIGIT: Class = Class::of("A-Z0-9");
pub(crate) const ALPHA: Class = Class::of("a-zA-Z");
pub(crate) const ALNUM: Class = Class::of("a-zA-Z0-9");
pub(crate) const WORD: Class = Class::of("a-zA-Z0-9_");
pub(crate) const WORD_DASH: Class = Class::of("a-zA-Z0-9_-");
pub(crate) const UUID: Class = Class::of("0-9a-fA-F-");
pub(crate) const BASE64: Class = Class::of("a-zA-Z0-9+/=");
pub(crate) const BASE64_ANY: Class = Class::of("a-zA-Z0-9+/=_-");
pub(crate) const DOTTED: Class = Class::of("a-zA-Z0-9_.=-");
pub(crate) const SPACE: Class = Class::of(" \t\r\n");
pub(crate) const QUOTE: Class = Class::of("\"'`");
pub(crate) const DASHED: Class = Class::of("a-zA-Z0-9-");
pub(crate) const PATH: Class = Class::of("a-zA-Z0-9/_-");
pub(crate) const PATH_AT: Class = Class::of("a-zA-Z0-9/_@-");
pub(crate) const PERCENT: Class = Class::of("a-zA-Z0-9%_-");
pub(crate) const COLON: Class = Class::of("a-zA-Z0-9:_.-");
pub(crate) const PLUS: Class = Class::of("a-zA-Z0-9_+-");
pub(crate) const PRINTED: Class = Class::of("!#-&(-[]-_a-~");
pub(crate) const CRYPT: Class = Class::of("a-zA-Z0-9./");
pub(crate) const CRYPT_LIST: Class = Class::of("a-zA-Z0-9./$,=+@:*_-");
pub(crate) const BASE64_DOT: Class = Class::of("a-zA-Z0-9+/=_.-");
pub(crate) const WORD_EQUALS: Class = Class::of("a-zA-Z0-9=_");
pub(crate) const COLON_BASE64: Class = Class::of("a-zA-Z0-9:+/=.-");
