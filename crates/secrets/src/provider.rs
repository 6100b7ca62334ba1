//! Formats that a prefix and an alphabet cannot tell: the mark stands inside or after the secret, or context decides.

use std::ops::Range;

use crate::class::{
    ALNUM, ANY_HEX, BASE64, BASE64_ANY, Class, DASHED, DIGIT, DOTTED, HEX, LOWER_DIGIT, UUID, WORD_DASH,
};
use crate::{assign, class, shape};

/// The run of `class` that holds the needle.
fn around(text: &[u8], at: usize, length: usize, class: Class) -> Option<Range<usize>> {
    const REACH: usize = 400;
    let before = text.get(at.saturating_sub(REACH)..at)?;
    let left = before.iter().rev().take_while(|byte| class.has(**byte)).count();
    let right = class.run(text.get(at + length..)?, REACH);
    Some(at - left..at + length + right)
}

/// The run of `class` right after the needle, `min` to `max` bytes.
fn after(
    text: &[u8],
    at: usize,
    length: usize,
    class: Class,
    lengths: (usize, usize),
) -> Option<Range<usize>> {
    let start = at + length;
    let run = class.run(text.get(start..)?, lengths.1 + 1);
    (lengths.0..=lengths.1).contains(&run).then_some(start..start + run)
}

/// The first run of `class` of one of these lengths within `reach` bytes after the needle, alone between other bytes.
fn near(
    text: &[u8],
    from: usize,
    reach: usize,
    class: Class,
    lengths: (usize, usize),
) -> Option<Range<usize>> {
    let window = text.get(from..text.len().min(from + reach))?;
    let mut at = 0;
    while at < window.len() {
        let run = class.run(window.get(at..)?, usize::MAX);
        if (lengths.0..=lengths.1).contains(&run) && from + at + run < text.len().min(from + reach) + 1 {
            return Some(from + at..from + at + run);
        }
        at += run.max(1);
    }
    None
}

/// Google: digits, a dash, 32 characters, `.apps.googleusercontent.com`.
pub(crate) fn google_client_id(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = around(text, at, 0, WORD_DASH)?;
    let id = text.get(span.start..at)?;
    let dash = id.iter().position(|byte| *byte == b'-')?;
    (DIGIT.run(id, 21) == dash && dash >= 6 && id.len() - dash - 1 == 32).then_some(span.start..at + length)
}

/// Azure DevOps: 84 letters and digits with `AZDO` before the last four; `JQQJ99` marks the form since 2024.
pub(crate) fn azure_devops_pat(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = around(text, at, length, ALNUM)?;
    let token = text.get(span.clone())?;
    let is_marked = token.get(76..80) == Some(b"AZDO") || token.get(52..57) == Some(b"JQQJ9");
    (token.len() == 84 && is_marked).then_some(span)
}

/// Azure's keys since 2022: base 64 of 32 to 64 bytes with the service's four letters twelve characters before the end.
pub(crate) fn azure_identifiable(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = around(text, at, length, BASE64)?;
    let head = at - span.start;
    let tail = span.end - at - length;
    let is_long = matches!(head, 32 | 33 | 42 | 44 | 76) && (6..=12).contains(&tail);
    let digits = text.get(span.clone())?.iter().filter(|byte| byte.is_ascii_digit()).count();
    (is_long && digits >= 3).then_some(span)
}

/// Azure AD: three characters, a digit, `Q~`, 31 to 34 characters.
pub(crate) fn azure_ad_secret(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const SECRET: Class = Class::of("a-zA-Z0-9_~.-");
    let start = at.checked_sub(3)?;
    let head = text.get(start..at)?;
    let tail = after(text, at, length, SECRET, (31, 34))?;
    let alone = start == 0 || !text.get(start - 1).is_some_and(|before| SECRET.has(*before));
    (alone && head.iter().all(|byte| SECRET.has(*byte)) && text.get(at + 1) == Some(&b'Q'))
        .then_some(start..tail.end)
}

/// `https://x.azconfig.io;Id=...;Secret=<base 64>`.
pub(crate) fn azure_app_configuration(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 120))?;
    let mark = byte_search::first(window, b";Secret=")?;
    let start = at + length + mark + 8;
    let run = BASE64.run(text.get(start..)?, 100);
    (run >= 36).then_some(start..start + run)
}

/// The `sig` of a shared access signature: base 64, percent-encoded, beside the other parameters.
pub(crate) fn azure_sas(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const SIGNATURE: Class = Class::of("a-zA-Z0-9%+/=");
    let span = after(text, at, length, SIGNATURE, (43, 70))?;
    let from = at.saturating_sub(400);
    let context = text.get(from..text.len().min(span.end + 200))?;
    let has = |part: &[u8]| byte_search::first(context, part).is_some();
    (has(b"sv=20") || has(b"se=") && has(b"sr=")).then_some(span)
}

/// HashiCorp Terraform Cloud: 14 characters, `.atlasv1.`, 60 to 70 characters.
pub(crate) fn terraform_cloud(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let head = around(text, at, 0, ALNUM)?;
    let tail = after(text, at, length, DOTTED, (60, 70))?;
    (at - head.start == 14).then_some(head.start..tail.end)
}

/// `vault operator unseal <key>`, `Unseal Key 2: <key>`: 44 base 64 characters.
pub(crate) fn vault_unseal(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    near(text, at + length, 16 + 66, BASE64, (44, 44))
        .or_else(|| near(text, at + length, 16 + 88, HEX, (64, 66)))
}

/// `.npmrc`: `//registry/:_authToken=<token>`.
pub(crate) fn npmrc(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let before = at == 0 || matches!(text.get(at - 1), Some(b':' | b'\n' | b' ' | b'"'));
    let start = at
        + length
        + text
            .get(at + length..)?
            .iter()
            .take(4)
            .take_while(|byte| matches!(byte, b' ' | b'=' | b'"'))
            .count();
    let run = BASE64_ANY.run(text.get(start..)?, 400);
    (before && start > at + length && run >= 16).then_some(start..start + run)
}

/// What Jenkins writes for an encrypted secret: `{AQAAABAAA...=}`.
pub(crate) fn jenkins_secret(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..)?;
    let blank = usize::from(rest.first() == Some(&b' '));
    let run = BASE64_ANY.run(rest.get(blank..)?, 2000);
    let closes = rest.get(blank + run) == Some(&b'}');
    (run >= 8 && closes).then_some(at + 1..at + length + blank + run)
}

/// The password Jenkins prints on its first start: 32 hex digits on a line of their own.
pub(crate) fn jenkins_initial(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    near(text, at + length, 400, HEX, (32, 32))
}

/// `Jenkins-Crumb:<32 hex>`.
pub(crate) fn jenkins_crumb(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    near(text, at + length, 5 + 65, HEX, (32, 64))
}

/// OpenAI: `T3BlbkFJ` (base 64 of "OpenAI") in the middle of a token that begins with `sk-`.
pub(crate) fn openai(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = around(text, at, length, WORD_DASH)?;
    let token = text.get(span.clone())?;
    let start = byte_search::first(token, b"sk-")?;
    (span.end - at >= 28).then_some(span.start + start..span.end)
}

/// Slack: a letter, groups of digits, and a last group of letters and digits. Equal groups were typed by a hand.
pub(crate) fn slack(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let alone = at == 0 || text.get(at - 1).is_none_or(|before| !ALNUM.has(*before));
    let span = after(text, at, length, DASHED, (18, 400)).filter(|_| alone)?;
    let token = text.get(span.clone())?;
    let groups: Vec<&[u8]> = token.split(|byte| *byte == b'-').collect();
    let digits =
        groups.iter().take_while(|group| !group.is_empty() && group.iter().all(u8::is_ascii_digit)).count();
    let is_repeated = digits >= 2 && groups.iter().take(digits).all(|group| Some(group) == groups.first());
    let last = groups.last().map_or(0, |group| group.len());
    let has_digit = token.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4;
    (!is_repeated && last >= 8 && has_digit).then_some(at..span.end)
}

/// Anthropic: of the 95 characters after the mark the last two are `AA`; other lengths are of older or other make.
pub(crate) fn anthropic(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let alone = at == 0 || text.get(at - 1).is_none_or(|before| !ALNUM.has(*before));
    let span = after(text, at, length, WORD_DASH, (80, 130)).filter(|_| alone)?;
    let key = text.get(span.clone())?;
    (key.len() != 95 || key.ends_with(b"AA")).then_some(at..span.end)
}

/// Okta: `00` and forty characters, the last no dash.
pub(crate) fn okta(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let run = WORD_DASH.run(text.get(site.start..)?, 60);
    let token = text.get(site.start..site.start + run)?;
    (run == 42 && token.starts_with(b"00") && !token.ends_with(b"-")).then_some(site.start..site.start + run)
}

/// `discord.com/api/webhooks/<id>/<token>`.
pub(crate) fn discord_webhook(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let host = text.get(at.saturating_sub(16)..at)?;
    let rest = text.get(at + length..)?;
    let id = DIGIT.run(rest, 21);
    let token = WORD_DASH.run(rest.get(id + 1..)?, 120);
    let is_discord = host.ends_with(b"discord.com") || host.ends_with(b"discordapp.com");
    (is_discord && id >= 16 && rest.get(id) == Some(&b'/') && token >= 30)
        .then_some(at + length..at + length + id + 1 + token)
}

/// Telegram: 8 to 10 digits, a colon, `AA`, 32 or 33 characters.
pub(crate) fn telegram(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    if text.get(at..at + length) != Some(b":AA") {
        return None;
    }
    let digits = around(text, at, 0, DIGIT)?;
    let tail = after(text, at, length, WORD_DASH, (31, 33))?;
    let alone = digits.start == 0 || !text.get(digits.start - 1).is_some_and(|before| ALNUM.has(*before));
    (alone && (5..=16).contains(&(at - digits.start))).then_some(digits.start..tail.end)
}

/// A value assigned to a name with `telegram` in it: digits, a colon, `A`, 34 characters.
pub(crate) fn telegram_assigned(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let digits = DIGIT.run(text.get(site.start..)?, 17);
    let colon = site.start + digits;
    let tail = after(text, colon, 2, WORD_DASH, (33, 34))?;
    (text.get(colon..colon + 2) == Some(b":A") && (5..=16).contains(&digits)).then_some(site.start..tail.end)
}

/// Mailchimp: 32 hex digits, `-us`, the number of the data centre.
pub(crate) fn mailchimp(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let head = around(text, at, 0, ALNUM)?;
    let key = text.get(head.start..at)?;
    let digits = after(text, at, length, DIGIT, (1, 2))?;
    (key.len() == 32 && HEX.run(key, 32) == 32).then_some(head.start..digits.end)
}

/// Mailgun: 32 hex digits and two groups of eight.
pub(crate) fn mailgun_signing(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let site = assign::site(text, at + length)?;
    let run = DASHED.run(text.get(site.start..)?, 51);
    let token = text.get(site.start..site.start + run)?;
    (run == 50 && byte_search::count(token, b'-') == 2).then_some(site.start..site.start + run)
}

/// New Relic: 36 hex digits, region letters at the front in some, and `NRAL`.
pub(crate) fn newrelic_license(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = around(text, at, length, LOWER_DIGIT)?;
    let key = text.get(span.start..at)?;
    let hex = key.iter().filter(|byte| HEX.has(**byte)).count();
    (span.end == at + length && key.len() == 36 && hex >= 32).then_some(span)
}

/// Facebook: the app's id, a bar, 27 characters.
pub(crate) fn facebook_app(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 60))?;
    let bar = window.iter().position(|byte| *byte == b'|')?;
    let middle = at + length + bar;
    let id = around(text, middle, 0, DIGIT)?;
    let token = after(text, middle, 1, WORD_DASH, (27, 27))?;
    ((15..=16).contains(&(middle - id.start))).then_some(id.start..token.end)
}

/// `?api_key=<value>` in an address of the named service.
pub(crate) fn query_key(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 200))?;
    let mark = byte_search::first(window, b"api_key=")?;
    after(text, at + length + mark, 8, ALNUM, (40, 40))
}

/// DeepL: a UUID and `:fx` for the free plan.
pub(crate) fn deepl(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let head = around(text, at, 0, UUID)?;
    (at - head.start == 36 && text.get(at + length).is_none_or(|next| !ALNUM.has(*next)))
        .then_some(head.start..at + length)
}

/// Forty hex digits before or after the service's address.
pub(crate) fn near_hex40(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    near(text, at + length, 160, class::HEX, (40, 40))
        .or_else(|| near(text, at.saturating_sub(120), 120, class::HEX, (40, 40)))
}

/// Blynk: 32 or 40 characters as a token parameter, a bearer or a client's password, before or after the address.
pub(crate) fn near_blynk(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let marks: [&[u8]; 4] = [b"token=", b"Bearer ", b"client_secret=", b":"];
    let from = at.saturating_sub(160);
    let window = text.get(from..text.len().min(at + length + 240))?;
    marks.iter().find_map(|mark| {
        memchr::memmem::find_iter(window, mark).find_map(|found| {
            after(text, from + found, mark.len(), WORD_DASH, (32, 32))
                .or_else(|| after(text, from + found, mark.len(), WORD_DASH, (40, 40)))
        })
    })
}

/// `thingsboard.cloud/api/v1/<token>/telemetry`.
pub(crate) fn thingsboard(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let host = text.get(at.saturating_sub(40)..at)?;
    let span = after(text, at, length, LOWER_DIGIT, (20, 20))?;
    byte_search::first(host, b"thingsboard").is_some().then_some(span)
}

/// `auth.login_with_api_key` with its parameter `<number>-<64 characters>`.
pub(crate) fn truenas(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    near(text, at + length, 120, DASHED, (66, 70))
}

/// `kagi.com/search?token=<token>`.
pub(crate) fn kagi_url(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    after(text, at, length, DOTTED, (40, 90))
}

/// `cloudinary://<key>:<secret>@<cloud>`.
pub(crate) fn cloudinary(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let key = after(text, at, length, DIGIT, (10, 20))?;
    let secret = after(text, key.end, 1, WORD_DASH, (20, 40))?;
    (text.get(key.end) == Some(&b':') && text.get(secret.end) == Some(&b'@')).then_some(secret)
}

/// Freemius: `'secret_key' => 'sk_...'`, 29 printable characters.
pub(crate) fn freemius(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..)?;
    let blanks = rest.iter().take(6).take_while(|byte| **byte == b' ').count();
    let quote = rest.get(blanks).filter(|byte| class::QUOTE.has(**byte))?;
    let start = at + length + blanks + 1;
    let value = text.get(start..)?;
    let end = value.iter().take(40).position(|byte| byte == quote)?;
    (value.starts_with(b"sk_") && end == 32).then_some(start..start + end)
}

/// Twilio: `SK` or `AC` and 32 hex digits near the name.
pub(crate) fn twilio(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = near(text, at + length, 80, ALNUM, (34, 34))?;
    let token = text.get(span.clone())?;
    let hex = ANY_HEX.run(token.get(2..)?, 33);
    ((token.starts_with(b"SK") || token.starts_with(b"AC")) && hex == 32).then_some(span)
}

/// curl's `-u user:password` and `--user user:password`.
pub(crate) fn curl_user(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let line = text.get(at..text.len().min(at + 600))?;
    let flag = [b" -u".as_slice(), b" --user "]
        .iter()
        .find_map(|flag| byte_search::first(line, flag).map(|found| found + flag.len()))?;
    let mut start = at + flag.max(length);
    while text.get(start).is_some_and(|byte| matches!(byte, b' ' | b'=')) {
        start += 1;
    }
    let quote = text.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    start += usize::from(quote.is_some());
    let span = assign::whole_value(text, assign::Site { start, quote, listed: false, paired: false })?;
    let pair = text.get(span.clone())?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (user, password) = (pair.get(..colon)?, pair.get(colon + 1..)?);
    let mut password_start = span.start + colon + 1;
    let mut end = span.end;
    // `user:'password'` closes the bare word before its quote.
    if password.is_empty()
        && quote.is_none()
        && text.get(end).is_some_and(|byte| matches!(byte, b'"' | b'\''))
    {
        let inner = assign::whole_value(
            text,
            assign::Site { start: end + 1, quote: text.get(end).copied(), listed: false, paired: false },
        )?;
        (password_start, end) = (inner.start, inner.end);
    }
    let secret = text.get(password_start..end)?;
    // A token as the user and nothing as the password.
    if secret.is_empty() {
        return is_credential(user).then_some(span.start..span.start + colon);
    }
    is_credential(secret).then_some(password_start..end)
}

fn is_credential(value: &[u8]) -> bool {
    let plain = [
        b"password".as_slice(),
        b"pass",
        b"passwd",
        b"token",
        b"secret",
        b"x-oauth-basic",
        b"user",
        b"username",
    ];
    value.len() >= 3
        && !value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'(' | b'*'))
        && !plain.iter().any(|word| value.eq_ignore_ascii_case(word))
        && !crate::placeholder::is_placeholder(value)
}

/// `psexec ... -u user -p password`.
pub(crate) fn psexec(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let line = text.get(at + length..text.len().min(at + length + 200))?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let user = byte_search::first(line, b" -u ")?;
    let flag = user + byte_search::first(line.get(user..)?, b" -p ")?;
    let start = at + length + flag + 4;
    let run = text.get(start..)?.iter().take_while(|byte| !class::SPACE.has(**byte)).count();
    let value = text.get(start..start + run)?;
    (run >= 3 && !value.starts_with(b"%") && !value.starts_with(b"$")).then_some(start..start + run)
}

/// `machine host login user password secret`, as in `.netrc`.
pub(crate) fn netrc(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 200))?;
    let login = byte_search::first(window, b"login ")?;
    let mark = login + byte_search::first(window.get(login..)?, b"password ")?;
    let start = at + length + mark + 9;
    let run = text.get(start..)?.iter().take_while(|byte| !class::SPACE.has(**byte)).count();
    let words =
        window.get(..login)?.split(|byte| class::SPACE.has(*byte)).filter(|word| !word.is_empty()).count();
    let value = text.get(start..start + run)?;
    let is_code = value.iter().any(|byte| matches!(byte, b'$' | b'<' | b'{' | b'"' | b'\'' | b'\\' | b'%'));
    let host = window.split(|byte| class::SPACE.has(*byte)).next().unwrap_or_default();
    let is_specimen = crate::userinfo::is_reserved(host);
    (words == 1 && run >= 4 && !is_code && !is_specimen).then_some(start..start + run)
}

/// `Authorization: Bearer <token>`, `Basic <base 64>`, and keys in headers of other names, as `curl -H` and HTTP write.
pub(crate) fn authorization(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..)?;
    let opened = rest
        .iter()
        .take(10)
        .take_while(|byte| {
            matches!(byte, b'"' | b'\'' | b':' | b'=' | b' ' | b'\\' | b'`' | b'>' | b',' | b']')
        })
        .count();
    // `f"Bearer ..."`
    let letter = usize::from(
        matches!(rest.get(opened..), Some([b'f' | b'b' | b'r' | b'u', b'"' | b'\'', ..])) && opened > 0,
    );
    let mut start = at + length + opened + letter * 2;
    let value = text.get(start..)?;
    let scheme = [b"bearer ".as_slice(), b"basic ", b"token ", b"ssws ", b"digest ", b"apikey ", b"bot "]
        .into_iter()
        .find(|scheme| value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)));
    start += scheme.map_or(0, <[u8]>::len);
    let run = class::BASE64_DOT.and(Class::of("~@")).run(text.get(start..)?, 4000);
    let token = text.get(start..start + run)?;
    let basic = scheme == Some(b"basic ");
    let fits = if basic {
        run >= 8 && crate::userinfo::is_pair(&crate::base64::decode(token))
    } else {
        run >= (if scheme.is_some() { 12 } else { 16 })
            && token.iter().any(u8::is_ascii_digit)
            && crate::entropy::shannon(token) > 3.0
            && (scheme.is_some()
                || !shape::is_identifier(token)
                    && !shape::is_path_of_names(token)
                    && !shape::is_made_of_words(token)
                    && !crate::placeholder::is_handmade(token))
    };
    // `AWS::ApiGateway::ApiKey` and `EndpointAuthorization` are types.
    let is_header = at == 0 || text.get(at - 1).is_none_or(|before| !ALNUM.has(*before) && *before != b':');
    (is_header && opened > 0 && fits && !crate::placeholder::is_placeholder(token))
        .then_some(start..start + run)
}

/// Kubernetes: `kind: Secret` with values under `data:` or `stringData:`.
pub(crate) fn kubernetes_secret(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let after_kind = text.get(at + length..)?;
    let word = after_kind.iter().take(4).take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count();
    let kind = after_kind.get(word..word + 6)?;
    if !kind.eq_ignore_ascii_case(b"secret") || after_kind.get(word + 6).is_some_and(|next| ALNUM.has(*next))
    {
        return None;
    }
    // One quick look at all that may belong to it, before its borders are searched for.
    let around = text.get(at.saturating_sub(MANIFEST)..text.len().min(at + MANIFEST))?;
    byte_search::first(around, b"data:")?;
    let from = document_start(text, at);
    let document = text.get(from..document_end(text, at))?;
    let data = byte_search::first(document, b"\ndata:")
        .or_else(|| document.starts_with(b"data:").then_some(0))
        .or_else(|| byte_search::first(document, b" data:"))?;
    let mut position = from + data + 6;
    for line in text.get(position..from + document.len())?.split_inclusive(|byte| *byte == b'\n').take(40) {
        let indented = matches!(line.first(), Some(b' ' | b'\t' | b'\n' | b'\r'));
        if !indented && position > from + data + 7 {
            return None;
        }
        let value_at = line.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
        let skip = value_at
            + line
                .get(value_at..)?
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'\t'))
                .count();
        let run = BASE64.run(line.get(skip..)?, 100_000);
        let ends =
            line.get(skip + run).is_none_or(|next| matches!(next, b'\n' | b'\r' | b'"' | b'\'' | b' '));
        if run >= 10 && ends && !line.trim_ascii_start().starts_with(b"#") {
            return Some(position + skip..position + skip + run);
        }
        position += line.len();
    }
    None
}

/// A manifest reaches at most this far from its `kind:` line.
const MANIFEST: usize = 4096;

fn document_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(MANIFEST);
    text.get(from..at)
        .and_then(|before| byte_search::last(before, b"\n---"))
        .map_or(from, |found| from + found + 4)
}

fn document_end(text: &[u8], at: usize) -> usize {
    let to = text.len().min(at + MANIFEST);
    text.get(at..to).and_then(|rest| byte_search::first(rest, b"\n---")).map_or(to, |found| at + found)
}

/// NuGet: `<add key="ClearTextPassword" value="..." />`.
pub(crate) fn nuget_password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..text.len().min(at + length + 24))?;
    let mark = byte_search::first(rest, b"value=\"")?;
    let start = at + length + mark + 7;
    let value = text.get(start..)?;
    let run = value.iter().take(300).take_while(|byte| **byte != b'"').count();
    let value = value.get(..run)?;
    let is_variable = value.starts_with(b"%") && value.ends_with(b"%");
    (run >= 4
        && !is_variable
        && !crate::placeholder::is_masked(value)
        && !crate::placeholder::is_published(value))
    .then_some(start..start + run)
}

/// `Server=x;User ID=y;Password=z`: the password of a connection string.
pub(crate) fn connection_string(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    const ENDS: Class = Class::of(";\"'<> \t\r\n&`");
    const LONGEST: usize = 100;
    let start = at
        + length
        + text.get(at + length..)?.iter().take(3).take_while(|byte| matches!(byte, b' ' | b'=')).count();
    let run = text.get(start..)?.iter().take(LONGEST).take_while(|byte| !ENDS.has(**byte)).count();
    let value = text.get(start..start + run)?;
    let opens = start > at + length && text.get(at + length..start)?.contains(&b'=');
    if !opens || !(3..LONGEST).contains(&run) {
        return None;
    }
    let is_template = value.iter().any(|byte| matches!(byte, b'{' | b'$' | b'<' | b'%' | b'(' | b'*'));
    let is_argument = matches!(value.last(), Some(b',' | b')')) || shape::is_path_of_names(value);
    if is_template || is_argument {
        return None;
    }
    let context = text.get(at.saturating_sub(300)..text.len().min(start + 200))?;
    (names_of_connection(context) >= 2 && !crate::placeholder::is_placeholder(value))
        .then_some(start..start + run)
}

/// How many different names of a connection string are given a value: one walk, and the names only before a sign.
fn names_of_connection(context: &[u8]) -> usize {
    const NAMES: [&[u8]; 9] = [
        b"server",
        b"data source",
        b"host",
        b"hostname",
        b"initial catalog",
        b"user id",
        b"uid",
        b"provider",
        b"user id ",
    ];
    let mut found = [false; NAMES.len()];
    byte_search::each_of(context, [b'='], &mut |sign| {
        let before = context.get(..sign).unwrap_or_default();
        for (name, seen) in NAMES.iter().zip(&mut found) {
            *seen |= sign
                .checked_sub(name.len())
                .and_then(|start| before.get(start..))
                .is_some_and(|end| end.eq_ignore_ascii_case(name));
        }
    });
    found.iter().filter(|seen| **seen).count()
}

/// Gradle's `credentials { username 'x' password 'y' }`.
pub(crate) fn gradle(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let block = text.get(at + length..text.len().min(at + length + 300))?;
    let block = block.split(|byte| *byte == b'}').next()?;
    let is_quote = |mark: &usize| matches!(block.get(mark + 9), Some(b'"' | b'\''));
    let mark = memchr::memmem::find_iter(block, b"password ").find(is_quote)?;
    let quote = *block.get(mark + 9)?;
    let start = at + length + mark + 10;
    let run = text.get(start..)?.iter().take(100).position(|byte| *byte == quote)?;
    (run >= 3).then_some(start..start + run)
}

/// The last of two or three strings: `NetworkCredential("user", "password")`, `DirectoryEntry("LDAP://x", "user", "password")`.
pub(crate) fn last_string(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let call = text.get(at + length..text.len().min(at + length + 300))?;
    let call = call.split(|byte| matches!(byte, b')' | b';')).next()?;
    let mut strings = call.split(|byte| *byte == b'"');
    let count = byte_search::count(call, b'"');
    if !matches!(count, 4 | 6) {
        return None;
    }
    let end = call.iter().rposition(|byte| *byte == b'"')?;
    let start = call.get(..end)?.iter().rposition(|byte| *byte == b'"')? + 1;
    let is_list = strings.nth(2).is_some_and(|between| between.trim_ascii() == b",");
    (is_list && end - start >= 3).then_some(at + length + start..at + length + end)
}

/// Maven's settings: base 64 in braces, the closing one sometimes escaped.
pub(crate) fn maven(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let span = after(text, at, length, BASE64, (24, 200))?;
    matches!(text.get(span.end), Some(b'}' | b'\\')).then_some(span)
}

/// Kubernetes: six characters, a dot, sixteen, as `kubeadm join --token` takes them.
pub(crate) fn bootstrap_token(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let window = text.get(at + length..text.len().min(at + length + 120))?;
    let line = window.split(|byte| *byte == b'\n').next()?;
    line.split(|byte| !LOWER_DIGIT.has(*byte) && *byte != b'.').find_map(|word| {
        let dot = word.iter().position(|byte| *byte == b'.')?;
        let is_token = dot == 6
            && word.len() == 23
            && !word.get(7..)?.contains(&b'.')
            && word.iter().any(u8::is_ascii_digit)
            && word.iter().any(u8::is_ascii_lowercase);
        let start = at + length + (word.as_ptr() as usize - window.as_ptr() as usize);
        is_token.then_some(start..start + word.len())
    })
}
