//! The YAML front matter of a Markdown file as a tree of JSON values with places in the whole file.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::json::{Member, Node, Span, Value};

/// Deeper nesting than any agent file has.
const MAX_DEPTH: usize = 24;

/// The front matter between two `---` lines; `None` where there is none or it cannot be read.
pub(crate) fn front_matter(text: &str) -> Option<Node> {
    let body = text.trim_start_matches('\u{feff}');
    let start = text.len() - body.len() + body.strip_prefix("---").and_then(|rest| rest.find('\n'))? + 4;
    let rest = text.get(start..)?;
    let end = rest.find("\n---").map_or(rest.len(), |at| at + 1);
    parse(rest.get(..end)?, start)
}

/// A container being filled, with the key that waits for its value.
struct Open {
    node: Node,
    key: Option<(String, Span)>,
}

fn parse(text: &str, offset: usize) -> Option<Node> {
    let mut open: Vec<Open> = Vec::new();
    let is_ascii = text.is_ascii();
    for next in Parser::new_from_str(text) {
        let (event, place) = next.ok()?;
        // The parser counts characters.
        let byte = |index: usize| {
            let at = if is_ascii { Some(index) } else { text.char_indices().nth(index).map(|(at, _)| at) };
            at.unwrap_or(text.len()).min(text.len()) + offset
        };
        let span = || Span { start: byte(place.start.index()), end: byte(place.end.index()) };
        let done = match event {
            Event::Scalar(value, style, ..) => Node { span: span(), value: scalar(&value, style) },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let empty = match event {
                    Event::SequenceStart(..) => Value::Array(Vec::new()),
                    _ => Value::Object(Vec::new()),
                };
                open.push(Open { node: Node { span: span(), value: empty }, key: None });
                if open.len() > MAX_DEPTH {
                    return None;
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let mut node = open.pop()?.node;
                node.span.end = span().end;
                node
            }
            Event::Alias(_) => Node { span: span(), value: Value::Null },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {
                continue;
            }
        };
        match open.last_mut() {
            Some(parent) => attach(parent, done),
            None => return Some(done),
        }
    }
    None
}

fn attach(parent: &mut Open, node: Node) {
    match &mut parent.node.value {
        Value::Array(items) => items.push(node),
        Value::Object(members) => match parent.key.take() {
            Some((key, key_span)) => members.push(Member { key, key_span, value: node }),
            None => parent.key = Some((node.as_str().unwrap_or_default().to_owned(), node.span)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if serde_json::from_str::<serde_json::Number>(text).is_ok() => Value::Number(text.into()),
        _ => Value::String(text.to_owned()),
    }
}
