//! Samples of records, the same for everybody who draws them: of each population the 25 whose SHA-256 is smallest.

use super::super::log::scan::{Bounds, in_time, stamps, stored};
use super::super::report::{Field, Row};
use crate::Failure;
use ledger::{Digest, digest};
use std::collections::BTreeMap;
use std::path::Path;

/// A population of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sample {
    Any,
    /// Decisions that refused something.
    Refusals,
    /// Calls on paths where secrets are kept.
    Sensitive,
    /// Changes of approvals, acknowledgements and exceptions.
    Changes,
    /// Changes of settings and instructions the client told of.
    Configuration,
    Incidents,
    Writes,
    /// Calls of MCP servers.
    Servers,
    Sessions,
    /// Keys, checkpoints and heartbeats of the log itself.
    Keys,
    /// Failures of calls and of the log.
    Failures,
}

const ALL: [Sample; 11] = [
    Sample::Any,
    Sample::Refusals,
    Sample::Sensitive,
    Sample::Changes,
    Sample::Configuration,
    Sample::Incidents,
    Sample::Writes,
    Sample::Servers,
    Sample::Sessions,
    Sample::Keys,
    Sample::Failures,
];

/// What auditors commonly draw from a population.
const SIZE: usize = 25;

impl Sample {
    /// The name of its file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Sample::Any => "any",
            Sample::Refusals => "refusals",
            Sample::Sensitive => "sensitive",
            Sample::Changes => "changes",
            Sample::Configuration => "configuration",
            Sample::Incidents => "incidents",
            Sample::Writes => "writes",
            Sample::Servers => "servers",
            Sample::Sessions => "sessions",
            Sample::Keys => "keys",
            Sample::Failures => "failures",
        }
    }

    fn has(self, row: &Row<'_>) -> bool {
        let text = |field| row.text(field);
        match self {
            Sample::Any => true,
            Sample::Refusals => {
                text(Field::Type) == "decision"
                    && matches!(text(Field::Decision).as_ref(), "deny" | "stop" | "ask" | "rewrite")
            }
            Sample::Sensitive => row.has_label("secret_path") && text(Field::Outcome) != "requested",
            Sample::Changes => matches!(
                text(Field::Type).as_ref(),
                "mcp_registry" | "mcp_accept" | "charter" | "exception" | "kill_switch"
            ),
            Sample::Configuration => {
                matches!(text(Field::Event).as_ref(), "ConfigChange" | "InstructionsLoaded" | "SessionStart")
            }
            Sample::Incidents => text(Field::Type) == "incident",
            Sample::Writes => row.did("write"),
            Sample::Servers => row.did("mcp"),
            Sample::Sessions => matches!(text(Field::Event).as_ref(), "SessionStart" | "SessionEnd"),
            Sample::Keys => text(Field::Event).starts_with("audit."),
            Sample::Failures => {
                matches!(text(Field::Outcome).as_ref(), "error" | "interrupted")
                    || text(Field::Event) == "audit.gap"
            }
        }
    }
}

/// One population: how many there are, and those that were drawn, by their digest.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) population: u64,
    pub(super) lines: BTreeMap<Digest, Vec<u8>>,
}

/// Draws every sample in one pass, showing `index` each record of the period with its number and digest.
pub(super) fn draw(
    log: &Path,
    bounds: Bounds,
    index: &mut dyn FnMut(&str, &Digest),
) -> Result<BTreeMap<Sample, Drawn>, Failure> {
    let mut drawn: BTreeMap<Sample, Drawn> =
        ALL.into_iter().map(|sample| (sample, Drawn::default())).collect();
    let stamps = stamps(bounds);
    stored(log, bounds, b"\"event\":\"", &mut |line| {
        let Some(row) = Row::read(line).filter(|row| in_time(&row.text(Field::Ts), &stamps)) else {
            return Ok(true);
        };
        let digest = digest(line);
        index(&row.text(Field::Seq), &digest);
        for (_, drawn) in drawn.iter_mut().filter(|(sample, _)| sample.has(&row)) {
            drawn.population += 1;
            let is_small = drawn.lines.len() < SIZE
                || drawn.lines.keys().next_back().is_some_and(|largest| digest < *largest);
            if is_small {
                drawn.lines.insert(digest, line.to_vec());
            }
            if drawn.lines.len() > SIZE {
                drawn.lines.pop_last();
            }
        }
        Ok(true)
    })?;
    Ok(drawn)
}
