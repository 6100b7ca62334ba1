//! The words the rules know, in a hash table the compiler builds: nothing is set up at run time.

mod east_asian;
mod english;
mod european;
mod further;
mod other;

use crate::class::Classes;

/// Words of one class, written folded (lower case, no accents) and separated by spaces. A word that ends in `*` stands
/// for every word it begins.
pub(crate) struct Row {
    pub(crate) classes: Classes,
    pub(crate) words: &'static str,
}

pub(crate) const fn row(classes: Classes, words: &'static str) -> Row {
    Row { classes, words }
}

/// A row of words that are not English.
pub(crate) const fn foreign(classes: Classes, words: &'static str) -> Row {
    Row { classes: classes.or(Classes::FOREIGN), words }
}

const GROUPS: &[&[Row]] = &[
    english::ROWS,
    european::GERMAN,
    european::FRENCH,
    european::SPANISH,
    european::PORTUGUESE,
    european::ITALIAN,
    european::DUTCH,
    european::POLISH,
    european::SCANDINAVIAN,
    other::RUSSIAN,
    other::UKRAINIAN,
    other::TURKISH,
    other::GREEK,
    other::ARABIC,
    other::HEBREW,
    other::PERSIAN,
    other::HINDI,
    other::INDONESIAN,
    other::VIETNAMESE,
    other::CZECH,
    other::ROMANIAN,
    further::HUNGARIAN,
    further::FINNISH,
    further::BULGARIAN,
    further::SOUTH_SLAVIC,
    further::SLOVAK,
    further::CATALAN,
    further::BENGALI,
    further::URDU,
    further::TAMIL,
    further::SWAHILI,
    further::FILIPINO,
    east_asian::CHINESE,
    east_asian::JAPANESE,
    east_asian::KOREAN,
    east_asian::THAI,
];

/// 32-bit FNV-1a, one byte at a time, so that the hash of every prefix is known on the way.
pub(crate) const HASH_START: u32 = 0x811c_9dc5;

pub(crate) const fn hash_step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

pub(crate) fn hash(word: &[u8]) -> u32 {
    word.iter().fold(HASH_START, |hash, byte| hash_step(hash, *byte))
}

const SLOTS: usize = 8192;
const FILTER_BITS: usize = 1 << 15;
const HEAD_BITS: usize = 1 << 13;
const HEAD: usize = 3;

struct Table {
    hashes: [u32; SLOTS],
    classes: [Classes; SLOTS],
    filter: [u64; FILTER_BITS / 64],
    /// The same for the first three bytes of words: the first character of a script without spaces.
    heads: [u64; HEAD_BITS / 64],
}

static WORDS: Table = build(false);
static STEMS: Table = build(true);

/// The hash of a folded word, and its classes: its own row's first, else those of the longest stem it begins with.
pub(crate) fn look_up(word: &[u8]) -> (u32, Classes) {
    let mut hash = HASH_START;
    let mut stem = Classes::NONE;
    for (index, byte) in word.iter().enumerate() {
        hash = hash_step(hash, *byte);
        if index >= 3 && STEMS.may_hold(hash) {
            let classes = STEMS.get(hash);
            stem = if classes.is_none() { stem } else { classes };
        }
    }
    let exact = WORDS.get(hash);
    (hash, if exact.is_none() { stem } else { exact })
}

/// The classes of exactly this word.
pub(crate) fn exact(word: &[u8]) -> Classes {
    WORDS.get(hash(word))
}

/// Whether a known word begins with these three bytes, given their hash; it may also be none.
pub(crate) fn may_begin(hash: u32) -> bool {
    let bit = hash as usize % HEAD_BITS;
    WORDS.heads.get(bit / 64).is_some_and(|word| (word >> (bit % 64)) & 1 == 1)
}

/// The classes of exactly the word of this hash: for scripts that write no spaces, where a stem would swallow its
/// neighbours.
pub(crate) fn exact_of(hash: u32) -> Classes {
    WORDS.get(hash)
}

impl Table {
    fn may_hold(&self, hash: u32) -> bool {
        let bit = hash as usize % FILTER_BITS;
        self.filter.get(bit / 64).is_some_and(|word| (word >> (bit % 64)) & 1 == 1)
    }

    fn get(&self, hash: u32) -> Classes {
        if !self.may_hold(hash) {
            return Classes::NONE;
        }
        let mut slot = (hash as usize >> 7) & (SLOTS - 1);
        loop {
            match (self.hashes.get(slot), self.classes.get(slot)) {
                (Some(0) | None, _) | (_, None) => return Classes::NONE,
                (Some(found), Some(classes)) if *found == hash => return *classes,
                _ => slot = (slot + 1) & (SLOTS - 1),
            }
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
#[expect(clippy::large_stack_arrays, reason = "runs in the compiler")]
const fn build(stems: bool) -> Table {
    let mut table = Table {
        hashes: [0; SLOTS],
        classes: [Classes::NONE; SLOTS],
        filter: [0; FILTER_BITS / 64],
        heads: [0; HEAD_BITS / 64],
    };
    let mut group = 0;
    while group < GROUPS.len() {
        let mut index = 0;
        while index < GROUPS[group].len() {
            table.add_row(&GROUPS[group][index], stems);
            index += 1;
        }
        group += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
impl Table {
    const fn add_row(&mut self, row: &Row, stems: bool) {
        let bytes = row.words.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let mut hash = HASH_START;
            let start = at;
            while at < bytes.len() && bytes[at] != b' ' && bytes[at] != b'*' {
                hash = hash_step(hash, bytes[at]);
                at += 1;
                if at - start == HEAD {
                    let bit = hash as usize % HEAD_BITS;
                    self.heads[bit / 64] |= 1 << (bit % 64);
                }
            }
            let is_stem = at < bytes.len() && bytes[at] == b'*';
            if at > start && is_stem == stems {
                self.add(hash, row.classes);
            }
            at += 1;
        }
    }

    const fn add(&mut self, hash: u32, classes: Classes) {
        let bit = hash as usize % FILTER_BITS;
        self.filter[bit / 64] |= 1 << (bit % 64);
        let mut slot = (hash as usize >> 7) & (SLOTS - 1);
        while self.hashes[slot] != 0 && self.hashes[slot] != hash {
            slot = (slot + 1) & (SLOTS - 1);
        }
        self.hashes[slot] = hash;
        self.classes[slot] = self.classes[slot].or(classes);
    }
}
