//! Constant expressions of the other languages: strings, concatenation, decoding calls, lists.

use std::collections::HashMap;

use super::Language;
use super::computed::{call, grows, joined, repeated, turned};
use super::decoding::{combined, unread};
use super::lexer::Token;
use crate::value::{Origin, Unknown, Value};

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Text(Value),
    Number(i64),
    List(Vec<Item>),
    /// Not constant; the value holds its origins.
    Unknown(Value),
}

impl Item {
    pub(super) fn value(&self) -> Value {
        match self {
            Item::Text(value) | Item::Unknown(value) => value.clone(),
            Item::Number(number) => Value::literal(number.to_string()),
            Item::List(items) => items.iter().fold(Value::default(), |mut all, item| {
                all.append(&item.value());
                all
            }),
        }
    }

    /// How much there is of it: its parts, and the text in them.
    pub(super) fn size(&self) -> usize {
        match self {
            Item::Text(value) | Item::Unknown(value) => 1 + value.text().len() / 32,
            Item::Number(_) => 1,
            Item::List(items) => items.iter().map(Item::size).sum::<usize>() + 1,
        }
    }

    pub(super) fn nothing() -> Item {
        Item::Unknown(Value::unknown(Unknown::Computed))
    }
}

/// Stands for the command that runs the code; the evaluation puts its index there.
pub(crate) const THIS_COMMAND: usize = usize::MAX;

/// Nesting of expressions.
const MAX_DEPTH: u32 = 40;
const MAX_WORK: usize = 20_000;
/// Text that is computed may grow to this many bytes.
const MOST_TEXT: usize = 64 * 1024;
/// What stands in a list or a call behind this many is not kept.
pub(super) const MOST_ITEMS: usize = 256;

pub(super) struct Reader<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) at: usize,
    pub(super) variables: HashMap<String, Item>,
    pub(super) language: Language,
    pub(super) depth: u32,
    /// Expressions read, and the size of what was computed in them: lists of lists and texts of texts grow by doubling.
    pub(super) work: usize,
    /// Something was left because of these bounds.
    pub(super) is_cut: bool,
}

impl Reader<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn takes(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn skip_newlines(&mut self) {
        while self.peek() == Some(&Token::Newline) {
            self.at += 1;
        }
    }

    /// The arguments between parentheses, the cursor behind the opening one; named ones are left out.
    pub(super) fn arguments(&mut self, close: char) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            self.skip_newlines();
            if self.takes(close) || self.peek().is_none() {
                return items;
            }
            let before = self.at;
            let named = matches!((self.peek(), self.tokens.get(self.at + 1), self.tokens.get(self.at + 2)),
                (Some(Token::Name(_)), Some(Token::Sign('=' | ':')), next) if next != Some(&Token::Sign('=')));
            if named {
                self.at += 2;
            }
            let start = self.at;
            let item = self.expression();
            let item = self.comprehended(item, start);
            // One more than are kept tells that there were more.
            if !named && items.len() <= MOST_ITEMS {
                items.push(item);
            }
            self.skip_newlines();
            if !self.takes(',') && self.peek() != Some(&Token::Sign(close)) && self.at == before {
                self.at += 1;
            }
        }
    }

    /// `chr(c) for c in LIST`: the list itself, whose numbers are characters where they are joined.
    ///
    /// What computes with the number first (`chr(c ^ 7)`) is not followed; its text is code nobody can read.
    fn comprehended(&mut self, item: Item, start: usize) -> Item {
        let is_name =
            |token: Option<&Token>, wanted: &str| matches!(token, Some(Token::Name(name)) if name == wanted);
        if !is_name(self.peek(), "for") {
            return item;
        }
        let computes = self.tokens.get(start..self.at).is_some_and(|tokens| {
            tokens
                .iter()
                .any(|token| matches!(token, Token::Sign('^' | '-' | '+' | '*' | '/' | '%' | '&' | '|')))
        });
        while self.peek().is_some() && !is_name(self.peek(), "in") {
            self.at += 1;
        }
        self.at += 1;
        let items = self.expression();
        if computes { unread("a loop") } else { items }
    }

    /// `^`, `-` and the like behind an operand: numbers are computed, and texts where Perl and PHP combine their bytes.
    fn computed(&mut self, left: Item, sign: char) -> Item {
        self.at += 1;
        let right = self.operand();
        let right = self.behind(right);
        if !self.pay(left.size() + right.size()) {
            return self.cut();
        }
        match (left, right) {
            (Item::Number(left), Item::Number(right)) => {
                let value = match sign {
                    '-' => left.checked_sub(right),
                    '^' => Some(left ^ right),
                    '|' => Some(left | right),
                    '&' => Some(left & right),
                    '/' => left.checked_div(right),
                    _ => left.checked_rem(right),
                };
                value.map_or_else(Item::nothing, Item::Number)
            }
            (Item::Text(left), Item::Text(right)) if sign == '^' => combined(&left, &right),
            _ => unread("an operator"),
        }
    }

    /// Whether there is room for `work` more.
    fn pay(&mut self, work: usize) -> bool {
        self.work = self.work.saturating_add(work);
        self.work <= MAX_WORK
    }

    /// [`call`] within the bounds of work and text.
    fn call(&mut self, name: &str, owner: Option<&Item>, arguments: &[Item]) -> Item {
        let work = owner.into_iter().chain(arguments).map(Item::size).sum();
        if !self.pay(work) || grows(name, owner, arguments) > MOST_TEXT {
            return self.cut();
        }
        call(name, owner, arguments)
    }

    /// What a variable holds.
    fn held(&mut self, name: &str) -> Option<Item> {
        let size = self.variables.get(name)?.size();
        if !self.pay(size / 4) {
            return Some(self.cut());
        }
        self.variables.get(name).cloned()
    }

    fn joined(&mut self, left: Item, right: Item) -> Item {
        let size = left.size() + right.size();
        if !self.pay(size / 4) || size > MOST_TEXT / 32 {
            return self.cut();
        }
        joined(left, right)
    }

    fn cut(&mut self) -> Item {
        self.is_cut = true;
        self.at = self.tokens.len();
        Item::nothing()
    }

    pub(super) fn expression(&mut self) -> Item {
        if !self.pay(1) || self.depth > MAX_DEPTH {
            return self.cut();
        }
        self.depth += 1;
        let mut left = self.operand();
        loop {
            left = self.behind(left);
            let joins = match self.peek() {
                Some(Token::Sign('+')) => true,
                Some(Token::Sign('.')) => {
                    matches!(self.language, Language::Perl | Language::Php | Language::Lua)
                }
                Some(Token::Sign('&')) if self.language == Language::AppleScript => true,
                Some(Token::Text { .. }) => matches!(self.language, Language::Python | Language::Awk),
                Some(Token::Sign('*')) => {
                    self.at += 1;
                    let count = self.operand();
                    left = repeated(&left, &count);
                    continue;
                }
                Some(Token::Sign(sign @ ('^' | '-' | '|' | '&' | '/' | '%'))) => {
                    let sign = *sign;
                    let computes =
                        matches!(left, Item::Number(_)) || sign == '^' && matches!(left, Item::Text(_));
                    if !computes || self.tokens.get(self.at + 1) == Some(&Token::Sign(sign)) {
                        break;
                    }
                    left = self.computed(left, sign);
                    continue;
                }
                _ => false,
            };
            if !joins {
                break;
            }
            while matches!(self.peek(), Some(Token::Sign('+' | '.' | '&'))) {
                self.at += 1;
            }
            self.skip_newlines();
            let right = self.operand();
            let right = self.behind(right);
            left = self.joined(left, right);
        }
        self.depth -= 1;
        left
    }

    /// Signs and `new` before an operand nest as parentheses do, so they count towards the same bound.
    fn operand(&mut self) -> Item {
        if self.depth > MAX_DEPTH {
            return self.cut();
        }
        self.depth += 1;
        let item = self.operand_inside();
        self.depth -= 1;
        item
    }

    fn operand_inside(&mut self) -> Item {
        let Some(token) = self.peek().cloned() else { return Item::nothing() };
        self.at += 1;
        match token {
            Token::Text { text, expands } => {
                Item::Text(if expands { self.expanded(&text) } else { Value::literal(text) })
            }
            Token::Number(number) => Item::Number(number),
            Token::Sign('(') => {
                let items = self.arguments(')');
                match items.as_slice() {
                    [one] => one.clone(),
                    _ => Item::List(items),
                }
            }
            Token::Sign('[') => Item::List(self.arguments(']')),
            Token::Sign('{') => {
                self.skip_block();
                Item::nothing()
            }
            Token::Sign('-' | '!' | '~' | '\\') => {
                self.operand();
                Item::nothing()
            }
            Token::Name(name) => self.named(&name),
            Token::Command(text) => {
                let _ = text;
                Item::Unknown(Value::unknown(Unknown::Output(None)))
            }
            Token::Sign(_) | Token::Newline => {
                self.at -= 1;
                Item::nothing()
            }
        }
    }

    fn skip_block(&mut self) {
        let mut open = 1;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign('{') => open += 1,
                Token::Sign('}') => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    /// A variable or a call.
    fn named(&mut self, name: &str) -> Item {
        if matches!(name, "new" | "await" | "return" | "scalar") {
            return self.operand();
        }
        if self.takes('(') {
            let arguments = self.arguments(')');
            return self.call(name, None, &arguments);
        }
        if let Some((owner, method)) = name.rsplit_once('.')
            && let Some(item) = self.held(owner)
        {
            return self.call(method, Some(&item), &[]);
        }
        let perl_call = matches!(self.language, Language::Perl | Language::Ruby)
            && matches!(
                name,
                "pack"
                    | "decode_base64"
                    | "reverse"
                    | "lc"
                    | "uc"
                    | "join"
                    | "chr"
                    | "map"
                    | "sprintf"
                    | "unpack"
            );
        if perl_call && matches!(self.peek(), Some(Token::Text { .. } | Token::Name(_) | Token::Number(_))) {
            let mut arguments = vec![self.expression()];
            while self.takes(',') {
                arguments.push(self.expression());
            }
            return self.call(name, None, &arguments);
        }
        let mut value = Value::unknown(Unknown::Computed);
        if name.contains("environ")
            || name.contains("process.env")
            || name.starts_with("ENV")
            || name == "$ENV"
        {
            value.add_origin(Origin::Environment);
        }
        self.held(name).unwrap_or(Item::Unknown(value))
    }

    /// Methods and indexes behind an operand.
    fn behind(&mut self, mut item: Item) -> Item {
        loop {
            match (self.peek().cloned(), self.tokens.get(self.at + 1).cloned()) {
                (Some(Token::Sign('.')), Some(Token::Name(method)))
                    if !matches!(self.language, Language::Perl | Language::Php) =>
                {
                    self.at += 2;
                    let arguments = if self.takes('(') { self.arguments(')') } else { Vec::new() };
                    let mut last = item;
                    for (at, method) in method.split('.').enumerate() {
                        let is_final = at == method.matches('.').count();
                        last = self.call(method, Some(&last), if is_final { &arguments } else { &[] });
                    }
                    item = last;
                }
                (Some(Token::Sign('[')), Some(Token::Sign(':'))) => {
                    // `[::-1]` turns a text round; other slices are not followed.
                    let turns = self.tokens.get(self.at + 2) == Some(&Token::Sign(':'))
                        && self.tokens.get(self.at + 3) == Some(&Token::Sign('-'));
                    while !self.takes(']') && self.peek().is_some() {
                        self.at += 1;
                    }
                    if !self.pay(item.size()) {
                        return self.cut();
                    }
                    item = if turns { turned(&item) } else { Item::nothing() };
                }
                (Some(Token::Sign('[')), Some(_)) => {
                    self.at += 1;
                    let index = self.arguments(']');
                    item = match (&item, index.first()) {
                        (Item::List(items), Some(Item::Number(at))) => usize::try_from(*at)
                            .ok()
                            .and_then(|at| items.get(at))
                            .cloned()
                            .unwrap_or_else(Item::nothing),
                        _ => Item::Unknown(Value::unknown(Unknown::Computed).with_origins_of(&item.value())),
                    };
                }
                _ => return item,
            }
        }
    }

    /// A string with `$name`, `${name}`, `#{name}` or `{name}` in it.
    pub(super) fn expanded(&mut self, text: &str) -> Value {
        let opener = match self.language {
            Language::Python => "{",
            Language::Ruby => "#{",
            Language::JavaScript => "${",
            _ => "$",
        };
        let mut value = Value::default();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(opener) {
            value.push_text(before);
            let braced = opener != "$" || behind.starts_with('{');
            let inside = behind.trim_start_matches('{');
            let end = if braced {
                inside.find('}').unwrap_or(inside.len())
            } else {
                inside.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(inside.len())
            };
            let (name, after) = inside.split_at_checked(end).unwrap_or((inside, ""));
            rest = if braced { after.strip_prefix('}').unwrap_or(after) } else { after };
            let known = self.held(name).or_else(|| self.held(&format!("${name}")));
            match known {
                Some(item) if value.text().len() + item.size() * 32 > MOST_TEXT => {
                    self.cut();
                    return value;
                }
                Some(item) => value.append(&item.value()),
                None if name.is_empty() => value.push_text(opener),
                None => value.push_hole(Unknown::Computed),
            }
        }
        value.push_text(rest);
        value
    }
}
