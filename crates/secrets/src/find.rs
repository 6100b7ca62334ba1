//! Bytes in a text, eight at a time.
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

/// Sets the highest bit of each byte that is not zero; the other bits mean nothing.
#[inline]
const fn nonzero(word: u64) -> u64 {
    ((word & LOW_BITS) + LOW_BITS) | word
}

#[cfg(test)]
mod tests {
    use super::each_of;

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
}
