//! What makes a text an attempt to give orders: rows of word sequences, one file per family.

mod exfiltration;
mod extraction;
mod forgery;
mod overrides;
mod persona;
mod placement;

use crate::class::Classes;
use crate::token::{Marks, Token};

/// What an attempt is about. Points of different families add up, points of one family hardly do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Setting earlier instructions aside, or announcing new ones.
    Override,
    /// Giving the assistant another character, without safeguards.
    Persona,
    /// Asking for the system prompt or for secrets.
    Extraction,
    /// Pretending to be another speaker: forged roles, delimiters, tool results.
    Forgery,
    /// Keeping the user in the dark, sending data away, running tools.
    Exfiltration,
    /// Words addressed to an assistant where only data is expected; urgency, rank, scripts for its answer.
    Placement,
}

impl Family {
    /// How many there are.
    pub const COUNT: usize = 6;
}

/// One step of a sequence: the next word to look for.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The word belongs to one of these classes; any word does when there are none.
    any: Classes,
    /// And to each of these sets, unless empty.
    also: Classes,
    /// And to none of these.
    not: Classes,
    /// And carries all these marks.
    marks: Marks,
    /// With at most this many other words in between.
    gap: usize,
}

impl Step {
    const fn within(mut self, gap: usize) -> Self {
        self.gap = gap;
        self
    }

    const fn also(mut self, classes: Classes) -> Self {
        self.also = classes;
        self
    }

    const fn but_not(mut self, classes: Classes) -> Self {
        self.not = classes;
        self
    }

    const fn marked(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    fn takes(&self, token: &Token) -> bool {
        (self.any.is_none() || token.classes.meets(self.any))
            && (self.also.is_none() || token.classes.meets(self.also))
            && !token.classes.meets(self.not)
            && token.marks.has(self.marks)
    }
}

const fn word(any: Classes) -> Step {
    Step { any, also: Classes::NONE, not: Classes::NONE, marks: Marks::NONE, gap: 0 }
}

/// A rule: these words, in this order, this close together.
#[derive(Debug)]
pub struct Rule {
    /// Stable name, used in policies, findings and tests.
    pub id: &'static str,
    /// What it is about.
    pub family: Family,
    /// How much it says on its own: 100 is enough to speak up.
    pub points: i32,
    /// What was seen, for people.
    pub what: &'static str,
    steps: &'static [Step],
}

/// Every rule, family by family.
pub const GROUPS: &[&[Rule]] = &[
    overrides::RULES,
    persona::RULES,
    extraction::RULES,
    forgery::RULES,
    exfiltration::RULES,
    placement::RULES,
];

/// Every rule in a fixed order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter())
}

/// A rule met in a text, from one token to another (both included).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) rule: &'static Rule,
    pub(crate) index: u32,
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// How many rules there are.
#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const COUNT: usize = {
    let mut count = 0;
    let mut group = 0;
    while group < GROUPS.len() {
        count += GROUPS[group].len();
        group += 1;
    }
    count
};

/// Every rule in the order of [`all`], to be had by its number.
static TABLE: [&Rule; COUNT] = table();

/// For each class of words, the rules that can begin with it.
static STARTING: [RuleSet; 64] = starting();

/// A set of rules, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RuleSet([u64; 3]);

impl RuleSet {
    /// How many rules a set can hold.
    pub(crate) const MOST: usize = 192;

    const fn with(mut self, rule: usize) -> Self {
        let [first, second, third] = &mut self.0;
        match rule / 64 {
            0 => *first |= 1 << (rule % 64),
            1 => *second |= 1 << (rule % 64),
            _ => *third |= 1 << (rule % 64),
        }
        self
    }

    fn join(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Puts the rule in; whether it was not there before.
    pub(crate) fn insert(&mut self, rule: u32) -> bool {
        let before = *self;
        *self = self.with(rule as usize);
        *self != before
    }

    /// The rules in the set, in order, taken out one after the other.
    fn pop(&mut self) -> Option<u32> {
        for (part, bits) in (0_u32..).zip(&mut self.0) {
            if *bits != 0 {
                let rule = part * 64 + bits.trailing_zeros();
                *bits &= *bits - 1;
                return Some(rule);
            }
        }
        None
    }
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn table() -> [&'static Rule; COUNT] {
    const { assert!(COUNT <= RuleSet::MOST, "a rule set must hold every rule") };
    let mut table = [&GROUPS[0][0]; COUNT];
    let (mut group, mut at) = (0, 0);
    while group < GROUPS.len() {
        let mut rule = 0;
        while rule < GROUPS[group].len() {
            table[at] = &GROUPS[group][rule];
            at += 1;
            rule += 1;
        }
        group += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn starting() -> [RuleSet; 64] {
    let table = table();
    let mut starting = [RuleSet([0; 3]); 64];
    let mut rule = 0;
    while rule < COUNT {
        let mut class = 0;
        while class < 64 {
            if table[rule].steps[0].any.has(class) {
                starting[class as usize] = starting[class as usize].with(rule);
            }
            class += 1;
        }
        rule += 1;
    }
    starting
}

/// Appends every rule met in the tokens.
pub(crate) fn find(tokens: &[Token], hits: &mut Vec<Hit>) {
    for (first, token) in tokens.iter().enumerate() {
        if token.classes.is_none() {
            continue;
        }
        let mut rules = RuleSet::default();
        for class in token.classes.each() {
            rules.join(STARTING.get(class as usize).copied().unwrap_or_default());
        }
        let near = classes_of(tokens.get(first + 1..).unwrap_or_default());
        while let Some(index) = rules.pop() {
            let Some(rule) = TABLE.get(index as usize) else { continue };
            let Some((opening, rest)) = rule.steps.split_first() else { continue };
            let hopeless = |step: &Step| step.gap < NEAR && !step.any.is_none() && !step.any.meets(near);
            if opening.takes(token)
                && !rest.first().is_some_and(hopeless)
                && let Some(last) = follow(tokens, first, rest)
            {
                hits.push(Hit { rule, index, first, last });
            }
        }
    }
}

/// Words looked at ahead of a rule's second step: most rules begin in vain, and are given up at the price of one look.
const NEAR: usize = 8;

/// The classes of the next words, together.
fn classes_of(tokens: &[Token]) -> Classes {
    tokens.iter().take(NEAR).fold(Classes::NONE, |classes, token| classes.or(token.classes))
}

/// Where the sequence ends, if it goes on as the steps ask. A sequence does not run over an empty line.
fn follow(tokens: &[Token], first: usize, steps: &[Step]) -> Option<usize> {
    let mut at = first;
    for step in steps {
        let near = tokens.get(at + 1..)?.iter().take(step.gap + 1);
        let mut found = None;
        for (offset, token) in near.enumerate() {
            if token.marks.has(Marks::PARAGRAPH) {
                break;
            }
            if step.takes(token) {
                found = Some(at + 1 + offset);
                break;
            }
        }
        at = found?;
    }
    Some(at)
}
