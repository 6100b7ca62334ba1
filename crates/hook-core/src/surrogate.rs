//! Halves of surrogate pairs in JSON escapes: JavaScript writes them, Rust strings cannot hold them.

/// Replaces every `\uD800`..`\uDFFF` escape that is not part of a pair by `\ufffd`; tells how many there were.
pub(crate) fn repair(json: &str) -> (String, usize) {
    let mut repaired = String::with_capacity(json.len());
    let mut lone = 0;
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        repaired.push_str(before);
        let (kept, length, was_lone) = next_escape(escape);
        repaired.push_str(kept);
        lone += usize::from(was_lone);
        rest = escape.get(length..).unwrap_or_default();
    }
    repaired.push_str(rest);
    (repaired, lone)
}

/// What to write for the escape at the start of `text`, how many bytes it takes, and whether it was half a pair.
fn next_escape(text: &str) -> (&str, usize, bool) {
    match unit(text) {
        Some(0xD800..=0xDBFF) => match text.get(6..).and_then(unit) {
            Some(0xDC00..=0xDFFF) => (text.get(..12).unwrap_or_default(), 12, false),
            _ => ("\\ufffd", 6, true),
        },
        Some(0xDC00..=0xDFFF) => ("\\ufffd", 6, true),
        Some(_) => (text.get(..6).unwrap_or_default(), 6, false),
        None => {
            // `\\`, `\n` and the like: the backslash and the character after it belong together.
            let length = 1 + text.chars().nth(1).map_or(0, char::len_utf8);
            (text.get(..length).unwrap_or(text), length, false)
        }
    }
}

/// The UTF-16 unit of a `\uXXXX` escape at the start of `text`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[test]
    fn pairs_stay_and_halves_are_counted() {
        let rows = [
            (r#""plain""#, r#""plain""#, 0),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#, 0),
            (r#""a\ud83db""#, r#""a\ufffdb""#, 1),
            (r#""\ude00""#, r#""\ufffd""#, 1),
            (r#""\\ud83d""#, r#""\\ud83d""#, 0),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#, 1),
            (r#""\u00""#, r#""\u00""#, 0),
            ("\\", "\\", 0),
        ];
        for (input, expected, lone) in rows {
            assert_eq!(repair(input), (expected.to_string(), lone), "{input}");
        }
    }
}
