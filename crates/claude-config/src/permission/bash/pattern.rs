//! The content of a `Bash(...)` rule.

/// A command pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CommandPattern {
    Exact(String),
    /// `npm run:*`: the text itself, or the text and a space.
    Prefix(String),
    /// `*` stands for anything. A single ` *` at the end also matches nothing at all.
    Wildcard(String),
}

impl CommandPattern {
    pub(super) fn new(content: &str) -> Self {
        if let Some(prefix) = content.strip_suffix(":*") {
            return Self::Prefix(prefix.to_owned());
        }
        if has_star(content) {
            return Self::Wildcard(content.to_owned());
        }
        Self::Exact(content.to_owned())
    }

    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    pub(super) fn matches(&self, command: &str) -> bool {
        match self {
            Self::Exact(text) => command == text,
            Self::Prefix(prefix) => command
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
            Self::Wildcard(pattern) => {
                let bare = pattern.strip_suffix(" *").filter(|bare| !has_star(bare));
                wildcard(pattern, command) || bare == Some(command)
            }
        }
    }
}

/// Whether a star stands in the text that no backslash escapes.
fn has_star(text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        if c == '*' && !escaped {
            return true;
        }
        escaped = c == '\\' && !escaped;
    }
    false
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
