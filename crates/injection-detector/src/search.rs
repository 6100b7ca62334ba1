//! Bytes and words in a text: in short texts by a plain walk, in long ones by vector search.
//!
//! Vector search begins by asking the processor what it can do. On a virtual machine each such question leaves the guest,
//! some 40 µs together: a tenth of a process, where a walk over a few kilobytes takes two.

use memchr::memmem;

/// Up to so many bytes a walk is faster than the question.
const SHORT: usize = 16 * 1024;

/// The first place of a byte.
pub(crate) fn byte(wanted: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() <= SHORT {
        bytes.iter().position(|byte| *byte == wanted)
    } else {
        memchr::memchr(wanted, bytes)
    }
}

/// The first place of either byte.
pub(crate) fn either(one: u8, other: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() <= SHORT {
        return bytes.iter().position(|byte| *byte == one || *byte == other);
    }
    memchr::memchr2(one, other, bytes)
}

/// The last place of a byte.
pub(crate) fn last(wanted: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() <= SHORT {
        bytes.iter().rposition(|byte| *byte == wanted)
    } else {
        memchr::memrchr(wanted, bytes)
    }
}

/// The first place of a word.
pub(crate) fn word(wanted: &[u8], bytes: &[u8]) -> Option<usize> {
    let (Some((first, rest)), true) = (wanted.split_first(), bytes.len() <= SHORT) else {
        return memmem::find(bytes, wanted);
    };
    let mut from = 0;
    while let Some(step) = bytes.get(from..).and_then(|left| left.iter().position(|byte| byte == first)) {
        let at = from + step;
        if bytes.get(at + 1..).is_some_and(|behind| behind.starts_with(rest)) {
            return Some(at);
        }
        from = at + 1;
    }
    None
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
    fn a_walk_finds_what_vector_search_finds() {
        let text = b"<a><!-- x --> <b style='q'> -- -->\n<<!--<!---->".repeat(3);
        for length in 0..text.len() {
            let bytes = &text[..length];
            for wanted in [&b"<!--"[..], b"-->", b"--", b"<", b"style", b"aa", b""] {
                assert_eq!(word(wanted, bytes), memmem::find(bytes, wanted), "{length} {wanted:?}");
                if !wanted.is_empty() {
                    let expected: Vec<usize> = memmem::find_iter(bytes, wanted).collect();
                    assert_eq!(words(wanted, bytes).collect::<Vec<_>>(), expected, "{length} {wanted:?}");
                }
            }
            assert_eq!(byte(b'-', bytes), memchr::memchr(b'-', bytes));
            assert_eq!(either(b'-', b'q', bytes), memchr::memchr2(b'-', b'q', bytes));
            assert_eq!(last(b'<', bytes), memchr::memrchr(b'<', bytes));
        }
    }
}
