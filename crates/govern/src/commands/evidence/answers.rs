//! The six questions auditors ask of AI coding tools, each answered by one file of the bundle.

use crate::commands::value::{at, list};
use serde_json::Value;
use std::fmt::Write as _;

/// One question: what the auditor wants to see, what the data says, and where it is shown.
struct Question {
    file: &'static str,
    asked: &'static str,
    wanted: &'static str,
    said: fn(&Value) -> Vec<String>,
    shown: &'static [&'static str],
}

#[rustfmt::skip] // One field a line.
const QUESTIONS: &[Question] = &[
    Question { file: "1-policy.md", asked: "Do you have a policy for AI tool usage?", wanted: "A written charter, acknowledged by those it binds.", said: policy,
        shown: &["artefacts/docs/ai-usage-charter.md", "artefacts/docs/charter-acknowledgements.jsonl", "samples/changes.jsonl"] },
    Question { file: "2-data.md", asked: "How do you control data sent to AI vendors?", wanted: "A classification of data, and technical controls.", said: data_control,
        shown: &["artefacts/docs/ai-usage-charter.md", "artefacts/.claude/settings.json", "samples/refusals.jsonl", "samples/sensitive.jsonl"] },
    Question { file: "3-components.md", asked: "How do you vet third-party AI components?", wanted: "An approval workflow and a registry.", said: components,
        shown: &["artefacts/.claude/mcp-registry.yaml", "samples/servers.jsonl"] },
    Question { file: "4-trail.md", asked: "Do you have an audit trail of AI actions?", wanted: "A log of tool calls and files that cannot be altered unnoticed.", said: trail,
        shown: &["log/records.txt", "log/segments.json", "samples/any.jsonl"] },
    Question { file: "5-review.md", asked: "How do you review AI-generated code?", wanted: "Code review with disclosure of what AI wrote.", said: review,
        shown: &["artefacts/.github/pull_request_template.md", "artefacts/.github/workflows/ai-governance.yml", "samples/writes.jsonl"] },
    Question { file: "6-incidents.md", asked: "What happens when an incident occurs?", wanted: "A procedure, and the record of what was done.", said: incidents,
        shown: &["incident-procedure.md", "samples/incidents.jsonl"] },
];

/// Each answer: its name in the bundle and its text. `there` says whether a file is in the bundle.
pub(super) fn answers(data: &Value, there: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for question in QUESTIONS {
        let mut text = format!("# {}\n\nAn auditor wants to see: {}\n\n", question.asked, question.wanted);
        for line in (question.said)(data) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {}", line.replace(['\n', '\r'], " "));
        }
        text.push_str("\nShown by:\n\n");
        for path in question.shown {
            let state = if there(path) { "" } else { " (not in this bundle: there is none)" };
            let _ = writeln!(text, "- {path}{state}");
        }
        files.push((format!("answers/{}", question.file), text));
    }
    files
}

/// The index of the answers, for the bundle's front page.
pub(super) fn index() -> String {
    let row = |question: &Question| format!("| {} | answers/{} |\n", question.asked, question.file);
    format!("| An auditor asks | Answered by |\n|---|---|\n{}", QUESTIONS.iter().map(row).collect::<String>())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("none")
}

/// Where a file of the repository stands: its digest and commit.
fn file(data: &Value, path: &str) -> String {
    match list(at(data, "files"))
        .iter()
        .find(|file| *at(file, "path") == path && at(file, "sha256").is_string())
    {
        Some(file) if text(file, "commit").is_empty() => {
            format!("{path}: sha256 {}, not committed", text(file, "sha256"))
        }
        Some(file) => format!(
            "{path}: sha256 {}, commit {} of {}",
            text(file, "sha256"),
            text(file, "commit"),
            text(file, "committed")
        ),
        None => format!("{path}: there is none"),
    }
}

fn policy(data: &Value) -> Vec<String> {
    let charter = at(data, "charter");
    if charter.is_null() {
        return vec!["There is no charter.".into()];
    }
    let mut said = vec![
        file(data, crate::charter::CHARTER),
        format!(
            "Version {}; {} things left to fill in.",
            text(charter, "version"),
            list(at(charter, "faults")).len()
        ),
        format!(
            "{} people have acknowledged this version, {} who were asked have not.",
            at(charter, "acknowledged"),
            at(charter, "open")
        ),
    ];
    said.extend(
        list(at(charter, "people"))
            .iter()
            .map(|person| format!("{}: {}", text(person, "person"), text(person, "standing"))),
    );
    let unasked = list(at(charter, "users_never_asked"));
    if !unasked.is_empty() {
        let names: Vec<&str> = unasked.iter().filter_map(Value::as_str).collect();
        said.push(format!("Used the assistant and were never asked: {}", names.join(", ")));
    }
    said
}

fn data_control(data: &Value) -> Vec<String> {
    let controls = at(data, "controls");
    let mut said = vec![
        file(data, ".claude/settings.json"),
        format!("Tier {}; {} deny rules are in force.", text(controls, "tier"), at(controls, "rules/deny")),
    ];
    for hook in list(at(controls, "hooks")).iter().filter(|hook| {
        *at(hook, "hook") == "secrets-scanner" || *at(hook, "hook") == "dangerous-actions-blocker"
    }) {
        let state = if *at(hook, "in_force") == true { "enforces" } else { "does NOT enforce" };
        said.push(format!("{} {state}: {}", text(hook, "hook"), text(hook, "about")));
    }
    said.push(format!(
        "{} calls of the period touched paths where secrets are kept.",
        at(data, "figures/sensitive/records")
    ));
    let refused: u64 =
        list(at(data, "figures/refusals")).iter().filter_map(|row| at(row, "count").as_u64()).sum();
    said.push(format!("{refused} actions of the period were refused."));
    said
}

fn components(data: &Value) -> Vec<String> {
    let registry = at(data, "registry");
    if registry.is_null() {
        return vec!["There is no registry.".into()];
    }
    let mut said = vec![
        file(data, ".claude/mcp-registry.yaml"),
        format!(
            "{} approved, {} pending, {} denied; {} things are due.",
            at(registry, "approved"),
            at(registry, "pending"),
            at(registry, "denied"),
            list(at(registry, "due")).len()
        ),
        format!("Last review {}, next {}.", text(registry, "last_reviewed"), text(registry, "next_review")),
    ];
    for entry in list(at(registry, "entries")) {
        let steps = list(at(entry, "history")).iter().map(|step| {
            format!(
                "{} {} to {} by {}",
                text(step, "at"),
                text(step, "from"),
                text(step, "to"),
                text(step, "by")
            )
        });
        said.push(format!(
            "{}: {}. {}",
            text(entry, "server"),
            text(entry, "state"),
            steps.collect::<Vec<_>>().join("; ")
        ));
    }
    said
}

fn trail(data: &Value) -> Vec<String> {
    let (log, coverage) = (at(data, "log"), at(data, "coverage"));
    let mut said = vec![
        format!(
            "{} records in the period, {} in the whole log.",
            at(data, "figures/records"),
            at(log, "records")
        ),
        format!(
            "Verification: {}; {} checkpoints; lowest assurance {}.",
            if *at(log, "intact") == true { "intact" } else { "NOT intact, or empty" },
            at(log, "checkpoints"),
            text(at(log, "assurance"), "lowest")
        ),
    ];
    said.extend(
        list(at(log, "problems"))
            .iter()
            .filter_map(Value::as_str)
            .map(|problem| format!("Problem: {problem}")),
    );
    said.push(match at(coverage, "known").as_bool() {
        Some(true) => format!(
            "{} of {} calls in the client's transcripts have their record.",
            at(coverage, "calls_recorded"),
            at(coverage, "calls")
        ),
        Some(false) | None => format!("Completeness is not known: {}.", text(coverage, "why")),
    });
    said
}

fn review(data: &Value) -> Vec<String> {
    let written = at(data, "figures/files_written");
    vec![
        file(data, ".github/pull_request_template.md"),
        file(data, ".github/workflows/ai-governance.yml"),
        format!("{} writes to {} files in the period.", at(written, "records"), at(written, "different")),
        "The gate checks each pull request for the section \"AI Disclosure\" (`govern audit --disclosure`). Who approved a pull request is in the forge, not in this bundle.".into(),
    ]
}

fn incidents(data: &Value) -> Vec<String> {
    let mut said = vec!["The steps for each kind of incident are in incident-procedure.md; `govern incident open` lays them out and freezes the log's range.".to_owned()];
    for one in list(at(data, "incidents")) {
        said.push(format!(
            "{} ({}, {}): {}; opened {}, closed {}",
            text(one, "id"),
            text(one, "severity"),
            text(one, "status"),
            text(one, "title"),
            text(one, "opened"),
            text(one, "closed")
        ));
    }
    if said.len() == 1 {
        said.push("No incident was opened in the period, and none is open.".into());
    }
    said
}
