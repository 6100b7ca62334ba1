//! What is known of the text as a whole, counted once, when a line first asks.

use std::cell::{Cell, OnceCell};

use crate::property::{self, Group};

const SEARCHES: usize = 16;

pub(crate) struct Facts<'t> {
    text: &'t str,
    letters: OnceCell<Letters>,
    binary: OnceCell<bool>,
    searches: Cell<usize>,
}

/// Counts over the whole text.
#[derive(Clone, Copy, Default)]
pub(crate) struct Letters {
    pub(crate) right_to_left: usize,
    /// Cyrillic, Greek and other letters that no ASCII letter is drawn like: the script is really in use.
    pub(crate) unmistakable: usize,
    pub(crate) braille: usize,
    pub(crate) east_asian: usize,
}

impl<'t> Facts<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Facts { text, letters: OnceCell::new(), binary: OnceCell::new(), searches: Cell::new(0) }
    }

    pub(crate) fn letters(&self) -> Letters {
        *self.letters.get_or_init(|| count(self.text))
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

fn count(text: &str) -> Letters {
    let mut letters = Letters::default();
    for c in text.chars().filter(|c| !c.is_ascii()) {
        match property::group(c) {
            Some(Group::Joining | Group::RightToLeft) => letters.right_to_left += 1,
            Some(Group::Cyrillic | Group::Greek | Group::Alphabetic) if property::near_twin(c).is_none() => {
                letters.unmistakable += 1;
            }
            Some(Group::Braille) => letters.braille += 1,
            Some(Group::Ideograph | Group::EastAsian) => letters.east_asian += 1,
            _ => {}
        }
    }
    letters
}
