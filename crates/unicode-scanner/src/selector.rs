//! Variation selectors and tag characters: fine behind a base that takes them, a byte channel otherwise.

use crate::finding::{Class, Mark, Weight};
use crate::line::Line;
use crate::property::{self, Group, Sort};

/// U+1F3F4, the only character that tags may follow (UTS 51).
const BLACK_FLAG: char = '\u{1F3F4}';
const CANCEL_TAG: char = '\u{E007F}';

pub(crate) fn scan(line: &Line<'_>, marks: &mut Vec<Mark>) {
    let mut index = 0;
    while let Some(c) = line.at(index) {
        let sort = property::sort(c);
        if !matches!(sort, Some(Sort::Selector | Sort::Tag)) {
            index += 1;
            continue;
        }
        let end = run_end(line, index, sort);
        let verdict = if sort == Some(Sort::Tag) {
            weigh_tags(line, index, end)
        } else {
            weigh_selectors(line, index, end)
        };
        if let Some((class, weight)) = verdict {
            marks.push(line.mark(class, weight, index, end));
        }
        index = end;
    }
}

fn run_end(line: &Line<'_>, from: usize, sort: Option<Sort>) -> usize {
    let mut end = from + 1;
    while line.at(end).is_some_and(|c| property::sort(c) == sort) {
        end += 1;
    }
    end
}

fn weigh_tags(line: &Line<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    let letters = line.characters.get(from..end.saturating_sub(1)).unwrap_or_default();
    let subdivision = letters.iter().all(|(_, c)| {
        char::from_u32(u32::from(*c).wrapping_sub(0xE_0000))
            .is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    let flag = line.before(from) == Some(BLACK_FLAG)
        && line.at(end.saturating_sub(1)) == Some(CANCEL_TAG)
        && (3..=6).contains(&letters.len())
        && subdivision;
    (!flag).then_some((Class::TagCharacters, Weight::Stop))
}

fn weigh_selectors(line: &Line<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    const SELECTS_NOTHING: Class = Class::VariationSelectors;
    let first = line.at(from)?;
    if end - from > 1 {
        // A doubled emoji selector is a slip of an input method; two different ones are two bytes.
        let doubled = end - from == 2 && first == '\u{FE0F}' && line.at(from + 1) == Some(first);
        return Some((SELECTS_NOTHING, if doubled { Weight::Note } else { Weight::Stop }));
    }
    let base = line.before(from);
    let group = base.and_then(property::group);
    match first {
        '\u{FE0E}' | '\u{FE0F}' => {
            weigh_presentation(line, from, base, group).map(|weight| (SELECTS_NOTHING, weight))
        }
        '\u{180B}'..='\u{180D}' | '\u{180F}' => {
            (group != Some(Group::Mongolian)).then_some((SELECTS_NOTHING, Weight::Suspect))
        }
        '\u{FE00}'..='\u{FE0D}' => {
            let taken = base.is_some_and(property::takes_variation_selector)
                || matches!(
                    group,
                    Some(
                        Group::Ideograph
                            | Group::EastAsian
                            | Group::Mongolian
                            | Group::SoutheastAsian
                            | Group::Notation
                    )
                );
            (!taken).then_some((SELECTS_NOTHING, Weight::Suspect))
        }
        // The supplement selects among the forms of an ideograph (UTS 37), and nothing else.
        _ => (group != Some(Group::Ideograph)).then_some((SELECTS_NOTHING, Weight::Stop)),
    }
}

/// Text or emoji presentation: fine behind whatever has two presentations, untidy behind another symbol or where an
/// emoji was taken away, and a trick behind a letter or in a literal.
fn weigh_presentation(
    line: &Line<'_>,
    at: usize,
    base: Option<char>,
    group: Option<Group>,
) -> Option<Weight> {
    let Some(base) = base else { return Some(Weight::Note) };
    if property::takes_variation_selector(base) || group == Some(Group::Pictographic) {
        return None;
    }
    let symbol = !base.is_ascii() && !base.is_alphanumeric();
    let gap = base.is_whitespace() && !line.is_meant(at);
    Some(if symbol || gap { Weight::Note } else { Weight::Suspect })
}
