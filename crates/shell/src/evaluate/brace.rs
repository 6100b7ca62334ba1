//! Brace expansion: `{a,b}` and `{1..9}`, before everything else.

use crate::budget::Budget;
use crate::syntax::Part;

/// A piece of a word after brace expansion.
#[derive(Clone, Debug)]
pub(super) enum Atom<'p> {
    Text(String),
    Part(&'p Part),
    /// A sequence with more elements than are written out.
    Many,
}

/// What an atom takes in memory beside its text.
const ATOM: usize = 16;

impl Atom<'_> {
    fn size(&self) -> usize {
        if let Atom::Text(text) = self { text.len() + ATOM } else { ATOM }
    }
}

/// The most words one word becomes; a longer sequence stands as one word that is not known.
const MOST_WORDS: usize = 2048;

/// The words `parts` becomes; `None` when there is no brace in it.
pub(super) fn expand<'p>(parts: &'p [Part], budget: &mut Budget) -> Option<Vec<Vec<Atom<'p>>>> {
    if !parts.iter().any(|part| matches!(part, Part::Literal(text) if text.contains('{'))) {
        return None;
    }
    let mut tokens = Vec::new();
    for part in parts {
        match part {
            Part::Literal(text) => tokens.extend(text.chars().map(Token::Character)),
            other => tokens.push(Token::Part(other)),
        }
    }
    let closing = closing(&tokens);
    let mut room = Room { words: MOST_WORDS, budget };
    Some(words(Inside { tokens: &tokens, closing: &closing }, 0, &mut room))
}

/// What may still be made: so many words, and what the analysis has left for putting them together.
struct Room<'b> {
    words: usize,
    budget: &'b mut Budget,
}

/// Tokens with, for each opening brace, how far behind it the closing one stands.
#[derive(Clone, Copy)]
struct Inside<'t, 'p> {
    tokens: &'t [Token<'p>],
    closing: &'t [usize],
}

impl Inside<'_, '_> {
    fn part(self, start: usize, end: usize) -> Option<Self> {
        Some(Inside { tokens: self.tokens.get(start..end)?, closing: self.closing.get(start..end)? })
    }

    fn from(self, start: usize) -> Self {
        self.part(start, self.tokens.len()).unwrap_or(Inside { tokens: &[], closing: &[] })
    }
}

/// The distance from each opening brace to its closing one, 0 where there is none, in one pass.
fn closing(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut distances = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is('{') {
            open.push(at);
        } else if token.is('}')
            && let Some(start) = open.pop()
            && let Some(distance) = distances.get_mut(start)
        {
            *distance = at - start;
        }
    }
    distances
}

#[derive(Clone, Copy)]
enum Token<'p> {
    Character(char),
    Part(&'p Part),
}

impl Token<'_> {
    fn is(self, expected: char) -> bool {
        matches!(self, Token::Character(found) if found == expected)
    }
}

fn words<'p>(inside: Inside<'_, 'p>, depth: usize, room: &mut Room<'_>) -> Vec<Vec<Atom<'p>>> {
    let mut results: Vec<Vec<Atom<'p>>> = vec![Vec::new()];
    let mut rest = inside;
    while let Some((&token, _)) = rest.tokens.split_first() {
        if room.words == 0 || room.budget.is_spent() || !room.budget.spend(results.len() / 16) {
            results.push(vec![Atom::Many]);
            return results;
        }
        let distance = rest.closing.first().copied().unwrap_or(0);
        if distance > 0
            && depth < 16
            && let Some(between) = rest.part(1, distance)
            && let Some(options) = options(between, depth, room)
        {
            results = product(&results, &options, room);
            rest = rest.from(distance + 1);
            continue;
        }
        for result in &mut results {
            push(result, token);
        }
        rest = rest.from(1);
    }
    results
}

fn push<'p>(word: &mut Vec<Atom<'p>>, token: Token<'p>) {
    match (token, word.last_mut()) {
        (Token::Character(character), Some(Atom::Text(text))) => text.push(character),
        (Token::Character(character), _) => word.push(Atom::Text(character.to_string())),
        (Token::Part(part), _) => word.push(Atom::Part(part)),
    }
}

/// The alternatives inside braces; `None` where the braces stand for themselves.
fn options<'p>(inside: Inside<'_, 'p>, depth: usize, room: &mut Room<'_>) -> Option<Vec<Vec<Atom<'p>>>> {
    let mut options = Vec::new();
    let mut open = 0_usize;
    let mut start = 0;
    for (at, token) in inside.tokens.iter().enumerate() {
        if token.is('{') {
            open += 1;
        } else if token.is('}') {
            open = open.saturating_sub(1);
        } else if token.is(',') && open == 0 {
            options.extend(words(inside.part(start, at)?, depth + 1, room));
            start = at + 1;
        }
    }
    if start > 0 {
        options.extend(words(inside.from(start), depth + 1, room));
        return Some(options);
    }
    sequence(inside.tokens)
}

fn sequence<'p>(inside: &[Token<'p>]) -> Option<Vec<Vec<Atom<'p>>>> {
    let text: Option<String> =
        inside.iter().map(|token| if let Token::Character(c) = token { Some(*c) } else { None }).collect();
    let text = text?;
    let mut fields = text.split("..");
    let (first, last, step) = (fields.next()?, fields.next()?, fields.next());
    if fields.next().is_some() {
        return None;
    }
    let step = step.map_or(Some(1), |step| step.parse::<i64>().ok())?.unsigned_abs().max(1);
    if let (Ok(from), Ok(to)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let width = if is_padded(first) || is_padded(last) { first.len().max(last.len()) } else { 0 };
        return Some(numbers(from, to, step, width));
    }
    let (from, to) = (single(first)?, single(last)?);
    let letters = numbers_between(i64::from(u32::from(from)), i64::from(u32::from(to)), step)?;
    let letters = letters.into_iter().filter_map(|code| char::from_u32(u32::try_from(code).ok()?));
    Some(letters.map(|letter| vec![Atom::Text(letter.to_string())]).collect())
}

fn is_padded(number: &str) -> bool {
    let digits = number.trim_start_matches('-');
    digits.len() > 1 && digits.starts_with('0')
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|first| chars.next().is_none() && first.is_ascii_alphabetic())
}

fn numbers<'p>(from: i64, to: i64, step: u64, width: usize) -> Vec<Vec<Atom<'p>>> {
    match numbers_between(from, to, step) {
        Some(numbers) => {
            let padded = |number: i64| {
                if number < 0 { format!("{number:0width$}") } else { format!("{number:0>width$}") }
            };
            numbers.into_iter().map(|number| vec![Atom::Text(padded(number))]).collect()
        }
        None => vec![vec![Atom::Many]],
    }
}

fn numbers_between(from: i64, to: i64, step: u64) -> Option<Vec<i64>> {
    let distance = from.abs_diff(to) / step;
    if distance >= MOST_WORDS as u64 {
        return None;
    }
    let signed = i64::try_from(step).ok()?;
    let signed = if to < from { -signed } else { signed };
    (0..=i64::try_from(distance).ok()?).map(|count| from.checked_add(signed.checked_mul(count)?)).collect()
}

/// Every word of `left` followed by every one of `right`, as far as there is room.
fn product<'p>(left: &[Vec<Atom<'p>>], right: &[Vec<Atom<'p>>], room: &mut Room<'_>) -> Vec<Vec<Atom<'p>>> {
    let mut results = Vec::new();
    for first in left {
        for second in right {
            let size: usize = first.iter().chain(second).map(Atom::size).sum();
            if room.words == 0 || !room.budget.spend(size / 16 + 1) {
                results.push(vec![Atom::Many]);
                return results;
            }
            room.words -= 1;
            let mut word = first.clone();
            for atom in second {
                match (atom, word.last_mut()) {
                    (Atom::Text(text), Some(Atom::Text(last))) => last.push_str(text),
                    _ => word.push(atom.clone()),
                }
            }
            results.push(word);
        }
    }
    results
}
