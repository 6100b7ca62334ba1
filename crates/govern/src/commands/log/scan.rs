//! Finds records: whole days are skipped by name, lines by a literal; only what is left is parsed.

use crate::Failure;
use chrono::{DateTime, SecondsFormat, Utc};
use ledger::{Day, Record};
use memchr::{memchr, memmem, memrchr};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How much of a file is looked at at once, in bytes.
const WINDOW: usize = 4 << 20;

/// What to look for.
pub(in crate::commands) struct Filter<'a> {
    pub(in crate::commands) since: Option<DateTime<Utc>>,
    pub(in crate::commands) until: Option<DateTime<Utc>>,
    /// Texts that must stand in the stored line; the rarest first, since it is what the file is searched for.
    pub(in crate::commands) needles: Vec<Vec<u8>>,
    /// The whole question.
    pub(in crate::commands) wanted: &'a dyn Fn(&Record) -> bool,
}

/// Takes a record that fits and its stored line; answers whether to go on.
type Visit<'v> = dyn FnMut(Record, &[u8]) -> Result<bool, Failure> + 'v;

/// Calls `visit` with each record that fits, oldest first.
pub(in crate::commands) fn scan(
    log: &Path,
    filter: &Filter<'_>,
    visit: &mut Visit<'_>,
) -> Result<(), Failure> {
    let bounds = (filter.since, filter.until);
    let stamps = stamps(bounds);
    stored(log, bounds, filter.needles.first().map(Vec::as_slice).unwrap_or_default(), &mut |line| {
        let rest = filter.needles.get(1..).unwrap_or_default();
        if rest.iter().any(|needle| memmem::find(line, needle).is_none()) {
            return Ok(true);
        }
        // A torn line is no record; `verify` speaks of it.
        let Ok(record) = serde_json::from_slice::<Record>(line) else { return Ok(true) };
        let ts = record.get("ts").and_then(|ts| ts.as_str()).unwrap_or_default();
        if in_time(ts, &stamps) && (filter.wanted)(&record) { visit(record, line) } else { Ok(true) }
    })
}

/// Two moments between which a record's time lies: from the first on, before the second.
pub(in crate::commands) type Bounds = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Calls `visit` with each stored line that holds `needle`, of every day file that may hold records of that time, oldest
/// first, until it answers that this is enough. The line's own time is not looked at.
pub(in crate::commands) fn stored(
    log: &Path,
    bounds: Bounds,
    needle: &[u8],
    visit: &mut dyn FnMut(&[u8]) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    for day in ledger::segments(log).map_err(super::place::unreadable)? {
        if !may_hold(day, bounds) {
            continue;
        }
        let path = day.path(log);
        let failed = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
        #[expect(clippy::disallowed_methods, reason = "a day file has no bound; it is read window by window")]
        let mut file = File::open(&path).map_err(failed)?;
        if !each_line(&mut file, needle, visit, &failed)? {
            return Ok(());
        }
    }
    Ok(())
}

/// The bounds as records write them.
pub(in crate::commands) fn stamps(bounds: Bounds) -> (Option<String>, Option<String>) {
    let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    (bounds.0.map(stamp), bounds.1.map(stamp))
}

/// A record may stand in the file of the day after its own, when the clock was set back, so one day is added.
fn may_hold(day: Day, (since, until): Bounds) -> bool {
    let (since, until) = (since.map(|time| time.date_naive()), until.map(|time| time.date_naive()));
    since.is_none_or(|since| day.0 >= since)
        && until.is_none_or(|until| day.0.pred_opt().is_none_or(|before| before <= until))
}

/// Whether a record of this time lies between the stamps.
pub(in crate::commands) fn in_time(ts: &str, stamps: &(Option<String>, Option<String>)) -> bool {
    stamps.0.as_deref().is_none_or(|since| ts >= since) && stamps.1.as_deref().is_none_or(|until| ts < until)
}

/// Calls `visit` with each whole line that holds `needle`; gives whether to go on with the next file.
fn each_line(
    file: &mut File,
    needle: &[u8],
    visit: &mut dyn FnMut(&[u8]) -> Result<bool, Failure>,
    failed: &dyn Fn(std::io::Error) -> Failure,
) -> Result<bool, Failure> {
    let finder = memmem::Finder::new(needle);
    let mut buffer: Vec<u8> = Vec::with_capacity(WINDOW + 65_536);
    loop {
        let before = buffer.len();
        file.by_ref().take(WINDOW as u64).read_to_end(&mut buffer).map_err(failed)?;
        let ended = buffer.len() == before;
        let whole = if ended { buffer.len() } else { memrchr(b'\n', &buffer).map_or(0, |at| at + 1) };
        let mut at = 0;
        while let Some(found) = buffer.get(at..whole).and_then(|text| finder.find(text)) {
            let hit = at + found;
            let start =
                memrchr(b'\n', buffer.get(..hit).unwrap_or_default()).map_or(0, |line_feed| line_feed + 1);
            let end = memchr(b'\n', buffer.get(hit..whole).unwrap_or_default())
                .map_or(whole, |length| hit + length);
            if end > start && !visit(buffer.get(start..end).unwrap_or_default())? {
                return Ok(false);
            }
            at = end + 1;
            if at >= whole {
                break;
            }
        }
        if ended {
            return Ok(true);
        }
        buffer.drain(..whole);
    }
}

/// The text as it stands inside a stored line, between quotes.
pub(in crate::commands) fn as_stored(text: &str) -> Vec<u8> {
    let mut record = Record::new();
    record.insert(String::new(), text.into());
    let line = ledger::canonical(&record);
    // `{"":"text"}`
    line.get(5..line.len().saturating_sub(2)).unwrap_or_default().to_vec()
}
