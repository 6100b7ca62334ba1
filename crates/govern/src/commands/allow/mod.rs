//! `govern allow`: lets one finding through, with a reason, an approver and an end, after showing what that matches.

mod list;
mod matching;
mod request;

use std::path::Path;

use chrono::SecondsFormat;
use hook_core::approval::Approval;
use hook_core::{Exception, Excuse, StateDirectory, files};
use serde_json::{Map, Value, json};

use super::Command;
use crate::{Exit, Failure, Io};
pub(in crate::commands) use list::{LastUse, UNUSED_DAYS, last_use};
use request::{Request, Span};

pub(super) const COMMAND: Command = Command {
    name: "allow",
    about: "let one finding through: once, or for a path or a value, with a reason and an end",
    usage: "usage: govern allow HOOK RULE[,RULE] --once CALL --reason TEXT [--minutes N]\n       \
            govern allow HOOK RULE (--path GLOB | --fingerprint TAG) --reason TEXT --approver NAME\n               \
            [--expires YYYY-MM-DD | --days N]\n       \
            govern allow --list | --recent\n\n\
            Shows what it will match, then writes it and puts it on record; --dry-run stops before, --yes asks nothing.\n\n\
            --once CALL        exactly this call (a denial prints the whole command), one time, within the hour\n\
            --path GLOB        findings in or about these files; relative to the project unless it starts with /\n\
            --fingerprint TAG  exactly this value (`govern scan` and the log show it), or with call:... this very call\n\
            --days N           how long an exception lasts; 30 where nothing is said\n\
            --list             every exception and approval: in force, used, unused, expired\n\
            --recent           what was stopped last, each with the command that would let it through\n\n\
            Exceptions go into your own policy (~/.claude/governance/policy.json); a project's policy can only tighten.",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["--list"] => return list::run(io),
        ["--recent"] => return matching::recent(io),
        _ => {}
    }
    let request = Request::read(arguments, io)?;
    match request.span {
        Span::Once { .. } => once(&request, io),
        Span::Until(_) => lasting(&request, io),
    }
}

/// One call, one time.
fn once(request: &Request<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Span::Once { call, expires } = &request.span else { return Err(COMMAND.wrong("--once is missing")) };
    let approval = Approval {
        hook: request.hook.into(),
        rules: request.rules.iter().map(|rule| (*rule).to_string()).collect(),
        call: (*call).to_string(),
        reason: request.reason.into(),
        approver: request.approver.clone(),
        expires: *expires,
        made: io.now.timestamp_nanos_opt().unwrap_or_default(),
    };
    matching::show_call(request.hook, call, io)?;
    writeln!(
        io.out,
        "This lets that call pass {} ({}) one time, until {}.",
        request.hook,
        request.rules.join(", "),
        expires.to_rfc3339_opts(SecondsFormat::Secs, true)
    )?;
    if !request.confirmed(io)? {
        return Ok(request.stopped());
    }
    let state = StateDirectory::new(&io.state);
    list::collect(&state, io.now)?;
    approval.write(&state)?;
    log(request, call, &expires.to_rfc3339_opts(SecondsFormat::Secs, true), io)?;
    writeln!(io.out, "Done. Now the same call can be made again.")?;
    Ok(Exit::Clean)
}

/// A path or a value, until a day.
fn lasting(request: &Request<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let file = io.home.join(".claude/governance/policy.json");
    let mut policy = read(&file)?;
    let row = request.to_json();
    // Through the same reader the hooks use: what cannot be honoured is not written.
    let exception = Exception::from_json(&row).map_err(|problem| COMMAND.wrong(&problem))?;
    if exception.is_expired(io.now.date_naive()) {
        let problem = format!("{} is in the past; nothing would be let through", exception.expires);
        return Err(COMMAND.wrong(&problem));
    }
    matching::show(request, io)?;
    writeln!(
        io.out,
        "This lets {} pass {} for {}, through {}.",
        exception.rule,
        request.hook,
        exception.scope_text(),
        exception.expires
    )?;
    if !request.confirmed(io)? {
        return Ok(request.stopped());
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
    // From this day on it counts as unused, until a hook writes the day it used it.
    let marker = Excuse::of_exception(&exception).use_marker(request.hook);
    StateDirectory::new(&io.state).write(&marker, format!("made {}", io.now.date_naive()).as_bytes())?;
    log(request, &exception.scope_text(), &exception.expires.to_string(), io)?;
    writeln!(io.out, "Written to {}.", file.display())?;
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
fn log(request: &Request<'_>, scope: &str, expires: &str, io: &Io<'_>) -> Result<(), Failure> {
    let mut record = Map::new();
    let once = matches!(request.span, Span::Once { .. });
    record.insert("type".into(), if once { "approval" } else { "exception" }.into());
    record.insert("user".into(), io.user.clone().into());
    record.insert("hook".into(), request.hook.into());
    record.insert("rule".into(), request.rules.join(",").into());
    record.insert("scope".into(), scope.into());
    record.insert("approver".into(), request.approver.clone().into());
    record.insert("reason".into(), request.reason.into());
    record.insert("expires".into(), expires.into());
    ledger::append(&io.state.join("log"), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}; run `govern log verify`")))
}
