//! Tag characters and variation selectors: they show nothing, each stands for one byte.

use super::{Encoding, Piece};

/// Shorter runs are flags, keycaps and glyph variants.
const MIN_RUN: usize = 8;

pub(super) fn find(text: &str, found: &mut Vec<Piece>) {
    // Every one of them begins with one of these bytes in UTF-8.
    if memchr::memchr2(0xEF, 0xF3, text.as_bytes()).is_none() {
        return;
    }
    let mut bytes = Vec::new();
    let mut start = 0;
    for (at, character) in text.char_indices() {
        if let Some(byte) = hidden_byte(character) {
            if bytes.is_empty() {
                start = at;
            }
            bytes.push(byte);
        } else if !bytes.is_empty() {
            take(&mut bytes, start..at, found);
        }
    }
    take(&mut bytes, start..text.len(), found);
}

fn take(bytes: &mut Vec<u8>, range: core::ops::Range<usize>, found: &mut Vec<Piece>) {
    let run = core::mem::take(bytes);
    if run.len() < MIN_RUN {
        return;
    }
    let text = String::from_utf8_lossy(&run).into_owned();
    found.push(Piece { encoding: Encoding::Invisible, range, text });
}

fn hidden_byte(character: char) -> Option<u8> {
    let code = u32::from(character);
    let byte = match code {
        0xE0020..=0xE007E => code - 0xE0000,
        0xFE00..=0xFE0F => code - 0xFE00,
        0xE0100..=0xE01EF => code - 0xE0100 + 16,
        _ => return None,
    };
    u8::try_from(byte).ok()
}
