//! The tables of the keyword index, computed by the compiler from the rules' needles.
#![expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index fails the build")]
#![expect(clippy::large_stack_arrays, reason = "const evaluation: nothing of this is on a stack at run time")]
#![expect(clippy::cast_possible_truncation, reason = "the counts are asserted to fit")]

use crate::rule::Rule;
use crate::rules::FAMILIES;

/// A needle of three bytes is compared in three.
const SHORT_MASK: u32 = 0x00ff_ffff;

const SLOT_BITS: u32 = 12;
const SLOTS: usize = 1 << SLOT_BITS;
pub(super) const END: u16 = u16::MAX;

const RULE_COUNT: usize = count_rules();
const NEEDLE_COUNT: usize = count_needles();

/// Every rule of every family, in order.
pub(crate) static RULES: [&Rule; RULE_COUNT] = flat_rules();
pub(super) static NEEDLES: [Needle; NEEDLE_COUNT] = CHAINED.1;
/// Which fourth bytes lead on, by the hash of the first three.
pub(super) static BITS: [u32; SLOTS] = bits();
/// The first needle of each chain.
pub(super) static HEADS: [u16; SLOTS] = CHAINED.0;
const CHAINED: ([u16; SLOTS], [Needle; NEEDLE_COUNT]) = chains();

#[derive(Clone, Copy)]
pub(super) struct Needle {
    pub(super) text: &'static str,
    /// Its first bytes, folded; most of what shares its chain differs here already.
    pub(super) gram: u32,
    /// How many of the first four bytes are the needle's.
    pub(super) mask: u32,
    pub(super) rule: u16,
    /// The needle after it in its chain.
    pub(super) next: u16,
}

#[inline]
pub(super) const fn fold(gram: u32) -> u32 {
    gram | 0x2020_2020
}

/// Where the first three bytes of a gram lead.
#[inline]
pub(super) const fn slot_of(gram: u32) -> usize {
    (gram << 8).wrapping_mul(0x9e37_79b1) as usize >> (32 - SLOT_BITS)
}

/// The bit for the fourth byte: letters have one each, and share it with other signs.
#[inline]
pub(super) const fn bit_of(gram: u32) -> u32 {
    (gram >> 24) & 31
}

const fn count_rules() -> usize {
    let mut total = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        total += FAMILIES[family].len();
        family += 1;
    }
    total
}

const fn flat_rules() -> [&'static Rule; RULE_COUNT] {
    let mut rules = [&FAMILIES[0][0]; RULE_COUNT];
    let mut total = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        let mut row = 0;
        while row < FAMILIES[family].len() {
            rules[total] = &FAMILIES[family][row];
            total += 1;
            row += 1;
        }
        family += 1;
    }
    rules
}

const fn count_needles() -> usize {
    let rules = flat_rules();
    let mut total = 0;
    let mut rule = 0;
    while rule < rules.len() {
        total += rules[rule].needles.len();
        rule += 1;
    }
    total
}

const fn needles() -> [Needle; NEEDLE_COUNT] {
    assert!(NEEDLE_COUNT < END as usize && RULE_COUNT <= NEEDLE_COUNT);
    let rules = flat_rules();
    let mut list = [Needle { text: "", gram: 0, mask: 0, rule: 0, next: END }; NEEDLE_COUNT];
    let mut total = 0;
    let mut rule = 0;
    while rule < rules.len() {
        let mut needle = 0;
        while needle < rules[rule].needles.len() {
            let text = rules[rule].needles[needle];
            list[total] = filed_needle(text, rule as u16);
            total += 1;
            needle += 1;
        }
        rule += 1;
    }
    list
}

const fn filed_needle(text: &'static str, rule: u16) -> Needle {
    let bytes = text.as_bytes();
    assert!(bytes.len() >= 3, "a needle has three bytes or more");
    let (fourth, mask) = if bytes.len() == 3 { (0, SHORT_MASK) } else { (bytes[3], u32::MAX) };
    let gram = fold(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], fourth])) & mask;
    Needle { text, gram, mask, rule, next: END }
}

const fn bits() -> [u32; SLOTS] {
    let needles = needles();
    let mut bits = [0_u32; SLOTS];
    let mut at = 0;
    while at < needles.len() {
        let Needle { gram, mask, .. } = needles[at];
        // A needle of three bytes may go on with any byte at all.
        bits[slot_of(gram)] |= if mask == SHORT_MASK { u32::MAX } else { 1 << bit_of(gram) };
        at += 1;
    }
    bits
}

/// The first needle of each chain, and the needles with their links: longer ones first, each kind in the rules' order.
const fn chains() -> ([u16; SLOTS], [Needle; NEEDLE_COUNT]) {
    let mut needles = needles();
    let mut heads = [END; SLOTS];
    let mut short = true;
    loop {
        let mut at = needles.len();
        while at > 0 {
            at -= 1;
            if (needles[at].mask == SHORT_MASK) == short {
                let slot = slot_of(needles[at].gram);
                needles[at].next = heads[slot];
                heads[slot] = at as u16;
            }
        }
        if !short {
            return (heads, needles);
        }
        short = false;
    }
}
