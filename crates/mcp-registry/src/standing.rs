//! The verdict on one configured server, today: by what it runs, never by its name alone.

use crate::day::{Day, days_between};
use crate::model::{Approved, Denied, Pending, Registry};
use crate::server::{Difference, Server, differences, may_be_same};

/// What the registry says of a server.
#[derive(Debug, Clone)]
pub enum Standing<'a> {
    /// Approved under this name, with this configuration; `days_left` counts to the last good day.
    Approved {
        entry: &'a Approved,
        days_left: i64,
    },
    /// In its sandbox trial, with the configuration that is tried.
    Trial {
        entry: &'a Pending,
        ends: Day,
    },
    /// The configuration is approved, under another name: rules written for that name do not see it.
    Renamed {
        entry: &'a Approved,
    },
    /// The name is approved, but it runs something else.
    Changed {
        entry: &'a Approved,
        differences: Vec<Difference>,
    },
    Expired {
        entry: &'a Approved,
        days_ago: i64,
    },
    Denied {
        entry: &'a Denied,
    },
    Unapproved {
        why: Why<'a>,
    },
}

/// Why a server is not approved.
#[derive(Debug, Clone)]
pub enum Why<'a> {
    /// No entry knows its name or configuration.
    Unknown,
    /// Requested, and not decided.
    Pending(&'a Pending),
    /// Its trial ran out.
    TrialOver(&'a Pending),
    /// On trial with another configuration.
    TrialOfOther(&'a Pending, Vec<Difference>),
}

/// Judges a server by the registry. Denied beats everything; then identity; the name decides only which approval it is compared with.
pub fn standing<'a>(name: &str, server: &Server, registry: &'a Registry, today: Day) -> Standing<'a> {
    let known_as = if registry.denied.is_empty() { Vec::new() } else { server.known_as() };
    if let Some(entry) = registry.denied.iter().find(|entry| is_denied(entry, name, server, &known_as)) {
        return Standing::Denied { entry };
    }
    if let Some(entry) = registry.approved.iter().find(|entry| entry.name == name && has_begun(entry, today))
    {
        let differences = differences(&entry.config, server);
        return if differences.is_empty() {
            in_time(entry, today)
        } else {
            other_approval(server, registry, today, entry, differences)
        };
    }
    if let Some(entry) = registry.pending.iter().find(|entry| entry.name == name) {
        return pending(entry, server, today);
    }
    match same_elsewhere(server, registry, today) {
        Some(entry) => Standing::Renamed { entry },
        None => Standing::Unapproved { why: Why::Unknown },
    }
}

/// An approval dated in the future would outlive the longest one its risk allows; it does not count before its day. One day is allowed for
/// clocks and time zones.
pub(crate) fn has_begun(entry: &Approved, today: Day) -> bool {
    days_between(today, entry.approved_date) <= 1
}

fn in_time(entry: &Approved, today: Day) -> Standing<'_> {
    let days_left = days_between(today, entry.expires);
    if days_left < 0 {
        Standing::Expired { entry, days_ago: -days_left }
    } else {
        Standing::Approved { entry, days_left }
    }
}

/// Two names for one approved program is still a rename; anything else under an approved name is the worst case, a change.
fn other_approval<'a>(
    server: &Server,
    registry: &'a Registry,
    today: Day,
    entry: &'a Approved,
    differences: Vec<Difference>,
) -> Standing<'a> {
    match same_elsewhere(server, registry, today) {
        Some(other) => Standing::Renamed { entry: other },
        None => Standing::Changed { entry, differences },
    }
}

fn same_elsewhere<'a>(server: &Server, registry: &'a Registry, today: Day) -> Option<&'a Approved> {
    let mut in_force = registry
        .approved
        .iter()
        .filter(|entry| has_begun(entry, today) && days_between(today, entry.expires) >= 0);
    in_force.find(|entry| is_same(&entry.config, server))
}

fn is_same(one: &Server, other: &Server) -> bool {
    may_be_same(one, other) && differences(one, other).is_empty()
}

fn pending<'a>(entry: &'a Pending, server: &Server, today: Day) -> Standing<'a> {
    let why = match (&entry.config, entry.trial_ends) {
        (Some(tried), Some(ends)) if entry.status == crate::Status::SandboxTrial => {
            let differences = differences(tried, server);
            if !differences.is_empty() {
                Why::TrialOfOther(entry, differences)
            } else if days_between(today, ends) >= 0 {
                return Standing::Trial { entry, ends };
            } else {
                Why::TrialOver(entry)
            }
        }
        _ => Why::Pending(entry),
    };
    Standing::Unapproved { why }
}

/// By label (without case: `Browser-MCP` is meant too), by the denied configuration, or by the package it starts.
fn is_denied(entry: &Denied, name: &str, server: &Server, known_as: &[String]) -> bool {
    if entry.name.eq_ignore_ascii_case(name) {
        return true;
    }
    if entry.config.as_ref().is_some_and(|config| is_same(config, server)) {
        return true;
    }
    let same = |running: &String| {
        let last = running.rsplit('/').next().unwrap_or(running);
        entry.package.as_ref().is_some_and(|package| package.eq_ignore_ascii_case(running))
            || entry.name.eq_ignore_ascii_case(last)
    };
    known_as.iter().any(same)
}

impl Standing<'_> {
    /// One word for tables and records.
    pub fn name(&self) -> &'static str {
        match self {
            Standing::Approved { .. } => "approved",
            Standing::Trial { .. } => "trial",
            Standing::Renamed { .. } => "renamed",
            Standing::Changed { .. } => "changed",
            Standing::Expired { .. } => "expired",
            Standing::Denied { .. } => "denied",
            Standing::Unapproved { .. } => "unapproved",
        }
    }

    /// Whether the server may work without anybody having to be asked.
    pub fn may_run(&self) -> bool {
        matches!(self, Standing::Approved { .. } | Standing::Trial { .. })
    }

    /// What there is to say about it, without the server's name; fit to print.
    pub fn reason(&self) -> String {
        use crate::{format_day, shown};
        match self {
            Standing::Approved { entry, .. } => format!("approved until {}", format_day(entry.expires)),
            Standing::Trial { ends, .. } => format!("in its sandbox trial until {}", format_day(*ends)),
            Standing::Renamed { entry } => {
                format!("runs what is approved as `{}`, under another name", shown(&entry.name))
            }
            Standing::Changed { differences, .. } => {
                format!("does not run what was approved: {}", list(differences))
            }
            Standing::Expired { entry, days_ago } => {
                format!("approval expired on {} ({days_ago} days ago)", format_day(entry.expires))
            }
            Standing::Denied { entry } => format!("denied: {}", shown(&entry.reason)),
            Standing::Unapproved { why: Why::Unknown } => "not in the registry".to_owned(),
            Standing::Unapproved { why: Why::Pending(entry) } => {
                format!("requested, {}", entry.status.name())
            }
            Standing::Unapproved { why: Why::TrialOver(_) } => {
                "its sandbox trial is over and nobody approved it".to_owned()
            }
            Standing::Unapproved { why: Why::TrialOfOther(_, differences) } => {
                format!("does not run what is on trial: {}", list(differences))
            }
        }
    }
}

fn list(differences: &[Difference]) -> String {
    let shown: Vec<String> = differences.iter().take(3).map(ToString::to_string).collect();
    let more = differences.len().saturating_sub(3);
    if more == 0 { shown.join("; ") } else { format!("{}; and {more} more", shown.join("; ")) }
}
