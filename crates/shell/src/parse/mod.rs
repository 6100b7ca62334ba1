//! The parser: one pass over the text, one function per construct, never an error that ends it.
//!
//! What does not fit the grammar is noted as a [`Problem`] and skipped by as little as possible, so that a command
//! behind a stray operator or inside an unterminated quote is still read.

mod compound;
mod condition;
mod list;
mod parameter;
mod redirect;
mod simple;
mod substitution;
mod word;

use std::cell::OnceCell;
use std::rc::Rc;

use crate::analysis::{Problem, Span};
use crate::budget::Budget;
use crate::syntax::{List, Parts};

/// Where the parsed text stands in the text given to `analyze`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The text itself, from this byte on.
    From(usize),
    /// Text that was computed; everything in it has this span.
    Within(Span),
}

/// Reads `text` as a list of commands.
pub(crate) fn parse(text: &str, place: Place, budget: &mut Budget, problems: &mut Vec<Problem>) -> List {
    let mut parser = Parser::new(text, place, budget, problems);
    parser.whole()
}

/// Reads `text` as the inside of double quotes that never end, as Bash reads a here-document or a prompt.
pub(crate) fn parse_parts(
    text: &str,
    place: Place,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Parts {
    let mut parser = Parser::new(text, place, budget, problems);
    parser.parts(word::Ends::Text)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    place: Place,
    budget: &'a mut Budget,
    problems: &'a mut Vec<Problem>,
    /// Here-documents announced on this line whose bodies follow the next newline.
    pending: Vec<Pending>,
    /// Open `$(` and `(`, inside of which a here-document may end at `EOF)`.
    parentheses: usize,
}

struct Pending {
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
    body: Rc<OnceCell<Parts>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, place: Place, budget: &'a mut Budget, problems: &'a mut Vec<Problem>) -> Self {
        Parser { text, at: 0, place, budget, problems, pending: Vec::new(), parentheses: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn byte_after(&self, count: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + count).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Steps over `expected` if it is next.
    fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// The character at the cursor, stepping over it.
    fn next_char(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn at_end(&self) -> bool {
        self.at >= self.text.len() || self.budget.is_spent()
    }

    /// Backslash-newline vanishes everywhere outside single quotes.
    fn skip_continuations(&mut self) {
        while self.rest().starts_with("\\\n") {
            self.at += 2;
        }
    }

    /// Blanks, continuations and a comment, up to the end of the line.
    fn skip_blanks(&mut self) {
        loop {
            match self.byte() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.byte_after(1) == Some(b'\n') => self.at += 2,
                Some(b'#') if self.starts_word() => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                _ => return,
            }
        }
    }

    /// The byte before the cursor ends a word, so a `#` here opens a comment.
    fn starts_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        before.is_none_or(|&byte| {
            matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'`')
        })
    }

    /// Blanks, comments and newlines; here-documents announced before a newline are read behind it.
    fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.byte() != Some(b'\n') {
                return;
            }
            self.newline();
        }
    }

    fn newline(&mut self) {
        self.at += 1;
        if !self.pending.is_empty() {
            self.here_documents();
        }
    }

    fn span(&self, start: usize) -> Span {
        match self.place {
            Place::From(offset) => Span { start: offset + start, end: offset + self.at },
            Place::Within(span) => span,
        }
    }

    /// Where a nested text that starts at `start` stands.
    fn place_of(&self, start: usize) -> Place {
        match self.place {
            Place::From(offset) => Place::From(offset + start),
            Place::Within(span) => Place::Within(span),
        }
    }

    fn problem(&mut self, start: usize, what: &'static str) {
        let span = self.span(start);
        if self.problems.len() < 64 {
            self.problems.push(Problem { span, what });
        }
    }
}
