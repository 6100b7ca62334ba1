//! Private keys outside PEM: PuTTY's files, JSON web keys, the words of a wallet, the secrets of authenticators.

use std::ops::Range;

use crate::assign;
use crate::class::{BASE64, Class, WORD_DASH};

/// The lines under `Private-Lines:` of the file whose mark stands at `at`.
pub(crate) fn putty(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const REACH: usize = 8 * 1024;
    let from = at + length;
    let window = text.get(from..text.len().min(from + REACH))?;
    let mark = byte_search::first(window, b"Private-Lines:")?;
    let line = mark + byte_search::position(window.get(mark..)?, b'\n')? + 1;
    let body = window.get(line..)?;
    let mut end = 0;
    for row in body.split_inclusive(|byte| *byte == b'\n') {
        let bare = row.trim_ascii();
        if bare.is_empty() || BASE64.run(bare, bare.len()) != bare.len() {
            break;
        }
        end += row.len();
    }
    (end >= 40).then_some(from + line..from + line + end)
}

/// The member `d` of the object that has a `kty`: RFC 7517, what makes the key a private one.
pub(crate) fn json_web_key(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const REACH: usize = 2048;
    let from = text
        .get(at.saturating_sub(REACH)..at)?
        .iter()
        .rposition(|byte| *byte == b'{')
        .map(|open| at.saturating_sub(REACH) + open)?;
    let object = text.get(from..text.len().min(at + length + REACH))?;
    let end = object.iter().position(|byte| *byte == b'}').unwrap_or(object.len());
    let member = byte_search::first(object.get(..end)?, b"\"d\"")?;
    let site = assign::site(text, from + member + 2)?;
    let run = WORD_DASH.run(text.get(site.start..)?, 1024);
    (run >= 40).then_some(site.start..site.start + run)
}

/// Twelve to twenty-four words of three to eight letters, as BIP 39 makes them.
pub(crate) fn mnemonic(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let rest = text.get(site.start..text.len().min(site.start + 240))?;
    let run = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b' ').count();
    let written = rest.get(..run)?.trim_ascii();
    let words: Vec<&[u8]> = written.split(|byte| *byte == b' ').collect();
    let is_phrase = matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && words.iter().all(|word| (3..=8).contains(&word.len()));
    let distinct: std::collections::BTreeSet<_> = words.iter().collect();
    (is_phrase && distinct.len() * 4 >= words.len() * 3).then_some(site.start..site.start + written.len())
}

/// The `secret` of an `otpauth://` address: base 32 of ten bytes and more, in either case.
pub(crate) fn totp(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const BASE32: Class = Class::of("A-Za-z2-7=");
    let window = text.get(at + length..text.len().min(at + length + 300))?;
    let address = window.split(|byte| matches!(byte, b' ' | b'\n' | b'"' | b'\'' | b'<')).next()?;
    let mark = byte_search::first(address, b"secret=")?;
    let start = at + length + mark + 7;
    let run = BASE32.run(address.get(mark + 7..)?, 256);
    (run >= 16).then_some(start..start + run)
}
