//! Records of writers that did not get the lock in time: one file each, merged by the next writer that gets it.

use crate::{Error, LONGEST_LINE, Record, canonical, guard};
use chrono::{DateTime, TimeDelta, Utc};
use memchr::memmem;
use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// So many spilled records are merged by one writer, so that it does not hold the lock for long. Under a backlog no more
/// names than these are read: a writer that listed a folder of thousands would hold the lock so long that it made
/// the backlog it works off.
const MOST_AT_ONCE: usize = 128;

/// So many bytes are merged by one writer. Whether a record was merged before a crash is looked up in the end of the
/// log, which is read this far back and a little further.
pub(crate) const MOST_BYTES: usize = 512 * 1024;

/// What the chain's own fields and the name of the spill file may add to a record, in bytes.
const ROOM_FOR_CHAIN: usize = 300;

/// A spilled record is refused beyond this many bytes: it is not one of ours.
const LARGEST: u64 = LONGEST_LINE as u64;

/// A spilled record, or why it cannot be read.
pub(crate) struct Waiting {
    pub(crate) path: PathBuf,
    pub(crate) record: Result<Record, String>,
}

/// What one writer merges.
#[derive(Default)]
pub(crate) struct Batch {
    /// Oldest first.
    pub(crate) records: Vec<Waiting>,
    /// Whether more may wait than these.
    pub(crate) is_partial: bool,
}

/// What is left to do once a batch is in the log.
pub(crate) struct Merged {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) is_partial: bool,
}

/// An unfinished spill file of this age has no writer any more.
const ABANDONED: TimeDelta = TimeDelta::minutes(5);

fn folder(directory: &Path) -> PathBuf {
    directory.join("spill")
}

/// Stores one record beside the log. `stamp` and the process id make the name unique.
pub(crate) fn store(directory: &Path, record: &Record, stamp: i64) -> Result<(), Error> {
    let folder = folder(directory);
    let bytes = canonical(record);
    if bytes.len() + ROOM_FOR_CHAIN > LONGEST_LINE {
        return Err(Error::TooLong(bytes.len()));
    }
    for attempt in 0..100_u32 {
        match guard::ready_directory(&folder) {
            Err(Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => continue,
            ready => ready?,
        }
        let name = format!("{stamp:020}-{}-{attempt}", std::process::id());
        let unfinished = folder.join(format!(".{name}"));
        let mut file = match guard::create_new(&unfinished) {
            Ok(file) => file,
            // The name is taken, or the merging process removed the empty folder in this moment.
            Err(Error::Io(_, error))
                if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) =>
            {
                continue;
            }
            Err(error) => return Err(error),
        };
        let written = file.write_all(&bytes).map_err(|error| {
            if guard::is_full(&error) {
                Error::NoSpace(unfinished.clone())
            } else {
                Error::Io(unfinished.clone(), error)
            }
        });
        // The rename is what makes it count: a reader never meets half a record.
        let stored = written.and_then(|()| {
            fs::rename(&unfinished, folder.join(format!("{name}.json"))).map_err(Error::io(&unfinished))
        });
        if stored.is_err() {
            fs::remove_file(&unfinished).map_err(Error::io(&unfinished))?;
        }
        return stored;
    }
    Err(Error::Io(folder, std::io::Error::other("no free name for a spilled record")))
}

/// Some of the spilled records that wait; `None` if nobody has put anything aside.
pub(crate) fn waiting(directory: &Path) -> Result<Option<Batch>, Error> {
    let folder = folder(directory);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::Io(folder, error)),
    };
    let mut paths = Vec::new();
    let mut batch = Batch::default();
    for entry in entries {
        let path = entry.map_err(Error::io(&folder))?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        if paths.len() == MOST_AT_ONCE {
            batch.is_partial = true;
            break;
        }
        paths.push(path);
    }
    // Names begin with the moment they were put aside.
    paths.sort_unstable();
    let mut bytes = 0;
    for path in paths {
        let (record, length) = load(&path);
        bytes += length;
        if bytes > MOST_BYTES && !batch.records.is_empty() {
            batch.is_partial = true;
            break;
        }
        batch.records.push(Waiting { path, record });
    }
    Ok(Some(batch))
}

/// The names of the spilled records that stand in a piece of the log. Quotes inside a record's texts are escaped, so no
/// text can pose as such a name.
pub(crate) fn names_in(log: &[u8]) -> HashSet<&[u8]> {
    const FIELD: &[u8] = br#""spill":""#;
    let after = |at: usize| log.get(at + FIELD.len()..);
    memmem::find_iter(log, FIELD).filter_map(|at| after(at)?.split(|byte| *byte == b'"').next()).collect()
}

fn is_abandoned(path: &Path, now: DateTime<Utc>) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let modified = || fs::symlink_metadata(path).and_then(|found| found.modified()).ok();
    hidden && modified().is_some_and(|modified| now - DateTime::<Utc>::from(modified) > ABANDONED)
}

/// A spilled record and its length in bytes.
fn load(path: &Path) -> (Result<Record, String>, usize) {
    let mut text = Vec::new();
    let read = guard::open_read(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut text).map_err(Error::io(path)))
        .map_err(|error| error.to_string());
    let record = read.and_then(|_| serde_json::from_slice(&text).map_err(|error| error.to_string()));
    (record, text.len())
}

/// How many spilled records wait to be merged.
pub(crate) fn count(directory: &Path) -> usize {
    fs::read_dir(folder(directory)).map_or(0, |entries| {
        entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|found| found == "json"))
            .count()
    })
}

/// Removes merged records; with the last of them what dead writers left unfinished (and never acknowledged), and the
/// folder when it is empty.
pub(crate) fn clear(directory: &Path, merged: &Merged, now: DateTime<Utc>) -> Result<(), Error> {
    for path in &merged.paths {
        fs::remove_file(path).map_err(Error::io(path))?;
    }
    if merged.is_partial {
        return Ok(());
    }
    let folder = folder(directory);
    match fs::remove_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        // Others are still spilling, and the folder stays for the next writer; or something was left behind.
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => remove_abandoned(&folder, now),
        removed => removed.map_err(Error::io(&folder)),
    }
}

fn remove_abandoned(folder: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.take(MOST_AT_ONCE) {
        let path = entry.map_err(Error::io(folder))?.path();
        if is_abandoned(&path, now) {
            fs::remove_file(&path).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}
