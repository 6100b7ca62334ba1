//! A linear model over hashed words, pairs of words, and the order of word classes: one byte a weight, read in place.
//!
//! `corpus injection --with-packages --train` (in the `tests` package) learns it: from the labelled corpora beside the
//! project, from the attacks of eight published packages under MIT or Apache-2.0, from documents and sources of our
//! dependencies, and from honest texts of our own that are full of the rules' words. `corpus injection` prints the split
//! and the figures. It adds to what the rules say; a window that no rule and no telling word points at is never shown
//! to it, so that its table is not even paged in for ordinary text.

use crate::class::Classes;
use crate::rules::{Hit, RuleSet};
use crate::token::Token;
use crate::window::{Facts, Window};

const WORD_BITS: u32 = 16;
const CLASS_BITS: u32 = 14;
const RULES: usize = RuleSet::MOST;

/// First weight of the word-order features.
const CLASSES_FROM: usize = 1 << WORD_BITS;
/// First weight of the rules.
const RULES_FROM: usize = CLASSES_FROM + (1 << CLASS_BITS);
/// First weight of the facts.
const FACTS_FROM: usize = RULES_FROM + RULES;

/// How many weights there are.
pub const SIZE: usize = FACTS_FROM + Facts::COUNT;

/// The checked-in weights: two little-endian f32, the value of one unit and the bias, then one signed byte a weight.
static TABLE: &[u8; SIZE + 8] = include_bytes!("weights.bin");

/// What the model looks at in one window.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Indices of words, pairs and class sequences; together they have length one.
    pub words: Vec<u32>,
    /// Indices of rules and facts; each counts whole.
    pub facts: Vec<u32>,
    /// What the rules say, 100 being enough to speak up.
    pub points: f32,
}

/// Points to the model's scale: 100 points are a margin of 4 (odds of about 55 to 1).
pub(crate) const MARGIN_PER_POINT: f32 = 0.04;

impl Features {
    /// What one rule or fact counts.
    pub const FACT: f32 = 0.5;

    /// Fills in what is seen in a window.
    pub(crate) fn of(tokens: &[Token], hits: &[Hit], window: &Window) -> Self {
        let mut features = Self { points: window.points, ..Self::default() };
        let words = tokens.get(window.tokens.clone()).unwrap_or_default();
        features.words.reserve(4 * words.len());
        features.add_words(words);
        features.add_orders(words);
        keep_first(&mut features.words);
        for hit in hits.get(window.hits.clone()).unwrap_or_default() {
            features.facts.push(index(RULES_FROM, hit.index));
        }
        features.facts.sort_unstable();
        features.facts.dedup();
        for fact in (0..32).filter(|fact| window.facts.has(*fact)) {
            features.facts.push(index(FACTS_FROM, fact));
        }
        features
    }

    fn add_words(&mut self, words: &[Token]) {
        let mut before = 0;
        for token in words {
            self.words.push(token.hash >> (32 - WORD_BITS));
            let pair = (before ^ token.hash).wrapping_mul(0x9e37_79b1) ^ before.rotate_left(11);
            self.words.push(pair >> (32 - WORD_BITS));
            before = token.hash.wrapping_mul(0x85eb_ca6b);
        }
    }

    /// The classes of words that follow each other closely, two and three at a time.
    fn add_orders(&mut self, words: &[Token]) {
        let mut recent = [(64_u32, usize::MAX); 2];
        for (at, token) in words.iter().enumerate() {
            let classes = token.classes.without(Classes::FOREIGN);
            if classes.is_none() {
                continue;
            }
            let class = classes.first();
            let [older, newer] = recent;
            if at.wrapping_sub(newer.1) <= 5 {
                self.push_order(newer.0 * 64 + class);
                if newer.1.wrapping_sub(older.1) <= 5 {
                    self.push_order((older.0 * 64 + newer.0) * 64 + class + 5000);
                }
            }
            recent = [newer, (class, at)];
        }
    }

    fn push_order(&mut self, order: u32) {
        self.words.push(index(CLASSES_FROM, order.wrapping_mul(0x9e37_79b1) >> (32 - CLASS_BITS)));
    }

    /// The margin under given weights: rules, plus what the model adds.
    pub fn margin(&self, bias: f32, weight: impl Fn(u32) -> f32) -> f32 {
        self.points.min(250.0) * MARGIN_PER_POINT
            + bias
            + self.length() * self.words.iter().map(|at| weight(*at)).sum::<f32>()
            + Self::FACT * self.facts.iter().map(|at| weight(*at)).sum::<f32>()
    }

    /// What one word feature counts.
    #[expect(clippy::cast_precision_loss, reason = "a window has a few hundred features")]
    pub fn length(&self) -> f32 {
        4.0 / (self.words.len().max(8) as f32).sqrt()
    }
}

/// Drops what stands in the list a second time. A window has some three hundred features, and sorting them took longer than
/// everything else about it.
fn keep_first(words: &mut Vec<u32>) {
    const SLOTS: usize = 1024;
    let mut seen = [u32::MAX; SLOTS];
    words.retain(|word| {
        let mut slot = word.wrapping_mul(0x9e37_79b1) as usize >> 22;
        // There are always free slots: a window gives four features a word at most.
        loop {
            match seen.get_mut(slot) {
                Some(free) if *free == u32::MAX => {
                    *free = *word;
                    return true;
                }
                Some(known) if known == word => return false,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    });
}

fn index(from: usize, offset: u32) -> u32 {
    u32::try_from(from).unwrap_or(0) + offset
}

/// The margin of a window under the checked-in weights.
pub(crate) fn margin(features: &Features) -> f32 {
    let unit = header(0);
    features.margin(header(4), |at| {
        let byte = TABLE.get(at as usize + 8).copied().unwrap_or(0);
        f32::from(byte.cast_signed()) * unit
    })
}

fn header(at: usize) -> f32 {
    let bytes = TABLE.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    bytes.map_or(0.0, f32::from_le_bytes)
}

/// The file form of trained weights: what `weights.bin` holds.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what one byte holds")]
pub fn pack(weights: &[f32], bias: f32) -> Vec<u8> {
    let largest = weights.iter().fold(1e-6_f32, |largest, weight| largest.max(weight.abs()));
    let unit = largest / 127.0;
    let mut packed = Vec::with_capacity(SIZE + 8);
    packed.extend_from_slice(&unit.to_le_bytes());
    packed.extend_from_slice(&bias.to_le_bytes());
    packed.extend(
        weights.iter().map(|weight| ((weight / unit).round().clamp(-127.0, 127.0) as i8).cast_unsigned()),
    );
    packed
}
