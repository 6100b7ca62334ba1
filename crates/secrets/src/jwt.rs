//! JSON web tokens: three base64url parts, the first a JSON header.

use std::ops::Range;

use crate::base64;
use crate::class::Class;

const PART: Class = Class::of("a-zA-Z0-9_-");
/// Keys of a JOSE header, one of which is there.
const HEADER_KEYS: &[&[u8]] =
    &[b"\"alg\"", b"\"typ\"", b"\"enc\"", b"\"kid\"", b"\"zip\"", b"\"cty\"", b"\"epk\"", b"\"jku\""];

/// The token whose `eyJ` (base 64 of `{"`) stands at `at`.
pub(crate) fn token(text: &[u8], at: usize, _length: usize) -> Option<Range<usize>> {
    if at > 0 && text.get(at - 1).is_some_and(|before| PART.has(*before)) {
        return None;
    }
    let rest = text.get(at..)?;
    let header = PART.run(rest, 4096);
    if header < 12 || rest.get(header) != Some(&b'.') {
        return None;
    }
    let decoded = base64::decode(rest.get(..header)?);
    let is_header = HEADER_KEYS.iter().any(|key| memchr::memmem::find(&decoded, key).is_some());
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
