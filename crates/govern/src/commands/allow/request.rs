//! The command line of `govern allow`, checked: an exception that can never count helps nobody.

use std::io::{BufRead, BufReader};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use hook_core::approval::TAG_PREFIX;
use hook_core::policy::{LayerKind, Setting, load, places};
use serde_json::{Map, Value, json};

use super::COMMAND;
use crate::registry::{REGISTRY, Registered};
use crate::{Exit, Failure, Io};

/// How long an exception lasts where nobody says, in days.
const DEFAULT_DAYS: u64 = 30;

/// How long a one-time approval may wait for its call, in minutes, and how long at most.
const DEFAULT_MINUTES: i64 = 60;
const MOST_MINUTES: i64 = 24 * 60;

pub(super) struct Request<'a> {
    pub(super) hook: &'a str,
    pub(super) rules: Vec<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) fingerprint: Option<&'a str>,
    pub(super) reason: &'a str,
    pub(super) approver: String,
    pub(super) span: Span<'a>,
    dry_run: bool,
    yes: bool,
}

/// How long it holds.
pub(super) enum Span<'a> {
    Once { call: &'a str, expires: DateTime<Utc> },
    Until(String),
}

/// The options as they stand on the command line.
#[derive(Default)]
struct Options<'a> {
    path: Option<&'a str>,
    fingerprint: Option<&'a str>,
    once: Option<&'a str>,
    reason: &'a str,
    approver: &'a str,
    expires: Option<&'a str>,
    days: Option<&'a str>,
    minutes: Option<&'a str>,
    dry_run: bool,
    yes: bool,
}

impl<'a> Options<'a> {
    fn read(arguments: &[&'a str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            match *option {
                "--dry-run" => options.dry_run = true,
                "--yes" => options.yes = true,
                _ => {
                    let value =
                        *rest.next().ok_or_else(|| COMMAND.wrong(&format!("`{option}` needs a value")))?;
                    match *option {
                        "--path" => options.path = Some(value),
                        "--fingerprint" => options.fingerprint = Some(value),
                        "--once" => options.once = Some(value),
                        "--reason" => options.reason = value,
                        "--approver" => options.approver = value,
                        "--expires" => options.expires = Some(value),
                        "--days" => options.days = Some(value),
                        "--minutes" => options.minutes = Some(value),
                        _ => return Err(COMMAND.wrong(&format!("unexpected `{option}`"))),
                    }
                }
            }
        }
        Ok(options)
    }

    fn span(&self, now: DateTime<Utc>) -> Result<Span<'a>, Failure> {
        let number = |text: &str, option: &str| {
            text.parse::<u32>().map_err(|_| COMMAND.wrong(&format!("{option} takes a whole number")))
        };
        let Some(call) = self.once else {
            let days = self.days.map_or(Ok(DEFAULT_DAYS), |days| number(days, "--days").map(u64::from))?;
            let until = self.expires.map_or_else(|| after(now.date_naive(), days), |day| Ok(day.to_string()));
            return Ok(Span::Until(until?));
        };
        if !call.starts_with(TAG_PREFIX) {
            return Err(
                COMMAND.wrong(&format!("--once takes a call's tag ({TAG_PREFIX}...), as a denial prints it"))
            );
        }
        let minutes =
            self.minutes.map_or(Ok(DEFAULT_MINUTES), |text| number(text, "--minutes").map(i64::from))?;
        if !(1..=MOST_MINUTES).contains(&minutes) {
            return Err(COMMAND.wrong(&format!("--minutes is from 1 to {MOST_MINUTES}")));
        }
        Ok(Span::Once { call, expires: now + TimeDelta::minutes(minutes) })
    }
}

impl<'a> Request<'a> {
    pub(super) fn read(arguments: &[&'a str], io: &Io<'_>) -> Result<Self, Failure> {
        if let Some(option) = arguments.iter().take(2).find(|argument| argument.starts_with("--")) {
            return Err(COMMAND.wrong(&format!("unexpected `{option}`: a hook and a rule come first")));
        }
        let [hook, rules, rest @ ..] = arguments else {
            return Err(COMMAND.wrong("a hook and a rule are needed"));
        };
        let options = Options::read(rest)?;
        let span = options.span(io.now)?;
        let once = matches!(span, Span::Once { .. });
        // Whoever approves a call once sits there; a lasting exception has somebody answer for it by name.
        let approver = if options.approver.is_empty() && once { &io.user } else { options.approver };
        let request = Self {
            hook,
            rules: rules.split(',').collect(),
            path: options.path,
            fingerprint: options.fingerprint,
            reason: options.reason,
            approver: approver.to_string(),
            span,
            dry_run: options.dry_run,
            yes: options.yes,
        };
        if request.reason.trim().is_empty() || request.reason == "WHY" {
            return Err(COMMAND.wrong("--reason says why, for whoever reads the log"));
        }
        if once && (request.path.is_some() || request.fingerprint.is_some()) {
            return Err(COMMAND.wrong("--once names its call; it takes no --path and no --fingerprint"));
        }
        if !once && request.rules.len() > 1 {
            return Err(COMMAND.wrong("an exception is for one rule"));
        }
        request.known(io)?;
        Ok(request)
    }

    /// The hook and the rules must exist, and the company must honour exceptions of the user's own.
    fn known(&self, io: &Io<'_>) -> Result<(), Failure> {
        let Some(registered) = REGISTRY.iter().find(|row| row.hook.name == self.hook) else {
            let names: Vec<_> = REGISTRY.iter().map(|row| row.hook.name).collect();
            return Err(COMMAND.wrong(&format!("no hook `{}`; there are {}", self.hook, names.join(", "))));
        };
        let (known, honoured) = facts(registered, io)?;
        if !honoured {
            return Err(Failure::Usage(format!(
                "{}: `user_exceptions` is false, so exceptions of your own do not count; ask whoever manages it",
                io.managed.join("governance.json").display()
            )));
        }
        match self.rules.iter().find(|rule| !known.iter().any(|known| known == *rule)) {
            Some(unknown) => {
                Err(COMMAND
                    .wrong(&format!("{} has no rule `{unknown}`; its denial names the rule", self.hook)))
            }
            None => Ok(()),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut scope = Map::new();
        for (key, value) in [("path", self.path), ("fingerprint", self.fingerprint)] {
            if let Some(value) = value {
                scope.insert(key.into(), value.into());
            }
        }
        let expires = match &self.span {
            Span::Until(day) => day.as_str(),
            Span::Once { .. } => "",
        };
        json!({ "hook": self.hook, "rule": self.rules.join(","), "scope": scope, "reason": self.reason,
                "approver": self.approver, "expires": expires })
    }

    /// Whether it is to be written: a person at a terminal is asked.
    pub(super) fn confirmed(&self, io: &mut Io<'_>) -> Result<bool, Failure> {
        if self.dry_run {
            writeln!(io.out, "Dry run: nothing was written.")?;
            return Ok(false);
        }
        if self.yes || !io.terminal {
            return Ok(true);
        }
        write!(io.out, "Write it? [y/N] ")?;
        io.out.flush()?;
        let mut answer = String::new();
        BufReader::new(&mut io.input).read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// How a request that was not written ends.
    pub(super) fn stopped(&self) -> Exit {
        if self.dry_run { Exit::Clean } else { Exit::Findings }
    }
}

/// The rules a hook has, those of the company included, and whether the user's exceptions count.
fn facts(registered: &Registered, io: &Io<'_>) -> Result<(Vec<String>, bool), Failure> {
    let mut rules: Vec<String> = (registered.rules)().into_iter().map(str::to_string).collect();
    let mut honoured = true;
    for (kind, file) in places(&io.home, Some(&io.cwd), &io.managed) {
        let layer = load(kind, &file, registered.hook).map_err(|error| Failure::Usage(error.to_string()))?;
        let Some(layer) = layer else { continue };
        if kind == LayerKind::Managed {
            honoured = layer.user_exceptions.unwrap_or(true);
        }
        for (_, setting) in &layer.settings {
            let Setting::List(items) = setting else { continue };
            rules.extend(items.iter().filter_map(|item| Some(item.get("id")?.as_str()?.to_string())));
        }
    }
    Ok((rules, honoured))
}

fn after(today: NaiveDate, days: u64) -> Result<String, Failure> {
    let day = today.checked_add_days(Days::new(days));
    day.map(|day| day.to_string()).ok_or_else(|| COMMAND.wrong(&format!("{days} days is too long")))
}
