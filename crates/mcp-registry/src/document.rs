//! Writing to the registry without losing a comment: the text is cut and spliced by the places of its values, and what comes out is
//! parsed again and must be exactly the tree that was meant.

use crate::model::Registry;
use crate::validate::{Fault, read_node};
use crate::yaml::{self, Key, Node, Value, YamlError};

/// The registry as text, together with what it says.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    root: Node,
}

/// Why an edit was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    Yaml(YamlError),
    /// `[…]` or `{…}` where lines are needed.
    FlowStyle {
        line: usize,
    },
    /// Nothing stands at the path.
    NoSuchPlace(String),
    /// The spliced text does not say what was meant.
    NotWhatWasMeant {
        line: usize,
    },
}

impl std::fmt::Display for EditError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EditError::Yaml(error) => write!(out, "{error}"),
            EditError::FlowStyle { line } => {
                write!(
                    out,
                    "line {line}: written as [..] or {{..}}; write it in lines so that it can be edited"
                )
            }
            EditError::NoSuchPlace(path) => write!(out, "nothing stands at {path}"),
            EditError::NotWhatWasMeant { line } => {
                write!(out, "line {line}: this cannot be edited safely; change it by hand")
            }
        }
    }
}

impl std::error::Error for EditError {}

impl From<YamlError> for EditError {
    fn from(error: YamlError) -> EditError {
        EditError::Yaml(error)
    }
}

/// Where in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Document {
    pub fn parse(text: &str) -> Result<Document, YamlError> {
        Ok(Document { root: yaml::parse(text)?, text: text.to_owned() })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    pub fn registry(&self) -> (Registry, Vec<Fault>) {
        read_node(&self.root)
    }

    pub fn at(&self, path: &[Step<'_>]) -> Option<&Node> {
        walk(&self.root, path)
    }

    /// Index of the entry with this name.
    pub fn position(&self, list: &str, name: &str) -> Option<usize> {
        let named = |node: &Node| node.get("name").and_then(Node::as_text) == Some(name);
        self.root.get(list)?.items().iter().position(named)
    }

    /// Adds an item to a top-level list, which is made when it does not exist. `comments` go above it.
    pub fn append(&mut self, list: &str, entry: &Node, comments: &[String]) -> Result<(), EditError> {
        let mut meant = self.root.clone();
        let Some(items) = list_of(&mut meant, list) else {
            return Err(EditError::FlowStyle { line: self.root.get(list).map_or(1, |node| node.place.line) });
        };
        items.push(entry.clone());
        let mut lines = Lines::of(&self.text);
        let (at, indent) = lines.end_of_list(&self.root, list)?;
        let mut block: Vec<String> =
            comments.iter().map(|comment| format!("{}{comment}", " ".repeat(indent))).collect();
        block.extend(item_lines(entry, indent));
        if self.root.get(list).is_some_and(|node| !node.items().is_empty())
            && lines.parted_by_blank(&self.root, list)
        {
            block.insert(0, String::new());
        }
        lines.insert(at, block);
        self.accept(lines, &meant)
    }

    /// Takes an item out of a top-level list and gives back the comments that stood in it.
    pub fn remove(&mut self, list: &str, index: usize) -> Result<Vec<String>, EditError> {
        let mut meant = self.root.clone();
        let path = format!("{list}[{index}]");
        let node = self.at(&[Step::Key(list), Step::Index(index)]).ok_or(EditError::NoSuchPlace(path))?;
        let items = list_of(&mut meant, list).ok_or(EditError::FlowStyle { line: node.place.line })?;
        items.remove(index);
        let emptied = items.is_empty();
        let mut lines = Lines::of(&self.text);
        let (begin, end) = lines.item(node)?;
        let comments = lines.cut(begin, end);
        if emptied {
            // A key without a value is null; the list stays a list.
            lines.write_empty_list(&self.root, list)?;
        }
        self.accept(lines, &meant)?;
        Ok(comments)
    }

    /// Replaces the text at the path, or adds the key at the end of its mapping.
    pub fn set(&mut self, path: &[Step<'_>], value: &Node) -> Result<(), EditError> {
        let Some((Step::Key(key), parent_path)) = path.split_last().map(|(last, rest)| (*last, rest)) else {
            return self.replace(path, value);
        };
        let parent = self.at(parent_path).ok_or_else(|| EditError::NoSuchPlace(told(parent_path)))?;
        match parent.get(key) {
            Some(_) => self.replace(path, value),
            None => self.insert(parent_path, key, value),
        }
    }

    /// Adds an item to the list at `path` + `key`, which is made when it does not exist.
    pub fn push(&mut self, path: &[Step<'_>], key: &str, item: &Node) -> Result<(), EditError> {
        let parent = self.at(path).ok_or_else(|| EditError::NoSuchPlace(told(path)))?;
        let Some(last) = parent.get(key).and_then(|list| list.items().last()) else {
            return self.set(&[path, &[Step::Key(key)]].concat(), &Node::list(vec![item.clone()]));
        };
        let mut meant = self.root.clone();
        let grown = walk_mut(&mut meant, path).and_then(|node| value_of(node, key));
        if let Some(Node { value: Value::List(items), .. }) = grown {
            items.push(item.clone());
        }
        let mut lines = Lines::of(&self.text);
        let (_, end) = lines.item(last)?;
        let indent = lines.dash(last)?.1;
        lines.insert(end, item_lines(item, indent));
        self.accept(lines, &meant)
    }

    /// Scalars are replaced between their own two places, so what stands behind them on the line stays.
    fn replace(&mut self, path: &[Step<'_>], value: &Node) -> Result<(), EditError> {
        let old = self.at(path).ok_or_else(|| EditError::NoSuchPlace(told(path)))?;
        let line = old.place.line;
        let Value::Text { text, plain } = &value.value else {
            return Err(EditError::NotWhatWasMeant { line });
        };
        let mut lines = Lines::of(&self.text);
        let end = lines.end_of_scalar(old).ok_or(EditError::NotWhatWasMeant { line })?;
        lines.replace(line, old.place.column, end, &written(text, *plain));
        let mut meant = self.root.clone();
        if let Some(node) = walk_mut(&mut meant, path) {
            node.value = value.value.clone();
        }
        self.accept(lines, &meant)
    }

    fn insert(&mut self, path: &[Step<'_>], key: &str, value: &Node) -> Result<(), EditError> {
        let parent = self.at(path).ok_or_else(|| EditError::NoSuchPlace(told(path)))?;
        let mut lines = Lines::of(&self.text);
        let Some((first, _)) = parent.pairs().first() else {
            return Err(EditError::NotWhatWasMeant { line: parent.place.line });
        };
        let indent = first.place.column.saturating_sub(1);
        let last_line =
            parent.pairs().iter().map(|(key, _)| key.place.line).max().unwrap_or(parent.place.line);
        if lines.is_flow(parent.place) {
            return Err(EditError::FlowStyle { line: parent.place.line });
        }
        let at = lines.extent(last_line - 1, indent, true);
        lines.insert(at, pair_lines(key, value, indent));
        let mut meant = self.root.clone();
        if let Some(Node { value: Value::Map(pairs), .. }) = walk_mut(&mut meant, path) {
            pairs.push((Key { text: key.to_owned(), place: yaml::Place::default() }, value.clone()));
        }
        self.accept(lines, &meant)
    }

    fn accept(&mut self, lines: Lines, meant: &Node) -> Result<(), EditError> {
        let text = lines.into_text();
        let root = yaml::parse(&text)?;
        if root != *meant {
            return Err(EditError::NotWhatWasMeant { line: 1 });
        }
        *self = Document { text, root };
        Ok(())
    }
}

fn told(path: &[Step<'_>]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Index(index) => format!("[{index}]"),
        })
        .collect()
}

fn walk<'n>(root: &'n Node, path: &[Step<'_>]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    })
}

fn walk_mut<'n>(root: &'n mut Node, path: &[Step<'_>]) -> Option<&'n mut Node> {
    path.iter().try_fold(root, |node, step| match (step, &mut node.value) {
        (Step::Key(key), Value::Map(pairs)) => {
            pairs.iter_mut().find(|(own, _)| own.text == *key).map(|(_, node)| node)
        }
        (Step::Index(index), Value::List(items)) => items.get_mut(*index),
        (Step::Key(_) | Step::Index(_), _) => None,
    })
}

fn value_of<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    walk_mut(node, &[Step::Key(key)])
}

/// The items of a top-level list; an absent or null one becomes an empty list first.
fn list_of<'n>(root: &'n mut Node, list: &str) -> Option<&'n mut Vec<Node>> {
    if root.is_null() {
        root.value = Value::Map(Vec::new());
    }
    let Value::Map(pairs) = &mut root.value else { return None };
    let at = pairs.iter().position(|(key, _)| key.text == list).unwrap_or_else(|| {
        pairs.push((Key { text: list.to_owned(), place: yaml::Place::default() }, Node::list(Vec::new())));
        pairs.len() - 1
    });
    let (_, node) = pairs.get_mut(at)?;
    if node.is_null() {
        node.value = Value::List(Vec::new());
    }
    match &mut node.value {
        Value::List(items) => Some(items),
        Value::Null | Value::Text { .. } | Value::Map(_) => None,
    }
}

/// The text as lines, without their ends.
struct Lines {
    lines: Vec<String>,
    windows: bool,
}

impl Lines {
    fn of(text: &str) -> Lines {
        let windows = text.contains("\r\n");
        let mut lines: Vec<String> =
            text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect();
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Lines { lines, windows }
    }

    fn into_text(self) -> String {
        let end = if self.windows { "\r\n" } else { "\n" };
        self.lines.into_iter().map(|line| line + end).collect()
    }

    fn get(&self, at: usize) -> &str {
        self.lines.get(at).map(String::as_str).unwrap_or_default()
    }

    fn insert(&mut self, at: usize, block: Vec<String>) {
        let at = at.min(self.lines.len());
        self.lines.splice(at..at, block);
    }

    fn is_flow(&self, place: yaml::Place) -> bool {
        let line = self.get(place.line - 1);
        line.chars().nth(place.column - 1).is_some_and(|letter| matches!(letter, '{' | '['))
    }

    /// Index of the line with an item's dash, and the dash's column from zero.
    fn dash(&self, item: &Node) -> Result<(usize, usize), EditError> {
        let line = item.place.line;
        let error = EditError::FlowStyle { line };
        let own = line - 1;
        let begins_here = self.get(own).trim_start().starts_with('-');
        let at = if begins_here { own } else { own.checked_sub(1).ok_or_else(|| error.clone())? };
        let text = self.get(at);
        let indent = text.len() - text.trim_start().len();
        let is_dash = text.trim_start().starts_with("- ") || text.trim() == "-";
        if is_dash { Ok((at, indent)) } else { Err(error) }
    }

    /// First and last-plus-one line of an item.
    fn item(&self, item: &Node) -> Result<(usize, usize), EditError> {
        let (begin, indent) = self.dash(item)?;
        Ok((begin, self.extent(begin, indent, false)))
    }

    /// The line behind everything that is indented deeper than `indent` below `begin`. With `list_at_indent`, dashes at that very
    /// indent belong too, as in a list not indented below its key.
    fn extent(&self, begin: usize, indent: usize, list_at_indent: bool) -> usize {
        let mut end = begin + 1;
        for at in begin + 1..self.lines.len() {
            let text = self.get(at);
            let trimmed = text.trim_start();
            if trimmed.is_empty() {
                continue;
            }
            let own = text.len() - trimmed.len();
            let in_list = list_at_indent && own == indent && (trimmed.starts_with("- ") || trimmed == "-");
            if own <= indent && !in_list {
                break;
            }
            end = at + 1;
        }
        end
    }

    /// Takes lines out, with the comments directly above them, and gives back all comments.
    fn cut(&mut self, begin: usize, end: usize) -> Vec<String> {
        let mut first = begin;
        while first > 0
            && is_comment(self.get(first - 1))
            && indent_of(self.get(first - 1)) >= indent_of(self.get(begin))
        {
            first -= 1;
        }
        let mut comments = Vec::new();
        for line in self.lines.drain(first..end) {
            if is_comment(&line) {
                comments.push(line.trim().to_owned());
            } else if let Some(comment) = trailing_comment(&line) {
                comments.push(comment);
            }
        }
        // Not two blank lines where one item stood between them.
        if first > 0
            && self.get(first - 1).trim().is_empty()
            && self.get(first).trim().is_empty()
            && first < self.lines.len()
        {
            self.lines.remove(first);
        }
        comments
    }

    /// Replaces the characters between two columns, counted from one.
    fn replace(&mut self, line: usize, from: usize, to: usize, with: &str) {
        let Some(text) = self.lines.get_mut(line - 1) else { return };
        let head: String = text.chars().take(from - 1).collect();
        let tail: String = text.chars().skip(to - 1).collect();
        *text = format!("{head}{with}{tail}");
    }

    /// The column behind a scalar that stands on one line; the parser's own end reaches to the next token, over comments.
    fn end_of_scalar(&self, node: &Node) -> Option<usize> {
        let Value::Text { text, .. } = &node.value else { return None };
        let begin = node.place.column - 1;
        let letters: Vec<char> = self.get(node.place.line - 1).chars().skip(begin).collect();
        let quote = letters.first().copied().filter(|letter| matches!(letter, '"' | '\''));
        let Some(quote) = quote else {
            let length = text.chars().count();
            let stands_here = letters.get(..length)?.iter().copied().eq(text.chars());
            return stands_here.then_some(node.place.column + length);
        };
        let mut at = 1;
        while let Some(letter) = letters.get(at) {
            match letter {
                '\\' if quote == '"' => at += 2,
                '\'' if quote == '\'' && letters.get(at + 1) == Some(&'\'') => at += 2,
                letter if *letter == quote => return Some(node.place.column + at + 1),
                _ => at += 1,
            }
        }
        None
    }

    /// Where a new item of the list goes, and how far it is indented.
    fn end_of_list(&mut self, root: &Node, list: &str) -> Result<(usize, usize), EditError> {
        let Some((key, node)) = root.pairs().iter().find(|(key, _)| key.text == list) else {
            if self.lines.last().is_some_and(|line| !line.trim().is_empty()) {
                self.lines.push(String::new());
            }
            self.lines.push(format!("{list}:"));
            return Ok((self.lines.len(), 2));
        };
        let key_line = key.place.line - 1;
        match (node.items().last(), &node.value) {
            (Some(final_item), _) => {
                let indent = self.dash(final_item)?.1;
                Ok((self.item(final_item)?.1, indent))
            }
            (None, Value::Null | Value::List(_)) => {
                let text = self.get(key_line).replacen("[]", "", 1);
                if let Some(line) = self.lines.get_mut(key_line) {
                    text.trim_end().clone_into(line);
                }
                Ok((key_line + 1, 2))
            }
            (None, Value::Text { .. } | Value::Map(_)) => Err(EditError::FlowStyle { line: key_line + 1 }),
        }
    }

    fn write_empty_list(&mut self, root: &Node, list: &str) -> Result<(), EditError> {
        let place = root.pairs().iter().find(|(key, _)| key.text == list).map(|(key, _)| key.place);
        let place = place.ok_or_else(|| EditError::NoSuchPlace(list.to_owned()))?;
        let column = place.column + list.chars().count();
        self.replace(place.line, column + 1, column + 1, " []");
        Ok(())
    }

    /// Whether the list's items stand apart by a blank line.
    fn parted_by_blank(&self, root: &Node, list: &str) -> bool {
        let Some(second) = root.get(list).and_then(|node| node.items().get(1)) else {
            return true;
        };
        let Ok((begin, _)) = self.dash(second) else { return false };
        let above = (0..begin).rev().find(|at| !is_comment(self.get(*at)));
        above.is_some_and(|at| self.get(at).trim().is_empty())
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// ` # …` behind a value; a `#` inside quotes is none.
fn trailing_comment(line: &str) -> Option<String> {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') if matches!(before, ' ' | '[' | ',' | ':') => quote = Some(letter),
            (Some(open), _) if letter == open && before != '\\' => quote = None,
            (None, '#') if before == ' ' => return line.get(at..).map(|text| text.trim_end().to_owned()),
            _ => {}
        }
        before = letter;
    }
    None
}

/// A list item in block style.
fn item_lines(item: &Node, indent: usize) -> Vec<String> {
    let mut lines = block_lines(item, indent + 2);
    if let Some(first) = lines.first_mut() {
        let rest = first.get(indent + 2..).unwrap_or_default().to_owned();
        *first = format!("{}- {rest}", " ".repeat(indent));
    }
    lines
}

fn block_lines(node: &Node, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    match &node.value {
        Value::Map(pairs) if !pairs.is_empty() => {
            pairs.iter().flat_map(|(key, value)| pair_lines(&key.text, value, indent)).collect()
        }
        Value::List(items) if !items.is_empty() => {
            items.iter().flat_map(|item| item_lines(item, indent)).collect()
        }
        Value::Null | Value::Text { .. } | Value::Map(_) | Value::List(_) => {
            vec![format!("{pad}{}", inline(node))]
        }
    }
}

fn pair_lines(key: &str, value: &Node, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let key = written(key, true);
    let scalars_only =
        value.items().iter().all(|item| matches!(item.value, Value::Text { .. } | Value::Null));
    match &value.value {
        Value::Map(pairs) if !pairs.is_empty() => {
            let mut lines = vec![format!("{pad}{key}:")];
            lines.extend(block_lines(value, indent + 2));
            lines
        }
        Value::List(items) if !items.is_empty() && !scalars_only => {
            let mut lines = vec![format!("{pad}{key}:")];
            lines.extend(block_lines(value, indent + 2));
            lines
        }
        Value::Null | Value::Text { .. } | Value::Map(_) | Value::List(_) => {
            vec![format!("{pad}{key}: {}", inline(value))]
        }
    }
}

fn inline(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Text { text, plain } => written(text, *plain),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let inside: Vec<String> = pairs
                .iter()
                .map(|(key, node)| format!("{}: {}", written(&key.text, true), inline(node)))
                .collect();
            format!("{{{}}}", inside.join(", "))
        }
    }
}

/// A scalar as YAML: bare where that is wished and safe, else in double quotes with everything invisible escaped.
fn written(text: &str, plain: bool) -> String {
    if plain && is_safe_word(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(letter),
            _ if letter.is_alphanumeric() => out.push(letter),
            _ if u32::from(letter) > 0xffff => out.extend(format!("\\U{:08x}", u32::from(letter)).chars()),
            _ => out.extend(format!("\\u{:04x}", u32::from(letter)).chars()),
        }
    }
    out.push('"');
    out
}

fn is_safe_word(text: &str) -> bool {
    const RESERVED: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
        || text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# head\nmetadata:\n  owner: \"a@b\" # who\n\napproved:\n  # about one\n  - name: one\n    expires: \"2026-05-01\"  # shorter\n    config:\n      command: npx\n      args: [\"-y\", \"one@1.2.3\"]\n\n  - name: two\n    notes: |\n      text # not a comment\n    history:\n      - by: x\n\n# the rest\npending_review: []\n";

    fn item(name: &str) -> Node {
        Node::map(vec![
            ("name", Node::word(name)),
            ("text", Node::text("a \"b\"\n\u{200b}c: # d")),
            ("list", Node::list(vec![Node::map(vec![("x", Node::word("true"))])])),
        ])
    }

    #[test]
    fn edits_leave_every_other_byte() {
        let mut document = Document::parse(FILE).expect("parses");
        document
            .set(&[Step::Key("approved"), Step::Index(0), Step::Key("expires")], &Node::text("2027-01-01"))
            .expect("set");
        assert_eq!(document.text(), FILE.replace("2026-05-01", "2027-01-01"));
        let args =
            [Step::Key("approved"), Step::Index(0), Step::Key("config"), Step::Key("args"), Step::Index(1)];
        document.set(&args, &Node::text("one@1.2.4")).expect("set");
        assert!(document.text().contains("args: [\"-y\", \"one@1.2.4\"]\n"), "{}", document.text());
    }

    #[test]
    fn items_come_and_go_with_their_comments() {
        let mut document = Document::parse(FILE).expect("parses");
        document.append("pending_review", &item("three"), &["# note".to_owned()]).expect("append");
        document.append("denied", &item("four"), &[]).expect("append");
        document
            .push(
                &[Step::Key("approved"), Step::Index(1)],
                "history",
                &Node::map(vec![("by", Node::word("y"))]),
            )
            .expect("push");
        document
            .push(
                &[Step::Key("approved"), Step::Index(0)],
                "history",
                &Node::map(vec![("by", Node::word("z"))]),
            )
            .expect("push");
        let comments = document.remove("approved", 0).expect("remove");
        assert_eq!(comments, ["# about one", "# shorter"]);
        let text = document.text();
        for kept in
            ["# head\n", "# who\n", "# the rest\n", "text # not a comment\n", "  # note\n  - name: three\n"]
        {
            assert!(text.contains(kept), "{kept:?} in {text}");
        }
        document.remove("pending_review", 0).expect("remove");
        assert!(document.text().contains("pending_review: []\n"), "{}", document.text());
        assert_eq!(document.position("denied", "four"), Some(0));
    }

    #[test]
    fn an_empty_file_becomes_a_registry() {
        let mut document = Document::parse("").expect("parses");
        document.append("approved", &item("one"), &[]).expect("append");
        assert_eq!(document.position("approved", "one"), Some(0));
    }

    #[test]
    fn what_cannot_be_spliced_is_refused() {
        let mut document = Document::parse("approved: [{name: one}]\n").expect("parses");
        assert_eq!(document.append("approved", &item("two"), &[]), Err(EditError::FlowStyle { line: 1 }));
        assert!(document.remove("approved", 0).is_err());
    }
}
