//! Files, carefully: bounded reads, writes that happen whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

/// The content of `path`, or `None` where there is no such file.
///
/// # Errors
/// A file larger than `limit` bytes, or one that cannot be read, is an error: half a file is never judged.
pub fn read_bounded(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that bounds what is read")]
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Error::io("open", path, error)),
    };
    read_open(&file, path, USUAL_SIZE, limit).map(Some)
}

/// The same for text; bytes that are not UTF-8 become U+FFFD.
pub fn read_text(path: &Path, limit: usize) -> Result<Option<String>, Error> {
    Ok(read_bounded(path, limit)?.map(|bytes| match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }))
}

/// Room for a file of the usual size, so that it is read in one call: without it a vector starts with 32 bytes and doubles.
const USUAL_SIZE: usize = 4096 - SPARE;
/// `read_to_end` tries a buffer of so many bytes of its own before it makes one grow.
const SPARE: usize = 32;

/// Reads an open file of about `size` bytes.
pub(crate) fn read_open(file: &File, path: &Path, size: usize, limit: usize) -> Result<Vec<u8>, Error> {
    // Room beyond its end: the last read finds none, and must not look like a full buffer.
    let mut bytes = Vec::with_capacity(size.min(limit).saturating_add(SPARE));
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| Error::io("read", path, error))?;
    if bytes.len() > limit {
        let source = std::io::Error::other(format!("larger than {limit} bytes"));
        return Err(Error::io("read", path, source));
    }
    Ok(bytes)
}

/// Writes `bytes` to `path` whole or not at all, on the disk when it returns: a temporary file beside it, a rename.
///
/// `mode` is the new file's permission bits; a file that exists keeps its own.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    write_beside(path, bytes, mode, true)
}

/// The same without waiting for the disk.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    write_beside(path, bytes, mode, false)
}

/// Makes a file that is not there yet, whole; `false` where there is one already.
pub(crate) fn create_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<bool, Error> {
    let temporary = temporary_beside(path);
    // A link is made or it is not, and what it names is complete; `create_new` would show others an empty file.
    let linked = write_new(&temporary, bytes, mode, false).and_then(|()| fs::hard_link(&temporary, path));
    drop(fs::remove_file(&temporary));
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::io("create", path, error)),
    }
}

fn write_beside(path: &Path, bytes: &[u8], mode: u32, sync: bool) -> Result<(), Error> {
    let temporary = temporary_beside(path);
    let written = write_new(&temporary, bytes, mode, sync).and_then(|()| {
        if let Ok(existing) = fs::metadata(path) {
            fs::set_permissions(&temporary, existing.permissions())?;
        }
        fs::rename(&temporary, path)
    });
    written.map_err(|error| {
        // What is left of a failed write is ours; that it may already be gone does not matter.
        drop(fs::remove_file(&temporary));
        Error::io("write", path, error)
    })
}

fn write_new(path: &Path, bytes: &[u8], mode: u32, sync: bool) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)?;
    file.write_all(bytes)?;
    if sync { file.sync_all() } else { Ok(()) }
}

/// A name no other writer uses at this time: the process id tells processes apart, a counter the threads of one.
fn temporary_beside(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}.{number}.tmp", std::process::id()))
}
