//! What hooks remember between calls: files in one private folder, locked, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{DirBuilderExt, FileExt as _, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use fs2::FileExt;

use crate::{Error, files};

/// The largest state file that is read, in bytes.
const MAX_STATE_BYTES: usize = 4 * 1024 * 1024;

/// How long to wait between two tries for a lock.
const LOCK_POLL: Duration = Duration::from_micros(200);

const TAG_KEY: &str = "tag-key";

/// The private folder of this user: 0700, owned by the user, no symbolic link.
#[derive(Debug, Clone)]
pub struct StateDirectory {
    root: PathBuf,
}

/// The state file whose presence makes every guard deny: of one session, or of all.
pub fn stop_marker(session_id: Option<&str>) -> String {
    match session_id {
        Some(session_id) => format!("stop/{}", session_key(session_id)),
        None => "stop/all".into(),
    }
}

/// A file of `folder` that belongs to these texts together.
pub(crate) fn marker(folder: &str, texts: &[&str]) -> String {
    format!("{folder}/{}", session_key(&texts.join("\u{0}")))
}

/// A session id as a file name: it comes from outside, so only its hash is used.
///
/// FNV-1a with 128 bits. The client makes the ids; two that were made to collide would share their limits and their marks, which
/// only tightens them. SHA-256 would cost every call 12 µs on a virtual machine, for asking the processor how to compute it.
fn session_key(session_id: &str) -> String {
    let hash = session_id.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}

impl StateDirectory {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the audit log lives.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The name of a file that belongs to one session, for `read`, `write`, `update` and `remove`.
    pub fn session_file(&self, session_id: &str, what: &str) -> String {
        format!("sessions/{}.{what}", session_key(session_id))
    }

    /// The content of a state file, or `None` where there is none.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(name)?;
        let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("open", &path, error)),
        };
        let size = check_owner(&file, &path)?;
        files::read_open(&file, &path, size, MAX_STATE_BYTES).map(Some)
    }

    /// The key of this machine and user behind redaction tags and digests, made on first use: 32 random bytes.
    pub fn tag_key(&self) -> Result<[u8; 32], Error> {
        let found = self.read(TAG_KEY)?;
        if let Some(key) = found.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(key);
        }
        let path = Path::new("/dev/urandom");
        let mut random = [0; 32];
        OpenOptions::new()
            .read(true)
            .open(path)
            .and_then(|mut file| file.read_exact(&mut random))
            .map_err(|error| Error::io("read", path, error))?;
        self.update(TAG_KEY, Duration::from_secs(1), |before| {
            // Another hook may have made it while this one waited.
            let key = before.and_then(|bytes| bytes.try_into().ok()).unwrap_or(random);
            Ok((key.to_vec(), key))
        })
    }

    /// Whether a state file is there; costs one look-up.
    pub fn exists(&self, name: &str) -> bool {
        fs::symlink_metadata(self.root.join(name)).is_ok()
    }

    /// Replaces a state file, whole or not at all.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.prepared(name)?;
        // Not synced: after a power cut an older state is acceptable, a torn one never is.
        files::replace(&path, bytes, 0o600)
    }

    /// Makes a state file that is not there yet, with all its content at once; whether this call made it. Of processes
    /// that try at the same time exactly one does.
    pub fn create(&self, name: &str, bytes: &[u8]) -> Result<bool, Error> {
        let path = self.prepared(name)?;
        files::create_whole(&path, bytes, 0o600)
    }

    /// The names of the state files in a folder, `folder/name` each, in order.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let path = self.path(folder)?;
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("list", &path, error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| Error::io("list", &path, error))?;
            names.extend(entry.file_name().to_str().map(|name| format!("{folder}/{name}")));
        }
        names.sort();
        Ok(names)
    }

    /// Removes a state file; that there is none is fine.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::io("remove", &path, error)),
        }
    }

    /// Removes the state files of `folder` that end in `suffix` and were last written more than `age` before `now`.
    pub fn remove_old(
        &self,
        folder: &str,
        suffix: &str,
        age: Duration,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let oldest = SystemTime::from(now).checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        for name in self.list(folder)?.iter().filter(|name| name.ends_with(suffix)) {
            let path = self.path(name)?;
            // One that another process removed meanwhile is gone, which is what was wanted.
            let written = fs::symlink_metadata(&path).and_then(|metadata| metadata.modified());
            if written.is_ok_and(|written| written < oldest) {
                self.remove(name)?;
            }
        }
        Ok(())
    }

    /// Reads, changes and writes a state file under its lock, waiting at most `deadline` for it.
    ///
    /// # Errors
    /// A lock that is not had in time is an error; nothing is changed then.
    pub fn update<T>(
        &self,
        name: &str,
        deadline: Duration,
        change: impl FnOnce(Option<&[u8]>) -> Result<(Vec<u8>, T), Error>,
    ) -> Result<T, Error> {
        let lock = self.lock(name, deadline)?;
        let before = self.read(name)?;
        let (after, result) = change(before.as_deref())?;
        self.write(name, &after)?;
        drop(lock);
        Ok(result)
    }

    /// An exclusive lock that goes with `name`, held until the file is dropped.
    pub fn lock(&self, name: &str, deadline: Duration) -> Result<File, Error> {
        Ok(self.open_locked(&format!("{name}.lock"), deadline)?.file)
    }

    /// Opens a small state file under an exclusive lock on the file itself, to be read and replaced in place: the
    /// cheapest change there is, for what is written on every call.
    ///
    /// # Errors
    /// A lock that is not had within `deadline` is an error.
    pub fn open_locked(&self, name: &str, deadline: Duration) -> Result<LockedFile, Error> {
        let path = self.path(name)?;
        let open = || {
            OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(0o600)
                .custom_flags(libc::O_NOFOLLOW)
                .open(&path)
        };
        // The folder is there on all but the first call.
        let file = match open() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.prepared(name)?;
                open()
            }
            opened => opened,
        };
        let file = file.map_err(|error| Error::io("open", &path, error))?;
        check_owner(&file, &path)?;
        let started = Instant::now();
        while FileExt::try_lock_exclusive(&file).is_err() {
            if started.elapsed() >= deadline {
                return Err(Error::state(
                    &path,
                    format!("is locked for more than {} ms", deadline.as_millis()),
                ));
            }
            std::thread::sleep(LOCK_POLL);
        }
        Ok(LockedFile { file, path })
    }

    /// The path of a state file after its folder was made and checked.
    fn prepared(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.path(name)?;
        for folder in [Some(self.root.as_path()), path.parent()].into_iter().flatten() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|error| Error::io("create", folder, error))?;
            check_folder(folder)?;
        }
        Ok(path)
    }

    /// Names come from our own code; one that would leave the folder is refused all the same.
    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        if name.is_empty() || name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::state(&self.root, format!("`{name}` is not a state file's name")));
        }
        Ok(self.root.join(name))
    }
}

/// A state file under its lock; the lock goes when this is dropped.
#[derive(Debug)]
pub struct LockedFile {
    file: File,
    path: PathBuf,
}

impl LockedFile {
    /// Fills `buffer` from `offset` on as far as the file goes; how many bytes that were.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("read", &self.path, error)),
            }
        }
        Ok(filled)
    }

    /// Writes in place. Bytes that stay within one page are written whole or not at all when the process is killed.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        self.file.write_all_at(bytes, offset).map_err(|error| Error::io("write", &self.path, error))
    }
}

/// Answers the file's size in bytes.
fn check_owner(file: &File, path: &Path) -> Result<usize, Error> {
    let metadata = file.metadata().map_err(|error| Error::io("examine", path, error))?;
    check_uid(metadata.uid(), path)?;
    Ok(usize::try_from(metadata.len()).unwrap_or(usize::MAX))
}

fn check_folder(folder: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(folder).map_err(|error| Error::io("examine", folder, error))?;
    if !metadata.is_dir() {
        return Err(Error::state(folder, "is not a folder (a symbolic link is not followed)"));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(Error::state(folder, "can be written by others; `chmod 700` it"));
    }
    check_uid(metadata.uid(), folder)
}

fn check_uid(owner: u32, path: &Path) -> Result<(), Error> {
    let me = rustix::process::geteuid().as_raw();
    if owner == me {
        return Ok(());
    }
    Err(Error::state(path, format!("belongs to user {owner}, not to {me}")))
}
