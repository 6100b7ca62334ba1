//! Shell patterns held against names, without a file system: could `.e*` be `.env`?

/// Whether the shell pattern `pattern` (`*`, `?`, `[...]`) matches the whole of `name`, ignoring ASCII case.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let name: Vec<char> = name.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    matches_from(&pattern, &name)
}

/// Whether `text` holds a pattern character at all.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Iterative with one point to go back to, so that no pattern takes more than pattern x name steps.
fn matches_from(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut letter) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&current) = name.get(letter) {
        let step = match pattern.get(at) {
            Some('*') => {
                star = Some((at, letter));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => bracket(pattern.get(at..).unwrap_or_default(), current),
            Some(&wanted) if wanted == current => Some(1),
            _ => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                letter += 1;
            }
            (None, Some((star_at, from))) => {
                at = star_at + 1;
                letter = from + 1;
                star = Some((star_at, letter));
            }
            (None, None) => return false,
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

/// How many pattern characters the bracket expression at the start takes if `letter` is in it. An unclosed bracket is
/// a plain `[`.
fn bracket(pattern: &[char], letter: char) -> Option<usize> {
    let close = pattern.iter().skip(2).position(|c| *c == ']').map(|offset| offset + 2);
    let Some(close) = close else {
        return (letter == '[').then_some(1);
    };
    let inside = pattern.get(1..close).unwrap_or_default();
    let (negated, set) = match inside.first() {
        Some('!' | '^') => (true, inside.get(1..).unwrap_or_default()),
        _ => (false, inside),
    };
    let mut found = false;
    let mut index = 0;
    while let Some(&from) = set.get(index) {
        if let (Some('-'), Some(&to)) = (set.get(index + 1), set.get(index + 2)) {
            found |= (from..=to).contains(&letter);
            index += 3;
        } else {
            found |= from == letter;
            index += 1;
        }
    }
    (found != negated).then_some(close + 1)
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
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
