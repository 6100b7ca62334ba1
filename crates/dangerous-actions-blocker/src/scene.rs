//! Where a call happens: the folders and the policy's lists that rules look at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use hook_core::Tier;

/// Everything a rule may know beside the command itself. Paths are absolute texts without a trailing slash.
#[derive(Debug, Clone)]
pub struct Scene {
    pub home: String,
    pub project: String,
    pub cwd: String,
    /// Where this governance keeps its state and log.
    pub state: String,
    /// The folder of managed configuration.
    pub managed: String,
    pub tier: Tier,
    /// Folders outside the project where work is allowed, from the policy.
    pub allowed: Vec<String>,
    /// Path globs no tool may write, from the policy.
    pub protected: Vec<String>,
    /// Branches that must not be rewritten or deleted, from the policy.
    pub branches: Vec<String>,
    /// Words that mark a production target (`prod`), from the policy.
    pub production: Vec<String>,
    /// Paths whose links were followed already: several families ask about the same file.
    pub(crate) followed: RefCell<BTreeMap<String, String>>,
}

impl Scene {
    /// A scene with the built-in lists.
    pub fn new(home: &Path, project: &Path, cwd: &Path, tier: Tier) -> Self {
        let home = text(home);
        Self {
            state: format!("{home}/.local/state/claude-governance"),
            managed: "/etc/claude-code".into(),
            home,
            project: text(project),
            cwd: text(cwd),
            tier,
            allowed: Vec::new(),
            protected: Vec::new(),
            branches: BRANCHES.iter().map(ToString::to_string).collect(),
            followed: RefCell::default(),
            production: PRODUCTION.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Scene {
    /// `path` with its symbolic links followed, looked up once.
    pub(crate) fn real(&self, path: &str) -> String {
        if let Some(real) = self.followed.borrow().get(path) {
            return real.clone();
        }
        let real = text(&hook_core::path::real(Path::new(path)));
        self.followed.borrow_mut().insert(path.to_owned(), real.clone());
        real
    }
}

/// The path as text without a trailing slash; a path that is not UTF-8 keeps what can be read of it.
pub(crate) fn text(path: &Path) -> String {
    let text = path.to_string_lossy();
    match text.trim_end_matches('/') {
        "" => "/".into(),
        trimmed => trimmed.to_owned(),
    }
}

/// Branch names that are shared by convention.
pub(crate) const BRANCHES: &[&str] = &["main", "master", "trunk", "develop", "production", "release/*"];

/// Words that mark a production target by convention.
pub(crate) const PRODUCTION: &[&str] = &["prod", "production", "prd"];
