//! One walk over the text: candidates from the index, matchers from the rows, hits out.

use crate::class::BASE64_ANY;
use crate::hit::{Hit, resolve};
use crate::rule::{Matcher, Rule};
use crate::{
    Confidence, assign, bare, checksum, entropy, index, personal, placeholder, redact, shape, token, views,
};

/// What to look for beyond the built-in secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also find personal and regulated data: card numbers, social security numbers, IBANs, contact and health records.
    pub personal_data: bool,
}

/// The ids of all built-in rules, each once, in the order of their families.
pub fn rule_ids() -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for id in
        index::RULES.iter().map(|rule| rule.id).chain(bare::RULES.iter().chain(personal::RULES).copied())
    {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Every secret in `text`, in order, none overlapping another.
///
/// Takes time linear in the length of the text and memory within three times of it.
pub fn scan(text: &str, options: &Options) -> Vec<Hit<'static>> {
    let bytes = text.as_bytes();
    let mut hits = Vec::new();
    scan_plain(bytes, &mut hits);
    if options.personal_data {
        personal::find(bytes, &mut hits);
    }
    let mut found = Vec::new();
    let mut bare = Vec::new();
    views::each_view(bytes, &mut |run| bare.extend(bare::find(bytes, run)), &mut |view| {
        scan_plain(&view.text, &mut found);
        hits.extend(found.drain(..).map(|hit| Hit { span: view.source(&hit.span), ..hit }));
    });
    hits.extend(bare);
    for hit in &mut hits {
        hit.span = text.floor_char_boundary(hit.span.start)..text.ceil_char_boundary(hit.span.end);
    }
    resolve(hits)
}

fn scan_plain(text: &[u8], hits: &mut Vec<Hit<'static>>) {
    index::each_candidate(text, &mut |at, length, rule| hits.extend(try_rule(text, at, length, rule)));
}

fn try_rule(text: &[u8], at: usize, length: usize, rule: &'static Rule) -> Option<Hit<'static>> {
    let (span, secret) = match rule.matcher {
        Matcher::Token(parts) => {
            let end = token::match_token(text, at, at + length, parts)?;
            (at..end, at + length..end)
        }
        Matcher::Assigned(value) => {
            if starts_inside_word(text, at) {
                return None;
            }
            let site = assign::site(text, at + length)?;
            let span = assign::value_of(text, site.start, value)?;
            (span.clone(), span)
        }
        Matcher::Code(read) => {
            let span = read(text, at, length)?;
            (span.clone(), span)
        }
    };
    if byte_search::first(text.get(span.clone())?, redact::MARK).is_some() || is_in_mark(text, at) {
        return None;
    }
    let found = text.get(span.clone())?;
    let proven = checksum::passes(rule.check, found);
    let is_other = || is_digest_field(text, at) || placeholder::is_published(found);
    if !proven && (is_other() || !is_plausible(text.get(secret)?, rule)) {
        return None;
    }
    let confidence = if proven { Confidence::Proven } else { rule.confidence };
    Some(Hit { rule: rule.id, what: rule.what, span, severity: rule.severity, confidence })
}

/// The `key` of `[REDACTED:private-key:3f2a]` names no value: what follows the mark is what was left standing.
fn is_in_mark(text: &[u8], at: usize) -> bool {
    const LONGEST_MARK: usize = 80;
    let before = text.get(at.saturating_sub(LONGEST_MARK)..at).unwrap_or_default();
    let opened = before.iter().rposition(|byte| *byte == b'[').and_then(|start| before.get(start..));
    opened.is_some_and(|mark| mark.starts_with(redact::MARK) && !mark.contains(&b']'))
}

/// `sha256=glc_...` of a list of files, `sha512-...` of a lockfile: a digest that chance began like a token, as long as
/// base 64 makes it.
fn is_digest_field(text: &[u8], at: usize) -> bool {
    const LONGEST: usize = 90;
    let before = text.get(at.saturating_sub(7)..at).unwrap_or_default();
    let Some((b'=' | b'-' | b':', name)) = before.split_last() else { return false };
    let length = BASE64_ANY.run(text.get(at..).unwrap_or_default(), LONGEST);
    match name {
        b"sha256" => matches!(length, 43 | 44),
        b"sha384" => length == 64,
        b"sha512" => (86..=88).contains(&length),
        _ => false,
    }
}

/// `meraki` in `CameraKit`, `nasa` in `vinasa`: not the provider's name.
fn starts_inside_word(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    before.is_some_and(u8::is_ascii_lowercase) && text.get(at).is_some_and(u8::is_ascii_lowercase)
}

fn is_plausible(secret: &[u8], rule: &Rule) -> bool {
    if rule.entropy == 0.0 {
        return true;
    }
    let is_stand_in = placeholder::is_masked(secret)
        || placeholder::is_published(secret)
        || match rule.matcher {
            Matcher::Token(_) => {
                shape::is_made_of_words(secret)
                    || placeholder::is_padded(secret)
                    || secret.len() >= 12
                        && (placeholder::is_sequence(secret)
                            || secret.len() <= 40 && placeholder::contains_folded(secret, b"example"))
            }
            Matcher::Assigned(_) => placeholder::has_example_word(secret) || shape::is_made_of_words(secret),
            Matcher::Code(_) => placeholder::has_example_word(secret),
        };
    // Random text of some length has a digit; names in code and prose have words.
    let is_words = !secret.iter().any(u8::is_ascii_digit)
        && secret.len() >= 12
        && shape::wordy(secret) * 2 > secret.len();
    !is_stand_in && !is_words && entropy::shannon(secret) >= rule.entropy
}
