//! JSON web tokens: three base64url parts, the first a JSON header.

use std::ops::Range;

use crate::base64;
use crate::class::{ALNUM, Class};

const PART: Class = Class::of("a-zA-Z0-9_-");
/// The longest header read, and the longest after a `-` or `_`.
const HEADER: usize = 4096;
const JOINED_HEADER: usize = 512;
/// Keys of a JOSE header, one of which is there.
const HEADER_KEYS: &[&[u8]] =
    &[b"\"alg\"", b"\"typ\"", b"\"enc\"", b"\"kid\"", b"\"zip\"", b"\"cty\"", b"\"epk\"", b"\"jku\""];

/// The token whose `eyJ` (base 64 of `{"`) stands at `at`.
pub(crate) fn token(text: &[u8], at: usize, _length: usize) -> Option<Range<usize>> {
    let joined = at.checked_sub(1).and_then(|before| text.get(before)).filter(|before| PART.has(**before));
    if joined.is_some_and(|before| ALNUM.has(*before)) {
        return None;
    }
    let rest = text.get(at..)?;
    // In a row of `-eyJ-eyJ` every one would read on to the end.
    let header = PART.run(rest, if joined.is_some() { JOINED_HEADER } else { HEADER });
    if header < 12 || rest.get(header) != Some(&b'.') {
        return None;
    }
    let decoded = base64::decode(rest.get(..header)?);
    let is_header = HEADER_KEYS.iter().any(|key| byte_search::first(&decoded, key).is_some());
    let is_object =
        decoded.starts_with(b"{\"") && decoded.ends_with(b"}") && rest.get(header + 1..)?.starts_with(b"eyJ");
    if !is_header && !is_object {
        return None;
    }
    let payload = PART.run(rest.get(header + 1..)?, 16 * 1024);
    if payload < 16 {
        return None;
    }
    let mut end = header + 1 + payload;
    // A signed token has one part more, an encrypted one three.
    for _ in 0..3 {
        let part = rest.get(end + 1..).map_or(0, |rest| PART.run(rest, 16 * 1024));
        if rest.get(end) != Some(&b'.') || part == 0 {
            break;
        }
        end += 1 + part;
    }
    Some(at..at + end)
}
