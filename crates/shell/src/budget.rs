//! The bounds of one analysis: steps, nesting and bytes, shared by parser and evaluation.

use std::cell::Cell;

use crate::analysis::Limit;

/// More text than this is not read: it is no command a person would want to have judged in milliseconds.
pub(crate) const MAX_TEXT: usize = 128 * 1024;

/// Steps of reading the text, and again of evaluating it; a step is a word read, a node evaluated or a few bytes
/// produced, and costs some 0.2 microseconds.
const MAX_STEPS: u32 = 36_000;

/// Nesting of syntax plus nesting of evaluation. Each level takes up to 4 KiB of stack in a debug build.
const MAX_DEPTH: u32 = 96;

/// Steps of matching patterns and expressions in one analysis; each costs a few nanoseconds.
const MAX_EFFORT: usize = 500_000;

#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) effort: Effort,
    steps: u32,
    /// What evaluation gets when the text is read.
    for_evaluation: Option<u32>,
    depth: u32,
    limit: Option<Limit>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { for_evaluation: Some(MAX_STEPS), ..Self::of(MAX_STEPS) }
    }

    /// A budget of `steps` for reading and evaluating together, and never more than one line gets.
    pub(crate) fn of(steps: u32) -> Self {
        Self {
            effort: Effort { left: Cell::new(MAX_EFFORT), fell_short: Cell::new(false) },
            steps: steps.min(MAX_STEPS),
            for_evaluation: None,
            depth: 0,
            limit: None,
        }
    }

    /// Spends `steps`; false when there are none left.
    pub(crate) fn spend(&mut self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        if steps <= self.steps {
            self.steps -= steps;
            return true;
        }
        self.steps = 0;
        self.reach(Limit::Steps);
        false
    }

    pub(crate) fn steps_left(&self) -> u32 {
        self.steps
    }

    /// Gives evaluation its own steps where it has some, so that a long text is not read only to be dropped.
    pub(crate) fn refill(&mut self) {
        self.steps = self.for_evaluation.unwrap_or(self.steps);
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// One level deeper; false when that is too deep. Each success is paired with [`Budget::leave`].
    pub(crate) fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.reach(Limit::Depth);
            return false;
        }
        self.depth += 1;
        true
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Ends the analysis: everything that follows finds no steps left.
    pub(crate) fn exhaust(&mut self) {
        self.steps = 0;
        self.reach(Limit::Steps);
    }

    pub(crate) fn reach(&mut self, limit: Limit) {
        self.limit.get_or_insert(limit);
    }

    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit.or_else(|| self.effort.fell_short.get().then_some(Limit::Steps))
    }
}

/// What matching may still take. Matchers are plain functions deep inside filters, so they count here by themselves; a
/// match that was given up ends in a limit, whatever the caller made of it.
#[derive(Debug)]
pub(crate) struct Effort {
    left: Cell<usize>,
    fell_short: Cell<bool>,
}

impl Effort {
    /// The steps one match may take, `most` at the utmost.
    pub(crate) fn allot(&self, most: usize) -> usize {
        most.min(self.left.get())
    }

    /// Takes back what is left of the steps that were allotted; nothing left means that the match was given up.
    pub(crate) fn settle(&self, allotted: usize, rest: usize) {
        self.left.set(self.left.get().saturating_sub(allotted.saturating_sub(rest)));
        if rest == 0 {
            self.fell_short.set(true);
        }
    }
}
