//! PreToolUse of an `mcp__*` tool: the server behind it, as it is configured now, against what was accepted.

use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope};
use mcp_registry::{dangers, shown};

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
    let inventory = Inventory::read(&places(event, context))?;
    // Not in any file: an SDK server, a connector, `--mcp-config`. governance-check judges those by their source.
    let Some(server) = inventory.called(called.name, called.source, event.tool_name()) else {
        return Ok(Decision::pass());
    };
    let mut answer = Answer { context, server, problems: Vec::new() };
    if let Some(line) = baseline.broken() {
        answer.push(
            "baseline-altered",
            format!("the record of accepted MCP servers was changed by hand (line {line})"),
        );
    }
    if let Ok(config) = &server.server {
        let notes = drift.of(&config.digest());
        if !notes.is_empty() {
            answer.push(
                "tools-changed",
                format!("its tools are not those that were locked: {}", listed(notes)),
            );
        }
    }
    let judged = required || !baseline.is_empty();
    if let Some(found) = judged.then(|| change(server, &baseline)).flatten() {
        answer.push(found.rule(), found.told());
        answer.dangers();
    }
    Ok(answer.into_decision())
}

struct Answer<'a> {
    context: &'a Context<'a>,
    server: &'a Configured,
    problems: Vec<(&'static str, Mode, String)>,
}

impl Answer<'_> {
    fn push(&mut self, rule: &'static str, text: String) {
        let file = self.server.file.to_string_lossy();
        let mode = self.context.judge(rule, &Scope { path: Some(&file), fingerprint: None });
        if mode != Mode::Off {
            self.problems.push((rule, mode, text));
        }
    }

    fn dangers(&mut self) {
        let Ok(config) = &self.server.server else { return };
        for danger in dangers(config) {
            self.push(danger.rule, format!("{}: {}", danger.field, danger.what));
        }
    }

    fn into_decision(self) -> Decision {
        let Some((rule, _, _)) = self.problems.iter().max_by_key(|(_, mode, _)| *mode) else {
            return Decision::pass();
        };
        let texts: Vec<&str> = self.problems.iter().map(|(_, _, text)| text.as_str()).collect();
        let reason = format!(
            "MCP server `{}` is not as it was accepted: {}. A person can look at it with `govern integrity check` and accept it with `govern integrity accept`.",
            shown(&self.server.key.name),
            texts.join("; ")
        );
        let decision = if self.context.policy.flag("deny_changed") {
            Decision::deny(*rule, reason)
        } else {
            Decision::warn_user(reason)
        };
        let findings = self.problems.iter().map(|(rule, _, text)| Finding {
            rule: (*rule).into(),
            severity: rules::severity(rule),
            pointer: self.server.file.to_string_lossy().into_owned(),
            summary: text.clone(),
            fingerprint: String::new(),
        });
        decision.with_findings(findings.collect())
    }
}
