//! Appends one record: takes the lock, heals what a dead writer left, chains, writes once, leaves the mark.

use crate::hash::quick_sum;
use crate::mark::{self, Mark};
use crate::segment::{self, Day};
use crate::tail::{self, Last, Tail};
use crate::{Digest, Error, LONGEST_LINE, Record, canonical, digest_once, guard, spill, to_hex};
use chrono::{DateTime, SecondsFormat, Utc};
use fs2::FileExt as _;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A writer that has not got the lock by then puts its record aside instead of making the user wait.
const LOCK_DEADLINE: Duration = Duration::from_millis(50);

/// The lock is held for some twenty microseconds: who waits asks again soon, and more seldom only after so long that
/// dozens of others can have had their turn.
const SHORT_PAUSE: Duration = Duration::from_micros(50);
const MANY_TURNS: Duration = Duration::from_millis(3);
const LONG_PAUSE: Duration = Duration::from_millis(1);

/// Below this many free bytes the receipt warns.
const LOW_SPACE: u64 = 256 * 1024 * 1024;

/// How soon a record must be on the disk itself, not only in the kernel's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// With the next sync, at most one a second. Survives `kill -9`; a power cut may cost the last second.
    Coalesced,
    /// Before `append` returns.
    Strict,
}

/// Something the user should hear of, although the record is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// So many bytes are left on the disk.
    LowSpace(u64),
    /// The log lies on a network or user-space file system of this kind, where locks are less dependable.
    NetworkFileSystem(&'static str),
    /// So many earlier records could not be written; that is recorded now.
    Gap(u64),
    /// Lines that were written are missing from the end or were changed; that is recorded now.
    Tampered,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the log; `None` if it was put aside and will be chained by the next writer.
    pub seq: Option<u64>,
    /// How many lines no checkpoint covers yet.
    pub unsealed: u64,
    /// When the last checkpoint was made, in seconds since 1970; 0 if there is none.
    pub sealed_at: i64,
    pub warnings: Vec<Warning>,
}

/// Appends a record, adding `prev`, `seq`, `ts` and `v` (which replace the caller's, if it has such fields).
pub fn append(directory: &Path, now: DateTime<Utc>, record: Record) -> Result<Receipt, Error> {
    append_with(directory, now, record, Durability::Coalesced)
}

/// Like [`append`], saying how soon the record must be on the disk.
pub fn append_with(
    directory: &Path,
    now: DateTime<Utc>,
    record: Record,
    durability: Durability,
) -> Result<Receipt, Error> {
    // Needed twice only if the lock is not had in time, which is rare; the copy is made then, not here.
    let mut waiting = Some(record);
    let written = locked(directory, now, LOCK_DEADLINE, |writer| {
        writer.sync_wanted = durability == Durability::Strict;
        writer.write(waiting.take().unwrap_or_default())
    })?;
    if let Some(receipt) = written {
        return Ok(receipt);
    }
    let mut record = waiting.unwrap_or_default();
    record.insert("spilled_at".into(), stamp(now).into());
    spill::store(directory, &record, now.timestamp_micros())?;
    Ok(Receipt { seq: None, unsealed: 0, sealed_at: now.timestamp(), warnings: Vec::new() })
}

/// Does `work` as the only writer of the log; `None` if the lock is not had within `deadline`.
pub(crate) fn locked<T>(
    directory: &Path,
    now: DateTime<Utc>,
    deadline: Duration,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    guard::ready_directory(directory)?;
    let path = mark::lock_path(directory);
    let mut lock = guard::open_write(&path)?;
    if !lock_in_time(&lock, &path, deadline)? {
        return Ok(None);
    }
    let found = mark::read(&mut lock);
    let mut writer = match Writer::open(directory, now, found.as_ref()) {
        Ok(writer) => writer,
        Err(error) => {
            if let Some(mut mark) = found {
                mark.failed += 1;
                mark::write(&lock, directory, &mark)?;
            }
            return Err(error);
        }
    };
    let worked = work(&mut writer);
    let due = (now.timestamp() - writer.mark.synced).abs() >= 1;
    let sync = worked.is_ok() && (writer.sync_wanted || due);
    if sync {
        writer.mark.durable = writer.mark.synced;
        writer.mark.synced = now.timestamp();
    }
    let marked = mark::write(&lock, directory, &writer.mark);
    // Closing it unlocks it; what follows may wait for the disk.
    drop(lock);
    let done = worked?;
    marked?;
    if sync {
        writer.sync()?;
    }
    Ok(Some(done))
}

fn lock_in_time(lock: &File, path: &Path, deadline: Duration) -> Result<bool, Error> {
    let begun = Instant::now();
    let mut pause = SHORT_PAUSE;
    loop {
        match lock.try_lock_exclusive() {
            Ok(()) => return Ok(true),
            Err(error) if error.raw_os_error() == fs2::lock_contended_error().raw_os_error() => {}
            Err(error) => return Err(Error::Io(path.to_path_buf(), error)),
        }
        let waited = begun.elapsed();
        if waited >= deadline {
            return Ok(false);
        }
        sleep(pause);
        if waited > MANY_TURNS {
            pause = (pause * 2).min(LONG_PAUSE);
        }
    }
}

fn stamp(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The newest segment, open, with its end read.
struct Newest {
    day: Day,
    path: PathBuf,
    file: File,
    tail: Tail,
}

/// Everything one append does while it holds the lock.
pub(crate) struct Writer<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) now: DateTime<Utc>,
    pub(crate) mark: Mark,
    path: PathBuf,
    file: File,
    /// The segment's length before this append; what a failed write is rolled back to.
    size: u64,
    pub(crate) next_seq: u64,
    head: Digest,
    /// The `quick_sum` of `head` and the line it is the hash of.
    sum: u64,
    bytes: Vec<u8>,
    warnings: Vec<Warning>,
    /// Whether the record must be on the disk before the caller goes on.
    sync_wanted: bool,
}

impl<'a> Writer<'a> {
    /// Finds where the chain ends, heals it, and begins a new segment if the day has changed.
    fn open(directory: &'a Path, now: DateTime<Utc>, found: Option<&Mark>) -> Result<Writer<'a>, Error> {
        let newest = newest_segment(directory, found, Day::of(now))?;
        let End { next_seq, head, last } = chain_end(directory, newest.as_ref())?;
        let today = Day::of(now);
        // A clock set back never reopens an older day.
        let Some(Newest { day, path, file, tail }) = newest else {
            let mut writer = Writer::new(directory, now, today, found)?;
            (writer.next_seq, writer.head) = (next_seq, head);
            writer.begin_segment(today, None);
            writer.note_mark(found, None);
            return Ok(writer);
        };
        let mut writer = Writer {
            directory,
            now,
            mark: found.cloned().unwrap_or_default(),
            path,
            file,
            size: tail.size,
            next_seq,
            head,
            sum: 0,
            bytes: Vec::new(),
            warnings: Vec::new(),
            sync_wanted: false,
        };
        writer.mark.file = day.file_name();
        let previous = tail.last.is_none().then(|| previous_day(directory, day)).transpose()?.flatten();
        if tail.last.is_none() && tail.torn.is_empty() {
            writer.begin_segment(day, previous);
        }
        writer.note_torn(&tail);
        writer.note_mark(found, last.as_ref());
        if day < today {
            writer.flush()?;
            writer.turn_to(today, day)?;
        }
        Ok(writer)
    }

    fn new(
        directory: &'a Path,
        now: DateTime<Utc>,
        day: Day,
        mark: Option<&Mark>,
    ) -> Result<Writer<'a>, Error> {
        let path = day.path(directory);
        let file = guard::open_append(&path)?;
        let mut mark = mark.cloned().unwrap_or_default();
        mark.file = day.file_name();
        let warnings =
            guard::network_file_system(&file).map(Warning::NetworkFileSystem).into_iter().collect();
        sync_directory(directory)?;
        let (bytes, head) = (Vec::new(), Digest::default());
        Ok(Writer {
            directory,
            now,
            mark,
            path,
            file,
            size: 0,
            next_seq: 0,
            head,
            sum: 0,
            bytes,
            warnings,
            sync_wanted: false,
        })
    }

    fn turn_to(&mut self, today: Day, day: Day) -> Result<(), Error> {
        // The closed day must be on the disk before anything builds on it.
        self.sync()?;
        let next = Writer::new(self.directory, self.now, today, None)?;
        self.path = next.path;
        self.file = next.file;
        self.size = 0;
        self.mark.file = today.file_name();
        self.warnings.extend(next.warnings);
        self.begin_segment(today, Some(day));
        Ok(())
    }

    fn begin_segment(&mut self, day: Day, previous: Option<Day>) {
        let name = day.file_name();
        self.own_record(
            "audit.segment",
            &json!({"day": name.trim_end_matches(".jsonl"), "prev_file": previous.map(Day::file_name)}),
        );
    }

    /// Seals what a writer that was cut off left: its bytes stay, the chain goes on over them, and that is recorded.
    fn note_torn(&mut self, tail: &Tail) {
        if tail.torn.is_empty() {
            return;
        }
        if tail.unfinished {
            self.bytes.push(b'\n');
        }
        let torn: Vec<Value> =
            tail.torn.iter().map(|torn| json!({"len": torn.length, "sha256": to_hex(&torn.hash)})).collect();
        self.own_record("audit.recovered", &json!({ "torn": torn }));
    }

    /// Compares the end of the log with the mark the last writer left.
    fn note_mark(&mut self, found: Option<&Mark>, last: Option<&Last>) {
        let Some(mark) = found else {
            if last.is_some() {
                self.own_record("audit.mark_missing", &json!({}));
            }
            return;
        };
        let last_seq = last.map(|last| last.seq);
        if last_seq < Some(mark.seq) && mark.head != Digest::default() {
            let restart = guard::seconds_since_boot().is_some_and(|up| mark.at < self.now.timestamp() - up)
                && last.as_ref().is_some_and(|last| last.at() >= mark.durable);
            let seen = json!({"expected_head": to_hex(&mark.head), "expected_seq": mark.seq,
                              "found_seq": last_seq, "restart": restart});
            self.own_record("audit.truncated", &seen);
            self.warnings.push(Warning::Tampered);
        } else if let Some(last) = last.filter(|last| last.seq == mark.seq && last.hash != mark.head) {
            let seen = json!({"at_seq": last.seq, "expected_head": to_hex(&mark.head)});
            self.own_record("audit.altered", &seen);
            self.warnings.push(Warning::Tampered);
        }
        if mark.failed > 0 {
            self.own_record("audit.gap", &json!({"failed": mark.failed}));
            self.warnings.push(Warning::Gap(mark.failed));
        }
    }

    /// Writes the waiting spilled records and then this one.
    fn write(&mut self, record: Record) -> Result<Receipt, Error> {
        let merged = self.merge_spilled()?;
        let seq = self.next_seq;
        self.chain(record)?;
        self.flush()?;
        self.mark.failed = 0;
        if let Some(merged) = merged {
            spill::clear(self.directory, &merged, self.now)?;
        }
        if seq.is_multiple_of(64) {
            let free = fs2::available_space(self.directory).map_err(Error::io(self.directory))?;
            if free < LOW_SPACE {
                self.warnings.push(Warning::LowSpace(free));
            }
        }
        Ok(Receipt {
            seq: Some(seq),
            unsealed: self.next_seq.saturating_sub(self.mark.sealed),
            sealed_at: self.mark.sealed_at,
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    fn merge_spilled(&mut self) -> Result<Option<spill::Merged>, Error> {
        let Some(batch) = spill::waiting(self.directory)? else { return Ok(None) };
        let mut merged = spill::Merged { paths: Vec::new(), is_partial: batch.is_partial };
        if batch.records.is_empty() {
            return Ok(Some(merged));
        }
        let before = self.recent()?;
        let known = spill::names_in(&before);
        for spill::Waiting { path, record } in batch.records {
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            // A writer killed after the merge and before the removal leaves a file that is in the log already.
            if !known.contains(name.as_bytes()) {
                match record {
                    Ok(mut record) => {
                        record.insert("spill".into(), name.into());
                        self.chain(record)?;
                    }
                    Err(reason) => {
                        self.own_record("audit.spill_unreadable", &json!({"reason": reason, "spill": name}));
                    }
                }
            }
            merged.paths.push(path);
        }
        Ok(Some(merged))
    }

    /// The end of the log as far back as one writer can have merged. Where this writer begins a day, that is in the file
    /// of the day before.
    fn recent(&self) -> Result<Vec<u8>, Error> {
        if self.size > 0 {
            return tail::recent(&self.file, &self.path);
        }
        let today = Day::from_file_name(&self.mark.file);
        let Some(day) = today.map(|day| previous_day(self.directory, day)).transpose()?.flatten() else {
            return Ok(Vec::new());
        };
        let path = day.path(self.directory);
        tail::recent(&guard::open_read(&path)?, &path)
    }

    pub(crate) fn own_record(&mut self, event: &str, fields: &Value) {
        let mut record = fields.as_object().cloned().unwrap_or_default();
        record.insert("event".into(), event.into());
        // The log's own records are short: they cannot be too long for a line.
        self.push_line(record);
    }

    fn chain(&mut self, record: Record) -> Result<(), Error> {
        let before = (self.bytes.len(), self.next_seq, self.head, self.sum);
        let length = self.push_line(record);
        if length > LONGEST_LINE {
            self.bytes.truncate(before.0);
            (self.next_seq, self.head, self.sum) = (before.1, before.2, before.3);
            self.mark.failed += 1;
            return Err(Error::TooLong(length));
        }
        Ok(())
    }

    fn push_line(&mut self, mut record: Record) -> usize {
        record.insert("prev".into(), to_hex(&self.head).into());
        record.insert("seq".into(), self.next_seq.into());
        record.insert("ts".into(), stamp(self.now).into());
        record.insert("v".into(), 1.into());
        let mut line = canonical(&record);
        let length = line.len();
        self.head = digest_once(&line);
        self.sum = quick_sum(&line, &self.head);
        self.next_seq += 1;
        line.push(b'\n');
        if self.bytes.is_empty() {
            self.bytes = line;
        } else {
            self.bytes.append(&mut line);
        }
        length
    }

    /// Forces what was written to the disk.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::io(&self.path))
    }

    /// One write for everything; whatever cannot be written whole is taken back.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let wanted = self.size + self.bytes.len() as u64;
        if guard::file_size_limit().is_some_and(|limit| wanted > limit) {
            self.mark.failed += 1;
            return Err(Error::NoSpace(self.path.clone()));
        }
        let fault = match (&self.file).write(&self.bytes) {
            Ok(count) if count == self.bytes.len() => {
                self.size = wanted;
                self.bytes.clear();
                self.mark.size = wanted;
                self.mark.seq = self.next_seq.saturating_sub(1);
                (self.mark.head, self.mark.sum) = (self.head, self.sum);
                self.mark.at = self.now.timestamp();
                return Ok(());
            }
            Ok(_) => Error::NoSpace(self.path.clone()),
            Err(error) if guard::is_full(&error) => Error::NoSpace(self.path.clone()),
            Err(error) => Error::Io(self.path.clone(), error),
        };
        self.mark.failed += 1;
        self.file.set_len(self.size).map_err(Error::io(&self.path))?;
        Err(fault)
    }
}

/// The newest segment. The mark names it in the usual case, so that the directory need not be listed.
fn newest_segment(directory: &Path, found: Option<&Mark>, today: Day) -> Result<Option<Newest>, Error> {
    let marked = found.and_then(|mark| Day::from_file_name(&mark.file)).filter(|day| *day >= today);
    if let Some(newest) = marked.map(|day| open_segment(directory, day, found)).transpose()?.flatten() {
        return Ok(Some(newest));
    }
    let Some(day) = segment::segments(directory)?.pop() else { return Ok(None) };
    open_segment(directory, day, found)
}

fn open_segment(directory: &Path, day: Day, found: Option<&Mark>) -> Result<Option<Newest>, Error> {
    let path = day.path(directory);
    let Some((file, size)) = guard::open_append_existing(&path)? else { return Ok(None) };
    let tail = tail::read(&file, size, &path, found)?;
    Ok(Some(Newest { day, path, file, tail }))
}

/// Where the chain ends.
#[derive(Default)]
struct End {
    /// The number of the next line. Lines that are no record count too.
    next_seq: u64,
    /// The `prev` of the next line.
    head: Digest,
    /// The last whole record.
    last: Option<Last>,
}

fn chain_end(directory: &Path, newest: Option<&Newest>) -> Result<End, Error> {
    let Some(newest) = newest else { return Ok(End::default()) };
    let mut torn: Vec<Digest> = newest.tail.torn.iter().rev().map(|torn| torn.hash).collect();
    let mut last = newest.tail.last;
    let mut day = newest.day;
    while last.is_none() {
        // Only a crash at the very start of a day gets here.
        let Some(earlier) = previous_day(directory, day)? else { break };
        let path = earlier.path(directory);
        let file = guard::open_read(&path)?;
        let size = file.metadata().map_err(Error::io(&path))?.len();
        let tail = tail::read(&file, size, &path, None)?;
        torn.extend(tail.torn.iter().rev().map(|torn| torn.hash));
        last = tail.last;
        day = earlier;
    }
    let after_last = last.map_or(0, |last| last.seq + 1);
    let head = torn.first().copied().or(last.map(|last| last.hash)).unwrap_or_default();
    Ok(End { next_seq: after_last + torn.len() as u64, head, last })
}

fn previous_day(directory: &Path, day: Day) -> Result<Option<Day>, Error> {
    Ok(segment::segments(directory)?.into_iter().rfind(|earlier| *earlier < day))
}

/// Makes a new segment's name survive a power cut.
fn sync_directory(directory: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        let opened = OpenOptions::new().read(true).open(directory).map_err(Error::io(directory))?;
        opened.sync_all().map_err(Error::io(directory))?;
    }
    Ok(())
}
