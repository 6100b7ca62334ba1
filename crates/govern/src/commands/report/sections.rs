//! From the report's data to its sections, in the order a committee reads them.

use super::block::{Block, Fact, Section, Tone};
use super::records::{activity, log, refusals, sensitive};
use super::standing::{charter, controls, files, findings, incidents, registry};
use super::tables::{table, told};
use crate::commands::value::{at, list};
use serde_json::Value;

/// Every section of the report.
pub(super) fn sections(data: &Value) -> Vec<Section> {
    vec![
        summary(data),
        maturity(data),
        agenda(data),
        section("controls", "Controls in force", controls(data)),
        section("registry", "MCP servers", registry(data)),
        section("activity", "What was done", activity(data)),
        section("refusals", "What was refused", refusals(data)),
        section("sensitive", "Access to sensitive paths", sensitive(data)),
        section("log", "The audit log", log(data)),
        section("charter", "Usage charter", charter(data)),
        section("findings", "Findings and exceptions", findings(data)),
        section("incidents", "Incidents", incidents(data)),
        section("files", "Governance files", files(data)),
    ]
}

fn section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section { id, title, blocks }
}

pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

fn fact(name: &'static str, value: impl std::fmt::Display, detail: impl Into<String>, tone: Tone) -> Fact {
    Fact { name, value: value.to_string(), detail: detail.into(), tone }
}

fn summary(data: &Value) -> Section {
    let figures = at(data, "figures");
    let refused: u64 = list(at(figures, "refusals")).iter().map(|row| number(at(row, "count"))).sum();
    let (findings, log, coverage) = (at(data, "findings"), at(data, "log"), at(data, "coverage"));
    let hooks = list(at(data, "controls/hooks"));
    let in_force = hooks.iter().filter(|hook| *at(hook, "in_force") == true).count();
    let intact = *at(log, "intact") == true;
    let open = list(at(data, "incidents")).iter().filter(|one| *at(one, "status") == "open").count();
    let mut facts = vec![
        fact(
            "Maturity",
            told(at(data, "maturity/level")),
            "of Ad hoc, Basic, Managed, Compliant, Audited",
            Tone::Plain,
        ),
        fact(
            "Tier",
            told(at(data, "controls/tier")),
            format!("{in_force} of {} hooks enforce", hooks.len()),
            Tone::good_if(in_force > 0, Tone::Bad),
        ),
        fact(
            "Audit log",
            if intact { "intact" } else { "NOT INTACT" },
            log_detail(log),
            Tone::good_if(intact, Tone::Bad),
        ),
        fact(
            "Records",
            number(at(figures, "records")),
            format!(
                "{} sessions, {} users",
                number(at(figures, "sessions")),
                number(at(figures, "users/different"))
            ),
            Tone::Plain,
        ),
        fact("Refused", refused, "actions stopped by a rule", Tone::Plain),
        fact(
            "Sensitive accesses",
            number(at(figures, "sensitive/records")),
            "calls on paths where secrets are kept",
            Tone::good_if(*at(figures, "sensitive/records") == 0, Tone::Watch),
        ),
        fact(
            "Audit findings",
            number(at(findings, "errors")) + number(at(findings, "warnings")),
            format!(
                "{} errors, {} warnings, {} notes",
                number(at(findings, "errors")),
                number(at(findings, "warnings")),
                number(at(findings, "notes"))
            ),
            findings_tone(findings),
        ),
        fact(
            "Incidents open",
            open,
            format!("{} in the period or open", length(at(data, "incidents"))),
            Tone::good_if(open == 0, Tone::Watch),
        ),
    ];
    if *at(coverage, "known") == true {
        let missing = number(at(coverage, "calls_not_recorded"));
        let silent = length(at(coverage, "sessions_without_records"));
        let detail = format!(
            "{} of {} sessions have records",
            number(at(coverage, "sessions_with_records")),
            number(at(coverage, "sessions"))
        );
        facts.push(fact(
            "Calls without a record",
            missing,
            detail,
            Tone::good_if(missing == 0 && silent == 0, Tone::Bad),
        ));
    }
    if let Some(open) = at(data, "charter/open").as_u64() {
        let given = number(at(data, "charter/acknowledged"));
        facts.push(fact(
            "Charter acknowledged",
            given,
            format!("{open} asked and not yet"),
            Tone::good_if(open == 0 && given > 0, Tone::Watch),
        ));
    }
    section("summary", "At a glance", vec![Block::Facts(facts)])
}

fn findings_tone(findings: &Value) -> Tone {
    match (number(at(findings, "errors")), number(at(findings, "warnings"))) {
        (0, 0) => Tone::Good,
        (0, _) => Tone::Watch,
        (_, _) => Tone::Bad,
    }
}

fn log_detail(log: &Value) -> String {
    if *at(log, "missing") == true {
        return "there is no log here".into();
    }
    format!("assurance {}", told(at(log, "assurance/lowest")))
}

fn maturity(data: &Value) -> Section {
    let maturity = at(data, "maturity");
    let names = ["Ad hoc", "Basic", "Managed", "Compliant", "Audited"].map(str::to_owned).to_vec();
    let reached = usize::try_from(number(at(maturity, "number"))).unwrap_or_default();
    let mut blocks = vec![Block::Steps { reached, names }];
    if at(maturity, "next").is_string() {
        let items = list(at(maturity, "missing")).iter();
        let items =
            items.map(|item| format!("{}: {}", told(at(item, "what")), told(at(item, "how")))).collect();
        blocks.push(Block::List { title: format!("Missing for {}", told(at(maturity, "next"))), items });
    }
    blocks.push(table("What each level asks for", &["level", "what", "met"], at(maturity, "demands"), ""));
    section("maturity", "Maturity", blocks)
}

fn agenda(data: &Value) -> Section {
    let mut blocks = Vec::new();
    for part in list(at(data, "agenda")) {
        let items = list(at(part, "items")).iter().map(told).collect();
        blocks.push(Block::List { title: told(at(part, "title")), items });
    }
    blocks.push(table("Who sits at the table", &["role", "person", "duty"], at(data, "roles"), ""));
    section("agenda", "Agenda of the committee", blocks)
}
