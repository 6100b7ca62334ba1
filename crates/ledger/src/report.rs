//! What verification found: the segments, the counts, and each thing that does not fit.

use crate::{Digest, segment::Day};
use std::fmt;

/// What a fault looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A record's bytes were changed after it was written.
    Edited,
    /// Records are missing from the middle.
    Deleted,
    /// Records were put in afterwards.
    Inserted,
    /// Records stand in another order than they were written in.
    Reordered,
    /// Records are missing from the end.
    Truncated,
    /// A day file is missing.
    DayRemoved,
    /// A day file holds another day.
    DaySwapped,
    /// An unreadable line that no cut-off writer left, or whose recovery is not recorded as it must be.
    TornForged,
    /// Two histories: numbers are used again, as after the return of an old copy of the log.
    RolledBack,
    /// The clock was set back.
    ClockBack,
    /// A checkpoint does not belong to this log or is not signed by the key of its time.
    Checkpoint,
    /// The past was signed again, with a key that was not its own.
    Resigned,
    /// The checkpoint that closed an epoch is missing: records may have been taken out between two keys.
    EmptyEpoch,
    /// A file cannot be read.
    Unreadable,
}

impl Kind {
    /// The fault in words.
    pub fn looks_like(self) -> &'static str {
        match self {
            Kind::Edited => "edit of a record",
            Kind::Deleted => "deletion of records",
            Kind::Inserted => "insertion of records",
            Kind::Reordered => "reordering of records",
            Kind::Truncated => "truncation of the tail",
            Kind::DayRemoved => "removal of a day file",
            Kind::DaySwapped => "swap of day files",
            Kind::TornForged => "forged torn line",
            Kind::RolledBack => "return of an older copy (rollback or fork)",
            Kind::ClockBack => "clock set back",
            Kind::Checkpoint => "checkpoint that does not fit",
            Kind::Resigned => "re-signing of the past",
            Kind::EmptyEpoch => "empty-epoch splice",
            Kind::Unreadable => "unreadable file",
        }
    }
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    /// The segment it is in.
    pub file: String,
    /// The line in that file, from 1; 0 if it is about the file as a whole.
    pub line: u64,
    /// The number of the first record concerned.
    pub seq: u64,
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if self.line > 0 {
            write!(out, " line {}", self.line)?;
        }
        write!(out, ", record {}: looks like {}: {}", self.seq, self.kind.looks_like(), self.detail)
    }
}

/// One day file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub day: Day,
    pub first_seq: u64,
    /// Lines, torn ones counted.
    pub lines: u64,
    pub bytes: u64,
    pub first_ts: String,
    pub last_ts: String,
}

/// What verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub segments: Vec<Segment>,
    /// Whole records, the log's own included.
    pub records: u64,
    /// Lines a cut-off writer left, sealed and acknowledged.
    pub torn: u64,
    /// Records that were put aside first and merged later.
    pub spilled: u64,
    /// Records that are still put aside and not in the chain yet.
    pub waiting: u64,
    /// The number of the first line that is there; more than 0 after pruning.
    pub first_seq: u64,
    /// The number the next line will have.
    pub next_seq: u64,
    /// The hash of the last line.
    pub head: Digest,
    pub problems: Vec<Problem>,
    /// What a reader should know although it is no fault.
    pub notices: Vec<String>,
}

impl Report {
    /// Whether nothing was found wrong.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}
