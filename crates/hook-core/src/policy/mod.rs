//! What the company wants, resolved for one hook: tier, modes, settings and exceptions out of up to four layers.
//!
//! Built-in defaults of the tier < user (`~/.claude/governance/policy.json`) < project (`.claude/governance.json`) <
//! managed (`/etc/claude-code/governance.json`). The project layer may only tighten, because the agent can write
//! project files; and nothing weakens what the managed layer says.

mod key;
mod layer;
mod resolve;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use key::{COMMON_KEYS, HOOK_NAMES, Key, KeyKind, Mode, Setting, TOP_KEYS, Tier};
pub use layer::{Layer, LayerKind, MAX_POLICY_BYTES, load, parse};
pub use resolve::resolve;

use crate::{Exception, Hook};

/// The policy as one hook sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(crate) tier: Tier,
    pub(crate) mode: Mode,
    pub(crate) rules: Vec<(String, Mode)>,
    pub(crate) settings: Vec<(&'static str, Setting)>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) user_exceptions: bool,
    /// The files that took part, with the bytes' digests being the log's business.
    pub(crate) files: Vec<PathBuf>,
}

impl Policy {
    /// The built-in defaults of a tier for one hook.
    pub fn defaults(hook: &Hook, tier: Tier) -> Self {
        Self {
            tier,
            mode: Mode::Enforce,
            rules: Vec::new(),
            settings: hook.keys.iter().map(|key| (key.name, key.kind.default_for(tier))).collect(),
            exceptions: Vec::new(),
            user_exceptions: true,
            files: Vec::new(),
        }
    }

    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The mode of the hook as a whole.
    pub fn hook_mode(&self) -> Mode {
        self.mode
    }

    /// The mode of one rule: its own where the policy names it, else the hook's; off where the hook is off.
    pub fn mode(&self, rule: &str) -> Mode {
        if self.mode == Mode::Off {
            return Mode::Off;
        }
        self.rules.iter().find(|(id, _)| id == rule).map_or(self.mode, |(_, mode)| *mode)
    }

    /// A yes-or-no setting; false where the hook has no such key.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.setting(key), Some(Setting::Flag(true)))
    }

    /// A number; zero where the hook has no such key.
    pub fn number(&self, key: &str) -> u64 {
        match self.setting(key) {
            Some(Setting::Number(number)) => *number,
            Some(Setting::Flag(_) | Setting::List(_)) | None => 0,
        }
    }

    /// A list of JSON values (rules of the company's own, say).
    pub fn items(&self, key: &str) -> &[Value] {
        match self.setting(key) {
            Some(Setting::List(items)) => items,
            Some(Setting::Flag(_) | Setting::Number(_)) | None => &[],
        }
    }

    /// A list of texts; other values in it are passed over (`policy check` names them).
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.items(key).iter().filter_map(Value::as_str).collect()
    }

    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Whether the user may make exceptions; the managed layer can say no.
    pub fn user_exceptions(&self) -> bool {
        self.user_exceptions
    }

    /// The policy files that were there.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|(name, _)| *name == key).map(|(_, setting)| setting)
    }
}

/// Where the three policy files stand.
pub fn places(home: &Path, project: Option<&Path>, managed: &Path) -> Vec<(LayerKind, PathBuf)> {
    let mut places = vec![(LayerKind::User, home.join(".claude/governance/policy.json"))];
    if let Some(project) = project {
        places.push((LayerKind::Project, project.join(".claude/governance.json")));
    }
    places.push((LayerKind::Managed, managed.join("governance.json")));
    places
}
