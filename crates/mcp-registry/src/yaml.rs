//! YAML text as a small tree whose every node knows its line and column; what YAML can do and a registry must not, is refused.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value as Json};

/// Deeper nesting than any registry has; the parser's events are folded on our own stack, so depth is memory, not recursion.
const MAX_DEPTH: usize = 24;
/// One mebibyte of registry is some three thousand approvals.
pub const MAX_BYTES: usize = 1 << 20;

/// Line and column, both from one, as editors count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// A node. Equality looks at the value alone, so that a tree can be compared with one parsed from other text.
#[derive(Debug, Clone)]
pub struct Node {
    pub value: Value,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `~`, `null` or nothing at all.
    Null,
    /// Text as it stands. `plain` when it was written without quotes (so `1.10` keeps its zero, and `true` may be a boolean).
    Text {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone)]
pub struct Key {
    pub text: String,
    pub place: Place,
}

/// Why a text is not a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    pub place: Place,
    pub message: String,
}

impl std::fmt::Display for YamlError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "line {} column {}: {}", self.place.line, self.place.column, self.message)
    }
}

impl std::error::Error for YamlError {}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Text { text, .. }, Value::Text { text: theirs, .. }) => text == theirs,
            (mine, theirs) => mine == theirs,
        }
    }
}

impl Eq for Node {}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}

/// Parses one document. Anchors, aliases, tags, duplicate keys and a second document are errors: each makes a reader see
/// something else than the text seems to say. An empty text is a null node.
pub fn parse(text: &str) -> Result<Node, YamlError> {
    if text.len() > MAX_BYTES {
        return Err(YamlError { place: Place::default(), message: format!("larger than {MAX_BYTES} bytes") });
    }
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| YamlError {
            place: Place { line: error.marker().line(), column: error.marker().col() + 1 },
            message: error.info().to_owned(),
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node { value: Value::Null, place: Place { line: 1, column: 1 } }))
}

#[derive(Default)]
struct Builder {
    root: Option<Node>,
    open: Vec<Open>,
    documents: usize,
}

struct Open {
    node: Node,
    key: Option<Key>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let place = Place { line: span.start.line(), column: span.start.col() + 1 };
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { fail(place, "a second document (`---`) in one file") } else { Ok(()) }
            }
            Event::Alias(_) => fail(place, "an alias (`*name`): write the value out"),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                fail(place, "an anchor (`&name`): write the value out")
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => fail(place, "a tag (`!name`)"),
            Event::Scalar(text, style, ..) => self.close(Node { value: scalar(&text, style), place }),
            Event::SequenceStart(..) => self.push(Value::List(Vec::new()), place),
            Event::MappingStart(..) => self.push(Value::Map(Vec::new()), place),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.close(open.node),
                None => fail(place, "an end without a beginning"),
            },
        }
    }

    fn push(&mut self, value: Value, place: Place) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return fail(place, "nested too deeply");
        }
        self.open.push(Open { node: Node { value, place }, key: None });
        Ok(())
    }

    fn close(&mut self, node: Node) -> Result<(), YamlError> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(pairs), Some(key)) => pairs.push((key, node)),
            (Value::Map(pairs), None) => {
                let Value::Text { text, .. } = node.value else {
                    return fail(node.place, "a key must be text");
                };
                if pairs.iter().any(|(key, _)| key.text == text) {
                    return fail(node.place, &format!("the key `{}` stands here twice", crate::shown(&text)));
                }
                open.key = Some(Key { text, place: node.place });
            }
            (Value::Null | Value::Text { .. }, _) => return fail(node.place, "a value inside a value"),
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = style == ScalarStyle::Plain;
    match text {
        "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
        _ => Value::Text { text: text.to_owned(), plain },
    }
}

fn fail<T>(place: Place, message: &str) -> Result<T, YamlError> {
    Err(YamlError { place, message: message.to_owned() })
}

impl Node {
    /// Quoted text, for building.
    pub fn text(text: &str) -> Node {
        Node::of(Value::Text { text: text.to_owned(), plain: false })
    }

    /// A bare word such as `LOW` or `npx`, for building; written with quotes all the same where YAML would read it otherwise.
    pub fn word(text: &str) -> Node {
        Node::of(Value::Text { text: text.to_owned(), plain: true })
    }

    pub fn list(items: Vec<Node>) -> Node {
        Node::of(Value::List(items))
    }

    pub fn map(pairs: Vec<(&str, Node)>) -> Node {
        let own = |(text, node): (&str, Node)| (Key { text: text.to_owned(), place: Place::default() }, node);
        Node::of(Value::Map(pairs.into_iter().map(own).collect()))
    }

    fn of(value: Value) -> Node {
        Node { value, place: Place::default() }
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.pairs().iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    pub fn pairs(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            Value::Null | Value::Text { .. } | Value::List(_) => &[],
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null | Value::Text { .. } | Value::Map(_) => &[],
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text { text, .. } => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The JSON that Claude Code would hold: unquoted integers and booleans become numbers and booleans.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Text { text, plain: true } => match text.as_str() {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                _ => text
                    .parse::<i64>()
                    .map_or_else(|_| Json::String(text.clone()), |n| Json::Number(Number::from(n))),
            },
            Value::Text { text, plain: false } => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(pairs) => Json::Object(
                pairs.iter().map(|(key, node)| (key.text.clone(), node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// A tree for a JSON value, for writing a server's configuration into the registry.
    pub fn from_json(value: &Json) -> Node {
        match value {
            Json::Null => Node::of(Value::Null),
            Json::Bool(flag) => Node::word(if *flag { "true" } else { "false" }),
            Json::Number(number) => Node::word(&number.to_string()),
            Json::String(text) => Node::text(text),
            Json::Array(items) => Node::list(items.iter().map(Node::from_json).collect()),
            Json::Object(pairs) => {
                let own = |(text, value): (&String, &Json)| {
                    (Key { text: text.clone(), place: Place::default() }, Node::from_json(value))
                };
                Node::of(Value::Map(pairs.iter().map(own).collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(text).map_or_else(|error| error.to_string(), |_| "parsed".to_owned())
    }

    #[test]
    fn what_reads_otherwise_than_it_looks_is_refused_with_its_place() {
        let cases = [
            ("a: 1\na: 2\n", "line 2 column 1: the key `a` stands here twice"),
            ("a: &x 1\n", "an anchor"),
            ("a: !!str 1\n", "a tag"),
            ("a: 1\n---\nb: 2\n", "a second document"),
            ("? [a]\n: b\n", "a key must be text"),
        ];
        for (text, part) in cases {
            assert!(message(text).contains(part), "{text:?}: {}", message(text));
        }
        assert!(message("a: [1\nb: 2").starts_with("line "), "{}", message("a: [1\nb: 2"));
    }

    #[test]
    fn versions_keep_their_zeros_and_nothing_is_null() {
        let root = parse("version: 1.10\nnone:\nquoted: \"null\"\n").expect("parses");
        assert_eq!(root.get("version").and_then(Node::as_text), Some("1.10"));
        assert!(root.get("none").is_some_and(Node::is_null));
        assert_eq!(root.get("quoted").and_then(Node::as_text), Some("null"));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(message(&"- ".repeat(100)).contains("nested too deeply"));
        assert!(parse(&"[".repeat(5000)).is_err());
    }
}
