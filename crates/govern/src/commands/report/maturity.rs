//! How mature the governance is, computed from what is there: Ad hoc, Basic, Managed, Compliant, Audited.

use crate::commands::value::{at, list};
use serde_json::{Value, json};

/// One thing a level asks for, and whether the report's data shows it.
struct Demand {
    level: usize,
    what: &'static str,
    how: &'static str,
    is_met: fn(&Value) -> bool,
}

const LEVELS: [&str; 5] = ["Ad hoc", "Basic", "Managed", "Compliant", "Audited"];

/// What each level asks for beyond the one before it. The first four are the requirement's table; "external validation" is a
/// row in `docs/external-reviews.jsonl` of the last 400 days, "traceability" a log known off the machine and a gate
/// that asks pull requests for their AI disclosure.
#[rustfmt::skip]
const DEMANDS: &[Demand] = &[
    Demand { level: 1, what: "a shared CLAUDE.md", how: "`govern init` writes it", is_met: |data| has_file(data, "CLAUDE.md") },
    Demand { level: 1, what: "shared settings", how: "`govern init` writes them", is_met: |data| has_file(data, ".claude/settings.json") && no_errors(data) },
    Demand { level: 2, what: "an MCP registry", how: "`govern init` writes one, `govern mcp` fills it", is_met: |data| has_file(data, ".claude/mcp-registry.yaml") && at(data, "registry/faults").as_array().is_some_and(Vec::is_empty) },
    Demand { level: 2, what: "hooks that are wired and enforce", how: "`govern install` and `govern init`", is_met: |data| in_force(data, "dangerous-actions-blocker") && in_force(data, "secrets-scanner") },
    Demand { level: 3, what: "an audit log with records that is intact", how: "the audit-logger hook; `govern log verify`", is_met: |data| *at(data, "log/intact") == true && at(data, "figures/records").as_u64() > Some(0) },
    Demand { level: 3, what: "a complete charter that everybody asked has acknowledged", how: "`govern charter fill`, `ask`, `ack`", is_met: charter_holds },
    Demand { level: 3, what: "a review that is not overdue", how: "look through the registry, then set `next_review`", is_met: review_holds },
    Demand { level: 4, what: "external validation in the last 400 days", how: "a row in docs/external-reviews.jsonl: {\"date\", \"by\", \"scope\", \"report_sha256\"}", is_met: |data| at(data, "external_review").is_string() },
    Demand { level: 4, what: "a log that is known off this machine", how: "`govern log ship`, then `govern log verify --against`", is_met: |data| *at(data, "log/shipped") == true },
    Demand { level: 4, what: "a gate that asks every pull request for its AI disclosure", how: "`govern init` writes the workflow and the template", is_met: |data| has_file(data, ".github/workflows/ai-governance.yml") && has_file(data, ".github/pull_request_template.md") },
];

/// The level reached, and what is missing for the next.
pub(super) fn maturity(data: &Value) -> Value {
    let missing = |level: usize| -> Vec<Value> {
        let open = DEMANDS.iter().filter(|demand| demand.level == level && !(demand.is_met)(data));
        open.map(|demand| json!({"what": demand.what, "how": demand.how})).collect()
    };
    let reached = (1..LEVELS.len()).take_while(|level| missing(*level).is_empty()).last().unwrap_or(0);
    let met: Vec<Value> = DEMANDS
        .iter()
        .map(|demand| json!({"level": LEVELS.get(demand.level), "what": demand.what, "met": (demand.is_met)(data)}))
        .collect();
    json!({
        "level": LEVELS.get(reached), "number": reached, "next": LEVELS.get(reached + 1),
        "missing": missing(reached + 1), "demands": met,
    })
}

fn has_file(data: &Value, path: &str) -> bool {
    let files = list(at(data, "files")).iter();
    files.into_iter().any(|file| *at(file, "path") == path && at(file, "sha256").is_string())
}

fn no_errors(data: &Value) -> bool {
    at(data, "findings/rows").as_array().is_some_and(|rows| {
        !rows.iter().any(|row| {
            *at(row, "level") == "error" && at(row, "rule").as_str().is_some_and(|id| id.starts_with("SET-"))
        })
    })
}

fn in_force(data: &Value, hook: &str) -> bool {
    let hooks = list(at(data, "controls/hooks")).iter();
    hooks.into_iter().any(|row| *at(row, "hook") == hook && *at(row, "in_force") == true)
}

fn charter_holds(data: &Value) -> bool {
    let charter = at(data, "charter");
    at(charter, "faults").as_array().is_some_and(Vec::is_empty)
        && *at(charter, "open") == 0
        && at(charter, "acknowledged").as_u64() > Some(0)
}

fn review_holds(data: &Value) -> bool {
    let today = at(data, "generated").as_str().and_then(|now| now.get(..10)).unwrap_or_default();
    at(data, "registry/next_review").as_str().is_some_and(|day| day >= today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_needs_all_before_it() {
        let empty = maturity(&json!({}));
        assert_eq!(
            (empty["level"].as_str(), empty["missing"].as_array().map(Vec::len)),
            (Some("Ad hoc"), Some(2))
        );
        let file = |path: &str| json!({"path": path, "sha256": "x"});
        let mut data =
            json!({"files": [file("CLAUDE.md"), file(".claude/settings.json")], "findings": {"rows": []}});
        assert_eq!(maturity(&data)["level"], "Basic");
        data["findings"]["rows"] = json!([{"level": "error", "rule": "SET-2"}]);
        assert_eq!(maturity(&data)["level"], "Ad hoc", "settings the client drops are none");
    }
}
