//! Transcripts on the disk: which there are, which belong to one session, and their moments in the order of time.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::transcript::{Moment, Reader};
use crate::Failure;

/// The longest line of a transcript that is read, in bytes; a longer one is counted and passed over.
const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// The client's own copies of its requests; nothing happened in them that other lines do not say.
const COPIES: &[u8] = b"{\"type\":\"api-request";

/// Every transcript at or below the paths, a session's own and its subagents' together, in the order of their names.
pub(super) fn sessions(paths: &[PathBuf]) -> Result<Vec<Vec<PathBuf>>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if !path.exists() {
            return Err(Failure::Unreadable(format!("{} is not there", path.display())));
        }
        collect(path, &mut found)?;
    }
    let mut sessions: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in found {
        sessions.entry(session_of(&file)).or_default().push(file);
    }
    let mut sessions: Vec<_> = sessions.into_values().collect();
    for files in &mut sessions {
        files.sort();
    }
    Ok(sessions)
}

/// `<session>.jsonl` belongs to `<session>`, and so does what lies below `<session>/subagents/`.
fn session_of(file: &Path) -> PathBuf {
    let subagents = file.ancestors().find(|folder| folder.ends_with("subagents"));
    subagents.and_then(Path::parent).map_or_else(|| file.with_extension(""), Path::to_path_buf)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if path.is_file() {
        found.push(path.to_path_buf());
        return Ok(());
    }
    let unreadable = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let is_transcript = entry.path().extension().is_some_and(|extension| extension == "jsonl");
        if kind.is_dir() || (kind.is_file() && is_transcript) {
            collect(&entry.path(), found)?;
        }
    }
    Ok(())
}

/// The moments of one session, its subagents' among its own by their time.
pub(super) struct Session {
    sources: Vec<Source>,
    pub(super) unreadable_lines: usize,
}

/// One file, with the moments that are read and not yet handed on.
struct Source {
    path: PathBuf,
    lines: BufReader<File>,
    reader: Reader,
    ready: VecDeque<Moment>,
    ended: bool,
}

impl Session {
    pub(super) fn open(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut sources = Vec::new();
        for path in files {
            #[expect(
                clippy::disallowed_methods,
                reason = "a transcript is read line by line, whatever its size"
            )]
            let file = File::open(path).map_err(|error| unreadable(path, &error))?;
            sources.push(Source {
                path: path.clone(),
                lines: BufReader::with_capacity(256 * 1024, file),
                reader: Reader::default(),
                ready: VecDeque::new(),
                ended: false,
            });
        }
        Ok(Self { sources, unreadable_lines: 0 })
    }

    /// The next moment; after the last of them the ends of the sessions.
    pub(super) fn next(&mut self) -> Result<Option<Moment>, Failure> {
        for source in &mut self.sources {
            self.unreadable_lines += source.fill()?;
        }
        // A moment without a time comes at once: it stands where it was written.
        let earliest = self
            .sources
            .iter_mut()
            .filter(|source| !source.ready.is_empty())
            .min_by_key(|source| source.ready.front().and_then(|moment| moment.time));
        Ok(earliest.and_then(|source| source.ready.pop_front()))
    }

    /// The ends of the sessions that were begun.
    pub(super) fn ends(&self) -> Vec<Moment> {
        self.sources.iter().flat_map(|source| source.reader.ends()).collect()
    }
}

impl Source {
    /// Reads on until a moment is ready or the file ends; how many lines could not be read.
    fn fill(&mut self) -> Result<usize, Failure> {
        let mut unreadable_lines = 0;
        let mut line = Vec::new();
        while self.ready.is_empty() && !self.ended {
            match self.read_line(&mut line)? {
                Read::End => {
                    self.ended = true;
                    self.ready.extend(self.reader.finish());
                }
                Read::TooLong => unreadable_lines += 1,
                Read::Line if line.starts_with(COPIES) || line.trim_ascii().is_empty() => {}
                Read::Line => match serde_json::from_slice::<Value>(&line) {
                    Ok(record) => self.ready.extend(self.reader.line(&record, line.len())),
                    Err(_) => unreadable_lines += 1,
                },
            }
        }
        Ok(unreadable_lines)
    }

    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<Read, Failure> {
        line.clear();
        let failed = |error: std::io::Error| unreadable(&self.path, &error);
        let mut bounded = self.lines.by_ref().take(MAX_LINE_BYTES as u64);
        let read = bounded.read_until(b'\n', line).map_err(failed)?;
        if read < MAX_LINE_BYTES || line.ends_with(b"\n") {
            return Ok(if read == 0 { Read::End } else { Read::Line });
        }
        line.clear();
        // The rest of it, without keeping it.
        loop {
            let buffered = self.lines.fill_buf().map_err(failed)?;
            if buffered.is_empty() {
                return Ok(Read::TooLong);
            }
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffered.len(), |at| at + 1);
            self.lines.consume(used);
            if end.is_some() {
                return Ok(Read::TooLong);
            }
        }
    }
}

enum Read {
    Line,
    TooLong,
    End,
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Unreadable(format!("{}: {error}", path.display()))
}
