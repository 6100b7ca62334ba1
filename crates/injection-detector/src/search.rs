//! Bytes and words in a text: in short texts by a plain walk, in long ones by vector search.
//!
//! Vector search begins by asking the processor what it can do. On a virtual machine each such question leaves the guest,
//! some 40 µs together: a tenth of a process, where a walk over a few kilobytes takes two.

use memchr::memmem;

/// Up to so many bytes a walk is faster than the question.
const SHORT: usize = 16 * 1024;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first place of a byte.
pub(crate) fn byte(wanted: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() > SHORT {
        return memchr::memchr(wanted, bytes);
    }
    walk([wanted], bytes)
}

/// The first place of either byte.
pub(crate) fn either(one: u8, other: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() > SHORT {
        return memchr::memchr2(one, other, bytes);
    }
    walk([one, other], bytes)
}

/// The first place of one of these bytes, eight at a time.
fn walk<const N: usize>(wanted: [u8; N], bytes: &[u8]) -> Option<usize> {
    let patterns = wanted.map(|byte| u64::from(byte) * LOW);
    let (eights, rest) = bytes.as_chunks::<8>();
    for (number, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // The lowest bit that is set stands at the first byte that is zero after the exclusive or.
        let found = patterns.iter().fold(0, |found, pattern| {
            let differs = word ^ pattern;
            found | (differs.wrapping_sub(LOW) & !differs & HIGH)
        });
        if found != 0 {
            return Some(number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| wanted.contains(byte))?;
    Some(eights.len() * 8 + at)
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
    // Spaces and letters stand everywhere, so the walk stops at another byte of the word where it has one.
    let anchor = wanted.iter().position(|byte| !byte.is_ascii_lowercase() && *byte != b' ').unwrap_or(0);
    let (Some(sought), true) = (wanted.get(anchor), bytes.len() <= SHORT) else {
        return memmem::find(bytes, wanted);
    };
    let mut from = anchor;
    while let Some(step) = bytes.get(from..).and_then(|left| walk([*sought], left)) {
        let at = from + step - anchor;
        if bytes.get(at..).is_some_and(|here| here.starts_with(wanted)) {
            return Some(at);
        }
        from += step + 1;
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
            for wanted in [&b"<!--"[..], b"-->", b"--", b"<", b"style", b" style='", b" --", b"aa", b""] {
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
