//! The high-water mark in `.lock`: what the last writer left, so that a shortened or changed tail is noticed at once.
//!
//! The mark is a witness, never the source: the log is always read from the segments themselves.

use crate::line::{fields, unquoted};
use crate::{Digest, Error, from_hex, guard, to_hex};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The mark is padded to this many bytes, so that it is always overwritten whole by one write.
const MARK_LENGTH: usize = 512;

/// What the last writer left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// The segment written to.
    pub file: String,
    /// Its length afterwards, in bytes.
    pub size: u64,
    /// The last line's number.
    pub seq: u64,
    /// The last line's hash.
    pub head: Digest,
    /// The `quick_sum` of both, by which the next writer knows the line again without hashing it; 0 if unknown.
    pub sum: u64,
    /// When, in seconds since 1970.
    pub at: i64,
    /// When records were last forced to the disk, in seconds since 1970.
    pub synced: i64,
    /// When they were forced to the disk before that: what is older than this, a power cut cannot take.
    pub durable: i64,
    /// Records that could not be written since the last one that could.
    pub failed: u64,
    /// How many lines the last checkpoint covers, and when it was made, in seconds since 1970.
    pub sealed: u64,
    pub sealed_at: i64,
}

/// The mark of a log, or `None` if there is none that can be read.
pub fn mark(directory: &Path) -> Option<Mark> {
    let mut file = guard::open_read(&lock_path(directory)).ok()?;
    read(&mut file)
}

pub(crate) fn lock_path(directory: &Path) -> PathBuf {
    directory.join(".lock")
}

pub(crate) fn read(file: &mut File) -> Option<Mark> {
    let mut text = [0; MARK_LENGTH];
    file.read_exact(&mut text).ok()?;
    parse(text.trim_ascii_end())
}

/// Reads what [`write`] wrote, field by field: every append does, and a JSON reader would cost it a twentieth of its time.
fn parse(text: &[u8]) -> Option<Mark> {
    let mut mark = Mark::default();
    let mut missing = 10_u8;
    fields(text, &mut |key, value| {
        let value = std::str::from_utf8(value).ok()?;
        match key {
            b"at" => mark.at = value.parse().ok()?,
            b"durable" => mark.durable = value.parse().ok()?,
            b"failed" => mark.failed = value.parse().ok()?,
            b"file" => unquoted(value.as_bytes())?.clone_into(&mut mark.file),
            b"head" => mark.head = from_hex(unquoted(value.as_bytes())?)?,
            b"sealed" => mark.sealed = value.parse().ok()?,
            b"sealed_at" => mark.sealed_at = value.parse().ok()?,
            b"seq" => mark.seq = value.parse().ok()?,
            b"size" => mark.size = value.parse().ok()?,
            // Marks of earlier versions have none.
            b"sum" => {
                mark.sum = value.parse().ok()?;
                return Some(());
            }
            b"synced" => mark.synced = value.parse().ok()?,
            _ => return Some(()),
        }
        missing = missing.checked_sub(1)?;
        Some(())
    })?;
    (missing == 0).then_some(mark)
}

pub(crate) fn write(file: &File, directory: &Path, mark: &Mark) -> Result<(), Error> {
    let mut text = format!(
        r#"{{"at":{},"durable":{},"failed":{},"file":"{}","head":"{}","sealed":{},"sealed_at":{},"seq":{},"size":{},"sum":{},"synced":{}}}"#,
        mark.at,
        mark.durable,
        mark.failed,
        mark.file,
        to_hex(&mark.head),
        mark.sealed,
        mark.sealed_at,
        mark.seq,
        mark.size,
        mark.sum,
        mark.synced
    )
    .into_bytes();
    text.resize(MARK_LENGTH - 1, b' ');
    text.push(b'\n');
    let path = lock_path(directory);
    guard::write_at_start(file, &text).map_err(Error::io(&path))
}
