//! Shell patterns against text: `* ? [...]` and the extended forms, in bounded time.

use crate::budget::Effort;

/// A pattern character and whether it is active (unquoted).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) character: char,
    pub(crate) active: bool,
}

/// A compiled pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Character(char),
    Any,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
    Extended { kind: char, options: Vec<Pattern> },
}

/// Extended forms behind and inside each other that are followed; each is a call.
const MOST_DEPTH: usize = 400;

/// Steps one match may take; patterns with many stars on long text would take far more and decide nothing.
const MATCH_STEPS: usize = 60_000;

impl Pattern {
    pub(crate) fn new(marks: &[Mark]) -> Self {
        Self::compile(marks, 0)
    }

    fn compile(marks: &[Mark], depth: usize) -> Self {
        let mut pieces = Vec::new();
        let mut rest = marks;
        // A bracket that does not close is looked for once, not from every opening one.
        let (mut may_class, mut may_extend) = (true, true);
        while let Some((&mark, behind)) = rest.split_first() {
            rest = behind;
            if !mark.active {
                pieces.push(Piece::Character(mark.character));
                continue;
            }
            let extends = "@?*+!".contains(mark.character)
                && behind.first().is_some_and(|next| next.character == '(' && next.active);
            if extends && may_extend && depth < 8 {
                if let Some((options, after)) = options(behind, depth) {
                    pieces.push(Piece::Extended { kind: mark.character, options });
                    rest = after;
                    continue;
                }
                may_extend = false;
            }
            match mark.character {
                '*' => pieces.push(Piece::Star),
                '?' => pieces.push(Piece::Any),
                '[' => {
                    if let Some((piece, after)) = may_class.then(|| class(behind)).flatten() {
                        pieces.push(piece);
                        rest = after;
                    } else {
                        may_class = false;
                        pieces.push(Piece::Character('['));
                    }
                }
                '\\' => {
                    let (escaped, after) =
                        behind.split_first().map_or(('\\', behind), |(m, a)| (m.character, a));
                    pieces.push(Piece::Character(escaped));
                    rest = after;
                }
                other => pieces.push(Piece::Character(other)),
            }
        }
        Self { pieces }
    }

    /// The whole text matches.
    pub(crate) fn matches(&self, text: &str, effort: &Effort) -> bool {
        let allotted = effort.allot(MATCH_STEPS);
        let mut steps = allotted.saturating_sub(text.len() / 4);
        let found = steps > 0 && {
            let text: Vec<char> = text.chars().collect();
            matches(&self.pieces, &text, &mut steps, 0)
        };
        effort.settle(allotted, steps);
        found
    }

    /// The pattern is exactly one character or class.
    pub(crate) fn is_single(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Any | Piece::Class { .. } | Piece::Character(_)])
    }

    /// No piece but plain characters: the text itself.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Without active pieces a pattern is a text, which is looked for much faster.
    pub(crate) fn literal(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| if let Piece::Character(c) = piece { Some(*c) } else { None })
            .collect()
    }
}

/// `(a|b)` behind the character that names the form.
fn options(marks: &[Mark], depth: usize) -> Option<(Vec<Pattern>, &[Mark])> {
    let mut options = Vec::new();
    let mut open = 0;
    let mut start = 1;
    for (at, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.active) {
        match mark.character {
            '(' => open += 1,
            '|' if open == 1 => {
                options.push(Pattern::compile(marks.get(start..at)?, depth + 1));
                start = at + 1;
            }
            ')' if open == 1 => {
                options.push(Pattern::compile(marks.get(start..at)?, depth + 1));
                return Some((options, marks.get(at + 1..)?));
            }
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

fn class(marks: &[Mark]) -> Option<(Piece, &[Mark])> {
    let mut at = 0;
    let negated = matches!(marks.first()?.character, '!' | '^');
    at += usize::from(negated);
    let mut ranges = Vec::new();
    let first = at;
    loop {
        let mark = marks.get(at)?;
        if mark.character == ']' && at > first {
            return Some((Piece::Class { negated, ranges }, marks.get(at + 1..)?));
        }
        if mark.character == '[' && marks.get(at + 1)?.character == ':' {
            let name: String =
                marks.get(at + 2..)?.iter().map(|m| m.character).take_while(|&c| c != ':').collect();
            ranges.extend(named_class(&name));
            at += name.chars().count() + 4;
            continue;
        }
        let is_range = marks.get(at + 1).is_some_and(|m| m.character == '-')
            && marks.get(at + 2).is_some_and(|m| m.character != ']');
        if is_range {
            ranges.push((mark.character, marks.get(at + 2)?.character));
            at += 3;
        } else {
            ranges.push((mark.character, mark.character));
            at += 1;
        }
    }
}

/// The ranges of `[:name:]`, in ASCII.
pub(crate) fn named_class(name: &str) -> Vec<(char, char)> {
    match name {
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "digit" => vec![('0', '9')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "blank" => vec![(' ', ' '), ('\t', '\t')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "xdigit" => vec![('0', '9'), ('a', 'f'), ('A', 'F')],
        "print" => vec![(' ', '~')],
        "graph" => vec![('!', '~')],
        "cntrl" => vec![('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        _ => Vec::new(),
    }
}

fn matches(pieces: &[Piece], text: &[char], steps: &mut usize, depth: usize) -> bool {
    if depth > MOST_DEPTH {
        *steps = 0;
    }
    let (mut pieces, mut text) = (pieces, text);
    // Where to go on after the last star when what follows it does not match: the star takes one character more.
    let mut retry: Option<(&[Piece], &[char])> = None;
    loop {
        *steps = steps.saturating_sub(1);
        if *steps == 0 {
            return false;
        }
        match pieces.split_first() {
            Some((Piece::Star, after)) => {
                retry = Some((after, text));
                pieces = after;
                continue;
            }
            Some((Piece::Extended { kind, options }, after))
                if extended((*kind, options), after, text, steps, depth + 1) =>
            {
                return true;
            }
            Some((piece, after)) => {
                if let Some((&next, behind)) = text.split_first()
                    && accepts(piece, next)
                {
                    (pieces, text) = (after, behind);
                    continue;
                }
            }
            None if text.is_empty() => return true,
            None => {}
        }
        let Some((after, from)) = retry else { return false };
        let Some((_, behind)) = from.split_first() else { return false };
        retry = Some((after, behind));
        (pieces, text) = (after, behind);
    }
}

fn accepts(piece: &Piece, next: char) -> bool {
    match piece {
        Piece::Character(character) => *character == next,
        Piece::Any => true,
        Piece::Class { negated, ranges } => {
            ranges.iter().any(|&(from, to)| from <= next && next <= to) != *negated
        }
        Piece::Star | Piece::Extended { .. } => false,
    }
}

/// Tries every length the extended form could take.
fn extended(
    (kind, options): (char, &[Pattern]),
    after: &[Piece],
    text: &[char],
    steps: &mut usize,
    depth: usize,
) -> bool {
    for length in 0..=text.len() {
        let (taken, rest) = text.split_at(length);
        let fits = match kind {
            '!' => !options.iter().any(|option| matches(&option.pieces, taken, steps, depth)),
            '?' | '*' if taken.is_empty() => true,
            '@' | '?' => options.iter().any(|option| matches(&option.pieces, taken, steps, depth)),
            _ => repeats(options, taken, steps, depth),
        };
        if fits && matches(after, rest, steps, depth) {
            return true;
        }
        if *steps == 0 {
            return false;
        }
    }
    false
}

fn repeats(options: &[Pattern], text: &[char], steps: &mut usize, depth: usize) -> bool {
    for length in (1..=text.len()).rev() {
        let (taken, rest) = text.split_at(length);
        *steps = steps.saturating_sub(1);
        if *steps == 0 {
            return false;
        }
        if options.iter().any(|option| matches(&option.pieces, taken, steps, depth))
            && (rest.is_empty() || repeats(options, rest, steps, depth + 1))
        {
            return true;
        }
    }
    false
}
