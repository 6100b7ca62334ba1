//! Several files written together: all of them, or none. A run that was killed half way is undone by the next one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hook_core::files;
use serde_json::{Value, json};

/// One file to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub path: PathBuf,
    pub content: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
}

/// The list of what is being changed, below the root while it lasts.
pub(crate) const JOURNAL: &str = ".govern-journal.json";

/// The largest journal that is read, in bytes.
const MAX_JOURNAL_BYTES: usize = 1024 * 1024;

/// Where a test makes a step fail, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The step fails and everything is undone.
    Error(usize),
    /// The process ends at the step: nothing is undone here.
    Kill(usize),
}

/// Writes `files` below `root`, all or none.
pub fn commit(root: &Path, new_files: &[NewFile], fault: Fault) -> io::Result<()> {
    let mut steps = Steps { fault, count: 0 };
    let result = write_all(root, new_files, &mut steps);
    match (result, fault) {
        (Err(error), Fault::Kill(_)) => Err(error),
        (Err(error), Fault::None | Fault::Error(_)) => {
            recover(root)?;
            Err(error)
        }
        (Ok(()), _) => Ok(()),
    }
}

/// Undoes what an earlier run left half done below `root`; whether there was anything.
pub fn recover(root: &Path) -> io::Result<bool> {
    let journal = root.join(JOURNAL);
    let Some(text) = files::read_bounded(&journal, MAX_JOURNAL_BYTES).map_err(io::Error::other)? else {
        return Ok(false);
    };
    let rows: Value = serde_json::from_slice(&text).unwrap_or_default();
    let paths = |key: &str| -> Vec<(PathBuf, bool)> {
        let rows = rows.get(key).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| {
            Some((PathBuf::from(row.get("path")?.as_str()?), row.get("existed")?.as_bool()?))
        })
        .collect()
    };
    let whole = rows.get("whole").and_then(Value::as_bool) == Some(true);
    for (path, existed) in paths("files") {
        let old = beside(&path, "old");
        if !whole && old.exists() {
            fs::rename(&old, &path)?;
        } else if !whole && !existed {
            remove(&path)?;
        }
        // Where both names are one file, a rename leaves both.
        remove(&old)?;
        remove(&beside(&path, "new"))?;
    }
    if whole {
        remove(&journal)?;
        return Ok(false);
    }
    for (folder, _) in paths("folders").into_iter().rev() {
        // A folder somebody else has put something into stays.
        drop(fs::remove_dir(folder));
    }
    remove(&beside(&journal, "new"))?;
    remove(&journal)?;
    Ok(true)
}

fn write_all(root: &Path, files: &[NewFile], steps: &mut Steps) -> io::Result<()> {
    let folders = missing_folders(files);
    let rows: Vec<_> =
        files.iter().map(|file| json!({ "path": file.path, "existed": file.path.exists() })).collect();
    let made: Vec<_> = folders.iter().map(|folder| json!({ "path": folder, "existed": false })).collect();
    let journal = |whole: bool| json!({ "files": rows, "folders": made, "whole": whole }).to_string();
    steps.next()?;
    write_synced(&root.join(JOURNAL), journal(false).as_bytes(), 0o600)?;
    for folder in &folders {
        steps.next()?;
        fs::create_dir(folder)?;
    }
    for file in files {
        steps.next()?;
        write_synced(&beside(&file.path, "new"), &file.content, file.mode)?;
    }
    for file in files {
        if file.path.exists() {
            steps.next()?;
            keep(&file.path, &beside(&file.path, "old"))?;
        }
        steps.next()?;
        fs::rename(beside(&file.path, "new"), &file.path)?;
    }
    steps.next()?;
    let next = beside(&root.join(JOURNAL), "new");
    write_synced(&next, journal(true).as_bytes(), 0o600)?;
    fs::rename(&next, root.join(JOURNAL))?;
    // From here on the new state is the state; what is left of the old is only rubbish, and the journal names it.
    recover(root).map(drop)
}

/// Keeps what a file holds under another name; the file itself stays, so that there is always one.
fn keep(path: &Path, old: &Path) -> io::Result<()> {
    remove(old)?;
    // A link keeps bytes, bits and owner at no cost; where there are none, a copy does.
    fs::hard_link(path, old).or_else(|_| fs::copy(path, old).map(drop))
}

/// The folders to make, outermost first.
fn missing_folders(files: &[NewFile]) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = Vec::new();
    for file in files {
        let above: Vec<_> = file.path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in above.into_iter().rev() {
            if !missing.iter().any(|known| known == folder) {
                missing.push(folder.to_path_buf());
            }
        }
    }
    missing
}

struct Steps {
    fault: Fault,
    count: usize,
}

impl Steps {
    fn next(&mut self) -> io::Result<()> {
        let now = self.count;
        self.count += 1;
        match self.fault {
            Fault::Error(at) | Fault::Kill(at) if at == now => Err(io::Error::other("fault made by a test")),
            Fault::None | Fault::Error(_) | Fault::Kill(_) => Ok(()),
        }
    }
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.govern-{what}"))
}

fn write_synced(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut tree = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                tree.insert(entry.path(), Vec::new());
                tree.extend(super::tests::tree(&entry.path()));
            } else {
                #[expect(clippy::disallowed_methods, reason = "a test reads its own temporary folder")]
                tree.insert(entry.path(), fs::read(entry.path()).unwrap());
            }
        }
        tree
    }

    #[test]
    fn interrupted_at_any_step_it_leaves_the_old_state() {
        for kill in [false, true] {
            for step in 0..40 {
                let folder = tempfile::tempdir().unwrap();
                let root = folder.path();
                write_synced(&root.join("CLAUDE.md"), b"old", 0o644).unwrap();
                let file =
                    |path: &str| NewFile { path: root.join(path), content: b"new".to_vec(), mode: 0o644 };
                let files = [
                    file("CLAUDE.md"),
                    file(".claude/settings.json"),
                    file("docs/a/b.md"),
                    file(".claude/x"),
                ];
                let before = tree(root);
                let fault = if kill { Fault::Kill(step) } else { Fault::Error(step) };
                if commit(root, &files, fault).is_ok() {
                    assert!(step > 10, "every step can fail");
                    assert_eq!(tree(root).values().filter(|content| *content == b"new").count(), 4);
                    continue;
                }
                recover(root).unwrap();
                assert_eq!(tree(root), before, "step {step}, kill {kill}");
            }
        }
    }
}
