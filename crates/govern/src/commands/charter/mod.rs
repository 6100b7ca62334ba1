//! `govern charter`: the usage charter from its template, what it still lacks, and who has acknowledged which version.

mod fill;
mod people;

use super::Command;
use super::arguments::Arguments;
use super::verb::{Verb, dispatch};
use crate::charter::{CHARTER, Charter};
use crate::{Exit, Failure, Io};
use std::path::PathBuf;

pub(super) const COMMAND: Command = Command {
    name: "charter",
    about: "the usage charter: fill it, check it, acknowledge it, see who has not",
    usage: "usage: govern charter VERB [OPTION]...; `govern charter` lists the verbs, `govern charter VERB --help` their options",
    run,
};

#[rustfmt::skip] // One row a line, so that two new verbs never meet in one.
pub(super) const VERBS: &[Verb] = &[
    fill::VERB,
    CHECK,
    people::ASK,
    people::ACKNOWLEDGE,
    people::LEAVE,
    people::STATUS,
];

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    dispatch((COMMAND.name, COMMAND.usage), VERBS, arguments, io)
}

const CHECK: Verb = Verb {
    name: "check",
    about: "name what is left blank or missing; exit 1 if anything is",
    options: "  --dir FOLDER   the repository (default: here)\n",
    run: check,
};

fn check(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let charter = charter(&root(arguments, io))?;
    let faults = charter.faults();
    for fault in &faults {
        writeln!(io.out, "{fault}")?;
    }
    if faults.is_empty() {
        writeln!(io.out, "complete; version {}", charter.short())?;
        return Ok(Exit::Clean);
    }
    Ok(Exit::Findings)
}

fn root(arguments: &Arguments<'_>, io: &Io<'_>) -> PathBuf {
    arguments.value("--dir").map_or_else(|| io.cwd.clone(), |folder| io.cwd.join(folder))
}

/// The charter, and it must be there.
fn charter(root: &std::path::Path) -> Result<Charter, Failure> {
    let missing = || {
        let path = root.join(CHARTER);
        Failure::Unreadable(format!(
            "{}: there is no charter; `govern charter fill` writes one",
            path.display()
        ))
    };
    Charter::read(root)?.ok_or_else(missing)
}
