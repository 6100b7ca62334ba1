//! Where a call happens: the folders and the policy's lists that rules look at.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;

use hook_core::Tier;

use crate::rules::governance;

/// A line that asks more often about repositories is no work a person does; an index may have megabytes.
const MOST_LOOKS: u32 = 16;

/// Subjects that are written out. Whether a character can be printed stands in long tables, and nobody reads more.
const MOST_SHOWN: u32 = 128;

/// What stands at a path whose folder has no links in it.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Plain,
    /// A symbolic link, with the path it leads to in the end.
    Link(String),
    Missing,
}

fn step(path: &str) -> Step {
    match Path::new(path).symlink_metadata() {
        Ok(found) if found.is_symlink() => Step::Link(text(&hook_core::path::real(Path::new(path)))),
        Ok(_) => Step::Plain,
        Err(_) => Step::Missing,
    }
}

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
    /// What was asked already.
    pub(crate) memory: Memory,
}

/// What rules have asked the file system or worked out for this scene: several families ask about the same file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    /// Paths whose links were followed.
    followed: RefCell<BTreeMap<String, String>>,
    steps: RefCell<BTreeMap<String, Step>>,
    /// How often a rule has read a repository's files.
    looks: Cell<u32>,
    /// How many subjects of hits were written.
    shown: Cell<u32>,
    /// What governance protects, written out, and what of it is there.
    protected_places: OnceCell<Vec<String>>,
    protected_places_there: OnceCell<Vec<String>>,
}

impl Memory {
    /// Counts a subject; true when many were written already.
    pub(crate) fn has_shown_many(&self) -> bool {
        self.shown.set(self.shown.get().saturating_add(1));
        self.shown.get() > MOST_SHOWN
    }
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
            memory: Memory::default(),
            production: PRODUCTION.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Scene {
    /// `path` with its symbolic links followed, looked up once.
    pub(crate) fn real(&self, path: &str) -> String {
        if let Some(real) = self.memory.followed.borrow().get(path) {
            return real.clone();
        }
        let real = self.walk(path);
        self.memory.followed.borrow_mut().insert(path.to_owned(), real.clone());
        real
    }

    /// Follows `path` from the root down to where nothing is there any more. Each step is remembered, so that a line with
    /// thousands of paths asks the file system once for each folder and file.
    fn walk(&self, path: &str) -> String {
        let mut steps = self.memory.steps.borrow_mut();
        let mut real = String::with_capacity(path.len());
        let mut names = path.split('/').filter(|name| !name.is_empty());
        let mut is_there = true;
        for name in &mut names {
            real.push('/');
            real.push_str(name);
            if !is_there {
                continue;
            }
            let step = match steps.get(&real) {
                Some(step) => step.clone(),
                None => steps.entry(real.clone()).or_insert_with(|| step(&real)).clone(),
            };
            match step {
                Step::Plain => {}
                // What follows the root begins with a slash of its own.
                Step::Link(target) if target == "/" => real.clear(),
                Step::Link(target) => real = target,
                Step::Missing => is_there = false,
            }
        }
        if real.is_empty() { "/".into() } else { real }
    }

    /// Whether a rule may still read what a repository holds; a rule that may not takes the worse answer.
    pub(crate) fn may_look(&self) -> bool {
        self.memory.looks.set(self.memory.looks.get() + 1);
        self.memory.looks.get() <= MOST_LOOKS
    }

    pub(crate) fn protected_places(&self) -> &[String] {
        self.memory.protected_places.get_or_init(|| governance::protected_places(self))
    }

    /// Those of the protected places that are there now.
    pub(crate) fn protected_places_there(&self) -> &[String] {
        self.memory.protected_places_there.get_or_init(|| {
            let places = self.protected_places().iter();
            places.filter(|place| Path::new(place).exists()).cloned().collect()
        })
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
