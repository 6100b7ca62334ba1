//! What a hook answers, in our own words; `wire` turns it into what Claude Code reads.

use std::fmt;

use serde_json::Value;

/// A hook's answer: a verdict, what was found, and what to tell whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub verdict: Verdict,
    /// Recorded in the audit log, whatever the verdict.
    pub findings: Vec<Finding>,
    /// Shown to the user, never to the model.
    pub user: Option<String>,
    /// Put into the model's context.
    pub model: Option<String>,
}

/// What is to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// No opinion: Claude Code goes on as it would without the hook.
    Pass,
    /// A person decides.
    Ask(Reason),
    /// It does not happen.
    Deny(Reason),
    /// The model sees this instead of the tool's output; it has the output's own shape.
    RewriteOutput(Value),
    /// The tool runs with this input instead.
    RewriteInput(Value),
    /// The loop ends before the next request to the model.
    Stop(Reason),
}

impl Verdict {
    /// One word for logs and tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Ask(_) => "ask",
            Self::Deny(_) => "deny",
            Self::RewriteOutput(_) => "rewrite",
            Self::RewriteInput(_) => "rewrite_input",
            Self::Stop(_) => "stop",
        }
    }

    /// The reason, where the verdict has one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Ask(reason) | Self::Deny(reason) | Self::Stop(reason) => Some(reason),
            Self::Pass | Self::RewriteOutput(_) | Self::RewriteInput(_) => None,
        }
    }
}

/// Why something is stopped: the rule, and a sentence with the way out. Neither is ever empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    rule: String,
    text: String,
}

impl Reason {
    /// A reason; an empty text is replaced by one that names the rule, so that nobody is stopped without a word.
    pub fn new(rule: impl Into<String>, text: impl Into<String>) -> Self {
        let (mut rule, mut text) = (rule.into(), text.into());
        if rule.trim().is_empty() {
            rule = "unnamed-rule".into();
        }
        if text.trim().is_empty() {
            text = format!("stopped by rule {rule}");
        }
        Self { rule, text }
    }

    pub fn rule(&self) -> &str {
        &self.rule
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// One thing a hook found. It goes to the log as it is, so no field may hold the value that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    /// Where it stands, as a printed [`Pointer`](crate::Pointer).
    pub pointer: String,
    /// One sentence for people.
    pub summary: String,
    /// A keyed hash that is equal for equal values, empty where there is none.
    pub fingerprint: String,
}

impl Decision {
    fn of(verdict: Verdict) -> Self {
        Self { verdict, findings: Vec::new(), user: None, model: None }
    }

    pub fn pass() -> Self {
        Self::of(Verdict::Pass)
    }

    pub fn deny(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::of(Verdict::Deny(Reason::new(rule, reason)))
    }

    pub fn ask(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::of(Verdict::Ask(Reason::new(rule, reason)))
    }

    pub fn stop(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::of(Verdict::Stop(Reason::new(rule, reason)))
    }

    pub fn rewrite_output(output: Value) -> Self {
        Self::of(Verdict::RewriteOutput(output))
    }

    pub fn rewrite_input(input: Value) -> Self {
        Self::of(Verdict::RewriteInput(input))
    }

    pub fn warn_user(text: impl Into<String>) -> Self {
        Self::pass().with_user(text)
    }

    pub fn tell_model(text: impl Into<String>) -> Self {
        Self::pass().with_model(text)
    }

    #[must_use]
    pub fn with_finding(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Adds a line for the user.
    #[must_use]
    pub fn with_user(mut self, text: impl Into<String>) -> Self {
        self.user = Some(joined(self.user.take(), text.into()));
        self
    }

    /// Adds a line for the model.
    #[must_use]
    pub fn with_model(mut self, text: impl Into<String>) -> Self {
        self.model = Some(joined(self.model.take(), text.into()));
        self
    }

    /// Whether nothing is said, changed or recorded.
    pub fn is_silent(&self) -> bool {
        self.verdict == Verdict::Pass
            && self.findings.is_empty()
            && self.user.is_none()
            && self.model.is_none()
    }

    /// One word for what a person would call this answer; tests expect it.
    pub fn name(&self) -> &'static str {
        match &self.verdict {
            Verdict::Pass if self.user.is_some() || self.model.is_some() => "warn",
            verdict => verdict.name(),
        }
    }
}

fn joined(before: Option<String>, text: String) -> String {
    match before {
        Some(before) if !before.is_empty() => format!("{before}\n{text}"),
        _ => text,
    }
}
