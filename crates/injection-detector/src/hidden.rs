//! The parts of a text a person does not see: HTML comments, elements styled away, descriptions shown only in their absence.

use core::ops::Range;

use crate::search;

/// How far an unclosed element reaches at most, in bytes.
const REACH: usize = 4000;

/// Openings and what closes them.
const PLACES: &[(&str, &str)] = &[
    ("<!--", "-->"),
    ("[//]: # (", ")"),
    ("[comment]: # (", ")"),
    ("![", "]"),
    (" alt=\"", "\""),
    (" title=\"", "\""),
    (" aria-label=\"", "\""),
];

/// Style declarations that take an element out of sight, written without spaces.
const STYLES: &[&str] = &[
    "display:none",
    "visibility:hidden",
    "font-size:0",
    "font-size:1px",
    "opacity:0",
    "color:white",
    "color:#fff",
    "color:transparent",
    "left:-9999",
    "text-indent:-9999",
    "height:0",
    "width:0",
    " hidden>",
    " hidden ",
    "aria-hidden=\"true\"",
];

/// The hidden ranges in order, not overlapping.
pub(crate) fn ranges(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    if byte_search::first_of(bytes, [b'<', b'[']).is_none() {
        return found;
    }
    for (opening, closing) in PLACES {
        for start in search::words(opening.as_bytes(), bytes) {
            let inside = start + opening.len();
            found.push(inside..end_of(bytes, inside, closing));
        }
    }
    if search::word(b"style", bytes).is_some() || search::word(b"hidden", bytes).is_some() {
        styled(bytes, &mut found);
    }
    merge(found)
}

fn end_of(bytes: &[u8], inside: usize, closing: &str) -> usize {
    let reach = bytes.len().min(inside + REACH);
    let rest = bytes.get(inside..reach).unwrap_or_default();
    search::word(closing.as_bytes(), rest).map_or(reach, |length| inside + length)
}

/// Elements whose opening tag carries a style that hides them, up to the next closing tag.
fn styled(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    for start in search::words(b"<", bytes) {
        let Some(tag) = bytes.get(start..bytes.len().min(start + 400)) else { continue };
        let Some(length) = byte_search::position(tag, b'>') else { continue };
        let squeezed: Vec<u8> =
            tag.iter().take(length + 1).filter(|byte| **byte != b' ').map(u8::to_ascii_lowercase).collect();
        let spaced = tag.get(..=length).unwrap_or_default();
        let hides = STYLES.iter().any(|style| {
            let hay = if style.starts_with(' ') { spaced } else { &squeezed };
            search::word(style.as_bytes(), hay).is_some()
        });
        if hides {
            let inside = start + length + 1;
            found.push(inside..end_of(bytes, inside, "</"));
        }
    }
}

fn merge(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
