//! Path patterns as the client's engine reads them: gitignore's, with that engine's quirks.
//!
//! The engine is the one of the client, a translation to JavaScript regular expressions, and it differs from git: it
//! ignores case on every system, `\?` is a backslash and any character, and a bracket that is not closed matches
//! nothing. The `ignore` and `globset` crates follow git instead and expand braces, which the client does not.

/// A pattern, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    tokens: Vec<Token>,
    /// A slash before the last character ties the pattern to the root.
    anchored: bool,
    /// A slash at the end: the pattern names a folder.
    folder: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// One character of a name.
    Any,
    /// Any number of characters of a name.
    Star,
    /// At least one character of a name.
    Plus,
    /// `**/` at the start: nothing, or any folders.
    LeadingFolders,
    /// `/**` before a slash: nothing, or any folders, each with the slash before it.
    MiddleFolders,
    /// `/**` at the end: everything below.
    Below,
    /// Characters and ranges. There is no negation: `[!a]` is an exclamation mark or an a.
    Class(Vec<(char, char)>),
    /// What the engine translates into something no path has.
    Never,
}

impl Pattern {
    /// Reads a pattern; `None` for a negation or nothing, which match no path on their own. `#` begins no comment.
    pub fn new(text: &str) -> Option<Self> {
        let text = &without_trailing_spaces(text);
        if text.is_empty() || text.starts_with('!') {
            return None;
        }
        let characters: Vec<char> = match text.strip_prefix('\\') {
            Some(rest) if rest.starts_with(['!', '#']) => rest.chars().collect(),
            _ => text.chars().collect(),
        };
        let (last, before) = characters.split_last()?;
        let anchored = before.contains(&'/');
        let body = if characters.first() == Some(&'/') { characters.get(1..) } else { characters.get(..) };
        let folder = *last == '/';
        let body =
            body.map(|body| if folder { body.split_last().map_or(body, |(_, rest)| rest) } else { body });
        Some(Self {
            tokens: tokens(body.unwrap_or_default()),
            anchored: anchored || characters.first() == Some(&'/'),
            folder,
        })
    }

    /// Whether the pattern names `path` or a folder above it. `path` is relative to the pattern's root.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.trim_end().chars().map(fold).collect();
        let ends = (0..path.len()).filter(|at| path.get(*at) == Some(&'/'));
        for end in ends {
            if self.matches_whole(path.get(..end).unwrap_or_default()) {
                return true;
            }
        }
        !self.folder && self.matches_whole(&path)
    }

    fn matches_whole(&self, path: &[char]) -> bool {
        let mut open: Vec<(usize, usize)> = vec![(0, 0)];
        if !self.anchored {
            open.extend(slashes(path).map(|at| (0, at + 1)));
        }
        // Each pair of a token and a place is looked at once, so no pattern takes exponential time.
        let mut seen = vec![false; (self.tokens.len() + 1) * (path.len() + 1)];
        while let Some((token, at)) = open.pop() {
            let Some(mark) = seen.get_mut(token * (path.len() + 1) + at) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            match self.tokens.get(token) {
                Some(current) => step(current, (token, at), path, &mut open),
                None if at == path.len() => return true,
                None => {}
            }
        }
        false
    }
}

/// Puts the places reached from `(token, at)` on `open`.
fn step(current: &Token, (token, at): (usize, usize), path: &[char], open: &mut Vec<(usize, usize)>) {
    let here = path.get(at).copied();
    let in_name = here.is_some_and(|c| c != '/');
    let next = token + 1;
    match current {
        Token::Char(wanted) if here == Some(*wanted) => open.push((next, at + 1)),
        Token::Any if in_name => open.push((next, at + 1)),
        Token::Class(ranges) => {
            let inside = |c: char| ranges.iter().any(|(low, high)| in_range(c, *low, *high));
            if here.is_some_and(inside) {
                open.push((next, at + 1));
            }
        }
        Token::Star => {
            open.push((next, at));
            if in_name {
                open.push((token, at + 1));
            }
        }
        Token::Plus if in_name => open.extend([(token, at + 1), (next, at + 1)]),
        Token::LeadingFolders => {
            open.push((next, at));
            open.extend(slashes(path).filter(|slash| *slash >= at).map(|slash| (next, slash + 1)));
        }
        Token::MiddleFolders => {
            open.push((next, at));
            let name = path.get(at + 1..).unwrap_or_default();
            let length = name.iter().take_while(|c| **c != '/').count();
            if here == Some('/') && length > 0 {
                open.push((token, at + 1 + length));
            }
        }
        Token::Below if here == Some('/') && at + 1 < path.len() => open.push((next, path.len())),
        Token::Char(_) | Token::Any | Token::Plus | Token::Below | Token::Never => {}
    }
}

fn slashes(path: &[char]) -> impl Iterator<Item = usize> {
    path.iter().enumerate().filter(|(_, c)| **c == '/').map(|(at, _)| at)
}

/// The engine ignores case as JavaScript's `i` flag does: by the upper case, where that is one character.
fn fold(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

fn in_range(folded: char, low: char, high: char) -> bool {
    let inside = |c: char| low <= c && c <= high;
    inside(folded) || folded.to_lowercase().any(inside)
}

/// Trailing blanks do not count unless the first of them is escaped; then one space stands for them all.
fn without_trailing_spaces(text: &str) -> String {
    let trimmed = text.trim_end();
    let backslashes = trimmed.chars().rev().take_while(|c| *c == '\\').count();
    if trimmed.len() < text.len() && backslashes % 2 == 1 {
        return format!("{} ", trimmed.get(..trimmed.len() - 1).unwrap_or_default());
    }
    trimmed.to_owned()
}

fn tokens(text: &[char]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let (token, length) = match c {
            '*' if at == 0 && rest.starts_with(&['*', '*', '/']) => (Token::LeadingFolders, 3),
            '/' if rest.starts_with(&['/', '*', '*']) && rest.get(3) == Some(&'/') => {
                (Token::MiddleFolders, 3)
            }
            '/' if rest == ['/', '*', '*'] => (Token::Below, 3),
            '*' => star(text, at),
            '?' => (Token::Any, 1),
            '[' => class(rest),
            '\\' => escaped(rest),
            c => (Token::Char(fold(*c)), 1),
        };
        tokens.push(token);
        at += length;
    }
    tokens
}

/// A run of stars is one; a star that is a whole last name wants at least one character.
fn star(text: &[char], at: usize) -> (Token, usize) {
    let run = text.get(at..).unwrap_or_default().iter().take_while(|c| **c == '*').count();
    let last = at + run == text.len();
    let whole_name = at == 0 || text.get(at - 1) == Some(&'/');
    (if last && whole_name && run == 1 { Token::Plus } else { Token::Star }, run)
}

fn escaped(rest: &[char]) -> (Token, usize) {
    match rest.get(1) {
        // `\?` is translated as a backslash followed by any character.
        Some('?') => (Token::Char('\\'), 1),
        Some(c) if c.is_alphanumeric() => (Token::Never, 2),
        Some(c) => (Token::Char(fold(*c)), 2),
        None => (Token::Never, 1),
    }
}

fn class(rest: &[char]) -> (Token, usize) {
    let body = rest.get(1..).unwrap_or_default();
    let Some(end) =
        body.iter().position(|c| matches!(c, ']' | '/')).filter(|end| body.get(*end) == Some(&']'))
    else {
        return (Token::Never, rest.len());
    };
    let inner: Vec<char> =
        body.get(..end).unwrap_or_default().iter().copied().filter(|c| *c != '\\').collect();
    (Token::Class(ranges(&inner)), end + 2)
}

fn ranges(inner: &[char]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(low) = inner.get(at) {
        if let (Some('-'), Some(high)) = (inner.get(at + 1), inner.get(at + 2)) {
            ranges.push((*low, *high));
            at += 3;
        } else {
            ranges.push((*low, *low));
            at += 1;
        }
    }
    ranges
}
