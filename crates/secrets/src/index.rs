//! The keyword index: which rules could begin at a byte. Built by the compiler, so a process pays nothing to start.
//!
//! Every needle is filed under its first three bytes, case folded. The walk hashes the three bytes at each position to a
//! word of a table of 16 KB, which fits the first-level cache; the fourth byte chooses the bit of the word that tells
//! whether any needle goes on like this (one of three bytes goes on with anything). Four positions share a branch, and only a
//! set bit leads to a chain and to a comparison with the needle. Measured against a generated Aho-Corasick table this is more
//! than three times as fast, and there is no generated file to keep fresh.

mod tables;

use crate::rule::Rule;

pub(crate) use tables::RULES;
use tables::{BITS, END, HEADS, NEEDLES, bit_of, fold, slot_of};

/// `fold` for eight bytes.
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;

/// Calls `visit` with the position, the needle's length and the rule for each needle in `text`.
pub(crate) fn each_candidate(text: &[u8], visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let mut at = 0;
    while let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>) {
        let folded = u64::from_le_bytes(*eight) | FOLD_EIGHT;
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

/// The last seven bytes and fewer; past the end stands what no needle holds.
fn each_in_rest(text: &[u8], from: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    for at in from..text.len().saturating_sub(2) {
        let rest = text.get(at..).unwrap_or_default();
        let mut four = [0; 4];
        four.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        follow(fold(u32::from_le_bytes(four)), text, at, visit);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the first four bytes are what is wanted")]
#[inline]
const fn low(eight: u64) -> u32 {
    eight as u32
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
        follow(gram, text, at, visit);
    }
}

#[inline(never)]
fn follow(gram: u32, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize, &'static Rule)) {
    let mut entry = HEADS.get(slot_of(gram)).copied().unwrap_or(END);
    while let Some(needle) = NEEDLES.get(usize::from(entry)) {
        if gram & needle.mask == needle.gram {
            let length = needle.text.len();
            if let (Some(found), Some(rule)) =
                (text.get(at..at + length), RULES.get(usize::from(needle.rule)))
                && (found == needle.text.as_bytes()
                    || !rule.exact_case && found.eq_ignore_ascii_case(needle.text.as_bytes()))
            {
                visit(at, length, rule);
            }
        }
        entry = needle.next;
    }
}
