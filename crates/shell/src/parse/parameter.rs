//! `${...}`: the parameter, its index and its operator.

use super::Parser;
use super::word::Ends;
use crate::syntax::{Index, Operator, Parameter, Part, Parts};

/// `$name` without braces.
pub(super) fn plain(name: String) -> Parameter {
    Parameter { name, index: None, indirect: false, braced: false, operator: Operator::None }
}

impl Parser<'_> {
    pub(super) fn braced_parameter(&mut self, quoted: bool, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        if !self.budget.enter() {
            self.at = self.text.len();
            return;
        }
        let parameter = self.parameter(quoted);
        self.skip_continuations();
        if !self.take("}") {
            self.problem(start, "a parameter expansion that is not valid");
            self.parts(Ends::Brace { quoted });
            self.take("}");
        }
        self.budget.leave();
        parts.push(Part::Parameter(Box::new(parameter)));
    }

    fn parameter(&mut self, quoted: bool) -> Parameter {
        self.skip_continuations();
        let length = self.byte() == Some(b'#')
            && !matches!(self.byte_after(1), Some(b'}' | b':' | b'%' | b'/' | b'-' | b'+' | b'='))
            || self.rest().starts_with("#-}");
        if length {
            self.at += 1;
        }
        let indirect = self.byte() == Some(b'!')
            && !matches!(self.byte_after(1), Some(b'}' | b':' | b'-' | b'+' | b'='));
        if indirect {
            self.at += 1;
        }
        let name = self.parameter_name();
        let index = self.index();
        let operator = if length { Operator::Length } else { self.operator(quoted, indirect) };
        Parameter { name, index, indirect, braced: true, operator }
    }

    fn parameter_name(&mut self) -> String {
        let name = self.name();
        if !name.is_empty() {
            return name;
        }
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start && self.byte().is_some_and(|byte| b"@*#?-$!".contains(&byte)) {
            self.at += 1;
        }
        self.slice(start, self.at).to_owned()
    }

    /// `[...]` behind a name.
    pub(super) fn index(&mut self) -> Option<Index> {
        if self.byte() != Some(b'[') {
            return None;
        }
        self.at += 1;
        let whole = match (self.byte(), self.byte_after(1)) {
            (Some(b'@'), Some(b']')) => Some(Index::All),
            (Some(b'*'), Some(b']')) => Some(Index::Joined),
            _ => None,
        };
        if let Some(index) = whole {
            self.at += 2;
            return Some(index);
        }
        let parts = self.nested_parts(Ends::Bracket);
        self.take("]");
        Some(Index::At(parts))
    }

    fn operator(&mut self, quoted: bool, indirect: bool) -> Operator {
        self.skip_continuations();
        let Some(byte) = self.byte() else { return Operator::None };
        match byte {
            b':' if !matches!(self.byte_after(1), Some(b'-' | b'=' | b'?' | b'+')) => self.substring(),
            b':' => {
                self.at += 1;
                self.default_value(true, quoted)
            }
            b'-' | b'=' | b'?' | b'+' => self.default_value(false, quoted),
            b'#' | b'%' => {
                self.at += 1;
                let longest = self.byte() == Some(byte);
                self.at += usize::from(longest);
                let pattern = self.parts(Ends::Brace { quoted: false });
                Operator::Remove { suffix: byte == b'%', longest, pattern }
            }
            b'/' => self.replacement(quoted),
            b'^' | b',' | b'~' => {
                self.at += 1;
                let all = self.byte() == Some(byte);
                self.at += usize::from(all);
                Operator::Case { kind: byte, all, pattern: self.parts(Ends::Brace { quoted: false }) }
            }
            b'*' | b'@' if indirect && self.byte_after(1) == Some(b'}') => {
                self.at += 1;
                Operator::Names
            }
            b'@' => {
                self.at += 1;
                Operator::Transform(self.next_char().unwrap_or('}'))
            }
            _ => Operator::None,
        }
    }

    fn default_value(&mut self, or_empty: bool, quoted: bool) -> Operator {
        let kind = self.byte().unwrap_or(b'-');
        self.at += 1;
        Operator::Default { kind, or_empty, word: self.parts(Ends::Brace { quoted }) }
    }

    fn substring(&mut self) -> Operator {
        self.at += 1;
        let offset = self.parts(Ends::Colon);
        let length = self.take(":").then(|| self.parts(Ends::Colon));
        Operator::Substring { offset, length }
    }

    fn replacement(&mut self, quoted: bool) -> Operator {
        self.at += 1;
        let anchor = match self.byte() {
            Some(byte @ (b'/' | b'#' | b'%')) => {
                self.at += 1;
                byte
            }
            _ => 0,
        };
        let mut pattern = Parts::new();
        // Bash takes a slash right behind the operator as the first character of the pattern.
        if self.byte() == Some(b'/') && anchor == b'/' {
            self.at += 1;
            super::word::push_literal(&mut pattern, "/");
        }
        pattern.extend(self.parts(Ends::Slash { quoted: false }));
        let replacement =
            if self.take("/") { self.parts(Ends::Brace { quoted: false }) } else { Parts::new() };
        let _ = quoted;
        Operator::Replace { anchor, pattern, replacement }
    }
}
