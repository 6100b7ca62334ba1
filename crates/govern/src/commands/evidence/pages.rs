//! The pages of a bundle that people read: its front page, the controls, the incident procedure.

use super::super::incident::KINDS;
use super::answers;
use super::framework::{Control, Framework, LOCK};
use crate::commands::value::{at, list};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A check that was run: the command, how it ended, and where its output is.
pub(super) struct Checked {
    pub(super) command: &'static str,
    pub(super) code: u8,
    pub(super) file: String,
}

/// One control as data.
pub(super) fn control(control: &Control, data: &Value, checks: &[Checked], population: u64) -> Value {
    let files = list(at(data, "files"));
    let artefact = |path: &&str| {
        let file = files.iter().find(|file| *at(file, "path") == **path && at(file, "sha256").is_string());
        match file {
            Some(file) => {
                json!({"path": path, "in_bundle": format!("artefacts/{path}"), "sha256": at(file, "sha256"),
                                 "commit": at(file, "commit"), "as_committed": at(file, "as_committed")})
            }
            None => json!({"path": path, "in_bundle": Value::Null}),
        }
    };
    let artefacts: Vec<Value> = control.artefacts.iter().map(artefact).collect();
    let mut gaps: Vec<String> =
        control.gaps.iter().filter(|gap| (gap.is_open)(data)).map(|gap| gap.says.to_owned()).collect();
    let missing = artefacts
        .iter()
        .filter(|row| at(row, "in_bundle").is_null())
        .filter_map(|row| at(row, "path").as_str());
    // Without an approved server there are no tools to lock.
    let needed = |path: &&str| *path != LOCK || *at(data, "registry/approved") != 0;
    gaps.extend(missing.filter(needed).map(|path| format!("{path} is not there.")));
    if population == 0 {
        gaps.push(format!(
            "No record of the kind \"{}\" in the period, so operation cannot be sampled.",
            control.sample.name()
        ));
    }
    let checks: Vec<Value> = checks
        .iter()
        .filter(|check| control.checks.contains(&check.command))
        .map(|check| json!({"command": format!("govern {}", check.command), "exit": check.code, "output": check.file}))
        .collect();
    json!({
        "id": control.id, "title": control.title, "question": control.question, "artefacts": artefacts, "checks": checks,
        "sample": {"file": format!("samples/{}.jsonl", control.sample.name()), "population": population},
        "gaps": gaps,
    })
}

/// The controls for people.
pub(super) fn controls_page(framework: &Framework, controls: &[Value]) -> String {
    let mut page = format!("# {}\n\n{}\n", framework.title, framework.caveat);
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or("none").to_owned();
    for control in controls {
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "\n## {} {}\n\n{}\n",
            text(control, "id"),
            text(control, "title"),
            text(control, "question")
        );
        for row in list(at(control, "artefacts")) {
            let _ = match at(row, "in_bundle").as_str() {
                Some(path) => writeln!(
                    page,
                    "- {path}, sha256 {}, commit {}",
                    text(row, "sha256"),
                    or_none(&text(row, "commit"))
                ),
                None => writeln!(page, "- {}: there is none", text(row, "path")),
            };
        }
        for row in list(at(control, "checks")) {
            let _ = writeln!(
                page,
                "- `{}` ended with {}: {}",
                text(row, "command"),
                at(row, "exit"),
                text(row, "output")
            );
        }
        let sample = at(control, "sample");
        let _ = writeln!(page, "- sample of {} records: {}", at(sample, "population"), text(sample, "file"));
        let gaps = list(at(control, "gaps"));
        let _ = writeln!(
            page,
            "\nGaps: {}\n",
            if gaps.is_empty() { "none that this product can see." } else { "" }
        );
        for gap in gaps {
            let _ = writeln!(page, "- {}", gap.as_str().unwrap_or_default());
        }
    }
    page
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// The front page.
pub(super) fn front_page(framework: &Framework, data: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "# Evidence: {}\n\n\
         Repository {}, {} to {}; generated {} by {}.\n\n\
         This bundle holds what there is, and says what is lacking. It is no statement that a requirement is met: that is for\n\
         the auditor. {}\n\n{}\n\
         | Where | What |\n|---|---|\n\
         | controls.md, controls.json | each control: the question, artefacts with commit and digest, checks, sample, gaps |\n\
         | answers/ | the questions above |\n| artefacts/ | the repository's files as they stood |\n\
         | checks/ | what each check printed; the first line is the command |\n\
         | samples/ | of each population the 25 records whose SHA-256 is smallest, so that anybody draws the same |\n\
         | log/records.txt | number and SHA-256 (first 16 digits) of every record of the period |\n\
         | log/segments.json | each day file of the log with its digest |\n| log/checkpoints/ | signed heads of the log |\n\
         | report.html, report.md, report.json | the governance report |\n\
         | incident-procedure.md | the steps for each kind of incident |\n\
         | manifest.json | every file with its SHA-256, and one digest over all |\n\n\
         `govern evidence check FOLDER` names what was changed; keep the manifest's digest elsewhere and give it with\n\
         `--digest`. On the machine the log is on, it also compares the log.\n",
        framework.title,
        text(at(data, "repository")),
        text(at(data, "period/since")),
        text(at(data, "period/until")),
        text(at(data, "generated")),
        text(at(data, "by")),
        framework.caveat,
        answers::index(),
    )
}

/// The steps for each kind of incident.
pub(super) fn procedure() -> String {
    let mut page = String::from(
        "# Incident procedure\n\n`govern incident open --kind KIND --title TEXT` signs the log, freezes the range, and lays out these steps.\n",
    );
    for kind in KINDS {
        let _ = writeln!(page, "\n## {}: {}\n", kind.name, kind.about);
        for (at, (within, what)) in kind.steps.iter().enumerate() {
            let _ = writeln!(page, "{}. Within {within}: {what}", at + 1);
        }
    }
    page
}
