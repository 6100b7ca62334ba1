//! An exception: who lets what through, where, why and until when. None counts without all five.

use std::path::Path;

use chrono::NaiveDate;
use globset::GlobBuilder;
use serde_json::{Map, Value};

/// What a finding is about, to be held against exceptions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The file the finding is in or about, absolute where it is known.
    pub path: Option<&'a str>,
    /// The finding's fingerprint.
    pub fingerprint: Option<&'a str>,
}

/// One exception of a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub hook: String,
    pub rule: String,
    pub target: Target,
    pub reason: String,
    pub approver: String,
    /// Valid through this day, UTC.
    pub expires: NaiveDate,
}

/// What an exception covers: a path glob, or exactly one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Path(String),
    Fingerprint(String),
}

impl Exception {
    /// Reads one row of `exceptions`; the error says what is missing.
    pub fn from_json(row: &Value) -> Result<Self, String> {
        let Some(fields) = row.as_object() else {
            return Err(
                "an exception is an object with hook, rule, scope, reason, approver and expires".into()
            );
        };
        if let Some(unknown) = fields.keys().find(|key| !EXCEPTION_KEYS.contains(&key.as_str())) {
            return Err(format!("unknown key `{unknown}` in an exception"));
        }
        let expires = required(fields, "expires")?;
        let expires = NaiveDate::parse_from_str(&expires, "%Y-%m-%d")
            .map_err(|_| format!("`expires` is `{expires}`, not a day such as 2027-01-31"))?;
        Ok(Self {
            hook: required(fields, "hook")?,
            rule: required(fields, "rule")?,
            target: target(fields.get("scope"))?,
            reason: required(fields, "reason")?,
            approver: required(fields, "approver")?,
            expires,
        })
    }

    pub fn is_expired(&self, today: NaiveDate) -> bool {
        today > self.expires
    }

    /// Whether it names a fingerprint and this is the one of the call itself. Expiry is the caller's question.
    pub(crate) fn covers_call(&self, rule: &str, call: &str) -> bool {
        self.rule == rule && self.target == Target::Fingerprint(call.into())
    }

    /// What it covers, as `govern allow` takes it.
    pub fn scope_text(&self) -> String {
        match &self.target {
            Target::Path(glob) => format!("path {glob}"),
            Target::Fingerprint(value) => format!("fingerprint {value}"),
        }
    }

    /// Whether this exception covers a finding of `rule` with this scope. Expiry is the caller's question.
    pub fn covers(&self, rule: &str, scope: &Scope<'_>, project: &Path) -> bool {
        if self.rule != rule {
            return false;
        }
        match &self.target {
            Target::Fingerprint(wanted) => scope.fingerprint == Some(wanted.as_str()),
            Target::Path(glob) => scope.path.is_some_and(|path| path_matches(glob, path, project)),
        }
    }
}

/// The five things no exception is honoured without, and the hook it is for.
const EXCEPTION_KEYS: &[&str] = &["hook", "rule", "scope", "reason", "approver", "expires"];

fn required(fields: &Map<String, Value>, key: &str) -> Result<String, String> {
    match fields.get(key).and_then(Value::as_str).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_string()),
        _ => Err(format!("an exception needs `{key}`, a text that is not empty")),
    }
}

fn target(scope: Option<&Value>) -> Result<Target, String> {
    let text = |key: &str| scope.and_then(|scope| scope.get(key)).and_then(Value::as_str);
    match (text("path"), text("fingerprint")) {
        (Some(glob), None) if !glob.is_empty() => {
            GlobBuilder::new(glob)
                .literal_separator(true)
                .build()
                .map_err(|error| format!("scope.path: {error}"))?;
            Ok(Target::Path(glob.into()))
        }
        (None, Some(value)) if !value.is_empty() => Ok(Target::Fingerprint(value.into())),
        _ => Err("an exception needs `scope` with either `path` (a glob) or `fingerprint`".into()),
    }
}

/// A glob that starts with `/` is absolute; any other is relative to the project.
fn path_matches(glob: &str, path: &str, project: &Path) -> bool {
    let Ok(glob_value) = GlobBuilder::new(glob).literal_separator(true).build() else {
        return false;
    };
    let whole = Path::new(path);
    let subject = if glob.starts_with('/') { whole } else { whole.strip_prefix(project).unwrap_or(whole) };
    glob_value.compile_matcher().is_match(subject)
}

/// What let a finding through, as it goes on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excuse {
    pub rule: String,
    /// Where it holds: `path src/**`, `fingerprint 9f...`, or `call call:3a...` for a one-time approval.
    pub scope: String,
    pub reason: String,
    pub approver: String,
    /// A day for an exception, a moment for an approval.
    pub expires: String,
    /// Whether it was used up by this.
    pub once: bool,
}

impl Excuse {
    /// The state file that holds the day this exception was last used.
    pub fn use_marker(&self, hook: &str) -> String {
        crate::state::marker("exceptions", &[hook, &self.rule, &self.scope, &self.expires])
    }

    pub fn of_exception(exception: &Exception) -> Self {
        Self {
            rule: exception.rule.clone(),
            scope: exception.scope_text(),
            reason: exception.reason.clone(),
            approver: exception.approver.clone(),
            expires: exception.expires.to_string(),
            once: false,
        }
    }
}
