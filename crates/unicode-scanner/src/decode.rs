//! What an invisible run spells, by the encodings seen in the wild.

use crate::finding::Class;
use crate::property;

/// The hidden text, if the run decodes to anything readable.
pub(crate) fn hidden(class: Class, run: &str) -> Option<String> {
    let text = match class {
        Class::TagCharacters => tags(run),
        Class::VariationSelectors => selectors(run),
        Class::PrivateUse => low_bytes(run),
        Class::ZeroWidth | Class::InvisibleFiller => binary(run)?,
        Class::LookAlikeWord | Class::LookAlikeDomain | Class::StyledLetters => return Some(read_as(run)),
        Class::BidiControl
        | Class::ControlCharacter
        | Class::TerminalEscape
        | Class::Noncharacter
        | Class::LoneSurrogate
        | Class::OddSpace => return None,
    };
    is_readable(&text).then_some(text)
}

/// Each tag character stands for the ASCII character 0xE0000 below it.
fn tags(run: &str) -> String {
    run.chars()
        .filter_map(|c| char::from_u32(u32::from(c).checked_sub(0xE_0000)?))
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect()
}

/// Two hundred and fifty-six selectors, one for each byte of UTF-8.
fn selectors(run: &str) -> String {
    let bytes: Vec<u8> = run.chars().filter_map(selector_byte).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn selector_byte(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ 0xFE00..=0xFE0F => u8::try_from(code - 0xFE00).ok(),
        code @ 0xE_0100..=0xE_01EF => u8::try_from(code - 0xE_0100 + 16).ok(),
        _ => None,
    }
}

/// A private-use page used as a second ASCII.
fn low_bytes(run: &str) -> String {
    run.chars()
        .filter_map(|c| char::from_u32(u32::from(c) & 0xFF))
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect()
}

/// Two different invisible characters as 0 and 1, eight to a byte, whichever of the two is the zero.
fn binary(run: &str) -> Option<String> {
    let mut symbols: Vec<char> = run.chars().collect();
    symbols.sort_unstable();
    symbols.dedup();
    let &[low, high] = symbols.as_slice() else { return None };
    [low, high].into_iter().map(|one| bits(run, one)).find(|text| is_readable(text))
}

fn bits(run: &str, one: char) -> String {
    let digits: Vec<u8> = run.chars().map(|c| u8::from(c == one)).collect();
    let bytes: Vec<u8> =
        digits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The word as a reader takes it.
pub(crate) fn read_as(word: &str) -> String {
    word.chars().map(|c| property::near_twin(c).or_else(|| property::fold(c)).unwrap_or(c)).collect()
}

fn is_readable(text: &str) -> bool {
    let readable = text.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_graphic() || *c == ' ').count();
    readable >= 2 && readable * 10 >= text.chars().count() * 9
}
