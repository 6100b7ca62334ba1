//! Bidirectional controls: what right-to-left writing needs, and what makes a line read as another.

use crate::facts::Facts;
use crate::finding::{Class, Mark, Weight};
use crate::line::{Line, Place};
use crate::property::{self, Sort};

const OVERRIDES: [char; 2] = ['\u{202D}', '\u{202E}'];
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';
const POP_EMBEDDING: char = '\u{202C}';

pub(crate) fn scan(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
    let mut controls = Vec::new();
    for (index, (_, c)) in line.characters.iter().enumerate() {
        match property::sort(*c) {
            Some(Sort::BidiMark) => mark_direction(line, index, marks),
            Some(Sort::BidiControl) => controls.push(index),
            _ => {}
        }
    }
    if controls.is_empty() {
        return;
    }
    if let Some(weight) = weigh(line, facts, &controls) {
        marks.extend(controls.iter().map(|index| line.mark(Class::BidiControl, weight, *index, index + 1)));
    }
}

/// A direction mark reorders little; inside an ASCII word it makes another word of it.
fn mark_direction(line: &Line<'_>, at: usize, marks: &mut Vec<Mark>) {
    let is_word = |c: Option<char>| c.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric());
    if is_word(line.before(at)) && is_word(line.at(at + 1)) && !line.has_right_to_left() {
        marks.push(line.mark(Class::BidiControl, Weight::Suspect, at, at + 1));
    }
}

fn weigh(line: &Line<'_>, facts: &Facts<'_>, controls: &[usize]) -> Option<Weight> {
    let balanced = is_balanced(line, controls);
    let overrides = controls.iter().filter_map(|index| line.at(*index)).any(|c| OVERRIDES.contains(&c));
    let here = line.has_right_to_left();
    let written = here || facts.is_written_right_to_left();
    if balanced && !overrides && isolates_plain_words(line, controls) {
        return None;
    }
    if !written {
        return Some(Weight::Stop);
    }
    let places: Vec<Place> = controls.iter().map(|index| line.place(*index)).collect();
    let crosses = line.looks_like_code() && places.windows(2).any(|pair| pair.first() != pair.last());
    let isolates =
        controls.iter().filter_map(|index| line.at(*index)).any(|c| matches!(c, '\u{2066}'..='\u{2068}'));
    match overrides {
        true if overrides_nothing(line, controls) => Some(Weight::Note),
        true if here && balanced && !line.looks_like_code() => Some(Weight::Note),
        true => Some(Weight::Stop),
        // Embeddings left open end with the paragraph: common in translations. Isolates are written by programs,
        // which close them.
        false if crosses || (isolates && !balanced) => Some(Weight::Suspect),
        false => None,
    }
}

/// Whether what follows the first control is too little to be read in another order: an ellipsis, a bracket.
fn overrides_nothing(line: &Line<'_>, controls: &[usize]) -> bool {
    let Some(first) = controls.first() else { return true };
    line.characters.iter().skip(first + 1).filter(|(_, c)| c.is_alphanumeric()).count() < 2
}

fn is_balanced(line: &Line<'_>, controls: &[usize]) -> bool {
    let mut open = Vec::new();
    for c in controls.iter().filter_map(|index| line.at(*index)) {
        match c {
            POP_ISOLATE if open.pop() != Some(POP_ISOLATE) => return false,
            POP_EMBEDDING if open.pop() != Some(POP_EMBEDDING) => return false,
            POP_ISOLATE | POP_EMBEDDING => {}
            '\u{2066}'..='\u{2068}' => open.push(POP_ISOLATE),
            _ => open.push(POP_EMBEDDING),
        }
    }
    open.is_empty()
}

/// Translation libraries put U+2068 and U+2069 around every value they fill in; around words that changes nothing.
fn isolates_plain_words(line: &Line<'_>, controls: &[usize]) -> bool {
    controls.chunks(2).all(|pair| {
        let &[open, close] = pair else { return false };
        line.at(open) == Some(FIRST_STRONG_ISOLATE)
            && line.at(close) == Some(POP_ISOLATE)
            && (open + 1..close)
                .filter_map(|index| line.at(index))
                .all(|c| !matches!(c, '/' | '*' | '#' | '"' | '\'' | '`' | ';' | '{' | '}'))
    })
}
