//! The key of the current epoch: made here, used for checkpoints, replaced, and erased, so that whoever gets in later
//! cannot sign the past anew.

use crate::note::Verifier;
use crate::{Digest, Error, Record, from_hex, guard, to_hex};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use std::fs;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The signing key of one epoch.
pub(crate) struct EpochKey {
    pub(crate) epoch: u64,
    pub(crate) origin: String,
    /// When the epoch began, in seconds since 1970.
    pub(crate) since: i64,
    pub(crate) key: SigningKey,
}

impl EpochKey {
    /// A new key of the given epoch.
    pub(crate) fn generate(origin: &str, epoch: u64, since: i64) -> Result<EpochKey, Error> {
        let key = SigningKey::from_bytes(&guard::random()?);
        Ok(EpochKey { epoch, origin: origin.to_owned(), since, key })
    }

    pub(crate) fn verifier(&self) -> Verifier {
        Verifier::new(&self.origin, self.key.verifying_key())
    }

    /// The record by which this key introduces `next` as its successor, over everything the log holds so far. The
    /// first key introduces itself.
    pub(crate) fn introduce(&self, next: &EpochKey, size: u64, root: &Digest) -> Value {
        let text = introduction(&next.verifier(), next.epoch, size, root);
        let signature = STANDARD.encode(self.key.sign(text.as_bytes()).to_bytes());
        json!({"epoch": next.epoch, "key": next.verifier().to_text(), "signature": signature})
    }
}

/// What a key signs when it introduces its successor.
pub(crate) fn introduction(next: &Verifier, epoch: u64, size: u64, root: &Digest) -> String {
    format!("claude-governance epoch key\n{}\n{epoch}\n{size}\n{}\n", next.to_text(), STANDARD.encode(root))
}

fn folder(directory: &Path) -> PathBuf {
    directory.join("keys")
}

fn current(directory: &Path) -> PathBuf {
    folder(directory).join("epoch.json")
}

fn successor(directory: &Path) -> PathBuf {
    folder(directory).join("next.json")
}

/// The current key, if there is one. `introduced` says whether the log holds the introduction of a key: a successor that
/// was introduced before a crash is taken, one that was not is dropped.
pub(crate) fn load(
    directory: &Path,
    introduced: impl Fn(&Verifier) -> bool,
) -> Result<Option<EpochKey>, Error> {
    match read(&successor(directory))? {
        Some(next) if introduced(&next.verifier()) => promote(directory)?,
        Some(_) => erase(&successor(directory))?,
        None => {}
    }
    read(&current(directory))
}

/// Stores the first key.
pub(crate) fn store_first(directory: &Path, key: &EpochKey) -> Result<(), Error> {
    write(directory, &current(directory), key)
}

/// Stores the successor, before the log introduces it.
pub(crate) fn store_next(directory: &Path, key: &EpochKey) -> Result<(), Error> {
    write(directory, &successor(directory), key)
}

/// Makes the successor current and erases the key before it.
pub(crate) fn promote(directory: &Path) -> Result<(), Error> {
    erase(&current(directory))?;
    fs::rename(successor(directory), current(directory)).map_err(Error::io(&current(directory)))
}

/// Overwrites and removes a key file. A journaling or copying file system may keep older blocks for a while; the
/// checkpoints shipped off the machine are what holds then.
fn erase(path: &Path) -> Result<(), Error> {
    let mut file = match guard::open_existing(path) {
        Err(Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let length = file.metadata().map_err(Error::io(path))?.len();
    let zeros = vec![0; usize::try_from(length).unwrap_or_default()];
    file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&zeros)).map_err(Error::io(path))?;
    file.sync_all().map_err(Error::io(path))?;
    fs::remove_file(path).map_err(Error::io(path))
}

fn read(path: &Path) -> Result<Option<EpochKey>, Error> {
    let file = match guard::open_existing(path) {
        Err(Error::Io(_, error)) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(4096).read_to_end(&mut text).map_err(Error::io(path))?;
    let record: Record = serde_json::from_slice(&text).unwrap_or_default();
    let seed = record.get("seed").and_then(Value::as_str).and_then(from_hex);
    let origin = record.get("origin").and_then(Value::as_str);
    let (Some(seed), Some(origin)) = (seed, origin) else {
        return Err(Error::Unsafe(path.to_path_buf(), "it is not a key of this log"));
    };
    Ok(Some(EpochKey {
        epoch: record.get("epoch").and_then(Value::as_u64).unwrap_or_default(),
        origin: origin.to_owned(),
        since: record.get("since").and_then(Value::as_i64).unwrap_or_default(),
        key: SigningKey::from_bytes(&seed),
    }))
}

fn write(directory: &Path, path: &Path, key: &EpochKey) -> Result<(), Error> {
    guard::ready_directory(&folder(directory))?;
    let text = json!({
        "epoch": key.epoch, "origin": key.origin, "seed": to_hex(key.key.as_bytes()), "since": key.since
    });
    let mut file = guard::create_new(path)?;
    file.write_all(text.to_string().as_bytes()).map_err(Error::io(path))?;
    file.sync_all().map_err(Error::io(path))
}
