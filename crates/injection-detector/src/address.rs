//! Addresses that could carry something away: with a place to fill in, or fetched without anybody asking.

use crate::search;

/// How far before an address its picture's opening may stand, in bytes.
const REACH: usize = 160;

/// Whether the address has a place to fill in behind its path: `?q=[DATA]`, `?d={secret}`, `&t=TOKEN`, `/$(id)`.
pub(crate) fn has_blank(address: &str) -> bool {
    let Some((_, query)) = address.split_once('?') else { return false };
    query.split(['&', ';']).filter_map(|field| field.split_once('=')).any(|(_, value)| is_blank(value))
}

fn is_blank(value: &str) -> bool {
    // The reader of addresses stops at a closing angle or square bracket, so these are looked for at the front only.
    if value.starts_with(['[', '{', '$', '<']) || value.starts_with("%7B") || value.starts_with("%5B") {
        return true;
    }
    let capitals = value.bytes().filter(u8::is_ascii_uppercase).count();
    capitals >= 3 && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-')
}

/// Whether what stands before an address makes it a picture's: `![...](`, `<img src="`.
pub(crate) fn is_picture(before: &str) -> bool {
    let bytes = before.as_bytes();
    let near = bytes.get(bytes.len().saturating_sub(REACH)..).unwrap_or_default();
    if let Some(label) = near.strip_suffix(b"](") {
        // The nearest bracket that opens: a badge's label may itself be a picture.
        let open = label.iter().rposition(|byte| *byte == b'[');
        return open.and_then(|at| at.checked_sub(1)).and_then(|at| label.get(at)) == Some(&b'!');
    }
    let quoted = near.strip_suffix(b"\"").or_else(|| near.strip_suffix(b"'")).unwrap_or(near);
    quoted.strip_suffix(b"src=").is_some_and(|tag| search::word(b"<img", tag).is_some())
}
