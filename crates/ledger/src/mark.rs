//! The high-water mark in `.lock`: what the last writer left, so that a shortened or changed tail is noticed at once.
//!
//! The mark is a witness, never the source: the log is always read from the segments themselves.

use crate::{Digest, Error, Record, from_hex, guard, to_hex};
use serde_json::Value;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
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
    let record: Record = serde_json::from_slice(&text).ok()?;
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    let natural = |key: &str| record.get(key).and_then(Value::as_u64);
    let integer = |key: &str| record.get(key).and_then(Value::as_i64);
    Some(Mark {
        file: text("file")?.to_owned(),
        size: natural("size")?,
        seq: natural("seq")?,
        head: from_hex(text("head")?)?,
        at: integer("at")?,
        synced: integer("synced")?,
        durable: integer("durable")?,
        failed: natural("failed")?,
        sealed: natural("sealed")?,
        sealed_at: integer("sealed_at")?,
    })
}

pub(crate) fn write(file: &mut File, directory: &Path, mark: &Mark) -> Result<(), Error> {
    let mut text = format!(
        r#"{{"at":{},"durable":{},"failed":{},"file":"{}","head":"{}","sealed":{},"sealed_at":{},"seq":{},"size":{},"synced":{}}}"#,
        mark.at,
        mark.durable,
        mark.failed,
        mark.file,
        to_hex(&mark.head),
        mark.sealed,
        mark.sealed_at,
        mark.seq,
        mark.size,
        mark.synced
    )
    .into_bytes();
    text.resize(MARK_LENGTH - 1, b' ');
    text.push(b'\n');
    let path = lock_path(directory);
    file.seek(SeekFrom::Start(0)).map_err(Error::io(&path))?;
    file.write_all(&text).map_err(Error::io(&path))
}
