//! `govern init`: brings a repository under a tier: settings, CLAUDE.md, registry, charter, CI gate, templates.

mod base;
mod merge;
mod plan;
mod questions;

use std::path::{Path, PathBuf};

use hook_core::{Tier, files};

use super::Command;
use super::install::Change;
use crate::transaction::{Fault, commit, recover};
use crate::{Exit, Failure, Io};

pub(super) use base::Base;
pub use merge::{
    Departures, MergedSettings, MergedText, merged_claude_md, merged_settings, merged_text, without_launchers,
};
pub(crate) use plan::CHARTER;
pub(super) use plan::{Place, Plan, Planner, TEMPLATES, filled, filled_on, plan, template_place};
pub(in crate::commands) use questions::{Answers, ask_text};

pub(super) const COMMAND: Command = Command {
    name: "init",
    about: "bring a repository under a tier",
    usage: "usage: govern init [starter|standard|strict|regulated] [--dir DIR] [--from DIR] [--yes]\n       \
            [--dry-run] [--organization NAME] [--owner NAME] [--security-contact ADDRESS]\n\n\
            Without a tier, and with a terminal, a few questions choose it. What exists is merged, never overwritten;\n\
            everything is written, or nothing. --dry-run prints the changes. Rules of the tier that were taken out are put\n\
            back; `govern upgrade` leaves them out. --from names the organisation's configuration repository (`govern platform`).",
    run,
};

/// The largest file that is merged, in bytes.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    with_fault(arguments, io, Fault::None)
}

/// The whole command, with a fault at one of its writes: how a test interrupts it where it likes.
pub fn with_fault(arguments: &[&str], io: &mut Io<'_>, fault: Fault) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    undo_interrupted(&request.folder, io)?;
    let answers = questions::ask(&request, io)?;
    let base = read_base(&request.folder)?;
    let place = Place { folder: request.folder.clone(), platform: request.platform.clone() };
    let mut plan = plan(&place, &answers, base.as_ref(), Departures::Restore, io)?;
    plan.fault = fault;
    let left = plan.left.clone();
    if write(&request.folder, plan, request.dry_run, io)? {
        writeln!(
            io.out,
            "The repository is under tier {}. Commit these files; `govern audit` checks them.",
            answers.tier
        )?;
    } else if !request.dry_run {
        writeln!(io.out, "Nothing to change: the repository is under tier {}.", answers.tier)?;
    }
    tell_left(&left, io)
}

/// Undoes what an earlier run left half written.
pub(super) fn undo_interrupted(folder: &Path, io: &mut Io<'_>) -> Result<(), Failure> {
    if recover(folder)? {
        writeln!(io.out, "An earlier run was interrupted; its half-written files were undone.")?;
    }
    Ok(())
}

/// What was written here last, where something was.
pub(super) fn read_base(folder: &Path) -> Result<Option<Base>, Failure> {
    let path = folder.join(base::FILE);
    let Some(bytes) = files::read_bounded(&path, MAX_FILE_BYTES)? else {
        return Ok(None);
    };
    let base = Base::parse(&bytes).map_err(|problem| {
        Failure::Usage(format!(
            "{}: {problem}; restore it from version control, or delete it and run `govern init`",
            path.display()
        ))
    })?;
    Ok(Some(base))
}

/// Writes what changes, all of it or nothing, or shows it; whether anything was written.
pub(super) fn write(folder: &Path, plan: Plan, dry_run: bool, io: &mut Io<'_>) -> Result<bool, Failure> {
    let mut changed = Vec::new();
    for (file, before) in plan.files {
        if before.as_deref() == Some(file.content.as_slice()) {
            continue;
        }
        let change = Change { before, after: file.content.clone() };
        if dry_run {
            change.print_diff(&file.path, io.out)?;
        } else {
            let what = if change.before.is_some() { "merged " } else { "written" };
            let shown = file.path.strip_prefix(folder).unwrap_or(&file.path);
            writeln!(io.out, "{what} {}", shown.display())?;
        }
        changed.push(file);
    }
    if dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(false);
    }
    if changed.is_empty() {
        return Ok(false);
    }
    commit(folder, &changed, plan.fault).map_err(|error| {
        Failure::Unreadable(format!("{}: {error}; nothing was changed", folder.display()))
    })?;
    Ok(true)
}

/// Tells what stayed as the team has it although the tier says otherwise.
pub(super) fn tell_left(left: &[String], io: &mut Io<'_>) -> Result<Exit, Failure> {
    for line in left {
        writeln!(io.out, "kept as you have it: {line}")?;
    }
    Ok(if left.is_empty() { Exit::Clean } else { Exit::Findings })
}

pub(crate) struct Request {
    tier: Option<Tier>,
    folder: PathBuf,
    /// The organisation's configuration repository.
    platform: Option<PathBuf>,
    yes: bool,
    dry_run: bool,
    organization: Option<String>,
    owner: Option<String>,
    security_contact: Option<String>,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let mut request = Self {
            tier: None,
            folder: io.cwd.clone(),
            platform: None,
            yes: false,
            dry_run: false,
            organization: None,
            owner: None,
            security_contact: None,
        };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => break,
                ["--yes", rest @ ..] => {
                    request.yes = true;
                    rest
                }
                ["--dry-run", rest @ ..] => {
                    request.dry_run = true;
                    rest
                }
                ["--dir", folder, rest @ ..] => {
                    request.folder = io.cwd.join(folder);
                    rest
                }
                ["--from", folder, rest @ ..] => {
                    request.platform = Some(io.cwd.join(folder));
                    rest
                }
                ["--organization", name, rest @ ..] => {
                    request.organization = Some((*name).to_string());
                    rest
                }
                ["--owner", name, rest @ ..] => {
                    request.owner = Some((*name).to_string());
                    rest
                }
                ["--security-contact", address, rest @ ..] => {
                    request.security_contact = Some((*address).to_string());
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
        for folder in [Some(&request.folder), request.platform.as_ref()].into_iter().flatten() {
            if !folder.is_dir() {
                return Err(Failure::Usage(format!("{} is not a folder", folder.display())));
            }
        }
        Ok(request)
    }
}
