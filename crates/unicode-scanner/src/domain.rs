//! Host names made to be taken for others: mixed scripts, whole-script twins, look-alike slashes and dots, Punycode.

use crate::finding::{Class, Mark, Weight};
use crate::line::{Kind, Line};
use crate::property;

/// How an internationalised label begins on the wire (RFC 5890).
pub(crate) const PUNYCODE: &str = "xn--";

/// Drawn like the slash or the dot that ends a host name, and part of the name.
const FALSE_DELIMITERS: [char; 9] = [
    '\u{2044}', '\u{2215}', '\u{29F8}', '\u{FF0F}', '\u{2024}', '\u{FF0E}', '\u{FF61}', '\u{FE52}',
    '\u{A789}',
];

pub(crate) fn scan(line: &Line<'_>, marks: &mut Vec<Mark>) {
    let mut from = 0;
    while let Some(found) = line.text.get(from..).and_then(|rest| rest.find("://")) {
        let start = from + found + 3;
        from = start;
        let host = host_at(line.text, start);
        judge(line, start, host, marks);
    }
    if line.kind == Kind::Command {
        scan_words(line, marks);
    }
}

/// Hosts without a scheme: `user@host:path`, `curl host/path`.
fn scan_words(line: &Line<'_>, marks: &mut Vec<Mark>) {
    let mut start = 0;
    for word in line.text.split_inclusive([' ', '@', '"', '\'', '=']) {
        if !word.contains("://") && !word.is_ascii() && word.contains('.') {
            judge(line, start, host_at(line.text, start), marks);
        }
        start += word.len();
    }
}

/// The host name of the address whose authority begins here.
pub(crate) fn host_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '/' | '?' | '#' | '\\' | '"' | '\'' | '<' | '>' | ')' | ']' | '`' | ',' | ';' | '|'
            )
    };
    let authority = rest.split(ends).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn judge(line: &Line<'_>, start: usize, host: &str, marks: &mut Vec<Mark>) {
    if host.is_ascii() && !host.contains(PUNYCODE) {
        return;
    }
    // A port and a user name are no part of the name; `host` begins at or behind `start`.
    let name = host.split(':').next().unwrap_or_default();
    let delimiter = name.contains(FALSE_DELIMITERS);
    let labels: Vec<String> = name.split('.').map(shown_label).collect();
    let suffix_is_ascii = labels.last().is_some_and(|label| label.is_ascii());
    let deceptive = labels.len() > 1 && labels.iter().any(|label| deceives(label, suffix_is_ascii));
    if !(delimiter || deceptive) {
        return;
    }
    let Some(offset) = line.text.get(start..).and_then(|rest| rest.find(name)).map(|found| start + found)
    else {
        return;
    };
    let from = line.characters.partition_point(|(at, _)| *at < offset);
    let to = line.characters.partition_point(|(at, _)| *at < offset + name.len());
    marks.push(line.mark(Class::LookAlikeDomain, Weight::Suspect, from, to));
}

fn shown_label(label: &str) -> String {
    label.strip_prefix(PUNYCODE).and_then(punycode).unwrap_or_else(|| label.to_owned())
}

/// Look-alikes among ASCII letters, or a label of nothing but exact twins under an ASCII suffix.
fn deceives(label: &str, suffix_is_ascii: bool) -> bool {
    let letters: Vec<char> = label.chars().filter(|c| c.is_alphabetic()).collect();
    let foreign: Vec<char> = letters.iter().copied().filter(|c| !c.is_ascii()).collect();
    if foreign.is_empty() {
        return false;
    }
    let mixed = foreign.len() < letters.len() && foreign.iter().all(|c| property::near_twin(*c).is_some());
    let whole = foreign.len() == letters.len() && foreign.iter().all(|c| property::twin(*c).is_some());
    mixed || (whole && suffix_is_ascii && letters.len() > 1)
}

/// RFC 3492, decoding.
fn punycode(encoded: &str) -> Option<String> {
    let (basic, tail) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = tail.bytes().peekable();
    while digits.peek().is_some() {
        let previous = index;
        let mut weight = 1_u32;
        for step in (36..).step_by(36) {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                letter @ b'A'..=b'Z' => u32::from(letter - b'A'),
                digit @ b'0'..=b'9' => u32::from(digit - b'0') + 26,
                _ => return None,
            };
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = u32::saturating_sub(step, bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
        }
        let length = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapted(index - previous, length, previous == 0);
        code = code.checked_add(index / length)?;
        index %= length;
        output.insert(usize::try_from(index).ok()?, char::from_u32(code)?);
        index += 1;
    }
    Some(output.into_iter().collect())
}

fn adapted(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}
