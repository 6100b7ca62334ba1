//! Calendar days in UTC: every date in the registry is one, and an approval is good through its last day.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

/// A calendar day, UTC.
pub type Day = NaiveDate;

/// Reads `YYYY-MM-DD`, and nothing else: `2026-7-1`, a time or a zone is no date here.
pub fn parse_day(text: &str) -> Option<Day> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)
}

/// `YYYY-MM-DD`.
pub fn format_day(day: Day) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// The UTC day of an instant.
pub fn day_of(now: DateTime<Utc>) -> Day {
    now.date_naive()
}

/// Days from `from` to `to`; negative when `to` lies before.
pub fn days_between(from: Day, to: Day) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// The same day of the month, `months` later (or the last of that month).
pub fn months_after(day: Day, months: u32) -> Day {
    day.checked_add_months(Months::new(months)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_ten_characters_and_exists() {
        for good in ["2026-01-15", "2024-02-29", "0001-01-01"] {
            assert_eq!(parse_day(good).map(format_day).as_deref(), Some(good));
        }
        for bad in [
            "2026-02-29",
            "2026-1-15",
            "2026-01-15T00:00:00Z",
            "null",
            "",
            "2026/01/15",
            "+026-01-15",
            "２０２６-01-1",
        ] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }
}
