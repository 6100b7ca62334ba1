//! One access as the log tells it.

use super::super::log::scan::{in_time, stamps, stored};
use super::super::report::{Field, Row};
use crate::Failure;
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};

/// A call that was made: what it acted on, by whom, with which outcome.
pub(super) struct Access {
    pub(super) ts: String,
    pub(super) user: String,
    pub(super) session: String,
    pub(super) project: String,
    /// `read`, `write`, `execute`, `fetch`, `mcp` ...
    pub(super) operation: String,
    pub(super) what: String,
    pub(super) outcome: String,
    /// Whether it names a path where secrets are kept.
    pub(super) is_sensitive: bool,
}

/// Which accesses are asked for.
pub(super) struct Question<'a> {
    pub(super) since: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    pub(super) user: Option<&'a str>,
    pub(super) project: Option<PathBuf>,
}

/// How many calls of that time were looked at, whether they were such or not.
#[derive(Default)]
pub(super) struct Found {
    pub(super) looked_at: u64,
}

impl Question<'_> {
    pub(super) fn is_about(&self, access: &Access) -> bool {
        self.user.is_none_or(|user| user == access.user)
            && self.project.as_ref().is_none_or(|project| Path::new(&access.project).starts_with(project))
    }

    /// The times as records write them.
    pub(super) fn stamps(&self) -> (Option<String>, Option<String>) {
        stamps(self.bounds())
    }

    fn bounds(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        (Some(self.since), (self.until < DateTime::<Utc>::MAX_UTC).then_some(self.until))
    }
}

/// Shows every call of the log that was made, not only asked for.
pub(super) fn in_log(
    log: &Path,
    question: &Question<'_>,
    visit: &mut dyn FnMut(&Access),
) -> Result<Found, Failure> {
    let mut found = Found::default();
    let stamps = question.stamps();
    stored(log, question.bounds(), b"\"operation\":\"", &mut |line| {
        let Some(row) = Row::read(line).filter(|row| in_time(&row.text(Field::Ts), &stamps)) else {
            return Ok(true);
        };
        if row.raw(Field::Outcome) == b"\"requested\"" {
            return Ok(true);
        }
        let text = |field| row.text(field).into_owned();
        let access = Access {
            ts: text(Field::Ts),
            user: text(Field::User),
            session: text(Field::Session),
            project: text(Field::Project),
            operation: text(Field::Operation),
            what: row.what().into_owned(),
            outcome: text(Field::Outcome),
            is_sensitive: row.has_label("secret_path"),
        };
        found.looked_at += 1;
        if question.is_about(&access) {
            visit(&access);
        }
        Ok(true)
    })?;
    Ok(found)
}
