//! Simple commands: assignments, words and redirections in any order.

use super::Parser;
use super::word::Ends;
use crate::syntax::{Assign, AssignValue, Index, Node, Part, Parts, Redirect, Simple, Word};

/// Builtins whose arguments are assignments.
const DECLARERS: &[&str] = &["declare", "typeset", "local", "export", "readonly"];

impl Parser<'_> {
    pub(super) fn simple(&mut self) -> (Node, Vec<Redirect>) {
        let start = self.at;
        let mut simple = Simple::default();
        let mut redirections = Vec::new();
        loop {
            self.skip_blanks();
            if self.at_end() {
                break;
            }
            if let Some(redirection) = self.redirection() {
                redirections.push(redirection);
                continue;
            }
            let declares = is_declarer(&simple.words);
            if (simple.words.is_empty() || declares)
                && let Some(assign) = self.assignment(declares)
            {
                if declares {
                    simple.declared.push(assign);
                } else {
                    simple.assignments.push(assign);
                }
                continue;
            }
            match self.word() {
                Some(word) => simple.words.push(word),
                None => break,
            }
        }
        if self.at == start && !self.at_end() {
            self.skip_unexpected();
        }
        (Node::Simple(simple), redirections)
    }

    /// A parenthesis where a word should stand: what is inside is read as commands.
    fn skip_unexpected(&mut self) {
        let start = self.at;
        if self.byte().is_some_and(|byte| matches!(byte, b'(' | b'<' | b'>')) {
            self.at += 1;
            self.problem(start, "an unexpected operator");
        }
    }

    /// `name=value`, `name+=value`, `name[index]=value` at the cursor. `array_only` leaves scalars to be words.
    fn assignment(&mut self, array_only: bool) -> Option<Assign> {
        let start = self.at;
        if !self.could_be_assignment() {
            return None;
        }
        let name = self.name();
        let index = match self.index() {
            Some(Index::At(parts)) => Some(parts),
            Some(Index::All | Index::Joined) => Some(Parts::new()),
            None => None,
        };
        let append = self.take("+=");
        if !append && !self.take("=") || array_only && self.byte() != Some(b'(') {
            self.at = start;
            return None;
        }
        let value = if self.take("(") {
            AssignValue::Array(self.array_elements())
        } else {
            AssignValue::Scalar(self.word().unwrap_or_default())
        };
        Some(Assign { name, index, append, value })
    }

    /// A cheap look ahead, so that words are not read twice: an identifier followed by `=`, `+=` or an index.
    fn could_be_assignment(&self) -> bool {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c == '_' || c == '\\' || c.is_ascii_alphabetic()) {
            return false;
        }
        let mut length = 0;
        while let Some(behind) = rest.get(length..) {
            length += match behind.as_bytes() {
                [b'\\', b'\n', ..] => 2,
                [byte, ..] if *byte == b'_' || byte.is_ascii_alphanumeric() => 1,
                _ => break,
            };
        }
        let behind = rest.get(length..).unwrap_or("");
        if let Some(inside) = behind.strip_prefix('[') {
            let end = inside.bytes().take(256).position(|byte| matches!(byte, b'\n' | b';')).unwrap_or(256);
            let near = inside.as_bytes().get(..end.min(inside.len())).unwrap_or_default();
            return near.windows(2).any(|pair| pair == b"]=" || pair == b"]+");
        }
        behind.starts_with('=') || behind.starts_with("+=")
    }

    fn array_elements(&mut self) -> Vec<(Option<Parts>, Word)> {
        let start = self.at;
        let mut elements = Vec::new();
        loop {
            self.skip_newlines();
            if self.take(")") {
                return elements;
            }
            let index = self.element_index();
            match self.word() {
                Some(word) => elements.push((index, word)),
                None if index.is_some() => elements.push((index, Word::default())),
                None if self.at_end() => {
                    self.problem(start, "an unterminated array");
                    return elements;
                }
                None => {
                    self.problem(start, "an operator inside an array");
                    self.next_char();
                }
            }
        }
    }

    /// `[index]=` before an element.
    fn element_index(&mut self) -> Option<Parts> {
        let start = self.at;
        if self.byte() != Some(b'[') || !self.has_equals_behind_bracket() {
            return None;
        }
        self.at += 1;
        let parts = self.nested_parts(Ends::Bracket);
        if self.take("]=") {
            return Some(parts);
        }
        // A bracket that never closes is read to the end of the text, and what was read is read again.
        self.budget.spend((self.at - start) / 16);
        self.at = start;
        None
    }

    /// Before the next blank stands `]=`.
    fn has_equals_behind_bracket(&self) -> bool {
        let mut bytes = self.rest().bytes().take_while(|byte| !matches!(byte, b' ' | b'\n')).peekable();
        while let Some(byte) = bytes.next() {
            if byte == b']' && bytes.peek() == Some(&b'=') {
                return true;
            }
        }
        false
    }
}

fn is_declarer(words: &[Word]) -> bool {
    let Some(first) = words.first() else { return false };
    matches!(first.parts.as_slice(), [Part::Literal(name)] if DECLARERS.contains(&name.as_str()))
}
