//! Names such as `password` and `api_key` with a value that looks like a secret: the rule for what no provider claims.

use std::ops::Range;

use crate::name::{Kind, name_around, name_of_service};
use crate::shape::{self, has_file_ending, is_code, is_identifier, is_number, looks_random};
use crate::{assign, placeholder, prose};

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
        // `("password", "5f4dcc3b5aa765d61d8327deb882cf99")`: what a table of known digests holds.
        Kind::Password => !(site.paired && shape::is_hash(value)),
        Kind::Secret | Kind::Strong => value.len() >= 15 && !value.contains(&b':'),
        Kind::Weak => value.len() >= 15 && !value.contains(&b':') && !shape::is_identity(value),
        // A lone `key` may be anything, so its value stands in quotes; `token=` of a form or a file does not.
        Kind::Bare => {
            value.len() >= 20
                && (site.quote.is_some() || !name.eq_ignore_ascii_case(b"key"))
                && !value.contains(&b':')
                && !shape::is_hash(value)
                && !placeholder::contains_folded(name, b"key.")
        }
    };
    // Escapes are undone in a view of their own; what is left of them here are paths.
    let is_machine_made = !value.contains(&b'\\')
        && !shape::is_password_hash(value)
        && !shape::is_marked_digest(value)
        && !is_of_another_length(name, value)
        && !placeholder::is_handmade(value)
        && !shape::is_made_of_words(value);
    (fits && is_machine_made && is_plausible(name, value, site)).then_some(span)
}

/// AWS makes secret keys of forty characters, and those who speak its protocol print 32, 48 or 64 hex digits or a UUID.
fn is_of_another_length(name: &[u8], value: &[u8]) -> bool {
    placeholder::contains_folded(name, b"aws_secret")
        && shape::is_hash(value)
        && !matches!(value.len(), 32 | 36 | 40 | 48 | 64)
}

/// The random value of a name with a known service in it: `algolia: "..."`, `zenscrapeToken = '...'`.
pub(crate) fn service(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let span = assign::whole_value(text, site)?;
    let value = text.get(span.clone())?;
    let is_reference = value.iter().any(|byte| matches!(byte, b':' | b'#'));
    if is_reference || value.len() < 32 && shape::is_hash(value) || !looks_random(value, 16) {
        return None;
    }
    let name = name_of_service(text, at, length)?;
    // Escapes are undone in a view of their own; what is left of them here are paths.
    let is_machine_made = !value.contains(&b'\\')
        && !shape::is_password_hash(value)
        && !placeholder::is_handmade(value)
        && !shape::is_made_of_words(value)
        && !has_file_ending(value);
    (is_machine_made && is_plausible(name, value, site)).then_some(span)
}

/// The value of a name such as `password` that a person may have chosen.
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let Some(site) = assign::site(text, at + length) else {
        let found = prose::password(text, at, length)?;
        return matches!(name_around(text, at, length)?.1, Kind::Password).then_some(found);
    };
    let span = assign::whole_value(text, site)?;
    let value = text.get(span.clone())?;
    if site.listed {
        return None;
    }
    let quoted = site.quote.is_some();
    let is_digest = site.paired && shape::is_hash(value) || shape::is_password_hash(value);
    // `if password1 != password2:` compares variables.
    let is_variable = !quoted && text.get(span.start.saturating_sub(3)..span.start)?.contains(&b'=') && {
        let before = text.get(span.start.saturating_sub(4)..span.start)?;
        byte_search::first(before, b"!=").is_some() || byte_search::first(before, b"==").is_some()
    };
    if is_digest
        || is_variable
        || is_named_password(value)
        || shape::is_mostly_escapes(value)
        || value.len() >= 20 && placeholder::is_handmade(value)
    {
        return None;
    }
    let is_type = !quoted && shape::is_made_of_words(value);
    let is_chosen = is_password(value, quoted) && !is_type || prose::is_compared(text, at, span.start, value);
    if !is_chosen && !prose::is_given(text, at, value, quoted) {
        return None;
    }
    let (name, kind) = name_around(text, at, length)?;
    let fits = match kind {
        Kind::Password => true,
        Kind::Secret if placeholder::is_handmade(value) => false,
        Kind::Secret => {
            let is_type = value.iter().any(u8::is_ascii_uppercase) && shape::is_made_of_words(value);
            is_chosen && quoted && !is_identifier(value) && !is_type
        }
        // The keys and salts of WordPress, and whatever else was made with every mark there is.
        Kind::Strong => is_chosen && quoted && marks(value) >= 4 && value.len() >= 20,
        Kind::Weak | Kind::Bare => false,
    };
    (fits && is_plausible(name, value, site)).then_some(span)
}

/// Whether a value is neither code, nor a stand-in, nor the name itself.
fn is_plausible(name: &[u8], value: &[u8], site: assign::Site) -> bool {
    let quoted = site.quote.is_some();
    let is_own_name = is_sibling(name, value)
        || value.len() <= name.len() && placeholder::contains_folded(name, value)
        || value.len() > name.len() && !quoted && value.ends_with(name);
    let is_unquoted_code = !quoted && (is_number(value) || is_identifier(value));
    !is_own_name && !is_unquoted_code && !is_code(value, quoted) && !placeholder::is_placeholder(value)
}

/// `challengePassword` of `Attribute.CHALLENGE_PASSWORD`, `export-token-cu4lg26ofcziixny` of `ExportToken`: the value is its
/// own name, whatever the spelling, or the name of a thing that carries it.
fn is_sibling(name: &[u8], value: &[u8]) -> bool {
    const LEAST: usize = 8;
    let is_numbered = |byte: &u8| byte.is_ascii_digit();
    if value.iter().filter(|byte| !is_numbered(byte)).eq(name.iter().filter(|byte| !is_numbered(byte))) {
        return true;
    }
    let letters = |byte: &u8| byte.is_ascii_alphabetic().then(|| byte.to_ascii_lowercase());
    let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let own: Vec<u8> = last.iter().filter_map(letters).collect();
    let Some(end) = value.iter().rposition(|byte| *byte == b'-') else {
        return own.len() >= LEAST && own.iter().copied().eq(value.iter().filter_map(letters));
    };
    let head = value.get(..end).unwrap_or_default();
    own.len() >= LEAST && own.iter().copied().eq(head.iter().filter_map(letters))
}

/// `newpassword99`, `webdavGeneratedPassword1`: words that say what stands there, and a digit or two for the rules of
/// composition; `npm password`, `weak-password`: what belongs there.
fn is_named_password(value: &[u8]) -> bool {
    let value = value.strip_suffix(b".").unwrap_or(value);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let marks = value
        .iter()
        .filter(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b' '))
        .count();
    let is_described = value.iter().any(|byte| matches!(byte, b'-' | b' ')) && digits == 0;
    ((1..=2).contains(&digits) || is_described)
        && marks == 0
        && letters > 8
        && [b"password".as_slice(), b"passwd", b"passphrase"]
            .iter()
            .any(|word| placeholder::contains_folded(value, word))
}

/// How many different marks stand in the value.
fn marks(value: &[u8]) -> usize {
    let mut seen: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'-' | b'.' | b'/'))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

/// A password a person chose, in quotes: some length, letters and something else.
fn is_password(value: &[u8], quoted: bool) -> bool {
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let digits = value.iter().any(u8::is_ascii_digit);
    let marks =
        value.iter().any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?'));
    let least = if quoted { 6 } else { 8 };
    let mixed = letters && (digits || marks && quoted);
    // Anonymous FTP takes the user's name and an `@`.
    let is_anonymous = value.strip_suffix(b"@").is_some_and(|name| name.iter().all(u8::is_ascii_alphabetic));
    value.len() >= least
        && value.len() <= 128
        && mixed
        && !is_anonymous
        && value.iter().filter(|byte| !byte.is_ascii()).count() <= 4
        && !value.contains(&b' ')
        && !has_file_ending(value)
}
