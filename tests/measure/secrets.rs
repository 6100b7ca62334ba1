//! `corpus secrets`: recall and false positives over labelled texts, bare and inside a hook's payload; with
//! `tree FOLDER...` the findings in ordinary source trees instead (`tree --places FOLDER...` says where each is).

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use hook_core::Event;
use secrets::Confidence;
use serde_json::{Value, json};

/// A source of labelled texts and the recall it must reach.
const SOURCES: &[(&str, f64)] = &[("gitleaks", 0.99), ("noseyparker", 0.90), ("ripsecrets", 1.0)];
/// The greatest share of texts labelled "no secret" that may be flagged.
const MAX_FLAGGED: f64 = 0.02;
const FIVE_MEGABYTES: f64 = 5.0 * 1024.0 * 1024.0;

/// Whether every bar holds.
pub fn run(arguments: &[String]) -> Result<bool, String> {
    match arguments.split_first() {
        Some((first, folders)) if first == "tree" => tree(folders),
        Some((first, _)) if first == "--rows" => labelled(true),
        Some((first, _)) => Err(format!("unknown option `{first}`; `--rows` or `tree FOLDER...`")),
        None => labelled(false),
    }
}

fn scan(text: &str) -> Vec<secrets::Hit<'static>> {
    secrets::scan(text, &secrets::Options::default())
}

/// For each of our rules that knows a provider the rules of a source in whose true texts it finds something. A source
/// labels per rule: what our rule for one of its rules finds in a text that is "false" for another is not that label's
/// business.
fn answers(rows: &[Value]) -> BTreeMap<&'static str, HashSet<String>> {
    let mut answers: BTreeMap<&'static str, HashSet<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["expected"] == true) {
        let rule = row["rule"].as_str().unwrap_or_default();
        for hit in scan(row["text"].as_str().unwrap_or_default()) {
            answers.entry(hit.rule).or_default().insert(rule.to_string());
        }
    }
    answers.retain(|rule, _| !rule.starts_with("generic-") && *rule != "service-credential");
    answers
}

/// How one rule of a source did.
#[derive(Default)]
struct Tally {
    wanted: usize,
    found: usize,
    in_payload: usize,
    clean: usize,
    flagged: usize,
}

fn labelled(show_rows: bool) -> Result<bool, String> {
    let mut sources = Vec::new();
    for (source, bar) in SOURCES {
        let folder = governance_tests::shared().ok_or("skipped: no ../shared beside the project")?;
        sources.push((*source, *bar, rows(&folder.join(format!("corpora/secrets_{source}.jsonl.gz")))?));
    }
    let known = values_labelled_true(&sources);
    let mut holds = true;
    for (source, bar, rows) in &sources {
        holds &= one_source(source, *bar, rows, &known, show_rows);
    }
    Ok(holds)
}

/// The rows of a file of JSON lines, unpacked by `gzip`.
fn rows(file: &Path) -> Result<Vec<Value>, String> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let output = Command::new("gzip").arg("-dc").arg(file).output().map_err(|error| problem(&error))?;
    if !output.status.success() {
        return Err(problem(&String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| problem(&error))?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| problem(&error))).collect()
}

/// The values found in texts that some source labels true. A source labels per rule: a Slack user token is "false" for
/// its Slack bot rule and "true" for its own, and finding it is right in both texts.
fn values_labelled_true(sources: &[(&str, f64, Vec<Value>)]) -> HashSet<String> {
    let mut known = HashSet::new();
    for row in sources.iter().flat_map(|(_, _, rows)| rows).filter(|row| row["expected"] == true) {
        let text = row["text"].as_str().unwrap_or_default();
        known.extend(scan(text).into_iter().map(|hit| text[hit.span].to_string()));
        known.extend(row["secret"].as_str().map(String::from));
    }
    known
}

fn one_source(source: &str, bar: f64, rows: &[Value], known: &HashSet<String>, show_rows: bool) -> bool {
    let mut rules: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut raw_flagged = 0;
    let mut meant = 0;
    let answers = answers(rows);
    for row in rows {
        let text = row["text"].as_str().unwrap_or_default();
        let rule = row["rule"].as_str().unwrap_or_default();
        // Rules that judge a file by its name have no text to find anything in.
        if row["path_only"] == true {
            continue;
        }
        let tally = rules.entry(rule).or_default();
        let hits = scan(text);
        if row["expected"] == true {
            tally.wanted += 1;
            tally.found += usize::from(!hits.is_empty());
            tally.in_payload += usize::from(found_in_payload(text));
            if show_rows && hits.is_empty() {
                println!("MISSED {rule} {text:?}");
            }
            continue;
        }
        tally.clean += 1;
        raw_flagged += usize::from(!hits.is_empty());
        let wrong = hits.iter().find(|hit| !known.contains(&text[hit.span.clone()]));
        tally.flagged += usize::from(wrong.is_some());
        let is_meant =
            wrong.is_some_and(|hit| answers.get(hit.rule).is_none_or(|rules| rules.contains(rule)));
        meant += usize::from(is_meant);
        if let Some(hit) = wrong.filter(|_| show_rows) {
            println!("FLAGGED {rule} by {} [{}] {text:?}", hit.rule, &text[hit.span.clone()]);
        }
    }
    report(source, bar, &rules, &Flagged { raw: raw_flagged, meant })
}

/// The same text as a command's output in the payload a hook gets, and read back out of it.
fn found_in_payload(text: &str) -> bool {
    let payload = json!({
        "hook_event_name": "PostToolUse", "session_id": "s", "cwd": "/", "tool_name": "Bash", "tool_use_id": "t",
        "tool_input": {"command": "cat file"},
        "tool_response": {"stdout": text, "stderr": "", "interrupted": false, "isImage": false},
    });
    let Ok(event) = Event::parse(payload.to_string().as_bytes()) else { return false };
    let mut found = false;
    event.visit_texts(&mut |_, text| found |= !scan(text).is_empty());
    found
}

/// Two other ways to count the flagged texts that are labelled clean.
struct Flagged {
    /// Also where the value is one that some row labels a secret.
    raw: usize,
    /// Only where the rule that found it is the one that the label is about.
    meant: usize,
}

fn report(source: &str, bar: f64, rules: &BTreeMap<&str, Tally>, other: &Flagged) -> bool {
    let sum = |pick: fn(&Tally) -> usize| rules.values().map(pick).sum::<usize>();
    let (wanted, found, in_payload) = (sum(|t| t.wanted), sum(|t| t.found), sum(|t| t.in_payload));
    let (clean, flagged) = (sum(|t| t.clean), sum(|t| t.flagged));
    println!("\n{source}: rule, found / wanted (in a payload), flagged / clean");
    for (rule, tally) in rules.iter().filter(|(_, tally)| tally.found < tally.wanted || tally.flagged > 0) {
        println!(
            "  {rule:<44} {:>4} / {:<4} ({:>4})  {:>3} / {}",
            tally.found, tally.wanted, tally.in_payload, tally.flagged, tally.clean
        );
    }
    let recall = share(found, wanted);
    println!(
        "{source}: recall {recall:.4} ({found} of {wanted}, bar {bar}), in a payload {:.4}; flagged {:.4} of {clean} clean texts \
         (bar {MAX_FLAGGED}; {} texts where values that some row labels a secret count too, {} by a rule that the label is about)",
        share(in_payload, wanted),
        share(flagged, clean),
        other.raw,
        other.meant,
    );
    recall >= bar && in_payload == found && share(flagged, clean) <= MAX_FLAGGED
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// What a tree holds.
#[derive(Default)]
struct Found {
    bytes: usize,
    files: usize,
    rules: BTreeMap<&'static str, Vec<String>>,
    /// Findings of formats that an issuer made: a prefix, an alphabet and a length, a checksum, an armour.
    formats: usize,
    /// Findings that rest on a name or a place beside the value.
    others: usize,
}

/// Fewer findings than this in five megabytes may rest on something else than the format of a key, and the figure
/// counts over at least as many megabytes as the second says.
const MAX_OTHERS: f64 = 1.0;
const LEAST_MEGABYTES: usize = 500;

/// Files beyond this are archives and data, which no tool reads whole.
const LARGEST_FILE: u64 = 20 * 1024 * 1024;

fn tree(arguments: &[String]) -> Result<bool, String> {
    let (show_places, folders) = match arguments.split_first() {
        Some((first, rest)) if first == "--places" => (true, rest),
        _ => (false, arguments),
    };
    let mut found = Found::default();
    for folder in folders {
        walk(Path::new(folder), &mut found)?;
    }
    let mut rules: Vec<_> = found.rules.iter().collect();
    rules.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    for (rule, places) in rules.iter().take(20) {
        println!("{:>6}  {rule}", places.len());
        for place in places.iter().filter(|_| show_places) {
            println!("          {place}");
        }
    }
    let megabytes = found.bytes / 1_048_576;
    let per_five = share(found.others, found.bytes) * FIVE_MEGABYTES;
    println!(
        "{} findings in {} files, {megabytes} MB: {} of a real key format, {} others, {per_five:.2} per 5 MB (bar: below \
         {MAX_OTHERS:.2}, over at least {LEAST_MEGABYTES} MB)",
        found.formats + found.others,
        found.files,
        found.formats,
        found.others,
    );
    Ok(per_five < MAX_OTHERS && megabytes >= LEAST_MEGABYTES)
}

fn walk(folder: &Path, found: &mut Found) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() {
            walk(&path, found)?;
        } else if kind.is_file() && entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_FILE) {
            one_file(&path, found);
        }
    }
    Ok(())
}

fn one_file(path: &Path, found: &mut Found) {
    // What is not text is not handed to a model.
    let Some(text) = fs::read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else { return };
    found.bytes += text.len();
    found.files += 1;
    for hit in scan(&text) {
        let value: String = text[hit.span.clone()].chars().take(60).collect();
        let place = format!("{}: {value:?}", path.display());
        match hit.confidence {
            Confidence::Proven | Confidence::Format => found.formats += 1,
            Confidence::Context | Confidence::Generic => found.others += 1,
        }
        found.rules.entry(hit.rule).or_default().push(place);
    }
}
