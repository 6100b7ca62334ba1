//! Where the client looks for its configuration.

use std::path::{Path, PathBuf};

/// The folders and files one start of the client reads from.
#[derive(Clone, Debug)]
pub struct Places {
    /// `~/.claude`, or `$CLAUDE_CONFIG_DIR`.
    pub user: PathBuf,
    /// `~/.claude.json`, or `$CLAUDE_CONFIG_DIR/.claude.json`.
    pub state: PathBuf,
    /// The folder the client was started in: the only one whose `.claude/settings.json` counts.
    pub start: PathBuf,
    /// The nearest folder upwards that holds `.git`.
    pub git_root: Option<PathBuf>,
    /// The folder of managed configuration.
    pub managed: PathBuf,
    pub home: PathBuf,
}

impl Places {
    /// The places for a client started in `start` without `CLAUDE_CONFIG_DIR`.
    pub fn new(home: &Path, start: &Path, managed: &Path) -> Self {
        Self {
            user: home.join(".claude"),
            state: home.join(".claude.json"),
            start: start.to_path_buf(),
            git_root: start.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf),
            managed: managed.to_path_buf(),
            home: home.to_path_buf(),
        }
    }

    /// The same with `CLAUDE_CONFIG_DIR` set: user settings and the state file move there.
    #[must_use]
    pub fn with_config_dir(mut self, folder: &Path) -> Self {
        self.user = folder.to_path_buf();
        self.state = folder.join(".claude.json");
        self
    }

    /// The folder local settings and local MCP servers belong to: the repository's root, else the start folder.
    pub fn root(&self) -> &Path {
        self.git_root.as_deref().unwrap_or(&self.start)
    }
}

/// The managed settings files in the order they are merged: `managed-settings.json`, then its `.d` folder by name.
pub(crate) fn managed_settings_files(managed: &Path) -> Vec<PathBuf> {
    let mut drop_ins = json_files(&managed.join("managed-settings.d"));
    drop_ins.insert(0, managed.join("managed-settings.json"));
    drop_ins
}

/// The `*.json` files of a folder by name; hidden ones are left out, as the client leaves them out.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let visible = |path: &PathBuf| {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        !hidden && path.extension().is_some_and(|extension| extension == "json")
    };
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(visible).collect();
    files.sort();
    files
}
