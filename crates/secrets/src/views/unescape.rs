//! Text with its escapes undone (`\n`, `\"`, `\u0041`, `%3D`, `&quot;`) and broken strings joined (`"ab" + "cd"`).

use super::{Scale, View};
use crate::class::{ANY_HEX, Class, SPACE};

/// Around an escape this much of its line is part of the view.
const CONTEXT: usize = 512;
/// Longer windows are cut, with `CONTEXT` of overlap.
const LONGEST: usize = 128 * 1024;

const JOINERS: Class = Class::of("+.&\\ \t\r\n");

pub(super) fn each_window(text: &[u8], visit: &mut impl FnMut(&View)) {
    // Joins have windows of their own: `+` and line ends are everywhere, escapes are not.
    let (mut escapes, mut joins) = (None, None);
    byte_search::each_of(text, [b'\\', b'%', b'&', b'+', b'\n'], &mut |at| match text.get(at) {
        Some(b'\n' | b'+') => {
            if could_join(text, at) && is_join(text, at) {
                extend(text, &mut joins, at, visit);
            }
        }
        _ => {
            if is_escape(text, at) {
                extend(text, &mut escapes, at, visit);
            }
        }
    });
    extend(text, &mut escapes, usize::MAX, visit);
    extend(text, &mut joins, usize::MAX, visit);
}

/// Grows the window to hold `at`, or hands the finished one over and begins another.
fn extend(text: &[u8], window: &mut Option<(usize, usize)>, at: usize, visit: &mut impl FnMut(&View)) {
    // What stands on a line that is in the window as a whole changes nothing.
    if window.is_some_and(|(from, to)| at < to && at - from < LONGEST && text.get(to) == Some(&b'\n')) {
        return;
    }
    let start = if at == usize::MAX { at } else { line_start(text, at) };
    if let Some((from, to)) = *window {
        if start <= to && at - from < LONGEST {
            *window = Some((from, line_end(text, at).max(to)));
            return;
        }
        visit(&decode(text, from, to));
    }
    *window = (at != usize::MAX).then(|| (start, line_end(text, at)));
}

fn line_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(CONTEXT);
    text.get(from..at)
        .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
        .map_or(from, |found| from + found + 1)
}

fn line_end(text: &[u8], at: usize) -> usize {
    let to = text.len().min(at + CONTEXT);
    let rest = text.get(at + 1..to).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(to, |found| at + 1 + found)
}

fn is_escape(text: &[u8], at: usize) -> bool {
    match text.get(at..) {
        Some([b'\\', next, ..]) => {
            matches!(next, b'n' | b'r' | b't' | b'"' | b'\'' | b'/' | b'u' | b'x' | b'\\')
        }
        Some([b'%', high, low, ..]) => ANY_HEX.has(*high) && ANY_HEX.has(*low),
        // `&` is everywhere in code; what begins an entity is not.
        Some(entity @ [b'&', b'q' | b'a' | b'#', ..]) => entity_of(entity).is_some(),
        _ => false,
    }
}

/// What stands before a sign or line end between two strings; most lines end otherwise, and one look tells.
static BEFORE_JOIN: [bool; 256] = Class::of("+.&\\ \t\r\n\"'").table();

#[inline]
fn could_join(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    before.is_some_and(|byte| BEFORE_JOIN.get(usize::from(*byte)) == Some(&true))
}

/// Whether the sign or line end at `at` stands between two quotes with nothing but joiners around it.
fn is_join(text: &[u8], at: usize) -> bool {
    // In a run of line ends and signs the first one has answered for all.
    if at
        .checked_sub(1)
        .and_then(|before| text.get(before))
        .is_some_and(|before| matches!(before, b'\n' | b'+'))
    {
        return false;
    }
    let before = text.get(at.saturating_sub(80)..at).unwrap_or_default();
    let Some(quote) =
        before.iter().rev().find(|byte| !JOINERS.has(**byte)).filter(|byte| matches!(byte, b'"' | b'\''))
    else {
        return false;
    };
    let rest = text.get(at..text.len().min(at + 120)).unwrap_or_default();
    rest.iter().find(|byte| !JOINERS.has(**byte)) == Some(quote)
}

fn decode(text: &[u8], from: usize, to: usize) -> View {
    let mut view = View::new();
    view.origin(from, Scale::Same);
    let mut at = from;
    while at < to {
        let Some(rest) = text.get(at..to) else { break };
        let Some(first) = rest.first() else { break };
        let (byte, length) = match first {
            b'\\' | b'%' | b'&' => undo(rest),
            b'"' | b'\'' => (None, join_length(rest)),
            _ => (None, 0),
        };
        if length == 0 {
            view.text.push(*first);
            at += 1;
            continue;
        }
        if let Some(byte) = byte {
            view.origin(at, Scale::Same);
            view.text.push(byte);
        }
        at += length;
        view.origin(at, Scale::Same);
    }
    view
}

/// What an escape at the start of `rest` stands for, and its length; zero where there is none.
fn undo(rest: &[u8]) -> (Option<u8>, usize) {
    match rest {
        [b'\\', b'n', ..] => (Some(b'\n'), 2),
        [b'\\', b'r', ..] => (Some(b'\r'), 2),
        [b'\\', b't', ..] => (Some(b'\t'), 2),
        [b'\\', byte @ (b'"' | b'\'' | b'/' | b'\\'), ..] => (Some(*byte), 2),
        [b'\\', b'u', a, b, c, d, ..] => ascii(&[*a, *b, *c, *d]).map_or((None, 0), |byte| (Some(byte), 6)),
        [b'\\', b'x', a, b, ..] => ascii(&[*a, *b]).map_or((None, 0), |byte| (Some(byte), 4)),
        [b'%', a, b, ..] => ascii(&[*a, *b]).map_or((None, 0), |byte| (Some(byte), 3)),
        [b'&', ..] => entity_of(rest).map_or((None, 0), |(byte, length)| (Some(byte), length)),
        _ => (None, 0),
    }
}

/// The ASCII character that hex digits name; escapes of others cannot hide a token.
fn ascii(digits: &[u8]) -> Option<u8> {
    let value = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    u8::try_from(value).ok().filter(u8::is_ascii)
}

fn entity_of(rest: &[u8]) -> Option<(u8, usize)> {
    let named: [(&[u8], u8); 7] = [
        (b"&quot;", b'"'),
        (b"&#39;", b'\''),
        (b"&#x27;", b'\''),
        (b"&amp;", b'&'),
        (b"&#34;", b'"'),
        (b"&#x3D;", b'='),
        (b"&#61;", b'='),
    ];
    named.into_iter().find(|(name, _)| rest.starts_with(name)).map(|(name, byte)| (byte, name.len()))
}

/// The length of `" + "` at the start of `rest`: a quote, joiners with a `+`, `.`, `&` or line end among them, the
/// same quote; zero where it is not that.
fn join_length(rest: &[u8]) -> usize {
    let Some((quote, after)) = rest.split_first() else { return 0 };
    let joiners = JOINERS.run(after, 120);
    let between = after.get(..joiners).unwrap_or_default();
    let joins = between.iter().any(|byte| matches!(byte, b'+' | b'.' | b'&' | b'\n'))
        && between.iter().filter(|byte| !SPACE.has(**byte)).count() < 2;
    if joins && after.get(joiners) == Some(quote) { joiners + 2 } else { 0 }
}
