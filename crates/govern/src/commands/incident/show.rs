//! `govern incident list` and `show`: every incident, and one whole, its frozen records checked.

use super::Verb;
use super::store::{all, load, records_file};
use crate::commands::arguments::Arguments;
use crate::commands::log::place;
use crate::commands::value::{at, list as items, text};
use crate::{Exit, Failure, Io};
use ledger::{Lines, to_hex};
use sha2::{Digest as _, Sha256};
use std::path::Path;

pub(super) const LIST: Verb = Verb {
    name: "list",
    about: "every incident; exit 1 if one is open",
    options: "  --json   as JSON, one a line\n",
    run: list,
};

pub(super) const SHOW: Verb = Verb {
    name: "show",
    about: "one incident whole; exit 1 if its frozen records are not what was frozen",
    options: "  INCIDENT   its id\n  \
              --json     as JSON\n",
    run: show,
};

fn list(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let incidents = all(io)?;
    for incident in &incidents {
        if arguments.flag("--json") {
            writeln!(io.out, "{incident}")?;
        } else {
            let of = |key| text(incident, key).escape_debug();
            writeln!(
                io.out,
                "{} {:<6} {:<8} {} {}",
                of("id"),
                of("status"),
                of("severity"),
                of("opened"),
                of("title")
            )?;
        }
    }
    if incidents.is_empty() && !arguments.flag("--json") {
        writeln!(io.out, "No incident was ever opened on this machine.")?;
    }
    let open = incidents.iter().any(|one| text(one, "status") == "open");
    Ok(if open { Exit::Findings } else { Exit::Clean })
}

fn show(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let id = arguments.word().ok_or_else(|| Failure::Usage("which incident?".into()))?;
    let incident = load(id, io)?;
    let frozen = at(&incident, "frozen");
    let whole = digest_of(&records_file(id, io))? == text(frozen, "sha256");
    if arguments.flag("--json") {
        writeln!(io.out, "{incident:#}")?;
    } else {
        let of = |key| text(&incident, key).escape_debug();
        writeln!(io.out, "# {}: {}\n", of("id"), of("title"))?;
        writeln!(
            io.out,
            "{}, {}, {}; opened {} by {}",
            of("kind"),
            of("severity"),
            of("status"),
            of("opened"),
            of("opened_by")
        )?;
        writeln!(
            io.out,
            "{} records frozen, numbers {} to {}, from {} to {}: {}",
            at(frozen, "records"),
            at(frozen, "first"),
            at(frozen, "last"),
            text(frozen, "since"),
            text(frozen, "until"),
            if whole { "as they were frozen" } else { "NOT what was frozen" }
        )?;
        writeln!(io.out, "\n## Steps\n")?;
        for step in items(at(&incident, "steps")) {
            let done = at(step, "done/at").as_str();
            let mark = if done.is_some() { "x" } else { " " };
            writeln!(
                io.out,
                "- [{mark}] {}. within {}: {} {}",
                at(step, "step"),
                text(step, "within"),
                text(step, "what"),
                done.unwrap_or_default()
            )?;
        }
        writeln!(io.out, "\n## Notes\n")?;
        for note in items(at(&incident, "notes")) {
            writeln!(
                io.out,
                "- {} {}: {}",
                text(note, "at"),
                text(note, "by").escape_debug(),
                text(note, "text").escape_debug()
            )?;
        }
        if text(&incident, "status") == "closed" {
            writeln!(io.out, "\nClosed {}: {}", of("closed"), of("outcome"))?;
        }
    }
    Ok(if whole { Exit::Clean } else { Exit::Findings })
}

/// SHA-256 of a file of lines, in hexadecimal; empty where the file is not there.
fn digest_of(file: &Path) -> Result<String, Failure> {
    if !file.exists() {
        return Ok(String::new());
    }
    let mut lines = Lines::open(file, 0).map_err(place::unreadable)?;
    let mut digest = Sha256::new();
    while let Some(line) = lines.next_line().map_err(place::unreadable)? {
        digest.update(line.bytes);
        if line.whole {
            digest.update(b"\n");
        }
    }
    Ok(to_hex(&digest.finalize()))
}
