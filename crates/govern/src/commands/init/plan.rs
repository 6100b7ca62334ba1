//! What a repository is to hold under a tier: every file as it is to be, merged with what is there.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use hook_core::{Tier, files};

use super::merge::{self, Departures, MergedText, merged_claude_md, merged_settings, merged_text};
use super::{Answers, Base, MAX_FILE_BYTES, base};
use crate::tiers::{self, PROJECT_LAUNCHER};
use crate::transaction::{Fault, NewFile};
use crate::{Failure, Io};

/// Every file as it is to be, and what stays although the tier says otherwise.
pub(in crate::commands) struct Plan {
    /// Each with what it was.
    pub(in crate::commands) files: Vec<(NewFile, Option<Vec<u8>>)>,
    /// One line each, for people.
    pub(in crate::commands) left: Vec<String>,
    /// None, but in tests.
    pub(in crate::commands) fault: Fault,
}

/// The files that are made from a template and then belong to the team: path, template.
pub(in crate::commands) const TEMPLATES: &[(&str, &str)] = &[
    (".claude/mcp-registry.yaml", REGISTRY),
    ("docs/ai-usage-charter.md", CHARTER),
    (".github/workflows/ai-governance.yml", WORKFLOW),
    (".github/pull_request_template.md", PULL_REQUEST),
];

const CLAUDE_MD: &str = "CLAUDE.md";

/// Plans a repository under the tier of `answers`; `base` is what was written here last.
pub(in crate::commands) fn plan(
    place: &Place,
    answers: &Answers,
    base: Option<&Base>,
    departures: Departures,
    io: &Io<'_>,
) -> Result<Plan, Failure> {
    let folder = place.folder.as_path();
    let date = base.map_or_else(|| io.now.date_naive(), |base| base.date);
    let settings = tiers::settings(answers.tier);
    let mut planner = Planner::new(folder, base, Base::new(answers, date, settings.clone()));

    let (path, before) = planner.read(".claude/settings.json")?;
    let merged = merged_settings(before.as_deref(), base.map(|base| &base.settings), &settings, departures)
        .map_err(|problem| broken(&path, &problem))?;
    planner.plan.left.extend(merged.departures.iter().map(|what| format!(".claude/settings.json: {what}")));
    planner.add(path, before, merged.text, 0o644);

    let (path, before) = planner.read(".claude/governance.json")?;
    let policy =
        merge::with_tier(before.as_deref(), answers.tier).map_err(|problem| broken(&path, &problem))?;
    planner.add(path, before, policy, 0o644);
    planner.whole(".claude/hooks/run-hook.sh", PROJECT_LAUNCHER.as_bytes().to_vec())?;
    planner.executable();
    let (path, before) = planner.read(".gitignore")?;
    let ignored = merge::with_line(before.as_deref(), ".claude/settings.local.json");
    planner.add(path, before, ignored, 0o644);

    let part = place.template(&format!("templates/CLAUDE.md.{}", answers.tier))?;
    let part = part.unwrap_or_else(|| tiers::claude_md(answers.tier).to_string());
    planner.text(CLAUDE_MD, &part, merged_claude_md)?;
    for (path, template) in place.templates()? {
        let text = filled_on(&template, answers, date);
        planner.text(path, &text, merged_text)?;
    }
    planner.finish()
}

/// A repository, and the organisation's configuration repository it takes its templates from, where it has one.
pub(in crate::commands) struct Place {
    pub(in crate::commands) folder: PathBuf,
    pub(in crate::commands) platform: Option<PathBuf>,
}

impl Place {
    /// A file of the organisation's, where there is one.
    fn template(&self, path: &str) -> Result<Option<String>, Failure> {
        let Some(platform) = &self.platform else { return Ok(None) };
        Ok(files::read_text(&platform.join(path), MAX_FILE_BYTES)?)
    }

    /// Every template: the organisation's, else our own.
    fn templates(&self) -> Result<Vec<(&'static str, String)>, Failure> {
        let mut templates = Vec::new();
        for (path, own) in TEMPLATES {
            let theirs = self.template(&template_place(path))?;
            templates.push((*path, theirs.unwrap_or_else(|| (*own).to_string())));
        }
        if let Some(reviewer) = self.template(REVIEWER)? {
            templates.push((REVIEWER, reviewer));
        }
        Ok(templates)
    }
}

/// The agent an organisation shares.
const REVIEWER: &str = ".claude/agents/security-reviewer.md";

/// Where the template of a repository's file stands in the organisation's configuration repository.
pub(in crate::commands) fn template_place(path: &str) -> String {
    match path.rsplit_once('/') {
        // The registry is shared as it is.
        Some((".claude", _)) | None => path.to_string(),
        Some((_, name)) => format!("templates/{name}"),
    }
}

/// From what a file holds, what was written last and what the tier says, to what it is to hold.
type Merge = fn(Option<&[u8]>, Option<&str>, &str) -> MergedText;

fn broken(path: &Path, problem: &str) -> Failure {
    Failure::Usage(format!("{}: {problem}", path.display()))
}

/// Collects the files of a plan.
pub(in crate::commands) struct Planner<'a> {
    folder: &'a Path,
    /// What was written here last.
    base: Option<&'a Base>,
    /// What the next upgrade is to merge against.
    next: Base,
    plan: Plan,
}

impl<'a> Planner<'a> {
    pub(in crate::commands) fn new(folder: &'a Path, base: Option<&'a Base>, next: Base) -> Self {
        Self { folder, base, next, plan: Plan { files: Vec::new(), left: Vec::new(), fault: Fault::None } }
    }

    /// The files so far.
    pub(in crate::commands) fn files(&self) -> impl Iterator<Item = &NewFile> {
        self.plan.files.iter().map(|(file, _)| file)
    }

    /// The plan, with the base of the next one in it.
    pub(in crate::commands) fn finish(mut self) -> Result<Plan, Failure> {
        let next = self.next.print();
        self.whole(base::FILE, next)?;
        Ok(self.plan)
    }

    fn read(&self, path: &str) -> Result<(PathBuf, Option<Vec<u8>>), Failure> {
        let path = self.folder.join(path);
        let before = files::read_bounded(&path, MAX_FILE_BYTES)?;
        Ok((path, before))
    }

    fn add(&mut self, path: PathBuf, before: Option<Vec<u8>>, content: Vec<u8>, mode: u32) {
        self.plan.files.push((NewFile { path, content, mode }, before));
    }

    /// A file that is the tool's own.
    pub(in crate::commands) fn whole(&mut self, path: &str, content: Vec<u8>) -> Result<(), Failure> {
        let (path, before) = self.read(path)?;
        self.add(path, before, content, 0o644);
        Ok(())
    }

    /// The last file added is a program.
    pub(in crate::commands) fn executable(&mut self) {
        if let Some((file, _)) = self.plan.files.last_mut() {
            file.mode = 0o755;
        }
    }

    /// A text of the tier, and what the next upgrade is to merge against.
    pub(in crate::commands) fn text(
        &mut self,
        name: &str,
        theirs: &str,
        merge: Merge,
    ) -> Result<(), Failure> {
        let was = self.base.and_then(|base| base.text(name));
        let (path, before) = self.read(name)?;
        match merge(before.as_deref(), was, theirs) {
            MergedText::Clean(content) => {
                // Of a file the team wrote before we came, nothing is ours.
                if before.is_none() || was.is_some() || name == CLAUDE_MD {
                    self.next.texts.insert(name.into(), theirs.into());
                }
                self.add(path, before, content, 0o644);
            }
            MergedText::Conflict => {
                self.next.texts.insert(name.into(), was.unwrap_or_default().into());
                self.plan.left.push(format!(
                    "{name}: you and the tier changed the same lines; compare it with `govern tier template {name}`"
                ));
            }
        }
        Ok(())
    }
}

const REGISTRY: &str = include_str!("../../../../../hooks-config/templates/mcp-registry.yaml");
pub(crate) const CHARTER: &str = include_str!("../../../../../hooks-config/templates/ai-usage-charter.md");
const WORKFLOW: &str = include_str!("../../../../../hooks-config/templates/ai-governance.yml");
const PULL_REQUEST: &str = include_str!("../../../../../hooks-config/templates/pull_request_template.md");

/// A template with its placeholders filled in.
pub(in crate::commands) fn filled(template: &str, answers: &Answers, io: &Io<'_>) -> String {
    filled_on(template, answers, io.now.date_naive())
}

pub(in crate::commands) fn filled_on(template: &str, answers: &Answers, today: NaiveDate) -> String {
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
