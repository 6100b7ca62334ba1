//! Settings files: what each says, and which parts of it the client passes over.
//!
//! The client drops a whole file for one wrong value and does not say so in a session. [`Settings::read`] answers with
//! what is left in force, and with a [`Defect`] for each part that is not.

mod check;
mod effective;
mod hooks;
mod origins;
mod schema;

use std::path::{Path, PathBuf};

use hook_core::Error;

use crate::Places;
use crate::json::{Document, Node, Position, Span};
use crate::permission::{Behavior, Rule};

pub use effective::{Effective, EffectiveRule, effective};
pub use hooks::{HookCommand, Launch};
pub use origins::{Origin, origins};

/// Where a settings file stands. The order is from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    User,
    Project,
    Local,
    /// `--settings`.
    Flag,
    Managed,
}

impl Source {
    /// The client's own name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "userSettings",
            Self::Project => "projectSettings",
            Self::Local => "localSettings",
            Self::Flag => "flagSettings",
            Self::Managed => "policySettings",
        }
    }
}

/// How much of a file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    InForce,
    /// The client passes over the parts with a defect.
    Partly,
    /// The client passes over the whole file.
    NotInForce,
}

/// A part of a settings file that the client passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Keys and indices from the top, joined by dots; empty for the file.
    pub path: String,
    pub span: Span,
    pub position: Position,
    pub what: String,
    /// Whether it costs the whole file.
    pub drops_file: bool,
    /// The key is written again further down, and that one counts.
    pub repeated: bool,
}

/// A settings file.
#[derive(Clone, Debug)]
pub struct Settings {
    pub source: Source,
    pub file: PathBuf,
    pub document: Document,
    pub defects: Vec<Defect>,
}

impl Settings {
    /// Reads one file; `None` where there is none.
    pub fn read(file: &Path, source: Source) -> Result<Option<Self>, Error> {
        Ok(Document::read(file)?.map(|document| Self::new(file, source, document)))
    }

    pub fn new(file: &Path, source: Source, document: Document) -> Self {
        let defects = check::defects(&document, source);
        Self { source, file: file.to_path_buf(), document, defects }
    }

    pub fn standing(&self) -> Standing {
        match self.defects.iter().any(|defect| defect.drops_file) {
            true => Standing::NotInForce,
            false if self.defects.is_empty() => Standing::InForce,
            false => Standing::Partly,
        }
    }

    /// The settings as far as the client takes them: nothing of a dropped file.
    pub fn root(&self) -> Option<&Node> {
        match self.standing() {
            Standing::NotInForce => None,
            Standing::InForce | Standing::Partly => self.written(),
        }
    }

    /// The settings as they are written, in force or not.
    pub fn written(&self) -> Option<&Node> {
        self.document.root.as_ref().ok()
    }

    /// A value in force.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        self.root()?.at(path)
    }

    /// The file's value without the parts the client passes over; an empty object for a file that is not in force.
    pub fn in_force(&self) -> serde_json::Value {
        let mut value = serde_json::Value::Object(serde_json::Map::new());
        let Some(root) = self.root() else { return value };
        for member in root.effective_members() {
            let dropped = |defect: &Defect| defect.path == member.key && !defect.repeated;
            if !self.defects.iter().any(dropped)
                && let Some(fields) = value.as_object_mut()
            {
                fields.insert(member.key.clone(), member.value.to_json());
            }
        }
        for behavior in Behavior::ALL {
            let rules: Vec<_> = self.rules(behavior).into_iter().map(|(_, node)| node.to_json()).collect();
            if let Some(list) = value.pointer_mut(&format!("/permissions/{}", behavior.as_str())) {
                *list = rules.into();
            }
        }
        if let (Some(written), Some(taken)) = (root.get("hooks"), value.get_mut("hooks")) {
            *taken = hooks::in_force(written);
        }
        value
    }

    /// The rules in force of one list, in order, each with its place.
    pub fn rules(&self, behavior: Behavior) -> Vec<(Rule, &Node)> {
        let list = self.at(&["permissions", behavior.as_str()]).map(Node::items).unwrap_or_default();
        let parsed = |item| Some((Rule::parse(Node::as_str(item)?, behavior).ok()?, item));
        list.iter().filter_map(parsed).collect()
    }

    /// The hooks in force.
    pub fn hooks(&self) -> Vec<HookCommand> {
        self.root().map(hooks::commands).unwrap_or_default()
    }

    /// What the standing means, in a sentence.
    pub fn effect(&self) -> String {
        match self.standing() {
            Standing::InForce => "in force".to_owned(),
            Standing::Partly => {
                let paths: Vec<&str> = self.defects.iter().map(|defect| defect.path.as_str()).collect();
                format!("in force without {}", paths.join(", "))
            }
            Standing::NotInForce => {
                let lost = |behavior: Behavior| {
                    let list = self.written().and_then(|root| root.at(&["permissions", behavior.as_str()]));
                    list.map_or(0, |list| list.items().len())
                };
                let rules = lost(Behavior::Deny) + lost(Behavior::Ask);
                let hooks = self.written().map_or(0, |root| hooks::commands(root).len());
                let counts = match (rules, hooks) {
                    (0, 0) => String::new(),
                    _ => format!(
                        ": its {rules} deny and ask rules and {hooks} hooks do not exist for Claude Code"
                    ),
                };
                format!("not in force{counts}")
            }
        }
    }
}

/// The settings files a start of the client reads, from weak to strong.
pub fn files(places: &Places) -> Result<Vec<Settings>, Error> {
    let mut places_and_sources = vec![
        (places.user.join("settings.json"), Source::User),
        (places.start.join(".claude/settings.json"), Source::Project),
        (places.root().join(".claude/settings.local.json"), Source::Local),
    ];
    let managed = crate::places::managed_settings_files(&places.managed);
    places_and_sources.extend(managed.into_iter().map(|file| (file, Source::Managed)));
    let mut settings = Vec::new();
    for (file, source) in places_and_sources {
        settings.extend(Settings::read(&file, source)?);
    }
    Ok(settings)
}
