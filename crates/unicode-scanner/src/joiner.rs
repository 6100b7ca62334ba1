//! Zero-width characters: joiners that a script or an emoji needs, marks of a line break, and those that hide.

use unicode_segmentation::GraphemeCursor;

use crate::finding::{Class, Mark, Weight};
use crate::line::Line;
use crate::property::{self, Group, Sort};

/// From this many in ASCII words of one text on, single zero-width characters are a pattern and no slip.
const SCATTERED: usize = 6;

pub(crate) fn scan(line: &Line<'_>, marks: &mut Vec<Mark>) {
    let mut index = 0;
    while let Some(c) = line.at(index) {
        if !is_zero_width(c) {
            index += 1;
            continue;
        }
        let mut end = index + 1;
        while line.at(end).is_some_and(is_zero_width) {
            end += 1;
        }
        if let Some((class, weight)) = weigh(line, index, end, marks) {
            marks.push(line.mark(class, weight, index, end));
        }
        index = end;
    }
}

/// Single zero-width characters inside words weigh nothing each; many of them are a message or a disguise.
pub(crate) fn weigh_scattered(marks: &mut [Mark]) {
    let inside = |mark: &Mark| mark.class == Class::ZeroWidth && mark.weight == Weight::Note;
    if marks.iter().filter(|mark| inside(mark)).count() < SCATTERED {
        return;
    }
    marks.iter_mut().filter(|mark| inside(mark)).for_each(|mark| mark.weight = Weight::Suspect);
}

/// The zero-width space, the joiners, the byte order mark, the word joiner with the invisible operators, the Mongolian
/// vowel separator (which shows as nothing outside Mongolian).
pub(crate) fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2060}' | '\u{180E}')
        || matches!(property::sort(c), Some(Sort::Joiner | Sort::ByteOrderMark | Sort::Operator))
}

fn weigh(line: &Line<'_>, from: usize, end: usize, marks: &[Mark]) -> Option<(Class, Weight)> {
    let run = line.characters.get(from..end).unwrap_or_default();
    let (_, first) = *run.first()?;
    if run.iter().any(|(_, c)| matches!(c, '\u{2060}'..='\u{2064}')) {
        return Some((Class::ZeroWidth, Weight::Stop));
    }
    let alike = run.iter().all(|(_, c)| *c == first);
    let before = base_before(line, from);
    let after = line.at(end);
    match run.len() {
        1 => weigh_single(line, from, [before, after], marks).map(|weight| (Class::ZeroWidth, weight)),
        // Khmer, Persian and Bengali texts hold short runs; a run of two or more kinds elsewhere is a code.
        2..=7 if needs_joiners(before) || needs_joiners(after) => Some((Class::ZeroWidth, Weight::Note)),
        2 if alike => Some((Class::ZeroWidth, Weight::Note)),
        2 => Some((Class::ZeroWidth, Weight::Suspect)),
        _ => Some((Class::ZeroWidth, Weight::Stop)),
    }
}

fn weigh_single(line: &Line<'_>, at: usize, sides: [Option<char>; 2], marks: &[Mark]) -> Option<Weight> {
    let c = line.at(at)?;
    let [before, after] = sides;
    let justified = match c {
        '\u{FEFF}' => line.start == 0 && at == 0,
        '\u{200D}' if joins_emoji(line, at) => true,
        '\u{180E}' => group_of(before) == Some(Group::Mongolian),
        '\u{200B}' => is_south_east_asian(before) || is_south_east_asian(after),
        _ => needs_joiners(before) || needs_joiners(after),
    };
    if justified {
        return None;
    }
    let inside_word = before.is_some_and(is_word) && after.is_some_and(is_word);
    let joins = matches!(c, '\u{200C}' | '\u{200D}');
    if joins && (inside_word || before.is_some_and(|c| c.is_ascii_alphanumeric())) {
        // No Latin word has anything to join.
        return Some(Weight::Suspect);
    }
    if !inside_word {
        // Behind an identifier it makes another identifier; in running text it is a scar of copy and paste.
        let beside_word = before.is_some_and(is_word) || after.is_some_and(is_word);
        let code = beside_word && line.is_code(at) && !matches!(c, '\u{FEFF}');
        return Some(if code { Weight::Suspect } else { Weight::Note });
    }
    let second = marks.last().is_some_and(|mark| {
        mark.class == Class::ZeroWidth && mark.line == line.number && {
            // The columns of marks are one-based: the characters between the two marks.
            (mark.column..at).all(|index| line.at(index).is_some_and(is_word))
        }
    });
    Some(if second || line.is_meant(at) { Weight::Suspect } else { Weight::Note })
}

/// Whether the character behind the joiner belongs to the same grapheme cluster as the emoji before it (UAX 29, GB11).
fn joins_emoji(line: &Line<'_>, at: usize) -> bool {
    let behind = line.offset(at + 1);
    let joined = GraphemeCursor::new(behind, line.text.len(), true).is_boundary(line.text, 0) == Ok(false);
    joined && group_of(line.at(at + 1)) == Some(Group::Pictographic)
}

/// The character before, over combining marks, presentation selectors and skin tones (which are pictographic).
fn base_before(line: &Line<'_>, from: usize) -> Option<char> {
    (0..from)
        .rev()
        .take(8)
        .filter_map(|index| line.at(index))
        .find(|c| property::group(*c) != Some(Group::Mark) && property::sort(*c) != Some(Sort::Selector))
}

fn group_of(c: Option<char>) -> Option<Group> {
    c.and_then(property::group)
}

fn is_south_east_asian(c: Option<char>) -> bool {
    group_of(c) == Some(Group::SoutheastAsian)
}

pub(crate) fn needs_joiners(c: Option<char>) -> bool {
    matches!(
        group_of(c),
        Some(Group::Joining | Group::RightToLeft | Group::Mongolian | Group::SoutheastAsian | Group::Indic)
    )
}

/// A letter or digit of a script that has no use for joiners, or an underscore.
fn is_word(c: char) -> bool {
    c == '_'
        || matches!(
            property::group(c),
            Some(Group::Latin | Group::Digit | Group::Cyrillic | Group::Greek | Group::Alphabetic)
        )
}
