//! `@file` mentions: the client puts the content of each mentioned file beside the prompt.

use std::path::PathBuf;

use hook_core::{Context, path};

/// More mentions than this in one prompt are not followed.
const MOST_MENTIONS: usize = 100;

/// The files a prompt mentions: `@path`, `@"a path"`, with or without a line range (`@path#L3-9`).
pub(crate) fn files(prompt: &str, context: &Context<'_>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (at, _) in prompt.match_indices('@') {
        let before = prompt.get(..at).and_then(|before| before.chars().next_back());
        // An address such as me@example.com mentions nothing.
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        for name in names(prompt.get(at + 1..).unwrap_or_default()) {
            let file = path::absolute(name, &context.cwd, context.home);
            if found.len() < MOST_MENTIONS && !found.contains(&file) && file.is_file() {
                found.push(file);
            }
        }
    }
    found
}

/// What the text after an `@` may name, the longest reading first: a sentence may end right behind a file's name.
fn names(rest: &str) -> Vec<&str> {
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted.split('"').next().into_iter().collect();
    }
    let whole = rest.split(char::is_whitespace).next().unwrap_or_default();
    let mut names = vec![whole];
    names.extend(whole.rsplit_once("#L").map(|(name, _)| name));
    let bare = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"', '>']);
    names.push(bare);
    names.extend(bare.rsplit_once("#L").map(|(name, _)| name));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_mention_may_have_quotes_ranges_and_a_sentence_around_it() {
        assert_eq!(names("src/a.rs and more"), ["src/a.rs"]);
        assert_eq!(names("\"my notes.txt\" please"), ["my notes.txt"]);
        assert_eq!(names(".env#L1-4."), [".env#L1-4.", ".env", ".env#L1-4", ".env"]);
        assert_eq!(names("a.txt, b"), ["a.txt,", "a.txt"]);
    }
}
