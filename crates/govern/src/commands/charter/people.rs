//! Who was asked for an acknowledgement, who gave it, who left, and who is still to.

use super::{Verb, charter, root};
use crate::audit::MAX_FILE_BYTES;
use crate::charter::{PEOPLE, Standing, people};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use chrono::SecondsFormat;
use hook_core::{StateDirectory, files};
use ledger::Record;
use serde_json::{Value, json};

pub(super) const ASK: Verb = Verb {
    name: "ask",
    about: "name people who are to acknowledge the charter",
    options: "  --person NAME   as the audit log names them; may be repeated\n  \
              --dir FOLDER    the repository (default: here)\n",
    run: |arguments, io| add("asked", arguments, io),
};

pub(super) const ACKNOWLEDGE: Verb = Verb {
    name: "ack",
    about: "acknowledge the charter as it stands now; recorded in the repository and in the audit log",
    options: "  --person NAME   who (default: you)\n  \
              --dir FOLDER    the repository (default: here)\n",
    run: |arguments, io| add("acknowledged", arguments, io),
};

pub(super) const LEAVE: Verb = Verb {
    name: "leave",
    about: "somebody has left and is no longer asked",
    options: "  --person NAME   who; may be repeated\n  \
              --dir FOLDER    the repository (default: here)\n",
    run: |arguments, io| add("left", arguments, io),
};

pub(super) const STATUS: Verb = Verb {
    name: "status",
    about: "who has acknowledged the current version and who has not; exit 1 if somebody has not",
    options: "  --json         as JSON\n  \
              --dir FOLDER   the repository (default: here)\n",
    run: status,
};

fn add(event: &str, arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let root = root(arguments, io);
    let charter = charter(&root)?;
    let mut persons: Vec<String> = arguments.values("--person").into_iter().map(str::to_owned).collect();
    if persons.is_empty() && event == "acknowledged" {
        persons.push(io.user.clone());
    }
    persons.retain(|person| !person.trim().is_empty());
    if persons.is_empty() {
        return Err(Failure::Usage("who? Say --person NAME".into()));
    }
    if event == "acknowledged" && !charter.faults().is_empty() {
        return Err(Failure::Usage(
            "the charter is not complete, so there is nothing to acknowledge yet; `govern charter check` says what is left".into(),
        ));
    }
    let at = io.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut rows = files::read_text(&root.join(PEOPLE), MAX_FILE_BYTES)?.unwrap_or_default();
    people(&rows, &charter.version)?;
    for person in &persons {
        let mut row = json!({"at": at, "by": io.user, "event": event, "person": person});
        if let (Some(row), true) = (row.as_object_mut(), event == "acknowledged") {
            row.insert("charter".into(), charter.version.clone().into());
        }
        if !rows.is_empty() && !rows.ends_with('\n') {
            rows.push('\n');
        }
        rows.push_str(&row.to_string());
        rows.push('\n');
        record(event, person, &charter.version, io)?;
        writeln!(io.out, "{person}: {event}; charter version {}", charter.short())?;
    }
    files::write_atomic(&root.join(PEOPLE), rows.as_bytes(), 0o644)?;
    writeln!(io.out, "Written to {PEOPLE}; commit it.")?;
    Ok(Exit::Clean)
}

/// The repository's row can be edited by whoever can push; the log's cannot be unnoticed.
fn record(event: &str, person: &str, version: &str, io: &Io<'_>) -> Result<(), Failure> {
    let mut record = Record::new();
    for (key, value) in [
        ("event", "govern.charter"),
        ("type", "charter"),
        ("action", event),
        ("person", person),
        ("charter", version),
        ("user", &io.user),
        ("host", &audit_logger::host()),
    ] {
        record.insert(key.into(), value.into());
    }
    ledger::append(&StateDirectory::new(&io.state).ledger(), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
}

fn status(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let root = root(arguments, io);
    let charter = charter(&root)?;
    let rows = files::read_text(&root.join(PEOPLE), MAX_FILE_BYTES)?.unwrap_or_default();
    let people = people(&rows, &charter.version)?;
    if arguments.flag("--json") {
        let row = |(person, standing): (&String, &Standing)| json!({"person": person, "current": standing.is_current(), "standing": standing.told()});
        let list: Vec<Value> = people.iter().map(row).collect();
        writeln!(io.out, "{}", json!({"charter": charter.version, "people": list}))?;
    } else {
        writeln!(io.out, "charter version {}", charter.short())?;
        for (person, standing) in &people {
            let mark = if standing.is_current() { "ok  " } else { "OPEN" };
            writeln!(io.out, "{mark} {}: {}", person.escape_debug(), standing.told().escape_debug())?;
        }
        if people.is_empty() {
            writeln!(
                io.out,
                "Nobody has been asked; `govern charter ask --person NAME` says who is to acknowledge it."
            )?;
        }
    }
    let all = people.values().all(Standing::is_current);
    Ok(if all && !people.is_empty() { Exit::Clean } else { Exit::Findings })
}
