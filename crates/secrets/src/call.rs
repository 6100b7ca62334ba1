//! Passwords that stand in a fixed place of a call or a statement, with no name beside them.

use std::ops::Range;

use crate::assign::{self, Site};
use crate::command::is_password;

/// The last string of the call whose bracket the needle ends with: `HTTPBasicAuth("user", "v")`, `login("user", "v")`.
pub(crate) fn last_argument(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let call = text.get(at + length..text.len().min(at + length + 300))?;
    let end = call.iter().position(|byte| matches!(byte, b')' | b';' | b'\n'))?;
    let inside = call.get(..end)?;
    let close = inside.iter().rposition(|byte| matches!(byte, b'"' | b'\''))?;
    let quote = *inside.get(close)?;
    let open = inside.get(..close)?.iter().rposition(|byte| *byte == quote)? + 1;
    let is_last = inside.get(close + 1..)?.iter().all(|byte| matches!(byte, b' ' | b'\\'));
    let follows = inside.get(..open.checked_sub(1)?)?.trim_ascii_end().ends_with(b",");
    let value = inside.get(open..close)?;
    (is_last && follows && is_password(value)).then_some(at + length + open..at + length + close)
}

/// SQL: `IDENTIFIED BY 'v'`, `WITH PASSWORD 'v'`; PowerShell: `ConvertTo-SecureString "v"`, with its flag or without.
pub(crate) fn statement(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..text.len().min(at + length + 24))?;
    let skipped = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let between = rest.get(..skipped)?.trim_ascii();
    if !(between.is_empty()
        || between.eq_ignore_ascii_case(b"-string")
        || between.eq_ignore_ascii_case(b"password"))
    {
        return None;
    }
    let start = at + length + skipped + 1;
    let span = assign::whole_value(
        text,
        Site { start, quote: rest.get(skipped).copied(), listed: false, paired: false },
    )?;
    is_password(text.get(span.clone())?).then_some(span)
}

/// `jdbc:oracle:thin:user/v@host`.
pub(crate) fn oracle(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..text.len().min(at + length + 120))?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    let sign = rest.iter().position(|byte| *byte == b'@')?;
    let user = rest.get(..slash)?;
    let value = rest.get(slash + 1..sign)?;
    let is_user = !user.is_empty() && user.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_user
        && value.len() >= 4
        && !value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'/')))
    .then_some(at + length + slash + 1..at + length + sign)
}
