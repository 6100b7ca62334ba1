//! `govern log`: what the audit log holds and whether it can be trusted; one file for each of its verbs.

mod export;
#[cfg(feature = "parquet")]
mod parquet;
pub(super) mod place;
mod prove;
mod prune;
pub(super) mod query;
pub(super) mod reconcile;
pub(super) mod scan;
mod seal;
mod ship;
mod stats;
mod tail;
mod verify;

use super::verb::{Verb, dispatch};
use super::{Command, arguments, time};
use crate::{Exit, Failure, Io};

pub(super) use ship::is_shipped;

pub(super) const COMMAND: Command = Command {
    name: "log",
    about: "verify, query, export and ship the audit log",
    usage: "usage: govern log VERB [OPTION]...; `govern log` lists the verbs, `govern log VERB --help` their options",
    run,
};

/// Every verb, in the order people meet them.
#[rustfmt::skip] // One row a line, so that two new verbs never meet in one.
pub(super) const VERBS: &[Verb] = &[
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
    dispatch((COMMAND.name, COMMAND.usage), VERBS, arguments, io)
}
