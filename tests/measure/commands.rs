//! `corpus commands [--from FOLDER] [--tier TIER] [--missed]`: recall over labelled dangerous commands, false positives
//! over everyday ones, every stop with its reason, and the time a decision takes.
//!
//! The folder holds `commands_transforms.jsonl.gz`, `commands_denylist.jsonl.gz` and `commands_benign.jsonl.gz`, rows with
//! `command`, `expected` (block, ask, allow), `category` or `tier`, and perhaps `cwd`. A row is text and is never run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use dangerous_actions_blocker::{Answer, Hit, Scene, judge};
use hook_core::Tier;
use serde_json::Value;

/// What must hold: dangerous rows stopped, allowed rows stopped, everyday rows stopped by tier of the corpus.
const LEAST_RECALL: f64 = 0.97;
const MOST_ALLOWED_STOPPED: f64 = 0.02;
const MOST_PLAIN: f64 = 0.002;
const MOST_DEV_FORM: f64 = 0.02;
/// What all but one decision in a hundred may take, where nothing else has the machine.
const MOST_TIME: Duration = Duration::from_micros(200);

struct Row {
    id: String,
    command: String,
    expected: String,
    group: String,
    cwd: String,
}

#[derive(Default)]
struct Tally {
    rows: usize,
    stopped: usize,
}

impl Tally {
    fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows are small")]
        let share = self.stopped as f64 / self.rows.max(1) as f64;
        share
    }
}

pub fn measure(arguments: &[String]) -> Result<bool, String> {
    let option = |name: &str| {
        arguments
            .iter()
            .position(|argument| argument == name)
            .and_then(|at| arguments.get(at + 1))
            .map(String::as_str)
    };
    let folder =
        option("--from").map_or_else(|| governance_tests::root().join("../shared/corpora"), PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: no {}", folder.display());
        return Ok(true);
    }
    let tier = Tier::from_name(option("--tier").unwrap_or("standard")).ok_or("--tier is not a tier")?;
    let show_missed = arguments.iter().any(|argument| argument == "--missed");
    let mut times = Vec::new();
    let mut dangerous = rows(&folder.join("commands_transforms.jsonl.gz"))?;
    dangerous.extend(rows(&folder.join("commands_denylist.jsonl.gz"))?);
    let benign = rows(&folder.join("commands_benign.jsonl.gz"))?;
    let (recall, allowed) = measure_dangerous(&dangerous, tier, show_missed, &mut times);
    // What one list calls dangerous and another everyday work is no error in either answer.
    let (benign, disputed): (Vec<Row>, Vec<Row>) = {
        let blocked: BTreeSet<&str> =
            dangerous.iter().filter(|row| row.expected == "block").map(|row| row.command.as_str()).collect();
        benign.into_iter().partition(|row| !blocked.contains(row.command.as_str()))
    };
    let tiers = measure_benign(&benign, tier, &mut times);
    for row in &disputed {
        println!("not counted, called dangerous as well: {} {}", row.id, one_line(&row.command));
    }
    let slow = print_times(&mut times);
    let share = |name: &str| tiers.get(name).map_or(0.0, Tally::share);
    println!(
        "\nrecall {:.4} (at least {LEAST_RECALL}), allowed stopped {:.4} (at most {MOST_ALLOWED_STOPPED}), plain {:.4} (at most {MOST_PLAIN}), dev-form {:.4} (at most {MOST_DEV_FORM})",
        recall.share(),
        allowed.share(),
        share("plain"),
        share("dev-form"),
    );
    Ok(recall.share() >= LEAST_RECALL
        && allowed.share() <= MOST_ALLOWED_STOPPED
        && slow < MOST_TIME
        && share("plain") <= MOST_PLAIN
        && share("dev-form") <= MOST_DEV_FORM)
}

fn measure_dangerous(
    rows: &[Row],
    tier: Tier,
    show_missed: bool,
    times: &mut Vec<(Duration, String)>,
) -> (Tally, Tally) {
    let (mut recall, mut allowed) = (Tally::default(), Tally::default());
    let mut groups: BTreeMap<&str, Tally> = BTreeMap::new();
    for row in rows {
        let stop = stop(row, tier, times);
        let tally = match row.expected.as_str() {
            "block" => &mut recall,
            "allow" => &mut allowed,
            _ => groups.entry("(expected: ask)").or_default(),
        };
        tally.rows += 1;
        tally.stopped += usize::from(stop.is_some());
        if row.expected == "block" {
            let group = groups.entry(&row.group).or_default();
            group.rows += 1;
            group.stopped += usize::from(stop.is_some());
            if stop.is_none() && show_missed {
                println!("missed {} {}: {}", row.id, row.group, one_line(&row.command));
            }
        } else if let Some((answer, hit)) = stop.filter(|_| row.expected == "allow") {
            println!(
                "stopped although allowed {} {answer:?} {}: {}",
                row.id,
                hit.rule.id,
                one_line(&row.command)
            );
        }
    }
    println!("\ndangerous, stopped of rows:");
    for (group, tally) in &groups {
        println!("{:>5} of {:>5}  {:.3}  {group}", tally.stopped, tally.rows, tally.share());
    }
    (recall, allowed)
}

fn measure_benign(rows: &[Row], tier: Tier, times: &mut Vec<(Duration, String)>) -> BTreeMap<String, Tally> {
    let mut tiers: BTreeMap<String, Tally> = BTreeMap::new();
    println!("\neveryday commands stopped:");
    for row in rows {
        let stop = stop(row, tier, times);
        let tally = tiers.entry(row.group.clone()).or_default();
        tally.rows += 1;
        tally.stopped += usize::from(stop.is_some());
        if let Some((answer, hit)) = stop {
            println!(
                "{} {} {answer:?} {} ({}): {}",
                row.group,
                row.id,
                hit.rule.id,
                hit.subject,
                one_line(&row.command)
            );
        }
    }
    println!("\neveryday, stopped of rows:");
    for (group, tally) in &tiers {
        println!("{:>5} of {:>5}  {:.4}  {group}", tally.stopped, tally.rows, tally.share());
    }
    tiers
}

/// The strictest hit that is not let pass, and what is answered.
fn stop(row: &Row, tier: Tier, times: &mut Vec<(Duration, String)>) -> Option<(Answer, Hit)> {
    let project = if row.cwd.is_empty() { "/home/test/project" } else { &row.cwd };
    let scene = Scene::new(Path::new("/home/test"), Path::new(project), Path::new(project), tier);
    // The best of three: what else the machine does is not the decision's. A scene remembers, so each has its own.
    let best = (0..3).map(|_| {
        let scene = scene.clone();
        let started = Instant::now();
        std::hint::black_box(judge(&row.command, &scene));
        started.elapsed()
    });
    times.push((best.min().unwrap_or_default(), row.id.clone()));
    let judgement = judge(&row.command, &scene);
    judgement
        .hits
        .into_iter()
        .map(|hit| (hit.rule.answer(tier), hit))
        .filter(|(answer, _)| *answer > Answer::Pass)
        .max_by_key(|(answer, hit)| (*answer, hit.rule.severity))
}

/// Prints what decisions take and gives what all but one in a hundred stay below.
fn print_times(times: &mut [(Duration, String)]) -> Duration {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 1000).map(|(time, _)| *time).unwrap_or_default();
    println!(
        "\na decision takes p50 {:.1?}, p95 {:.1?}, p99 {:.1?} (below {MOST_TIME:?}), p99.9 {:.1?}",
        at(500),
        at(950),
        at(990),
        at(999)
    );
    for (time, id) in times.iter().rev().take(3) {
        println!("slowest {id}: {time:.1?}");
    }
    at(990)
}

fn one_line(command: &str) -> String {
    let line: String = command.chars().take(200).collect();
    line.escape_debug().to_string()
}

fn rows(file: &Path) -> Result<Vec<Row>, String> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let output = Command::new("gzip").arg("-dc").arg(file).output().map_err(|error| problem(&error))?;
    let text = String::from_utf8(output.stdout).map_err(|error| problem(&error))?;
    let mut rows = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| problem(&error))?;
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tier = field("tier");
        // A fixture's folder was a fresh temporary one.
        let cwd = field("cwd").replace("$TMPDIR_FIXTURE", "/tmp/fixture");
        rows.push(Row {
            id: field("id"),
            command: field("command"),
            expected: field("expected"),
            group: if tier.is_empty() { field("category") } else { tier },
            cwd,
        });
    }
    Ok(rows)
}
