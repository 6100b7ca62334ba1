//! The assignment: a name, an operator, a value, in the spelling of any language: `x_token: "v"`, `x.token => 'v'`,
//! `setProperty("X_TOKEN", "v")`, `<token>v</token>`, `let token: string = "v"`, `--token v`, `X-Token: Bearer v`.

use crate::class::{ALNUM, Class, QUOTE, SPACE};
use crate::opening::open_value;
use crate::rule::Value;
use crate::spelling;

/// Where an assigned value begins, and in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) start: usize,
    /// The quote the value stands in.
    pub(crate) quote: Option<u8>,
    /// Only the order of strings says that this is the value: `'String', 'API_KEY', 'v'`.
    pub(crate) listed: bool,
    /// A comma stands between name and value.
    pub(crate) paired: bool,
}

const NAME: Class = Class::of("a-zA-Z0-9_. \t-");
const CLOSER: Class = Class::of("\"'`])*\\ \t");
const OPERATOR: Class = Class::of("=:>|,?+.~!");

/// The rest of a name may be this long: `adafruit` in `adafruit.production.api-token`.
pub(crate) const NAME_REST: usize = 40;

/// The value assigned to the name that ends, or goes on, at `name_end`.
pub(crate) fn site(text: &[u8], name_end: usize) -> Option<Site> {
    if let Some(site) = spelling::without_operator(text, name_end) {
        return Some(site);
    }
    let after_name = skip_name(text, name_end);
    let operator = skip_closers(text, after_name);
    if let Some(start) = spelling::value_word(text, operator) {
        return open_value(text, start, 1);
    }
    let operator_length = OPERATOR.run(text.get(operator..)?, 5);
    let written = text.get(operator..operator + operator_length)?;
    if operator_length == 0 {
        return None;
    }
    // `sign("x", "secret") => '...'` is what a call gives back, `(token) => {` a function.
    if written == b"=>" && text.get(after_name..operator)?.contains(&b')') {
        return None;
    }
    if written == b"," {
        return second_of_pair(text, after_name, operator + 1);
    }
    if written.starts_with(b"|") && !written.starts_with(b"||") {
        return spelling::cell(text, name_end, operator + 1);
    }
    let is_known = written.iter().any(|byte| matches!(byte, b'=' | b':' | b'>'))
        || byte_search::first(written, b"||").is_some();
    is_known.then(|| open_value(text, operator + operator_length, 2))?
}

/// `setProperty("x_token", "v")`, `('x_token', 'v')`: the name is the first string after the bracket, the value the next
/// one. In a longer list of strings the one after a telling word is seldom its value.
fn second_of_pair(text: &[u8], name_end: usize, after_comma: usize) -> Option<Site> {
    let before = text.get(name_end.saturating_sub(NAME_REST * 2)..name_end)?;
    let open = before.iter().rposition(|byte| QUOTE.has(*byte)).unwrap_or(0);
    let bracket =
        before.get(..open)?.iter().rev().find(|byte| !matches!(byte, b' ' | b'\\')).unwrap_or(&b',');
    let rest = text.get(after_comma..)?;
    let listed = !matches!(bracket, b'(' | b'[' | b'{');
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\\') || !listed && SPACE.has(*byte);
    let blanks = rest.iter().take(24).take_while(|byte| is_blank(byte)).count();
    let quotes = QUOTE.run(rest.get(blanks..)?, 2);
    let start = after_comma + blanks + quotes;
    let quote = *text.get(start - 1).filter(|_| quotes > 0)?;
    Some(Site { start, quote: Some(quote), listed, paired: true })
}

/// Names run over letters, digits and blanks, but a blank run longer than three is a table, not a name.
fn skip_name(text: &[u8], name_end: usize) -> usize {
    let rest = text.get(name_end..).unwrap_or_default();
    // `contraseña` has a letter that is not ASCII.
    let length = rest.iter().take(NAME_REST).take_while(|byte| NAME.has(**byte) || !byte.is_ascii()).count();
    let used = rest.get(..length).unwrap_or_default();
    // The dot of `.=` and the dash of `->` belong to the operator.
    name_end
        + used.iter().rposition(|byte| !matches!(byte, b'.' | b'-' | b' ' | b'\t')).map_or(0, |last| last + 1)
}

fn skip_closers(text: &[u8], at: usize) -> usize {
    at + CLOSER.run(text.get(at..).unwrap_or_default(), 24)
}

/// The span of a value of this alphabet and length at `start`, if it ends where a value may end.
pub(crate) fn value_of(text: &[u8], start: usize, value: Value) -> Option<std::ops::Range<usize>> {
    let Value { class, min, max } = value;
    let rest = text.get(start..)?;
    let length = class.run(rest, max + 1);
    if length < min || length > max {
        return None;
    }
    rest.get(length).is_none_or(|next| ends_value(*next)).then_some(start..start + length)
}

fn ends_value(next: u8) -> bool {
    matches!(
        next,
        b'"' | b'\'' | b'`' | b';' | b',' | b'<' | b'\\' | b')' | b']' | b'}' | b'&' | b'#' | b'|' | b'@'
    ) || SPACE.has(next)
        || next >= 128 && !ALNUM.has(next)
}

/// What ends a value that stands in no quotes.
const UNQUOTED_END: [bool; 256] = SPACE.and(Class::of("\"'`,;<>)}|&")).table();

/// Longer than the longest that any rule takes for a secret.
const LONGEST: usize = 300;

/// The span of whatever value begins at a site: up to the closing quote, or up to a blank or a separator.
pub(crate) fn whole_value(text: &[u8], site: Site) -> Option<std::ops::Range<usize>> {
    let rest = text.get(site.start..)?;
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let end = match site.quote {
        Some(quote) => {
            // What `\"` opens, `\"` closes: a string within a string of another language.
            let within = site.start >= 2 && text.get(site.start - 2) == Some(&b'\\');
            closing_quote(rest, quote, within)
        }
        None => rest.iter().position(|byte| UNQUOTED_END.get(usize::from(*byte)) == Some(&true)),
    };
    let length = end.unwrap_or(rest.len());
    // `\"` closes a value that stands in a string of another language.
    let value = rest.get(..length)?;
    let length = if value.ends_with(b"\\") { length - 1 } else { length };
    (length > 0 && length < LONGEST).then_some(site.start..site.start + length)
}

/// Where the string ends: at its quote, or with its line.
fn closing_quote(rest: &[u8], quote: u8, within: bool) -> Option<usize> {
    let mut escaped = false;
    rest.iter().position(|byte| {
        let ends = (!escaped || within) && *byte == quote || *byte == b'\n';
        escaped = !escaped && *byte == b'\\';
        ends
    })
}
