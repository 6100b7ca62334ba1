//! Which log a verb speaks of, and the heads of it that were seen before.

use crate::commands::arguments::Arguments;
use crate::{Failure, Io};
use hook_core::StateDirectory;
use ledger::{Known, from_hex, to_hex};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The log's folder: `--dir`, else that of this user.
pub(in crate::commands) fn folder(arguments: &Arguments<'_>, io: &Io<'_>) -> PathBuf {
    match arguments.value("--dir") {
        Some(folder) => io.cwd.join(folder),
        None => io.state.join("log"),
    }
}

/// The same, and it must be there: an empty answer about a log that is not there reads like "nothing happened".
pub(in crate::commands) fn existing(arguments: &Arguments<'_>, io: &Io<'_>) -> Result<PathBuf, Failure> {
    let folder = folder(arguments, io);
    let days = ledger::segments(&folder).map_err(unreadable)?;
    if days.is_empty() {
        return Err(Failure::Unreadable(format!("no audit log in {}", folder.display())));
    }
    Ok(folder)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(in crate::commands) fn unreadable(error: ledger::Error) -> Failure {
    Failure::Unreadable(error.to_string())
}

/// The heads that were seen are kept beside the log, not in it, so that they do not go back with it.
const SEEN: &str = "seen-heads.json";

/// The head an earlier verification of this log saw.
pub(in crate::commands) fn seen(log: &Path, io: &Io<'_>) -> Result<Option<Known>, Failure> {
    let heads = read_heads(io)?;
    let Some(head) = heads.get(&key(log)) else { return Ok(None) };
    let size = head.get("size").and_then(Value::as_u64);
    let root = head.get("root").and_then(Value::as_str).and_then(from_hex);
    let known = |(size, root)| Known { size, root, from: "an earlier verification".into(), off_host: false };
    Ok(size.zip(root).map(known))
}

/// Keeps the head for the next verification.
pub(in crate::commands) fn remember(
    log: &Path,
    io: &Io<'_>,
    size: u64,
    root: &ledger::Digest,
) -> Result<(), Failure> {
    let mut heads = read_heads(io)?;
    heads.insert(key(log), json!({"root": to_hex(root), "size": size}));
    StateDirectory::new(&io.state).write(SEEN, Value::Object(heads).to_string().as_bytes())?;
    Ok(())
}

fn read_heads(io: &Io<'_>) -> Result<Map<String, Value>, Failure> {
    let bytes = StateDirectory::new(&io.state).read(SEEN)?.unwrap_or_else(|| b"{}".to_vec());
    serde_json::from_slice(&bytes).map_err(|error| Failure::Unreadable(format!("{SEEN}: {error}")))
}

fn key(log: &Path) -> String {
    log.canonicalize().unwrap_or_else(|_| log.to_path_buf()).to_string_lossy().into_owned()
}
