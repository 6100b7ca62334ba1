//! `corpus settings [--from FOLDER]`: the audit over real configuration files: how long each takes, and every error it reports.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use govern::audit::{Expectation, Level, Subject, audit};
use serde_json::Value;

/// What one file may take.
const LONGEST: Duration = Duration::from_millis(50);

/// Each file is audited this often; the shortest time counts, since the others measure the machine.
const ROUNDS: usize = 3;

pub fn measure(arguments: &[String]) -> Result<bool, String> {
    let folder = match arguments.iter().position(|argument| argument == "--from") {
        Some(at) => PathBuf::from(arguments.get(at + 1).ok_or("--from needs a folder")?),
        None => governance_tests::root().join("../shared/corpora"),
    };
    if !folder.is_dir() {
        eprintln!("skipped: no {}", folder.display());
        return Ok(true);
    }
    let today = chrono::Utc::now().date_naive();
    let (mut files, mut slow, mut longest) = (0, 0, Duration::ZERO);
    let mut counts: BTreeMap<(Level, &str), usize> = BTreeMap::new();
    let mut per_file = Vec::new();
    for row in rows(&folder.join("real_settings.jsonl.gz"))? {
        let text = row["text"].as_str().unwrap_or_default();
        let name = row["origin"]["path"].as_str().or_else(|| row["file"].as_str()).unwrap_or_default();
        let repository = row["origin"]["repo"].as_str().unwrap_or_default();
        let mut shortest = Duration::MAX;
        let mut findings = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let subject =
                Subject::of_file(name, text.to_owned(), today).map_err(|error| error.to_string())?;
            findings = audit(&subject, Expectation::default());
            shortest = shortest.min(started.elapsed());
        }
        files += 1;
        longest = longest.max(shortest);
        if shortest > LONGEST {
            slow += 1;
            println!("SLOW {shortest:?} {repository}/{name}");
        }
        per_file.push(findings.len());
        for finding in &findings {
            *counts.entry((finding.rule.level, finding.rule.id)).or_default() += 1;
            if finding.rule.level == Level::Error {
                let line = finding.position.line;
                println!("error {} {repository}/{name}:{line}: {}", finding.rule.id, finding.message);
            }
        }
    }
    println!();
    for ((level, rule), count) in &counts {
        println!("{:<8} {rule:<8} {count}", level.name());
    }
    per_file.sort_unstable();
    let median = per_file.get(per_file.len() / 2).copied().unwrap_or_default();
    println!(
        "{files} files, longest {longest:?}, {slow} beyond {LONGEST:?}; findings a file: median {median}"
    );
    Ok(slow == 0)
}

fn rows(file: &std::path::Path) -> Result<Vec<Value>, String> {
    let output = Command::new("gzip").arg("-dc").arg(file).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{}: gzip cannot read it", file.display()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let parse = |line: &str| serde_json::from_str(line).map_err(|error| error.to_string());
    text.lines().filter(|line| !line.is_empty()).map(parse).collect()
}
