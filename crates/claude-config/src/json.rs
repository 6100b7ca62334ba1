//! A strict JSON reader that remembers where everything stands.
//!
//! It takes what `JSON.parse` takes and nothing else, because one comma too many makes the client drop a whole
//! settings file. Keys written twice are all kept, in order; [`Node::get`] gives the last, as the client does.

mod parse;

use std::path::Path;

use hook_core::{Error, files};

pub use parse::{SyntaxError, parse};

/// Bytes `start..end` of the file's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(Box<str>),
    /// Escapes are undone; half a surrogate pair is U+FFFD.
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A key of an object with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// The last value of `key`, where this is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().rev().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The members of an object, repeated keys included; empty for anything else.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The members the client sees: of a key written twice only the last.
    pub fn effective_members(&self) -> Vec<&Member> {
        let members = self.members();
        if members.len() > 32 {
            return last_of_each_key(members);
        }
        let later = |index: usize, key: &str| members.iter().skip(index + 1).any(|member| member.key == key);
        members
            .iter()
            .enumerate()
            .filter(|(index, member)| !later(*index, &member.key))
            .map(|(_, member)| member)
            .collect()
    }

    /// The items of an array; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The number, rounded as JavaScript rounds it.
    pub fn as_number(&self) -> Option<f64> {
        match &self.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The kind of the value in one word, with its article where it needs one.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The value without its places. A number beyond what a double holds becomes null, as `JSON.stringify` has it.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(text) => serde_json::from_str(text).unwrap_or(serde_json::Value::Null),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => items.iter().map(Node::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|member| (member.key.clone(), member.value.to_json())).collect()
            }
        }
    }
}

fn last_of_each_key(members: &[Member]) -> Vec<&Member> {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<&Member> =
        members.iter().rev().filter(|member| seen.insert(member.key.as_str())).collect();
    kept.reverse();
    kept
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Where byte `offset` of `text` stands.
pub fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Position { line, column }
}

/// A JSON file that was read: its text, and the value or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Document {
    pub text: String,
    pub root: Result<Node, SyntaxError>,
}

/// No settings file and no `~/.claude.json` seen in the wild comes near this.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

impl Document {
    pub fn new(text: String) -> Self {
        let root = parse(&text);
        Self { text, root }
    }

    /// Reads `path`; `None` where there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        Ok(files::read_text(path, MAX_FILE_BYTES)?.map(Self::new))
    }

    pub fn position(&self, offset: usize) -> Position {
        position(&self.text, offset)
    }
}
