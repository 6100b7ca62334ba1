//! Whether settings files are in force, and whether they hold what their tier asks.

use std::collections::BTreeSet;

use claude_config::json::{Node, Value};
use claude_config::settings::{Settings, Source, Standing};
use hook_core::Tier;

use super::{Expectation, Finding, Subject, about, at};
use crate::tiers;

pub fn check(subject: &Subject, expectation: Expectation, findings: &mut Vec<Finding>) {
    for settings in subject.settings() {
        defects(settings, findings);
        switches(settings, findings);
    }
    if subject.project.is_none() && !subject.alone {
        findings.extend(about("SET-0", ".claude/settings.json", "There is no .claude/settings.json."));
    }
    let tier = expectation.tier.max(subject.tier);
    if let (Some(tier), Some(project)) = (tier, &subject.project) {
        held_to(tier, project, findings);
    }
}

fn defects(settings: &Settings, findings: &mut Vec<Finding>) {
    let file = &settings.file;
    if let Err(error) = &settings.document.root {
        let span = claude_config::json::Span { start: error.offset, end: error.offset + 1 };
        let message = format!("{}: {}", settings.effect(), error.what);
        findings.extend(at("SET-1", file, &settings.document, span, message));
        return;
    }
    for defect in &settings.defects {
        let rule = if defect.drops_file { "SET-2" } else { "SET-3" };
        let place = if defect.path.is_empty() { "the file".to_string() } else { defect.path.clone() };
        let message = format!("{place}: {} ({})", defect.what, settings.effect());
        findings.extend(at(rule, file, &settings.document, defect.span, message));
    }
    if let Some(root) = settings.written() {
        twice(settings, root, &mut String::new(), findings);
    }
}

/// Keys that stand twice in one object, wherever it is.
fn twice(settings: &Settings, node: &Node, path: &mut String, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for member in node.members() {
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&member.key);
        if !seen.insert(member.key.as_str()) {
            findings.extend(at(
                "SET-9",
                &settings.file,
                &settings.document,
                member.value.span,
                format!("`{path}` stands twice"),
            ));
        }
        twice(settings, &member.value, path, findings);
        path.truncate(length);
    }
    for item in node.items() {
        twice(settings, item, path, findings);
    }
}

/// Switches that turn governance off.
pub(crate) fn switches(settings: &Settings, findings: &mut Vec<Finding>) {
    let mut add = |rule, path: &[&str], wrong: &dyn Fn(&Node) -> bool, message: &str| {
        if let Some(node) = settings.at(path).filter(|node| wrong(node)) {
            findings.extend(at(rule, &settings.file, &settings.document, node.span, message));
        }
    };
    let is_true = |node: &Node| matches!(node.value, Value::Bool(true));
    // In managed settings it is the administrator's own decision.
    if settings.source != Source::Managed {
        add("SET-5", &["disableAllHooks"], &is_true, "`disableAllHooks` is true.");
    }
    add("MCP-9", &["enableAllProjectMcpServers"], &is_true, "`enableAllProjectMcpServers` is true.");
    let bypass = |node: &Node| node.as_str() == Some("bypassPermissions");
    add("SET-6", &["permissions", "defaultMode"], &bypass, "`defaultMode` is bypassPermissions.");
}

/// Whether a project's settings hold every rule of a tier; more is fine.
fn held_to(tier: Tier, project: &Settings, findings: &mut Vec<Finding>) {
    if project.standing() == Standing::NotInForce {
        // That it is not in force at all was said; a list of what is missing would bury it.
        return;
    }
    let listed = |list: &str| -> BTreeSet<String> {
        let items = project.at(&["permissions", list]).map(Node::items).unwrap_or_default();
        items.iter().filter_map(Node::as_str).map(same).collect()
    };
    let (denied, asked) = (listed("deny"), listed("ask"));
    for row in tiers::permission_rows().iter().filter(|row| row.from <= tier) {
        // What a team denies outright need not be asked for as well.
        let held =
            denied.contains(&same(&row.rule)) || (row.list == "ask" && asked.contains(&same(&row.rule)));
        if !held {
            let message = format!("{} `{}` of tier {tier} is missing: {}", row.list, row.rule, row.why);
            findings.extend(about("SET-8", project.file.clone(), message));
        }
    }
    let switch = |key: &str| {
        project.at(&["permissions", key]).or_else(|| project.at(&[key])).and_then(Node::as_str)
            == Some("disable")
    };
    for (key, from) in [("disableBypassPermissionsMode", Tier::Standard), ("disableAutoMode", Tier::Strict)] {
        if tier >= from && !switch(key) {
            findings.extend(about(
                "SET-7",
                project.file.clone(),
                format!("`permissions.{key}` is not `disable`."),
            ));
        }
    }
}

/// A rule in the form that is compared: `Bash(x:*)` is `Bash(x *)`, and `./` is dropped, as the client does.
fn same(rule: &str) -> String {
    rule.replace(":*)", " *)").replace("(./**/", "(**/").replace("(./", "(")
}
