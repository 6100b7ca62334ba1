//! The fast way out: one pass over a line, without a copy, that tells whether any scan could have something to say.
//!
//! It may send an honest line on to the scans, which then find nothing; it never keeps one from them that they would
//! mark. A property test holds it to that.

use crate::domain;
use crate::facts::Facts;
use crate::joiner::{is_zero_width, needs_joiners};
use crate::line::Kind;
use crate::property::{self, Group, Sort, Traits};

const MISTAKABLE: u16 = Traits::TWIN | Traits::NEAR | Traits::STYLED;
/// In the sum of a word: it holds an ASCII letter; a letter that stands for no ASCII letter.
const ASCII: u16 = 1;
const HONEST: u16 = 2;

/// Whether no scan would mark anything in the line.
pub(crate) fn is_quiet(row: &str, opens_text: bool, kind: Kind, facts: &Facts<'_>) -> bool {
    if matches!(kind, Kind::Command | Kind::Path) {
        return false;
    }
    let mut pass = Pass {
        opens_text,
        kind,
        facts,
        word: 0,
        letters: 0,
        before: None,
        joinable: false,
        east_asian: false,
    };
    let mut styled = false;
    let mut characters = row.char_indices();
    while let Some((at, c)) = characters.next() {
        let Some(traits) = traits(c) else { return false };
        if traits.has_sort() && !pass.justifies(c, traits, characters.as_str()) {
            return false;
        }
        if traits.has(Traits::PART) {
            pass.add(c, traits);
        } else if pass.word != 0 {
            match pass.end_word() {
                Word::Quiet => {}
                Word::Styled => styled = true,
                Word::Loud => return false,
            }
        }
        if c == ':' && characters.as_str().starts_with("//") && !domain::host_at(row, at + 3).is_ascii() {
            return false;
        }
        if c.is_ascii() {
            pass.joinable = false;
        } else {
            pass.note(c, traits);
        }
        pass.before = Some(c);
    }
    match pass.end_word() {
        Word::Quiet => !styled || pass.east_asian,
        Word::Styled => pass.east_asian,
        Word::Loud => false,
    }
}

/// Of a character of the first planes, or an ideograph of the next two; `None` for what must be looked at.
fn traits(c: char) -> Option<Traits> {
    property::traits(c).or_else(|| ('\u{20000}'..='\u{323AF}').contains(&c).then_some(Traits::IDEOGRAPH))
}

/// What the letters of a word amount to.
enum Word {
    Quiet,
    /// Nothing but styled letters: at home among ideographs.
    Styled,
    Loud,
}

struct Pass<'t> {
    /// The line is the text's first.
    opens_text: bool,
    kind: Kind,
    facts: &'t Facts<'t>,
    /// The traits of the letters of the word so far, together.
    word: u16,
    letters: usize,
    before: Option<char>,
    /// A pictograph, with its modifiers, stands before: a joiner may join it to the next.
    joinable: bool,
    east_asian: bool,
}

impl Pass<'_> {
    fn add(&mut self, c: char, traits: Traits) {
        if c.is_ascii() {
            let letter = c.is_ascii_alphabetic();
            self.word |= if letter { ASCII } else { 0 };
            self.letters += usize::from(letter);
        } else if traits.is_unmistakable() {
            self.word |= HONEST;
        } else {
            self.word |= traits.of(MISTAKABLE);
            self.letters += usize::from(traits.has(MISTAKABLE));
        }
    }

    /// What `look_alike` would make of the word, as far as it can be told without the rest of the text.
    fn end_word(&mut self) -> Word {
        let (word, letters) = (core::mem::take(&mut self.word), core::mem::take(&mut self.letters));
        if word & MISTAKABLE == 0 || word & HONEST != 0 {
            return Word::Quiet;
        }
        if word & ASCII != 0 {
            return Word::Loud;
        }
        if word & Traits::STYLED != 0 {
            return if word & (Traits::TWIN | Traits::NEAR) == 0 { Word::Styled } else { Word::Loud };
        }
        // A word of nothing but twins is a word of its script, where the script is in use.
        let code = !matches!(self.kind, Kind::Prose | Kind::Output);
        let disguise = word & Traits::NEAR == 0 && letters >= 4 && code;
        if disguise || !self.facts.has_letters_of_its_own() { Word::Loud } else { Word::Quiet }
    }

    fn note(&mut self, c: char, traits: Traits) {
        let group = traits.group();
        self.east_asian |= matches!(group, Some(Group::Ideograph | Group::EastAsian));
        self.joinable = match c {
            '\u{FE0E}' | '\u{FE0F}' | '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' => self.joinable,
            '\u{1F1E6}'..='\u{1F1FF}' => false,
            _ => group == Some(Group::Pictographic),
        };
    }

    /// Whether a character that calls for a second look is what script or emoji need, as far as its neighbours tell.
    fn justifies(&self, c: char, traits: Traits, rest: &str) -> bool {
        let after = rest.chars().next();
        let group = |c: Option<char>| c.and_then(property::group);
        let hidden = |c: Option<char>| c.is_some_and(is_zero_width);
        match (traits.sort(), c) {
            (Some(Sort::Joiner), _) => {
                !hidden(after) && (needs_joiners(self.before) || c == '\u{200D}' && self.joins(after))
            }
            (Some(Sort::Selector), '\u{FE0E}' | '\u{FE0F}') => {
                let takes =
                    |c: char| property::traits(c).is_some_and(|traits| traits.has(Traits::SELECTABLE));
                self.before.is_some_and(takes) && after.and_then(property::sort) != Some(Sort::Selector)
            }
            (_, '\u{200B}') => {
                let asian = |c| group(c) == Some(Group::SoutheastAsian);
                !hidden(after) && !hidden(self.before) && (asian(self.before) || asian(after))
            }
            (Some(Sort::ByteOrderMark), _) => self.opens_text && self.before.is_none() && !hidden(after),
            (Some(Sort::BidiMark), _) => {
                let word = |c: Option<char>| c.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric());
                !(word(self.before) && word(after))
            }
            (Some(Sort::Space), '\u{2028}' | '\u{2029}') => false,
            (Some(Sort::Space), _) => {
                let operator = |c: Option<char>| c.is_some_and(|c| "&|=!>-+:<".contains(c));
                !(operator(self.before) || operator(after))
            }
            _ => false,
        }
    }

    fn joins(&self, after: Option<char>) -> bool {
        let pictograph = |c: char| {
            property::group(c) == Some(Group::Pictographic) && !('\u{1F1E6}'..='\u{1F1FF}').contains(&c)
        };
        self.joinable && after.is_some_and(pictograph)
    }
}

#[cfg(test)]
mod tests {
    use super::is_quiet;
    use crate::facts::Facts;
    use crate::line::{Kind, Line};
    use crate::scan::scan_line;

    /// A character of each way a scan decides by, and what stands between them.
    const CHARACTERS: &str = "aZ0_ \t.:/-=\"'#*<&|@%n\u{AD}\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\u{202E}\u{2066}\u{2069}\u{2060}\
        \u{FEFF}\u{FE0E}\u{FE0F}\u{FE01}\u{A0}\u{3000}\u{2028}\u{85}\u{9B}\u{1B}\u{7}\u{8}\u{34F}\u{3164}\u{2800}\u{E000}\u{FFFE}\
        аосржфсіαοωΔеéßıɑｐａƽ𝐚𝐛ⓐᴀⁿ一日あカ한글ᄀกខែមကམबكיم\u{64B}\u{94D}ⲟᏒԱ❤😀🏽👩🇩🏴✈1٣१©\u{20E3}\u{E0067}\u{E007F}𠀀\u{E0100}\u{F0000}\
        \u{301}\u{180E}\u{1820}\u{180B}\u{17B4}\u{FFF9}\u{1D173}\u{1D100}";

    #[test]
    fn what_is_quiet_is_marked_by_no_scan() {
        let characters: Vec<char> = CHARACTERS.chars().collect();
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |end: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap_or(0) % end
        };
        let kinds = [Kind::Unknown, Kind::Code, Kind::Prose, Kind::Command, Kind::Path, Kind::Output];
        let mut quiet = 0;
        for _ in 0..if cfg!(debug_assertions) { 60_000 } else { 2_000_000 } {
            let mut row: String = String::new();
            for _ in 0..=below(9) {
                match below(12) {
                    0 => row.push_str(["http://", "ignore", "root", "слово", " = ", "می\u{200C}خ"][below(6)]),
                    _ => row.push(characters[below(characters.len())]),
                }
            }
            let text = format!("{row}\n{}", ["", "Жук", "שלום שלום שלום שלום שלום", "root"][below(4)]);
            let facts = Facts::new(&text);
            let kind = kinds[below(6)];
            let opens = below(4) == 0;
            if is_quiet(&row, opens, kind, &facts) {
                quiet += 1;
                let line = Line::new(&row, usize::from(!opens), 1, kind);
                let mut marks = Vec::new();
                scan_line(&line, &facts, &mut marks);
                assert!(marks.is_empty(), "{row:?} {kind:?} {marks:?}");
            }
        }
        assert!(quiet > 1_000, "{quiet}");
    }
}
