//! What can go wrong while the log is written or read, each with the path it is about.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a record could not be appended, or a log could not be read.
#[derive(Debug)]
pub enum Error {
    /// The operating system refused; the path is what was being touched.
    Io(PathBuf, io::Error),
    /// The directory or file is not safe to write to (foreign owner, symbolic link, writable by others).
    Unsafe(PathBuf, &'static str),
    /// The disk is full, a quota or a file-size limit is reached. What was half written has been rolled back.
    NoSpace(PathBuf),
    /// The record is longer than one line may be; the number is its length in bytes.
    TooLong(usize),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
        move |error| Error::Io(path.to_path_buf(), error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(path, error) => write!(out, "{}: {error}", path.display()),
            Error::Unsafe(path, why) => write!(out, "{}: refused, {why}", path.display()),
            Error::NoSpace(path) => write!(out, "{}: no space left to write the record", path.display()),
            Error::TooLong(length) => write!(out, "a record of {length} bytes is longer than a line may be"),
        }
    }
}

impl std::error::Error for Error {}
