//! Says what a broken link in one day file looks like. Only a log that does not verify pays for this.

use crate::report::Kind;
use crate::segment::Day;
use crate::{Digest, Lines, digest, header};
use std::collections::HashMap;
use std::path::Path;

struct Entry {
    hash: Digest,
    /// `seq` and `prev`, if the line is a record.
    link: Option<(u64, Digest)>,
}

/// What a broken link looks like: the fault, the first line (from 1) and record concerned, and why.
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) line: u64,
    pub(crate) seq: u64,
    pub(crate) detail: String,
}

/// Looks at the broken link before line `line` (from 1), where record `seq` was due.
pub(crate) fn broken_link(directory: &Path, day: Day, line: u64, seq: u64) -> Verdict {
    let entries = load(directory, &day.file_name());
    let at = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    look(&entries, at).unwrap_or(Verdict {
        kind: Kind::Edited,
        line,
        seq,
        detail: "the chain is broken here".into(),
    })
}

/// The `prev` of a file's first record.
pub(crate) fn first_prev(directory: &Path, file: &str) -> Option<Digest> {
    let mut lines = Lines::open(&directory.join(file), 0).ok()?;
    let line = lines.next_line().ok()??;
    header(line.bytes).map(|found| found.prev)
}

fn load(directory: &Path, file: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Ok(mut lines) = Lines::open(&directory.join(file), 0) else { return entries };
    while let Ok(Some(line)) = lines.next_line() {
        let link = header(line.bytes).map(|found| (found.seq, found.prev));
        entries.push(Entry { hash: digest(line.bytes), link });
    }
    entries
}

fn look(entries: &[Entry], at: usize) -> Option<Verdict> {
    let verdict = |kind: Kind, index: usize, seq: u64, detail: String| {
        Some(Verdict { kind, line: index as u64 + 1, seq, detail })
    };
    let places: HashMap<Digest, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.hash, index)).collect();
    let before = entries.get(at.checked_sub(1)?)?;
    let (seq, prev) = entries.get(at)?.link?;
    let expected = before.link.map_or(seq, |(before, _)| before + 1);

    // Whose predecessor stands later in the file was moved forward.
    let predecessor = places.get(&prev).copied();
    if predecessor.is_some_and(|place| place > at) {
        return verdict(
            Kind::Reordered,
            at,
            expected,
            format!("record {seq} stands before the one it follows"),
        );
    }
    // The chain goes on over this line: some later line follows the one before it.
    let resumes =
        entries.iter().skip(at + 1).position(|entry| entry.link.is_some_and(|(_, prev)| prev == before.hash));
    if let Some(skipped) = resumes {
        return verdict(
            Kind::Inserted,
            at,
            expected,
            format!("{} line(s) the chain does not know", skipped + 1),
        );
    }
    // It follows an earlier line: those between are not of the chain.
    if let Some(place) = predecessor.filter(|place| *place + 1 < at) {
        let count = at - place - 1;
        return verdict(Kind::Inserted, place + 1, seq, format!("{count} line(s) the chain does not know"));
    }
    if seq > expected {
        return verdict(
            Kind::Deleted,
            at,
            expected,
            format!("records {expected} to {} are missing", seq - 1),
        );
    }
    if seq < expected {
        return verdict(Kind::RolledBack, at, seq, format!("numbers from {seq} on are used twice"));
    }
    // Either this line's own link was changed, and then nothing follows it, or the one before it was.
    let next_follows = entries.get(at + 1).and_then(|entry| entry.link).map(|(_, prev)| prev);
    let this = entries.get(at)?.hash;
    if next_follows.is_some_and(|prev| prev != this) {
        return verdict(Kind::Edited, at, seq, format!("record {seq} is not what its successor follows"));
    }
    verdict(
        Kind::Edited,
        at - 1,
        expected - 1,
        format!("record {} is not what its successor follows", expected - 1),
    )
}
