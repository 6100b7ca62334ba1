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

pub(crate) fn sort(c: char) -> Option<Sort> {
    let code = u32::from(c);
    // Plain ASCII, Greek, Cyrillic, Armenian, Hebrew and Japanese letters are most of what is asked for.
    if (0x20..0x7F).contains(&code) || (0x370..0x5C8).contains(&code) || (0x3041..0x3130).contains(&code) {
        return None;
    }
    find(&tables::SORTS, code, |row| (row.0, row.1)).map(|row| row.2)
}

pub(crate) fn group(c: char) -> Option<Group> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(Group::Latin),
        '0'..='9' => Some(Group::Digit),
        _ if c.is_ascii() => None,
        _ => find(&tables::GROUPS, u32::from(c), |row| (row.0, row.1)).map(|row| row.2),
    }
}

pub(crate) fn takes_variation_selector(c: char) -> bool {
    find(&tables::VARIATION_BASES, u32::from(c), |row| *row).is_some()
}

/// The ASCII letter that this letter is drawn exactly like.
pub(crate) fn twin(c: char) -> Option<char> {
    letter(&tables::TWINS, c)
}

/// The ASCII letter that this letter passes for at a glance, exact twins included.
pub(crate) fn near_twin(c: char) -> Option<char> {
    twin(c).or_else(|| letter(&tables::NEAR_TWINS, c))
}

/// The ASCII letter that NFKC makes of this styled letter.
pub(crate) fn fold(c: char) -> Option<char> {
    letter(&tables::FOLDS, c)
}

/// Whether the letter belongs to a script written from right to left.
pub(crate) fn is_right_to_left(c: char) -> bool {
    matches!(group(c), Some(Group::Joining | Group::RightToLeft))
}

fn letter(table: &[(u32, u8)], c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    find(table, u32::from(c), |row| (row.0, row.0)).map(|row| char::from(row.1))
}

fn find<T>(table: &[T], code: u32, range: impl Fn(&T) -> (u32, u32)) -> Option<&T> {
    let after = table.partition_point(|row| range(row).0 <= code);
    table.get(after.checked_sub(1)?).filter(|row| code <= range(row).1)
}
