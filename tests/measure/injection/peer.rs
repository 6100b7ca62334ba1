//! Pattern lists of published detectors over the same rows, in one table with ours.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use injection_detector::score::{CERTAIN, NOTABLE};
use injection_detector::{Options, Surface, score};

use super::report::count;
use super::rows::{Group, Row};

/// MIT-licensed, no dependencies of their own.
const PACKAGES: [&str; 2] = ["clawguard-core==0.4.0", "ai-injection-guard==0.3.0"];

/// Prints how often each detector speaks, group by group. `blind` says of each row whether a model speaks that saw nothing
/// of its source. Where the peers cannot be had it says so.
pub fn print(rows: &[Row], blind: Vec<bool>) {
    println!("\n# Side by side: share of rows flagged");
    let mut columns: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    columns.insert("ours, cross-validated, 0.5 % of files".into(), blind);
    let scores: Vec<u8> =
        rows.iter().map(|row| score(&row.text, &Options { surface: Surface::ToolResult }).score).collect();
    columns.insert(
        "ours, notable (its model saw these rows)".into(),
        scores.iter().map(|score| *score >= NOTABLE).collect(),
    );
    columns.insert(
        "ours, certain (its model saw these rows)".into(),
        scores.iter().map(|score| *score >= CERTAIN).collect(),
    );
    match peers(rows) {
        Ok(peers) => columns.extend(peers),
        Err(problem) => println!("skipped the peers: {problem}"),
    }
    let groups = [Group::Marked, Group::Semantic, Group::File, Group::Security, Group::Prompt];
    println!("{:42} {}", "", groups.map(|group| format!("{:>9}", format!("{group:?}"))).join(" "));
    for (name, flagged) in &columns {
        let shares = groups.map(|group| {
            let of: Vec<bool> = rows
                .iter()
                .zip(flagged)
                .filter(|(row, _)| row.group == group)
                .map(|(_, flagged)| *flagged)
                .collect();
            format!("{:9.3}", count(of.iter().filter(|flagged| **flagged).count()) / count(of.len()).max(1.0))
        });
        println!("{name:42} {}", shares.join(" "));
    }
}

fn peers(rows: &[Row]) -> Result<BTreeMap<String, Vec<bool>>, String> {
    let folder = install()?;
    let script = governance_tests::root().join("tests/measure/injection/peers.py");
    let mut child = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("python3: {error}"))?;
    let mut input = child.stdin.take().ok_or("python3 has no standard input")?;
    let texts: Vec<String> =
        rows.iter().map(|row| serde_json::Value::from(row.text.as_str()).to_string()).collect();
    let lines = format!("{}\n", texts.join("\n"));
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    writer.join().map_err(|_| "the writer panicked")?.map_err(|error| error.to_string())?;
    let mut columns: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let found: BTreeMap<String, bool> = serde_json::from_str(line).map_err(|error| error.to_string())?;
        for (name, flagged) in found {
            columns.entry(name).or_default().push(flagged);
        }
    }
    match columns.values().find(|column| column.len() != rows.len()) {
        Some(column) => Err(format!("the peers answered {} of {} rows", column.len(), rows.len())),
        None => Ok(columns),
    }
}

/// The packages, under `target/`, from their registry.
fn install() -> Result<PathBuf, String> {
    let folder = governance_tests::root().join("target/injection-peers");
    if folder.join("clawguard_core").is_dir() && folder.join("prompt_shield").is_dir() {
        return Ok(folder);
    }
    let status = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
        .arg(&folder)
        .args(PACKAGES)
        .status()
        .map_err(|error| format!("python3: {error}"))?;
    if status.success() { Ok(folder) } else { Err("pip could not install them".into()) }
}
