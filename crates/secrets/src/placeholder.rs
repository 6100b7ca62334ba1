//! Values that stand for a secret without being one: `your-api-key-here`, `xxxx`, `${TOKEN}`, `<token>`.

/// Words that mark an example, in lower case; found anywhere in the value.
const WORDS: &[&[u8]] = &[
    b"example",
    b"placeholder",
    b"changeme",
    b"change_me",
    b"change-me",
    b"your-",
    b"your_",
    b"yourapi",
    b"yourtoken",
    b"yourpass",
    b"yoursecret",
    b"yourkey",
    b"insert_",
    b"insert-",
    b"redacted",
    b"dummy",
    b"xxxx",
    b"foobar",
    b"sample",
    b"replace_",
    b"replace-",
    b"replaceme",
    b"my-secret",
    b"my_secret",
    b"mysecret",
    b"fake",
    b"todo",
    b"fixme",
    b"notasecret",
    b"not-a-",
    b"undefined",
    b"<your",
    b"...",
    b"****",
    b"deadbeef",
    b"secret-here",
    b"_here",
    b"-here",
    b"test-token",
    b"test_token",
    b"testtoken",
    b"redact",
];

/// Whether the value of a prefixed token is a stand-in: mostly one byte repeated, or a counting run.
pub(crate) fn is_masked(value: &[u8]) -> bool {
    longest_repeat(value) >= 8.max(value.len() / 2)
        || value.len() >= 3 && longest_repeat(value) == value.len()
}

/// Whether a value without a format of its own is a stand-in: masked, counting, or holding an example word.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    is_masked(value) || steps(value) * 2 > value.len() && value.len() >= 8 || has_example_word(value)
}

/// Whether an example word stands anywhere in the value.
pub(crate) fn has_example_word(value: &[u8]) -> bool {
    WORDS.iter().any(|word| contains_folded(value, word))
}

pub(crate) fn contains_folded(value: &[u8], word: &[u8]) -> bool {
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

/// `1234567890`, `abcdefghij`: more than three quarters of the value.
pub(crate) fn is_sequence(value: &[u8]) -> bool {
    steps(value) * 4 > value.len() * 3
}

/// How many bytes follow their neighbour by one.
fn steps(value: &[u8]) -> usize {
    value.windows(2).filter(|pair| matches!(pair, [a, b] if a.wrapping_add(1) == *b)).count()
}
