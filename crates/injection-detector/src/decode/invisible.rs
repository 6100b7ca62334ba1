//! Tag characters and variation selectors: they show nothing, each stands for one byte.

use super::{Encoding, Piece};

/// Shorter runs are flags, keycaps and glyph variants.
const MIN_RUN: usize = 8;

pub(super) fn find(text: &str, found: &mut Vec<Piece>) {
    let mut from = 0;
    // Every one of them begins with one of these bytes in UTF-8.
    while let Some(at) =
        text.as_bytes().get(from..).and_then(|rest| byte_search::first_of(rest, [0xEF, 0xF3]))
    {
        let start = from + at;
        let run = text.get(start..).unwrap_or_default();
        let bytes: Vec<u8> = run.chars().map_while(hidden_byte).collect();
        let length: usize = run.chars().take(bytes.len()).map(char::len_utf8).sum();
        if bytes.len() >= MIN_RUN {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.push(Piece { encoding: Encoding::Invisible, range: start..start + length, text });
        }
        from = start + length.max(1);
    }
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
