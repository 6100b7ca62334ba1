//! `[[ ]]` and `test`: true, false, or not known.

use super::{Machine, Status};
use crate::edit::shared;
use crate::regex::Regex;
use crate::syntax::{Condition, Word};
use crate::value::{Unknown, Value};

impl Machine<'_> {
    pub(super) fn condition(&mut self, condition: &Condition) -> Status {
        self.holds_true(condition).map(|holds| i32::from(!holds))
    }

    fn holds_true(&mut self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Not(inner) => self.holds_true(inner).map(|holds| !holds),
            Condition::All(parts) => self.chain_of(parts, false),
            Condition::Any(parts) => self.chain_of(parts, true),
            Condition::Unary(operator, word) => {
                let value = self.single(word);
                self.unary(operator, &value)
            }
            Condition::Binary(left, operator, right) => self.binary_words(left, operator, right),
            Condition::Word(word) => {
                let value = self.single(word);
                value.known().map(|text| !text.is_empty())
            }
        }
    }

    /// The first part that is `decides` decides; without one, what is not known leaves the whole unknown.
    fn chain_of(&mut self, parts: &[Condition], decides: bool) -> Option<bool> {
        let mut outcome = Some(!decides);
        for part in parts {
            match self.holds_true(part) {
                Some(holds) if holds == decides => return Some(decides),
                Some(_) => {}
                None => outcome = None,
            }
        }
        outcome
    }

    fn binary_words(&mut self, left: &Word, operator: &str, right: &Word) -> Option<bool> {
        let left = self.single(left);
        if operator == "=~" {
            let pattern = self.single(right);
            return self.matches_expression(&left, &pattern);
        }
        if !matches!(operator, "=" | "==" | "!=") {
            let right = self.single(right);
            return self.binary(&left, operator, &right);
        }
        let pattern = self.pattern(&right.parts);
        let whole = self.single(right);
        let (text, _) = (left.known()?, whole.known()?);
        Some(pattern.matches(text, &self.budget.effort) == (operator != "!="))
    }

    /// `=~`, which also fills `BASH_REMATCH`.
    fn matches_expression(&mut self, left: &Value, pattern: &Value) -> Option<bool> {
        let (text, pattern) = (left.known()?, pattern.known()?);
        if !self.budget.spend(text.len() + pattern.len()) {
            return None;
        }
        let captures = Regex::extended(pattern)?.find(text, 0, &self.budget.effort)?;
        let groups = captures.into_iter().map(|range| {
            let group = range.map(|(start, end)| left.slice(start..end)).unwrap_or_default();
            (None, group)
        });
        let groups: Vec<_> = groups.collect();
        let found = !groups.is_empty();
        self.assign_array("BASH_REMATCH", groups, false);
        Some(found)
    }

    fn unary(&mut self, operator: &str, value: &Value) -> Option<bool> {
        match operator {
            // What a command prints may be nothing even where a part of it is foreseen.
            "-z" | "-n" if value.holes().iter().any(|hole| matches!(hole.why, Unknown::Output(_))) => None,
            "-z" | "-n" if !value.text().is_empty() => Some(operator == "-n"),
            "-z" | "-n" => value.known().map(|_| operator == "-z"),
            "-v" => {
                let name = value.known()?.to_owned();
                if self.shell.variables.contains_key(&shared(&name)) {
                    return Some(self.variable_if_set(&name).is_some());
                }
                None
            }
            "-e" | "-f" | "-r" | "-s" => {
                let key = self.absolute(value.known()?);
                self.files.get(&key).map(|_| true)
            }
            _ => None,
        }
    }

    fn binary(&mut self, left: &Value, operator: &str, right: &Value) -> Option<bool> {
        match operator {
            "=" | "==" => Some(left.known()? == right.known()?),
            "!=" => Some(left.known()? != right.known()?),
            "<" => Some(left.known()? < right.known()?),
            ">" => Some(left.known()? > right.known()?),
            _ => {
                let (left, right) = (self.arithmetic(left)?, self.arithmetic(right)?);
                Some(match operator {
                    "-eq" => left == right,
                    "-ne" => left != right,
                    "-lt" => left < right,
                    "-le" => left <= right,
                    "-gt" => left > right,
                    "-ge" => left >= right,
                    _ => return None,
                })
            }
        }
    }

    /// `test` and `[`.
    pub(super) fn test(&mut self, arguments: &[Value]) -> Status {
        let words = match arguments {
            [words @ .., last] if last.text() == "]" => words,
            words => words,
        };
        self.tested(words).map(|holds| i32::from(!holds))
    }

    fn tested(&mut self, words: &[Value]) -> Option<bool> {
        match words {
            [] => Some(false),
            [first, rest @ ..] if first.text() == "!" && !rest.is_empty() => {
                self.tested(rest).map(|holds| !holds)
            }
            [word] => word.known().map(|text| !text.is_empty()),
            [operator, word] => self.unary(operator.text(), word),
            [left, operator, right] => self.binary(left, operator.text(), right),
            _ => None,
        }
    }
}
