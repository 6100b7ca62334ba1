//! Words and the quoted and unquoted parts they are made of.

use super::Parser;
use crate::syntax::{Part, Parts, Word};

/// Where a run of parts ends, which also says how quotes and backslashes read in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At a blank or an operator: an unquoted word.
    Word,
    /// At `"`, inside of double quotes.
    Quote,
    /// Nowhere: the body of a here-document.
    Text,
    /// At the `}` of `${...}`; `quoted` when the expansion stands in double quotes.
    Brace { quoted: bool },
    /// At `/` or `}`: the pattern of `${name/pattern/...}`.
    Slash { quoted: bool },
    /// At `:` or `}`: the offset of `${name:offset:length}`.
    Colon,
    /// At an unquoted `]`: an index or `$[...]`.
    Bracket,
    /// At `))`, or at `;` between the parts of `for ((`.
    Arithmetic,
    /// Like a word, but spaces are part of it as long as parentheses are open: the pattern behind `=~`.
    Pattern,
}

impl Ends {
    /// Quotes inside are plain characters.
    fn is_quoted(self) -> bool {
        matches!(self, Ends::Quote | Ends::Text | Ends::Arithmetic | Ends::Brace { quoted: true })
    }
}

impl Parser<'_> {
    /// The word at the cursor, or nothing where an operator or the end stands.
    pub(super) fn word(&mut self) -> Option<Word> {
        self.word_until(Ends::Word)
    }

    pub(super) fn word_until(&mut self, ends: Ends) -> Option<Word> {
        let start = self.at;
        let parts = self.parts(ends);
        if self.at == start {
            return None;
        }
        self.budget.spend(1 + parts.len() / 4);
        Some(Word { parts })
    }

    /// The parts from the cursor to where they end; what ends them is left for the caller.
    pub(super) fn parts(&mut self, ends: Ends) -> Parts {
        let mut parts = Parts::new();
        let mut nested = 0;
        while let Some(byte) = self.byte() {
            if self.budget.is_spent() || self.is_end(byte, ends, nested) {
                break;
            }
            match byte {
                b'(' | b'[' | b'{' if self.counts(byte, ends) => nested += 1,
                b')' | b']' | b'}' if self.counts(byte, ends) && nested > 0 => nested -= 1,
                _ => {}
            }
            let before = self.at;
            self.part(byte, ends, &mut parts);
            if self.at == before {
                self.plain(ends, &mut parts);
            }
        }
        parts
    }

    /// Brackets that must close before the run may end.
    fn counts(&self, byte: u8, ends: Ends) -> bool {
        match ends {
            Ends::Word => byte == b'(' && self.opens_extended_pattern() || byte == b')',
            Ends::Pattern | Ends::Arithmetic | Ends::Colon => matches!(byte, b'(' | b')'),
            Ends::Bracket => matches!(byte, b'[' | b']'),
            Ends::Quote | Ends::Text | Ends::Brace { .. } | Ends::Slash { .. } => false,
        }
    }

    fn is_end(&self, byte: u8, ends: Ends, nested: usize) -> bool {
        match ends {
            Ends::Word => match byte {
                b'(' => !self.opens_extended_pattern() && nested == 0,
                b')' | b'|' => nested == 0,
                b'<' | b'>' => nested == 0 && self.byte_after(1) != Some(b'('),
                b' ' | b'\t' | b'\n' | b';' | b'&' => true,
                _ => false,
            },
            Ends::Pattern => match byte {
                b' ' | b'\t' | b')' | b'|' | b'&' | b';' | b'<' | b'>' => nested == 0,
                b'\n' => true,
                _ => false,
            },
            Ends::Quote => byte == b'"',
            Ends::Text => false,
            Ends::Brace { .. } => byte == b'}',
            Ends::Slash { .. } => matches!(byte, b'/' | b'}'),
            Ends::Colon => nested == 0 && matches!(byte, b':' | b'}'),
            Ends::Bracket => nested == 0 && byte == b']',
            Ends::Arithmetic => nested == 0 && (byte == b';' || byte == b')'),
        }
    }

    /// The parenthesis at the cursor belongs to `@( ?( *( +( !(`.
    fn opens_extended_pattern(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        before.is_some_and(|byte| b"@?*+!".contains(byte))
    }

    fn part(&mut self, byte: u8, ends: Ends, parts: &mut Parts) {
        match byte {
            b'\\' => self.backslash(ends, parts),
            b'\'' if !ends.is_quoted() => self.single_quoted(parts),
            b'"' if !matches!(ends, Ends::Quote | Ends::Text) => self.double_quoted(parts),
            b'`' => self.backticks(ends, parts),
            b'$' => self.dollar(ends, parts),
            b'<' | b'>'
                if self.byte_after(1) == Some(b'(')
                    && matches!(ends, Ends::Word | Ends::Brace { quoted: false }) =>
            {
                self.process_substitution(parts);
            }
            _ => self.plain(ends, parts),
        }
    }

    /// Plain characters up to the next one that may mean something.
    fn plain(&mut self, ends: Ends, parts: &mut Parts) {
        let start = self.at;
        self.next_char();
        while let Some(byte) = self.byte() {
            let means_nothing = match byte {
                b'/' => !matches!(ends, Ends::Slash { .. }),
                b':' => ends != Ends::Colon,
                b'-' | b'_' | b'.' | b',' | b'=' | b'+' | b'@' | b'%' | b'^' | b'~' | b'*' | b'?' | b'!'
                | b'#' => true,
                _ => byte.is_ascii_alphanumeric() || byte >= 0x80,
            };
            if !means_nothing {
                break;
            }
            self.at += 1;
        }
        push_literal(parts, self.slice(start, self.at));
    }

    fn backslash(&mut self, ends: Ends, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        let Some(escaped) = self.next_char() else {
            push_literal(parts, "\\");
            return;
        };
        let keeps_backslash = match ends {
            Ends::Quote | Ends::Arithmetic | Ends::Brace { quoted: true } => {
                !matches!(escaped, '$' | '`' | '"' | '\\' | '\n' | '}')
                    || escaped == '}' && ends == Ends::Quote
            }
            Ends::Text => !matches!(escaped, '$' | '`' | '\\' | '\n'),
            _ => false,
        };
        match escaped {
            '\n' => {}
            _ if keeps_backslash => parts.push(Part::Quoted(self.slice(start, self.at).to_owned())),
            _ => parts.push(Part::Quoted(escaped.to_string())),
        }
    }

    fn single_quoted(&mut self, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        let length = if let Some(length) = self.rest().find('\'') {
            length
        } else {
            self.problem(start, "an unterminated single quote");
            self.rest().len()
        };
        parts.push(Part::Quoted(self.slice(self.at, self.at + length).to_owned()));
        self.at = (self.at + length + 1).min(self.text.len());
    }

    pub(super) fn double_quoted(&mut self, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        let inside = self.parts(Ends::Quote);
        if !self.take("\"") {
            self.problem(start, "an unterminated double quote");
        }
        parts.push(Part::Double(inside));
    }

    /// `$'...'`, the cursor behind the dollar sign.
    pub(super) fn ansi_quoted(&mut self, parts: &mut Parts) {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        loop {
            match self.byte() {
                Some(b'\'') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.next_char();
                }
                Some(_) => self.at += 1,
                None => {
                    self.problem(start, "an unterminated single quote");
                    break;
                }
            }
        }
        let text = crate::escape::ansi(self.slice(from, self.at));
        parts.push(Part::Quoted(text));
        self.take("'");
    }
}

pub(super) fn push_literal(parts: &mut Parts, text: &str) {
    if let Some(Part::Literal(last)) = parts.last_mut() {
        last.push_str(text);
        return;
    }
    parts.push(Part::Literal(text.to_owned()));
}
