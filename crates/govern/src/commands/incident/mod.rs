//! `govern incident`: a record that freezes a range of the log, keeps its evidence, and follows the response step by step.

mod open;
mod show;
mod steps;
mod store;
mod work;

use super::Command;
use super::verb::{Verb, dispatch};
use crate::{Exit, Failure, Io};

pub(super) use steps::KINDS;
pub(super) use store::{held_from, listed};

pub(super) const COMMAND: Command = Command {
    name: "incident",
    about: "open an incident: freeze the log's range, keep the evidence, follow the steps",
    usage: "usage: govern incident VERB [OPTION]...; `govern incident` lists the verbs, `govern incident VERB --help` their options",
    run,
};

#[rustfmt::skip] // One row a line, so that two new verbs never meet in one.
pub(super) const VERBS: &[Verb] = &[
    open::VERB,
    work::NOTE,
    work::CLOSE,
    show::LIST,
    show::SHOW,
];

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    dispatch((COMMAND.name, COMMAND.usage), VERBS, arguments, io)
}
