//! What a word is worth after expansion: known text, holes where it cannot be known, and where its data came from.

use std::fmt;
use std::rc::Rc;

/// A word after expansion.
///
/// The text is what is known; a [`Hole`] marks each place where something unknown stands. A variable that nothing in the
/// command line sets is a hole too: it is most often empty (`r${x}m`), so [`Value::text`], which reads every hole as
/// empty, is the likely spelling, and [`Value::known`] the certain one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    pub(crate) text: String,
    pub(crate) holes: Vec<Hole>,
    /// Byte offsets of unquoted `*`, `?`, `[` and of extended patterns, ascending.
    pub(crate) globs: Vec<usize>,
    pub(crate) origins: Vec<Origin>,
}

/// A place in a [`Value`] where something unknown stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Byte offset in [`Value::text`] before which the unknown text stands.
    pub at: usize,
    pub why: Unknown,
}

/// Why a part of a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A variable the command line does not set: the environment's, or unset and thus empty.
    Variable(Rc<str>),
    /// What a command prints; its index in [`crate::Analysis::commands`] where there is one.
    Output(Option<usize>),
    /// What is read from standard input.
    Input,
    /// What a file holds.
    File(Rc<str>),
    /// One of the items `xargs`, `parallel`, `find` or a loop hands out.
    Item,
    /// Decoded data whose bytes were not computed (`gunzip`, `openssl enc -d`).
    Decoded,
    /// A value that depends on a branch or a loop in a way that was not followed.
    Computed,
    /// A bound was reached; [`crate::Analysis::limit`] says which.
    Limit,
}

/// Where the data of a value came from, beyond the command line itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Fetched by the command with this index (`curl`, `wget`, `nc`, `/dev/tcp`).
    Network(usize),
    /// The result of a decoding stage, by the name of the decoder (`base64`, `rev`, `gunzip`).
    Decoded(Rc<str>),
    /// A dump of the whole environment (`env`, `printenv`, `export -p`).
    Environment,
    /// One environment variable.
    Variable(Rc<str>),
    /// The content of the file at this path, spelled as the command spells it after expansion.
    File(Rc<str>),
    /// Printed by the command with this index, which is none of the above.
    Output(usize),
}

impl Value {
    /// A value that is exactly `text`.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A value of which nothing is known but why.
    pub fn unknown(why: Unknown) -> Self {
        Self { holes: vec![Hole { at: 0, why }], ..Self::default() }
    }

    /// The whole text, where all of it is known. Unquoted pattern characters stand as they are written.
    pub fn known(&self) -> Option<&str> {
        self.holes.is_empty().then_some(self.text.as_str())
    }

    /// The known text, every hole read as empty: what the word says if unset variables are empty.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The known text before the first hole.
    pub fn known_prefix(&self) -> &str {
        match self.holes.first() {
            Some(hole) => self.text.get(..hole.at).unwrap_or(&self.text),
            None => &self.text,
        }
    }

    /// The known text after the last hole.
    pub fn known_suffix(&self) -> &str {
        match self.holes.last() {
            Some(hole) => self.text.get(hole.at..).unwrap_or(""),
            None => &self.text,
        }
    }

    /// The places where something unknown stands, ascending.
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// Nothing of the word is known.
    pub fn is_unknown(&self) -> bool {
        self.text.is_empty() && !self.holes.is_empty()
    }

    /// Byte offsets in [`Value::text`] of the pattern characters Bash would match against files, ascending.
    pub fn globs(&self) -> &[usize] {
        &self.globs
    }

    /// The word is a pattern: Bash replaces it by the files that match, where there are any.
    pub fn has_glob(&self) -> bool {
        !self.globs.is_empty()
    }

    /// Where the data came from, beyond the command line; empty for plain text.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// Shows the value for a person: known text, with `…` for each hole.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut from = 0;
        for hole in &self.holes {
            write!(out, "{}…", self.text.get(from..hole.at).unwrap_or(""))?;
            from = hole.at;
        }
        out.write_str(self.text.get(from..).unwrap_or(""))
    }
}
