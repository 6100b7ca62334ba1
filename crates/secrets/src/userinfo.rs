//! Credentials in a URL: `scheme://user:password@host`.

use std::ops::Range;

use crate::class::Class;
use crate::placeholder;

const AUTHORITY_END: Class = Class::of("/?# \t\r\n\"'`<>\\,");
const SCHEME: Class = Class::of("a-zA-Z0-9+.-");
const LONGEST: usize = 300;

/// Pairs that documentation and the tests of every URL parser use.
const SPECIMENS: &[(&[u8], &[u8])] = &[
    (b"user", b"pass"),
    (b"user", b"password"),
    (b"username", b"password"),
    (b"user", b"pw"),
    (b"user", b"pwd"),
    (b"user", b"passwd"),
    (b"foo", b"bar"),
    (b"u", b"p"),
    (b"a", b"b"),
    (b"name", b"pass"),
    (b"me", b"pass"),
    (b"login", b"password"),
    (b"admin", b"admin"),
    (b"guest", b"guest"),
    (b"root", b"root"),
    (b"test", b"test"),
];

/// The password of the URL whose `://` stands at `at`. Databases keep their default passwords, web addresses are
/// left alone where the pair is the usual specimen.
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let start = at + length;
    let authority = text.get(start..)?;
    let first_end = authority.iter().take(LONGEST).position(|byte| AUTHORITY_END.has(*byte));
    let end = first_end.unwrap_or(authority.len().min(LONGEST));
    let sign = authority.get(..end)?.iter().rposition(|byte| *byte == b'@')?;
    let pair = authority.get(..sign)?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (user, password) = (pair.get(..colon)?, pair.get(colon + 1..)?);
    let host = authority.get(sign + 1..end)?;
    if password.is_empty() || host.is_empty() || is_template(password) || is_template(user) {
        return None;
    }
    let is_web = scheme(text, at)
        .is_some_and(|scheme| matches!(scheme, b"http" | b"https" | b"ws" | b"wss" | b"ftp" | b"git"));
    if is_web && (SPECIMENS.contains(&(user, password)) || password.len() < 3) {
        return None;
    }
    (!placeholder::is_masked(password)).then_some(start + colon + 1..start + sign)
}

fn scheme(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = text.get(at.saturating_sub(16)..at)?;
    let start = before.iter().rposition(|byte| !SCHEME.has(*byte)).map_or(0, |last| last + 1);
    before.get(start..)
}

/// `${PASSWORD}`, `%s`, `{{ x }}`, `<password>`, `[password]`, `#{pw}`.
fn is_template(value: &[u8]) -> bool {
    value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'}' | b'<' | b'>' | b'[' | b']' | b'(' | b'|'))
        || value.starts_with(b"%") && value.len() < 4
        || value.starts_with(b"%(")
}
