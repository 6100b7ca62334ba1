//! `govern log`: what the audit log holds and whether it can be trusted; one file for each of its verbs.

mod arguments;
mod export;
mod place;
mod prove;
mod prune;
mod query;
mod reconcile;
mod scan;
mod seal;
mod ship;
mod stats;
mod tail;
mod time;
mod verify;

use super::Command;
use crate::{Exit, Failure, Io};
use arguments::Arguments;

pub(super) const COMMAND: Command = Command {
    name: "log",
    about: "verify, query, export and ship the audit log",
    usage: "usage: govern log VERB [OPTION]...; `govern log` lists the verbs, `govern log VERB --help` their options",
    run,
};

/// One verb of `govern log`.
struct Verb {
    name: &'static str,
    about: &'static str,
    /// Its options, one a line: `--name VALUE  what it does`.
    options: &'static str,
    run: fn(&Arguments<'_>, &mut Io<'_>) -> Result<Exit, Failure>,
}

/// Every verb, in the order people meet them.
#[rustfmt::skip] // One row a line, so that two new verbs never meet in one.
const VERBS: &[Verb] = &[
    verify::VERB,
    query::VERB,
    tail::VERB,
    stats::VERB,
    reconcile::VERB,
    prove::VERB,
    export::VERB,
    seal::VERB,
    prune::VERB,
    ship::VERB,
    ship::BROKER,
];

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Some((name, rest)) = arguments.split_first() else {
        writeln!(io.out, "{}\n", COMMAND.usage)?;
        for verb in VERBS {
            writeln!(io.out, "  {:<10} {}", verb.name, verb.about)?;
        }
        return Ok(Exit::Clean);
    };
    let Some(verb) = VERBS.iter().find(|verb| verb.name == *name) else {
        return Err(Failure::Usage(format!("no verb `{name}`; `govern log` lists them")));
    };
    if rest.iter().any(|argument| matches!(*argument, "--help" | "-h")) {
        writeln!(io.out, "govern log {}: {}\n\n{}", verb.name, verb.about, verb.options)?;
        return Ok(Exit::Clean);
    }
    (verb.run)(&Arguments::parse(rest, verb.options)?, io)
}
