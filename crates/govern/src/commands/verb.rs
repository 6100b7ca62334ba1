//! Commands that have verbs: `govern log query`, `govern charter ack`. A verb is a row; its options are read against the
//! text that documents them.

use super::arguments::Arguments;
use crate::{Exit, Failure, Io};

/// One verb of a command.
pub(super) struct Verb {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Its options, one a line: `--name VALUE  what it does`.
    pub(super) options: &'static str,
    pub(super) run: fn(&Arguments<'_>, &mut Io<'_>) -> Result<Exit, Failure>,
}

/// Runs the verb that `arguments` name, or lists them all.
pub(super) fn dispatch(
    command: (&str, &str),
    verbs: &[Verb],
    arguments: &[&str],
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let (command, usage) = command;
    let Some((name, rest)) = arguments.split_first() else {
        writeln!(io.out, "{usage}\n")?;
        for verb in verbs {
            writeln!(io.out, "  {:<10} {}", verb.name, verb.about)?;
        }
        return Ok(Exit::Clean);
    };
    let Some(verb) = verbs.iter().find(|verb| verb.name == *name) else {
        return Err(Failure::Usage(format!("no verb `{name}`; `govern {command}` lists them")));
    };
    if rest.iter().any(|argument| matches!(*argument, "--help" | "-h")) {
        writeln!(io.out, "govern {command} {}: {}\n\n{}", verb.name, verb.about, verb.options)?;
        return Ok(Exit::Clean);
    }
    (verb.run)(&Arguments::parse(rest, verb.options)?, io)
}
