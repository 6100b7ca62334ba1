//! The commands of `govern`, one file each; this table is what `govern help` prints.

mod allow;
mod arguments;
pub mod audit;
mod charter;
mod doctor;
mod explain;
mod explain_rule;
mod hook;
pub mod init;
pub mod install;
mod integrity;
mod log;
mod mcp;
pub mod policy;
mod replay;
mod scan;
mod stop;
pub mod tier;
mod time;
mod upgrade;
mod verb;

use crate::{Exit, Failure, Io};

/// One subcommand.
pub struct Command {
    pub name: &'static str,
    /// One line for `govern help`.
    pub about: &'static str,
    /// The usage text of `govern NAME --help`.
    pub usage: &'static str,
    pub run: fn(&[&str], &mut Io<'_>) -> Result<Exit, Failure>,
}

/// Every command, in the order people meet them.
#[rustfmt::skip] // One row a line, so that two new commands never meet in one.
pub const COMMANDS: &[Command] = &[
    init::COMMAND,
    upgrade::COMMAND,
    install::COMMAND,
    audit::COMMAND,
    doctor::COMMAND,
    tier::COMMAND,
    charter::COMMAND,
    log::COMMAND,
    policy::COMMAND,
    replay::COMMAND,
    allow::COMMAND,
    mcp::COMMAND,
    integrity::COMMAND,
    stop::STOP,
    stop::RESUME,
    scan::COMMAND,
    explain::COMMAND,
    hook::COMMAND,
];
