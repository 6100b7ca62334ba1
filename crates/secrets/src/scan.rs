//! One walk over the text: candidates from the index, matchers from the rows, hits out.

use crate::hit::{Hit, resolve};
use crate::rule::{Matcher, Rule};
use crate::{Confidence, checksum, entropy, index, placeholder, token};

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
    let span = match rule.matcher {
        Matcher::Token(parts) => at..token::match_token(text, at, at + length, parts)?,
        Matcher::Assigned(_) => return None,
    };
    let value = text.get(span.clone())?;
    let secret = text.get(at + length..span.end)?;
    let proven = checksum::passes(rule.check, value);
    if !proven && (entropy::shannon(secret) < rule.entropy || placeholder::is_placeholder(secret)) {
        return None;
    }
    let confidence = if proven { Confidence::Proven } else { rule.confidence };
    Some(Hit { rule: rule.id, what: rule.what, span, severity: rule.severity, confidence })
}
