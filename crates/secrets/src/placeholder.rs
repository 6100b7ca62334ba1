//! Values that stand for a secret without being one: `your-api-key-here`, `xxxx`, `${TOKEN}`, `<token>`.

/// Words that mark an example, in lower case; found anywhere in the value.
const WORDS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your-",
    "your_",
    "yourapi",
    "yourtoken",
    "insert_",
    "insert-",
    "redacted",
    "dummy",
    "xxxxx",
    "lorem",
    "foobar",
    "sample",
];

/// Whether the value of a prefixed token is a stand-in: one byte repeated, a counting run, or an example word.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    longest_repeat(value) >= 8.max(value.len() / 2) || counts_up(value) || has_word(value)
}

fn has_word(value: &[u8]) -> bool {
    WORDS.iter().any(|word| contains_folded(value, word.as_bytes()))
}

fn contains_folded(value: &[u8], word: &[u8]) -> bool {
    value.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

fn longest_repeat(value: &[u8]) -> usize {
    let mut longest = 0;
    let mut length = 0;
    let mut last = None;
    for byte in value {
        length = if last == Some(*byte) { length + 1 } else { 1 };
        last = Some(*byte);
        longest = longest.max(length);
    }
    longest
}

/// `1234567890`, `abcdefghij`: more than half of the value follows its neighbour by one.
fn counts_up(value: &[u8]) -> bool {
    let steps = value.windows(2).filter(|pair| matches!(pair, [a, b] if a.wrapping_add(1) == *b)).count();
    value.len() >= 8 && steps * 2 > value.len()
}
