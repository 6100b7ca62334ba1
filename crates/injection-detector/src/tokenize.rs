//! Reads a text once, front to back, into tokens.

use core::ops::Range;

use crate::address;
use crate::class::Classes;
use crate::fold::{self, Folder};
use crate::lexicon;
use crate::token::{Marks, Token};

/// Words longer than this are data, not language: they are cut.
const MAX_WORD: usize = 40;

/// Unknown text in a script without spaces counts as a word every four characters or so, in bytes.
const UNKNOWN_PIECE: usize = 10;

/// All words of the text. `hidden` holds the ranges a reader would not see, in order.
pub(crate) fn tokenize(text: &str, hidden: &[Range<usize>]) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 6),
        next: Marks::LINE.or(Marks::SENTENCE).or(Marks::PARAGRAPH),
        newlines: 0,
        quote: None,
        fenced: false,
        hidden,
        word: Vec::with_capacity(MAX_WORD * 4),
        other: Vec::with_capacity(MAX_WORD * 4),
        folder: None,
    };
    reader.read();
    reader.tokens
}

/// Of each byte: 1 a digit, 2 a small letter, 3 a capital.
static KINDS: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is a compile error")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' => 1,
            b'a'..=b'z' => 2,
            b'A'..=b'Z' => 3,
            _ => 0,
        };
        byte += 1;
    }
    kinds
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    /// Marks the next word will carry.
    next: Marks,
    newlines: u32,
    /// The character that closes the quotation the reader is in.
    quote: Option<u8>,
    fenced: bool,
    hidden: &'t [Range<usize>],
    word: Vec<u8>,
    other: Vec<u8>,
    /// There once a letter outside ASCII was met.
    folder: Option<Box<Folder>>,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn character(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn read(&mut self) {
        while self.at < self.text.len() {
            let byte = self.byte(self.at);
            if byte.is_ascii_alphanumeric() {
                self.read_word();
            } else if byte.is_ascii() {
                self.read_sign(byte);
                self.at += 1;
            } else {
                self.read_other();
            }
        }
    }

    /// A character outside ASCII: part of a word, of a run without spaces, or a sign.
    fn read_other(&mut self) {
        let Some(character) = self.character() else {
            self.at = self.text.len();
            return;
        };
        let is_letter = self.folder().is_letter(character);
        if is_letter && fold::is_unspaced(character) {
            self.read_unspaced();
        } else if is_letter {
            self.read_word();
        } else {
            match character {
                '。' | '！' | '？' | '：' | '；' | '…' | '،' | '؛' | '।' | '—' | '•' => {
                    self.mark(Marks::SENTENCE);
                }
                '“' | '«' | '「' | '『' | '‘' | '‹' => self.open_quote(b'"'),
                '”' | '»' | '」' | '』' | '›' => self.quote = None,
                _ => {}
            }
            self.at += character.len_utf8();
        }
    }

    fn folder(&mut self) -> &mut Folder {
        self.folder.get_or_insert_with(|| Box::new(Folder::new()))
    }

    fn mark(&mut self, marks: Marks) {
        self.next = self.next.or(marks);
    }

    fn open_quote(&mut self, closing: u8) {
        self.quote = Some(closing);
        self.mark(Marks::SENTENCE);
    }

    fn read_sign(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end_line(),
            b'.' | b'!' | b'?' | b';' | b':' | b'(' | b'*' => {
                self.mark(Marks::SENTENCE);
                if byte == b'!' {
                    self.mark_last(Marks::LOUD);
                }
            }
            b'"' => self.toggle_quote(b'"'),
            b'`' => self.read_backtick(),
            b'<' => self.mark(Marks::ANGLE.or(Marks::SENTENCE)),
            b'[' | b'{' => self.mark(Marks::BRACKET.or(Marks::SENTENCE)),
            b'/' if self.next.has(Marks::ANGLE) || self.next.has(Marks::BRACKET) => self.mark(Marks::CLOSING),
            b'|' => self.mark(Marks::PIPE),
            b'-' | b'=' | b'#' | b'_' | b'~'
                if self.byte(self.at + 1) == byte && self.byte(self.at + 2) == byte =>
            {
                self.mark(Marks::RULED.or(Marks::SENTENCE));
            }
            b'>' | b']' => {
                self.next = Marks(self.next.0 & !(Marks::ANGLE.or(Marks::BRACKET).or(Marks::CLOSING).0));
                self.mark(Marks::SENTENCE);
            }
            _ => {}
        }
        if byte != b'\n' && byte != b' ' && byte != b'\r' && byte != b'\t' {
            self.newlines = 0;
        }
    }

    fn end_line(&mut self) {
        self.newlines += 1;
        self.quote = None;
        self.mark(Marks::LINE.or(Marks::SENTENCE));
        if self.newlines > 1 {
            self.mark(Marks::PARAGRAPH);
        }
    }

    fn toggle_quote(&mut self, sign: u8) {
        if self.quote == Some(sign) {
            self.quote = None;
        } else {
            self.open_quote(sign);
        }
    }

    fn read_backtick(&mut self) {
        if self.byte(self.at + 1) == b'`' && self.byte(self.at + 2) == b'`' {
            self.fenced = !self.fenced;
            self.at += 2;
        } else {
            self.toggle_quote(b'`');
        }
    }

    fn mark_last(&mut self, marks: Marks) {
        if let Some(last) = self.tokens.last_mut() {
            last.marks = last.marks.or(marks);
        }
    }

    /// A word: letters, digits, and the signs that stand for letters between them.
    fn read_word(&mut self) {
        if self.read_plain_word() {
            return;
        }
        let start = self.at;
        self.word.clear();
        let mut shape = Shape::default();
        while self.at < self.text.len() && self.word.len() < MAX_WORD {
            let byte = self.byte(self.at);
            if byte.is_ascii_alphabetic() {
                shape.upper += u32::from(byte.is_ascii_uppercase());
                shape.letters += 1;
                self.word.push(byte.to_ascii_lowercase());
                self.at += 1;
            } else if byte.is_ascii_digit() {
                shape.signs += 1;
                self.word.push(byte);
                self.at += 1;
            } else if byte.is_ascii() {
                if !self.takes_sign(byte, &mut shape) {
                    break;
                }
            } else if !self.takes_character(&mut shape) {
                break;
            }
        }
        if self.word.len() >= MAX_WORD {
            self.skip_rest();
        }
        self.finish_word(start, shape);
    }

    /// A word of ASCII letters and digits and nothing else, as most are; false where there is more to it.
    fn read_plain_word(&mut self) -> bool {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let mut shape = Shape::default();
        let mut length = 0;
        for byte in rest.iter().take(MAX_WORD) {
            let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or(0);
            if kind == 0 {
                break;
            }
            shape.letters += u32::from(kind >= 2);
            shape.upper += u32::from(kind == 3);
            shape.signs += u32::from(kind == 1);
            length += 1;
        }
        let more = matches!(rest.get(length), Some(b'\'' | b'@' | b'$' | 0x80..));
        if length == 0 || length == MAX_WORD || more {
            return false;
        }
        self.word.clear();
        // Digits have this bit anyway.
        self.word.extend(rest.iter().take(length).map(|byte| byte | 0x20));
        self.at += length;
        self.finish_word(start, shape);
        true
    }

    fn skip_rest(&mut self) {
        while self.byte(self.at).is_ascii_alphanumeric() {
            self.at += 1;
        }
    }

    /// Takes an apostrophe of a contraction (dropped) or a sign written for a letter; false where the word ends.
    fn takes_sign(&mut self, byte: u8, shape: &mut Shape) -> bool {
        let next = self.byte(self.at + 1);
        match byte {
            b'\'' if next.is_ascii_alphabetic() => {
                let tail = self.byte(self.at + 2);
                let ends =
                    !tail.is_ascii_alphabetic() || matches!((next, tail), (b'r' | b'v', b'e') | (b'l', b'l'));
                if ends && matches!(next, b't' | b's' | b'r' | b'v' | b'l' | b'm' | b'd') {
                    self.at += 1;
                    return true;
                }
                false
            }
            b'@' | b'$' if next.is_ascii_alphanumeric() && shape.letters > 0 => {
                shape.signs += 1;
                shape.at_sign |= byte == b'@';
                self.word.push(byte);
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    fn takes_character(&mut self, shape: &mut Shape) -> bool {
        let Some(character) = self.character() else { return false };
        if let Some(letter) = self.fold_letter(character) {
            if letter.ascii {
                shape.letters += 1;
                // Fullwidth and mathematical letters fold to ASCII; so do accented ones, which hide nothing.
                shape.hidden |= u32::from(character) >= 0x2000;
            } else {
                shape.foreign += 1;
                shape.honest |= !letter.twin;
            }
        } else if fold::is_invisible(character) {
            // A joiner between letters of the scripts that need it is spelling; elsewhere it hides a word.
            shape.hidden |= shape.letters > 0 && shape.foreign == 0;
        } else if character == '’'
            && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("’t") || rest.starts_with("’s"))
        {
        } else if !matches!(character, '\u{300}'..='\u{36F}' | '\u{900}'..='\u{DFF}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}')
        {
            return false;
        } else if matches!(character, '\u{900}'..='\u{DFF}') {
            fold::push_char(character, &mut self.word);
        }
        self.at += character.len_utf8();
        true
    }

    /// Appends a letter of a script that writes spaces to the word.
    fn fold_letter(&mut self, character: char) -> Option<fold::Letter> {
        if fold::is_unspaced(character) {
            return None;
        }
        let mut word = core::mem::take(&mut self.word);
        let letter = self.folder().fold(character, &mut word);
        self.word = word;
        letter
    }

    fn finish_word(&mut self, start: usize, shape: Shape) {
        let mut marks = Marks::NONE;
        if shape.letters >= 3 && shape.upper == shape.letters && shape.foreign == 0 {
            marks = marks.or(Marks::CAPITALS);
        }
        if self.is_address(shape) {
            self.read_address();
            let address = self.text.get(start..self.at).unwrap_or_default();
            let blank = if address::has_blank(address) { Classes::BLANK } else { Classes::NONE };
            if address::is_picture(self.text.get(..start).unwrap_or_default()) {
                marks = marks.or(Marks::PICTURE);
            }
            return self.push(start, lexicon::hash(&self.word), Classes::TARGET.or(blank), marks);
        }
        let (hash, mut classes) = lexicon::look_up(&self.word);
        if shape.hidden {
            marks = marks.or(Marks::DISGUISED);
        }
        if classes.is_none() {
            let known = (shape.signs > 0 && shape.letters > 1 && fold::unleet(&self.word, &mut self.other))
                || (shape.foreign > 0 && !shape.honest && fold::skeleton(&self.word, &mut self.other));
            if known {
                classes = lexicon::exact(&self.other);
            }
            if classes.is_none() && shape.letters == 0 && shape.foreign > 3 {
                classes = self.without_article();
            } else if !classes.is_none() {
                return self.push(start, lexicon::hash(&self.other), classes, marks.or(Marks::DISGUISED));
            }
        }
        self.push(start, hash, classes, marks);
    }

    /// Arabic and Hebrew write "and", "the" and "to" as the first letters of the word.
    fn without_article(&self) -> Classes {
        for prefix in ["وال", "بال", "فال", "ال", "و", "ف", "ה", "ו", "את"] {
            if let Some(rest) = self.word.strip_prefix(prefix.as_bytes()) {
                let classes = lexicon::exact(rest);
                if !classes.is_none() {
                    return classes;
                }
            }
        }
        Classes::NONE
    }

    fn is_address(&self, shape: Shape) -> bool {
        if shape.at_sign && self.byte(self.at) == b'.' {
            return true;
        }
        match self.byte(self.at) {
            b':' if self.byte(self.at + 1) == b'/' => {
                matches!(self.word.as_slice(), b"http" | b"https" | b"ftp")
            }
            b'.' => self.word.as_slice() == b"www",
            _ => false,
        }
    }

    fn read_address(&mut self) {
        // A bracket ends an address unless it opens a place to fill in.
        let ends =
            |byte: u8| matches!(byte, 0..=b' ' | b'"' | b'<' | b'>' | b')' | b'`' | b'\'' | b']' | 0x80..);
        while !ends(self.byte(self.at)) {
            self.at += 1;
        }
        self.word.truncate(8);
    }

    /// Known words are cut out of the run, longest first; what lies between two of them becomes one unknown word.
    fn read_unspaced(&mut self) {
        let mut unknown: Option<usize> = None;
        while let Some(character) = self.character().filter(|c| fold::is_unspaced(*c)) {
            let start = self.at;
            if let Some((end, classes)) = self.longest_known() {
                if let Some(before) = unknown.take() {
                    self.push_piece(before, start, Classes::NONE);
                }
                self.push_piece(start, end, classes);
                self.at = end;
            } else {
                let begin = *unknown.get_or_insert(start);
                self.at += character.len_utf8();
                if self.at - begin >= UNKNOWN_PIECE {
                    unknown = None;
                    self.push_piece(begin, self.at, Classes::NONE);
                }
            }
        }
        if let Some(before) = unknown {
            self.push_piece(before, self.at, Classes::NONE);
        }
    }

    fn longest_known(&self) -> Option<(usize, Classes)> {
        let rest = self.text.get(self.at..)?;
        let mut found = None;
        let mut end = self.at;
        let mut hash = lexicon::HASH_START;
        for character in rest.chars().take(14) {
            if !fold::is_unspaced(character) {
                break;
            }
            let length = character.len_utf8();
            let bytes = self.text.as_bytes().get(end..end + length)?;
            hash = bytes.iter().fold(hash, |hash, byte| lexicon::hash_step(hash, *byte));
            end += length;
            if end - self.at == 3 && !lexicon::may_begin(hash) {
                return None;
            }
            let classes = lexicon::exact_of(hash);
            if !classes.is_none() {
                found = Some((end, classes));
            }
        }
        found
    }

    fn push_piece(&mut self, start: usize, end: usize, classes: Classes) {
        let hash = lexicon::hash(self.text.as_bytes().get(start..end).unwrap_or_default());
        let at = core::mem::replace(&mut self.at, end);
        self.push(start, hash, classes, Marks::NONE);
        self.at = at;
    }

    fn push(&mut self, start: usize, hash: u32, classes: Classes, marks: Marks) {
        let mut marks = marks.or(self.next);
        if self.quote.is_some() {
            marks = marks.or(Marks::QUOTED);
        }
        if self.fenced {
            marks = marks.or(Marks::FENCED);
        }
        while self.hidden.first().is_some_and(|range| range.end <= start) {
            self.hidden = self.hidden.get(1..).unwrap_or_default();
        }
        if self.hidden.first().is_some_and(|range| range.start <= start) {
            marks = marks.or(Marks::HIDDEN);
        }
        match self.byte(self.at) {
            b':' => marks = marks.or(Marks::COLON),
            b'>' | b']' | b'|' | b'}' => {
                marks = marks.or(Marks::SHUT);
                if self.byte(self.at + 1) == b':' {
                    marks = marks.or(Marks::COLON);
                }
            }
            b'*' if self.byte(self.at + 1) == b'*' && self.byte(self.at + 2) == b':' => {
                marks = marks.or(Marks::COLON);
            }
            b'"' if self.byte(self.at + 1) == b':' => marks = marks.or(Marks::COLON),
            _ => {}
        }
        self.tokens.push(Token {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(self.at).unwrap_or(u32::MAX),
            hash,
            classes,
            marks,
        });
        self.next = Marks::NONE;
        self.newlines = 0;
    }
}

/// What the letters of a word looked like, counted.
#[derive(Default, Clone, Copy)]
struct Shape {
    letters: u32,
    upper: u32,
    signs: u32,
    foreign: u32,
    /// One of the foreign letters looks like no Latin one.
    honest: bool,
    hidden: bool,
    at_sign: bool,
}
