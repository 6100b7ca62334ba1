//! Lists, and-or chains and pipelines.

use super::Parser;
use crate::syntax::{Connector, Item, List, Node, Pipeline, Stage};

/// What may end a list, besides the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    End,
    /// `)`.
    Parenthesis,
    /// One of these reserved words at the place of a command.
    Words(&'static [&'static str]),
    /// `;;`, `;&`, `;;&` or `esac`.
    Arm,
}

/// Reserved words that only close or continue a construct.
const CLOSERS: &[&str] = &["then", "elif", "else", "fi", "do", "done", "esac", "}"];

impl Parser<'_> {
    /// The whole text as a list; what cannot be part of one is noted and skipped.
    pub(super) fn whole(&mut self) -> List {
        let mut list = Vec::new();
        while !self.at_end() {
            list.extend(self.list(Until::End));
            if !self.at_end() {
                let start = self.at;
                self.next_char();
                self.problem(start, "unexpected operator");
            }
        }
        if !self.pending.is_empty() {
            self.here_documents();
        }
        list
    }

    /// Commands up to what ends the list, which is left for the caller.
    pub(super) fn list(&mut self, until: Until) -> List {
        let mut list = Vec::new();
        loop {
            self.skip_newlines();
            if self.at_end() || self.ends(until) || !self.budget.spend(2) {
                return list;
            }
            if self.skip_stray(until) {
                continue;
            }
            let before = self.at;
            list.push(self.item());
            if self.at == before {
                return list;
            }
        }
    }

    fn ends(&mut self, until: Until) -> bool {
        match until {
            Until::End => self.byte() == Some(b')') && self.parentheses > 0,
            Until::Parenthesis => self.byte() == Some(b')'),
            Until::Words(words) => {
                self.byte() == Some(b')') && self.parentheses > 0
                    || self.reserved().is_some_and(|found| words.contains(&found))
            }
            Until::Arm => {
                self.byte() == Some(b')') && self.parentheses > 0
                    || self.rest().starts_with(";;")
                    || self.rest().starts_with(";&")
                    || self.reserved().is_some_and(|found| found == "esac")
            }
        }
    }

    /// Steps over an operator or closing word that cannot start a command; what follows is read as a command.
    fn skip_stray(&mut self, until: Until) -> bool {
        let start = self.at;
        let what = match self.byte() {
            Some(b';' | b'&' | b'|') if !self.rest().starts_with("&>") => {
                self.at += 1;
                "an operator without a command before it"
            }
            Some(b')') if until == Until::End || self.parentheses == 0 => {
                self.at += 1;
                "an unmatched parenthesis"
            }
            _ => match self.reserved().filter(|word| CLOSERS.contains(word)) {
                Some(word) => {
                    self.take_reserved(word);
                    "a closing word without its opening"
                }
                None => return false,
            },
        };
        self.problem(start, what);
        true
    }

    fn item(&mut self) -> Item {
        let first = self.pipeline();
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let connector = match (self.byte(), self.operator_byte()) {
                (Some(b'&'), Some(b'&')) => Connector::And,
                (Some(b'|'), Some(b'|')) => Connector::Or,
                _ => break,
            };
            self.take_two();
            self.skip_newlines();
            rest.push((connector, self.pipeline()));
        }
        let background = self.byte() == Some(b'&') && !matches!(self.operator_byte(), Some(b'&' | b'>'));
        if background || self.byte() == Some(b';') && !matches!(self.byte_after(1), Some(b';' | b'&')) {
            self.at += 1;
        }
        Item { first, rest, background }
    }

    /// The byte behind the one at the cursor, continuations left out.
    fn operator_byte(&self) -> Option<u8> {
        let rest = self.rest().get(1..)?;
        rest.trim_start_matches("\\\n").bytes().next()
    }

    fn take_two(&mut self) {
        self.at += 1;
        self.skip_continuations();
        self.at += 1;
    }

    fn pipeline(&mut self) -> Pipeline {
        let mut negated = false;
        self.skip_blanks();
        loop {
            match self.reserved() {
                Some("!") => {
                    negated = !negated;
                    self.take_reserved("!");
                }
                Some("time") => {
                    self.take_reserved("time");
                    self.skip_blanks();
                    if self.rest().starts_with("-p ") || self.rest().starts_with("-- ") {
                        self.at += 2;
                    }
                }
                _ => break,
            }
            self.skip_blanks();
        }
        let mut stages = vec![self.stage()];
        loop {
            self.skip_blanks();
            if self.byte() != Some(b'|') || self.operator_byte() == Some(b'|') {
                return Pipeline { negated, stages };
            }
            self.at += 1;
            self.skip_continuations();
            self.take("&");
            self.skip_newlines();
            if self.at_end() || !self.budget.spend(2) {
                return Pipeline { negated, stages };
            }
            stages.push(self.stage());
        }
    }

    /// One command with its redirections, one level of nesting deeper.
    pub(super) fn stage(&mut self) -> Stage {
        let start = self.at;
        if !self.budget.enter() {
            self.at = self.text.len();
            return Stage { node: Node::Empty, redirections: Vec::new(), span: self.span(start) };
        }
        let (node, redirections) = self.command();
        self.budget.leave();
        Stage { node, redirections, span: self.span(start) }
    }
}
