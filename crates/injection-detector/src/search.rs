//! Words in a text, found by the byte of theirs that is seldom.

/// The first place of a word.
pub(crate) fn word(wanted: &[u8], bytes: &[u8]) -> Option<usize> {
    // Spaces and letters stand everywhere, so the search stops at another byte of the word where it has one.
    let anchor = wanted.iter().position(|byte| !byte.is_ascii_lowercase() && *byte != b' ').unwrap_or(0);
    byte_search::first_at(bytes, wanted, anchor)
}

/// Every place of a word, none overlapping the one before.
pub(crate) fn words<'a>(wanted: &'a [u8], bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + word(wanted, bytes.get(from..)?)?;
        from = at + wanted.len().max(1);
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand_and_do_not_overlap() {
        let text = b"<a><!-- x --> <b style='q'> -- -->\n<<!--<!---->".repeat(3);
        for length in 0..text.len() {
            let bytes = &text[..length];
            for wanted in [&b"<!--"[..], b"-->", b"--", b"<", b"style", b" style='", b" --", b"aa"] {
                let mut expected: Vec<usize> = Vec::new();
                for at in 0..length {
                    let is_free = expected.last().is_none_or(|last| last + wanted.len() <= at);
                    if is_free && bytes[at..].starts_with(wanted) {
                        expected.push(at);
                    }
                }
                assert_eq!(word(wanted, bytes), expected.first().copied(), "{length} {wanted:?}");
                assert_eq!(words(wanted, bytes).collect::<Vec<_>>(), expected, "{length} {wanted:?}");
            }
        }
    }
}
