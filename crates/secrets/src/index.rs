//! The keyword index: which rules could begin at a byte. Built by the compiler, so a process pays nothing to start.
//!
//! Every needle is filed under its first three bytes, case folded. The walk hashes the three bytes at each position to a
//! word of a table of 16 KB, which fits the first-level cache; the fourth byte chooses the bit of the word that tells
//! whether any needle goes on like this (one of three bytes goes on with anything). Four positions share a branch, and only a
//! set bit leads to the needles of the word, side by side, whose first eight bytes are one comparison each. Measured against a generated Aho-Corasick table this is more
//! than three times as fast, and there is no generated file to keep fresh.

mod tables;

use crate::rule::Rule;

pub(crate) use tables::RULES;
use tables::{BITS, GRAMS, NEEDLES, STARTS, bit_of, fold, low, slot_of};

/// Calls `visit` with the position, the needle's length and the rule for each needle in `text`.
pub(crate) fn each_candidate(text: &[u8], visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let mut at = 0;
    while let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>) {
        let folded = fold(u64::from_le_bytes(*eight));
        let (a, b, c, d) = (low(folded), low(folded >> 8), low(folded >> 16), low(folded >> 24));
        let filed = (filed(a), filed(b), filed(c), filed(d));
        if (filed.0 | filed.1 | filed.2 | filed.3) & 1 == 1 {
            follow_filed(filed.0, a, text, at, visit);
            follow_filed(filed.1, b, text, at + 1, visit);
            follow_filed(filed.2, c, text, at + 2, visit);
            follow_filed(filed.3, d, text, at + 3, visit);
        }
        at += 4;
    }
    each_in_rest(text, at, visit);
}

/// The last seven bytes and fewer.
fn each_in_rest(text: &[u8], from: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    for at in from..text.len().saturating_sub(2) {
        follow(slot_of(low(eight_at(text, at))), text, at, visit);
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

#[inline]
fn follow_filed(
    filed: u32,
    gram: u32,
    text: &[u8],
    at: usize,
    visit: &mut impl FnMut(usize, usize, &'static Rule),
) {
    if filed & 1 == 1 {
        follow(slot_of(gram), text, at, visit);
    }
}

#[inline(never)]
fn follow(slot: usize, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let eight = eight_at(text, at);
    let edge = |slot: usize| STARTS.get(slot).map_or(0, |start| usize::from(*start));
    let (start, end) = (edge(slot), edge(slot + 1));
    for (place, gram) in GRAMS.get(start..end).unwrap_or_default().iter().enumerate() {
        if eight & gram.mask == gram.bytes {
            compare(start + place, text, at, visit);
        }
    }
}

fn compare(place: usize, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let Some(needle) = NEEDLES.get(place) else { return };
    let wanted = needle.text.as_bytes();
    if let (Some(found), Some(rule)) = (text.get(at..at + wanted.len()), RULES.get(usize::from(needle.rule)))
        && (found == wanted || !rule.exact_case && found.eq_ignore_ascii_case(wanted))
    {
        visit(at, wanted.len(), rule);
    }
}
