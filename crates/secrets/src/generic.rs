//! Names such as `password` and `api_key` with a value that looks like a secret: the rule for what no provider claims.

use std::ops::Range;

use crate::class::{ALNUM, ANY_HEX, Class};
use crate::{assign, entropy, placeholder, prose};

const NAME: Class = Class::of("a-zA-Z0-9_.-");

/// What a name promises about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `password`, `passphrase`, `pwd`: people choose these, so little randomness is asked for.
    Password,
    /// `secret`, `jwt_secret`: made by either.
    Secret,
    /// `api_key`, `auth_token`: machines make these.
    Named,
    /// A lone `key`, `token` or `auth`: anything goes by these names.
    Bare,
}

/// Words next to `key`, `token`, `secret` that make the name mean something public.
const PUBLIC: &[&[u8]] = &[
    b"public",
    b"primary",
    b"foreign",
    b"keyword",
    b"keyboard",
    b"keyname",
    b"key_name",
    b"key-name",
    b"keyid",
    b"key_id",
    b"key-id",
    b"keyhash",
    b"key_hash",
    b"hash",
    b"monkey",
    b"hockey",
    b"turkey",
    b"keycode",
    b"keypress",
    b"keydown",
    b"keyup",
    b"keymap",
    b"keypair",
    b"partition",
    b"cache",
    b"sort",
    b"i18n",
    b"locale",
    b"csrf",
    b"xsrf",
    b"tokeniz",
    b"tokenis",
    b"token_type",
    b"tokentype",
    b"next_token",
    b"nexttoken",
    b"page_token",
    b"pagetoken",
    b"pagination",
    b"continuation",
    b"keystore",
    b"keyfile",
    b"key_file",
    b"keypath",
    b"key_path",
    b"tokenfile",
    b"token_file",
    b"token_url",
    b"tokenurl",
    b"token_uri",
    b"tokenuri",
    b"endpoint",
    b"publish",
    b"pubkey",
    b"pub_key",
    b"author",
    b"authority",
    b"authentic",
    b"oauth_url",
    b"secret_name",
    b"secretname",
    b"secret-name",
    b"secretsid",
    b"secretid",
    b"secret_id",
    b"credentialid",
    b"credential_id",
    b"credentialsid",
    b"keyring",
    b"key_size",
    b"keysize",
    b"key_length",
    b"keylength",
    b"keytype",
    b"key_type",
    b"keyspace",
    b"checksum",
    b"integrity",
    b"fingerprint",
    b"thumbprint",
    b"digest",
    b"signature",
    b"idempotency",
    b"sitekey",
    b"site_key",
    b"token_name",
    b"tokenname",
    b"passed",
    b"passing",
    b"bypass",
    b"compass",
    b"passive",
    b"passage",
    b"passenger",
    b"passthrough",
    b"object_key",
    b"objectkey",
    b"s3_key",
    b"bucket_key",
    b"dedup",
    b"context",
    b"_version",
    b"version_",
    b"keyframe",
    b"key_usage",
    b"keyusage",
    b"keytab",
    b"search_key",
    b"lookup",
    b"placeholder",
    b"message",
    b"label",
    b"hint",
    b"error",
    b"reset_password",
    b"regex",
    b"pattern",
    b"_id",
    b"keys",
    b"test_key_",
    b"subject_key",
    b"authority_key",
    b"sequence",
    b"commit",
    b"sha256",
    b"sha512",
    b"password_field",
];

/// The random value of a name such as `api_key` whose telling word stands at `at`.
///
/// The cheap questions come first: most of these words in ordinary text have no value after them at all.
pub(crate) fn secret(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let span = assign::whole_value(text, site)?;
    let value = text.get(span.clone())?;
    if !looks_random(value, 12) {
        return None;
    }
    let (name, kind) = name_around(text, at, length)?;
    let fits = match kind {
        Kind::Password => true,
        Kind::Secret | Kind::Named => value.len() >= 15,
        Kind::Bare => value.len() >= 15 && !is_hash(value) && !placeholder::contains_folded(name, b"key."),
    };
    (fits && is_plausible(name, value, site)).then_some(span)
}

/// The value of a name such as `password` that a person may have chosen.
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let Some(site) = assign::site(text, at + length) else {
        let found = prose::password(text, at, length)?;
        return matches!(name_around(text, at, length)?.1, Kind::Password).then_some(found);
    };
    let span = assign::whole_value(text, site)?;
    let value = text.get(span.clone())?;
    let quoted = site.quote.is_some();
    let is_chosen = is_password(value, quoted) || prose::is_compared(text, span.start, value);
    if !is_chosen && !prose::is_given(text, at, value, quoted) {
        return None;
    }
    let (name, kind) = name_around(text, at, length)?;
    let fits = match kind {
        Kind::Password => true,
        Kind::Secret => is_chosen && quoted,
        Kind::Named | Kind::Bare => false,
    };
    (fits && is_plausible(name, value, site)).then_some(span)
}

/// Whether a value is neither code, nor a stand-in, nor the name itself.
fn is_plausible(name: &[u8], value: &[u8], site: assign::Site) -> bool {
    let quoted = site.quote.is_some();
    let is_own_name = value.len() <= name.len() && placeholder::contains_folded(name, value);
    let is_unquoted_code = !quoted && (is_number(value) || is_identifier(value));
    !is_own_name && !is_unquoted_code && !is_code(value, quoted) && !placeholder::is_placeholder(value)
}

/// The whole identifier around the word, and what it promises; nothing for names of public things.
fn name_around(text: &[u8], at: usize, length: usize) -> Option<(&[u8], Kind)> {
    let before = text.get(at.saturating_sub(40)..at)?;
    let left = at - before.iter().rev().take_while(|byte| NAME.has(**byte)).count();
    let right = at + length + NAME.run(text.get(at + length..)?, 40);
    let name = text.get(left..right)?;
    if PUBLIC.iter().any(|word| placeholder::contains_folded(name, word)) {
        return None;
    }
    let word = text.get(at..at + length)?;
    let kind = if word.eq_ignore_ascii_case(b"pass") || word.eq_ignore_ascii_case(b"pwd") {
        password_kind(text, at, length)?
    } else if word.eq_ignore_ascii_case(b"secret") && !name.ends_with(b"s") {
        Kind::Secret
    } else if name.len() == length {
        Kind::Bare
    } else {
        Kind::Named
    };
    Some((name, kind))
}

/// `pass` and `pwd` count as the whole word or with one of their endings: `passwd`, `password`, `passphrase`.
fn password_kind(text: &[u8], at: usize, length: usize) -> Option<Kind> {
    const ENDINGS: &[&[u8]] = &[b"word", b"wd", b"phrase", b"code", b"wort", b"_word", b"key"];
    let after = text.get(at + length..)?;
    let ending = ENDINGS
        .iter()
        .find(|ending| after.get(..ending.len()).is_some_and(|head| head.eq_ignore_ascii_case(ending)));
    let rest = after.get(ending.map_or(0, |ending| ending.len())..)?;
    let goes_on = rest.first().is_some_and(u8::is_ascii_lowercase);
    let starts_word = at == 0
        || text.get(at - 1).is_none_or(|before| {
            !before.is_ascii_lowercase() || text.get(at).is_some_and(u8::is_ascii_uppercase)
        });
    ((ending.is_some() || starts_word) && !goes_on).then_some(Kind::Password)
}

/// A password a person chose, in quotes: some length, letters and something else.
fn is_password(value: &[u8], quoted: bool) -> bool {
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let digits = value.iter().any(u8::is_ascii_digit);
    let marks =
        value.iter().any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?'));
    let least = if quoted { 6 } else { 8 };
    let mixed = letters && (digits || marks && quoted);
    value.len() >= least && value.len() <= 128 && mixed && !value.contains(&b' ') && !has_file_ending(value)
}

/// Values that are code or point elsewhere: `getPassword()`, `${TOKEN}`, `config.token`, `/run/secrets/x`, `%s`.
fn is_code(value: &[u8], quoted: bool) -> bool {
    let first = value.first().copied().unwrap_or_default();
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    if has(b"://") || has(b"${") || has(b"{{") || has(b"#{") || has(b"%{") || has(b"$(") || has(b"%(") {
        return true;
    }
    let slashes = memchr::memchr_iter(b'/', value).count();
    let is_pattern = matches!(first, b'<' | b'{' | b'/' | b'[' | b'(' | b'.' | b'^')
        || slashes >= 2 && wordy(value) * 3 > value.len();
    if quoted {
        return is_pattern && value.len() < 40
            || is_path_of_names(value)
            || value.ends_with(b"()")
            || matches!(first, b'#' | b'$' | b'%') && wordy(value) * 2 > value.len();
    }
    is_pattern
        || matches!(first, b'$' | b'%' | b'&' | b'#' | b'*' | b'@' | b'!')
        || value.iter().any(|byte| matches!(byte, b'(' | b'{' | b'<' | b'['))
        || is_path_of_names(value)
}

/// `request.form.password`, `process.env.TOKEN`, `this->key`, `std::env`.
fn is_path_of_names(value: &[u8]) -> bool {
    let joins = value.windows(2).filter(|pair| matches!(pair, [b'-', b'>'] | [b':', b':'])).count();
    let dotted = value
        .split(|byte| *byte == b'.')
        .filter(|part| part.len() > 1 && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_'))
        .count();
    joins > 0 || dotted >= 2 && dotted == value.split(|byte| *byte == b'.').count()
}

/// Thirty-two and more hex digits, or a UUID: as likely an identifier or a digest.
fn is_hash(value: &[u8]) -> bool {
    value.iter().all(|byte| ANY_HEX.has(*byte) || *byte == b'-')
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
    if value.starts_with(b"MFkwEwYHKoZI") || value.starts_with(b"MCowBQYDK2V") {
        return true;
    }
    let decoded = crate::base64::decode(value);
    decoded.len() >= 9 && decoded.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
}

/// `tests/rsa_test_public_key_2048.der`, `cert.p12`.
fn has_file_ending(value: &[u8]) -> bool {
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
    parts >= 3 && longest < 12 && !is_hex
        || parts >= 2
            && value
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || is_separator(byte))
            && !is_hex
}

/// `0x8031006A`, `131072u32`, `-42i32`, `1_000`.
fn is_number(value: &[u8]) -> bool {
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

fn is_speakable(run: &[u8]) -> bool {
    let mut consonants = 0;
    let mut vowels = 0;
    for byte in run {
        if matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
            vowels += 1;
            consonants = 0;
        } else if byte.is_ascii_alphabetic() {
            consonants += 1;
            if consonants > 3 + usize::from(run.len() >= 12) {
                return false;
            }
        } else {
            return false;
        }
    }
    vowels * 5 >= run.len()
}
