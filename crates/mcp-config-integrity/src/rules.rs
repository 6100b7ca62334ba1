//! The rules, each a row: what policies, records and the corpus call it, and how bad it is.

use hook_core::Severity;

pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
}

const fn rule(id: &'static str, severity: Severity) -> Rule {
    Rule { id, severity }
}

/// The rules from `unpinned` on are those of [`mcp_registry::Danger`].
const RULES: &[Rule] = &[
    rule("server-changed", Severity::High),
    rule("server-added", Severity::Medium),
    rule("tools-changed", Severity::Critical),
    rule("baseline-altered", Severity::Critical),
    rule("agent-edit", Severity::High),
    rule("approves-all", Severity::High),
    rule("unreadable-server", Severity::Medium),
    rule("unpinned", Severity::Medium),
    rule("dangerous-flag", Severity::High),
    rule("shell-launcher", Severity::High),
    rule("plaintext-secret", Severity::High),
    rule("plain-http", Severity::High),
    rule("steering-variable", Severity::Medium),
    rule("unreadable-address", Severity::Medium),
];

/// Every rule id.
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

pub(crate) fn severity(id: &str) -> Severity {
    RULES.iter().find(|rule| rule.id == id).map_or(Severity::Medium, |rule| rule.severity)
}
