//! The keyword index: which rules could begin at a byte. Built by the compiler, so a process pays nothing to start.
//!
//! Every needle is filed under its first three bytes, case folded. The walk hashes the three bytes at each position to a
//! word of a table of 16 KB, which fits the first-level cache; the fourth byte chooses the bit of the word that tells
//! whether any needle goes on like this (one of three bytes goes on with anything). A second table does the same with four bytes
//! and the fifth. What passes both leads to the needles that begin with the same four bytes, side by side, whose first eight
//! bytes are one comparison each.
//!
//! Both tables are asked without a branch: positions are written down one after the other, and one that does not pass is
//! overwritten by the next. A branch would be guessed wrong at one position in ten of code, at fifteen cycles each, which is more
//! than all else together. Measured against a generated Aho-Corasick table this is more than three times as fast, and there is no
//! generated file to keep fresh.

mod tables;

use std::ops::Range;

use crate::rule::Rule;

pub(crate) use tables::RULES;
use tables::{
    BITS, GRAMS, LONGER_BITS, NEEDLES, SHORT_STARTS, STARTS, bit_of, bucket_of, fold, low, slot_of,
};

/// How many positions are gone over together: as many as a byte can number.
const BATCH: usize = 256;

/// Calls `visit` with the position, the needle's length and the rule for each needle in `text`.
pub(crate) fn each_candidate(text: &[u8], visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let mut likely = [0; BATCH];
    let mut from = 0;
    while text.len() - from >= 8 {
        let (count, end) = gather(text, from, &mut likely);
        let count = sift(text, from, &mut likely, count);
        for step in likely.iter().take(count) {
            follow(text, from + usize::from(*step), visit);
        }
        from = end;
    }
    each_in_rest(text, from, visit);
}

/// Writes down which of the positions of a batch the first table lets pass, as steps from its start; answers how many they are, and
/// where the batch ends.
fn gather(text: &[u8], from: usize, likely: &mut [u8; BATCH]) -> (usize, usize) {
    let mut count = 0;
    let mut at = from;
    while at < from + BATCH
        && let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>)
    {
        let folded = fold(u64::from_le_bytes(*eight));
        for step in 0..4 {
            let gram = low(folded >> (8 * step));
            note(likely, count, at - from + step);
            count += (filed(gram) & 1) as usize;
        }
        at += 4;
    }
    (count, at)
}

/// Keeps those of the positions that the second table lets pass; answers how many they are.
fn sift(text: &[u8], from: usize, likely: &mut [u8; BATCH], count: usize) -> usize {
    let mut kept = 0;
    for place in 0..count {
        let step = likely.get(place).copied().map_or(0, usize::from);
        note(likely, kept, step);
        kept += goes_on(eight_at(text, from + step));
    }
    kept
}

/// Writes a step at a place that is in the list, which needs no check.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both are below 256")]
fn note(likely: &mut [u8; BATCH], place: usize, step: usize) {
    if let Some(noted) = likely.get_mut(usize::from(place as u8)) {
        *noted = step as u8;
    }
}

/// One where a needle of four bytes and more may begin with these five, or one of three is filed under the first three.
#[inline]
fn goes_on(eight: u64) -> usize {
    let longer = LONGER_BITS.get(bucket_of(low(eight))).copied().unwrap_or(0) >> bit_of(low(eight >> 8));
    let short = bucket(&SHORT_STARTS, slot_of(low(eight)));
    (longer & 1) as usize | usize::from(short.start != short.end)
}

/// The last seven bytes and fewer.
fn each_in_rest(text: &[u8], from: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    for at in from..text.len().saturating_sub(2) {
        let eight = eight_at(text, at);
        // A short text is all rest: without a look here it would touch three more pages.
        if filed(low(eight)) & 1 == 1 && goes_on(eight) == 1 {
            follow(text, at, visit);
        }
    }
}

/// The eight bytes at `at`, folded; past the end stands what the comparison with the needle refuses.
#[inline]
fn eight_at(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    let eight = rest.first_chunk::<8>().copied().unwrap_or_else(|| {
        let mut eight = [0; 8];
        eight.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        eight
    });
    fold(u64::from_le_bytes(eight))
}

/// The gram's bit in the lowest place; what is above it means nothing.
#[inline]
fn filed(gram: u32) -> u32 {
    BITS.get(slot_of(gram)).copied().unwrap_or(0) >> bit_of(gram)
}

#[inline(never)]
fn follow(text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let eight = eight_at(text, at);
    each_like(eight, bucket(&STARTS, bucket_of(low(eight))), &mut |place| compare(place, text, at, visit));
    each_like(eight, bucket(&SHORT_STARTS, slot_of(low(eight))), &mut |place| {
        compare(place, text, at, visit);
    });
}

/// Those of the needles at `places` that begin as the eight bytes do.
#[inline]
fn each_like(eight: u64, places: Range<usize>, visit: &mut impl FnMut(usize)) {
    let first = places.start;
    for (step, gram) in GRAMS.get(places).unwrap_or_default().iter().enumerate() {
        if eight & gram.mask == gram.bytes {
            visit(first + step);
        }
    }
}

/// Where the needles of a bucket stand.
#[inline]
fn bucket(starts: &[u16], number: usize) -> Range<usize> {
    let edge = |number: usize| starts.get(number).map_or(0, |start| usize::from(*start));
    edge(number)..edge(number + 1)
}

/// Seldom called, and large with what it leads to: the caller is small without it.
#[inline(never)]
fn compare(place: usize, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let Some(needle) = NEEDLES.get(place) else { return };
    let wanted = needle.text.as_bytes();
    if let (Some(found), Some(rule)) = (text.get(at..at + wanted.len()), RULES.get(usize::from(needle.rule)))
        && (found == wanted || !rule.exact_case && found.eq_ignore_ascii_case(wanted))
    {
        visit(at, wanted.len(), rule);
    }
}

#[cfg(test)]
mod tests {
    use super::{RULES, each_candidate};

    /// Wherever a needle stands, at the start, across batches or at the very end, its rule is called, once and in order.
    #[test]
    fn every_needle_is_found_wherever_it_stands() {
        for (number, rule) in RULES.iter().enumerate() {
            for needle in rule.needles {
                for before in [0, 1, 2, 3, 5, 254 - number % 8, 257] {
                    for behind in [0, 1, 4, 7, 9] {
                        let text =
                            ["~".repeat(before).as_str(), needle, "~".repeat(behind).as_str()].concat();
                        let mut found = Vec::new();
                        each_candidate(text.as_bytes(), &mut |at, length, rule| {
                            found.push((at, length, rule.id));
                        });
                        let places: Vec<usize> = found.iter().map(|(at, ..)| *at).collect();
                        assert!(places.is_sorted(), "{needle:?}: {places:?}");
                        let wanted = (before, needle.len(), rule.id);
                        assert!(found.contains(&wanted), "{needle:?} behind {before}, {behind} behind it");
                    }
                }
            }
        }
    }
}
