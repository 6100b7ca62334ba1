//! `govern evidence check`: which file of a bundle was changed, and which record of the log it was drawn from.

use super::manifest::{MANIFEST, expected_digest, segment_digest};
use crate::commands::arguments::Arguments;
use crate::commands::log::place;
use crate::commands::report::{Field, Row};
use crate::commands::value::at;
use crate::{Exit, Failure, Io};
use hook_core::files::{read_bounded, read_text};
use ledger::{Lines, digest, segments, to_hex};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const ABOUT: &str =
    "govern evidence check: which file of a bundle, or record of its log, was changed; exit 1 if any";

pub(super) const OPTIONS: &str = "  BUNDLE         the bundle's folder\n  \
    --digest HEX   the digest it had when it was made, kept elsewhere\n  \
    --dir FOLDER   the log it was drawn from (default: this user's, where it is the same log)\n";

/// The largest file of a bundle that is read, in bytes.
const LARGEST: usize = 1 << 30;

pub(super) fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let bundle = arguments.word().ok_or_else(|| Failure::Usage("which bundle? Name its folder".into()))?;
    let bundle = io.cwd.join(bundle);
    let text = read_text(&bundle.join(MANIFEST), LARGEST)?;
    let text = text.ok_or_else(|| Failure::Unreadable(format!("{}: no {MANIFEST}", bundle.display())))?;
    let manifest: Value =
        serde_json::from_str(&text).map_err(|error| Failure::Unreadable(format!("{MANIFEST}: {error}")))?;
    let mut problems = Vec::new();
    let stated = at(&manifest, "digest").as_str().unwrap_or_default();
    if stated != expected_digest(&manifest) {
        problems.push(format!("{MANIFEST}: was changed; its digest is not that of what it says"));
    }
    if arguments.value("--digest").is_some_and(|digest| digest != stated) {
        problems.push(format!("{MANIFEST}: is another one; its digest is {stated}"));
    }
    let index = index(&bundle)?;
    files(&bundle, &manifest, &index, &mut problems)?;
    let folder = same_log(&manifest, arguments, io)?;
    if let Some(folder) = &folder {
        log(&bundle, folder, &index, &mut problems)?;
    }
    for problem in &problems {
        writeln!(io.out, "{problem}")?;
    }
    if problems.is_empty() {
        let count = at(&manifest, "files").as_object().map_or(0, serde_json::Map::len);
        let with = if folder.is_some() {
            "and the log is the one it was drawn from"
        } else {
            "the log is not here to compare"
        };
        writeln!(io.out, "unchanged: {count} files, {with}; digest {stated}")?;
        return Ok(Exit::Clean);
    }
    Ok(Exit::Findings)
}

/// The digest's first 16 digits of each record, by number.
type Index = HashMap<u64, String>;

fn index(bundle: &Path) -> Result<Index, Failure> {
    let text = read_text(&bundle.join("log/records.txt"), LARGEST)?.unwrap_or_default();
    let row = |line: &str| {
        let (seq, hash) = line.split_once(' ')?;
        Some((seq.parse().ok()?, hash.to_owned()))
    };
    Ok(text.lines().filter_map(row).collect())
}

fn files(bundle: &Path, manifest: &Value, index: &Index, problems: &mut Vec<String>) -> Result<(), Failure> {
    let mut found = BTreeSet::new();
    list(bundle, bundle, &mut found)?;
    found.remove(MANIFEST);
    for (path, row) in at(manifest, "files").as_object().into_iter().flatten() {
        if !found.remove(path) {
            problems.push(format!("{path}: is missing"));
            continue;
        }
        let bytes = read_bounded(&bundle.join(path), LARGEST)?.unwrap_or_default();
        if at(row, "sha256").as_str() == Some(mcp_registry::sha256(&bytes).as_str()) {
            continue;
        }
        problems.push(format!("{path}: was changed"));
        if path.starts_with("samples/") {
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                problems.extend(
                    changed_record(line, index).map(|seq| format!("{path}: record {seq} was changed")),
                );
            }
        }
    }
    problems.extend(found.into_iter().map(|path| format!("{path}: was added")));
    Ok(())
}

/// The number of a stored line that is not what the index says.
fn changed_record(line: &[u8], index: &Index) -> Option<String> {
    let Some(row) = Row::read(line) else { return Some("that does not read".into()) };
    let seq = row.text(Field::Seq).into_owned();
    let hex = to_hex(&digest(line));
    let expected = seq.parse::<u64>().ok().and_then(|seq| index.get(&seq));
    (expected.map(String::as_str) != hex.get(..16)).then_some(seq)
}

/// Every file below a folder, relative to the bundle.
fn list(bundle: &Path, folder: &Path, found: &mut BTreeSet<String>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(bundle, &entry.path(), found)?;
        } else {
            let path = entry.path();
            found.insert(path.strip_prefix(bundle).unwrap_or(&path).to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// The log to compare with: the one that was named, or this user's where it is the one the bundle was drawn from.
fn same_log(manifest: &Value, arguments: &Arguments<'_>, io: &Io<'_>) -> Result<Option<PathBuf>, Failure> {
    let folder = place::folder(arguments, io);
    if segments(&folder).map_err(place::unreadable)?.is_empty() {
        return Ok(None);
    }
    let key = ledger::verify_signed(&folder, &[], None).first_key;
    let same = arguments.value("--dir").is_some() || key.as_deref() == at(manifest, "about/log/key").as_str();
    Ok(same.then_some(folder))
}

/// Compares the day files of the log with what they were.
fn log(bundle: &Path, folder: &Path, index: &Index, problems: &mut Vec<String>) -> Result<(), Failure> {
    let text = read_text(&bundle.join("log/segments.json"), LARGEST)?.unwrap_or_default();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
    for row in &rows {
        let name = at(row, "file").as_str().unwrap_or_default();
        let path = folder.join(name);
        if !path.exists() {
            problems.push(format!("log {name}: is missing"));
            continue;
        }
        // The log has grown since; what it was then is its beginning now.
        let (sha256, _) = segment_digest(&path, at(row, "bytes").as_u64().unwrap_or_default())?;
        if at(row, "sha256").as_str() != Some(sha256.as_str()) {
            problems.push(format!("log {name}: was changed"));
            records(&path, name, index, problems)?;
        }
    }
    Ok(())
}

/// Names the records of a day file that are not what the index says.
fn records(path: &Path, name: &str, index: &Index, problems: &mut Vec<String>) -> Result<(), Failure> {
    let mut lines = Lines::open(path, 0).map_err(place::unreadable)?;
    let (mut at, mut seen) = (0_u64, BTreeSet::new());
    while let Some(line) = lines.next_line().map_err(place::unreadable)? {
        at += 1;
        let Some(row) = Row::read(line.bytes) else {
            problems.push(format!("log {name} line {at}: is no record"));
            continue;
        };
        let seq = row.text(Field::Seq).parse::<u64>().unwrap_or_default();
        seen.insert(seq);
        let hex = to_hex(&digest(line.bytes));
        if index.get(&seq).is_some_and(|expected| Some(expected.as_str()) != hex.get(..16)) {
            problems.push(format!("log {name} line {at}: record {seq} was changed"));
        }
    }
    if let (Some(first), Some(last)) = (seen.first(), seen.last()) {
        let gone = (*first..=*last).filter(|seq| index.contains_key(seq) && !seen.contains(seq));
        problems.extend(gone.map(|seq| format!("log {name}: record {seq} is missing")));
    }
    Ok(())
}
