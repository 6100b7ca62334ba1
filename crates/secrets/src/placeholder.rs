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

/// Values that vendors print in their documentation for everybody to use: the account key of the Azure storage emulator,
/// the passwords of the reference of `nuget.config`, the secret key of the AWS examples; those of RFC 5849 and 6749,
/// which the documentation and the tests of every OAuth library repeat; and the API keys in the tests and samples of Google's
/// Firebase SDKs, which stand in every copy of them (gitleaks leaves the same ones out; the list is public).
const PUBLISHED: &[&[u8]] = &[
    b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    b"33f!!lloppa",
    b"hal+9ooo_da!sY",
    b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    b"kd94hf93k423kf44",
    b"pfkkdhi9sl3r4s00",
    b"hh5s93j4hdidpola",
    b"hdhd0244k9j7ao03",
    b"nnch734d00sl2jdk",
    b"0685bd9184jfhq22",
    b"ad180jjd733klru7",
    b"2YotnFZFEjr1zCsicMWpAA",
    b"tGzv3JOkF0XG5Qx2TlKWIA",
    b"7Fjfp0ZBr1KtDRbnfVdmIw",
    b"czZCaGRSa3F0MzpnWDFmQmF0M2JW",
    b"h480djs93hd8",
    b"AIzaSyAnLA7NfeLquW1tJFpx_eQCxoX-oo6YyIs",
    b"AIzaSyCkEhVjf3pduRDt6d1yKOMitrUEke8agEM",
    b"AIzaSyDMAScliyLx7F0NPDEJi1QmyCgHIAODrlU",
    b"AIzaSyD3asb-2pEZVqMkmL6M9N6nHZRR_znhrh0",
    b"AIzaSyAdOS2zB6NCsk1pCdZ4-P6GBdi_UUPwX7c",
    b"AIzaSyASWm6HmTMdYWpgMnjRBjxcQ9CKctWmLd4",
    b"AIzaSyANUvH9H9BsUccjsu2pCmEkOPjjaXeDQgY",
    b"AIzaSyA5_iVawFQ8ABuTZNUdcwERLJv_a_p4wtM",
    b"AIzaSyA4UrcGxgwQFTfaI3no3t7Lt1sjmdnP5sQ",
    b"AIzaSyDSb51JiIcB6OJpwwMicseKRhhrOq1cS7g",
    b"AIzaSyBF2RrAIm4a0mO64EShQfqfd2AFnzAvvuU",
    b"AIzaSyBcE-OOIbhjyR83gm4r2MFCu4MJmprNXsw",
    b"AIzaSyB8qGxt4ec15vitgn44duC5ucxaOi4FmqE",
    b"AIzaSyA8vmApnrHNFE0bApF4hoZ11srVL_n0nvY",
];

/// Whether the value is one that everybody knows from a vendor's documentation.
pub(crate) fn is_published(value: &[u8]) -> bool {
    PUBLISHED.contains(&value)
}

/// Whether the value of a prefixed token is a stand-in: mostly one byte repeated, or a counting run.
pub(crate) fn is_masked(value: &[u8]) -> bool {
    longest_repeat(value) >= 8.max(value.len() / 2)
        || value.len() >= 3 && longest_repeat(value) == value.len()
}

/// Twelve equal bytes in a row, which chance does not make: a field of zeros in base 64 that happens to begin like a token.
pub(crate) fn is_padded(value: &[u8]) -> bool {
    longest_repeat(value) >= 12
}

/// Whether a value without a format of its own is a stand-in: masked, counting, or holding an example word.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    is_masked(value)
        || is_published(value)
        || steps(value) * 2 > value.len() && value.len() >= 8
        || has_example_word(value)
}

/// Whether a value that should be random was typed by a hand: `abcdef123456`, `a1b2c3d4e5f6`, `0987654321fedcba`, hex in
/// both cases, a UUID with letters that hex does not have. Chance makes none of these.
pub(crate) fn is_handmade(value: &[u8]) -> bool {
    let plain: Vec<u8> =
        value.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let climbs = |distance: usize, by: u8| {
        plain
            .iter()
            .zip(plain.iter().skip(distance))
            .filter(|(a, b)| a.wrapping_add(by) == **b || b.wrapping_add(by) == **a)
            .count()
    };
    plain.len() >= 8 && (climbs(1, 1) * 3 >= plain.len() || climbs(2, 1) * 2 >= plain.len())
        || longest_climb(&plain) >= 7
        || is_mixed_hex(value)
        || repeats_groups(value)
        || is_false_uuid(value)
        || digits_count(value)
}

/// `a123b45c6d78e9f012a34c`: the digits, read without the letters between them, count.
fn digits_count(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    let up = digits.windows(2).filter(|pair| matches!(pair, [a, b] if (a + 1) % 10 == *b)).count();
    digits.len() >= 8 && up * 5 >= digits.len() * 4
}

/// The longest run in which every byte follows its neighbour by one, up or down.
fn longest_climb(value: &[u8]) -> usize {
    let mut longest = 0;
    let (mut up, mut down) = (1, 1);
    for pair in value.windows(2) {
        let [a, b] = pair else { continue };
        up = if a.wrapping_add(1) == *b { up + 1 } else { 1 };
        down = if b.wrapping_add(1) == *a { down + 1 } else { 1 };
        longest = longest.max(up).max(down);
    }
    longest
}

/// `1234-1234-1234-4ddb`: three equal groups in a row.
fn repeats_groups(value: &[u8]) -> bool {
    let groups: Vec<&[u8]> = value.split(|byte| matches!(byte, b'-' | b'_' | b'.')).collect();
    groups.windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c && a.len() >= 3))
}

/// Programs print hex in one case.
fn is_mixed_hex(value: &[u8]) -> bool {
    value.len() >= 20
        && value.iter().all(u8::is_ascii_hexdigit)
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_lowercase)
}

/// The five groups of a UUID at the end of the value, with letters and digits in them that are not all hex.
fn is_false_uuid(value: &[u8]) -> bool {
    let Some(tail) = value.len().checked_sub(36).and_then(|at| value.get(at..)) else { return false };
    let is_grouped = tail.iter().enumerate().all(|(at, byte)| {
        if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_alphanumeric() }
    });
    is_grouped && !tail.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// The bytes that begin an example word, in lower case.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates this; a wrong index would not build")]
const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut at = 0;
    while at < WORDS.len() {
        if let [byte, ..] = WORDS[at] {
            first[*byte as usize] = true;
        }
        at += 1;
    }
    first
};

/// Whether an example word stands anywhere in the value: one walk, and the words only where one may begin.
pub(crate) fn has_example_word(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| {
        let byte = byte.to_ascii_lowercase();
        let begins = FIRST.get(usize::from(byte)).is_some_and(|begins| *begins);
        begins && WORDS.iter().any(|word| word.first() == Some(&byte) && is_folded_at(value, at, word))
    })
}

/// Whether the word, in lower case, stands anywhere in the value, in any case.
pub(crate) fn contains_folded(value: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    value
        .iter()
        .enumerate()
        .any(|(at, byte)| byte.eq_ignore_ascii_case(first) && is_folded_at(value, at, word))
}

fn is_folded_at(value: &[u8], at: usize, word: &[u8]) -> bool {
    value.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
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
