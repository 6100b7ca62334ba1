//! The shape of a rule: a row of data that names a needle, a matcher and what the match means.

use std::ops::Range;

use crate::class::Class;
use crate::{Confidence, Severity};

/// One row. Nothing in it is computed at run time; the keyword index is built from `needles` by the compiler.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    /// At least one of these stands where the match begins (tokens, code) or in the name (assignments). Three bytes
    /// at least; four and more keep the index sharp.
    pub(crate) needles: &'static [&'static str],
    pub(crate) matcher: Matcher,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    /// Least Shannon entropy of the value in bits per byte.
    pub(crate) entropy: f32,
    pub(crate) check: Check,
    /// The needle stands in the text as it is written here; otherwise case does not matter.
    pub(crate) exact_case: bool,
}

/// How a row recognises its secret once a needle was seen.
pub(crate) enum Matcher {
    /// The needle, in exact case, then these parts without a gap.
    Token(&'static [Part]),
    /// A name that holds the needle in any case, an assignment, and a value of this shape.
    Assigned(Value),
    /// A structure of its own, read by a function that gets the text, where the needle stands and its length.
    Code(fn(&[u8], usize, usize) -> Option<Range<usize>>),
}

/// A piece of a token.
pub(crate) enum Part {
    /// These bytes.
    Text(&'static str),
    /// One of these texts, the first that fits.
    Either(&'static [&'static str]),
    /// From `.1` to `.2` bytes of a class, as many as there are.
    Run(Class, u16, u16),
}

/// The alphabet and the length of an assigned value.
#[derive(Clone, Copy)]
pub(crate) struct Value {
    pub(crate) class: Class,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// A test the issuer built into the format. Passing raises the finding to proven, failing never drops it: most
/// published samples were made without the checksum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    None,
    /// GitHub and npm: the last six characters are the CRC-32 of the thirty before, in base 62.
    Base62Crc,
    /// AWS access key ids: base 32 after the prefix.
    AwsKeyId,
    /// Grafana: the last eight hex digits are the CRC-32 of what stands before the underscore, little-endian.
    Grafana,
    /// Atlassian: the last eight hex digits are the CRC-32 of all before.
    TailCrc,
    /// Atlassian servers: base 64 of `<number>:<bytes>`, the number at least 1000.
    AtlassianServer,
}

/// The needle, then `parts`.
pub(crate) const fn token(
    id: &'static str,
    needles: &'static [&'static str],
    parts: &'static [Part],
    what: &'static str,
) -> Rule {
    Rule {
        id,
        what,
        needles,
        matcher: Matcher::Token(parts),
        severity: Severity::High,
        confidence: Confidence::Format,
        entropy: 2.0,
        check: Check::None,
        exact_case: true,
    }
}

/// A name that holds a needle, an assignment, a value of `value`'s shape.
pub(crate) const fn assigned(
    id: &'static str,
    needles: &'static [&'static str],
    value: Value,
    what: &'static str,
) -> Rule {
    Rule {
        matcher: Matcher::Assigned(value),
        confidence: Confidence::Context,
        entropy: 2.5,
        exact_case: false,
        ..token(id, needles, &[], what)
    }
}

/// A structure that `read` recognises.
pub(crate) const fn code(
    id: &'static str,
    needles: &'static [&'static str],
    read: fn(&[u8], usize, usize) -> Option<Range<usize>>,
    what: &'static str,
) -> Rule {
    Rule { matcher: Matcher::Code(read), entropy: 0.0, ..token(id, needles, &[], what) }
}

/// From `min` to `max` bytes of `class`.
pub(crate) const fn value(class: Class, min: usize, max: usize) -> Value {
    Value { class, min, max }
}

impl Rule {
    pub(crate) const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(crate) const fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Zero also turns the placeholder test off.
    pub(crate) const fn entropy(mut self, bits: f32) -> Self {
        self.entropy = bits;
        self
    }

    pub(crate) const fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    pub(crate) const fn any_case(mut self) -> Self {
        self.exact_case = false;
        self
    }
}
