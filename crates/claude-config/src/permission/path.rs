//! Path rules: where a pattern is anchored, and the path it is compared with.

use std::path::{Component, Path, PathBuf};

use super::Roots;
use super::gitignore::Pattern;

/// The content of a `Read(...)` or `Edit(...)` rule.
#[derive(Clone, Debug)]
pub struct PathRule {
    root: PathBuf,
    pattern: Pattern,
}

impl PathRule {
    /// Anchors a pattern: `//` at the file system's root, `~/` at home, `/` at the settings' scope, else the current
    /// folder. `None` where the pattern can match nothing.
    pub fn new(content: &str, roots: &Roots<'_>) -> Option<Self> {
        let (root, pattern) = if content.starts_with("//") {
            (Path::new("/"), content.get(1..)?)
        } else if content.starts_with("~/") {
            (roots.home, content.get(1..)?)
        } else if content.starts_with('/') {
            (roots.source, content)
        } else {
            (roots.cwd, content.strip_prefix("./").unwrap_or(content))
        };
        // `secrets/**` becomes `secrets`, and so, having no slash left, matches at any depth.
        let pattern = match pattern.strip_suffix("/**") {
            Some("") => "**",
            Some(folder) => folder,
            None => pattern,
        };
        let mut single = pattern.to_owned();
        while single.contains("//") {
            single = single.replace("//", "/");
        }
        Some(Self { root: root.to_path_buf(), pattern: Pattern::new(&single)? })
    }

    /// Whether the rule names `path`, which may be relative to the current folder or begin with `~/`.
    pub fn matches(&self, path: &str, roots: &Roots<'_>) -> bool {
        let path = absolute(path, roots);
        match path.strip_prefix(&self.root) {
            Ok(inside) if inside.as_os_str().is_empty() => false,
            Ok(inside) => self.pattern.matches(&inside.to_string_lossy()),
            Err(_) => false,
        }
    }
}

/// The path from the file system's root, with `.` and `..` taken out by their text.
pub(crate) fn absolute(path: &str, roots: &Roots<'_>) -> PathBuf {
    let joined = match path.strip_prefix("~/") {
        Some(rest) => roots.home.join(rest),
        None if path == "~" => roots.home.to_path_buf(),
        None => roots.cwd.join(path),
    };
    let mut clean = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(component),
        }
    }
    clean
}
