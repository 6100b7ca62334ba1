//! `govern scan`: the engine of the secrets-scanner on files and standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use hook_core::{StateDirectory, files};
use secrets::{Hit, Options, TagKey};
use serde_json::{Value, json};

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "scan",
    about: "look for secrets in files or standard input, with the engine of the secrets-scanner",
    usage: "usage: govern scan [PATH...|-] [--json|--sarif] [--personal-data] [--identifiers]\n\n\
            PATH is a file or a folder (.git is passed over); `-` is standard input; without PATH it is this folder.\n\
            Values are never printed: a finding has its place, its rule and a fingerprint for `govern allow`.\n\
            Exit code 1 means that something was found.",
    run,
};

/// Larger files are reported as not scanned.
const LARGEST_FILE: usize = 64 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// One secret at a place.
struct Place {
    file: String,
    line: usize,
    column: usize,
    rule: String,
    what: String,
    severity: &'static str,
    fingerprint: String,
}

struct Scan {
    options: Options,
    identifiers: bool,
    key: TagKey,
    places: Vec<Place>,
    skipped: Vec<String>,
}

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut format = Format::Text;
    let mut options = Options::default();
    let mut identifiers = false;
    let mut paths = Vec::new();
    for argument in arguments {
        match *argument {
            "--json" => format = Format::Json,
            "--sarif" => format = Format::Sarif,
            "--personal-data" => options.personal_data = true,
            "--identifiers" => identifiers = true,
            flag if flag.starts_with("--") => {
                return Err(Failure::Usage(format!("unexpected `{flag}`\n{}", COMMAND.usage)));
            }
            path => paths.push(path),
        }
    }
    let key = TagKey::new(StateDirectory::new(&io.state).tag_key()?);
    let mut scan = Scan { options, identifiers, key, places: Vec::new(), skipped: Vec::new() };
    if paths.is_empty() {
        paths.push(".");
    }
    for path in paths {
        if path == "-" {
            scan.input(io)?;
        } else {
            scan.path(&io.cwd.join(path), path)?;
        }
    }
    scan.print(format, io)?;
    Ok(if scan.places.is_empty() { Exit::Clean } else { Exit::Findings })
}

impl Scan {
    fn input(&mut self, io: &mut Io<'_>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        (&mut *io.input).take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > LARGEST_FILE {
            return Err(Failure::Unreadable(format!("standard input is larger than {LARGEST_FILE} bytes")));
        }
        self.text("-", &String::from_utf8_lossy(&bytes));
        Ok(())
    }

    /// A path that was named must be readable; one found in a folder is noted as skipped.
    fn path(&mut self, path: &Path, shown: &str) -> Result<(), Failure> {
        if path.is_dir() {
            return self.folder(path);
        }
        match files::read_text(path, LARGEST_FILE)? {
            Some(text) => self.text(shown, &text),
            None => return Err(Failure::Unreadable(format!("{shown}: no such file or folder"))),
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut waiting = vec![folder.to_path_buf()];
        while let Some(folder) = waiting.pop() {
            let mut entries: Vec<PathBuf> = std::fs::read_dir(&folder)
                .map_err(|error| Failure::Unreadable(format!("{}: {error}", folder.display())))?
                .flatten()
                // A link may lead out of the folder, or round in it.
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_file()))
                .map(|entry| entry.path())
                .collect();
            entries.sort();
            for entry in entries {
                if !entry.is_dir() {
                    self.file(&entry);
                } else if !entry.ends_with(".git") {
                    waiting.push(entry);
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) {
        let shown = path.display().to_string();
        match files::read_text(path, LARGEST_FILE) {
            Ok(Some(text)) => self.text(&shown, &text),
            Ok(None) => {}
            Err(error) => self.skipped.push(error.to_string()),
        }
    }

    fn text(&mut self, file: &str, text: &str) {
        let mut line = 1;
        let mut line_start = 0;
        let mut done = 0;
        for hit in secrets::scan(text, &self.options) {
            if hit.severity == secrets::Severity::Low && !self.identifiers {
                continue;
            }
            let between = text.get(done..hit.span.start).unwrap_or_default();
            line += between.matches('\n').count();
            line_start = between.rfind('\n').map_or(line_start, |at| done + at + 1);
            done = hit.span.start;
            let column = text.get(line_start..done).map_or(1, |before| before.chars().count() + 1);
            let place = self.place(file, text, &hit, (line, column));
            self.places.push(place);
        }
    }

    fn place(&self, file: &str, text: &str, hit: &Hit<'_>, (line, column): (usize, usize)) -> Place {
        let value = text.get(hit.span.clone()).unwrap_or_default();
        Place {
            file: file.into(),
            line,
            column,
            rule: hit.rule.into(),
            what: hit.what.into(),
            severity: hit.severity.as_str(),
            fingerprint: self.key.fingerprint(hit.rule, value),
        }
    }

    fn print(&self, format: Format, io: &mut Io<'_>) -> Result<(), Failure> {
        match format {
            Format::Json => {
                for place in &self.places {
                    writeln!(io.out, "{}", place.json())?;
                }
            }
            Format::Sarif => writeln!(io.out, "{}", self.sarif())?,
            Format::Text => {
                for place in &self.places {
                    writeln!(
                        io.out,
                        "{}:{}:{}: {} ({}, {}) {}",
                        place.file,
                        place.line,
                        place.column,
                        place.what,
                        place.rule,
                        place.severity,
                        place.fingerprint
                    )?;
                }
            }
        }
        for skipped in &self.skipped {
            writeln!(io.err, "not scanned: {skipped}")?;
        }
        Ok(())
    }

    /// SARIF 2.1.0, the format code hosts read.
    fn sarif(&self) -> Value {
        let mut rules: Vec<(&str, &str)> =
            self.places.iter().map(|place| (place.rule.as_str(), place.what.as_str())).collect();
        rules.sort_unstable();
        rules.dedup();
        let rules: Vec<Value> = rules
            .into_iter()
            .map(|(id, what)| json!({"id": id, "shortDescription": {"text": what}}))
            .collect();
        let results: Vec<Value> = self.places.iter().map(Place::sarif).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {"name": "govern scan", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
                "results": results,
            }],
        })
    }
}

impl Place {
    fn json(&self) -> Value {
        json!({
            "file": self.file, "line": self.line, "column": self.column, "rule": self.rule, "what": self.what,
            "severity": self.severity, "fingerprint": self.fingerprint,
        })
    }

    fn sarif(&self) -> Value {
        let level = if matches!(self.severity, "low" | "medium") { "warning" } else { "error" };
        json!({
            "ruleId": self.rule,
            "level": level,
            "message": {"text": format!("holds {}", self.what)},
            "partialFingerprints": {"secret/v1": self.fingerprint},
            "locations": [{"physicalLocation": {
                "artifactLocation": {"uri": self.file},
                "region": {"startLine": self.line, "startColumn": self.column},
            }}],
        })
    }
}
