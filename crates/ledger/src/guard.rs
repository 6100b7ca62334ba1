//! Opens the log's directory and files only when they are ours: right owner, no symbolic link, not writable by others.

use crate::Error;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

/// Makes the directory (0700) if it is missing and refuses it when another user could write there.
pub(crate) fn ready_directory(directory: &Path) -> Result<(), Error> {
    let found = match fs::symlink_metadata(directory) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_directory(directory)?;
            fs::symlink_metadata(directory).map_err(Error::io(directory))?
        }
        Err(error) => return Err(Error::Io(directory.to_path_buf(), error)),
    };
    if !found.is_dir() {
        return Err(Error::Unsafe(
            directory.to_path_buf(),
            "it is not a directory (or it is a symbolic link)",
        ));
    }
    check_owner(directory, &found)
}

/// Opens one of our files for reading and appending, making it (0600) if it is missing.
pub(crate) fn open_append(path: &Path) -> Result<File, Error> {
    open_checked(path, OpenOptions::new().read(true).append(true).create(true))
}

/// Opens one of our files for reading and appending, with its length in bytes; `None` if it is missing.
pub(crate) fn open_append_existing(path: &Path) -> Result<Option<(File, u64)>, Error> {
    match examined(path, OpenOptions::new().read(true).append(true)) {
        Ok((file, found)) => Ok(Some((file, found.len()))),
        Err(Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens one of our files for reading and writing in place, making it (0600) if it is missing.
pub(crate) fn open_write(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).truncate(false);
    // Nearly always it is there, and to open it is quicker than to ask for it to be made.
    match open_checked(path, &mut options) {
        Err(Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => {
            open_checked(path, options.create(true))
        }
        opened => opened,
    }
}

/// Opens one of our files that exists, for reading and overwriting.
#[cfg(feature = "checkpoint")]
pub(crate) fn open_existing(path: &Path) -> Result<File, Error> {
    open_checked(path, OpenOptions::new().read(true).write(true))
}

/// 32 bytes from the operating system's generator.
#[cfg(feature = "checkpoint")]
pub(crate) fn random() -> Result<[u8; 32], Error> {
    use std::io::Read as _;
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; 32];
    let mut file = OpenOptions::new().read(true).open(path).map_err(Error::io(path))?;
    file.read_exact(&mut bytes).map_err(Error::io(path))?;
    Ok(bytes)
}

/// Makes a file that must not exist yet (0600).
pub(crate) fn create_new(path: &Path) -> Result<File, Error> {
    open_checked(path, OpenOptions::new().write(true).create_new(true))
}

/// Opens a file for reading. Its owner is not asked: an auditor verifies logs that belong to others.
pub(crate) fn open_read(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    platform::harden(options.read(true)).open(path).map_err(Error::io(path))
}

/// The bytes of this part of a file; fewer where it ends before.
pub(crate) fn read_range(file: &File, range: Range<u64>) -> std::io::Result<Vec<u8>> {
    let length = range.end.saturating_sub(range.start);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match platform::read_at(file, rest, range.start + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn open_checked(path: &Path, options: &mut OpenOptions) -> Result<File, Error> {
    examined(path, options).map(|(file, _)| file)
}

fn examined(path: &Path, options: &mut OpenOptions) -> Result<(File, Metadata), Error> {
    let file = match platform::harden(options).open(path) {
        Ok(file) => file,
        Err(error) if platform::is_symlink_refusal(&error) => {
            return Err(Error::Unsafe(path.to_path_buf(), "it is a symbolic link"));
        }
        Err(error) if is_full(&error) => return Err(Error::NoSpace(path.to_path_buf())),
        Err(error) => return Err(Error::Io(path.to_path_buf(), error)),
    };
    let found = file.metadata().map_err(Error::io(path))?;
    if !found.is_file() {
        return Err(Error::Unsafe(path.to_path_buf(), "it is not a regular file"));
    }
    check_owner(path, &found)?;
    if platform::has_other_names(&found) {
        return Err(Error::Unsafe(path.to_path_buf(), "it has a second name (hard link)"));
    }
    Ok((file, found))
}

fn check_owner(path: &Path, found: &Metadata) -> Result<(), Error> {
    platform::ownership_fault(found).map_or(Ok(()), |why| Err(Error::Unsafe(path.to_path_buf(), why)))
}

fn make_directory(directory: &Path) -> Result<(), Error> {
    match platform::directory_builder().create(directory) {
        // Another process made it in the same moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(Error::io(directory)),
    }
}

/// Whether the error says that no more can be written: full disk, quota, file-size limit.
pub(crate) fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

#[cfg(feature = "checkpoint")]
pub(crate) use platform::user_id;
pub(crate) use platform::{file_size_limit, network_file_system, seconds_since_boot, write_at_start};

#[cfg(unix)]
mod platform {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};

    pub(super) fn harden(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC)
    }

    pub(super) fn directory_builder() -> DirBuilder {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder
    }

    pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        file.read_at(bytes, at)
    }

    pub(crate) fn write_at_start(file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all_at(bytes, 0)
    }

    pub(super) fn is_symlink_refusal(error: &io::Error) -> bool {
        error.raw_os_error() == Some(libc::ELOOP)
    }

    pub(super) fn ownership_fault(found: &Metadata) -> Option<&'static str> {
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Some("it belongs to another user");
        }
        (found.mode() & 0o022 != 0).then_some("other users may write to it")
    }

    /// The user this process acts as.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn user_id() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    pub(super) fn has_other_names(found: &Metadata) -> bool {
        found.nlink() > 1
    }

    /// The most bytes a file may have for this process. Writing beyond it would kill the process (SIGXFSZ).
    pub(crate) fn file_size_limit() -> Option<u64> {
        rustix::process::getrlimit(rustix::process::Resource::Fsize).current
    }

    /// The kind of network or user-space file system the file is on; locks and appends are less dependable there.
    /// Magic numbers: statfs(2).
    #[cfg(target_os = "linux")]
    pub(crate) fn network_file_system(file: &File) -> Option<&'static str> {
        let kind = u64::try_from(rustix::fs::fstatfs(file).ok()?.f_type).ok()? & 0xffff_ffff;
        let known = [
            (0x6969, "NFS"),
            (0x517b, "SMB"),
            (0xff53_4d42, "CIFS"),
            (0xfe53_4d42, "SMB2"),
            (0x0102_1997, "9p"),
            (0x6573_5546, "FUSE"),
        ];
        known.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn network_file_system(_file: &File) -> Option<&'static str> {
        None
    }

    /// Seconds since the machine started, or `None` where that cannot be had.
    pub(crate) fn seconds_since_boot() -> Option<i64> {
        let mut text = String::new();
        let mut file = OpenOptions::new().read(true).open("/proc/uptime").ok()?;
        io::Read::read_to_string(&mut file, &mut text).ok()?;
        text.split('.').next()?.parse().ok()
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

    // Owner-only access comes from the profile folder's access list here; there are no mode bits to check.
    pub(super) fn harden(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(super) fn directory_builder() -> DirBuilder {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        builder
    }

    pub(super) fn read_at(mut file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        file.seek(SeekFrom::Start(at))?;
        file.read(bytes)
    }

    pub(crate) fn write_at_start(mut file: &File, bytes: &[u8]) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(bytes)
    }

    pub(super) fn is_symlink_refusal(_error: &io::Error) -> bool {
        false
    }

    pub(super) fn ownership_fault(_found: &Metadata) -> Option<&'static str> {
        None
    }

    #[cfg(feature = "checkpoint")]
    pub(crate) fn user_id() -> u32 {
        0
    }

    pub(super) fn has_other_names(_found: &Metadata) -> bool {
        false
    }

    pub(crate) fn file_size_limit() -> Option<u64> {
        None
    }

    pub(crate) fn network_file_system(_file: &File) -> Option<&'static str> {
        None
    }

    pub(crate) fn seconds_since_boot() -> Option<i64> {
        None
    }
}
