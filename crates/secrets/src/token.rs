//! The matcher for tokens with a prefix of their own: literal pieces and runs of an alphabet, no gaps, no regex.

use crate::class::{ALNUM, Class};
use crate::rule::Part;

/// Where the token ends that begins with the needle at `start..needle_end`, if all parts fit, it stands alone on the
/// left, and nothing of its alphabet follows.
pub(crate) fn match_token(text: &[u8], start: usize, needle_end: usize, parts: &[Part]) -> Option<usize> {
    if let Some(before) = start.checked_sub(1).and_then(|at| text.get(at)) {
        let needle = text.get(start..needle_end)?;
        // `task_test_` holds `test_`: short needles in lower case need more room than `AKIA` does.
        let is_weak = needle.len() <= 5 && needle.first().is_some_and(u8::is_ascii_lowercase);
        if ALNUM.has(*before) || is_weak && matches!(before, b'_' | b'-' | b'.') {
            return None;
        }
    }
    match_parts(text, needle_end, parts)
}

fn match_parts(text: &[u8], at: usize, parts: &[Part]) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let remaining = text.get(at..)?;
    match part {
        Part::Text(literal) => {
            remaining.starts_with(literal.as_bytes()).then(|| match_parts(text, at + literal.len(), rest))?
        }
        Part::Either(choices) => choices
            .iter()
            .filter(|choice| remaining.starts_with(choice.as_bytes()))
            .find_map(|choice| match_parts(text, at + choice.len(), rest)),
        Part::Run(class, min, max) => {
            let most = class.run(remaining, usize::from(*max));
            if most < usize::from(*min) {
                return None;
            }
            if rest.is_empty() {
                return ends_cleanly(*class, remaining.get(most..)?).then_some(at + most);
            }
            // Longest first; a shorter run is tried only where the next part could begin inside this one.
            (usize::from(*min)..=most).rev().find_map(|length| match_parts(text, at + length, rest))
        }
    }
}

/// A token that goes on in its own alphabet is a longer thing of another kind.
fn ends_cleanly(class: Class, after: &[u8]) -> bool {
    after.first().is_none_or(|next| !class.has(*next) && !ALNUM.has(*next))
}
