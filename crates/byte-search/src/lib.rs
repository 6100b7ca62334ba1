//! Bytes and short texts in a text, sixteen bytes at a time.
//!
//! `memchr` would be faster on megabytes, but begins by asking the processor what it can do, and on a virtual machine that costs
//! some 40 µs (each `CPUID` leaves the guest): a tenth of a process. What every processor of a kind has needs no question.

use wide::u8x16;

/// How many bytes are looked at together.
pub const BLOCK: usize = 16;

/// Which of sixteen bytes are sought: the lowest bit stands for the first.
#[derive(Clone, Copy)]
struct Found(u32);

impl Found {
    fn first(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize)
    }
}

/// Calls `visit` with every position in `text` that holds one of the bytes in `wanted`, in order.
#[inline]
pub fn each_of<const N: usize>(text: &[u8], wanted: [u8; N], visit: &mut impl FnMut(usize)) {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let mut found = one_of(*block, wanted).0;
        while found != 0 {
            visit(number * BLOCK + found.trailing_zeros() as usize);
            found &= found - 1;
        }
    }
    for (step, byte) in rest.iter().enumerate() {
        if wanted.contains(byte) {
            visit(blocks.len() * BLOCK + step);
        }
    }
}

/// Where the first of the bytes in `wanted` stands in `text`.
#[inline]
pub fn first_of<const N: usize>(text: &[u8], wanted: [u8; N]) -> Option<usize> {
    let blocks = text.as_chunks::<BLOCK>().0;
    for (number, block) in blocks.iter().enumerate() {
        if let Some(step) = one_of(*block, wanted).first() {
            return Some(number * BLOCK + step);
        }
    }
    let done = blocks.len() * BLOCK;
    text.get(done..)?.iter().position(|byte| wanted.contains(byte)).map(|step| done + step)
}

/// Where `byte` stands in `text` first.
pub fn position(text: &[u8], byte: u8) -> Option<usize> {
    first_of(text, [byte])
}

/// Where a quote, a backslash or a control character stands in `text` first: what a JSON string does not hold as it is.
#[inline]
pub fn first_of_json(text: &[u8]) -> Option<usize> {
    let blocks = text.as_chunks::<BLOCK>().0;
    for (number, block) in blocks.iter().enumerate() {
        if let Some(step) = special(u8x16::new(*block)).first() {
            return Some(number * BLOCK + step);
        }
    }
    let done = blocks.len() * BLOCK;
    text.get(done..)?.iter().position(|byte| is_special(*byte)).map(|step| done + step)
}

/// Moves what stands at `from` to `to`, which is not behind it, as far as a JSON string holds it as it is, and at most `BLOCK`
/// bytes; answers how many it moved. Nothing else changes.
#[inline]
pub fn move_json(text: &mut [u8], from: usize, to: usize) -> usize {
    let Some(block) = text.get(from..).and_then(<[u8]>::first_chunk::<BLOCK>) else {
        return move_rest(text, from, to);
    };
    let block = u8x16::new(*block);
    let length = special(block).first().unwrap_or(BLOCK);
    if let Some(place) = text.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<BLOCK>) {
        // Without a branch on the length, which nobody can guess: bytes behind it are written as they were.
        let moved = STEPS.simd_lt(u8x16::splat(u8::try_from(length).unwrap_or(u8::MAX)));
        *place = moved.bitselect(block, u8x16::new(*place)).to_array();
    }
    length
}

const STEPS: u8x16 = u8x16::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

#[cold]
fn move_rest(text: &mut [u8], from: usize, to: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let length = rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len());
    text.copy_within(from..from + length, to);
    length
}

/// Which bytes a JSON string does not hold as they are.
#[inline]
fn special(bytes: u8x16) -> Found {
    let marks = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
    // The smaller one is the byte itself where the byte is a control character.
    Found((marks | bytes.min(u8x16::splat(0x1f)).simd_eq(bytes)).to_bitmask())
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Where `needle` stands in `text` first.
pub fn first(text: &[u8], needle: &[u8]) -> Option<usize> {
    first_at(text, needle, 0)
}

/// The same, found by the needle's byte at `anchor`: one that is seldom in such texts.
pub fn first_at(text: &[u8], needle: &[u8], anchor: usize) -> Option<usize> {
    let sought = *needle.get(anchor)?;
    let mut from = anchor;
    loop {
        let at = from + position(text.get(from..)?, sought)?;
        if text.get(at - anchor..)?.starts_with(needle) {
            return Some(at - anchor);
        }
        from = at + 1;
    }
}

/// Where `needle` stands in `text` last.
pub fn last(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len().max(1)).rposition(|window| window == needle)
}

/// How often `byte` stands in `text`.
pub fn count(text: &[u8], byte: u8) -> usize {
    text.iter().fold(0, |sum, other| sum + usize::from(*other == byte))
}

#[inline]
fn one_of<const N: usize>(block: [u8; BLOCK], wanted: [u8; N]) -> Found {
    let bytes = u8x16::new(block);
    let none = u8x16::splat(0);
    let found = wanted.iter().fold(none, |found, byte| found | bytes.simd_eq(u8x16::splat(*byte)));
    Found(found.to_bitmask())
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, count, each_of, first, first_at, first_of, first_of_json, last, move_json, position};

    #[test]
    fn every_position_is_found_and_no_other() {
        let bytes = b"abc+defg\\h%\xff\x80\n\0+";
        for length in 0..200 {
            let text: Vec<u8> = (0..length).map(|at| bytes[(at * 7 + at / 9) % bytes.len()]).collect();
            let mut found = Vec::new();
            each_of(&text, [b'+', b'\\', b'%', b'\n'], &mut |at| found.push(at));
            let expected: Vec<usize> = (0..length).filter(|at| b"+\\%\n".contains(&text[*at])).collect();
            assert_eq!(found, expected, "{length}");
            for from in 0..length {
                let rest = &text[from..];
                let expected = rest.iter().position(|byte| b"%\xff".contains(byte));
                assert_eq!(first_of(rest, [b'%', 0xff]), expected, "{rest:?}");
            }
        }
    }

    #[test]
    fn what_ends_a_json_string_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let ends = matches!(byte, b'"' | b'\\' | 0..0x20);
            for at in 0..40 {
                let mut text = [b'a'; 40];
                text[at] = byte;
                assert_eq!(first_of_json(&text), ends.then_some(at), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn a_move_changes_only_the_place_it_goes_to() {
        for mark in 0..60 {
            let mut text: Vec<u8> = (0..60).map(|at| b'A' + at % 26).collect();
            text[mark] = b'"';
            for from in 0..=60 {
                for to in 0..=from {
                    let plain = first_of_json(&text[from..]).unwrap_or(60 - from).min(BLOCK);
                    let mut expected = text.clone();
                    expected.copy_within(from..from + plain, to);
                    let mut moved = text.clone();
                    assert_eq!(move_json(&mut moved, from, to), plain, "{mark} {from} {to}");
                    assert_eq!(moved, expected, "{mark} {from} {to}");
                }
            }
        }
    }

    #[test]
    fn short_texts_are_found_where_they_stand() {
        for length in 0..60 {
            let text: Vec<u8> = (0..length).map(|at| b"ab-x"[(at * 5 + at / 7) % 4]).collect();
            for needle in [b"a".as_slice(), b"-", b"ab", b"xa", b"-a-", b"abxa", b"zz"] {
                let places: Vec<usize> =
                    (0..length).filter(|at| text.get(*at..).unwrap().starts_with(needle)).collect();
                for anchor in 0..needle.len() {
                    assert_eq!(
                        first_at(&text, needle, anchor),
                        places.first().copied(),
                        "{length} {needle:?} {anchor}"
                    );
                }
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
