//! `govern upgrade`: brings a repository to what its tier holds now, or to another tier, keeping what the team changed.

use std::path::PathBuf;

use hook_core::Tier;

use super::Command;
use super::init::{self, Departures, Place};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "upgrade",
    about: "bring a repository to what its tier holds now",
    usage: "usage: govern upgrade [TIER] [--dir DIR] [--from DIR] [--dry-run]\n\n\
            Merges three ways: what the tier wrote last (.claude/governance-base.json), what the repository holds, what the\n\
            tier (or TIER) holds now. What the team changed or took out stays and is named; exit code 1 says that there is\n\
            such a thing. `govern init TIER` puts the tier's rules back. --from names the organisation's\n\
            configuration repository (`govern platform`), whose templates then count as the tier's.",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    let folder = &request.place.folder;
    init::undo_interrupted(folder, io)?;
    let Some(base) = init::read_base(folder)? else {
        return Err(Failure::Usage(format!(
            "{}: no .claude/governance-base.json, so there is nothing to merge against; `govern init TIER` writes it",
            folder.display()
        )));
    };
    let mut answers = base.answers();
    answers.tier = request.tier.unwrap_or(answers.tier);
    let (from, to) = (base.tier, answers.tier);
    let plan = init::plan(&request.place, &answers, Some(&base), Departures::Keep, io)?;
    let left = plan.left.clone();
    if init::write(folder, plan, request.dry_run, io)? {
        writeln!(io.out, "Upgraded from {from} to {to}. Commit these files; `govern audit` checks them.")?;
    } else if !request.dry_run {
        writeln!(io.out, "Nothing to change: the repository holds tier {to} as it is now.")?;
    }
    init::tell_left(&left, io)
}

struct Request {
    tier: Option<Tier>,
    place: Place,
    dry_run: bool,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let mut request =
            Self { tier: None, place: Place { folder: io.cwd.clone(), platform: None }, dry_run: false };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => return Ok(request),
                ["--dry-run", rest @ ..] => {
                    request.dry_run = true;
                    rest
                }
                ["--dir", folder, rest @ ..] => {
                    request.place.folder = io.cwd.join(folder);
                    rest
                }
                ["--from", folder, rest @ ..] => {
                    request.place.platform = Some(existing(io.cwd.join(folder))?);
                    rest
                }
                [tier, rest @ ..] => {
                    request.tier = Some(Tier::from_name(tier).ok_or_else(|| {
                        Failure::Usage(format!("unexpected `{tier}`; nothing was written\n{}", COMMAND.usage))
                    })?);
                    rest
                }
            };
        }
    }
}

fn existing(folder: PathBuf) -> Result<PathBuf, Failure> {
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(Failure::Usage(format!("{} is not a folder", folder.display())))
}
