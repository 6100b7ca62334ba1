//! Everything that can go wrong on the road; every variant names the file, key or rule and what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A failure on the road from stdin to stdout. Its text is one line, shown to the user or the model.
#[derive(Debug)]
pub enum Error {
    /// The hook input is not what Claude Code sends.
    Input { message: String },
    /// A policy file cannot be used.
    Policy { file: PathBuf, message: String },
    /// A file could not be read or written.
    Io { action: &'static str, path: PathBuf, source: io::Error },
    /// The state directory or a file in it cannot be trusted or used.
    State { path: PathBuf, message: String },
    /// The audit log could not take a record.
    Ledger { message: String },
    /// A rule could not be applied (a custom pattern that does not compile, say).
    Rule { rule: String, message: String },
}

impl Error {
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_path_buf(), source }
    }

    pub fn policy(file: &Path, message: impl Into<String>) -> Self {
        Self::Policy { file: file.to_path_buf(), message: message.into() }
    }

    pub fn state(path: &Path, message: impl Into<String>) -> Self {
        Self::State { path: path.to_path_buf(), message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { message } => write!(out, "hook input: {message}"),
            Self::Policy { file, message } => {
                write!(out, "{}: {message}; run `govern policy check`", file.display())
            }
            Self::Io { action, path, source } => write!(out, "cannot {action} {}: {source}", path.display()),
            Self::State { path, message } => {
                write!(out, "{}: {message}; run `govern doctor`", path.display())
            }
            Self::Ledger { message } => write!(out, "audit log: {message}; run `govern log verify`"),
            Self::Rule { rule, message } => write!(out, "rule {rule}: {message}; run `govern policy check`"),
        }
    }
}

impl std::error::Error for Error {}
