//! The end of a segment: its last whole record, and what a writer that was cut off left after it.

use crate::hash::quick_sum;
use crate::mark::Mark;
use crate::{Digest, Error, Header, digest_once, guard, header, spill};
use chrono::{DateTime, Utc};
use std::fs::File;
use std::path::Path;

/// What is read first; nearly every record fits, and each page more that is touched costs about a microsecond.
const FIRST_WINDOW: u64 = 2 * 1024;

/// The last whole record of a segment.
#[derive(Clone, Copy)]
pub(crate) struct Last {
    pub(crate) seq: u64,
    pub(crate) hash: Digest,
    /// When it was written, as it says: read only where the end of the log is not what it should be.
    stamp: [u8; STAMP_BYTES],
}

/// The length of `2026-01-31T23:59:59.000Z`.
const STAMP_BYTES: usize = 24;

impl Last {
    /// The line's hash is the mark's where the mark speaks of this very line.
    fn new(found: &Header<'_>, line: &[u8], mark: Option<&Mark>) -> Last {
        let known = mark.filter(|mark| mark.seq == found.seq && mark.sum == quick_sum(line, &mark.head));
        Last {
            seq: found.seq,
            hash: known.map_or_else(|| digest_once(line), |mark| mark.head),
            stamp: found.ts.as_bytes().try_into().unwrap_or([0; STAMP_BYTES]),
        }
    }

    /// When it was written, in seconds since 1970; 0 if it does not say.
    pub(crate) fn at(&self) -> i64 {
        let text = std::str::from_utf8(&self.stamp).unwrap_or_default();
        text.parse::<DateTime<Utc>>().map_or(0, |time| time.timestamp())
    }
}

/// A line that is no whole record.
pub(crate) struct Torn {
    pub(crate) length: usize,
    pub(crate) hash: Digest,
}

/// The end of a segment.
pub(crate) struct Tail {
    pub(crate) size: u64,
    /// `None` if the segment holds no whole record.
    pub(crate) last: Option<Last>,
    /// What stands after the last record, oldest first.
    pub(crate) torn: Vec<Torn>,
    /// Whether the file ends without a line feed.
    pub(crate) unfinished: bool,
}

/// Reads the end of a segment of `size` bytes, looking further back only while no whole record is found. The mark is what the
/// last writer left.
pub(crate) fn read(file: &File, size: u64, path: &Path, mark: Option<&Mark>) -> Result<Tail, Error> {
    let mut window = FIRST_WINDOW;
    loop {
        let start = size.saturating_sub(window);
        let bytes = guard::read_range(file, start..size).map_err(Error::io(path))?;
        let tail = parse(&bytes, (size, start == 0), mark);
        if tail.last.is_some() || start == 0 {
            return Ok(tail);
        }
        window = window.saturating_mul(8);
    }
}

/// The end of a segment: more than one writer can have merged and written at once.
pub(crate) fn recent(file: &File, path: &Path) -> Result<Vec<u8>, Error> {
    let window = 2 * spill::MOST_BYTES as u64;
    let size = file.metadata().map_err(Error::io(path))?.len();
    guard::read_range(file, size.saturating_sub(window)..size).map_err(Error::io(path))
}

fn parse(bytes: &[u8], (size, from_start): (u64, bool), mark: Option<&Mark>) -> Tail {
    let unfinished = bytes.last().is_some_and(|byte| *byte != b'\n');
    let mut tail = Tail { size, last: None, torn: Vec::new(), unfinished };
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() && bytes.is_empty() {
        return tail;
    }
    let mut end = text.len();
    loop {
        let before = text.get(..end).unwrap_or_default();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
        // The window began in the middle of this line.
        if start == 0 && !from_start {
            break;
        }
        let line = text.get(start..end).unwrap_or_default();
        if let Some(found) = header(line) {
            tail.last = Some(Last::new(&found, line, mark));
            break;
        }
        tail.torn.push(Torn { length: line.len(), hash: digest_once(line) });
        let Some(feed) = start.checked_sub(1) else { break };
        end = feed;
    }
    tail.torn.reverse();
    tail
}
