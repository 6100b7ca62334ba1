//! A text cut into overlapping stretches of about 500 characters, each with what the rules and the model see in it.

use core::ops::Range;

use crate::class::Classes;
use crate::rules::{self, Family, Hit, RuleSet};
use crate::token::{Marks, Token};

/// Words in a window; English text has about six characters a word with its space.
pub(crate) const WORDS: usize = 80;
const STRIDE: usize = 40;

/// Words that by themselves make a stretch worth the model's while.
const CORE: Classes = Classes::OVERRIDE
    .or(Classes::INSTRUCTION)
    .or(Classes::ASSISTANT)
    .or(Classes::PERSONA)
    .or(Classes::UNRESTRICTED)
    .or(Classes::REVEAL)
    .or(Classes::SECRETLY)
    .or(Classes::DECODE)
    .or(Classes::REFUSE)
    .or(Classes::URGENT)
    .or(Classes::SECRET)
    .or(Classes::HARM)
    .or(Classes::SCRAMBLED)
    .or(Classes::SAY)
    .or(Classes::YOU);

/// A stretch of tokens.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) tokens: Range<usize>,
    pub(crate) hits: Range<usize>,
    /// What the rules say, 100 being enough to speak up.
    pub(crate) points: f32,
    pub(crate) facts: Facts,
}

/// What is true of a window or of the text around it, beside its words. A set of flags the model has weights for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Facts(pub(crate) u32);

impl Facts {
    /// The text as a whole speaks about attacks.
    pub(crate) const DISCUSSION: u32 = 0;
    /// The text as a whole has the vocabulary of tests.
    pub(crate) const TESTS: u32 = 1;
    /// The window has hidden words.
    pub(crate) const HIDDEN: u32 = 2;
    /// The window has disguised words.
    pub(crate) const DISGUISED: u32 = 3;
    /// A rule was met in quotation marks.
    pub(crate) const QUOTED_HIT: u32 = 4;
    /// The window has fenced code.
    pub(crate) const FENCED: u32 = 5;
    /// Many signs, few words: code.
    pub(crate) const CODE: u32 = 6;
    /// The whole text is one window.
    pub(crate) const SHORT: u32 = 7;
    /// The text was behind an encoding.
    pub(crate) const DECODED: u32 = 8;
    /// How many facts there are.
    pub(crate) const COUNT: usize = 16;

    pub(crate) fn set(&mut self, fact: u32, holds: bool) {
        self.0 |= u32::from(holds) << fact;
    }

    pub(crate) const fn has(self, fact: u32) -> bool {
        self.0 >> fact & 1 == 1
    }
}

/// Words that tell what sort of text this is, counted over the whole of it.
pub(crate) fn facts_of_text(tokens: &[Token], decoded: bool) -> Facts {
    let mut facts = Facts::default();
    let mut discussion = Distinct::default();
    let mut tests = Distinct::default();
    for token in tokens {
        if token.classes.meets(Classes::DISCUSSION) {
            discussion.add(token.hash);
        }
        if token.classes.meets(Classes::EXAMPLE) {
            tests.add(token.hash);
        }
    }
    facts.set(Facts::DISCUSSION, discussion.count >= 4);
    facts.set(Facts::TESTS, tests.count >= 4);
    facts.set(Facts::SHORT, tokens.len() <= WORDS);
    facts.set(Facts::DECODED, decoded);
    facts
}

/// Counts different hashes, roughly: enough to tell one word from many.
#[derive(Default)]
struct Distinct {
    seen: u64,
    count: u32,
}

impl Distinct {
    fn add(&mut self, hash: u32) {
        let bit = 1_u64 << (hash >> 26);
        self.count += u32::from(self.seen & bit == 0);
        self.seen |= bit;
    }
}

/// The windows of a text that hold anything to look at. `hits` are in order of their first token.
pub(crate) fn windows(tokens: &[Token], hits: &[Hit], text_facts: Facts) -> Vec<Window> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut begin = 0;
    while begin < tokens.len() {
        let end = tokens.len().min(begin + WORDS);
        while hits.get(from).is_some_and(|hit| hit.first < begin) {
            from += 1;
        }
        let inside = hits.get(from..).unwrap_or_default().iter().take_while(|hit| hit.first < end).count();
        let range = from..from + inside;
        if let Some(window) = window(tokens, begin..end, hits, range, text_facts) {
            found.push(window);
        }
        if end == tokens.len() {
            break;
        }
        begin += STRIDE;
    }
    found
}

fn window(
    tokens: &[Token],
    range: Range<usize>,
    hits: &[Hit],
    inside: Range<usize>,
    text_facts: Facts,
) -> Option<Window> {
    let words = tokens.get(range.clone())?;
    let met = hits.get(inside.clone())?;
    let core = words.iter().filter(|token| token.classes.meets(CORE)).count();
    if met.is_empty() && core < 3 && core * 10 < words.len() {
        return None;
    }
    let mut facts = text_facts;
    facts.set(Facts::HIDDEN, words.iter().any(|token| token.marks.has(Marks::HIDDEN)));
    facts.set(
        Facts::DISGUISED,
        words.iter().any(|token| token.marks.has(Marks::DISGUISED) && !token.classes.is_none()),
    );
    facts.set(Facts::FENCED, words.iter().any(|token| token.marks.has(Marks::FENCED)));
    let quoted =
        met.iter().any(|hit| tokens.get(hit.first).is_some_and(|token| token.marks.has(Marks::QUOTED)));
    facts.set(Facts::QUOTED_HIT, quoted);
    facts.set(Facts::CODE, is_code(words));
    Some(Window { points: points(tokens, met, facts), tokens: range, hits: inside, facts })
}

/// Code has many signs between its words; prose has one space.
fn is_code(words: &[Token]) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let letters: u32 = words.iter().map(|token| token.end - token.start).sum();
    (last.end - first.start).saturating_sub(letters) * 2 > letters
}

/// The best rule of each family counts whole, the others of its family a quarter, each rule once.
#[expect(clippy::cast_precision_loss, reason = "points are small")]
fn points(tokens: &[Token], hits: &[Hit], facts: Facts) -> f32 {
    let mut best = [0.0_f32; Family::COUNT];
    let mut rest = [0.0_f32; Family::COUNT];
    let mut seen = RuleSet::default();
    for hit in hits {
        if !seen.insert(hit.index) {
            continue;
        }
        let worth = hit.rule.points as f32 * weight(tokens, hit);
        let family = hit.rule.family as usize;
        let (Some(best), Some(rest)) = (best.get_mut(family), rest.get_mut(family)) else { continue };
        *rest += worth.min(*best);
        *best = best.max(worth);
    }
    let sum = best.iter().sum::<f32>() + rest.iter().sum::<f32>() / 4.0;
    let hidden_order = facts.has(Facts::DECODED) && sum >= 35.0;
    sum + if hidden_order { 40.0 } else { 0.0 }
}

/// How a rule counts by where it was met.
fn weight(tokens: &[Token], hit: &Hit) -> f32 {
    let met = tokens.get(hit.first..=hit.last).unwrap_or_default();
    let any = |marks| met.iter().any(|token| token.marks.has(marks));
    let mut weight = 1.0;
    if any(Marks::HIDDEN) {
        weight *= 1.4;
    }
    if met.iter().any(|token| token.marks.has(Marks::DISGUISED) && !token.classes.is_none()) {
        weight *= 1.4;
    }
    if is_code(met) {
        weight *= 0.7;
    }
    if any(Marks::QUOTED) {
        weight *= 0.8;
    }
    weight
}

/// Tokens and hits of a text, ready to be cut into windows.
pub(crate) fn read(text: &str) -> (Vec<Token>, Vec<Hit>) {
    let tokens = crate::tokenize::tokenize(text, &crate::hidden::ranges(text));
    let mut hits = Vec::new();
    rules::find(&tokens, &mut hits);
    (tokens, hits)
}
