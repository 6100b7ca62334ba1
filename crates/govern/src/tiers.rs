//! The four tiers as settings: permission rules and flags from rows, the hooks' wiring from the same table `install` uses.

use hook_core::Tier;
use serde_json::{Map, Value, json};

use crate::commands::install::wires;

const PERMISSIONS: &str = include_str!("../../../hooks-config/permissions.json");

/// The launcher a project's settings name; it lies beside them.
pub const PROJECT_LAUNCHER: &str = include_str!("../../../hooks-config/project/run-hook.sh");

/// One permission rule of the tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionRow {
    /// The rule as Claude Code reads it, as in `Read(**/.env)`.
    pub rule: String,
    /// `deny` or `ask`.
    pub list: String,
    /// The lowest tier that has it.
    pub from: Tier,
    /// The data class it protects, where it protects data.
    pub class: Option<String>,
    /// Whether the requirement names it in just this form.
    pub document: bool,
    pub why: String,
}

/// Every rule, lowest tier first.
pub fn permission_rows() -> Vec<PermissionRow> {
    // The table is checked in and a test reads it; a row that does not parse would fail there.
    let rows: Vec<Value> = serde_json::from_str(PERMISSIONS).unwrap_or_default();
    rows.iter().filter_map(row).collect()
}

fn row(row: &Value) -> Option<PermissionRow> {
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_string);
    Some(PermissionRow {
        rule: text("rule")?,
        list: text("list")?,
        from: Tier::from_name(&text("from")?)?,
        class: text("class"),
        document: row.get("document").and_then(Value::as_bool).unwrap_or(false),
        why: text("why")?,
    })
}

/// The rules of a tier in one list.
pub fn permissions(tier: Tier, list: &str) -> Vec<String> {
    let rows = permission_rows();
    rows.into_iter().filter(|row| row.from <= tier && row.list == list).map(|row| row.rule).collect()
}

/// A project's `settings.json` for a tier.
pub fn settings(tier: Tier) -> Value {
    let mut settings = rules(tier);
    settings.insert("hooks".into(), project_hooks(tier));
    Value::Object(settings)
}

/// The settings of a tier without any hook: rules and switches.
pub fn rules(tier: Tier) -> Map<String, Value> {
    let mut permissions_part = Map::new();
    permissions_part.insert("deny".into(), permissions(tier, "deny").into());
    let ask = permissions(tier, "ask");
    if !ask.is_empty() {
        permissions_part.insert("ask".into(), ask.into());
    }
    if tier >= Tier::Standard {
        permissions_part.insert("disableBypassPermissionsMode".into(), "disable".into());
    }
    if tier >= Tier::Strict {
        permissions_part.insert("disableAutoMode".into(), "disable".into());
    }
    let mut settings = Map::new();
    settings.insert("$schema".into(), "https://json.schemastore.org/claude-code-settings.json".into());
    settings.insert("permissions".into(), Value::Object(permissions_part));
    if tier >= Tier::Strict {
        settings.insert("enableAllProjectMcpServers".into(), false.into());
    }
    if tier == Tier::Regulated {
        // The client deletes transcripts after 30 days unless told otherwise; an auditor asks for a year.
        settings.insert("cleanupPeriodDays".into(), 400.into());
    }
    settings
}

/// The wiring of a project: the launcher in the project, which runs the user's installed hook.
pub fn project_hooks(tier: Tier) -> Value {
    let mut hooks: Map<String, Value> = Map::new();
    for wire in wires(tier) {
        let mut handler = json!({
            "type": "command",
            "command": "${CLAUDE_PROJECT_DIR}/.claude/hooks/run-hook.sh",
            "args": [wire.hook],
            "timeout": wire.timeout,
        });
        if let (true, Some(handler)) = (wire.blocks, handler.as_object_mut()) {
            handler.insert("onFailure".into(), "block".into());
        }
        let group = match &wire.matcher {
            Some(matcher) => json!({ "matcher": matcher, "hooks": [handler] }),
            None => json!({ "hooks": [handler] }),
        };
        let groups = hooks.entry(wire.event).or_insert_with(|| json!([]));
        if let Some(groups) = groups.as_array_mut() {
            groups.push(group);
        }
    }
    Value::Object(hooks)
}

/// A project's CLAUDE.md part for a tier, between its two marker lines.
pub fn claude_md(tier: Tier) -> &'static str {
    match tier {
        Tier::Starter => include_str!("../../../hooks-config/tiers/starter/CLAUDE.md"),
        Tier::Standard => include_str!("../../../hooks-config/tiers/standard/CLAUDE.md"),
        Tier::Strict => include_str!("../../../hooks-config/tiers/strict/CLAUDE.md"),
        Tier::Regulated => include_str!("../../../hooks-config/tiers/regulated/CLAUDE.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_parses_and_no_rule_stands_twice() {
        let raw: Vec<Value> = serde_json::from_str(PERMISSIONS).unwrap();
        let rows = permission_rows();
        assert_eq!(rows.len(), raw.len());
        for (index, row) in rows.iter().enumerate() {
            assert!(["deny", "ask"].contains(&row.list.as_str()), "{row:?}");
            assert!(
                !rows[index + 1..].iter().any(|other| other.rule == row.rule),
                "{} stands twice",
                row.rule
            );
        }
    }

    #[test]
    fn each_tier_has_at_least_the_rules_the_requirement_gives_it() {
        let counts = Tier::ALL.map(|tier| {
            permission_rows()
                .iter()
                .filter(|row| row.document && row.from <= tier && row.list == "deny")
                .count()
        });
        assert!(counts[0] >= 4 && counts[1] >= 10 && counts[2] >= 19 && counts[3] >= 26, "{counts:?}");
    }

    #[test]
    fn a_claude_md_stays_below_8_kb_and_keeps_its_markers() {
        for tier in Tier::ALL {
            let text = claude_md(tier);
            assert!(text.len() < 8 * 1024, "{tier}");
            assert!(text.starts_with(&format!("<!-- governance: {tier} -->\n")), "{tier}");
            assert!(text.ends_with("<!-- governance: end -->\n"), "{tier}");
        }
    }
}
