//! One line of the text as characters, and where in it code, comments and quotes stand.

use std::cell::OnceCell;

use crate::finding::{Class, Mark, Weight};
use crate::property::{self, Group};

/// What the text is for: code is judged more strictly than prose, a terminal's output more mildly than a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    /// Lines are judged by what they look like.
    #[default]
    Unknown,
    Code,
    Prose,
    /// A command line.
    Command,
    /// A file name.
    Path,
    /// What a command printed: colours and cursor movement are its everyday language.
    Output,
}

impl Kind {
    /// By the ending of a file's name.
    pub fn of_path(path: &str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending.to_ascii_lowercase().as_str() {
            "rs" | "py" | "js" | "ts" | "jsx" | "tsx" | "mjs" | "cjs" | "go" | "java" | "kt" | "c" | "h"
            | "cc" | "cpp" | "hpp" | "cs" | "rb" | "php" | "swift" | "scala" | "sh" | "bash" | "zsh"
            | "ps1" | "sql" | "lua" | "pl" | "ex" | "exs" | "vue" | "svelte" | "sol" | "tf" | "zig" => {
                Kind::Code
            }
            "md" | "markdown" | "mdx" | "txt" | "rst" | "adoc" | "org" | "tex" | "html" | "htm" => {
                Kind::Prose
            }
            _ => Kind::Unknown,
        }
    }
}

/// Where in a line a character stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Code,
    Comment,
    /// In quotes that hold several words.
    Sentence,
    /// In quotes that hold one word.
    Literal,
}

/// One line.
pub(crate) struct Line<'t> {
    pub(crate) text: &'t str,
    /// Offset of the line in the whole text, in bytes.
    pub(crate) start: usize,
    /// One-based.
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    /// Byte offset in the line, and the character.
    pub(crate) characters: Vec<(usize, char)>,
    // What one character asks of the whole line is answered once.
    places: OnceCell<Vec<Place>>,
    code: OnceCell<bool>,
    entries: OnceCell<usize>,
    right_to_left: OnceCell<bool>,
    east_asian: OnceCell<bool>,
}

impl<'t> Line<'t> {
    pub(crate) fn new(text: &'t str, start: usize, number: usize, kind: Kind) -> Self {
        Line {
            text,
            start,
            number,
            kind,
            characters: text.char_indices().collect(),
            places: OnceCell::new(),
            code: OnceCell::new(),
            entries: OnceCell::new(),
            right_to_left: OnceCell::new(),
            east_asian: OnceCell::new(),
        }
    }

    pub(crate) fn at(&self, index: usize) -> Option<char> {
        self.characters.get(index).map(|(_, c)| *c)
    }

    pub(crate) fn before(&self, index: usize) -> Option<char> {
        self.at(index.checked_sub(1)?)
    }

    /// Byte offset in the line of the character with this index; the line's end beyond the last.
    pub(crate) fn offset(&self, index: usize) -> usize {
        self.characters.get(index).map_or(self.text.len(), |(offset, _)| *offset)
    }

    pub(crate) fn mark(&self, class: Class, weight: Weight, from: usize, to: usize) -> Mark {
        let span = self.start + self.offset(from)..self.start + self.offset(to);
        Mark { class, weight, span, line: self.number, column: from + 1 }
    }

    /// Whether the character stands where a compiler or a shell reads it as code.
    pub(crate) fn is_code(&self, index: usize) -> bool {
        self.looks_like_code() && self.place(index) == Place::Code
    }

    /// Whether the character is part of what a program means: its code, or a literal of one word.
    pub(crate) fn is_meant(&self, index: usize) -> bool {
        self.looks_like_code() && matches!(self.place(index), Place::Code | Place::Literal)
    }

    /// Whether the character stands alone in quotes beside others that do: a table of characters names each by itself.
    pub(crate) fn is_table_entry(&self, index: usize) -> bool {
        let entries = *self.entries.get_or_init(|| {
            let entry = |index: &usize| {
                self.at(*index).is_some_and(|c| !c.is_ascii()) && self.is_quoted_alone(*index)
            };
            (0..self.characters.len()).filter(entry).take(2).count()
        });
        entries == 2 && self.is_quoted_alone(index)
    }

    fn is_quoted_alone(&self, index: usize) -> bool {
        let before = self.before(index);
        matches!(before, Some('"' | '\'')) && self.at(index + 1) == before
    }

    /// Whether the line holds a letter written from right to left.
    pub(crate) fn has_right_to_left(&self) -> bool {
        *self
            .right_to_left
            .get_or_init(|| self.characters.iter().any(|(_, c)| property::is_right_to_left(*c)))
    }

    /// Whether the line holds a Chinese, Japanese or Korean character.
    pub(crate) fn has_east_asian(&self) -> bool {
        let east_asian = |c: char| matches!(property::group(c), Some(Group::Ideograph | Group::EastAsian));
        *self.east_asian.get_or_init(|| self.characters.iter().any(|(_, c)| east_asian(*c)))
    }

    pub(crate) fn place(&self, index: usize) -> Place {
        let places = self.places.get_or_init(|| places(&self.characters));
        places.get(index).copied().unwrap_or(Place::Code)
    }

    pub(crate) fn looks_like_code(&self) -> bool {
        *self.code.get_or_init(|| match self.kind {
            Kind::Code | Kind::Command | Kind::Path => true,
            Kind::Prose | Kind::Output => false,
            Kind::Unknown => has_code_syntax(self.text),
        })
    }
}

fn has_code_syntax(line: &str) -> bool {
    const OPENERS: [&str; 18] = [
        "import ",
        "from ",
        "use ",
        "fn ",
        "def ",
        "class ",
        "const ",
        "let ",
        "var ",
        "function ",
        "return ",
        "#include",
        "pub ",
        "export ",
        "package ",
        "async ",
        "public ",
        "private ",
    ];
    const INSIDE: [&str; 12] = [" = ", "==", "!=", "=>", "->", "()", " := ", "&&", "||", "::", "+=", "\": "];
    let trimmed = line.trim();
    let ends_like_code = trimmed.ends_with([';', '{', '}', '(', '[']) || trimmed.ends_with("):");
    let calls =
        line.as_bytes().windows(2).any(|pair| matches!(pair, [b'a'..=b'z' | b'_' | b'0'..=b'9', b'(']));
    ends_like_code
        || calls
        || OPENERS.iter().any(|opener| trimmed.starts_with(opener))
        || INSIDE.iter().any(|operator| line.contains(operator))
}

/// Reads the line as most languages would: `//`, `#`, `--`, `/*`, `*` and `<!--` open comments, three kinds of quotes
/// open strings. What spans lines is not followed; a line inside such a block is judged by its own looks.
fn places(characters: &[(usize, char)]) -> Vec<Place> {
    let mut places = vec![Place::Code; characters.len()];
    let at = |index: usize| characters.get(index).map(|(_, c)| *c);
    let mut index = 0;
    while let Some(c) = at(index) {
        if opens_comment(c, &at, index) {
            places.iter_mut().skip(index).for_each(|place| *place = Place::Comment);
            return places;
        }
        if !matches!(c, '"' | '\'' | '`') {
            index += 1;
            continue;
        }
        let Some(end) = closing_quote(&at, index, c) else {
            index += 1;
            continue;
        };
        let spaced = (index..end).any(|inside| at(inside) == Some(' '));
        let place = if spaced { Place::Sentence } else { Place::Literal };
        places.iter_mut().take(end).skip(index + 1).for_each(|inside| *inside = place);
        index = end + 1;
    }
    places
}

fn opens_comment(c: char, at: &impl Fn(usize) -> Option<char>, index: usize) -> bool {
    let next = at(index + 1);
    let previous = index.checked_sub(1).and_then(at);
    let apart = previous.is_none_or(char::is_whitespace);
    match c {
        '/' => matches!(next, Some('/' | '*')) && previous != Some(':'),
        '#' => apart && !matches!(next, Some('[' | '!' | 'i' | 'd')),
        '-' => apart && next == Some('-') && at(index + 2).is_none_or(char::is_whitespace),
        '*' => apart && next == Some(' ') && (0..index).all(|i| at(i).is_some_and(char::is_whitespace)),
        '<' => next == Some('!') && at(index + 2) == Some('-'),
        _ => false,
    }
}

fn closing_quote(at: &impl Fn(usize) -> Option<char>, open: usize, quote: char) -> Option<usize> {
    let mut index = open + 1;
    while let Some(c) = at(index) {
        match c {
            '\\' => index += 2,
            _ if c == quote => return Some(index),
            _ => index += 1,
        }
    }
    None
}
