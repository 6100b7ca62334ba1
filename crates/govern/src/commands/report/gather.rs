//! The report's data, as one JSON value: what `--format json` prints and what the pages are made of.

use super::super::incident;
use super::super::log::place;
use super::super::log::scan::stamps;
use super::super::time;
use super::figures::Figures;
use super::{agenda, controls, maturity, repository, trail};
use crate::commands::arguments::Arguments;
use crate::{Failure, Io};
use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike as _, Utc};
use hook_core::files;
use ledger::segments;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A report looks back a quarter unless told otherwise.
const QUARTER_DAYS: i64 = 91;

/// An external review counts for so long.
const REVIEW_DAYS: i64 = 400;

/// What a report is about.
pub(in crate::commands) struct Request {
    pub(in crate::commands) root: PathBuf,
    pub(in crate::commands) log: PathBuf,
    pub(in crate::commands) transcripts: PathBuf,
    pub(in crate::commands) since: DateTime<Utc>,
    pub(in crate::commands) until: DateTime<Utc>,
}

impl Request {
    /// The options every report has; `--now` sets the clock, so that the same input gives the same bytes.
    pub(in crate::commands) fn read(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Request, Failure> {
        if let Some(text) = arguments.value("--now") {
            io.now = time::moment(text, io.now)?;
        }
        let folder = |name: &str, default: PathBuf| {
            arguments.value(name).map_or(default, |folder| io.cwd.join(folder))
        };
        // Whole seconds, this one included: what was done a moment ago is in the report.
        let this_second =
            io.now.with_nanosecond(0).and_then(|now| now.checked_add_signed(TimeDelta::seconds(1)));
        let until = match arguments.value("--until") {
            Some(text) => time::moment(text, io.now)?,
            None => this_second.unwrap_or(io.now),
        };
        let since = match arguments.value("--since") {
            Some(text) => time::moment(text, io.now)?,
            None => until.checked_sub_signed(TimeDelta::days(QUARTER_DAYS)).unwrap_or(until),
        };
        if since >= until {
            return Err(Failure::Usage("--since must be before --until".into()));
        }
        Ok(Request {
            root: folder("--repository", io.cwd.clone()),
            log: folder("--dir", io.state.join("log")),
            transcripts: folder("--transcripts", io.home.join(".claude/projects")),
            since,
            until,
        })
    }
}

/// Everything the report says.
pub(in crate::commands) fn gather(request: &Request, io: &mut Io<'_>) -> Result<Value, Failure> {
    let bounds = (Some(request.since), Some(request.until));
    let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let calls = trail::calls(&request.transcripts, &stamps(bounds))?;
    let none = BTreeMap::new();
    let has_log = !segments(&request.log).map_err(place::unreadable)?.is_empty();
    // A log that is not there is reported as such: an empty table would read like "nothing happened".
    let figures = if has_log {
        Figures::of(&request.log, bounds, calls.as_ref().unwrap_or(&none))?
    } else {
        Figures::default()
    };
    let root = &request.root;
    let (since, until) = (stamp(request.since), stamp(request.until));
    let mut data = Map::new();
    let mut put = |key: &str, value: Value| drop(data.insert(key.to_owned(), value));
    put("generated", stamp(io.now).into());
    put("by", format!("govern {}", env!("CARGO_PKG_VERSION")).into());
    put("period", json!({"since": since, "until": until}));
    put("repository", repository_name(root).into());
    put("files", repository::files_of(root)?);
    put("controls", controls::controls(root, io)?);
    put("registry", repository::registry(root, io)?);
    put("findings", repository::findings(root, io)?);
    let users: Vec<String> = figures.users.top(1000).into_iter().map(|(user, _)| user.to_owned()).collect();
    put("charter", repository::charter(root, &users)?);
    put("commits", repository::commits(root, &since, &until));
    put(
        "log",
        if has_log {
            log(&request.log, io)?
        } else {
            json!({"intact": false, "records": 0, "missing": true})
        },
    );
    put("figures", figures.to_json());
    put("changes", json!(figures.changes));
    put("changes_left_out", figures.changes_left_out.into());
    put("coverage", trail::coverage(calls.as_ref(), &figures));
    put("incidents", incident::listed(io, &since, &until)?);
    put("external_review", external_review(root, io)?);
    let mut data = Value::Object(data);
    let level = maturity::maturity(&data);
    insert(&mut data, "maturity", level);
    let (items, roles) = (agenda::agenda(&data), agenda::roles(&data));
    insert(&mut data, "agenda", items);
    insert(&mut data, "roles", roles);
    Ok(data)
}

fn insert(data: &mut Value, key: &str, value: Value) {
    if let Some(fields) = data.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// The folder's name; a whole path would say more of the machine than a report needs.
fn repository_name(root: &Path) -> String {
    root.canonicalize()
        .ok()
        .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_default()
}

fn log(log: &Path, io: &Io<'_>) -> Result<Value, Failure> {
    let (signed, mut value) = trail::verified(log, io)?;
    let shipped = signed.ranges.iter().any(|(_, _, level)| *level == ledger::Level::Witnessed)
        || super::super::log::is_shipped(log, io)?;
    insert(&mut value, "shipped", shipped.into());
    Ok(value)
}

/// The last external review that still counts: its date and by whom.
fn external_review(root: &Path, io: &Io<'_>) -> Result<Value, Failure> {
    let text = files::read_text(&root.join("docs/external-reviews.jsonl"), 1 << 20)?.unwrap_or_default();
    let mut last = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let row: Value = serde_json::from_str(line)
            .map_err(|error| Failure::Usage(format!("docs/external-reviews.jsonl: {error}")))?;
        let field = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(day) = mcp_registry::parse_day(&field("date")) else {
            return Err(Failure::Usage(
                "docs/external-reviews.jsonl: `date` is a day such as 2027-01-31".into(),
            ));
        };
        let age = mcp_registry::days_between(day, mcp_registry::day_of(io.now));
        if (0..=REVIEW_DAYS).contains(&age) && !field("by").is_empty() && !field("report_sha256").is_empty() {
            last = last.max(Some(format!("{} by {}: {}", field("date"), field("by"), field("scope"))));
        }
    }
    Ok(last.into())
}
