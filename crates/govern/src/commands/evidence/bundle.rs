//! Writes a bundle: whole, or not at all, and the same bytes for the same input.

use super::framework::Framework;
use super::manifest::{MANIFEST, manifest, segment_digest};
use super::pages::{Checked, control, controls_page, front_page, procedure};
use super::sample::{Drawn, draw};
use super::{answers, pages};
use crate::commands::arguments::Arguments;
use crate::commands::captured;
use crate::commands::log::place;
use crate::commands::report::{FILES, Request, artefact, gather, printed};
use crate::commands::value::{at, list};
use crate::{Exit, Failure, Io};
use ledger::{segments, to_hex};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn write(
    framework: &Framework,
    arguments: &Arguments<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let out = arguments.value("--out").ok_or_else(|| Failure::Usage("where to? --out FOLDER".into()))?;
    let out = io.cwd.join(out);
    if out.exists() {
        return Err(Failure::Usage(format!(
            "{} is there already; a bundle is never written over",
            out.display()
        )));
    }
    let request = Request::read(arguments, io)?;
    let data = gather(&request, io)?;
    let mut files = Files::new();
    repository_files(&request.root, &mut files)?;
    let drawn = log_files(&request, &mut files)?;
    let checks = run_checks(framework, &request, &mut files, io);
    let controls: Vec<Value> = framework
        .controls
        .iter()
        .map(|row| control(row, &data, &checks, drawn.get(&row.sample).map_or(0, |drawn| drawn.population)))
        .collect();
    put(&mut files, "controls.md", controls_page(framework, &controls));
    put(
        &mut files,
        "controls.json",
        format!(
            "{:#}\n",
            json!({"framework": framework.title, "caveat": framework.caveat, "controls": controls})
        ),
    );
    put(&mut files, "incident-procedure.md", procedure());
    for (name, format) in [("report.md", "markdown"), ("report.json", "json"), ("report.html", "html")] {
        put(&mut files, name, printed(&data, format)?);
    }
    for (name, text) in answers::answers(&data, &|path| files.contains_key(path)) {
        put(&mut files, &name, text);
    }
    put(&mut files, "README.md", front_page(framework, &data));
    let about = json!({
        "framework": framework.name, "repository": at(&data, "repository"), "generated": at(&data, "generated"), "by": at(&data, "by"),
        "period": at(&data, "period"), "log": {"records": at(&data, "log/records"), "next": at(&data, "log/next"),
        "root": at(&data, "log/root"), "key": at(&data, "log/key")},
    });
    let manifest = manifest(&files, &about);
    put(&mut files, MANIFEST, format!("{manifest:#}\n"));
    write_folder(&out, &files)?;
    let gaps: usize = controls.iter().map(|row| list(at(row, "gaps")).len()).sum();
    writeln!(io.out, "{}: {} files, {} controls, {gaps} gaps", out.display(), files.len(), controls.len())?;
    writeln!(io.out, "digest {}", at(&manifest, "digest").as_str().unwrap_or_default())?;
    Ok(Exit::Clean)
}

fn put(files: &mut Files, name: &str, text: String) {
    files.insert(name.to_owned(), text.into_bytes());
}

fn repository_files(root: &Path, files: &mut Files) -> Result<(), Failure> {
    for (_, path) in FILES {
        if let Some(found) = artefact(root, path)? {
            files.insert(format!("artefacts/{path}"), found.bytes);
        }
    }
    Ok(())
}

/// The samples, the index of records, the digests of the day files, and the signed heads.
fn log_files(
    request: &Request,
    files: &mut Files,
) -> Result<BTreeMap<super::sample::Sample, Drawn>, Failure> {
    let mut index = String::new();
    let bounds = (Some(request.since), Some(request.until));
    let drawn = draw(&request.log, bounds, &mut |seq, digest| {
        let hex = to_hex(digest);
        // Writing to a String cannot fail.
        let _ = writeln!(index, "{seq} {}", hex.get(..16).unwrap_or_default());
    })?;
    for (sample, drawn) in &drawn {
        let mut text = Vec::new();
        for line in drawn.lines.values() {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        files.insert(format!("samples/{}.jsonl", sample.name()), text);
    }
    put(files, "log/records.txt", index);
    let mut rows = Vec::new();
    for day in segments(&request.log).map_err(place::unreadable)? {
        if day.0 > request.until.date_naive() {
            continue;
        }
        let (sha256, bytes) = segment_digest(&day.path(&request.log), u64::MAX)?;
        rows.push(json!({"file": day.file_name(), "bytes": bytes, "sha256": sha256}));
    }
    put(files, "log/segments.json", format!("{:#}\n", Value::Array(rows)));
    for (name, text) in ledger::stored_notes(&request.log).map_err(place::unreadable)? {
        put(files, &format!("log/checkpoints/{name}"), text);
    }
    Ok(drawn)
}

/// Runs each check of the framework once. An auditor who types the same line gets the same answer.
fn run_checks(framework: &Framework, request: &Request, files: &mut Files, io: &Io<'_>) -> Vec<Checked> {
    let mut checked: Vec<Checked> = Vec::new();
    for command in framework.controls.iter().flat_map(|control| control.checks) {
        if checked.iter().any(|check| check.command == *command) {
            continue;
        }
        let log = request.log.to_string_lossy().into_owned();
        let transcripts = request.transcripts.to_string_lossy().into_owned();
        let mut words: Vec<&str> = command.split(' ').collect();
        if command.starts_with("log ") {
            words.extend(["--dir", &log]);
        }
        if command.starts_with("log reconcile") {
            words.extend(["--transcripts", &transcripts]);
        }
        let said = captured(&words, &request.root, io);
        let name: String =
            command.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).collect();
        let file = format!("checks/{}.txt", name.replace("--", "-"));
        put(files, &file, format!("$ govern {command}\n{}{}exit {}\n", said.out, said.err, said.code));
        checked.push(pages::Checked { command, code: said.code, file });
    }
    checked
}

/// Into a folder beside it first, then by its name: half a bundle is never there.
fn write_folder(out: &Path, files: &Files) -> Result<(), Failure> {
    let failed =
        |path: &Path, error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
    let parent = out.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    let temporary = tempfile::tempdir_in(parent).map_err(|error| failed(parent, error))?;
    for (name, bytes) in files {
        let path = temporary.path().join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        // The folder's new name is what makes it whole; forcing each of fifty files to the disk would only take long.
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(bytes).map_err(|error| failed(&path, error))?;
    }
    std::fs::rename(temporary.path(), out).map_err(|error| failed(out, error))?;
    // It is the bundle now, no longer temporary.
    let _ = temporary.keep();
    Ok(())
}
