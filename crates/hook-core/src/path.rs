//! Paths as the kernel would see them: absolute, without `.` and `..`, symbolic links followed as far as they exist.

use std::path::{Component, Path, PathBuf};

/// `path` made absolute: `~` is `home`, a relative path stands below `cwd`; `.` and `..` are resolved by text.
pub fn absolute(path: &str, cwd: &Path, home: &Path) -> PathBuf {
    let joined = match path.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => cwd.join(path),
    };
    normalised(&joined)
}

/// `path` without `.` and `..`, by text alone.
pub fn normalised(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    result.push("/");
                }
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => result.push(component),
        }
    }
    result
}

/// `path` with the symbolic links of its longest existing part followed, so that a new file below a link is seen where
/// it would be written.
pub fn real(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut existing = path;
    loop {
        if let Ok(resolved) = existing.canonicalize() {
            return missing.iter().rev().fold(resolved, |folder, name| folder.join(name));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else {
            return path.to_path_buf();
        };
        missing.push(name);
        existing = parent;
    }
}
