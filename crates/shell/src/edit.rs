//! Building and cutting values: what the evaluation does with text, holes and origins.

use std::ops::Range;
use std::rc::Rc;

use crate::value::{Hole, Origin, Unknown, Value};

/// A value keeps at most this many holes and origins; a word needs few, an attack would make thousands.
const MOST_MARKS: usize = 64;
const MOST_ORIGINS: usize = 12;

impl Value {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.holes.is_empty()
    }

    /// Something unknown stands at byte `at`.
    pub(crate) fn has_hole_at(&self, at: usize) -> bool {
        !self.holes.is_empty() && self.holes.iter().any(|hole| hole.at == at)
    }

    /// Appends quoted text.
    pub(crate) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends unquoted text, whose pattern characters are active.
    pub(crate) fn push_active(&mut self, text: &str) {
        let base = self.text.len();
        self.text.push_str(text);
        for (at, _) in text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'*' | b'?' | b'[')) {
            if self.globs.len() < MOST_MARKS {
                self.globs.push(base + at);
            }
        }
    }

    pub(crate) fn push_hole(&mut self, why: Unknown) {
        let at = self.text.len();
        if self.holes.len() < MOST_MARKS {
            self.holes.push(Hole { at, why });
        }
    }

    pub(crate) fn append(&mut self, other: &Value) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        let room = MOST_MARKS.saturating_sub(self.holes.len());
        self.holes.extend(
            other.holes.iter().take(room).map(|hole| Hole { at: base + hole.at, why: hole.why.clone() }),
        );
        let room = MOST_MARKS.saturating_sub(self.globs.len());
        self.globs.extend(other.globs.iter().take(room).map(|at| base + at));
        self.add_origins(&other.origins);
    }

    pub(crate) fn add_origin(&mut self, origin: Origin) {
        if self.origins.len() < MOST_ORIGINS && !self.origins.contains(&origin) {
            self.origins.push(origin);
        }
    }

    pub(crate) fn add_origins(&mut self, origins: &[Origin]) {
        if self.origins.is_empty() && origins.len() <= MOST_ORIGINS {
            origins.clone_into(&mut self.origins);
            return;
        }
        for origin in origins {
            self.add_origin(origin.clone());
        }
    }

    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.add_origin(origin);
        self
    }

    pub(crate) fn with_origins_of(mut self, other: &Value) -> Self {
        self.add_origins(&other.origins);
        self
    }

    /// The text in `range` with the holes that stand in it or at its edges.
    pub(crate) fn slice(&self, range: Range<usize>) -> Value {
        let inside = |at: usize| at >= range.start && at <= range.end;
        let holes = self.holes.iter().filter(|hole| inside(hole.at));
        Value {
            text: self.text.get(range.clone()).unwrap_or("").to_owned(),
            holes: holes.map(|hole| Hole { at: hole.at - range.start, why: hole.why.clone() }).collect(),
            globs: self
                .globs
                .iter()
                .filter(|&&at| at >= range.start && at < range.end)
                .map(|at| at - range.start)
                .collect(),
            origins: self.origins.clone(),
        }
    }

    /// The same value as quoted text: pattern characters stand for themselves.
    pub(crate) fn quoted(mut self) -> Value {
        self.globs.clear();
        self
    }

    /// The value a variable gets from a word: text again, whose characters become active where it is used unquoted.
    pub(crate) fn without_final_newlines(mut self) -> Value {
        let length = self.text.trim_end_matches('\n').len();
        let last_hole = self.holes.last().map_or(0, |hole| hole.at);
        self.text.truncate(length.max(last_hole));
        self
    }

    /// Applies a text function; holes survive at the start, since their place in the result is not known.
    pub(crate) fn map(&self, change: impl FnOnce(&str) -> String) -> Value {
        let text = change(&self.text);
        let end = text.len();
        let holes = self.holes.iter().map(|hole| {
            let at = if hole.at >= self.text.len() { end } else { hole.at.min(end) };
            Hole { at, why: hole.why.clone() }
        });
        let holes = holes.map(|mut hole| {
            while !text.is_char_boundary(hole.at) {
                hole.at -= 1;
            }
            hole
        });
        Value { holes: holes.collect(), globs: Vec::new(), origins: self.origins.clone(), text }
    }

    /// The lines of the text, without their newlines; a hole at an edge stays with the line it stands in.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        let mut start = 0;
        while start < self.text.len()
            || (start == self.text.len() && self.holes.iter().any(|hole| hole.at == start))
        {
            let end = self
                .text
                .get(start..)
                .and_then(|rest| rest.find('\n'))
                .map_or(self.text.len(), |at| start + at);
            lines.push(self.slice(start..end));
            start = end + 1;
        }
        lines
    }

    /// The final component of a path, as the name of a program.
    pub(crate) fn base_name(&self) -> &str {
        let text = self.text.trim_end_matches('/');
        text.rsplit('/').next().unwrap_or(text)
    }
}

pub(crate) fn shared(text: &str) -> Rc<str> {
    Rc::from(text)
}
