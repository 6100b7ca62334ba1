//! `govern platform`: the shared configuration repository of an organisation, which its projects start from.

use std::path::{Path, PathBuf};

use hook_core::{Tier, files};
use serde_json::{Map, Value};

use super::Command;
use super::arguments::Arguments;
use super::init::{self, Answers, Base, Planner, TEMPLATES, filled_on, merged_text};
use super::install::{SUMS, digest_of};
use crate::overlays::overlays;
use crate::tiers::{self, PROJECT_LAUNCHER};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "platform",
    about: "write and check an organisation's shared configuration repository",
    usage: "usage: govern platform init [FOLDER] [options]\n       govern platform check|sums [FOLDER]\n\n  \
            FOLDER                     the repository (default: this folder)\n  \
            --tier NAME                the tier of the shared settings (default: standard)\n  \
            --organization NAME        who it is for\n  \
            --owner NAME               who owns charter and registry\n  \
            --security-contact NAME    where exposures are reported\n  \
            --dry-run                  print the changes; write nothing\n\n\
            init writes settings, templates, agents and scripts, and brings an earlier one up to date; what you changed stays.\n\
            check compares the files with SHA256SUMS; sums renews it after a change of yours.",
    run,
};

const README: &str = include_str!("../../../../hooks-config/platform/README.md");
const SETUP: &str = include_str!("../../../../hooks-config/platform/setup-project.sh");
const REVIEWER: &str = include_str!("../../../../hooks-config/platform/security-reviewer.md");

/// The largest file of a platform repository, in bytes.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let (verb, rest) = arguments.split_first().ok_or_else(|| Failure::Usage(COMMAND.usage.into()))?;
    let given = Arguments::parse(rest, COMMAND.usage)?;
    let folder = given.word().map_or_else(|| io.cwd.clone(), |folder| io.cwd.join(folder));
    match *verb {
        "init" => write(&folder, &given, io),
        "check" => check(&folder, io),
        "sums" => renew(&folder, io),
        _ => Err(Failure::Usage(COMMAND.usage.into())),
    }
}

fn write(folder: &Path, given: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", folder.display())))?;
    init::undo_interrupted(folder, io)?;
    let base = init::read_base(folder)?;
    let answers = answers(folder, given, base.as_ref(), io)?;
    let date = base.as_ref().map_or_else(|| io.now.date_naive(), |base| base.date);
    let next = Base::new(&answers, date, Value::Object(Map::new()));
    let mut planner = Planner::new(folder, base.as_ref(), next);
    for (path, text) in texts(&answers, date) {
        planner.text(&path, &text, merged_text)?;
        if path.starts_with("scripts/") || path.starts_with(".claude/hooks/") {
            planner.executable();
        }
    }
    let listed: Vec<(PathBuf, Vec<u8>)> =
        planner.files().map(|file| (file.path.clone(), file.content.clone())).collect();
    let sums = sums(folder, &listed);
    planner.whole(SUMS, sums.into_bytes())?;
    let plan = planner.finish()?;
    let left = plan.left.clone();
    if init::write(folder, plan, given.flag("--dry-run"), io)? {
        writeln!(
            io.out,
            "Commit {}; scripts/setup-project.sh brings a repository under a tier.",
            folder.display()
        )?;
    } else if !given.flag("--dry-run") {
        writeln!(io.out, "Nothing to change in {}.", folder.display())?;
    }
    init::tell_left(&left, io)
}

fn answers(
    folder: &Path,
    given: &Arguments<'_>,
    base: Option<&Base>,
    io: &Io<'_>,
) -> Result<Answers, Failure> {
    let name = folder.file_name().map_or_else(|| "this organisation".into(), |name| name.to_string_lossy());
    let mut answers = base.map_or_else(
        || Answers {
            tier: Tier::Standard,
            organization: name.into_owned(),
            owner: if io.user.is_empty() { "Engineering Lead".into() } else { io.user.clone() },
            security_contact: "the security team".into(),
        },
        Base::answers,
    );
    if let Some(name) = given.value("--tier") {
        answers.tier = Tier::from_name(name)
            .ok_or_else(|| Failure::Usage(format!("no tier `{name}`; `govern tier list` shows them")))?;
    }
    for (option, place) in [
        ("--organization", &mut answers.organization),
        ("--owner", &mut answers.owner),
        ("--security-contact", &mut answers.security_contact),
    ] {
        if let Some(value) = given.value(option) {
            *place = value.to_string();
        }
    }
    Ok(answers)
}

/// Every file of the repository: path below it, and text.
fn texts(answers: &Answers, date: chrono::NaiveDate) -> Vec<(String, String)> {
    let json = |value: &Value| format!("{value:#}\n");
    let policy = serde_json::json!({ "tier": answers.tier.name() });
    let mut texts = vec![
        ("README.md".to_string(), filled_on(README, answers, date)),
        (".claude/settings.json".into(), json(&tiers::settings(answers.tier))),
        (".claude/governance.json".into(), json(&policy)),
        (".claude/hooks/run-hook.sh".into(), PROJECT_LAUNCHER.into()),
        (".claude/agents/security-reviewer.md".into(), REVIEWER.into()),
        ("scripts/setup-project.sh".into(), filled_on(SETUP, answers, date)),
    ];
    for tier in Tier::ALL {
        texts.push((format!("templates/settings.{tier}.json"), json(&tiers::settings(tier))));
        texts.push((format!("templates/CLAUDE.md.{tier}"), tiers::claude_md(tier).into()));
    }
    for overlay in overlays() {
        texts.push((format!("templates/overlays/{}.json", overlay.name), json(&overlay.settings())));
    }
    for (path, template) in TEMPLATES {
        // The registry is in force here; the rest is filled in where it is used.
        let registry = path.ends_with("mcp-registry.yaml");
        let text = if registry { filled_on(template, answers, date) } else { (*template).to_string() };
        texts.push((init::template_place(path), text));
    }
    texts
}

fn sums(folder: &Path, listed: &[(PathBuf, Vec<u8>)]) -> String {
    let mut lines: Vec<String> = listed
        .iter()
        .map(|(path, content)| {
            let path = path.strip_prefix(folder).unwrap_or(path);
            format!("{}  {}\n", digest_of(content), path.display())
        })
        .collect();
    lines.sort_by(|a, b| a.get(66..).cmp(&b.get(66..)));
    lines.concat()
}

/// The listed files: sum, path.
fn listed(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let path = folder.join(SUMS);
    let text = files::read_text(&path, MAX_FILE_BYTES)?.ok_or_else(|| {
        Failure::Unreadable(format!("{} is not there; `govern platform init` writes it", path.display()))
    })?;
    let rows = text.lines().map(|line| {
        let (sum, name) = line.split_once("  ")?;
        let inside = !name.starts_with('/') && !name.split('/').any(|part| part == "..");
        inside.then(|| (sum.to_string(), name.to_string()))
    });
    rows.collect::<Option<_>>().ok_or_else(|| {
        Failure::Usage(format!("{}: not lines of a sum, two spaces and a path below it", path.display()))
    })
}

fn check(folder: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let rows = listed(folder)?;
    let mut changed = 0;
    for (sum, name) in &rows {
        let problem = match files::read_bounded(&folder.join(name), MAX_FILE_BYTES)? {
            None => "is gone",
            Some(bytes) if digest_of(&bytes) != *sum => "is not what SHA256SUMS says",
            Some(_) => continue,
        };
        changed += 1;
        writeln!(io.out, "{name} {problem}")?;
    }
    if changed == 0 {
        writeln!(io.out, "{} files are what SHA256SUMS says.", rows.len())?;
        return Ok(Exit::Clean);
    }
    writeln!(
        io.out,
        "If that is your change, `govern platform sums` renews the sums; else restore the files."
    )?;
    Ok(Exit::Findings)
}

fn renew(folder: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut now = Vec::new();
    for (_, name) in listed(folder)? {
        let path = folder.join(&name);
        match files::read_bounded(&path, MAX_FILE_BYTES)? {
            Some(bytes) => now.push((path, bytes)),
            None => writeln!(io.out, "{name} is gone and no longer listed")?,
        }
    }
    files::write_atomic(&folder.join(SUMS), sums(folder, &now).as_bytes(), 0o644)?;
    writeln!(io.out, "{} files are listed.", now.len())?;
    Ok(Exit::Clean)
}
