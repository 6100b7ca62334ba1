//! Day segments: their names and their order.

use crate::Error;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The UTC day a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl Day {
    /// The day of this moment.
    pub fn of(now: DateTime<Utc>) -> Day {
        Day(now.date_naive())
    }

    /// The day a segment's file name says, or `None` if the name is not a segment's.
    pub fn from_file_name(name: &str) -> Option<Day> {
        let text = name.strip_suffix(".jsonl")?.as_bytes();
        // By hand: every append reads and writes such a name, and chrono's patterns cost it some microseconds.
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
        let number = |digits: &[&u8]| -> Option<u32> {
            digits.iter().try_fold(0, |sum, digit| {
                digit.is_ascii_digit().then(|| sum * 10 + u32::from(**digit - b'0'))
            })
        };
        let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
        NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?).map(Day)
    }

    /// `YYYY-MM-DD.jsonl`.
    pub fn file_name(self) -> String {
        format!("{:04}-{:02}-{:02}.jsonl", self.0.year(), self.0.month(), self.0.day())
    }

    /// Where the segment stands.
    pub fn path(self, directory: &Path) -> PathBuf {
        directory.join(self.file_name())
    }
}

/// The segments of a log, oldest first. A directory that does not exist holds none.
pub fn segments(directory: &Path) -> Result<Vec<Day>, Error> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Io(directory.to_path_buf(), error)),
    };
    let mut days = Vec::new();
    for entry in entries {
        let name = entry.map_err(Error::io(directory))?.file_name();
        days.extend(name.to_str().and_then(Day::from_file_name));
    }
    days.sort_unstable();
    Ok(days)
}
