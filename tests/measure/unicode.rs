//! `corpus unicode [--from FOLDER] [--blind]`: recall of the Unicode engine per kind of attack, and every benign text it flags.
//!
//! The folder holds `unicode_attacks.jsonl.gz` and `unicode_benign.jsonl.gz`, rows with `text`, `kind`, `source` and
//! perhaps `file`. `--blind` forgets the file names, so that every line is judged by its own looks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use unicode_scanner::{Class, Finding, Kind, Options, scan, strip};

/// What must hold: found attacks, and benign texts flagged, of all.
const LEAST_RECALL: f64 = 0.98;
const MOST_FLAGGED: f64 = 0.001;

struct Row {
    text: String,
    kind: String,
    source: String,
    options: Options,
}

#[derive(Default)]
struct Tally {
    rows: usize,
    flagged: usize,
}

pub fn measure(arguments: &[String]) -> Result<bool, String> {
    let folder = match arguments.iter().position(|argument| argument == "--from") {
        Some(at) => PathBuf::from(arguments.get(at + 1).ok_or("--from needs a folder")?),
        None => governance_tests::root().join("../shared/corpora"),
    };
    let blind = arguments.iter().any(|argument| argument == "--blind");
    let show_missed = arguments.iter().any(|argument| argument == "--missed");
    if !folder.is_dir() {
        eprintln!("skipped: no {}", folder.display());
        return Ok(true);
    }
    let attacks = rows(&folder.join("unicode_attacks.jsonl.gz"), blind)?;
    let benign = rows(&folder.join("unicode_benign.jsonl.gz"), blind)?;
    let started = Instant::now();
    let found = print_tallies("attacks", &attacks);
    let flagged = print_tallies("benign", &benign);
    let bytes: usize = attacks.iter().chain(&benign).map(|row| row.text.len()).sum();
    println!("\n{} texts, {bytes} bytes in {:.1?}", attacks.len() + benign.len(), started.elapsed());
    for row in attacks.iter().filter(|row| show_missed && scan(&row.text, row.options).is_empty()) {
        println!("missed {} {}: {}", row.kind, row.source, tail(&row.text));
    }
    println!("\nbenign texts flagged:");
    for row in &benign {
        let findings = scan(&row.text, row.options);
        for finding in &findings {
            println!("{} {}: {}", row.kind, row.source, line_of(finding));
        }
        if findings.iter().any(|finding| finding.class.is_invisible())
            != strip(&row.text, row.options).is_some()
        {
            return Err(format!("scan and strip disagree on a text of {}", row.source));
        }
    }
    println!(
        "\nrecall {found:.4} (at least {LEAST_RECALL}), benign flagged {flagged:.4} (at most {MOST_FLAGGED})"
    );
    Ok(found >= LEAST_RECALL && flagged <= MOST_FLAGGED)
}

fn rows(file: &Path, blind: bool) -> Result<Vec<Row>, String> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let output = Command::new("gzip").arg("-dc").arg(file).output().map_err(|error| problem(&error))?;
    let text = String::from_utf8(output.stdout).map_err(|error| problem(&error))?;
    let mut rows = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| problem(&error))?;
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = if blind { Kind::Unknown } else { Kind::of_path(&field("file")) };
        rows.push(Row {
            text: field("text"),
            kind: field("kind"),
            source: field("source"),
            options: Options { kind },
        });
    }
    if rows.is_empty() { Err(problem(&"no rows")) } else { Ok(rows) }
}

/// Prints a line per kind; gives the share flagged.
fn print_tallies(name: &str, rows: &[Row]) -> f64 {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    for row in rows {
        let findings = scan(&row.text, row.options);
        let tally = tallies.entry(&row.kind).or_default();
        tally.rows += 1;
        tally.flagged += usize::from(!findings.is_empty());
        for class in
            Class::ALL.into_iter().filter(|class| findings.iter().any(|finding| finding.class == *class))
        {
            *classes.entry(class).or_default() += 1;
        }
    }
    println!("\n{name}: kind, rows, flagged");
    for (kind, tally) in &tallies {
        println!("  {kind:32} {:5} {:5}", tally.rows, tally.flagged);
    }
    for (class, count) in &classes {
        println!("  by {:29} {count:5}", class.rule());
    }
    let flagged: usize = tallies.values().map(|tally| tally.flagged).sum();
    println!("  {:32} {:5} {flagged:5}", "all", rows.len());
    share(flagged, rows.len())
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn line_of(finding: &Finding) -> String {
    format!(
        "{} {:?} {}:{} U+{:04X} {} {:?}",
        finding.class.rule(),
        finding.weight,
        finding.line,
        finding.column,
        u32::from(finding.code_point),
        finding.preview,
        finding.hidden
    )
}

fn tail(text: &str) -> String {
    let odd: String = text.chars().filter(|c| !c.is_ascii()).take(20).collect();
    unicode_scanner::escaped(&odd)
}
