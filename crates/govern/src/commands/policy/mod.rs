//! `govern policy`: what is in force and why, whether the files are right, whether the policy's own cases hold.

mod check;
mod schema;
mod show;
mod test;

use std::path::PathBuf;

use hook_core::policy::{LayerKind, places};

use super::Command;
use crate::{Exit, Failure, Io};

pub use schema::{reference, schema};

pub(super) const COMMAND: Command = Command {
    name: "policy",
    about: "show, check and test the policy in force",
    usage: "usage: govern policy show [HOOK] [--origin] [--json]\n       govern policy check [FILE...]\n       \
            govern policy test [FILE...]\n       govern policy schema|reference\n\n\
            show       what each hook does in this folder; --origin says which file said so\n\
            check      every mistake in the policy files, with file and key; expired exceptions\n\
            test       runs the cases a policy carries under `tests`\n\
            schema     the JSON schema, for editors\n\
            reference  a policy with every key at its default",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["show", rest @ ..] => show::run(rest, io),
        ["check", rest @ ..] => check::run(rest, io),
        ["test", rest @ ..] => test::run(rest, io),
        ["schema"] => {
            writeln!(io.out, "{:#}", schema())?;
            Ok(Exit::Clean)
        }
        ["reference"] => {
            writeln!(io.out, "{:#}", reference())?;
            Ok(Exit::Clean)
        }
        _ => Err(Failure::Usage(COMMAND.usage.into())),
    }
}

/// The policy files to look at: those named, else those in force in the current folder.
fn files(named: &[&str], io: &Io<'_>) -> Vec<(LayerKind, PathBuf)> {
    let in_force = places(&io.home, Some(&io.cwd), &io.managed);
    if named.is_empty() {
        return in_force.into_iter().filter(|(_, file)| file.is_file()).collect();
    }
    let kind_of = |file: &PathBuf| {
        let place = in_force.iter().find(|(_, place)| place == file || place.ends_with(file));
        place.map_or(LayerKind::User, |(kind, _)| *kind)
    };
    named.iter().map(|file| io.cwd.join(file)).map(|file| (kind_of(&file), file)).collect()
}

fn layer_name(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::User => "user",
        LayerKind::Project => "project",
        LayerKind::Managed => "managed",
    }
}
