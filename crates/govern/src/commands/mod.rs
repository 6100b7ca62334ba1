//! The commands of `govern`, one file each; this table is what `govern help` prints.

mod allow;
mod arguments;
pub mod audit;
mod charter;
mod completions;
mod doctor;
mod effective;
mod evidence;
mod explain;
mod explain_event;
mod explain_rule;
mod hook;
mod incident;
pub mod init;
pub mod install;
mod integrity;
mod log;
mod man;
mod mcp;
mod monitor;
mod overlay;
mod pages;
mod platform;
pub mod policy;
pub mod replay;
mod report;
mod scan;
mod stop;
pub mod tier;
mod time;
mod upgrade;
mod value;
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

impl Command {
    /// A mistake in the command line: what is wrong, and how it is meant.
    pub(crate) fn wrong(&self, problem: &str) -> Failure {
        Failure::Usage(format!("{problem}\n{}", self.usage))
    }
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
    overlay::COMMAND,
    platform::COMMAND,
    charter::COMMAND,
    report::COMMAND,
    evidence::COMMAND,
    incident::COMMAND,
    monitor::COMMAND,
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
    effective::COMMAND,
    hook::COMMAND,
    completions::COMMAND,
    man::COMMAND,
];

/// What a command of this program said.
struct Said {
    code: u8,
    out: String,
    err: String,
}

/// Runs a command of this program in the same world, in this folder, and keeps what it prints: an auditor can run the very
/// same line.
fn captured(arguments: &[&str], cwd: &std::path::Path, io: &Io<'_>) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut inner = Io {
        out: &mut out,
        err: &mut err,
        input: &mut std::io::empty(),
        now: io.now,
        home: io.home.clone(),
        cwd: cwd.to_path_buf(),
        state: io.state.clone(),
        managed: io.managed.clone(),
        user: io.user.clone(),
        terminal: false,
    };
    let code = crate::run(arguments, &mut inner);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Said { code, out: text(out), err: text(err) }
}
