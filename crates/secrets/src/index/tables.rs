//! The tables of the keyword index, computed by the compiler from the rules' needles.
#![expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index fails the build")]
#![expect(clippy::large_stack_arrays, reason = "const evaluation: nothing of this is on a stack at run time")]
#![expect(clippy::cast_possible_truncation, reason = "the counts are asserted to fit")]

use crate::rule::Rule;
use crate::rules::FAMILIES;

/// Three-byte needles are filed under a gram whose last byte is zero, which no folded text has.
pub(super) const SHORT_MASK: u32 = 0x00ff_ffff;

pub(super) const BITMAP_BITS: u32 = 17;
const BITMAP_WORDS: usize = 1 << (BITMAP_BITS - 6);
const CHAIN_BITS: u32 = 12;
const CHAINS: usize = 1 << CHAIN_BITS;
pub(super) const END: u16 = u16::MAX;

const RULE_COUNT: usize = count_rules();
const NEEDLE_COUNT: usize = count_needles();

/// Every rule of every family, in order.
pub(crate) static RULES: [&Rule; RULE_COUNT] = flat_rules();
pub(super) static NEEDLES: [Needle; NEEDLE_COUNT] = needles();
pub(super) static BITMAP: [u64; BITMAP_WORDS] = bitmap();
pub(super) static HEADS: [u16; CHAINS] = CHAINED.0;
pub(super) static NEXT: [u16; NEEDLE_COUNT] = CHAINED.1;
const CHAINED: ([u16; CHAINS], [u16; NEEDLE_COUNT]) = chains();

#[derive(Clone, Copy)]
pub(super) struct Needle {
    pub(super) text: &'static str,
    pub(super) rule: u16,
}

pub(super) const fn fold(gram: u32) -> u32 {
    gram | 0x2020_2020
}

pub(super) const fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1)
}

pub(super) const fn chain_of(gram: u32) -> usize {
    (hash(gram) >> (32 - CHAIN_BITS)) as usize
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
    let mut list = [Needle { text: "", rule: 0 }; NEEDLE_COUNT];
    let mut total = 0;
    let mut rule = 0;
    while rule < rules.len() {
        let mut needle = 0;
        while needle < rules[rule].needles.len() {
            list[total] = Needle { text: rules[rule].needles[needle], rule: rule as u16 };
            total += 1;
            needle += 1;
        }
        rule += 1;
    }
    list
}

/// The gram a needle is filed under.
const fn gram_of(needle: &str) -> u32 {
    let bytes = needle.as_bytes();
    assert!(bytes.len() >= 3, "a needle has three bytes or more");
    if bytes.len() == 3 {
        return fold(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])) & SHORT_MASK;
    }
    fold(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

const fn bitmap() -> [u64; BITMAP_WORDS] {
    let needles = needles();
    let mut bits = [0_u64; BITMAP_WORDS];
    let mut at = 0;
    while at < needles.len() {
        let gram = gram_of(needles[at].text);
        // A needle of three bytes may go on with any byte at all.
        let mut last = if gram > SHORT_MASK { 255 } else { 0 };
        while last < 256 {
            let whole = if gram > SHORT_MASK { gram } else { fold(gram | (last << 24)) };
            let slot = hash(whole) >> (32 - BITMAP_BITS);
            bits[(slot >> 6) as usize] |= 1 << (slot & 63);
            last += 1;
        }
        at += 1;
    }
    bits
}

const fn chains() -> ([u16; CHAINS], [u16; NEEDLE_COUNT]) {
    let needles = needles();
    let mut heads = [END; CHAINS];
    let mut next = [END; NEEDLE_COUNT];
    let mut at = needles.len();
    while at > 0 {
        at -= 1;
        let chain = chain_of(gram_of(needles[at].text));
        next[at] = heads[chain];
        heads[chain] = at as u16;
    }
    (heads, next)
}
