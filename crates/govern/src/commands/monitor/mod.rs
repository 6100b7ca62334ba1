//! `govern monitor`: the monitoring questions of a compliance review, answered by the time of each record.

mod access;
mod transcript;

use super::Command;
use super::arguments::Arguments;
use super::log::query::{csv_cell, shown};
use super::time;
use super::verb::{Verb, dispatch};
use crate::{Exit, Failure, Io};
use access::{Access, Found, Question};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const COMMAND: Command = Command {
    name: "monitor",
    about: "which files were read, which secrets were touched, which commands ran",
    usage: "usage: govern monitor VERB [OPTION]...; `govern monitor` lists the verbs, `govern monitor VERB --help` their options",
    run,
};

#[rustfmt::skip] // One row a line, so that two new verbs never meet in one.
pub(super) const VERBS: &[Verb] = &[
    Verb { name: "files", about: "each file Claude read or wrote in the last 30 days, how often, last when, by whom", options: OPTIONS, run: files },
    Verb { name: "sensitive", about: "each access to a path where secrets are kept, in the last 30 days", options: OPTIONS, run: sensitive },
    Verb { name: "commands", about: "each shell command of the last 7 days", options: OPTIONS, run: commands },
];

const OPTIONS: &str = "  --since TIME           from then on: 30d, 12h, 2026-10-01\n  \
    --until TIME           before then (default: now)\n  \
    --user TEXT            by this user (only the log knows users)\n  \
    --project FOLDER       in this folder or below it\n  \
    --from NAME            log (default), or transcripts: Claude Code's own, those of subagents included\n  \
    --format TEXT          text (default), json (one row a line), csv\n  \
    --transcripts FOLDER   where transcripts are (default: ~/.claude/projects)\n  \
    --dir FOLDER           the log of another place (default: this user's)\n";

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    dispatch((COMMAND.name, COMMAND.usage), VERBS, arguments, io)
}

/// How often a file was read or written, when last, and by whom.
#[derive(Default)]
struct Seen {
    times: u64,
    last: String,
    users: BTreeSet<String>,
}

fn files(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut by_file: BTreeMap<(String, String), Seen> = BTreeMap::new();
    let found = ask(arguments, "30d", io, &mut |access| {
        if matches!(access.operation.as_str(), "read" | "write") && !access.what.is_empty() {
            let seen = by_file.entry((access.what.clone(), access.operation.clone())).or_default();
            seen.times += 1;
            seen.last.clone_from(&access.ts);
            seen.users.insert(access.user.clone());
        }
    })?;
    let rows = by_file.into_iter().map(|((file, operation), seen)| {
        let users: Vec<String> = seen.users.into_iter().filter(|user| !user.is_empty()).collect();
        vec![json!(file), json!(operation), json!(seen.times), json!(seen.last), json!(users.join(" "))]
    });
    print(
        &["file", "operation", "times", "last", "users"],
        &rows.collect::<Vec<_>>(),
        &found,
        (arguments, io),
    )
}

/// An access as a row.
const COLUMNS: &[&str] = &["ts", "user", "operation", "what", "outcome", "session"];

fn sensitive(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    each(arguments, "30d", io, |access| access.is_sensitive)
}

fn commands(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    each(arguments, "7d", io, |access| access.operation == "execute")
}

/// Each access that is wanted, as it comes.
fn each(
    arguments: &Arguments<'_>,
    since: &str,
    io: &mut Io<'_>,
    wanted: fn(&Access) -> bool,
) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    let found = ask(arguments, since, io, &mut |access| {
        if wanted(access) {
            let Access { ts, user, operation, what, outcome, session, .. } = access;
            rows.push([ts, user, operation, what, outcome, session].map(|text| json!(text)).to_vec());
        }
    })?;
    print(COLUMNS, &rows, &found, (arguments, io))
}

/// Asks the log or the transcripts.
fn ask(
    arguments: &Arguments<'_>,
    since: &str,
    io: &Io<'_>,
    visit: &mut dyn FnMut(&Access),
) -> Result<Found, Failure> {
    let until = arguments.value("--until").map(|text| time::moment(text, io.now)).transpose()?;
    let since = time::moment(arguments.value("--since").unwrap_or(since), io.now)?;
    let question = Question {
        since,
        until: until.unwrap_or(DateTime::<Utc>::MAX_UTC),
        user: arguments.value("--user"),
        project: arguments.value("--project").map(|folder| io.cwd.join(folder)),
    };
    match arguments.value("--from").unwrap_or("log") {
        "log" => access::in_log(&super::log::place::existing(arguments, io)?, &question, visit),
        "transcripts" if question.user.is_some() => {
            Err(Failure::Usage("transcripts do not say whose they are; ask the log with --user".into()))
        }
        "transcripts" => {
            let folder = arguments.value("--transcripts").map(|folder| io.cwd.join(folder));
            transcript::ask(&folder.unwrap_or_else(|| io.home.join(".claude/projects")), &question, visit)
        }
        other => Err(Failure::Usage(format!("--from is log or transcripts, not `{other}`"))),
    }
}

fn print(
    columns: &[&str],
    rows: &[Vec<Value>],
    found: &Found,
    (arguments, io): (&Arguments<'_>, &mut Io<'_>),
) -> Result<Exit, Failure> {
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match arguments.value("--format").unwrap_or("text") {
        "csv" => {
            writeln!(io.out, "{}", columns.join(","))?;
            for row in rows {
                let cells: Vec<String> = row.iter().map(|value| csv_cell(&cell(value))).collect();
                writeln!(io.out, "{}", cells.join(","))?;
            }
        }
        "json" => {
            for row in rows {
                let fields = columns.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned());
                writeln!(io.out, "{}", Value::Object(fields.collect()))?;
            }
        }
        "text" => {
            for row in rows {
                let cells = row.iter().map(cell).filter(|cell| !cell.is_empty());
                let line = cells.collect::<Vec<_>>().join("  ");
                writeln!(io.out, "{}", line.chars().flat_map(shown).collect::<String>())?;
            }
        }
        other => return Err(Failure::Usage(format!("--format is text, json or csv, not `{other}`"))),
    }
    // An empty answer must not be taken for "nothing happened" where nothing was recorded.
    if rows.is_empty() {
        let said = match found.looked_at {
            0 => "no data: nothing was recorded in that time".to_owned(),
            count => format!("none: {count} calls were recorded in that time, none of them such"),
        };
        writeln!(io.err, "{said}")?;
    }
    Ok(Exit::Clean)
}
