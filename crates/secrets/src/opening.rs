//! What stands between an operator and the value: blanks, quotes, brackets, a type, a tag, a wrapper call.

use crate::assign::Site;
use crate::class::{Class, QUOTE, WORD};

const OPENER: Class = Class::of("\"'`([{=\\@ \t\r\n");
const TYPE: Class = Class::of("a-zA-Z0-9_&<>[]?:.' ");

/// Words that stand between the operator and the secret of an `Authorization` header.
const SCHEMES: &[&[u8]] = &[b"bearer ", b"basic ", b"token ", b"ssws ", b"apikey ", b"flyv1 "];

/// Steps over what stands between the operator and the value: blanks, quotes, brackets, a type, a wrapper call.
pub(crate) fn open_value(text: &[u8], at: usize, depth: usize) -> Option<Site> {
    let mut start = at;
    let mut quote = None;
    while let Some(byte) = text.get(start).filter(|byte| OPENER.has(**byte) && start - at < 40) {
        match quote {
            // Inside the quotes only another quote opens further (`'"v"'`); two in a row close an empty string.
            Some(open) if *byte == open && text.get(start + 1) == Some(&open) => start += 1,
            Some(open) if *byte == open => return None,
            Some(_) if !QUOTE.has(*byte) => break,
            _ => {}
        }
        if QUOTE.has(*byte) {
            quote = Some(*byte);
        }
        start += 1;
    }
    let mut value = text.get(start..)?;
    if quote.is_none() {
        let skipped = tag_length(value).or_else(|| string_prefix(value));
        if let Some(length) = skipped {
            start += length;
            value = text.get(start..)?;
            quote = text.get(start - 1).copied().filter(|byte| QUOTE.has(*byte));
        }
    }
    if let Some(scheme) = SCHEMES
        .iter()
        .find(|scheme| value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
    {
        start += scheme.len();
        value = text.get(start..)?;
    }
    if quote.is_none() && depth > 0 {
        let word = WORD.run(value, 40);
        let after = value.get(word..).unwrap_or_default();
        let blanks = after.iter().take_while(|byte| **byte == b' ').count();
        match after.get(blanks..).unwrap_or_default() {
            // `token: string = "v"`
            [b'=', next, ..] if word > 0 && blanks > 0 && *next != b'=' => {
                return open_value(text, start + word + blanks + 1, depth - 1);
            }
            // `Some("v")`, `env("NAME", "v")`
            [b'(', ..] if word > 0 && blanks == 0 => return open_call(text, start + word + 1),
            _ => {}
        }
        if let Some(length) = type_length(value) {
            return open_value(text, start + length, depth - 1);
        }
    }
    if quote.is_none() {
        quote = value.first().copied().filter(|byte| QUOTE.has(*byte));
    }
    Some(Site { start, quote, listed: false, paired: false })
}

/// The first string of a call, or the second where the first is a name with a fallback.
fn open_call(text: &[u8], at: usize) -> Option<Site> {
    let quote = *text.get(at).filter(|byte| QUOTE.has(**byte))?;
    let close = at + 1 + text.get(at + 1..)?.iter().take(200).position(|byte| *byte == quote)?;
    let after = text.get(close + 1..)?;
    let blanks = after.iter().take(4).take_while(|byte| matches!(byte, b',' | b' ')).count();
    if after.first() == Some(&b',') {
        let second = close + 1 + blanks;
        let quote = *text.get(second).filter(|byte| QUOTE.has(**byte))?;
        return Some(Site { start: second + 1, quote: Some(quote), listed: false, paired: false });
    }
    Some(Site { start: at + 1, quote: Some(quote), listed: false, paired: false })
}

/// `!!str v`: the tag of YAML and its blank.
fn tag_length(value: &[u8]) -> Option<usize> {
    [b"!!str ".as_slice(), b"!!binary "].iter().find(|tag| value.starts_with(tag)).map(|tag| tag.len())
}

/// `b"v"`, `r'v'`, `rb"v"`, `u'v'`, `f"v"`, `L"v"`, `r#"v"#`, `$"v"`: the letters and the quote.
fn string_prefix(value: &[u8]) -> Option<usize> {
    let letters = value
        .iter()
        .take(3)
        .take_while(|byte| {
            matches!(byte.to_ascii_lowercase(), b'b' | b'r' | b'u' | b'f' | b'l' | b'c' | b'$' | b'#')
        })
        .count();
    let quotes = QUOTE.run(value.get(letters..)?, 3);
    ((1..=3).contains(&letters) && matches!(quotes, 1 | 3)).then_some(letters + quotes)
}

/// `&'static str = `, `Option<String> = `: a type with more in it than a word, up to behind the sign.
fn type_length(value: &[u8]) -> Option<usize> {
    let run = TYPE.run(value, 40);
    let written = value.get(..run)?;
    let first = written.first()?;
    let sign = matches!(value.get(run..)?, [b'=', next, ..] if !matches!(next, b'=' | b'>'));
    let is_type = written.ends_with(b" ") && (*first == b'&' || first.is_ascii_alphabetic());
    (sign && is_type).then_some(run + 1)
}
