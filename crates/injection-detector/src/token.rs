//! Words of a text with their classes and the marks of where they stand: everything the rules look at, in one pass.

use crate::class::Classes;

/// Where and how a word stands. A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(pub(crate) u32);

impl Marks {
    /// No mark.
    pub(crate) const NONE: Self = Self(0);
    /// First word of its line.
    pub(crate) const LINE: Self = Self(1);
    /// First word of a sentence, a line, a quotation or a comment.
    pub(crate) const SENTENCE: Self = Self(1 << 1);
    /// First word after an empty line.
    pub(crate) const PARAGRAPH: Self = Self(1 << 2);
    /// Followed by a colon.
    pub(crate) const COLON: Self = Self(1 << 3);
    /// Directly after `<`, `</` or `<|`.
    pub(crate) const ANGLE: Self = Self(1 << 4);
    /// Directly after `[`.
    pub(crate) const BRACKET: Self = Self(1 << 5);
    /// Written in capitals.
    pub(crate) const CAPITALS: Self = Self(1 << 6);
    /// Inside quotation marks or backticks.
    pub(crate) const QUOTED: Self = Self(1 << 7);
    /// Inside a fenced code block.
    pub(crate) const FENCED: Self = Self(1 << 8);
    /// Inside an HTML comment, an element styled not to show, or an attribute a reader does not see.
    pub(crate) const HIDDEN: Self = Self(1 << 9);
    /// Written with look-alike letters, invisible characters or digits for letters.
    pub(crate) const DISGUISED: Self = Self(1 << 10);
    /// Followed by `!`.
    pub(crate) const LOUD: Self = Self(1 << 11);
    /// Directly after `|`, as in `<|im_start|>`.
    pub(crate) const PIPE: Self = Self(1 << 12);
    /// Closes a tag: directly after `/`.
    pub(crate) const CLOSING: Self = Self(1 << 13);
    /// On a line of dashes, stars, equals signs or number signs, as in `--- end of prompt ---`.
    pub(crate) const RULED: Self = Self(1 << 14);
    /// Directly before `>`, `]` or `|`.
    pub(crate) const SHUT: Self = Self(1 << 15);

    /// The address of a picture, which is fetched without anybody asking.
    pub(crate) const PICTURE: Self = Self(1 << 16);

    /// The set with the flags of both.
    #[must_use]
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every flag of the other is in this set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// Byte offset of its first character in the text.
    pub(crate) start: u32,
    /// Byte offset behind its last character.
    pub(crate) end: u32,
    /// FNV-1a of the folded word.
    pub(crate) hash: u32,
    /// What it can mean.
    pub(crate) classes: Classes,
    /// Where it stands.
    pub(crate) marks: Marks,
}
