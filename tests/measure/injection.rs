//! Recall of injected instructions at fixed rates of false alarms, by source, with a cross-validation that holds out
//! whole sources, and a peer's pattern list over the same rows.
//!
//! `corpus injection [--with-packages] [--train] [--no-peers] [FILE...]`: without files the two corpora beside the project are
//! read, with our own honest rows; a file is JSONL (plain or gzipped) whose rows have `text`, `source`, `kind` and, in a file named `*attack*`, are
//! attacks. `--with-packages` adds the attacks of eight published packages and files of our dependencies (`sources.py`).
//! `--train` writes the weights learnt from all rows to `crates/injection-detector/src/weights.bin`; what ships was
//! learnt with `--with-packages --train`.

mod peer;
mod report;
mod rows;
mod train;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use injection_detector::model;

use rows::{Group, Row};

/// How much a held-out source must be recognised, and at what cost.
const BAR_RECALL: f64 = 0.45;
const BAR_FILES: f64 = 0.005;
const BAR_PROMPTS: f64 = 0.01;

pub fn run(arguments: &[String]) -> Result<bool, String> {
    let train = arguments.iter().any(|argument| argument == "--train");
    let named: Vec<PathBuf> =
        arguments.iter().filter(|argument| !argument.starts_with("--")).map(PathBuf::from).collect();
    let mut files = if named.is_empty() { standard() } else { named };
    if arguments.iter().any(|argument| argument == "--with-packages") {
        files.extend(packages()?);
    }
    if files.is_empty() {
        eprintln!("skipped: no ../shared");
        return Ok(true);
    }
    let rows = rows::read(&files)?;
    println!(
        "{} rows; {} of them attacks",
        rows.len(),
        rows.iter().filter(|row| row.group.is_attack()).count()
    );
    if train {
        return write_weights(&rows).map(|()| true);
    }
    println!(
        "\n# The detector as it ships (its model was trained on these rows: read the cross-validation instead)"
    );
    let shipped: Vec<f32> = rows.iter().map(Row::margin).collect();
    report::print(&rows, &shipped);
    println!("\n# Rules alone");
    let rules: Vec<f32> = rows.iter().map(|row| row.margin_with(0.0, &|_| 0.0)).collect();
    report::print(&rows, &rules);
    println!(
        "\n# Cross-validation: every attack source and every repository judged by a model that saw nothing of it"
    );
    let blind = cross_validate(&rows);
    let summary = report::print(&rows, &blind);
    time(&rows);
    if !arguments.iter().any(|argument| argument == "--no-peers") {
        peer::print(&rows, blind.iter().map(|margin| *margin > summary.threshold).collect());
    }
    println!(
        "\nbar: recall of marked attacks on held-out sources {:.3} (macro) {:.3} (micro) at {:.2} % of files; asked {BAR_RECALL} at {:.1} %; prompts {:.2} %",
        summary.recall_macro,
        summary.recall_micro,
        summary.files * 100.0,
        BAR_FILES * 100.0,
        summary.prompts * 100.0
    );
    Ok(summary.recall_macro >= BAR_RECALL && summary.files <= BAR_FILES && summary.prompts <= BAR_PROMPTS)
}

/// How long a megabyte of benign files takes: the least of ten runs.
fn time(rows: &[Row]) {
    let mut text: String =
        rows.iter().filter(|row| row.group == Group::File).map(|row| row.text.as_str()).take(400).collect();
    text.truncate(text.floor_char_boundary(1024 * 1024));
    let options = injection_detector::Options { surface: injection_detector::Surface::ToolResult };
    let least = (0..10)
        .map(|_| {
            let start = std::time::Instant::now();
            std::hint::black_box(injection_detector::score(&text, &options));
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!(
        "\n{:.2} MB of benign files: {:.1} ms",
        report::count(text.len()) / 1_048_576.0,
        least.as_secs_f64() * 1000.0
    );
}

fn standard() -> Vec<PathBuf> {
    let Some(shared) = governance_tests::shared() else { return Vec::new() };
    let names = ["injection_attacks.jsonl.gz", "injection_benign.jsonl.gz"];
    let own = governance_tests::root().join("tests/corpus/injection-detector/training/honest.jsonl");
    names.iter().map(|name| shared.join("corpora").join(name)).chain([own]).collect()
}

/// The rows of `sources.py`, under `target/`.
fn packages() -> Result<[PathBuf; 2], String> {
    let folder = governance_tests::root().join("target/injection-sources");
    let files = ["attacks.jsonl", "honest.jsonl"].map(|name| folder.join(name));
    if files.iter().all(|file| file.is_file()) {
        return Ok(files);
    }
    let script = governance_tests::root().join("tests/measure/injection/sources.py");
    let status = Command::new("python3")
        .arg(script)
        .arg(folder)
        .current_dir(governance_tests::root())
        .status()
        .map_err(|error| format!("python3: {error}"))?;
    if status.success() { Ok(files) } else { Err("sources.py could not fetch the packages".into()) }
}

/// The margin of each row under a model that saw neither its attack source nor its repository.
fn cross_validate(rows: &[Row]) -> Vec<f32> {
    let sources: Vec<&str> = rows
        .iter()
        .filter(|row| row.group == Group::Marked)
        .map(|row| row.source.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let fold_of = |row: &Row| match sources.iter().position(|source| *source == row.source) {
        Some(position) => position,
        // There are too few sources of prompts to hold one out whole: each prompt is a repository of its own.
        None if matches!(row.group, Group::Prompt | Group::Own) => rows::hash(&row.text) % sources.len(),
        None => rows::hash(&row.source) % sources.len(),
    };
    let mut margins = vec![0.0; rows.len()];
    for fold in 0..sources.len() {
        let seen: Vec<&Row> = rows.iter().filter(|row| fold_of(row) != fold).collect();
        let (weights, bias) = train::train(&seen);
        for (row, margin) in rows.iter().zip(&mut margins).filter(|(row, _)| fold_of(row) == fold) {
            *margin = row.margin_with(bias, &|at| weights.get(at as usize).copied().unwrap_or(0.0));
        }
    }
    margins
}

fn write_weights(rows: &[Row]) -> Result<(), String> {
    let all: Vec<&Row> = rows.iter().collect();
    let (weights, bias) = train::train(&all);
    let path = governance_tests::root().join("crates/injection-detector/src/weights.bin");
    std::fs::write(&path, model::pack(&weights, bias)).map_err(|error| error.to_string())?;
    println!("wrote {} ({} weights, bias {bias:.3})", path.display(), weights.len());
    Ok(())
}
