//! `govern allow`: writes one exception, with a reason, an approver and an end, after saying what it will let through.

use std::path::Path;

use chrono::{Days, NaiveDate};
use hook_core::{Exception, files};
use serde_json::{Map, Value, json};

use super::Command;
use crate::registry::{self, REGISTRY};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "allow",
    about: "let one finding through: for a path or one value, with a reason and an end",
    usage: "usage: govern allow HOOK RULE (--path GLOB | --fingerprint TAG) --reason TEXT --approver NAME\n       \
            [--expires YYYY-MM-DD | --days N] [--dry-run]\n       govern allow --list\n\n\
            The exception goes into your own policy (~/.claude/governance/policy.json); a project's policy can only\n\
            tighten. Without --expires it ends in 30 days.",
    run,
};

/// How long an exception lasts where nobody says.
const DEFAULT_DAYS: u64 = 30;

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let file = io.home.join(".claude/governance/policy.json");
    let mut policy = read(&file)?;
    if arguments == ["--list"] {
        return list(&policy, io);
    }
    let request = Request::read(arguments, io.now.date_naive())?;
    let row = request.to_json();
    // Through the same reader the hooks use: what cannot be honoured is not written.
    let exception = Exception::from_json(&row).map_err(Failure::Usage)?;
    if exception.is_expired(io.now.date_naive()) {
        return Err(Failure::Usage(format!(
            "{} is in the past; nothing would be let through",
            exception.expires
        )));
    }
    writeln!(
        io.out,
        "This lets {} pass {} where {}, through {}.",
        request.rule,
        request.hook,
        request.scope_in_words(),
        exception.expires
    )?;
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    let exceptions = policy.entry("exceptions").or_insert_with(|| json!([]));
    let Some(exceptions) = exceptions.as_array_mut() else {
        return Err(Failure::Usage(format!("{}: `exceptions` is not a list; mend it first", file.display())));
    };
    if exceptions.contains(&row) {
        writeln!(io.out, "It is in {} already.", file.display())?;
        return Ok(Exit::Clean);
    }
    exceptions.push(row);
    write(&file, &policy)?;
    log(&request, &exception, io)?;
    writeln!(io.out, "Written to {}.", file.display())?;
    Ok(Exit::Clean)
}

struct Request<'a> {
    hook: &'a str,
    rule: &'a str,
    path: Option<&'a str>,
    fingerprint: Option<&'a str>,
    reason: &'a str,
    approver: &'a str,
    expires: String,
    dry_run: bool,
}

impl<'a> Request<'a> {
    fn read(arguments: &[&'a str], today: NaiveDate) -> Result<Self, Failure> {
        let usage = |problem: &str| Failure::Usage(format!("{problem}\n{}", COMMAND.usage));
        let [hook, rule, rest @ ..] = arguments else {
            return Err(usage("a hook and a rule are needed"));
        };
        let mut request = Self {
            hook,
            rule,
            path: None,
            fingerprint: None,
            reason: "",
            approver: "",
            expires: after(today, DEFAULT_DAYS)?,
            dry_run: false,
        };
        let mut rest = rest;
        loop {
            rest = match rest {
                [] => break,
                ["--dry-run", rest @ ..] => {
                    request.dry_run = true;
                    rest
                }
                [option, value, rest @ ..] => {
                    match *option {
                        "--path" => request.path = Some(value),
                        "--fingerprint" => request.fingerprint = Some(value),
                        "--reason" => request.reason = value,
                        "--approver" => request.approver = value,
                        "--expires" => request.expires = (*value).to_string(),
                        "--days" => {
                            let days = value.parse().map_err(|_| usage("--days takes a whole number"))?;
                            request.expires = after(today, days)?;
                        }
                        _ => return Err(usage(&format!("unexpected `{option}`"))),
                    }
                    rest
                }
                [option] => return Err(usage(&format!("`{option}` needs a value"))),
            };
        }
        request.known()?;
        Ok(request)
    }

    /// The hook and the rule must exist: an exception that can never count helps nobody.
    fn known(&self) -> Result<(), Failure> {
        let Some(registered) = REGISTRY.iter().find(|row| row.hook.name == self.hook) else {
            let names: Vec<_> = registry::REGISTRY.iter().map(|row| row.hook.name).collect();
            return Err(Failure::Usage(format!("no hook `{}`; there are {}", self.hook, names.join(", "))));
        };
        let rules = (registered.rules)();
        if rules.is_empty() || rules.contains(&self.rule) {
            return Ok(());
        }
        Err(Failure::Usage(format!("{} has no rule `{}`; its denial names the rule", self.hook, self.rule)))
    }

    fn to_json(&self) -> Value {
        let mut scope = Map::new();
        for (key, value) in [("path", self.path), ("fingerprint", self.fingerprint)] {
            if let Some(value) = value {
                scope.insert(key.into(), value.into());
            }
        }
        json!({ "hook": self.hook, "rule": self.rule, "scope": scope, "reason": self.reason,
                "approver": self.approver, "expires": self.expires })
    }

    fn scope_in_words(&self) -> String {
        match (self.path, self.fingerprint) {
            (Some(path), _) => format!("the file matches {path}"),
            (None, Some(fingerprint)) => format!("the value is the one tagged {fingerprint}"),
            (None, None) => "nothing is named".into(),
        }
    }
}

fn after(today: NaiveDate, days: u64) -> Result<String, Failure> {
    let day = today.checked_add_days(Days::new(days));
    day.map(|day| day.to_string()).ok_or_else(|| Failure::Usage(format!("{days} days is too long")))
}

fn list(policy: &Map<String, Value>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let rows = policy.get("exceptions").and_then(Value::as_array).cloned().unwrap_or_default();
    for row in &rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-");
        let today = io.now.date_naive();
        let expired = Exception::from_json(row)
            .map_or(" (not valid)", |exception| if exception.is_expired(today) { " (expired)" } else { "" });
        let scope = row.get("scope").map(ToString::to_string).unwrap_or_default();
        writeln!(
            io.out,
            "{} {} {scope} until {}{expired}: {} (approved by {})",
            text("hook"),
            text("rule"),
            text("expires"),
            text("reason"),
            text("approver")
        )?;
    }
    writeln!(io.out, "{} exceptions", rows.len())?;
    Ok(Exit::Clean)
}

fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let Some(bytes) = files::read_bounded(file, hook_core::policy::MAX_POLICY_BYTES)? else {
        return Ok(Map::new());
    };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Failure::Usage(format!("{}: not a JSON object; mend it first", file.display()))),
        Err(error) => Err(Failure::Usage(format!("{}: not JSON: {error}; mend it first", file.display()))),
    }
}

fn write(file: &Path, policy: &Map<String, Value>) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = format!("{:#}\n", Value::Object(policy.clone()));
    Ok(files::write_atomic(file, text.as_bytes(), 0o600)?)
}

/// Who let what through is on record.
fn log(request: &Request<'_>, exception: &Exception, io: &Io<'_>) -> Result<(), Failure> {
    let mut record = Map::new();
    record.insert("type".into(), "exception".into());
    record.insert("user".into(), io.user.clone().into());
    record.insert("hook".into(), request.hook.into());
    record.insert("rule".into(), request.rule.into());
    record.insert("approver".into(), request.approver.into());
    record.insert("reason".into(), request.reason.into());
    record.insert("expires".into(), exception.expires.to_string().into());
    ledger::append(&io.state.join("log"), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
}
