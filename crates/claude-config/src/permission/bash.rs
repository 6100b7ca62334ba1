//! Command rules.
use super::{Denial, Roots, Rule};

/// x
pub(crate) fn denies(_rule: &Rule, _content: &str, _command: &str, _roots: &Roots<'_>) -> Option<Denial> {
    None
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}
