//! PreToolUse of an `mcp__*` tool: the server behind it, as it is configured now, against what was accepted.

use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope};
use mcp_registry::{dangers, label};

use crate::changes::change;
use crate::inventory::{Configured, Inventory, places};
use crate::rules;
use crate::start::{listed, read_baseline, read_drift};

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let Some(called) = event.mcp_server() else { return Ok(Decision::pass()) };
    let baseline = read_baseline(context)?;
    let drift = read_drift(context)?;
    let required = context.policy.flag("require_baseline");
    // Before the first baseline there is nothing to hold a server against.
    if baseline.is_empty() && baseline.broken().is_none() && drift.is_empty() && !required {
        return Ok(Decision::pass());
    }
    let inventory = Inventory::of_source(&places(event, context), called.source)?;
    // Not in any file: an SDK server, a connector, `--mcp-config`. governance-check judges those by their source.
    let Some(server) = inventory.called(called.name, called.source, event.tool_name()) else {
        return Ok(Decision::pass());
    };
    let mut answer = Answer { context, server, problems: Vec::new() };
    if let Some(line) = baseline.broken() {
        let text = format!("the record of accepted MCP servers was changed by hand (line {line})");
        answer.push("baseline-altered", text.clone(), text);
    }
    if let Ok(config) = &server.server {
        let notes = drift.of(&config.digest());
        if !notes.is_empty() {
            let text = format!("its tools are not those that were locked: {}", listed(notes));
            answer.push("tools-changed", text, "its tools are not those that were locked".to_owned());
        }
    }
    let judged = required || !baseline.is_empty();
    if let Some(found) = judged.then(|| change(server, &baseline)).flatten() {
        answer.push(found.rule(), found.told(), found.told_to_model());
        answer.dangers();
    }
    Ok(answer.into_decision())
}

struct Problem {
    rule: &'static str,
    mode: Mode,
    /// For the user and the audit log.
    text: String,
    /// For the model: no text of the configuration's own.
    fact: String,
}

struct Answer<'a> {
    context: &'a Context<'a>,
    server: &'a Configured,
    problems: Vec<Problem>,
}

impl Answer<'_> {
    fn push(&mut self, rule: &'static str, text: String, fact: String) {
        let file = self.server.file.to_string_lossy();
        let mode = self.context.judge(rule, &Scope { path: Some(&file), fingerprint: None });
        if mode != Mode::Off {
            self.problems.push(Problem { rule, mode, text, fact });
        }
    }

    fn dangers(&mut self) {
        let Ok(config) = &self.server.server else { return };
        for danger in dangers(config) {
            self.push(danger.rule, format!("{}: {}", danger.field, danger.what), danger.rule.to_owned());
        }
    }

    fn into_decision(self) -> Decision {
        // The first of the strictest: what is wrong comes before what is dangerous about it.
        let Some(strictest) = self.problems.iter().map(|problem| problem.mode).max() else {
            return Decision::pass();
        };
        let Some(first) = self.problems.iter().find(|problem| problem.mode == strictest) else {
            return Decision::pass();
        };
        let joined =
            |part: fn(&Problem) -> &str| self.problems.iter().map(part).collect::<Vec<_>>().join("; ");
        let name = label(&self.server.key.name);
        let told = format!(
            "MCP server `{name}`: {}. `govern integrity check` shows it, `govern integrity accept` accepts it.",
            joined(|problem| &problem.text)
        );
        let decision = if self.context.policy.flag("deny_changed") {
            let reason = format!(
                "MCP server `{name}` is not as it was accepted: {}. A person looks at it with `govern integrity check`.",
                joined(|problem| &problem.fact)
            );
            Decision::deny(first.rule, reason).with_user(told)
        } else {
            Decision::warn_user(told)
        };
        let findings = self.problems.iter().map(|problem| Finding {
            rule: problem.rule.into(),
            severity: rules::severity(problem.rule),
            pointer: self.server.file.to_string_lossy().into_owned(),
            summary: problem.text.clone(),
            fingerprint: String::new(),
        });
        decision.with_findings(findings.collect())
    }
}
