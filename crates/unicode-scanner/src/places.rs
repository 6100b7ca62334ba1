//! The files that instruct the assistant, where a session finds them.

use std::path::{Path, PathBuf};

use hook_core::files;

/// Below the project.
const PROJECT_FILES: [&str; 5] =
    ["CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", ".mcp.json", ".claude/CLAUDE.md"];
/// Below a `.claude` folder, the project's or the user's.
const FOLDERS: [&str; 5] = ["agents", "commands", "skills", "rules", "output-styles"];
/// A session does not wait for more: files looked at, and bytes of each.
const MOST_FILES: usize = 96;
const MOST_BYTES: usize = 256 * 1024;

/// The instruction files of the project and the user, with their texts. A file that cannot be read instructs nobody.
pub(crate) fn instructions(project: &Path, home: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = PROJECT_FILES.iter().map(|name| project.join(name)).collect();
    let user = home.join(".claude");
    paths.push(user.join("CLAUDE.md"));
    for folder in FOLDERS {
        list(&project.join(".claude").join(folder), 3, &mut paths);
        list(&user.join(folder), 3, &mut paths);
    }
    paths.into_iter().take(MOST_FILES).filter_map(|path| text(&path).map(|text| (path, text))).collect()
}

/// The text of one instruction file.
pub(crate) fn text(path: &Path) -> Option<String> {
    files::read_text(path, MOST_BYTES).ok().flatten()
}

fn list(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut found: Vec<PathBuf> = entries.flatten().take(MOST_FILES).map(|entry| entry.path()).collect();
    found.sort();
    for path in found {
        if path.is_dir() && depth > 0 {
            list(&path, depth - 1, paths);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            paths.push(path);
        }
    }
}
