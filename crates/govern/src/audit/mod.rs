//! `govern audit`: what is wrong with a repository's Claude Code governance, where, and what it costs.

pub mod documents;
pub mod fix;
pub mod hooks;
pub mod mcp;
pub mod output;
pub mod permissions;
mod repository;
pub mod rules;
pub mod settings;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use claude_config::json::{Document, Position};
use claude_config::settings::{Settings, Source};
use hook_core::{Tier, files};
use sha2::{Digest, Sha256};

use crate::Failure;
pub use rules::{Level, RULES, Rule};

/// The largest file that is audited, in bytes.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// One thing that is wrong, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static Rule,
    /// The rule's, unless the command line says otherwise.
    pub level: Level,
    /// Relative to the audited folder.
    pub file: PathBuf,
    pub position: Position,
    /// The line it stands on, and how much of it, for the caret.
    pub line: String,
    pub length: usize,
    /// What is wrong here, in a sentence.
    pub message: String,
    /// What to write instead, where that is known.
    pub fix: Option<String>,
}

impl Finding {
    /// Stays the same while the thing itself does, wherever it moves in the file.
    pub fn fingerprint(&self) -> String {
        let text = format!("{}\n{}\n{}", self.rule.id, self.file.display(), self.message);
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(8).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }
}

/// What is audited: a folder's files, read once.
pub struct Subject {
    pub root: PathBuf,
    pub project: Option<Settings>,
    pub local: Option<Settings>,
    /// A plugin's `hooks/hooks.json`.
    pub plugin: Option<Settings>,
    /// A plugin's or a marketplace's manifest.
    pub manifest: Option<(PathBuf, Document)>,
    /// `.mcp.json`.
    pub servers: Option<(PathBuf, Document)>,
    pub registry: Option<String>,
    pub claude_md: Option<(PathBuf, String)>,
    pub charter: Option<String>,
    /// Who has acknowledged the charter, one JSON object a line.
    pub acknowledgements: Option<String>,
    pub workflow: Option<String>,
    /// The governance files git tracks; `None` where there is no repository, or no git.
    pub tracked: Option<BTreeSet<String>>,
    /// Settings files below the root, relative to it.
    pub nested: Vec<PathBuf>,
    /// The tier the repository says it is under.
    pub tier: Option<Tier>,
    pub today: chrono::NaiveDate,
    /// Whether a single file is audited, so that nothing can be missing beside it.
    pub alone: bool,
}

impl Subject {
    /// Reads a repository.
    pub fn read(root: &Path, today: chrono::NaiveDate) -> Result<Self, Failure> {
        let text = |path: &str| files::read_text(&root.join(path), MAX_FILE_BYTES);
        let settings = |path: &str, source| -> Result<Option<Settings>, Failure> {
            let document = text(path)?.map(Document::new);
            Ok(document.map(|document| Settings::new(Path::new(path), source, document)))
        };
        let claude_md = match text("CLAUDE.md")? {
            Some(found) => Some((PathBuf::from("CLAUDE.md"), found)),
            None => text(".claude/CLAUDE.md")?.map(|found| (PathBuf::from(".claude/CLAUDE.md"), found)),
        };
        let policy: serde_json::Value = text(".claude/governance.json")?
            .and_then(|found| serde_json::from_str(&found).ok())
            .unwrap_or_default();
        Ok(Self {
            root: root.to_path_buf(),
            project: settings(".claude/settings.json", Source::Project)?,
            local: settings(".claude/settings.local.json", Source::Local)?,
            plugin: None,
            manifest: None,
            servers: text(".mcp.json")?.map(|found| (PathBuf::from(".mcp.json"), Document::new(found))),
            registry: text(".claude/mcp-registry.yaml")?,
            claude_md,
            charter: text(crate::charter::CHARTER)?,
            acknowledgements: text(crate::charter::PEOPLE)?,
            workflow: text(".github/workflows/ai-governance.yml")?,
            tracked: repository::tracked(root),
            nested: repository::nested_settings(root),
            tier: policy.get("tier").and_then(serde_json::Value::as_str).and_then(Tier::from_name),
            today,
            alone: false,
        })
    }

    /// The same place with nothing in it.
    pub(crate) fn empty(&self) -> Self {
        Self { alone: self.alone, ..Self::nothing(self.root.clone(), self.today) }
    }

    fn nothing(root: PathBuf, today: chrono::NaiveDate) -> Self {
        Self {
            root,
            project: None,
            local: None,
            plugin: None,
            manifest: None,
            servers: None,
            registry: None,
            claude_md: None,
            charter: None,
            workflow: None,
            acknowledgements: None,
            tracked: None,
            nested: Vec::new(),
            tier: None,
            today,
            alone: false,
        }
    }

    /// One file's text, judged by its name.
    pub fn of_file(name: &str, text: String, today: chrono::NaiveDate) -> Result<Self, Failure> {
        let path = PathBuf::from(name);
        let base = path.file_name().map(|base| base.to_string_lossy().into_owned()).unwrap_or_default();
        let mut subject = Self { alone: true, ..Self::nothing(PathBuf::from("."), today) };
        // By its place, or by what every workflow has and no registry.
        let workflow = path.components().any(|part| part.as_os_str() == "workflows")
            || text.lines().any(|line| line.starts_with("jobs:"));
        if base.ends_with("mcp.json") {
            subject.servers = Some((path, Document::new(text)));
        } else if base.ends_with("settings.local.json") {
            subject.local = Some(Settings::new(&path, Source::Local, Document::new(text)));
        } else if base.ends_with("settings.json") {
            let source = if base.contains("managed") { Source::Managed } else { Source::Project };
            subject.project = Some(Settings::new(&path, source, Document::new(text)));
        } else if base.ends_with("CLAUDE.md") {
            subject.claude_md = Some((path, text));
        } else if workflow {
            subject.workflow = Some(text);
        } else if base.ends_with("hooks.json") {
            // A plugin's hooks have the form of a settings file's; rules it has none.
            subject.plugin = Some(Settings::new(&path, Source::Project, Document::new(text)));
        } else if base.ends_with("plugin.json") || base.ends_with("marketplace.json") {
            subject.manifest = Some((path, Document::new(text)));
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            subject.registry = Some(text);
        } else {
            return Err(Failure::Usage(format!(
                "`{name}` is not a file the audit knows: settings.json, settings.local.json, .mcp.json, CLAUDE.md, \
                 mcp-registry.yaml, a workflow, or a plugin's hooks.json, plugin.json, marketplace.json"
            )));
        }
        Ok(subject)
    }

    /// The settings files there are.
    pub fn settings(&self) -> impl Iterator<Item = &Settings> {
        self.project.iter().chain(&self.local).chain(&self.plugin)
    }
}

/// What the audit is to hold the subject to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectation {
    /// Every rule of this tier must be there.
    pub tier: Option<Tier>,
}

/// Every finding, errors first, in the order of the files.
pub fn audit(subject: &Subject, expectation: Expectation) -> Vec<Finding> {
    let mut findings = Vec::new();
    settings::check(subject, expectation, &mut findings);
    repository::check(subject, &mut findings);
    permissions::check(subject, &mut findings);
    hooks::check(subject, &mut findings);
    mcp::check(subject, &mut findings);
    documents::check(subject, &mut findings);
    findings.sort_by(|a, b| {
        (a.level, &a.file, a.position.line, a.rule.id).cmp(&(b.level, &b.file, b.position.line, b.rule.id))
    });
    findings
}

/// A finding about a place in a JSON file.
pub(crate) fn at(
    rule: &'static str,
    file: &Path,
    document: &Document,
    span: claude_config::json::Span,
    message: impl Into<String>,
) -> Option<Finding> {
    let position = document.position(span.start);
    let line = document.text.lines().nth(position.line.saturating_sub(1)).unwrap_or_default().to_string();
    let length = span
        .end
        .saturating_sub(span.start)
        .clamp(1, line.len().saturating_sub(position.column.saturating_sub(1)).max(1));
    let rule = rules::find(rule)?;
    Some(Finding {
        rule,
        level: rule.level,
        file: file.to_path_buf(),
        position,
        line,
        length,
        message: message.into(),
        fix: None,
    })
}

/// A finding about a file as a whole.
pub(crate) fn about(
    rule: &'static str,
    file: impl Into<PathBuf>,
    message: impl Into<String>,
) -> Option<Finding> {
    let rule = rules::find(rule)?;
    Some(Finding {
        rule,
        level: rule.level,
        file: file.into(),
        position: Position { line: 1, column: 1 },
        line: String::new(),
        length: 0,
        message: message.into(),
        fix: None,
    })
}
