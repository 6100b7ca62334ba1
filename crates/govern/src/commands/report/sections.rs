//! From the report's data to its sections, in the order a committee reads them.

use super::block::{Block, Fact, Section, Table, Tone};
use super::records::{activity, log, refusals, sensitive, top};
use super::tables::{cells, table, told};
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

fn controls(data: &Value) -> Vec<Block> {
    let controls = at(data, "controls");
    let rules = at(controls, "rules");
    let mut blocks = vec![
        Block::Text(format!(
            "Permission rules in force: {} deny, {} ask, {} allow.",
            at(rules, "deny"),
            at(rules, "ask"),
            at(rules, "allow")
        )),
        table(
            "Hooks",
            &["hook", "mode", "in_force", "events", "fails_closed"],
            at(controls, "hooks"),
            "No hook.",
        ),
    ];
    for dropped in list(at(controls, "settings_dropped")) {
        blocks.push(Block::Text(format!("Claude Code ignores {}.", told(dropped))));
    }
    blocks
}

fn registry(data: &Value) -> Vec<Block> {
    let registry = at(data, "registry");
    if registry.is_null() {
        return vec![Block::Text("There is no MCP registry.".into())];
    }
    let facts = format!(
        "{} approved, {} pending, {} denied. Last review {}, next {}.",
        at(registry, "approved"),
        at(registry, "pending"),
        at(registry, "denied"),
        told(at(registry, "last_reviewed")),
        told(at(registry, "next_review"))
    );
    let mut history = Vec::new();
    for entry in list(at(registry, "entries")) {
        for step in list(at(entry, "history")) {
            let mut row = vec![told(at(entry, "server"))];
            row.extend(cells(step, &["at", "from", "to", "by", "why"]));
            history.push(row);
        }
    }
    vec![
        Block::Text(facts),
        table(
            "Registry",
            &["server", "state", "version", "risk", "data_scope", "by", "until"],
            at(registry, "entries"),
            "No server is in the registry.",
        ),
        table("Reviews due", &["server", "rule", "text", "fails"], at(registry, "due"), "Nothing is due."),
        Block::Table(Table {
            caption: "History of approvals".into(),
            columns: vec!["server", "at", "from", "to", "by", "why"],
            rows: history,
            empty: "No step was taken.",
        }),
        top("Servers called", at(data, "figures/mcp_servers"), "server", "No MCP tool was called."),
    ]
}

fn charter(data: &Value) -> Vec<Block> {
    let charter = at(data, "charter");
    if charter.is_null() {
        return vec![Block::Text("There is no usage charter; `govern charter fill` writes one.".into())];
    }
    let mut blocks = vec![
        Block::Text(format!("Version {}.", told(at(charter, "version")))),
        table(
            "Acknowledgements",
            &["person", "current", "standing"],
            at(charter, "people"),
            "Nobody has been asked.",
        ),
    ];
    for (title, key) in
        [("Left to fill in", "faults"), ("Users in the log who were never asked", "users_never_asked")]
    {
        let items: Vec<String> = charter[key].as_array().into_iter().flatten().map(told).collect();
        if !items.is_empty() {
            blocks.push(Block::List { title: title.into(), items });
        }
    }
    blocks
}

fn findings(data: &Value) -> Vec<Block> {
    vec![
        table(
            "Findings of the audit",
            &["level", "rule", "file", "line", "message", "remedy"],
            at(data, "findings/rows"),
            "The audit found nothing.",
        ),
        table(
            "Exceptions",
            &["hook", "rule", "scope", "reason", "approver", "expires", "expired"],
            at(data, "controls/exceptions"),
            "There is no exception.",
        ),
    ]
}

fn incidents(data: &Value) -> Vec<Block> {
    vec![table(
        "Incidents",
        &["id", "status", "severity", "opened", "closed", "title", "records"],
        at(data, "incidents"),
        "No incident was opened in the period, and none is open.",
    )]
}

fn files(data: &Value) -> Vec<Block> {
    vec![
        table("Files", &["name", "path", "sha256", "commit", "as_committed"], at(data, "files"), ""),
        table(
            "Commits of the period",
            &["at", "commit", "by", "subject"],
            at(data, "commits"),
            "No governance file was changed in a commit of the period.",
        ),
    ]
}
