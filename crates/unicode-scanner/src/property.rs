//! Look-ups in the generated tables: what a character is to its neighbours, and whether it calls for a second look.

use crate::tables;

/// What a character is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// A combining mark of no script of its own: belongs to the letter before it.
    Mark,
    Pictographic,
    Ideograph,
    /// Conjoining Hangul, which a Hangul filler may complete.
    Jamo,
    EastAsian,
    /// A right-to-left script whose letters join: joiners shape it.
    Joining,
    RightToLeft,
    Mongolian,
    /// A script written without spaces, where U+200B marks a place to break the line.
    SoutheastAsian,
    Indic,
    Braille,
    /// Musical, shorthand and hieroglyphic notation, which has format controls of its own.
    Notation,
    Latin,
    Cyrillic,
    Greek,
    Alphabetic,
    Digit,
}

/// What calls for a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Control,
    Tag,
    Selector,
    Operator,
    Joiner,
    Space,
    ByteOrderMark,
    SoftHyphen,
    BidiMark,
    BidiControl,
    Filler,
    BrailleBlank,
    Ignorable,
    PrivateUse,
    Noncharacter,
}

/// What the tables know of one character, in one number: sort, group and what a word makes of it.
#[derive(Clone, Copy)]
pub(crate) struct Traits(u16);

impl Traits {
    /// Part of a word: a letter, a digit, an underscore, a styled letter.
    pub(crate) const PART: u16 = 1 << 9;
    pub(crate) const LETTER: u16 = 1 << 10;
    /// Has an exact twin in ASCII.
    pub(crate) const TWIN: u16 = 1 << 11;
    /// Passes for an ASCII letter at a glance.
    pub(crate) const NEAR: u16 = 1 << 12;
    /// Folds to an ASCII letter.
    pub(crate) const STYLED: u16 = 1 << 13;
    /// Takes a basic variation selector.
    pub(crate) const SELECTABLE: u16 = 1 << 14;

    pub(crate) const IDEOGRAPH: Traits = Traits(Self::PART | Self::LETTER);

    /// Whether it has any of these.
    pub(crate) const fn has(self, traits: u16) -> bool {
        self.0 & traits != 0
    }

    /// Those of these that it has.
    pub(crate) const fn of(self, traits: u16) -> u16 {
        self.0 & traits
    }

    pub(crate) fn sort(self) -> Option<Sort> {
        tables::SORT_OF.get(usize::from(self.0 & 0xF)).copied().flatten()
    }

    pub(crate) const fn has_sort(self) -> bool {
        self.0 & 0xF != 0
    }

    pub(crate) fn group(self) -> Option<Group> {
        tables::GROUP_OF.get(usize::from(self.0 >> 4 & 0x1F)).copied().flatten()
    }

    /// A letter that stands for no ASCII letter: its word is what it seems.
    pub(crate) const fn is_unmistakable(self) -> bool {
        self.0 & (Self::LETTER | Self::TWIN | Self::NEAR | Self::STYLED) == Self::LETTER
    }
}

/// Of a character below U+20000. Beyond are ideographs, tags and private planes, which are searched for.
pub(crate) fn traits(c: char) -> Option<Traits> {
    let code = c as usize;
    let block = usize::from(*tables::INDEX.get(code >> 6)?);
    tables::BLOCKS.get(block << 6 | code & 63).map(|number| Traits(*number))
}

pub(crate) fn sort(c: char) -> Option<Sort> {
    match traits(c) {
        Some(traits) => traits.sort(),
        None => find(&tables::SORTS, u32::from(c), |row| (row.0, row.1)).map(|row| row.2),
    }
}

pub(crate) fn group(c: char) -> Option<Group> {
    match traits(c) {
        Some(traits) => traits.group(),
        None => find(&tables::GROUPS, u32::from(c), |row| (row.0, row.1)).map(|row| row.2),
    }
}

/// Whether the character belongs to a word.
pub(crate) fn is_part(c: char) -> bool {
    match traits(c) {
        Some(traits) => traits.has(Traits::PART),
        None => c.is_alphanumeric(),
    }
}

pub(crate) fn takes_variation_selector(c: char) -> bool {
    find(&tables::VARIATION_BASES, u32::from(c), |row| *row).is_some()
}

/// The ASCII letter that this letter is drawn exactly like.
pub(crate) fn twin(c: char) -> Option<char> {
    letter(&tables::TWINS, Traits::TWIN, c)
}

/// The ASCII letter that this letter passes for at a glance, exact twins included.
pub(crate) fn near_twin(c: char) -> Option<char> {
    twin(c).or_else(|| letter(&tables::NEAR_TWINS, Traits::NEAR, c))
}

/// The ASCII letter that NFKC makes of this styled letter.
pub(crate) fn fold(c: char) -> Option<char> {
    letter(&tables::FOLDS, Traits::STYLED, c)
}

/// Whether the letter belongs to a script written from right to left. The Arabic letter mark is no letter.
pub(crate) fn is_right_to_left(c: char) -> bool {
    c != '\u{61C}' && matches!(group(c), Some(Group::Joining | Group::RightToLeft))
}

fn letter(table: &[(u32, u8)], of: u16, c: char) -> Option<char> {
    if !traits(c)?.has(of) {
        return None;
    }
    find(table, u32::from(c), |row| (row.0, row.0)).map(|row| char::from(row.1))
}

fn find<T>(table: &[T], code: u32, range: impl Fn(&T) -> (u32, u32)) -> Option<&T> {
    let after = table.partition_point(|row| range(row).0 <= code);
    table.get(after.checked_sub(1)?).filter(|row| code <= range(row).1)
}
