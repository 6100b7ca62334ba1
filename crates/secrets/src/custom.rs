//! A company's own rules: regular expressions from policy, compiled only where their needle stands in the text.

use regex::bytes::RegexBuilder;

use crate::{Confidence, Hit, Severity, entropy};

/// One rule from policy.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomRule {
    /// Named in replacements, records and exceptions.
    pub id: String,
    /// What it finds, in words that follow "holds".
    pub what: String,
    /// A text that stands in every match, in any case. Empty: the pattern is compiled and run on every text.
    pub needle: String,
    /// A regular expression of the `regex` crate, without Unicode classes.
    pub pattern: String,
    /// The group that is the secret; 0 is the whole match.
    pub group: usize,
    /// Least Shannon entropy of the secret in bits per byte.
    pub entropy: f32,
    pub severity: Severity,
}

/// The largest compiled pattern, in bytes.
const LARGEST_PATTERN: usize = 4 * 1024 * 1024;

impl CustomRule {
    /// Whether the pattern is one.
    ///
    /// # Errors
    /// What is wrong with it, in words that name the rule.
    pub fn validate(&self) -> Result<(), String> {
        self.compiled().map(drop)
    }

    fn compiled(&self) -> Result<regex::bytes::Regex, String> {
        let built = RegexBuilder::new(&self.pattern).unicode(false).size_limit(LARGEST_PATTERN).build();
        let pattern = built.map_err(|error| format!("custom_rules: rule `{}`: {error}", self.id))?;
        if self.group < pattern.captures_len() {
            return Ok(pattern);
        }
        Err(format!("custom_rules: rule `{}` has no group {}", self.id, self.group))
    }
}

/// Every match of `rules` in `text`.
///
/// # Errors
/// A pattern that cannot be compiled, by name. Nothing is found then: a rule that silently finds nothing is worse.
pub fn scan_custom<'r>(text: &str, rules: &'r [CustomRule]) -> Result<Vec<Hit<'r>>, String> {
    let mut hits = Vec::new();
    for rule in rules {
        if !holds(text.as_bytes(), rule.needle.as_bytes()) {
            continue;
        }
        let pattern = rule.compiled()?;
        for captures in pattern.captures_iter(text.as_bytes()) {
            let Some(secret) = captures.get(rule.group) else { continue };
            if secret.is_empty() || entropy::shannon(secret.as_bytes()) < rule.entropy {
                continue;
            }
            hits.push(Hit {
                rule: &rule.id,
                what: &rule.what,
                span: text.floor_char_boundary(secret.start())..text.ceil_char_boundary(secret.end()),
                severity: rule.severity,
                confidence: Confidence::Format,
            });
        }
    }
    Ok(hits)
}

fn holds(text: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return true };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle)))
}
