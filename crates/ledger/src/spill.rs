//! Records of writers that did not get the lock in time: one file each, merged by the next writer that gets it.

use crate::{Error, LONGEST_LINE, Record, canonical, guard};
use chrono::{DateTime, TimeDelta, Utc};
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// So many spilled records are merged by one writer, so that it does not hold the lock for long.
const MOST_AT_ONCE: usize = 64;

/// What the chain's own fields and the name of the spill file may add to a record, in bytes.
const ROOM_FOR_CHAIN: usize = 300;

/// A spilled record is refused beyond this many bytes: it is not one of ours.
const LARGEST: u64 = LONGEST_LINE as u64;

/// A spilled record, or why it cannot be read.
pub(crate) struct Waiting {
    pub(crate) path: PathBuf,
    pub(crate) record: Result<Record, String>,
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

/// The spilled records that wait, oldest first.
pub(crate) fn waiting(directory: &Path) -> Result<Vec<Waiting>, Error> {
    let folder = folder(directory);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io(folder, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io(&folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    paths.truncate(MOST_AT_ONCE);
    Ok(paths.into_iter().map(|path| Waiting { record: load(&path), path }).collect())
}

fn is_abandoned(path: &Path, now: DateTime<Utc>) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let modified = || fs::symlink_metadata(path).and_then(|found| found.modified()).ok();
    hidden && modified().is_some_and(|modified| now - DateTime::<Utc>::from(modified) > ABANDONED)
}

fn load(path: &Path) -> Result<Record, String> {
    let file = guard::open_read(path).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
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

/// Removes merged records, what dead writers left unfinished (and never acknowledged), and the folder when it is empty.
pub(crate) fn clear(directory: &Path, merged: &[PathBuf], now: DateTime<Utc>) -> Result<(), Error> {
    for path in merged {
        fs::remove_file(path).map_err(Error::io(path))?;
    }
    let Ok(entries) = fs::read_dir(folder(directory)) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(Error::io(directory))?.path();
        if is_abandoned(&path, now) {
            fs::remove_file(&path).map_err(Error::io(&path))?;
        }
    }
    match fs::remove_dir(folder(directory)) {
        // Others are still spilling; the folder stays for the next writer.
        Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
        removed => removed.map_err(Error::io(&folder(directory))),
    }
}
