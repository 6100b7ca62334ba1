//! Redirections and here-documents.

use std::cell::OnceCell;
use std::rc::Rc;

use super::word::Ends;
use super::{Parser, Pending};
use crate::syntax::{Descriptor, Part, Parts, Redirect, RedirectOperator, RedirectTarget};

/// Operators, longest first.
const OPERATORS: &[(&str, RedirectOperator)] = &[
    ("&>>", RedirectOperator::AppendBoth),
    ("&>", RedirectOperator::WriteBoth),
    ("<<<", RedirectOperator::HereString),
    ("<<", RedirectOperator::HereDocument),
    ("<&", RedirectOperator::DuplicateInput),
    ("<>", RedirectOperator::ReadWrite),
    (">>", RedirectOperator::Append),
    (">&", RedirectOperator::DuplicateOutput),
    (">|", RedirectOperator::Write),
    ("<", RedirectOperator::Read),
    (">", RedirectOperator::Write),
];

impl Parser<'_> {
    /// The redirections behind a compound command.
    pub(super) fn redirections(&mut self) -> Vec<Redirect> {
        let mut redirections = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirection() {
                Some(redirection) => redirections.push(redirection),
                None => return redirections,
            }
        }
    }

    /// The redirection at the cursor, if there is one.
    pub(super) fn redirection(&mut self) -> Option<Redirect> {
        if !matches!(self.byte(), Some(b'0'..=b'9' | b'{' | b'<' | b'>' | b'&')) {
            return None;
        }
        let start = self.at;
        let descriptor = self.descriptor();
        let found = OPERATORS.iter().find(|(operator, _)| self.rest().starts_with(operator));
        let Some(&(text, operator)) = found.filter(|_| !self.opens_process()) else {
            self.at = start;
            return None;
        };
        self.at += text.len();
        if operator == RedirectOperator::HereDocument {
            let target = self.announce();
            return Some(Redirect { descriptor, operator, target, span: self.span(start) });
        }
        self.skip_blanks();
        let Some(word) = self.word() else {
            self.problem(start, "a redirection without a target");
            return None;
        };
        Some(Redirect { descriptor, operator, target: RedirectTarget::Word(word), span: self.span(start) })
    }

    /// `<(` and `>(` are words.
    fn opens_process(&self) -> bool {
        self.byte_after(1) == Some(b'(') && !self.rest().starts_with('&')
    }

    /// The number or `{name}` before an operator.
    fn descriptor(&mut self) -> Descriptor {
        let rest = self.rest();
        let is_operator = |behind: &str| behind.starts_with(['<', '>']);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && digits < 6 && rest.get(digits..).is_some_and(is_operator) {
            let number = rest.get(..digits).and_then(|digits| digits.parse().ok());
            self.at += digits;
            return number.map_or(Descriptor::Default, Descriptor::Number);
        }
        let named = rest.strip_prefix('{').and_then(|inside| {
            let length =
                inside.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()).count();
            inside.split_at_checked(length)
        });
        if let Some((name, behind)) = named
            && !name.is_empty()
            && behind.strip_prefix('}').is_some_and(is_operator)
        {
            self.at += name.len() + 2;
            return Descriptor::Variable(name.to_owned());
        }
        Descriptor::Default
    }

    /// The delimiter of a here-document; its body is read behind the next newline.
    fn announce(&mut self) -> RedirectTarget {
        let strip_tabs = self.take("-");
        self.skip_blanks();
        let word = self.word().unwrap_or_default();
        let mut delimiter = String::new();
        let quoted = flatten(&word.parts, &mut delimiter);
        let body = Rc::new(OnceCell::new());
        self.pending.push(Pending { delimiter, quoted, strip_tabs, body: Rc::clone(&body) });
        RedirectTarget::Here(body)
    }

    /// The bodies of the here-documents announced on the line before.
    pub(super) fn here_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            self.here_document(&pending);
        }
    }

    fn here_document(&mut self, pending: &Pending) {
        let start = self.at;
        let mut body = String::new();
        while self.at < self.text.len() {
            let line = self.rest().split('\n').next().unwrap_or("");
            let bare = if pending.strip_tabs { line.trim_start_matches('\t') } else { line };
            if bare == pending.delimiter {
                self.at = (self.at + line.len() + 1).min(self.text.len());
                break;
            }
            let closing = bare.strip_prefix(pending.delimiter.as_str());
            if self.parentheses > 0 && closing.is_some_and(|behind| behind.starts_with(')')) {
                self.at += line.len() - bare.len() + pending.delimiter.len();
                break;
            }
            body.push_str(bare);
            self.at += line.len();
            if self.take("\n") {
                body.push('\n');
            }
        }
        let parts = self.here_parts(&body, pending, start);
        // A cell is filled once: each announced document has its own.
        drop(pending.body.set(parts));
    }

    fn here_parts(&mut self, body: &str, pending: &Pending, start: usize) -> Parts {
        if pending.quoted || !body.contains(['$', '`', '\\']) {
            return vec![Part::Quoted(body.to_owned())];
        }
        if !self.budget.spend(body.len()) || !self.budget.enter() {
            return Parts::new();
        }
        let place =
            if pending.strip_tabs { super::Place::Within(self.span(start)) } else { self.place_of(start) };
        let mut inner = Parser::new(body, place, self.budget, self.problems);
        let parts = inner.parts(Ends::Text);
        self.budget.leave();
        parts
    }
}

/// Collects the delimiter's text; true when any of it is quoted.
fn flatten(parts: &Parts, text: &mut String) -> bool {
    let mut quoted = false;
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Quoted(literal) => {
                text.push_str(literal);
                quoted = true;
            }
            Part::Double(inside) => {
                flatten(inside, text);
                quoted = true;
            }
            Part::Parameter(parameter) => {
                text.push('$');
                text.push_str(&parameter.name);
            }
            Part::Command(_) | Part::Process { .. } | Part::Arithmetic(_) => {}
        }
    }
    quoted
}
