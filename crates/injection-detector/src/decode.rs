//! Text behind an encoding: base64, base32, hex, binary digits, percent signs, HTML entities, ROT13, letters backwards or spaced out, and the
//! characters that show nothing but spell something.

use core::ops::Range;

mod invisible;
mod letters;
mod runs;

use crate::class::Classes;
use crate::token::Token;

/// How a text was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing was decoded.
    Plain,
    /// Base64, standard or URL-safe.
    Base64,
    /// Base32.
    Base32,
    /// Hexadecimal digits.
    Hex,
    /// Eight binary digits a byte.
    Binary,
    /// Percent-encoding.
    Percent,
    /// HTML entities or `\u` escapes.
    Escapes,
    /// ROT13.
    Rot13,
    /// Letters in reverse order.
    Backwards,
    /// Letters with spaces or signs between them.
    Spaced,
    /// Morse code.
    Morse,
    /// Tag characters, variation selectors.
    Invisible,
}

/// A decoded piece of the text.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) encoding: Encoding,
    /// Where the encoded form stands.
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// More than this is data, and no one expects a model to follow it.
const MAX_PIECES: usize = 64;

/// Everything that decodes to text with words in it.
pub(crate) fn pieces(text: &str, tokens: &[Token]) -> Vec<Piece> {
    let mut found = Vec::new();
    runs::find(text, &mut found);
    if !text.is_ascii() {
        invisible::find(text, &mut found);
    }
    let scrambled = tokens.iter().filter(|token| token.classes.meets(Classes::SCRAMBLED)).count();
    if scrambled >= 2 {
        letters::unscramble(text, tokens, &mut found);
    }
    letters::spaced(text, tokens, &mut found);
    found.truncate(MAX_PIECES);
    found
}

/// Whether the bytes read as text: printable, with at least two words.
fn readable(bytes: Vec<u8>) -> Option<String> {
    if bytes.len() < 8 {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let total = text.chars().count();
    let printable = text
        .chars()
        .filter(|c| {
            c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '\'' | '"' | '\n' | '-' | ':' | '!' | '?')
        })
        .count();
    let spaced = text.contains(' ') || !text.is_ascii();
    (printable * 10 >= total * 9 && spaced).then_some(text)
}
