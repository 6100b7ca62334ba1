//! Bytes and short texts in a text, eight bytes at a time.
//!
//! Vector search would be faster where hits are rare, but begins by asking the processor what it can do, and on a virtual
//! machine that costs some 40 µs (each `CPUID` leaves the guest): a tenth of a process.

const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

/// Calls `visit` with every position in `text` that holds one of the bytes in `wanted`, in order.
#[inline]
pub(crate) fn each_of<const N: usize>(text: &[u8], wanted: [u8; N], visit: &mut impl FnMut(usize)) {
    let patterns = wanted.map(|byte| u64::from(byte) * EACH_BYTE);
    let mut at = 0;
    while let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let differs = patterns.iter().fold(u64::MAX, |all, pattern| all & nonzero(word ^ pattern));
        // The highest bit of each byte that is one of them.
        let mut found = !(differs | LOW_BITS);
        while found != 0 {
            visit(at + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
        at += 8;
    }
    for (step, byte) in text.get(at..).unwrap_or_default().iter().enumerate() {
        if wanted.contains(byte) {
            visit(at + step);
        }
    }
}

/// Where `needle` stands in `text` first.
pub(crate) fn first(text: &[u8], needle: &[u8]) -> Option<usize> {
    let head = *needle.first()?;
    let mut at = 0;
    loop {
        at += position(text.get(at..)?, head)?;
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where `needle` stands in `text` last.
pub(crate) fn last(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len().max(1)).rposition(|window| window == needle)
}

/// Where `byte` stands in `text` first.
pub(crate) fn position(text: &[u8], byte: u8) -> Option<usize> {
    let pattern = u64::from(byte) * EACH_BYTE;
    let mut at = 0;
    while let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>) {
        let found = !(nonzero(u64::from_le_bytes(*eight) ^ pattern) | LOW_BITS);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = text.get(at..)?;
    rest.iter().position(|other| *other == byte).map(|found| at + found)
}

/// How often `byte` stands in `text`.
pub(crate) fn count(text: &[u8], byte: u8) -> usize {
    text.iter().fold(0, |sum, other| sum + usize::from(*other == byte))
}

/// Sets the highest bit of each byte that is not zero; the other bits mean nothing.
#[inline]
const fn nonzero(word: u64) -> u64 {
    ((word & LOW_BITS) + LOW_BITS) | word
}

#[cfg(test)]
mod tests {
    use super::{count, each_of, first, last, position};

    #[test]
    fn every_position_is_found_and_no_other() {
        let bytes = b"abc+defg\\h%\xff\x80\n\0+";
        for length in 0..200 {
            let text: Vec<u8> = (0..length).map(|at| bytes[(at * 7 + at / 9) % bytes.len()]).collect();
            let mut found = Vec::new();
            each_of(&text, [b'+', b'\\', b'%', b'\n'], &mut |at| found.push(at));
            let expected: Vec<usize> = (0..length).filter(|at| b"+\\%\n".contains(&text[*at])).collect();
            assert_eq!(found, expected, "{length}");
        }
    }

    #[test]
    fn short_texts_are_found_where_they_stand() {
        for length in 0..60 {
            let text: Vec<u8> = (0..length).map(|at| b"ab-x"[(at * 5 + at / 7) % 4]).collect();
            for needle in [b"a".as_slice(), b"-", b"ab", b"xa", b"-a-", b"abxa", b"zz"] {
                let places: Vec<usize> =
                    (0..length).filter(|at| text.get(*at..).unwrap().starts_with(needle)).collect();
                assert_eq!(first(&text, needle), places.first().copied(), "{length} {needle:?}");
                assert_eq!(last(&text, needle), places.last().copied(), "{length} {needle:?}");
                if let [byte] = needle {
                    assert_eq!(position(&text, *byte), places.first().copied());
                    assert_eq!(count(&text, *byte), places.len());
                }
            }
        }
        assert_eq!(first(b"abc", b""), None);
    }
}
