//! OSV data on disk: JSON records in a folder, or `<ecosystem>/all.zip` as osv-scanner keeps them. Nothing is fetched.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use hook_core::files;
use mcp_registry::advisory::{Advisory, Subject, judge};
use serde_json::Value;

use crate::Failure;

/// A single record is some kilobytes; the largest known is a few megabytes.
const MAX_RECORD: usize = 32 << 20;
/// npm's archive is some 210 MB.
const MAX_ARCHIVE: usize = 1 << 30;

/// Every advisory in the folder that names one of the subjects, each once.
pub(super) fn search(folder: &Path, subjects: &[Subject]) -> Result<Vec<(Subject, Advisory)>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::Unreadable(format!("{} is no folder of OSV data", folder.display())));
    }
    let mut found = Vec::new();
    let mut files = Vec::new();
    collect(folder, &mut files, 0)?;
    for file in &files {
        if file.extension().is_some_and(|end| end == "zip") {
            search_archive(file, subjects, &mut found)?;
        } else if let Some(bytes) = files::read_bounded(file, MAX_RECORD)? {
            search_record(&bytes, subjects, &mut found)
                .map_err(|error| Failure::Unreadable(format!("{}: {error}", file.display())))?;
        }
    }
    found.sort_by(|a, b| b.1.severity.cmp(&a.1.severity).then_with(|| a.1.id.cmp(&b.1.id)));
    found.dedup();
    Ok(found)
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>, depth: usize) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let wanted = path.extension().is_some_and(|end| end == "json" || end == "zip");
        if path.is_dir() && depth < 4 {
            collect(&path, out, depth + 1)?;
        } else if wanted {
            out.push(path);
        }
    }
    out.sort();
    Ok(())
}

fn search_archive(
    file: &Path,
    subjects: &[Subject],
    found: &mut Vec<(Subject, Advisory)>,
) -> Result<(), Failure> {
    let unreadable =
        |error: &dyn std::fmt::Display| Failure::Unreadable(format!("{}: {error}", file.display()));
    // An archive of another ecosystem need not be opened.
    let folder = file
        .parent()
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let known = ["npm", "PyPI", "Go", "NuGet"].contains(&folder.as_str());
    if known && !subjects.iter().any(|subject| subject.ecosystem == folder) {
        return Ok(());
    }
    let bytes = files::read_bounded(file, MAX_ARCHIVE)?.unwrap_or_default();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|error| unreadable(&error))?;
        let mut record = Vec::new();
        entry.take(MAX_RECORD as u64).read_to_end(&mut record)?;
        search_record(&record, subjects, found).map_err(|error| unreadable(&error))?;
    }
    Ok(())
}

/// The needle first: a record that never says a subject's name is not parsed.
fn search_record(
    bytes: &[u8],
    subjects: &[Subject],
    found: &mut Vec<(Subject, Advisory)>,
) -> Result<(), serde_json::Error> {
    let text = String::from_utf8_lossy(bytes);
    let lower = text.to_ascii_lowercase();
    let named = |subject: &&Subject| match subject.ecosystem {
        // A module's folder is the package here; PyPI writes one name in many ways.
        "Go" | "PyPI" => true,
        _ => lower.contains(&subject.name.to_ascii_lowercase()),
    };
    let subjects: Vec<&Subject> = subjects.iter().filter(named).collect();
    if subjects.is_empty() {
        return Ok(());
    }
    let root: Value = serde_json::from_str(&text)?;
    let records = root.as_array().map_or_else(|| std::slice::from_ref(&root), Vec::as_slice);
    for record in records {
        for subject in &subjects {
            found.extend(judge(record, subject).map(|advisory| ((*subject).clone(), advisory)));
        }
    }
    Ok(())
}
