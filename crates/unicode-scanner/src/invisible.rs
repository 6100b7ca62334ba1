//! Fillers, soft hyphens, private use, noncharacters and odd spaces.

use crate::facts::Facts;
use crate::finding::{Class, Mark, Weight};
use crate::line::{Line, Place};
use crate::property::{self, Group, Sort};

/// No icon font puts so many icons side by side.
const PRIVATE_RUN: usize = 4;
/// Private-use characters of one page on one line, spread or not, that read as ASCII.
const PRIVATE_LINE: usize = 12;

pub(crate) fn scan(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
    let mut index = 0;
    let mut private = Vec::new();
    let mut hyphens = Vec::new();
    let first = marks.len();
    while let Some(c) = line.at(index) {
        let Some(sort) = property::sort(c) else {
            index += 1;
            continue;
        };
        let end = run_end(line, index, sort);
        let found = match sort {
            Sort::Filler => weigh_filler(line, index, end),
            Sort::BrailleBlank => weigh_blank(line, facts, index, end),
            Sort::Ignorable if !matches!(c, '\u{200B}' | '\u{2060}' | '\u{180E}') => {
                weigh_ignorable(line, index, c)
            }
            Sort::PrivateUse => {
                private.extend(index..end);
                (end - index >= PRIVATE_RUN).then_some((Class::PrivateUse, Weight::Stop))
            }
            Sort::SoftHyphen => {
                hyphens.push(index);
                None
            }
            Sort::Noncharacter => (!facts.is_binary()).then_some((Class::Noncharacter, Weight::Suspect)),
            Sort::Space => weigh_space(line, index, end),
            _ => None,
        };
        if let Some((class, weight)) = found {
            marks.push(line.mark(class, weight, index, end));
        }
        index = end;
    }
    let run = marks.iter().skip(first).any(|mark| mark.class == Class::PrivateUse);
    if !run {
        mark_private(line, &private, marks);
    }
    mark_hyphens(line, &hyphens, marks);
}

fn run_end(line: &Line<'_>, from: usize, sort: Sort) -> usize {
    let mut end = from + 1;
    while sort != Sort::SoftHyphen && line.at(end).is_some_and(|c| property::sort(c) == Some(sort)) {
        end += 1;
    }
    end
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c == '_' || c.is_alphanumeric())
}

fn is_ascii_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// A filler completes a Hangul syllable that lacks a part, and does nothing else.
fn weigh_filler(line: &Line<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    let jamo = |c: Option<char>| c.and_then(property::group) == Some(Group::Jamo);
    let completes = end - from == 1 && (jamo(line.before(from)) || jamo(line.at(end)));
    let weight = if line.is_table_entry(from) { Weight::Note } else { Weight::Stop };
    (!completes).then_some((Class::InvisibleFiller, weight))
}

/// U+2800 is a cell of a braille picture, or a blank that is no white space to a compiler.
fn weigh_blank(line: &Line<'_>, facts: &Facts<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    if facts.has_braille() {
        return None;
    }
    let beside_word = end - from == 1 && (is_word(line.before(from)) || is_word(line.at(end)));
    let literal = line.looks_like_code() && line.place(from) == Place::Literal;
    let weight = if beside_word || literal { Weight::Suspect } else { Weight::Note };
    Some((Class::InvisibleFiller, weight))
}

fn weigh_ignorable(line: &Line<'_>, at: usize, c: char) -> Option<(Class, Weight)> {
    let before = line.before(at).and_then(property::group);
    let after = line.at(at + 1).and_then(property::group);
    let notation = before == Some(Group::Notation) || after == Some(Group::Notation);
    let weight = match c {
        // The grapheme joiner orders marks, in Hebrew and in transliterations.
        '\u{34F}' if line.before(at).is_some_and(|c| !c.is_ascii()) => return None,
        '\u{34F}' => Weight::Suspect,
        '\u{17B4}' | '\u{17B5}' if before == Some(Group::SoutheastAsian) => return None,
        '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{13430}'..='\u{1345F}' if notation => {
            return None;
        }
        _ if line.is_table_entry(at) => Weight::Note,
        // Interlinear annotation is internal to a program, and U+FFF0 to U+FFF8 are nothing yet.
        _ => Weight::Stop,
    };
    Some((Class::InvisibleFiller, weight))
}

fn mark_private(line: &Line<'_>, found: &[usize], marks: &mut Vec<Mark>) {
    if found.len() < PRIVATE_LINE {
        return;
    }
    let codes = || found.iter().filter_map(|index| line.at(*index)).map(u32::from);
    let one_page = codes().zip(codes().skip(1)).all(|(one, next)| one >> 8 == next >> 8);
    let letters = codes()
        .filter(|code| u8::try_from(code & 0xFF).is_ok_and(|b| b.is_ascii_alphabetic() || b == b' '))
        .count();
    if one_page && letters * 10 >= found.len() * 7 {
        let spread: Vec<Mark> =
            found.iter().map(|index| line.mark(Class::PrivateUse, Weight::Stop, *index, index + 1)).collect();
        marks.extend(spread);
    }
}

/// A soft hyphen stands where a long word may break. Three of them with one letter between are a way past a filter,
/// and one in an identifier makes another identifier.
fn mark_hyphens(line: &Line<'_>, found: &[usize], marks: &mut Vec<Mark>) {
    let close = |pair: &[usize]| matches!(pair, [one, next] if next - one <= 2);
    let mut longest = 0;
    let mut length = 0;
    for pair in found.windows(2) {
        length = if close(pair) { length + 1 } else { 0 };
        longest = longest.max(length);
    }
    for &index in found {
        let in_identifier =
            is_ascii_word(line.before(index)) && is_ascii_word(line.at(index + 1)) && line.is_code(index);
        let weight = match longest {
            2.. => Weight::Stop,
            _ if in_identifier => Weight::Suspect,
            _ => Weight::Note,
        };
        marks.push(line.mark(Class::InvisibleFiller, weight, index, index + 1));
    }
}

/// A no-break or typographic space against an operator is an operand's name to some compilers, an error to others.
fn weigh_space(line: &Line<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    const OPERATORS: [&str; 12] = ["&&", "||", "==", "!=", "=>", "->", "+=", "-=", ":=", "<=", ">=", "::"];
    if !line.looks_like_code() {
        return None;
    }
    // Both end a line for JavaScript and for no reader.
    if matches!(line.at(from), Some('\u{2028}' | '\u{2029}')) {
        return Some((Class::OddSpace, Weight::Suspect));
    }
    if line.place(from) != Place::Code {
        return None;
    }
    let before = line.text.get(..line.offset(from)).unwrap_or_default();
    let after = line.text.get(line.offset(end)..).unwrap_or_default();
    let beside = OPERATORS.iter().any(|operator| before.ends_with(operator) || after.starts_with(operator));
    beside.then_some((Class::OddSpace, Weight::Suspect))
}
