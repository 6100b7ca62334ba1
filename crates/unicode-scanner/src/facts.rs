//! What is known of the text as a whole, found out once, when a line first asks.

use std::cell::{Cell, OnceCell};

use crate::property::{self, Group};

const SEARCHES: usize = 16;

/// Letters of a right-to-left script from which on a text counts as written in one.
const WRITTEN: usize = 20;

pub(crate) struct Facts<'t> {
    text: &'t str,
    right_to_left: OnceCell<bool>,
    own_letters: OnceCell<bool>,
    braille: OnceCell<bool>,
    binary: OnceCell<bool>,
    searches: Cell<usize>,
}

impl<'t> Facts<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Facts {
            text,
            right_to_left: OnceCell::new(),
            own_letters: OnceCell::new(),
            braille: OnceCell::new(),
            binary: OnceCell::new(),
            searches: Cell::new(0),
        }
    }

    pub(crate) fn is_written_right_to_left(&self) -> bool {
        *self.right_to_left.get_or_init(|| {
            self.text.chars().filter(|c| property::is_right_to_left(*c)).take(WRITTEN).count() == WRITTEN
        })
    }

    /// Whether Cyrillic, Greek or other letters stand in it that no ASCII letter is drawn like: the script is in use.
    pub(crate) fn has_letters_of_its_own(&self) -> bool {
        *self.own_letters.get_or_init(|| {
            self.text.chars().filter(|c| !c.is_ascii()).any(|c| {
                matches!(property::group(c), Some(Group::Cyrillic | Group::Greek | Group::Alphabetic))
                    && property::near_twin(c).is_none()
            })
        })
    }

    pub(crate) fn has_braille(&self) -> bool {
        *self.braille.get_or_init(|| {
            self.text.chars().any(|c| !c.is_ascii() && property::group(c) == Some(Group::Braille))
        })
    }

    /// Whether the text is no text: it holds NUL, or a whole table of control characters.
    pub(crate) fn is_binary(&self) -> bool {
        *self.binary.get_or_init(|| {
            let kinds =
                self.text.bytes().filter(|byte| *byte < 0x20).fold(0_u32, |set, byte| set | 1 << byte);
            kinds & 1 == 1 || kinds.count_ones() >= 16
        })
    }

    /// Whether the word stands in the text, with no letter or digit on either side.
    /// Each search reads the whole text, so a text gets only so many.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.searches.set(self.searches.get() + 1);
        if self.searches.get() > SEARCHES {
            return false;
        }
        let bytes = self.text.as_bytes();
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80);
        self.text.match_indices(word).any(|(start, _)| {
            let before = start.checked_sub(1).and_then(|index| bytes.get(index));
            !is_part(before) && !is_part(bytes.get(start + word.len()))
        })
    }
}
