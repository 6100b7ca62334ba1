//! The hooks of this workspace, once: the CLI, the tests and the documentation read this table.

use hook_core::Hook;

/// One hook with the ids of its rules.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    pub hook: &'static Hook,
    /// Every rule id the hook may name; each has a hit and a near miss in `tests/corpus/`.
    pub rules: fn() -> Vec<&'static str>,
}

/// Every hook, in the order the README lists them.
#[rustfmt::skip] // One row a line, so that two new hooks never meet in one.
pub const REGISTRY: &[Registered] = &[
    Registered { hook: &dangerous_actions_blocker::HOOK, rules: dangerous_actions_blocker::rule_ids },
    Registered { hook: &governance_check::HOOK, rules: governance_check::rules },
    Registered { hook: &mcp_config_integrity::HOOK, rules: mcp_config_integrity::rules },
    Registered { hook: &unicode_scanner::HOOK, rules: unicode_scanner::rules },
    Registered { hook: &secrets_scanner::HOOK, rules: secrets_scanner::rules },
    Registered { hook: &injection_detector::HOOK, rules: || injection_detector::RULES.to_vec() },
    Registered { hook: &velocity_governor::HOOK, rules: || velocity_governor::RULES.to_vec() },
    Registered { hook: &audit_logger::HOOK, rules: Vec::new },
];

/// The hook with this name.
pub fn hook(name: &str) -> Option<&'static Hook> {
    REGISTRY.iter().map(|row| row.hook).find(|hook| hook.name == name)
}
