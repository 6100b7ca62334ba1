//! What a control lacks, seen in the report's data: a test and a sentence.

use crate::commands::value::{at, list};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// One thing that may be lacking.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) is_open: fn(&Value) -> bool,
    pub(super) says: &'static str,
}

const fn gap(is_open: fn(&Value) -> bool, says: &'static str) -> Gap {
    Gap { is_open, says }
}

pub(super) const NO_CHARTER: Gap = gap(
    |data| !at(data, "charter/faults").as_array().is_some_and(Vec::is_empty),
    "There is no complete usage charter.",
);
pub(super) const NOT_ACKNOWLEDGED: Gap = gap(
    |data| at(data, "charter/acknowledged").as_u64().unwrap_or(0) == 0 || *at(data, "charter/open") != 0,
    "Not everybody has acknowledged the charter's current version, or nobody was asked.",
);
pub(super) const SETTINGS_NOT_IN_FORCE: Gap = gap(
    |data| {
        at(data, "controls/settings_dropped").as_array().is_none_or(|files| !files.is_empty())
            || !has(data, ".claude/settings.json")
    },
    "A settings file is missing or ignored by the client.",
);
pub(super) const GUARDS_OFF: Gap = gap(
    |data| !in_force(data, "secrets-scanner") || !in_force(data, "dangerous-actions-blocker"),
    "The secrets scanner or the blocker of dangerous actions does not enforce here.",
);
pub(super) const LOGGER_OFF: Gap =
    gap(|data| !in_force(data, "audit-logger"), "The audit logger is not in force here.");
pub(super) const CHECK_HOOK_OFF: Gap = gap(
    |data| !in_force(data, "governance-check"),
    "The governance check at the start of sessions is not in force here.",
);
pub(super) const UNCOMMITTED: Gap = gap(
    |data| {
        list(at(data, "files"))
            .iter()
            .any(|file| at(file, "sha256").is_string() && *at(file, "as_committed") != true)
    },
    "A governance file is not committed as it stands.",
);
pub(super) const EXPIRED_EXCEPTION: Gap = gap(
    |data| list(at(data, "controls/exceptions")).iter().any(|row| *at(row, "expired") == true),
    "An exception has expired and was not removed.",
);
pub(super) const FINDINGS: Gap = gap(
    |data| *at(data, "findings/errors") != 0 || *at(data, "findings/warnings") != 0,
    "The audit of the repository has open errors or warnings.",
);
pub(super) const NO_GATE: Gap =
    gap(|data| !has(data, ".github/workflows/ai-governance.yml"), "No workflow audits pull requests.");
pub(super) const NO_TEMPLATE: Gap = gap(
    |data| !has(data, ".github/pull_request_template.md"),
    "No pull request template asks for AI disclosure.",
);
pub(super) const NO_REGISTRY: Gap = gap(
    |data| !at(data, "registry/faults").as_array().is_some_and(Vec::is_empty),
    "There is no MCP registry, or it has faults.",
);
pub(super) const REGISTRY_DUE: Gap = gap(
    |data| !list(at(data, "registry/due")).is_empty() || at(data, "registry").is_null(),
    "A review of the MCP registry is due, or there is none.",
);
pub(super) const NO_LOG: Gap = gap(
    |data| at(data, "figures/records").as_u64().unwrap_or(0) == 0,
    "The log has no record in the period.",
);
pub(super) const NOT_INTACT: Gap = gap(|data| *at(data, "log/intact") != true, "The log does not verify.");
pub(super) const INCOMPLETE: Gap = gap(
    |data| {
        *at(data, "coverage/known") != true
            || *at(data, "coverage/calls_not_recorded") != 0
            || !list(at(data, "coverage/sessions_without_records")).is_empty()
    },
    "Completeness is not shown: calls or sessions have no record, or there are no transcripts to compare with.",
);
pub(super) const NO_CHECKPOINT: Gap =
    gap(|data| at(data, "log/checkpoints").as_u64().unwrap_or(0) == 0, "No checkpoint of the log is signed.");
pub(super) const NOT_SHIPPED: Gap = gap(
    |data| *at(data, "log/shipped") != true,
    "The log is kept on this machine only: whoever owns it can rewrite what was not yet sealed, and it is lost with the machine.",
);
pub(super) const UNDER_180_DAYS: Gap =
    gap(|data| reaches_back(data, 180) != Some(true), "The log on this machine does not go back 180 days.");
pub(super) const UNDER_365_DAYS: Gap = gap(
    |data| reaches_back(data, 365) != Some(true),
    "The log on this machine does not go back twelve months.",
);
pub(super) const CLOCK_NOT_ATTESTED: Gap = gap(
    |_| true,
    "A clock set back is noticed, but this product does not attest that the machine's clock is synchronised.",
);
pub(super) const INCIDENT_OPEN: Gap = gap(
    |data| list(at(data, "incidents")).iter().any(|one| *at(one, "status") == "open"),
    "An incident is open.",
);

fn has(data: &Value, path: &str) -> bool {
    list(at(data, "files")).iter().any(|file| *at(file, "path") == path && at(file, "sha256").is_string())
}

fn in_force(data: &Value, hook: &str) -> bool {
    list(at(data, "controls/hooks"))
        .iter()
        .any(|row| *at(row, "hook") == hook && *at(row, "in_force") == true)
}

/// Whether the first record of the log is so many days old.
fn reaches_back(data: &Value, days: i64) -> Option<bool> {
    let first =
        list(at(data, "log/segments")).first()?["first_ts"].as_str()?.parse::<DateTime<Utc>>().ok()?;
    let now = at(data, "generated").as_str()?.parse::<DateTime<Utc>>().ok()?;
    Some(now - first >= TimeDelta::days(days))
}
