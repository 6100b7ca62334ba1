//! `govern evidence`: a bundle an auditor can take away: per control the question, what answers it, a sample, and what is lacking.

mod answers;
mod bundle;
mod check;
mod framework;
mod gap;
mod manifest;
mod pages;
mod sample;

use super::Command;
use super::arguments::Arguments;
use crate::{Exit, Failure, Io};
use framework::FRAMEWORKS;

pub(super) const COMMAND: Command = Command {
    name: "evidence",
    about: "a bundle for an auditor, by framework: artefacts, checks, samples, gaps; and its check",
    usage: OPTIONS,
    run,
};

const OPTIONS: &str = "usage: govern evidence --framework NAME --out FOLDER [OPTION]...\n       \
    govern evidence check BUNDLE [--digest HEX] [--dir FOLDER]\n\n  \
    --framework NAME       soc2, iso27001, ai-act, hipaa, pci\n  \
    --out FOLDER           where the bundle goes; must not be there yet\n  \
    --since TIME           from then on: 91d (default), 2026-10-01\n  \
    --until TIME           before then (default: now)\n  \
    --now TIME             as if it were then: the same input gives the same bytes\n  \
    --repository FOLDER    the repository (default: here)\n  \
    --transcripts FOLDER   Claude Code's transcripts (default: ~/.claude/projects)\n  \
    --dir FOLDER           the log of another place (default: this user's)\n";

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    if let ["check", rest @ ..] = arguments {
        if matches!(rest, ["--help" | "-h"]) {
            writeln!(io.out, "{}\n{}", check::ABOUT, check::OPTIONS)?;
            return Ok(Exit::Clean);
        }
        return check::run(&Arguments::parse(rest, check::OPTIONS)?, io);
    }
    let arguments = Arguments::parse(arguments, OPTIONS)?;
    let names: Vec<&str> = FRAMEWORKS.iter().map(|framework| framework.name).collect();
    let names = names.join(", ");
    let name = arguments.value("--framework");
    let name = name.ok_or_else(|| Failure::Usage(format!("which framework? --framework {names}")))?;
    let Some(framework) = framework::framework(name) else {
        return Err(Failure::Usage(format!("--framework is one of {names}, not `{name}`")));
    };
    bundle::write(framework, &arguments, io)
}
