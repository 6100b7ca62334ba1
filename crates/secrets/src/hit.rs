//! What a scan gives back, and which of two overlapping findings counts.

use std::ops::Range;

/// How much harm the secret does in wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// An identifier that is not secret alone, or test-mode material.
    Low,
    /// Limited access, or a value that is probably a secret.
    Medium,
    /// Access to an account or its data.
    High,
    /// Control of infrastructure, money or other people's accounts.
    Critical,
}

impl Severity {
    /// The word used in records and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What the finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A name such as `password` and a value that looks like one.
    Generic,
    /// A provider's name beside a value of the provider's alphabet and length.
    Context,
    /// A format of its own: prefix, alphabet, length.
    Format,
    /// A checksum or a structure that chance does not produce.
    Proven,
}

/// One secret in the scanned text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The rule's id, which policy, exceptions and the replacement text name.
    pub rule: &'a str,
    /// What the secret is, in words that follow "holds": "a GitHub personal access token".
    pub what: &'a str,
    /// The bytes of the scanned text to replace. For a secret found in a decoded view, the bytes that encode it.
    pub span: Range<usize>,
    /// How much harm it does.
    pub severity: Severity,
    /// What the finding rests on.
    pub confidence: Confidence,
}

/// Two lists of hits as one, in order, none overlapping another.
pub fn merge<'a>(mut hits: Vec<Hit<'a>>, more: Vec<Hit<'a>>) -> Vec<Hit<'a>> {
    hits.extend(more);
    resolve(hits)
}

/// Of two findings on one stretch the higher names it; a rule that knows the provider says more than one that does not.
fn rank(hit: &Hit<'_>) -> (Confidence, bool, Severity) {
    let knows_provider = !hit.rule.starts_with("generic-") && hit.rule != "service-credential";
    (hit.confidence, knows_provider, hit.severity)
}

/// Sorts by position and leaves one hit per stretch of text: of overlapping hits the most certain one names the
/// finding, and its span grows to cover all of them, so that nothing of either value is left standing.
pub(crate) fn resolve<'a>(mut hits: Vec<Hit<'a>>) -> Vec<Hit<'a>> {
    hits.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut kept: Vec<Hit<'a>> = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some(last) = kept.last_mut().filter(|last| hit.span.start < last.span.end) else {
            kept.push(hit);
            continue;
        };
        let span = last.span.start..last.span.end.max(hit.span.end);
        if rank(&hit) > rank(last) {
            *last = hit;
        }
        last.span = span;
    }
    kept
}
