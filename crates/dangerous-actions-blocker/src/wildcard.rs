//! Shell patterns held against names, without a file system: could `.e*` be `.env`?

/// A shell pattern (`*`, `?`, `[...]`) that is held against several names, ignoring ASCII case.
///
/// It is read once: a bracket may hold thousands of letters, and names are held against it one letter at a time.
#[derive(Debug)]
pub(crate) struct Pattern {
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Many,
    One,
    Letter(char),
    /// One of these, or with `negated` none of them.
    Set {
        negated: bool,
        ascii: u128,
        beyond: Vec<(char, char)>,
    },
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let mut items = Vec::with_capacity(text.len().min(64));
        let mut rest = text;
        // Where one bracket does not close, no later one does.
        let mut closes = true;
        while let Some(letter) = rest.chars().next() {
            let mut behind = rest.get(letter.len_utf8()..).unwrap_or("");
            match letter {
                '*' if matches!(items.last(), Some(Item::Many)) => {}
                '*' => items.push(Item::Many),
                '?' => items.push(Item::One),
                '[' if closes => {
                    if let Some(inside) = inside_bracket(behind) {
                        items.push(set(inside));
                        behind = behind.get(inside.len() + 1..).unwrap_or("");
                    } else {
                        closes = false;
                        items.push(Item::Letter('['));
                    }
                }
                letter => items.push(Item::Letter(letter.to_ascii_lowercase())),
            }
            rest = behind;
        }
        Self { items }
    }

    /// Whether it matches the whole of `name`. Iterative with one point to go back to, so that no name takes more than
    /// its length squared.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (mut at, mut letter) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while let Some(current) = char_at(name, letter) {
            match self.items.get(at) {
                Some(Item::Many) => {
                    at += 1;
                    star = Some((at, letter));
                    continue;
                }
                Some(item) if item.takes(current.to_ascii_lowercase()) => {
                    at += 1;
                    letter += current.len_utf8();
                    continue;
                }
                _ => {}
            }
            let Some((behind, from)) = star else { return false };
            at = behind;
            letter = from + char_at(name, from).map_or(1, char::len_utf8);
            star = Some((behind, letter));
        }
        self.items.get(at..).unwrap_or_default().iter().all(|item| matches!(item, Item::Many))
    }
}

impl Item {
    fn takes(&self, letter: char) -> bool {
        match self {
            Item::Many => false,
            Item::One => true,
            Item::Letter(wanted) => *wanted == letter,
            Item::Set { negated, ascii, beyond } => {
                let found = if letter.is_ascii() {
                    (ascii >> u32::from(letter)) & 1 == 1
                } else {
                    beyond.iter().any(|(from, to)| (*from..=*to).contains(&letter))
                };
                found != *negated
            }
        }
    }
}

/// Whether the shell pattern `pattern` matches the whole of `name`, ignoring ASCII case.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    Pattern::new(pattern).matches(name)
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether `text` holds a pattern character at all.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The bracket expression that `text`, which stands behind its bracket, begins with; a closing one that stands first is a
/// member. An unclosed bracket is a plain `[`.
fn inside_bracket(text: &str) -> Option<&str> {
    let first = text.chars().next()?.len_utf8();
    let close = text.get(first..)?.find(']')?;
    text.get(..first + close)
}

fn set(inside: &str) -> Item {
    let (negated, members) = match inside.strip_prefix(['!', '^']) {
        Some(members) => (true, members),
        None => (false, inside),
    };
    let (mut ascii, mut beyond) = (0, Vec::new());
    let mut letters = members.chars().map(|letter| letter.to_ascii_lowercase());
    while let Some(from) = letters.next() {
        let mut to = from;
        let mut ahead = letters.clone();
        if let (Some('-'), Some(end)) = (ahead.next(), ahead.next()) {
            to = end;
            letters = ahead;
        }
        if from <= to && from.is_ascii() {
            ascii |= (u128::MAX << u32::from(from)) & (u128::MAX >> (127 - u32::from(to).min(127)));
        }
        if from <= to && !to.is_ascii() {
            beyond.push((from, to));
        }
    }
    Item::Set { negated, ascii, beyond }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*", "anything", true),
            (".e*", ".env", true),
            ("et[c]", "etc", true),
            ("et[!c]", "etc", false),
            ("[a-z]tc", "etc", true),
            ("credential?", "credentials", true),
            ("?nv", "env", true),
            ("*vibes*", "governance-check", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbY", false),
            ("ID_RSA", "id_rsa", true),
            ("[", "[", true),
            ("[]]x", "]x", true),
            ("[é-ü]*", "ö", true),
            ("[a-ü]", "z", true),
            ("[a-ü]", "ö", true),
            ("[z-a]", "m", false),
            ("[!]x]", "]", false),
            ("[!]x]", "yx]", true),
            ("[^a]", "b", true),
            ("[", "a", false),
            ("[]", "[]", true),
            ("a[b", "a[b", true),
            ("**a**", "bab", true),
            ("", "", true),
            ("*", "", true),
            ("?l", "öl", true),
            ("*ö", "aöbö", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
