//! One immutable part of the log: some lines of one day, compressed, with the name and checksum they are stored under.

use crate::Failure;
use crate::commands::log::place;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use ledger::{Day, Lines, digest, segments, to_hex};
use std::io::Write as _;
use std::path::Path;

/// How much of the log goes into one part at most, in bytes before compression; also what shipping holds in memory.
const LARGEST: usize = 8 << 20;

/// One part, ready to send.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The numbers of its first line and of the line after its last.
    pub(crate) first: u64,
    pub(crate) end: u64,
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
}

impl Part {
    /// SHA-256 of what is stored, as S3 names it.
    pub(crate) fn checksum(&self) -> String {
        STANDARD.encode(digest(&self.body))
    }

    pub(crate) fn hash(&self) -> String {
        to_hex(&digest(&self.body))
    }
}

/// The part that begins at line `first`, up to `end` at most; `None` if there is no such line.
///
/// The same lines give the same bytes and the same name, whenever it is made: that is what makes a retry harmless.
pub(crate) fn part(
    log: &Path,
    prefix: &str,
    origin: &str,
    first: u64,
    end: u64,
) -> Result<Option<Part>, Failure> {
    for day in segments(log).map_err(place::unreadable)? {
        let mut lines = Lines::open(&day.path(log), 0).map_err(place::unreadable)?;
        let Some(mut number) = first_number(log, day)? else { continue };
        let mut text = Vec::new();
        while let Some(line) = lines.next_line().map_err(place::unreadable)? {
            // A line that is still being written waits for the next part.
            if number >= end || text.len() >= LARGEST || !line.whole {
                break;
            }
            if number >= first {
                text.extend_from_slice(line.bytes);
                text.push(b'\n');
            }
            number += 1;
        }
        if !text.is_empty() {
            let key = format!(
                "{prefix}{}/{}/{first:012}-{:012}.jsonl.gz",
                day.0.format("%Y/%m/%d"),
                origin.replace('/', "-"),
                number - 1
            );
            return Ok(Some(Part { first, end: number, key, body: compressed(&text)? }));
        }
    }
    Ok(None)
}

/// The number of a day's first line. A day that begins with a torn line is counted from the first record after it.
fn first_number(log: &Path, day: Day) -> Result<Option<u64>, Failure> {
    let mut lines = Lines::open(&day.path(log), 0).map_err(place::unreadable)?;
    let mut before = 0;
    while let Some(line) = lines.next_line().map_err(place::unreadable)? {
        if let Some(found) = ledger::header(line.bytes) {
            return Ok(Some(found.seq.saturating_sub(before)));
        }
        before += 1;
    }
    Ok(None)
}

/// Without a time or a name in it, so that the same lines always give the same bytes.
fn compressed(text: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(text)?;
    Ok(encoder.finish()?)
}
