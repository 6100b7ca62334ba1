//! Letters moved about: ROT13, reversed text, letters spaced out.

use super::{Encoding, Piece};
use crate::class::Classes;
use crate::lexicon;
use crate::token::Token;

/// Decodes the stretch around the scrambled words both ways; the score tells which way was right.
pub(super) fn unscramble(text: &str, tokens: &[Token], found: &mut Vec<Piece>) {
    let scrambled = |token: &&Token| token.classes.meets(Classes::SCRAMBLED);
    let (Some(first), Some(last)) = (tokens.iter().find(scrambled), tokens.iter().rfind(scrambled)) else {
        return;
    };
    let start = line_start(text, first.start as usize);
    let end = text
        .get(last.end as usize..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |at| last.end as usize + at);
    let Some(stretch) = text.get(start..end).filter(|stretch| stretch.len() <= 8 * 1024) else { return };
    let turned = stretch.chars().map(rot13).collect();
    found.push(Piece { encoding: Encoding::Rot13, range: start..end, text: turned });
    let backwards = stretch.chars().rev().collect();
    found.push(Piece { encoding: Encoding::Backwards, range: start..end, text: backwards });
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn rot13(character: char) -> char {
    let turn = |base: u8, byte: u8| char::from((byte - base + 13) % 26 + base);
    match u8::try_from(character) {
        Ok(byte @ b'a'..=b'z') => turn(b'a', byte),
        Ok(byte @ b'A'..=b'Z') => turn(b'A', byte),
        _ => character,
    }
}

/// Runs of single letters, joined and cut into words the lexicon knows.
pub(super) fn spaced(text: &str, tokens: &[Token], found: &mut Vec<Piece>) {
    let mut run: Vec<Token> = Vec::new();
    for token in tokens {
        let near = run.last().is_none_or(|last| token.start - last.end <= 4);
        if token.end - token.start == 1 && near {
            run.push(*token);
        } else {
            join(text, &run, found);
            run.clear();
        }
    }
    join(text, &run, found);
}

fn join(text: &str, run: &[Token], found: &mut Vec<Piece>) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    if run.len() < 12 {
        return;
    }
    let letters: Vec<u8> = run
        .iter()
        .filter_map(|token| text.as_bytes().get(token.start as usize))
        .map(u8::to_ascii_lowercase)
        .collect();
    if letters.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 10 < letters.len() * 9 {
        return;
    }
    let text = cut_into_words(&letters);
    found.push(Piece { encoding: Encoding::Spaced, range: first.start as usize..last.end as usize, text });
}

/// Longest known word first; letters between known words stay together.
fn cut_into_words(letters: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = letters;
    while !rest.is_empty() {
        let length = (3..=rest.len().min(14))
            .rev()
            .find(|length| rest.get(..*length).is_some_and(|word| !lexicon::exact(word).is_none()));
        let (word, after) = rest.split_at(length.unwrap_or(1));
        if length.is_some() {
            out.push(' ');
        }
        out.extend(word.iter().map(|byte| char::from(*byte)));
        if length.is_some() {
            out.push(' ');
        }
        rest = after;
    }
    out
}
