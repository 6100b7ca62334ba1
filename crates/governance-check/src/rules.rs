//! What can be wrong, how bad it is, and what to do about it: a row each.

use hook_core::Severity;

pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    /// The command that shows or mends it.
    pub(crate) way_out: &'static str,
}

const fn rule(id: &'static str, severity: Severity, way_out: &'static str) -> Rule {
    Rule { id, severity, way_out }
}

const RULES: &[Rule] = &[
    rule("settings-not-in-force", Severity::Critical, "govern doctor"),
    rule("settings-partly", Severity::High, "govern doctor"),
    rule("hooks-disabled", Severity::Critical, "govern doctor"),
    rule("start-below-root", Severity::Critical, "start claude in the project's root"),
    rule("tier-drift", Severity::High, "govern tier"),
    rule("hook-missing", Severity::Critical, "govern install"),
    rule("bypass-permissions", Severity::High, "govern doctor"),
    rule("client-version", Severity::Medium, "claude update"),
    rule("registry-broken", Severity::Critical, "govern mcp check"),
    rule("mcp-file-broken", Severity::Medium, "govern mcp list"),
    rule("server-denied", Severity::Critical, "govern mcp list"),
    rule("server-changed", Severity::Critical, "govern mcp list"),
    rule("server-unapproved", Severity::High, "govern mcp request"),
    rule("server-expired", Severity::High, "govern mcp renew"),
    rule("server-expiring", Severity::Low, "govern mcp renew"),
];

/// Every rule id of this hook.
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

/// The row of a rule; one that is not in the table counts as high, so that it is not overlooked.
pub(crate) fn severity(id: &str) -> Severity {
    RULES.iter().find(|rule| rule.id == id).map_or(Severity::High, |rule| rule.severity)
}

pub(crate) fn way_out(id: &str) -> &'static str {
    RULES.iter().find(|rule| rule.id == id).map_or("govern doctor", |rule| rule.way_out)
}
