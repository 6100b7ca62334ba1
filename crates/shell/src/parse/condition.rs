//! The expression inside `[[ ]]`.

use super::Parser;
use super::word::Ends;
use crate::syntax::{Condition, Word};

impl Parser<'_> {
    /// The expression up to `]]`, which is stepped over.
    pub(super) fn condition(&mut self) -> Condition {
        let start = self.at;
        let condition = self.either();
        self.skip_newlines();
        if !self.take("]]") {
            self.problem(start, "an unterminated `[[`");
            self.skip_to_closing_brackets();
        }
        condition
    }

    fn skip_to_closing_brackets(&mut self) {
        // Only what is near: this is a repair, and must not cost more for every bracket of a long line.
        self.budget.spend(16);
        let near = self.rest().as_bytes().iter().take(128).take_while(|byte| **byte != b'\n').copied();
        let near: Vec<u8> = near.collect();
        if let Some(length) = near.windows(2).position(|pair| pair == b"]]") {
            self.at += length + 2;
        }
    }

    fn either(&mut self) -> Condition {
        self.chain("||", Self::both, Condition::Any)
    }

    fn both(&mut self) -> Condition {
        self.chain("&&", Self::primary, Condition::All)
    }

    /// One part, or several with `operator` between them as a `whole`.
    fn chain(
        &mut self,
        operator: &str,
        part: fn(&mut Self) -> Condition,
        whole: fn(Vec<Condition>) -> Condition,
    ) -> Condition {
        let first = part(self);
        self.skip_newlines();
        if !self.rest().starts_with(operator) {
            return first;
        }
        let mut parts = vec![first];
        while self.take(operator) {
            parts.push(part(self));
            self.skip_newlines();
        }
        whole(parts)
    }

    fn primary(&mut self) -> Condition {
        self.skip_newlines();
        if !self.budget.enter() {
            self.at = self.text.len();
            return Condition::Word(Word::default());
        }
        let condition = self.primary_inside();
        self.budget.leave();
        condition
    }

    fn primary_inside(&mut self) -> Condition {
        if self.byte() == Some(b'!') && matches!(self.byte_after(1), Some(b' ' | b'\t' | b'\n' | b'(')) {
            self.at += 1;
            return Condition::Not(Box::new(self.primary()));
        }
        if self.take("(") {
            let inside = self.either();
            self.skip_newlines();
            self.take(")");
            return inside;
        }
        if let Some(operator) = self.unary_operator() {
            self.skip_blanks();
            let word = self.operand().unwrap_or_default();
            return Condition::Unary(operator, word);
        }
        let Some(left) = self.operand() else { return Condition::Word(Word::default()) };
        self.skip_blanks();
        match self.binary_operator() {
            Some(operator) => {
                self.skip_blanks();
                let ends = if operator == "=~" { Ends::Pattern } else { Ends::Word };
                let right = self.word_until(ends).unwrap_or_default();
                Condition::Binary(left, operator, right)
            }
            None => Condition::Word(left),
        }
    }

    fn operand(&mut self) -> Option<Word> {
        if self.rest().starts_with("]]") { None } else { self.word() }
    }

    fn unary_operator(&mut self) -> Option<String> {
        let (first, letter, behind) = (self.byte()?, self.byte_after(1)?, self.byte_after(2)?);
        if first != b'-' || !letter.is_ascii_alphabetic() || !matches!(behind, b' ' | b'\t') {
            return None;
        }
        let operator = self.slice(self.at, self.at + 2).to_owned();
        self.at += 2;
        Some(operator)
    }

    fn binary_operator(&mut self) -> Option<String> {
        for operator in
            ["==", "=~", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "=", "<", ">"]
        {
            if self.take(operator) {
                return Some(operator.to_owned());
            }
        }
        None
    }
}
