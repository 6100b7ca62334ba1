//! SessionStart: what is not as accepted, and what is dangerous and nobody accepted, in one short message.

use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope};
use mcp_registry::{dangers, label, shown};

use crate::baseline::{BASELINE_FILE, Baseline, Key};
use crate::changes::{Change, What, changes};
use crate::inventory::{Configured, Inventory, places};
use crate::tools::{DRIFT_FILE, DriftNotes};
use crate::{rules, settings};

/// Lines the user is shown; the rest is counted.
const MAX_LINES: usize = 8;

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    // After /clear and compaction it is the same session: said once is enough.
    if matches!(event.text("source"), "clear" | "compact") {
        return Ok(Decision::pass());
    }
    let places = places(event, context);
    let inventory = Inventory::read(&places)?;
    let mut report = Report { context, lines: Vec::new(), findings: Vec::new(), names: Vec::new() };
    let baseline = read_baseline(context)?;
    let drift = read_drift(context)?;
    if let Some(line) = baseline.broken() {
        report.altered(line);
    }
    let project = context.project.to_string_lossy().into_owned();
    let here =
        |key: &Key| matches!(key.scope.as_str(), "user" | "managed") || key.owner.starts_with(&project);
    let found = changes(&inventory, &baseline, &here);
    let first_time = baseline.is_empty() && baseline.broken().is_none();
    if !first_time {
        for change in &found {
            report.change(change);
        }
    }
    for server in &inventory.servers {
        let accepted =
            !found.iter().any(|change| *change.key == server.key && !matches!(change.what, What::Removed));
        report.tools(server, &drift);
        if !accepted {
            report.dangers(server);
        }
    }
    for file in settings::files(&places) {
        report.approves_all(&file)?;
    }
    let hint = first_time && !inventory.servers.is_empty();
    Ok(report.into_decision(hint.then_some(inventory.servers.len())))
}

pub(crate) fn read_baseline(context: &Context<'_>) -> Result<Baseline, Error> {
    let bytes = context.state.read(BASELINE_FILE)?.unwrap_or_default();
    Ok(Baseline::parse(&String::from_utf8_lossy(&bytes)))
}

/// A file of notes that cannot be read is treated as absent here and reported by `govern mcp lock --check`, which rewrites it.
pub(crate) fn read_drift(context: &Context<'_>) -> Result<DriftNotes, Error> {
    let bytes = context.state.read(DRIFT_FILE)?;
    Ok(bytes.and_then(|bytes| DriftNotes::parse(&bytes)).unwrap_or_default())
}

struct Report<'a> {
    context: &'a Context<'a>,
    lines: Vec<String>,
    findings: Vec<Finding>,
    names: Vec<String>,
}

impl Report<'_> {
    fn push(&mut self, rule: &'static str, file: &str, line: String) {
        let mode = self.context.judge(rule, &Scope { path: Some(file), fingerprint: None });
        if mode == Mode::Off {
            return;
        }
        self.findings.push(Finding {
            rule: rule.into(),
            severity: rules::severity(rule),
            pointer: file.to_owned(),
            summary: line.clone(),
            fingerprint: String::new(),
        });
        if mode >= Mode::Warn && !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    fn altered(&mut self, line: usize) {
        let file = self.context.state.root().join(BASELINE_FILE).to_string_lossy().into_owned();
        self.push(
            "baseline-altered",
            &file,
            format!("the record of accepted MCP servers was changed by hand (line {line})"),
        );
    }

    fn change(&mut self, change: &Change<'_>) {
        let file = match &change.what {
            What::Added(server) | What::Changed(server, _) | What::Unreadable(server) => {
                server.file.to_string_lossy().into_owned()
            }
            What::Removed => String::new(),
        };
        self.name(change.key);
        self.push(change.rule(), &file, change.told());
    }

    fn dangers(&mut self, server: &Configured) {
        let Ok(config) = &server.server else { return };
        for danger in dangers(config) {
            let line = format!(
                "`{}` ({}) {}: {}",
                shown(&server.key.name),
                server.key.scope,
                danger.field,
                danger.what
            );
            self.push(danger.rule, &server.file.to_string_lossy(), line);
        }
    }

    fn tools(&mut self, server: &Configured, drift: &DriftNotes) {
        let Ok(config) = &server.server else { return };
        if drift.is_empty() {
            return;
        }
        let notes = drift.of(&config.digest());
        if !notes.is_empty() {
            self.name(&server.key);
            let line = format!(
                "`{}` ({}) no longer has the tools that were locked: {}",
                shown(&server.key.name),
                server.key.scope,
                listed(notes)
            );
            self.push("tools-changed", &server.file.to_string_lossy(), line);
        }
    }

    fn approves_all(&mut self, file: &std::path::Path) -> Result<(), Error> {
        if settings::approves_all(file)? {
            let line = format!(
                "{} approves every server of .mcp.json unseen (enableAllProjectMcpServers)",
                file.display()
            );
            self.push("approves-all", &file.to_string_lossy(), line);
        }
        Ok(())
    }

    fn name(&mut self, key: &Key) {
        self.names.push(format!("{} ({})", label(&key.name), key.scope));
    }

    fn into_decision(self, unaccepted: Option<usize>) -> Decision {
        let mut lines = self.lines;
        let more = lines.len().saturating_sub(MAX_LINES);
        lines.truncate(MAX_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        let mut decision = Decision::pass().with_findings(self.findings);
        if let Some(count) = unaccepted {
            lines.push(format!("{count} MCP servers are configured and none was accepted yet: `govern integrity baseline` does."));
        } else if !lines.is_empty() {
            lines.push(
                "`govern integrity check` shows all; `govern integrity accept NAME --why TEXT` accepts one."
                    .to_owned(),
            );
        }
        if !lines.is_empty() {
            decision = decision.with_user(format!("MCP configuration:\n- {}", lines.join("\n- ")));
        }
        // Facts for the model, no orders: names alone, sanitised.
        if !self.names.is_empty() {
            decision =
                decision.with_model(format!("MCP servers not as accepted: {}.", self.names.join(", ")));
        }
        decision
    }
}

pub(crate) fn listed(notes: &[String]) -> String {
    let shown: Vec<String> = notes.iter().take(3).map(|note| mcp_registry::shown(note)).collect();
    let more = notes.len().saturating_sub(3);
    if more == 0 { shown.join("; ") } else { format!("{}; and {more} more", shown.join("; ")) }
}
