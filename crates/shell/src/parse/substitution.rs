//! `$(...)`, backticks, `<(...)`, `$((...))` and what else a dollar sign opens.

use std::rc::Rc;

use super::word::{Ends, push_literal};
use super::{Parser, Place};
use crate::syntax::{List, Part, Parts};

impl Parser<'_> {
    pub(super) fn dollar(&mut self, ends: Ends, parts: &mut Parts) {
        self.at += 1;
        self.skip_continuations();
        let quoted =
            matches!(ends, Ends::Quote | Ends::Text | Ends::Arithmetic | Ends::Brace { quoted: true });
        match self.byte() {
            Some(b'(') if self.byte_after(1) == Some(b'(') && self.closes_arithmetic(2) => {
                self.at += 2;
                let inside = self.nested_parts(Ends::Arithmetic);
                self.take("))");
                parts.push(Part::Arithmetic(inside));
            }
            Some(b'(') => {
                self.at += 1;
                let list = self.nested_list();
                parts.push(Part::Command(Rc::new(list)));
            }
            Some(b'[') => {
                self.at += 1;
                let inside = self.nested_parts(Ends::Bracket);
                self.take("]");
                parts.push(Part::Arithmetic(inside));
            }
            Some(b'{') => self.braced_parameter(quoted, parts),
            Some(b'\'') if !quoted => self.ansi_quoted(parts),
            Some(b'"') if !matches!(ends, Ends::Quote | Ends::Text) => self.double_quoted(parts),
            _ => self.plain_parameter(parts),
        }
    }

    /// Parts one level of nesting deeper; nothing, and the end of the text, where that is too deep.
    pub(super) fn nested_parts(&mut self, ends: Ends) -> Parts {
        if !self.budget.enter() {
            self.at = self.text.len();
            return Parts::new();
        }
        let parts = self.parts(ends);
        self.budget.leave();
        parts
    }

    fn nested_list(&mut self) -> List {
        if !self.budget.enter() {
            self.at = self.text.len();
            return List::new();
        }
        let list = self.list_in_parentheses();
        self.budget.leave();
        list
    }

    pub(super) fn process_substitution(&mut self, parts: &mut Parts) {
        let output = self.byte() == Some(b'>');
        self.at += 2;
        let list = Rc::new(self.nested_list());
        parts.push(Part::Process { list, output });
    }

    /// Whether the `((` that starts `opened` bytes before closes with `))`; Bash reads it as arithmetic then, else as
    /// a subshell in a subshell.
    pub(super) fn closes_arithmetic(&mut self, opened: usize) -> bool {
        let bytes = self.text.as_bytes().get(self.at + opened..).unwrap_or_default();
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    self.budget.spend(at);
                    return bytes.get(at + 1) == Some(&b')');
                }
                b')' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        self.budget.spend(at);
        false
    }

    /// A backquoted command: its text is unescaped first and read on its own.
    pub(super) fn backticks(&mut self, ends: Ends, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        let mut text = String::new();
        let mut is_verbatim = true;
        loop {
            match self.next_char() {
                Some('`') => break,
                Some('\\') => match self.next_char() {
                    Some(escaped @ ('`' | '\\' | '$')) => {
                        is_verbatim = false;
                        text.push(escaped);
                    }
                    Some('"') if ends == Ends::Quote => {
                        is_verbatim = false;
                        text.push('"');
                    }
                    Some(other) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                Some(other) => text.push(other),
                None => {
                    self.problem(start, "an unterminated backquote");
                    break;
                }
            }
        }
        let place = if is_verbatim { self.place_of(from) } else { Place::Within(self.span(start)) };
        parts.push(Part::Command(Rc::new(self.parse_inside(&text, place))));
    }

    fn parse_inside(&mut self, text: &str, place: Place) -> List {
        if !self.budget.spend(text.len() / 2 + 4) || !self.budget.enter() {
            return List::new();
        }
        let list = super::parse(text, place, self.budget, self.problems);
        self.budget.leave();
        list
    }

    /// `$name`, `$1`, `$@`, or a dollar sign that stands for itself.
    fn plain_parameter(&mut self, parts: &mut Parts) {
        let name = match self.byte() {
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                self.at += 1;
                self.slice(self.at - 1, self.at).to_owned()
            }
            _ => self.name(),
        };
        if name.is_empty() {
            push_literal(parts, "$");
            return;
        }
        parts.push(Part::Parameter(Box::new(super::parameter::plain(name))));
    }

    /// The identifier at the cursor, continuations left out; empty where there is none.
    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        loop {
            self.skip_continuations();
            match self.byte() {
                Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => name.push(char::from(byte)),
                Some(byte) if byte.is_ascii_digit() && !name.is_empty() => name.push(char::from(byte)),
                _ => return name,
            }
            self.at += 1;
        }
    }
}
