//! `govern init`: brings a repository under a tier: settings, CLAUDE.md, registry, charter, CI gate, templates.

mod merge;
mod questions;

use std::path::{Path, PathBuf};

use chrono::Days;
use hook_core::{Tier, files};

use super::Command;
use super::install::Change;
use crate::tiers::{self, PROJECT_LAUNCHER};
use crate::transaction::{Fault, NewFile, commit, recover};
use crate::{Exit, Failure, Io};

pub use merge::{merged_claude_md, merged_settings, without_launchers};
pub(in crate::commands) use questions::{Answers, ask_text};

pub(super) const COMMAND: Command = Command {
    name: "init",
    about: "bring a repository under a tier",
    usage: "usage: govern init [starter|standard|strict|regulated] [--dir DIR] [--yes] [--dry-run]\n       \
            [--organization NAME] [--owner NAME] [--security-contact ADDRESS]\n\n\
            Without a tier, and with a terminal, a few questions choose it. What exists is merged, never overwritten;\n\
            everything is written, or nothing. --dry-run prints the changes.",
    run,
};

/// The largest file that is merged, in bytes.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    if recover(&request.folder)? {
        writeln!(io.out, "An earlier run was interrupted; its half-written files were undone.")?;
    }
    let answers = questions::ask(&request, io)?;
    let planned = plan(&request.folder, &answers, io)?;
    let mut changed = Vec::new();
    for (file, before) in planned {
        if before.as_deref() == Some(file.content.as_slice()) {
            continue;
        }
        let change = Change { before, after: file.content.clone() };
        if request.dry_run {
            change.print_diff(&file.path, io.out)?;
        } else {
            let what = if change.before.is_some() { "merged " } else { "written" };
            let shown = file.path.strip_prefix(&request.folder).unwrap_or(&file.path);
            writeln!(io.out, "{what} {}", shown.display())?;
        }
        changed.push(file);
    }
    if changed.is_empty() {
        writeln!(io.out, "Nothing to change: the repository is under tier {}.", answers.tier)?;
        return Ok(Exit::Clean);
    }
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    commit(&request.folder, &changed, Fault::None).map_err(|error| {
        Failure::Unreadable(format!("{}: {error}; nothing was changed", request.folder.display()))
    })?;
    writeln!(
        io.out,
        "The repository is under tier {}. Commit these files; `govern audit` checks them.",
        answers.tier
    )?;
    Ok(Exit::Clean)
}

pub(crate) struct Request {
    tier: Option<Tier>,
    folder: PathBuf,
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
        if !request.folder.is_dir() {
            return Err(Failure::Usage(format!("{} is not a folder", request.folder.display())));
        }
        Ok(request)
    }
}

/// From what a file holds to what it is to hold.
type Make<'a> = &'a dyn Fn(Option<&[u8]>) -> Result<Vec<u8>, String>;

type Planned = (NewFile, Option<Vec<u8>>);

/// Every file as it is to be, with what it was.
fn plan(folder: &Path, answers: &Answers, io: &Io<'_>) -> Result<Vec<Planned>, Failure> {
    let mut planned = Vec::new();
    let mut add = |path: &str, mode: u32, make: Make<'_>| {
        let path = folder.join(path);
        let before = files::read_bounded(&path, MAX_FILE_BYTES)?;
        let content = make(before.as_deref())
            .map_err(|problem| Failure::Usage(format!("{}: {problem}", path.display())))?;
        planned.push((NewFile { path, content, mode }, before));
        Ok::<(), Failure>(())
    };
    let tier = answers.tier;
    let fill = |template: &str| filled(template, answers, io);
    // What a team has written itself stays; only a missing file is made from the template.
    let kept_or = |template: &'static str| {
        let text = fill(template);
        move |before: Option<&[u8]>| Ok(before.map_or_else(|| text.clone().into_bytes(), <[u8]>::to_vec))
    };
    add(".claude/settings.json", 0o644, &|before| merged_settings(before, &tiers::settings(tier)))?;
    add(".claude/governance.json", 0o644, &|before| merge::with_tier(before, tier))?;
    add(".claude/hooks/run-hook.sh", 0o755, &|_| Ok(PROJECT_LAUNCHER.as_bytes().to_vec()))?;
    add(".claude/mcp-registry.yaml", 0o644, &kept_or(REGISTRY))?;
    add("CLAUDE.md", 0o644, &|before| Ok(merged_claude_md(before, tiers::claude_md(tier))))?;
    add("docs/ai-usage-charter.md", 0o644, &kept_or(CHARTER))?;
    add(".github/workflows/ai-governance.yml", 0o644, &kept_or(WORKFLOW))?;
    add(".github/pull_request_template.md", 0o644, &kept_or(PULL_REQUEST))?;
    add(".gitignore", 0o644, &|before| Ok(merge::with_line(before, ".claude/settings.local.json")))?;
    Ok(planned)
}

pub(crate) const REGISTRY: &str = include_str!("../../../../../hooks-config/templates/mcp-registry.yaml");
pub(crate) const CHARTER: &str = include_str!("../../../../../hooks-config/templates/ai-usage-charter.md");
const WORKFLOW: &str = include_str!("../../../../../hooks-config/templates/ai-governance.yml");
const PULL_REQUEST: &str = include_str!("../../../../../hooks-config/templates/pull_request_template.md");

/// A template with its placeholders filled in.
pub(in crate::commands) fn filled(template: &str, answers: &Answers, io: &Io<'_>) -> String {
    let today = io.now.date_naive();
    let review = today.checked_add_days(Days::new(91)).unwrap_or(today);
    template
        .replace("{organization}", &answers.organization)
        .replace("{owner}", &answers.owner)
        .replace("{security_contact}", &answers.security_contact)
        .replace("{today}", &today.to_string())
        .replace("{next_review}", &review.to_string())
        .replace("{tier}", answers.tier.name())
        .replace("{require_disclosure}", if answers.tier >= Tier::Strict { "true" } else { "false" })
}
