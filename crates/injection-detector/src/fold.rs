//! Folding one character to the form the lexicon is written in: case, width, accents, look-alikes, invisible characters.

use unicode_normalization::char::decompose_compatible;

/// Whether a character shows nothing: default-ignorable code points of Unicode (UAX #44, `Default_Ignorable_Code_Point`).
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Scripts whose words are not set apart by spaces: Han, kana, Thai, Lao, Khmer, Burmese.
pub(crate) const fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Marks that only dress a letter: accents, Hebrew points, Arabic vowel signs.
const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}')
}

/// What a letter became.
#[derive(Clone, Copy)]
pub(crate) struct Letter {
    /// It folded to ASCII letters.
    pub(crate) ascii: bool,
    /// It is a look-alike of an ASCII letter, as far as [`skeleton`] knows.
    pub(crate) twin: bool,
}

/// Folds letters, and remembers the last of each of 256 kinds: a text has few different ones.
pub(crate) struct Folder {
    entries: [Entry; 256],
}

#[derive(Clone, Copy)]
struct Entry {
    character: char,
    is_letter: bool,
    letter: Letter,
    length: u8,
    folded: [u8; 8],
}

impl Folder {
    pub(crate) const fn new() -> Self {
        let letter = Letter { ascii: false, twin: false };
        let empty = Entry { character: '\0', is_letter: false, letter, length: 0, folded: [0; 8] };
        Self { entries: [empty; 256] }
    }

    pub(crate) fn is_letter(&mut self, character: char) -> bool {
        if is_punctuation(character) {
            return false;
        }
        self.entry(character).map_or_else(|| is_letter(character), |entry| entry.is_letter)
    }

    /// Appends the folded form of a letter or digit that is not ASCII; `None` for any other character.
    pub(crate) fn fold(&mut self, character: char, out: &mut Vec<u8>) -> Option<Letter> {
        if is_punctuation(character) {
            return None;
        }
        if let Some(entry) = self.entry(character) {
            out.extend_from_slice(entry.folded.get(..usize::from(entry.length))?);
            return entry.is_letter.then_some(entry.letter);
        }
        let before = out.len();
        push_folded(character, out);
        Some(Letter::of(character, out.get(before..)?))
    }

    /// The entry of the character; `None` where its folded form is too long to keep.
    fn entry(&mut self, character: char) -> Option<Entry> {
        let slot = u32::from(character).wrapping_mul(0x9E37_79B1) >> 24;
        let entry = self.entries.get_mut(slot as usize)?;
        if entry.character != character {
            let is_letter = is_letter(character);
            let mut out = Vec::new();
            if is_letter {
                push_folded(character, &mut out);
            }
            let mut folded = [0; 8];
            folded.get_mut(..out.len())?.copy_from_slice(&out);
            let length = u8::try_from(out.len()).ok()?;
            *entry = Entry { character, is_letter, letter: Letter::of(character, &out), length, folded };
        }
        Some(*entry)
    }
}

/// The block of joiners, dashes and quotes, which holds no letter: none of them takes a letter's place in the table.
const fn is_punctuation(character: char) -> bool {
    matches!(character, '\u{2000}'..='\u{206F}')
}

/// A letter or digit that shows: Hangul fillers are letters to Unicode.
fn is_letter(character: char) -> bool {
    character.is_alphanumeric() && !is_invisible(character)
}

impl Letter {
    fn of(character: char, folded: &[u8]) -> Self {
        let ascii = folded.iter().all(u8::is_ascii);
        let shown = core::str::from_utf8(folded).ok().and_then(|text| text.chars().next());
        Self { ascii, twin: twin(shown.unwrap_or(character)).is_some() }
    }
}

/// Appends the folded form of a character that is not ASCII.
fn push_folded(character: char, out: &mut Vec<u8>) {
    if is_unspaced(character) || matches!(character, '\u{AC00}'..='\u{D7AF}') {
        return push_char(character, out);
    }
    decompose_compatible(character, |part| {
        if is_accent(part) || is_invisible(part) {
            return;
        }
        for lower in part.to_lowercase() {
            push_lower(lower, out);
        }
    });
}

fn push_lower(lower: char, out: &mut Vec<u8>) {
    match lower {
        'ß' => out.extend_from_slice(b"ss"),
        'ø' => out.push(b'o'),
        'æ' => out.extend_from_slice(b"ae"),
        'œ' => out.extend_from_slice(b"oe"),
        'ł' => out.push(b'l'),
        'đ' => out.push(b'd'),
        'ı' => out.push(b'i'),
        'ς' => push_char('σ', out),
        mark if is_accent(mark) => {}
        other => push_char(other, out),
    }
}

pub(crate) fn push_char(character: char, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
}

/// The Latin twin of a letter of another script that looks the same (UTS #39 confusables, the intentional ones), or of a
/// small capital or other styled form that NFKC leaves alone.
pub(crate) const fn twin(character: char) -> Option<u8> {
    Some(match character {
        'а' | 'α' | 'ɑ' | 'ᴀ' => b'a',
        'в' | 'β' | 'ʙ' => b'b',
        'с' | 'ϲ' | 'ᴄ' => b'c',
        'ԁ' | 'ᴅ' => b'd',
        'е' | 'є' | 'ε' | 'ᴇ' | 'ҽ' => b'e',
        'ғ' | 'ꜰ' => b'f',
        'ɡ' | 'ɢ' | 'ց' => b'g',
        'һ' | 'н' | 'ʜ' | 'η' | 'հ' => b'h',
        'і' | 'ι' | 'ɩ' | 'ɪ' | 'ӏ' => b'i',
        'ј' | 'ϳ' | 'ᴊ' => b'j',
        'к' | 'κ' | 'ᴋ' => b'k',
        'ʟ' | 'ⅼ' => b'l',
        'м' | 'ᴍ' => b'm',
        'п' | 'ո' | 'ɴ' => b'n',
        'о' | 'ο' | 'օ' | 'σ' | 'ᴏ' | 'ө' => b'o',
        'р' | 'ρ' | 'ᴘ' => b'p',
        'ԛ' => b'q',
        'г' | 'ʀ' | 'я' => b'r',
        'ѕ' | 'ꜱ' => b's',
        'т' | 'τ' | 'ᴛ' => b't',
        'υ' | 'ս' | 'ᴜ' => b'u',
        'ѵ' | 'ν' | 'ᴠ' => b'v',
        'ԝ' | 'ω' | 'ᴡ' | 'ш' => b'w',
        'х' | 'χ' => b'x',
        'у' | 'γ' | 'ү' | 'ʏ' => b'y',
        'ᴢ' => b'z',
        _ => return None,
    })
}

/// Writes the word with every look-alike replaced by its Latin twin; false when a letter has none.
pub(crate) fn skeleton(word: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let Ok(text) = core::str::from_utf8(word) else { return false };
    for character in text.chars() {
        if character.is_ascii() {
            push_char(character, out);
        } else if let Some(latin) = twin(character) {
            out.push(latin);
        } else {
            return false;
        }
    }
    true
}

/// Writes the word with the digits and signs of "leet" spelling read as letters; false when there are none to read.
pub(crate) fn unleet(word: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let mut changed = false;
    for byte in word {
        let letter = match byte {
            b'0' => b'o',
            b'1' | b'!' => b'i',
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            b'8' => b'b',
            other => *other,
        };
        changed |= letter != *byte;
        out.push(letter);
    }
    changed
}
