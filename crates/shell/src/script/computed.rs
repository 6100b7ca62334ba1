//! Calls and operators on constants, as far as they are computed.

use super::decoding::decoded;
use super::expression::{Item, THIS_COMMAND};
use crate::edit::shared;
use crate::value::{Origin, Unknown, Value};

/// Calls that fetch from the network, by a part of their name.
const NETWORK: &[&str] = &[
    "urlopen",
    "urlretrieve",
    "requests.",
    "httpx.",
    "fetch",
    "http.get",
    "https.get",
    "axios",
    "LWP",
    "open-uri",
    "Net::HTTP",
    "URI.open",
    "file_get_contents",
    "curl_exec",
    "socket",
    "recv",
];

/// A call in an expression: decoding and string functions are computed, the rest is unknown with its origins.
pub(super) fn call(name: &str, owner: Option<&Item>, arguments: &[Item]) -> Item {
    let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
    let first = arguments.first();
    let input = owner.or(first).map(Item::value).unwrap_or_default();
    let first_text = first.map(Item::value);
    let argument = first_text.as_ref().and_then(Value::known);
    let encoding = arguments.get(1).map(Item::value);
    let encoding = encoding.as_ref().and_then(Value::known).unwrap_or("");
    if let Some(item) = decoded(name, &input, argument, encoding) {
        return item;
    }
    match last {
        "pack" if matches!(argument, Some("C*" | "U*" | "W*" | "c*")) => {
            let letters = arguments.get(1..).map(characters).unwrap_or_default();
            Item::Text(letters.with_origin(Origin::Decoded(shared("pack"))))
        }
        "chr" | "fromCharCode" | "fromCodePoint" => Item::Text(characters(arguments)),
        "join" if owner.is_some() || arguments.len() > 1 => list_joined(owner, arguments),
        "reverse" | "strrev" | "reversed" => turned(owner.or(first).unwrap_or(&Item::Number(0))),
        "lower" | "toLowerCase" | "lc" | "downcase" | "strtolower" => {
            Item::Text(input.map(str::to_lowercase))
        }
        "upper" | "toUpperCase" | "uc" | "upcase" | "strtoupper" => Item::Text(input.map(str::to_uppercase)),
        "replace" | "gsub" | "replaceAll" if owner.is_some() => match (argument, encoding) {
            (Some(from), to) if !from.is_empty() => Item::Text(input.map(|text| text.replace(from, to))),
            _ => Item::nothing(),
        },
        "split" if input.known().is_some() => {
            let text = input.text();
            let letters = text.char_indices().filter_map(|(at, c)| text.get(at..at + c.len_utf8()));
            let parts: Vec<&str> = match argument {
                Some("") => letters.collect(),
                Some(separator) => text.split(separator).collect(),
                None if owner.is_some() => text.split_whitespace().collect(),
                None => vec![text],
            };
            Item::List(parts.into_iter().map(|part| Item::Text(Value::literal(part))).collect())
        }
        "map" if matches!(arguments.get(1), Some(Item::List(_))) => {
            arguments.get(1).cloned().unwrap_or_else(Item::nothing)
        }
        "bytearray" | "bytes" | "list" if matches!(first, Some(Item::List(_))) => match first {
            Some(Item::List(items)) => Item::Text(characters(items)),
            _ => Item::nothing(),
        },
        "decode" | "toString" | "encode" | "strip" | "trim" | "str" | "String" | "bytes" | "Path"
        | "expanduser" | "abspath" | "realpath" | "resolve" | "escapeshellcmd" | "unpack" | "read"
        | "text" | "content"
            if !input.is_empty() =>
        {
            if matches!(last, "expanduser") {
                return Item::Text(input);
            }
            owner.or(first).cloned().unwrap_or_else(Item::nothing)
        }
        _ => {
            let mut value = Value::unknown(Unknown::Computed);
            for item in owner.into_iter().chain(arguments) {
                value.add_origins(item.value().origins());
            }
            if NETWORK.iter().any(|part| name.contains(part)) {
                value.add_origin(Origin::Network(THIS_COMMAND));
            }
            if (last == "open" || last.starts_with("readFile"))
                && let Some(path) = argument
            {
                value.add_origin(Origin::File(shared(path)));
            }
            if last == "getenv" || name.contains("environ") {
                value.add_origin(Origin::Environment);
            }
            Item::Unknown(value)
        }
    }
}

/// The bytes that a call may make of what it is given, where that is more than it is given.
pub(super) fn grows(name: &str, owner: Option<&Item>, arguments: &[Item]) -> usize {
    let length = |item: Option<&Item>| item.map_or(0, |item| item.size() * 32);
    let count = |item: Option<&Item>| match item {
        Some(Item::List(items)) => items.len(),
        _ => 1,
    };
    match name.rsplit(['.', ':', '>']).next() {
        Some("join") => {
            let between = length(owner.filter(|owner| !matches!(owner, Item::List(_))).or(arguments.first()));
            let items =
                count(owner).max(count(arguments.first())).max(count(arguments.get(1))).max(arguments.len());
            if between <= 64 { 0 } else { between.saturating_mul(items) }
        }
        Some("replace" | "gsub" | "replaceAll") => {
            let (Some(Item::Text(text)), Some(Item::Text(from))) = (owner, arguments.first()) else {
                return 0;
            };
            let found = if from.text().is_empty() { 0 } else { text.text().matches(from.text()).count() };
            text.text().len().saturating_add(length(arguments.get(1)).saturating_mul(found))
        }
        _ => 0,
    }
}

fn characters(items: &[Item]) -> Value {
    let mut value = Value::default();
    for item in items {
        match item {
            Item::Number(code) => {
                let letter = u32::try_from(*code).ok().and_then(char::from_u32);
                value.push_text(&letter.map(String::from).unwrap_or_default());
            }
            Item::List(items) => value.append(&characters(items)),
            other => value.append(&other.value()),
        }
    }
    value
}

/// `"sep".join(list)`, `list.join("sep")`, `join("sep", list)`.
fn list_joined(owner: Option<&Item>, arguments: &[Item]) -> Item {
    let (separator, items): (Value, Vec<Item>) = match (owner, arguments) {
        (Some(Item::List(items)), rest) => (rest.first().map(Item::value).unwrap_or_default(), items.clone()),
        (Some(separator), [Item::List(items)]) | (None, [separator, Item::List(items)]) => {
            (separator.value(), items.clone())
        }
        (None, [separator, items @ ..]) => (separator.value(), items.to_vec()),
        _ => return Item::nothing(),
    };
    let mut value = Value::default();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            value.append(&separator);
        }
        match item {
            Item::Number(_) => value.append(&characters(std::slice::from_ref(item))),
            other => value.append(&other.value()),
        }
    }
    Item::Text(value)
}

pub(super) fn turned(item: &Item) -> Item {
    match item {
        Item::List(items) => Item::List(items.iter().rev().cloned().collect()),
        other => {
            let turned = other.value().map(|text| text.chars().rev().collect());
            Item::Text(turned.with_origin(Origin::Decoded(shared("reverse"))))
        }
    }
}

pub(super) fn repeated(item: &Item, count: &Item) -> Item {
    match count {
        Item::Number(count @ 0..=256) => Item::Text(item.value().map(|text| {
            let all = text.chars().count() * usize::try_from(*count).unwrap_or(0);
            text.chars().cycle().take(all.min(4096)).collect()
        })),
        _ => Item::nothing(),
    }
}

pub(super) fn joined(left: Item, right: Item) -> Item {
    match (left, right) {
        (Item::Number(left), Item::Number(right)) => Item::Number(left.wrapping_add(right)),
        (Item::List(mut left), Item::List(right)) => {
            left.extend(right);
            Item::List(left)
        }
        (left, right) => {
            let mut value = left.value();
            value.append(&right.value());
            Item::Text(value)
        }
    }
}
