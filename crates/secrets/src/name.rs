//! What the name before a value promises: a password, a key, a token, or something public.

use crate::class::Class;
use crate::placeholder;

const NAME: Class = Class::of("a-zA-Z0-9_.-");
/// A name reaches at most this far to either side of the word that tells.
const REACH: usize = 40;

/// What a name promises about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `password`, `passphrase`, `pwd`: people choose these, so little randomness is asked for.
    Password,
    /// `secret`, `jwt_secret`: made by either.
    Secret,
    /// `api_key`, `access_token`: machines make these.
    Strong,
    /// Other names with `key`, `token` or `auth` in them: often a credential, as often not.
    Weak,
    /// A lone `key`, `token` or `auth`: anything goes by these names.
    Bare,
}

/// Parts that make a name mean something public, or say that the value is none, wherever they stand in it.
#[rustfmt::skip] // A row of kin is a line.
const PUBLIC: &[&[u8]] = &[
    b"public", b"primary", b"foreign", b"partition", b"pubkey", b"pub_key", b"publish", b"sitekey", b"site_key",
    b"keyword", b"keyboard", b"monkey", b"hockey", b"turkey", b"keycode", b"keypress", b"keydown", b"keyup",
    b"keymap", b"keypair", b"keystore", b"keyring", b"keyspace", b"keyframe", b"keyusage", b"key_usage", b"keytab",
    b"keyname", b"key_name", b"key-name", b"keyid", b"key_id", b"key-id", b"keyfile", b"key_file", b"keypath",
    b"key_path", b"key_size", b"keysize", b"key_length", b"keylength", b"keytype", b"key_type", b"keymaterialid",
    b"keyhash", b"key_hash", b"hash", b"checksum", b"integrity", b"fingerprint", b"thumbprint", b"digest",
    b"signature", b"sha256", b"sha512", b"commit", b"cache", b"sort", b"sequence", b"i18n", b"locale", b"context",
    b"csrf", b"xsrf", b"tokeniz", b"tokenis", b"token_type", b"tokentype", b"token_name", b"tokenname",
    b"next_token", b"nexttoken", b"next-token", b"page_token", b"pagetoken", b"page-token", b"pagination",
    b"continuation", b"locktoken", b"lock_token", b"lock-token", b"requesttoken", b"request-token", b"changetoken",
    b"change-token", b"change_token", b"updatetoken", b"update_token", b"unit-token", b"cursor", b"idempoten",
    b"verificationtoken", b"actiontoken", b"tokenfile", b"token_file", b"token_url", b"tokenurl", b"token_uri",
    b"tokenuri", b"oauth_url", b"endpoint", b"author", b"authentic", b"secret_name", b"secretname", b"secret-name",
    b"secretsid", b"secretid", b"secret_id", b"credentialid", b"credential_id", b"credentialsid", b"passed",
    b"passing", b"bypass", b"compass", b"passive", b"passage", b"passenger", b"passthrough", b"object_key",
    b"objectkey", b"s3_key", b"s3key", b"bucket_key", b"dedup", b"_version", b"version_", b"search_key", b"lookup",
    b"placeholder", b"message", b"label", b"hint", b"error", b"reset_password", b"regex", b"pattern", b"_id",
    b"keys", b"test_key_", b"subject_key", b"authority_key", b"password_field", b"kms", b"keyarn", b"key-store",
    b"nonmatching", b"non_matching", b"invalid", b"wrong", b"incorrect", b"dummy", b"fake", b"example", b"sample",
    b"mismatch", b"unmatched", b"secretsmanager",
];

/// Last words of names whose value describes the secret and is not it: `password_length`, `secretArn`, `tokenUrl`.
#[rustfmt::skip] // A row of kin is a line.
const DESCRIBES: &[&[u8]] = &[
    b"id", b"ids", b"arn", b"name", b"names", b"type", b"types", b"url", b"uri", b"path", b"file", b"filename", b"dir",
    b"size", b"length", b"len", b"count", b"version", b"alg", b"algo", b"algorithm", b"format", b"field", b"column",
    b"header", b"prefix", b"suffix", b"index", b"date", b"time", b"at", b"on", b"expiry", b"expires", b"ttl", b"age", b"status",
    b"state", b"policy", b"group", b"provider", b"locker", b"store", b"usage", b"spec", b"class", b"cls", b"config",
    b"settings", b"options", b"message", b"title", b"description", b"verifier", b"generation", b"data", b"used",
    b"timeout", b"interval", b"limit", b"enabled", b"required", b"attachment", b"role", b"request", b"response", b"method",
    b"app", b"fn", b"func", b"callback", b"handler", b"manager", b"mgr", b"cmd", b"command", b"plugin", b"ref", b"bio",
    b"arg", b"args", b"param", b"params", b"realm", b"certificate", b"chain", b"cert", b"mode", b"flag", b"rule", b"rules", b"strength",
    b"score", b"input", b"prompt", b"form", b"view", b"page", b"link", b"button", b"mechanism", b"dialog", b"screen", b"route",
];

/// Parts of the word for a password in other languages.
pub(crate) const OTHER_LANGUAGES: &[&str] =
    &["contrase", "kennwort", "senha", "mot_de_passe", "motdepasse", "wachtwoord"];

/// Names whose value machines make: compared with separators taken out and in lower case.
#[rustfmt::skip] // A row of kin is a line.
const STRONG: &[&[u8]] = &[
    b"apikey", b"apitoken", b"apisecret", b"accesstoken", b"accesskey", b"authtoken", b"authkey", b"secretkey",
    b"privatekey", b"privatetoken", b"encryptionkey", b"encryptkey", b"signingkey", b"signkey", b"masterkey",
    b"sharedkey", b"storagekey", b"clientkey", b"licensekey", b"licencekey", b"servicekey", b"deploykey", b"deploytoken",
    b"bearer", b"refreshtoken", b"sessiontoken", b"usertoken", b"bottoken", b"bearertoken", b"oauthtoken", b"idtoken",
    b"personaltoken", b"writekey", b"adminkey", b"admintoken", b"integrationkey", b"routingkey", b"appkey", b"apptoken",
    b"consumerkey", b"credential", b"npmtoken", b"githubtoken", b"ghtoken", b"gitlabtoken", b"citoken", b"jwt",
    b"webhooktoken", b"webhookkey", b"roottoken", b"servertoken", b"securitytoken", b"userkey", b"accountkey",
];

/// The whole identifier around the word at `at`, and what it promises; nothing for names of public things.
pub(crate) fn name_around(text: &[u8], at: usize, length: usize) -> Option<(&[u8], Kind)> {
    let before = text.get(at.saturating_sub(REACH)..at)?;
    let left = at - before.iter().rev().take_while(|byte| NAME.has(**byte)).count();
    let right = at + length + NAME.run(text.get(at + length..)?, REACH);
    let name = text.get(left..right)?;
    if is_qualified(text, left) || is_public(name) {
        return None;
    }
    let word = text.get(at..at + length)?;
    let kind = if word.eq_ignore_ascii_case(b"pass") || word.eq_ignore_ascii_case(b"pwd") {
        password_kind(text, at, length)?
    } else if OTHER_LANGUAGES.iter().any(|other| word.eq_ignore_ascii_case(other.as_bytes())) {
        Kind::Password
    } else if word.eq_ignore_ascii_case(b"secret") && !name.ends_with(b"s") {
        Kind::Secret
    } else if name.len() == length || is_numbered(name, length) {
        Kind::Bare
    } else if is_strong(name) {
        Kind::Strong
    } else {
        Kind::Weak
    };
    Some((name, kind))
}

/// The whole identifier around a service's name, unless it is of something public or the service is a part of a word.
pub(crate) fn name_of_service(text: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    let before = text.get(at.saturating_sub(REACH)..at)?;
    let starts_inside =
        before.last().is_some_and(u8::is_ascii_lowercase) && text.get(at)?.is_ascii_lowercase();
    let left = at - before.iter().rev().take_while(|byte| NAME.has(**byte)).count();
    let right = at + length + NAME.run(text.get(at + length..)?, REACH);
    let name = text.get(left..right)?;
    // `toggl` in `windowToggle` is not the service, in `togglapikey` it is.
    let rest = text.get(at + length..)?;
    let suffixes: [&[u8]; 12] = [
        b"api", b"key", b"token", b"secret", b"auth", b"pass", b"access", b"client", b"app", b"io", b"cred",
        b"user",
    ];
    let goes_on = rest.first().is_some_and(u8::is_ascii_lowercase)
        && !suffixes.iter().any(|word| rest.starts_with(word));
    (!starts_inside && !goes_on && !is_qualified(text, left) && !is_public(name)).then_some(name)
}

/// `AWS::CloudFront::KeyGroup` is a type.
fn is_qualified(text: &[u8], start: usize) -> bool {
    text.get(start.saturating_sub(2)..start) == Some(b"::")
}

fn is_public(name: &[u8]) -> bool {
    PUBLIC.iter().any(|word| placeholder::contains_folded(name, word))
        || DESCRIBES.iter().any(|word| last_word(name).eq_ignore_ascii_case(word))
}

fn is_strong(name: &[u8]) -> bool {
    let joined: Vec<u8> =
        name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    STRONG.iter().any(|word| byte_search::first(&joined, word).is_some())
}

/// `KEY1`, `token_2`.
fn is_numbered(name: &[u8], length: usize) -> bool {
    name.get(length..).is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_'))
}

/// `Arn` of `secretArn`, `LENGTH` of `PASSWORD_LENGTH`.
fn last_word(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let name = name.get(..end).unwrap_or_default();
    let start = name
        .windows(2)
        .rposition(|pair| match pair {
            [a, b] => !a.is_ascii_alphanumeric() || a.is_ascii_lowercase() && b.is_ascii_uppercase(),
            _ => false,
        })
        .map_or(0, |found| found + 1);
    name.get(start..).unwrap_or_default()
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
    // `pass_arg` and `render_pass_through` pass something; `DB_PASS` and `pass2` are passwords.
    let is_last = !rest.iter().find(|byte| !matches!(byte, b'_' | b'-')).is_some_and(u8::is_ascii_alphabetic);
    (!goes_on && (ending.is_some() || starts_word && is_last)).then_some(Kind::Password)
}
