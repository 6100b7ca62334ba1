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

/// The rule with this place in [`all`].
fn at(mut index: usize) -> Option<&'static Rule> {
    for group in GROUPS {
        match group.get(index) {
            Some(rule) => return Some(rule),
            None => index -= group.len(),
        }
    }
    None
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

/// What each rule can begin with, in the order of [`all`]: most words are passed over without a look at a rule.
static OPENINGS: [Classes; COUNT] = openings();

/// What any rule can begin with.
const BEGINNINGS: Classes = beginnings();

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn openings() -> [Classes; COUNT] {
    let mut openings = [Classes::NONE; COUNT];
    let (mut group, mut at) = (0, 0);
    while group < GROUPS.len() {
        let mut rule = 0;
        while rule < GROUPS[group].len() {
            openings[at] = GROUPS[group][rule].steps[0].any;
            at += 1;
            rule += 1;
        }
        group += 1;
    }
    openings
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn beginnings() -> Classes {
    let openings = openings();
    let mut classes = Classes::NONE;
    let mut at = 0;
    while at < COUNT {
        classes = classes.or(openings[at]);
        at += 1;
    }
    classes
}

/// Appends every rule met in the tokens.
pub(crate) fn find(tokens: &[Token], hits: &mut Vec<Hit>) {
    for (first, token) in tokens.iter().enumerate() {
        if !token.classes.meets(BEGINNINGS) {
            continue;
        }
        for (index, _) in (0_u32..).zip(&OPENINGS).filter(|(_, opening)| opening.meets(token.classes)) {
            let Some(rule) = at(index as usize) else { continue };
            let Some((opening, rest)) = rule.steps.split_first() else { continue };
            if opening.takes(token)
                && let Some(last) = follow(tokens, first, rest)
            {
                hits.push(Hit { rule, index, first, last });
            }
        }
    }
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
