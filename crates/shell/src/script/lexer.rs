//! Tokens of the other languages, as far as finding calls with constant arguments needs them.

use super::Language;
use crate::escape::{self, Octal};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, with its dots and colons: `os.system`, `File::delete`, `$x`.
    Name(String),
    /// A string and whether names in it are expanded.
    Text {
        text: String,
        expands: bool,
    },
    /// A string in backquotes, `qx()` or `%x()`: run by a shell.
    Command(String),
    Number(i64),
    Sign(char),
    Newline,
}

/// More tokens than this are not looked at.
const MOST_TOKENS: usize = 20_000;

/// Bytes that are searched for delimiters that never close.
const MOST_IN_VAIN: usize = 512 * 1024;

/// The tokens of `code`, and whether these are all.
pub(super) fn tokens(code: &str, language: Language) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { rest: code, language, tokens: Vec::new(), in_vain: 0 };
    while !lexer.rest.is_empty() && lexer.tokens.len() < MOST_TOKENS && lexer.in_vain < MOST_IN_VAIN {
        lexer.step();
    }
    (lexer.tokens, lexer.rest.is_empty())
}

struct Lexer<'c> {
    rest: &'c str,
    language: Language,
    tokens: Vec<Token>,
    in_vain: usize,
}

impl<'c> Lexer<'c> {
    fn skip(&mut self, bytes: usize) -> &'c str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn step(&mut self) {
        let Some(next) = self.rest.chars().next() else { return };
        match next {
            '\n' => {
                self.skip(1);
                self.tokens.push(Token::Newline);
            }
            ' ' | '\t' | '\r' => {
                self.skip(1);
            }
            '#' if !matches!(self.language, Language::JavaScript | Language::Lua | Language::AppleScript) => {
                self.comment();
            }
            '/' if self.rest.starts_with("//")
                && matches!(self.language, Language::JavaScript | Language::Php) =>
            {
                self.comment();
            }
            '-' if self.rest.starts_with("--")
                && matches!(self.language, Language::Lua | Language::AppleScript) =>
            {
                self.comment();
            }
            '\'' | '"' => self.string(next, false),
            '`' => self.backquoted(),
            '0'..='9' => self.number(),
            '%' if matches!(self.language, Language::Ruby) && self.rest.starts_with("%x") => self.percent(),
            _ if next == '_' || next == '$' || next == '@' || next.is_alphabetic() => self.name(),
            _ => {
                self.skip(next.len_utf8());
                self.tokens.push(Token::Sign(next));
            }
        }
    }

    fn comment(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.skip(end);
    }

    fn number(&mut self) {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let text = self.skip(end);
        let digits =
            |prefix: &str, radix| text.strip_prefix(prefix).and_then(|d| i64::from_str_radix(d, radix).ok());
        let value = digits("0x", 16).or_else(|| digits("0o", 8)).or_else(|| text.parse().ok());
        self.tokens.push(Token::Number(value.unwrap_or(0)));
    }

    fn name(&mut self) {
        let is_part = |c: char| c == '_' || c == '$' || c == '@' || c.is_alphanumeric();
        let mut end = 0;
        loop {
            let rest = self.rest.get(end..).unwrap_or("");
            end += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let rest = self.rest.get(end..).unwrap_or("");
            let joint = ["::", "->", "?.", ".", ":"].into_iter().find(|joint| {
                let fits = match *joint {
                    "." => !matches!(self.language, Language::Perl | Language::Php),
                    ":" => self.language == Language::Lua,
                    _ => true,
                };
                fits && rest
                    .strip_prefix(joint)
                    .is_some_and(|behind| behind.starts_with(|c: char| c == '_' || c.is_alphabetic()))
            });
            match joint {
                Some(joint) => end += joint.len(),
                None => break,
            }
        }
        let name = self.skip(end);
        if self.prefixed_string(name) {
            return;
        }
        self.tokens.push(Token::Name(name.to_owned()));
    }

    /// `f"..."`, `rb'...'`, `qx(...)`, `q{...}`.
    fn prefixed_string(&mut self, name: &str) -> bool {
        let next = self.rest.chars().next();
        match self.language {
            Language::Python if name.len() <= 2 && name.bytes().all(|b| b"fFrRbBuU".contains(&b)) => {
                if let Some(quote @ ('\'' | '"')) = next {
                    let raw = name.contains(['r', 'R']);
                    self.string(quote, raw);
                    if name.contains(['f', 'F'])
                        && let Some(Token::Text { expands, .. }) = self.tokens.last_mut()
                    {
                        *expands = true;
                    }
                    return true;
                }
                false
            }
            Language::Perl if name == "qw" => {
                let Some(text) = self.delimited() else { return false };
                for (at, word) in text.split_whitespace().enumerate() {
                    if at > 0 {
                        self.tokens.push(Token::Sign(','));
                    }
                    self.tokens.push(Token::Text { text: word.to_owned(), expands: false });
                }
                true
            }
            Language::Perl if matches!(name, "q" | "qq" | "qx") => {
                let Some(text) = self.delimited() else { return false };
                self.tokens.push(match name {
                    "qx" => Token::Command(text),
                    _ => Token::Text { text, expands: name == "qq" },
                });
                true
            }
            _ => false,
        }
    }

    fn percent(&mut self) {
        self.skip(2);
        match self.delimited() {
            Some(text) => self.tokens.push(Token::Command(text)),
            None => self.tokens.push(Token::Sign('%')),
        }
    }

    /// Text between a delimiter and its counterpart.
    fn delimited(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let open = rest
            .chars()
            .next()
            .filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, ',' | ';' | ')' | '='))?;
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            other => other,
        };
        let inside = rest.get(open.len_utf8()..)?;
        let mut depth = 0;
        let end = inside.find(|c| {
            if c == close && depth == 0 {
                return true;
            }
            depth += i32::from(c == open && open != close) - i32::from(c == close);
            false
        });
        let Some(end) = end else {
            self.in_vain += inside.len();
            return None;
        };
        let text = inside.get(..end)?.to_owned();
        self.rest = inside.get(end + close.len_utf8()..)?;
        Some(text)
    }

    fn backquoted(&mut self) {
        self.skip(1);
        let end = self.rest.find('`').unwrap_or(self.rest.len());
        let text = self.skip(end).to_owned();
        self.skip(1);
        self.tokens.push(match self.language {
            Language::JavaScript => Token::Text { text, expands: true },
            _ => Token::Command(text),
        });
    }

    fn string(&mut self, quote: char, raw: bool) {
        let triple: String = [quote; 3].iter().collect();
        let long = self.language == Language::Python && self.rest.starts_with(&triple);
        let length = if long { 3 } else { 1 };
        self.skip(length);
        let close = if long { triple } else { quote.to_string() };
        let mut end = 0;
        while let Some(rest) = self.rest.get(end..) {
            if rest.is_empty() || rest.starts_with(&close) {
                break;
            }
            let mut chars = rest.chars();
            if chars.next() == Some('\\') && !raw {
                end += 1 + chars.next().map_or(0, char::len_utf8);
            } else {
                end += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        let written = self.skip(end);
        self.skip(length);
        let text = self.unescaped(written, quote, raw);
        let expands = quote == '"'
            && matches!(self.language, Language::Perl | Language::Ruby | Language::Php | Language::Tcl);
        self.tokens.push(Token::Text { text, expands });
    }

    fn unescaped(&self, written: &str, quote: char, raw: bool) -> String {
        if raw || !written.contains('\\') {
            return written.to_owned();
        }
        let plain = quote == '\'' && matches!(self.language, Language::Perl | Language::Ruby | Language::Php);
        if plain {
            return written.replace("\\'", "'").replace("\\\\", "\\");
        }
        let text = written.replace("\\\n", "").replace("\\\"", "\"").replace("\\'", "'");
        escape::expand(&text, Octal::Plain).0
    }
}
