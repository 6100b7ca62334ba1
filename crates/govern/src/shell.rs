//! From arguments to a command of the table, and from its result to an exit code.

use std::fmt;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};

use crate::commands::COMMANDS;
use crate::help;

/// How a command ends. Never 2 for findings, so that nobody wires the CLI as a hook by mistake and blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, nothing found.
    Clean,
    /// 1: something was found, or a check failed.
    Findings,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// 2: the command line or a configuration file is wrong.
    Usage(String),
    /// 3: something it needed could not be read or written.
    Unreadable(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Unreadable(message) => out.write_str(message),
        }
    }
}

impl From<hook_core::Error> for Failure {
    fn from(error: hook_core::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The world of a command: where it writes, what time it is, which folders there are.
pub struct Io<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    pub input: &'a mut dyn Read,
    pub now: DateTime<Utc>,
    pub home: PathBuf,
    /// The folder the command was started in.
    pub cwd: PathBuf,
    /// `$XDG_STATE_HOME/claude-governance`, else `~/.local/state/claude-governance`.
    pub state: PathBuf,
    /// The folder of managed configuration.
    pub managed: PathBuf,
    pub user: String,
    /// Whether a person sits at both ends.
    pub terminal: bool,
}

/// The whole of `main`.
pub fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mut out, mut err, mut input) =
        (std::io::stdout().lock(), std::io::stderr().lock(), std::io::stdin().lock());
    let mut io = world(&mut out, &mut err, &mut input);
    ExitCode::from(run(&arguments, &mut io))
}

/// Runs the command that `arguments` name; the number is the process's exit code.
pub fn run(arguments: &[&str], io: &mut Io<'_>) -> u8 {
    let result = dispatch(arguments, io);
    let flushed = io.out.flush();
    match (result, flushed) {
        (_, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        (Ok(Exit::Clean), Ok(())) => 0,
        (Ok(Exit::Findings), Ok(())) => 1,
        (Err(failure), _) => tell(&failure, io),
        (_, Err(error)) => tell(&Failure::Unreadable(format!("cannot write the output: {error}")), io),
    }
}

fn tell(failure: &Failure, io: &mut Io<'_>) -> u8 {
    // There is nowhere left to complain when stderr is closed too; the exit code still tells.
    drop(writeln!(io.err, "govern: {failure}"));
    match failure {
        Failure::Usage(_) => 2,
        Failure::Unreadable(_) => 3,
    }
}

fn dispatch(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        [] | ["help" | "--help" | "-h"] => {
            overview(io)?;
            Ok(Exit::Clean)
        }
        ["--version" | "-V"] => {
            writeln!(io.out, "govern {}", env!("CARGO_PKG_VERSION"))?;
            Ok(Exit::Clean)
        }
        [name, rest @ ..] => {
            // `govern help NAME` is `govern NAME --help`.
            let (name, rest) = match (*name, rest) {
                ("help", [name]) => (*name, &["--help"][..]),
                (name, rest) => (name, rest),
            };
            let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
                return Err(Failure::Usage(format!("unknown command `{name}`; `govern help` lists them")));
            };
            if matches!(rest, ["--help" | "-h"]) {
                write!(io.out, "{}", help::of(command))?;
                return Ok(Exit::Clean);
            }
            (command.run)(rest, io).map_err(|failure| said_what(failure, command.name, rest))
        }
    }
}

/// A failure that is only a usage text says first what was not understood.
fn said_what(failure: Failure, name: &str, rest: &[&str]) -> Failure {
    match failure {
        Failure::Usage(usage) if usage.starts_with("usage:") => Failure::Usage(match rest {
            [] => format!("`govern {name}` needs more words\n{usage}"),
            words => format!("`govern {name} {}` is not understood\n{usage}", words.join(" ")),
        }),
        other => other,
    }
}

fn overview(io: &mut Io<'_>) -> Result<(), Failure> {
    writeln!(io.out, "govern: the companion of the Claude Code governance hooks\n")?;
    for command in COMMANDS {
        writeln!(io.out, "  {:<12} {}", command.name, command.about)?;
    }
    writeln!(
        io.out,
        "\n`govern COMMAND --help` shows a command's usage. Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable."
    )?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the CLI that reads the clock and the environment"
)]
fn world<'a>(out: &'a mut dyn Write, err: &'a mut dyn Write, input: &'a mut dyn Read) -> Io<'a> {
    use std::io::IsTerminal;
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = folder("HOME").unwrap_or_else(|| PathBuf::from("/"));
    let state_home = folder("XDG_STATE_HOME").unwrap_or_else(|| home.join(".local/state"));
    let managed = if cfg!(target_os = "macos") {
        "/Library/Application Support/ClaudeCode"
    } else {
        "/etc/claude-code"
    };
    Io {
        out,
        err,
        input,
        now: Utc::now(),
        cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
        state: state_home.join("claude-governance"),
        managed: PathBuf::from(managed),
        user: std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default(),
        terminal: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        home,
    }
}
