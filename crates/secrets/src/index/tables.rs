//! The tables of the keyword index, computed by the compiler from the rules' needles.
#![expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index fails the build")]
#![expect(clippy::large_stack_arrays, reason = "const evaluation: nothing of this is on a stack at run time")]
#![expect(clippy::cast_possible_truncation, reason = "the counts are asserted to fit")]

use crate::rule::Rule;
use crate::rules::FAMILIES;

const SLOT_BITS: u32 = 12;
const SLOTS: usize = 1 << SLOT_BITS;

const RULE_COUNT: usize = count_rules();
const NEEDLE_COUNT: usize = count_needles();

/// Every rule of every family, in order.
pub(crate) static RULES: [&Rule; RULE_COUNT] = flat_rules();
/// Every needle, those of a bucket side by side.
pub(super) static NEEDLES: [Needle; NEEDLE_COUNT] = FILED.0;
/// The first bytes of each of `NEEDLES`: nearly all that shares a bucket differs here already, and eight bytes are one comparison.
pub(super) static GRAMS: [Gram; NEEDLE_COUNT] = FILED.1;
/// Where the needles of four bytes and more begin whose first four bytes lead to a bucket; those of the next bucket begin where
/// they end.
pub(super) static STARTS: [u16; SLOTS + 1] = starts(false);
/// The same for the needles of three bytes, whose buckets are the slots. They stand behind all others.
pub(super) static SHORT_STARTS: [u16; SLOTS + 1] = starts(true);
/// Which fourth bytes lead on, by the hash of the first three.
pub(super) static BITS: [u32; SLOTS] = bits(3);
/// Which fifth bytes lead on, by the hash of the first four.
pub(super) static LONGER_BITS: [u32; SLOTS] = bits(4);
const FILED: ([Needle; NEEDLE_COUNT], [Gram; NEEDLE_COUNT]) = filed();

#[derive(Clone, Copy)]
pub(super) struct Needle {
    pub(super) text: &'static str,
    pub(super) rule: u16,
}

/// Up to eight bytes at the start of a needle, folded, and which of the eight they are.
#[derive(Clone, Copy)]
pub(super) struct Gram {
    pub(super) bytes: u64,
    pub(super) mask: u64,
}

/// `bytes` in one letter case; what is no letter may change too, which the comparison with the needle itself sets right.
#[inline]
pub(super) const fn fold(bytes: u64) -> u64 {
    bytes | 0x2020_2020_2020_2020
}

/// The first four bytes.
#[inline]
pub(super) const fn low(eight: u64) -> u32 {
    eight as u32
}

/// Where the first three bytes of a gram lead.
#[inline]
pub(super) const fn slot_of(gram: u32) -> usize {
    (gram << 8).wrapping_mul(0x9e37_79b1) as usize >> (32 - SLOT_BITS)
}

/// Where the first four bytes of a gram lead: to the needles that begin like this and few others.
#[inline]
pub(super) const fn bucket_of(gram: u32) -> usize {
    gram.wrapping_mul(0x9e37_79b1) as usize >> (32 - SLOT_BITS)
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
    assert!(NEEDLE_COUNT < u16::MAX as usize && RULE_COUNT <= NEEDLE_COUNT);
    let rules = flat_rules();
    let mut list = [Needle { text: "", rule: 0 }; NEEDLE_COUNT];
    let mut total = 0;
    let mut rule = 0;
    while rule < rules.len() {
        let mut needle = 0;
        while needle < rules[rule].needles.len() {
            let text = rules[rule].needles[needle];
            assert!(text.len() >= 3, "a needle has three bytes or more");
            list[total] = Needle { text, rule: rule as u16 };
            total += 1;
            needle += 1;
        }
        rule += 1;
    }
    list
}

const fn gram(text: &str) -> Gram {
    let text = text.as_bytes();
    let mut bytes = [0; 8];
    let mut mask = [0; 8];
    let mut at = 0;
    while at < text.len() && at < 8 {
        bytes[at] = text[at];
        mask[at] = 0xff;
        at += 1;
    }
    let mask = u64::from_le_bytes(mask);
    Gram { bytes: fold(u64::from_le_bytes(bytes)) & mask, mask }
}

const fn slot(needle: Needle) -> usize {
    slot_of(low(gram(needle.text).bytes))
}

/// For the needles that have so many bytes and more, by the hash of those, which bytes follow.
const fn bits(length: usize) -> [u32; SLOTS] {
    let needles = needles();
    let mut bits = [0_u32; SLOTS];
    let mut at = 0;
    while at < needles.len() {
        let text = needles[at].text;
        let bytes = gram(text).bytes;
        let slot = if length == 3 { slot_of(low(bytes)) } else { bucket_of(low(bytes)) };
        if text.len() > length {
            bits[slot] |= 1 << bit_of(low(bytes >> (8 * (length - 3))));
        } else if text.len() == length {
            // It may go on with any byte at all.
            bits[slot] = u32::MAX;
        }
        at += 1;
    }
    bits
}

const fn is_short(needle: Needle) -> bool {
    needle.text.len() == 3
}

const fn bucket(needle: Needle) -> usize {
    if is_short(needle) { slot(needle) } else { bucket_of(low(gram(needle.text).bytes)) }
}

const fn starts(short: bool) -> [u16; SLOTS + 1] {
    let needles = needles();
    let mut starts = [0; SLOTS + 1];
    let mut at = 0;
    while at < needles.len() {
        if is_short(needles[at]) == short {
            starts[bucket(needles[at]) + 1] += 1;
        } else if short {
            starts[0] += 1;
        }
        at += 1;
    }
    let mut at = 0;
    while at < SLOTS {
        starts[at + 1] += starts[at];
        at += 1;
    }
    starts
}

/// The needles in the order of their buckets, each bucket's in the rules' order.
const fn filed() -> ([Needle; NEEDLE_COUNT], [Gram; NEEDLE_COUNT]) {
    let needles = needles();
    let (mut long, mut short) = (starts(false), starts(true));
    let mut list = [Needle { text: "", rule: 0 }; NEEDLE_COUNT];
    let mut grams = [Gram { bytes: 0, mask: 0 }; NEEDLE_COUNT];
    let mut at = 0;
    while at < needles.len() {
        let next = if is_short(needles[at]) { &mut short } else { &mut long };
        let place = next[bucket(needles[at])] as usize;
        list[place] = needles[at];
        grams[place] = gram(needles[at].text);
        next[bucket(needles[at])] += 1;
        at += 1;
    }
    (list, grams)
}
