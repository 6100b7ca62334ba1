//! Makes a signed checkpoint: heartbeat, root over every line so far, signature, and from time to time a new key.

use crate::append::{Writer, locked};
use crate::keys::{self, EpochKey};
use crate::note::{Checkpoint, Verifier};
use crate::segment::{Day, segments};
use crate::tree::{Frontier, leaf_hash};
use crate::{Error, Lines, Record, from_hex, guard, header, tail, to_hex};
use chrono::{DateTime, Utc};
use memchr::memmem;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A sealer may wait longer than a recorder: nobody's call waits for it.
const LOCK_DEADLINE: Duration = Duration::from_secs(2);

/// So long a key signs before it introduces its successor and is erased, in seconds. What a thief of the key can still
/// rewrite is at most this much of the past.
const EPOCH_SECONDS: i64 = 15 * 60;

/// Makes a checkpoint of the whole log now; `None` if the lock is not had, and then the next one covers more.
pub fn seal(directory: &Path, now: DateTime<Utc>, origin: &str) -> Result<Option<Checkpoint>, Error> {
    locked(directory, now, LOCK_DEADLINE, |writer| seal_locked(writer, origin))
}

/// The name of this machine's log for the user who runs this: the same after a change of host name or address.
pub fn local_origin(host: &str) -> String {
    let mut id = String::new();
    // The id itself is to be kept private (machine-id(5)), so a hash of it stands in the name.
    if let Ok(file) = guard::open_read(Path::new("/etc/machine-id")) {
        drop(file.take(64).read_to_string(&mut id));
    }
    let machine = if id.trim().is_empty() { host } else { id.trim() };
    let hash = to_hex(&crate::digest(format!("claude-governance {machine}").as_bytes()));
    let short = hash.get(..16).unwrap_or_default();
    format!("claude-governance/{short}/{}", guard::user_id())
}

fn seal_locked(writer: &mut Writer<'_>, origin: &str) -> Result<Checkpoint, Error> {
    writer.flush()?;
    let directory = writer.directory;
    let mut tree = Tree::load(directory)?;
    tree.advance(writer)?;
    let key = match keys::load(directory, |next| is_introduced(directory, next))? {
        Some(key) if key.origin == origin => key,
        Some(_) => {
            let place = directory.join("keys");
            return Err(Error::Unsafe(place, "the key was made on another machine or for another user"));
        }
        None => first_key(writer, &mut tree, origin)?,
    };
    let since = writer.mark.sealed;
    writer.own_record("audit.heartbeat", &json!({"epoch": key.epoch, "since": since}));
    writer.flush()?;
    tree.advance(writer)?;
    // What is signed must be on the disk: else a power cut makes an honest log look cut.
    writer.sync()?;
    let checkpoint =
        Checkpoint { origin: origin.to_owned(), size: tree.frontier.size(), root: tree.frontier.root() };
    store_note(writer, &checkpoint.sign(&key.key))?;
    writer.mark.sealed = checkpoint.size;
    writer.mark.sealed_at = writer.now.timestamp();
    let age = writer.now.timestamp() - key.since;
    if !(0..EPOCH_SECONDS).contains(&age) {
        next_epoch(writer, &tree, &key)?;
    }
    tree.store(directory)?;
    Ok(checkpoint)
}

fn first_key(writer: &mut Writer<'_>, tree: &mut Tree, origin: &str) -> Result<EpochKey, Error> {
    let key = EpochKey::generate(origin, 0, writer.now.timestamp())?;
    keys::store_first(writer.directory, &key)?;
    writer.own_record("audit.key", &key.introduce(&key, tree.frontier.size(), &tree.frontier.root()));
    writer.flush()?;
    tree.advance(writer)?;
    Ok(key)
}

/// The successor is stored, introduced by the log, and only then takes over: a crash in between loses neither key.
fn next_epoch(writer: &mut Writer<'_>, tree: &Tree, key: &EpochKey) -> Result<(), Error> {
    let next = EpochKey::generate(&key.origin, key.epoch + 1, writer.now.timestamp())?;
    keys::store_next(writer.directory, &next)?;
    writer.own_record("audit.key", &key.introduce(&next, tree.frontier.size(), &tree.frontier.root()));
    writer.flush()?;
    writer.sync()?;
    keys::promote(writer.directory)
}

/// Whether the log's end introduces this key. Only asked after a crash between introduction and takeover.
fn is_introduced(directory: &Path, key: &Verifier) -> bool {
    let newest = segments(directory).unwrap_or_default().pop();
    let path = newest.map(|day| day.path(directory)).unwrap_or_default();
    let recent = guard::open_read(&path).and_then(|file| tail::recent(&file, &path));
    recent
        .is_ok_and(|bytes| memmem::find(&bytes, format!(r#""key":"{}""#, key.to_text()).as_bytes()).is_some())
}

fn checkpoints(directory: &Path) -> PathBuf {
    directory.join("checkpoints")
}

fn store_note(writer: &Writer<'_>, note: &str) -> Result<(), Error> {
    let folder = checkpoints(writer.directory);
    guard::ready_directory(&folder)?;
    let path = folder.join(Day::of(writer.now).file_name().replace(".jsonl", ".ckpt"));
    let mut file = guard::open_append(&path)?;
    let before = file.metadata().map_err(Error::io(&path))?.len();
    if let Err(error) = file.write_all(note.as_bytes()).and_then(|()| file.sync_data()) {
        file.set_len(before).map_err(Error::io(&path))?;
        return Err(Error::Io(path, error));
    }
    Ok(())
}

/// The notes of a log, oldest file first, as (file name, text).
pub fn stored_notes(directory: &Path) -> Result<Vec<(String, String)>, Error> {
    let folder = checkpoints(directory);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(Error::io(&folder))?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|extension| extension == "ckpt") {
            names.push(name);
        }
    }
    names.sort_unstable();
    let mut notes = Vec::new();
    for name in names {
        let path = folder.join(&name);
        let mut text = String::new();
        guard::open_read(&path)?.read_to_string(&mut text).map_err(Error::io(&path))?;
        notes.push((name, text));
    }
    Ok(notes)
}

/// The tree as far as it was read, and where in the log that is.
struct Tree {
    frontier: Frontier,
    day: Option<Day>,
    offset: u64,
}

impl Tree {
    /// The stored tree; without a usable one, the beginning of the log.
    fn load(directory: &Path) -> Result<Tree, Error> {
        let mut text = String::new();
        if let Ok(file) = guard::open_read(&checkpoints(directory).join("tree.json")) {
            drop(file.take(16 * 1024).read_to_string(&mut text));
        }
        if let Some(tree) = serde_json::from_str(&text).ok().and_then(|record| Tree::parse(&record)) {
            return Ok(tree);
        }
        Tree::beginning(directory)
    }

    fn beginning(directory: &Path) -> Result<Tree, Error> {
        Ok(Tree { frontier: start(directory)?.frontier, day: None, offset: 0 })
    }

    fn parse(record: &Record) -> Option<Tree> {
        let day = Day::from_file_name(record.get("file")?.as_str()?)?;
        let frontier = frontier_from(record)?;
        Some(Tree { frontier, day: Some(day), offset: record.get("offset")?.as_u64()? })
    }

    fn store(&self, directory: &Path) -> Result<(), Error> {
        let Some(day) = self.day else { return Ok(()) };
        let mut record = frontier_json(&self.frontier);
        record.insert("file".into(), day.file_name().into());
        record.insert("offset".into(), self.offset.into());
        let path = checkpoints(directory).join("tree.json");
        let mut file = guard::open_write(&path)?;
        file.set_len(0)
            .and_then(|()| file.write_all(Value::Object(record).to_string().as_bytes()))
            .map_err(Error::io(&path))
    }

    /// Reads on to the end of the log. The stored tree is a shortcut, never the source: if it does not lead to the
    /// number of lines there are, everything is read again.
    fn advance(&mut self, writer: &Writer<'_>) -> Result<(), Error> {
        if self.read_on(writer.directory).is_ok() && self.frontier.size() == writer.next_seq {
            return Ok(());
        }
        *self = Tree::beginning(writer.directory)?;
        self.read_on(writer.directory)?;
        if self.frontier.size() != writer.next_seq {
            let place = writer.directory.to_path_buf();
            return Err(Error::Unsafe(
                place,
                "lines are missing, so it is not signed; run `govern log verify`",
            ));
        }
        Ok(())
    }

    fn read_on(&mut self, directory: &Path) -> Result<(), Error> {
        for day in segments(directory)? {
            if self.day.is_some_and(|read| day < read) {
                continue;
            }
            if self.day != Some(day) {
                (self.day, self.offset) = (Some(day), 0);
            }
            let mut lines = Lines::open(&day.path(directory), self.offset)?;
            while let Some(line) = lines.next_line()? {
                self.frontier.push(leaf_hash(line.bytes));
            }
            self.offset = lines.offset;
        }
        Ok(())
    }
}

/// The tree before the first line that is here, and the key of that time: nothing, or what pruning left of it.
pub fn start_of(directory: &Path) -> Result<(Frontier, Option<(u64, Verifier)>), Error> {
    start(directory).map(|start| (start.frontier, start.key))
}

/// What stands before the first line that is here: nothing, or what pruning left of it.
#[derive(Default)]
pub(crate) struct Start {
    pub(crate) frontier: Frontier,
    /// The key of the epoch in which the first line was written, and the epoch.
    pub(crate) key: Option<(u64, Verifier)>,
}

pub(crate) fn start(directory: &Path) -> Result<Start, Error> {
    let days = segments(directory)?;
    let Some(first) = days.first() else { return Ok(Start::default()) };
    let mut lines = Lines::open(&first.path(directory), 0)?;
    let first_seq =
        lines.next_line()?.and_then(|line| header(line.bytes).map(|found| found.seq)).unwrap_or_default();
    if first_seq == 0 {
        return Ok(Start::default());
    }
    for day in &days {
        let mut lines = Lines::open(&day.path(directory), 0)?;
        while let Some(line) = lines.next_line()? {
            if memmem::find(line.bytes, br#""event":"audit.pruned""#).is_none() {
                continue;
            }
            let record: Record = serde_json::from_slice(line.bytes).unwrap_or_default();
            if let Some(frontier) = frontier_from(&record).filter(|frontier| frontier.size() == first_seq) {
                let key = record.get("key").and_then(Value::as_str).and_then(Verifier::from_text);
                let epoch = record.get("epoch").and_then(Value::as_u64).unwrap_or_default();
                return Ok(Start { frontier, key: key.map(|key| (epoch, key)) });
            }
        }
    }
    Ok(Start::default())
}

/// A frontier as records hold it: `size` and `roots`.
pub fn frontier_json(frontier: &Frontier) -> Record {
    let roots: Vec<String> = frontier.roots().iter().map(|root| to_hex(root)).collect();
    let mut record = Record::new();
    record.insert("roots".into(), roots.into());
    record.insert("size".into(), frontier.size().into());
    record
}

fn frontier_from(record: &Record) -> Option<Frontier> {
    let roots = record.get("roots")?.as_array()?;
    let roots = roots.iter().map(|root| from_hex(root.as_str()?)).collect::<Option<Vec<_>>>()?;
    Frontier::restore(record.get("size")?.as_u64()?, roots)
}
