//! Shell patterns held against names, without a file system: could `.e*` be `.env`?

/// Whether the shell pattern `pattern` (`*`, `?`, `[...]`) matches the whole of `name`, ignoring ASCII case.
///
/// Iterative with one point to go back to, so that no pattern takes more than pattern x name steps.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (mut at, mut letter) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(current) = char_at(name, letter) {
        let step = match char_at(pattern, at) {
            Some('*') => {
                star = Some((at, letter));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => bracket(pattern.get(at..).unwrap_or(""), current),
            Some(wanted) if wanted.eq_ignore_ascii_case(&current) => Some(wanted.len_utf8()),
            _ => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                letter += current.len_utf8();
            }
            (None, Some((star_at, from))) => {
                at = star_at + 1;
                letter = from + char_at(name, from).map_or(1, char::len_utf8);
                star = Some((star_at, letter));
            }
            (None, None) => return false,
        }
    }
    pattern.get(at..).unwrap_or("").bytes().all(|rest| rest == b'*')
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether `text` holds a pattern character at all.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// How many bytes of the pattern the bracket expression at its start takes if `letter` is in it. An unclosed bracket is
/// a plain `[`.
fn bracket(pattern: &str, letter: char) -> Option<usize> {
    let Some((inside, _)) =
        bracket_end(pattern).and_then(|close| pattern.get(1..)?.split_at_checked(close - 1))
    else {
        return (letter == '[').then_some(1);
    };
    let (negated, set) = match inside.strip_prefix(['!', '^']) {
        Some(set) => (true, set),
        None => (false, inside),
    };
    let letter = letter.to_ascii_lowercase();
    let mut found = false;
    let mut letters = set.chars().map(|letter| letter.to_ascii_lowercase());
    while let Some(from) = letters.next() {
        let mut ahead = letters.clone();
        if let (Some('-'), Some(to)) = (ahead.next(), ahead.next()) {
            found |= (from..=to).contains(&letter);
            letters = ahead;
        } else {
            found |= from == letter;
        }
    }
    (found != negated).then_some(inside.len() + 2)
}

/// The offset of the bracket that closes the one at the start; one that stands first is a member.
fn bracket_end(pattern: &str) -> Option<usize> {
    let first = 1 + char_at(pattern, 1)?.len_utf8();
    pattern.get(first..)?.find(']').map(|at| first + at)
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
            ("?l", "öl", true),
            ("*ö", "aöbö", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
