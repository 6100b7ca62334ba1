//! Moments and spans as people write them: `30d`, `12h`, `2026-10-01`, `2026-10-01T12:00:00Z`.

use crate::Failure;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A moment: a day or time as it stands, or a span before `now`.
pub(super) fn moment(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
    if let Ok(time) = text.parse::<DateTime<Utc>>() {
        return Ok(time);
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let before = span(text)?;
    now.checked_sub_signed(before).ok_or_else(|| wrong(text))
}

/// A span: a number and `m`, `h`, `d`, `w` or `y` (of 365 days).
pub(super) fn span(text: &str) -> Result<TimeDelta, Failure> {
    let unit = text.chars().last().ok_or_else(|| wrong(text))?;
    let number =
        text.strip_suffix(unit).and_then(|digits| digits.parse::<i64>().ok()).filter(|number| *number >= 0);
    let number = number.ok_or_else(|| wrong(text))?;
    let length = match unit {
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        'w' => TimeDelta::try_weeks(number),
        'y' => number.checked_mul(365).and_then(TimeDelta::try_days),
        _ => None,
    };
    length.ok_or_else(|| wrong(text))
}

fn wrong(text: &str) -> Failure {
    Failure::Usage(format!("`{text}` is no time; write 30d, 12h, 2026-10-01 or 2026-10-01T12:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_spans() {
        let now: DateTime<Utc> = "2026-10-31T12:00:00Z".parse().expect("a time");
        let read = |text: &str| moment(text, now).map(|time| time.to_rfc3339()).ok();
        assert_eq!(read("30d").as_deref(), Some("2026-10-01T12:00:00+00:00"));
        assert_eq!(read("90m").as_deref(), Some("2026-10-31T10:30:00+00:00"));
        assert_eq!(read("2026-10-01").as_deref(), Some("2026-10-01T00:00:00+00:00"));
        assert_eq!(read("2026-10-01T02:00:00+02:00").as_deref(), Some("2026-10-01T00:00:00+00:00"));
        for wrong in ["", "d", "-3d", "3x", "yesterday", "99999999999999999d"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
