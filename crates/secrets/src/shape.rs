//! How a value is written: code, a path, a number, words, or letters and digits nobody would write by hand.

use crate::class::{ALNUM, ANY_HEX};
use crate::entropy;

/// Values that are code or point elsewhere: `getPassword()`, `${TOKEN}`, `config.token`, `/run/secrets/x`, `%s`.
pub(crate) fn is_code(value: &[u8], quoted: bool) -> bool {
    let first = value.first().copied().unwrap_or_default();
    let has = |part: &[u8]| byte_search::first(value, part).is_some();
    let port = value.iter().rposition(|byte| *byte == b':').and_then(|colon| value.get(colon + 1..));
    let is_address = value.contains(&b'.')
        && port.is_some_and(|port| !port.is_empty() && port.iter().all(u8::is_ascii_digit));
    if is_address
        || value.starts_with(b"arn:")
        || has(b"\\u")
        || has(b"\\x")
        || has(b"://")
        || compares(value)
        // `@env:AC_PASSWORD` says where the secret is, `@inquirer/password` is a package.
        || first == b'@' && value.iter().any(|byte| matches!(byte, b':' | b'/'))
        || is_template(value)
    {
        return true;
    }
    let slashes = byte_search::count(value, b'/');
    let is_pattern = matches!(first, b'<' | b'{' | b'/' | b'[' | b'(' | b'.' | b'^')
        || slashes >= 2 && wordy(value) * 3 > value.len();
    if quoted {
        // `"$db_password"` in a script.
        let is_variable = first == b'$'
            && value
                .get(1..)
                .is_some_and(|name| name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_'));
        return is_variable
            || is_pattern && value.len() < 40
            || is_path_of_names(value)
            || value.ends_with(b"()")
            || matches!(first, b'#' | b'$' | b'%') && wordy(value) * 2 > value.len();
    }
    is_pattern
        || matches!(first, b'$' | b'%' | b'&' | b'#' | b'*' | b'@' | b'!')
        || value.iter().any(|byte| matches!(byte, b'(' | b'{' | b'<' | b'['))
        || is_argument(value)
        || is_path_of_names(value)
}

/// `a==b`; at the end of a value the signs are the padding of base 64.
fn compares(value: &[u8]) -> bool {
    byte_search::first(value, b"==")
        .is_some_and(|at| value.get(at..).is_some_and(|rest| !rest.iter().all(|byte| *byte == b'=')))
}

/// `${TOKEN}`, `{{ token }}`, `#{token}`, `$(cat file)`, `%(token)s`: a name or an expression between brackets. Brackets
/// among other marks are a strong password.
fn is_template(value: &[u8]) -> bool {
    const PAIRS: [(&[u8], &[u8]); 6] =
        [(b"${", b"}"), (b"{{", b"}}"), (b"#{", b"}"), (b"%{", b"}"), (b"$(", b")"), (b"%(", b")")];
    PAIRS.iter().any(|(open, close)| {
        let Some(at) = byte_search::first(value, open) else { return false };
        let inner = value.get(at + open.len()..).unwrap_or_default();
        let end = byte_search::first(inner, close).unwrap_or(inner.len());
        !inner.iter().take(end).any(|byte| {
            matches!(byte, b'{' | b'}' | b'$' | b'#' | b'<' | b'>' | b'^' | b'~' | b';' | b'%' | b'&')
        })
    })
}

/// `$pbkdf2$1212$...`, `{SSHA256}...`, `sha1$54123$...`: the formats that are worth a finding have rules of their own.
pub(crate) fn is_password_hash(value: &[u8]) -> bool {
    let scheme = value
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || **byte == b'_')
        .count();
    let is_listed = byte_search::count(value, b'$') >= 2 && value.get(scheme) == Some(&b'$') && scheme <= 16;
    is_listed || value.starts_with(b"{") && value.iter().take(10).any(|byte| *byte == b'}')
}

/// `exitcode=0`, `if_none=32`: the next argument of a call. Padding at the end is another thing.
fn is_argument(value: &[u8]) -> bool {
    let end = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    byte_search::position(value.get(..end).unwrap_or_default(), b'=').is_some()
}

/// `Ed25519PrivateKey`, `x25519.X25519PublicKey`, `self._lib.NID_pbe_WithSHA1And3_Key`: words in camel case, a few
/// digits between them. Random text of this length does not fall into words of three letters and more.
pub(crate) fn is_made_of_words(value: &[u8]) -> bool {
    let mut in_words = 0;
    let mut words = 0;
    let mut start = 0;
    for at in 1..=value.len() {
        let (Some(last), next) = (value.get(at - 1), value.get(at)) else { break };
        let goes_on = next.is_some_and(|next| {
            last.is_ascii_alphabetic() && next.is_ascii_lowercase()
                || last.is_ascii_uppercase() && next.is_ascii_uppercase()
        });
        if goes_on {
            continue;
        }
        let run = value.get(start..at).unwrap_or_default();
        let opens = start == 0 || value.get(start - 1).is_some_and(|before| !before.is_ascii_alphanumeric());
        if is_word(run, opens) {
            words += 1;
            in_words += run.len();
        }
        start = at;
    }
    // `x25519.X25519PublicKey`: a path takes fewer.
    let share = if value.contains(&b'.') { 30 } else { 50 };
    let is_name =
        value.iter().all(|byte| ALNUM.has(*byte) || matches!(byte, b'_' | b'.' | b'$' | b'#' | b'-'));
    is_name && words >= 2 && in_words * 100 >= value.len() * share
}

/// `request.form.password`, `process.env.TOKEN`, `this->key`, `std::env`, `exports.cloudbuild_v1alpha2`: parts that are
/// names, none of them long and restless.
pub(crate) fn is_path_of_names(value: &[u8]) -> bool {
    let is_join = |pair: &[u8]| matches!(pair, [b'-', b'>'] | [b':', b':']);
    let parts = value.split(|byte| *byte == b'.').count();
    value.windows(2).any(is_join) || parts >= 2 && value.split(|byte| *byte == b'.').all(is_plain_name)
}

fn is_plain_name(part: &[u8]) -> bool {
    let is_written = part.iter().all(|byte| ALNUM.has(*byte) || matches!(byte, b'_' | b'$'));
    let starts =
        part.first().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'$'));
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    is_written
        && starts
        && (digits == 0
            || digits * 4 <= part.len()
                && (part.len() < 12 || is_made_of_words(part) || one_word(part) || has_short_parts(part)))
}

/// `NID_aes_256_cbc`.
fn has_short_parts(part: &[u8]) -> bool {
    let longest = part.split(|byte| *byte == b'_').map(<[u8]>::len).max().unwrap_or(0);
    part.split(|byte| *byte == b'_').count() >= 3 && longest <= 8
}

/// `websecurityscanner_v1alpha`: a long word and a version.
fn one_word(part: &[u8]) -> bool {
    part.split(|byte| !byte.is_ascii_alphabetic()).any(|run| run.len() * 2 >= part.len() && is_speakable(run))
}

/// A UUID, or hex digits too few for a key: as a rule the name of a thing.
pub(crate) fn is_identity(value: &[u8]) -> bool {
    let dashes: Vec<usize> =
        value.iter().enumerate().filter(|(_, byte)| **byte == b'-').map(|(at, _)| at).collect();
    let value = value.strip_suffix(b".").unwrap_or(value);
    value.len() == 36 && dashes == [8, 13, 18, 23]
        || value.len() < 32 && is_hash(value)
        || ends_with_uuid(value)
}

/// `Console-CreateStack-7f59c3cf-00d2-40c7-b2ff-e75db0987002`: a thing and its number.
fn ends_with_uuid(value: &[u8]) -> bool {
    let value = value.strip_suffix(b"}").unwrap_or(value);
    let Some((head, tail)) = value.len().checked_sub(36).and_then(|at| value.split_at_checked(at)) else {
        return false;
    };
    let is_uuid = tail.iter().enumerate().all(|(at, byte)| {
        if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    });
    is_uuid && matches!(head.last(), Some(b'-' | b'_' | b'/' | b'{'))
}

/// Thirty-two and more hex digits, or a UUID: as likely an identifier or a digest.
pub(crate) fn is_hash(value: &[u8]) -> bool {
    value.iter().all(|byte| ANY_HEX.has(*byte) || *byte == b'-')
}

/// `5cb4a5f0...bfe2R21`: a digest and something appended to it. What makes keys prints hex digits from end to end, or letters
/// beyond them from the start.
pub(crate) fn is_marked_digest(value: &[u8]) -> bool {
    const MARK: usize = 4;
    let digits = value.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    matches!(digits, 40 | 64 | 96 | 128) && value.len() > digits && value.len() <= digits + MARK
}

/// Half of it and more in percent signs and two hex digits: what a test of encoding holds.
pub(crate) fn is_mostly_escapes(value: &[u8]) -> bool {
    let escapes = value
        .windows(3)
        .filter(|three| matches!(three, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
        .count();
    escapes * 6 >= value.len() && escapes > 0
}

/// Letters and digits in an order nobody would write by hand.
pub(crate) fn looks_random(value: &[u8], least: usize) -> bool {
    if value.len() < least || value.len() > 256 {
        return false;
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let others = value.len() - digits - letters;
    if is_identifier(value)
        || decodes_to_text(value)
        || digits == 0
        || letters < 2
        || others * 4 > value.len()
        || value.iter().any(|byte| *byte >= 128 || *byte == b' ')
    {
        return false;
    }
    let floor = if value.iter().all(|byte| ANY_HEX.has(*byte)) { 3.0 } else { 3.2 };
    entropy::shannon(value) >= floor && wordy(value) * 2 < value.len() && !value.starts_with(b"sha")
}

/// Base 64 of a text, which the decoded view looks into, or of a public key.
fn decodes_to_text(value: &[u8]) -> bool {
    // An uncompressed point of P-256 is 65 bytes, the first of them 4.
    let is_point = matches!(value.len(), 87 | 88) && value.starts_with(b"B");
    if is_point || value.starts_with(b"MFkwEwYHKoZI") || value.starts_with(b"MCowBQYDK2V") {
        return true;
    }
    let decoded = crate::base64::decode(value);
    decoded.len() >= 9 && decoded.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
}

/// `tests/rsa_test_public_key_2048.der`, `cert.p12`.
pub(crate) fn has_file_ending(value: &[u8]) -> bool {
    let Some(dot) = value.iter().rposition(|byte| *byte == b'.') else { return false };
    let ending = value.get(dot + 1..).unwrap_or_default();
    (2..=4).contains(&ending.len())
        && ending.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Names in code: `__NL80211_AUTHTYPE_NUM`, `rsa-2048-private-key.pk8`. Parts joined by separators, none of them long.
pub(crate) fn is_identifier(value: &[u8]) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
    let parts = value.split(is_separator).count();
    let longest = value.split(is_separator).map(<[u8]>::len).max().unwrap_or(0);
    let is_hex = value.iter().all(|byte| ANY_HEX.has(*byte) || *byte == b'-');
    let one_case = !value.iter().any(u8::is_ascii_uppercase) || !value.iter().any(u8::is_ascii_lowercase);
    // Random text of the alphabet of URLs has dashes and capitals; names have one or the other, or words.
    let is_calm = one_case || wordy(value) * 3 >= value.len() || value.len() < 16;
    parts >= 3 && longest < 12 && !is_hex && is_calm
        || parts >= 2
            && value
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || is_separator(byte))
            && !is_hex
}

/// `0x8031006A`, `131072u32`, `-42i32`, `1_000`.
pub(crate) fn is_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if let Some(hex) = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X")) {
        return hex.len() <= 16 || hex.windows(2).any(|pair| matches!(pair, b"_u" | b"_i"));
    }
    let run = digits.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.')).count();
    run > 0
        && digits.get(run..).is_some_and(|suffix| {
            suffix.len() <= 5
                && suffix.iter().all(u8::is_ascii_alphanumeric)
                && suffix.first().is_none_or(|first| matches!(first, b'u' | b'i' | b'f' | b'U' | b'L' | b'l'))
        })
}

/// How many bytes stand in stretches of four and more letters of one case that could be spoken.
pub(crate) fn wordy(value: &[u8]) -> usize {
    let mut total = 0;
    let mut start = 0;
    for at in 1..=value.len() {
        let (Some(last), next) = (value.get(at - 1), value.get(at)) else { break };
        let goes_on = next.is_some_and(|next| {
            last.is_ascii_lowercase() && next.is_ascii_lowercase()
                || last.is_ascii_uppercase() && next.is_ascii_uppercase()
                || last.is_ascii_uppercase() && next.is_ascii_lowercase() && at - 1 == start
        });
        if goes_on {
            continue;
        }
        let run = value.get(start..at).unwrap_or_default();
        if run.len() >= 4 && run.iter().all(|byte| ALNUM.has(*byte)) && is_speakable(run) {
            total += run.len();
        }
        start = at;
    }
    total
}

/// One part of a name in code, with its `ngth` and `ptch`: a capital and small letters, or small letters alone where the
/// name or a part of it begins.
fn is_word(run: &[u8], opens: bool) -> bool {
    let is_vowel = |byte: &u8| matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
    let vowels = run.iter().filter(|byte| is_vowel(byte)).count();
    let longest = run.split(is_vowel).map(<[u8]>::len).max().unwrap_or(0);
    let is_capital =
        run.first().is_some_and(u8::is_ascii_uppercase) && run.get(1).is_some_and(u8::is_ascii_lowercase);
    let least = if is_capital { 3 } else { 4 };
    let is_spoken = run.len() < 5 || is_speakable(run);
    (is_capital || opens) && run.len() >= least && vowels * 6 >= run.len() && longest <= 4 && is_spoken
}

/// Whether letters follow each other as they do in words: two of three pairs are common ones.
fn is_speakable(run: &[u8]) -> bool {
    let common = run.windows(2).filter(|pair| matches!(pair, [a, b] if is_common(*a, *b))).count();
    run.iter().all(u8::is_ascii_alphabetic) && common * 3 >= (run.len() - 1) * 2
}

/// The 220 commonest pairs of letters in the names of JavaScript and Python code: 96 % of the words in names are
/// speakable by them, and 28, 14 and 7 % of random runs of four, five and six letters.
const PAIRS: &str = "ab ac ad ag ai al am an ap ar as at au av ay ba be bi bl bo br bs bu ca cc ce ch ci ck cl co cr ct cu da dd \
    de di do ds du ea ec ed ee ef eg el em en ep er es et ev ew ex fa fe ff fi fl fo fr fu ga ge gh gi gn gr gu \
    ha he hi ho hr ia ib ic id ie if ig il im in io ip ir is it iv iz ke ki ks la ld le li ll lo ls lt lu ly ma \
    mb me mi mm mo mp mu na nc nd ne nf ng ni nn no ns nt nu nv ob oc od og oi ok ol om on oo op or os ot ou ov \
    ow pa pe pi pl po pp pr ps pt pu qu ra rc rd re rg ri rk rm rn ro rr rs rt ru rv ry sa sc se sh si so sp ss \
    st su sy ta tc te th ti tl to tr ts tt tu ty ua ub uc ue ui ul um un up ur us ut va ve vi wa we wi wo wr xe \
    xp xt yp ze";

/// For each first letter the set of second letters.
const COMMON: [u32; 26] = common_pairs();

#[expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index fails the build")]
const fn common_pairs() -> [u32; 26] {
    let text = PAIRS.as_bytes();
    let mut sets = [0; 26];
    let mut at = 0;
    while at + 1 < text.len() {
        if text[at] != b' ' && text[at + 1] != b' ' {
            sets[(text[at] - b'a') as usize] |= 1 << (text[at + 1] - b'a');
        }
        at += 1;
    }
    sets
}

fn is_common(first: u8, second: u8) -> bool {
    let letter = |byte: u8| byte.to_ascii_lowercase().wrapping_sub(b'a');
    COMMON
        .get(usize::from(letter(first)))
        .is_some_and(|set| letter(second) < 26 && (set >> letter(second)) & 1 == 1)
}
