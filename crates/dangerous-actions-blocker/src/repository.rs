//! What a git repository's own files say, read only when a rule needs it; git itself is never started.

use std::path::{Path, PathBuf};

use hook_core::files;

/// The most of `HEAD`, a packed-refs file or an index that is read, in bytes.
const HEAD_LIMIT: usize = 4096;
const REFS_LIMIT: usize = 4 * 1024 * 1024;

/// The branch the repository around `directory` stands on.
pub(crate) fn current_branch(directory: &str, folder: Option<&str>) -> Option<String> {
    let git = git_folder(&start(directory, folder))?;
    let head = files::read_text(&git.join("HEAD"), HEAD_LIMIT).ok()??;
    head.trim().strip_prefix("ref: refs/heads/").map(ToOwned::to_owned)
}

/// Whether there is a local or remote branch of this name; `None` where there is no repository to ask.
pub(crate) fn has_branch(directory: &str, folder: Option<&str>, name: &str) -> Option<bool> {
    let git = common_folder(git_folder(&start(directory, folder))?);
    if name.contains("..") {
        return Some(false);
    }
    let loose = ["refs/heads", "refs/tags", "refs/remotes", "refs/remotes/origin"];
    if loose.iter().any(|place| git.join(place).join(name).is_file()) {
        return Some(true);
    }
    let packed = files::read_text(&git.join("packed-refs"), REFS_LIMIT).ok().flatten().unwrap_or_default();
    Some(packed.lines().any(|line| {
        line.split_once(' ').is_some_and(|(_, full)| {
            loose
                .iter()
                .any(|place| full.strip_prefix(place).and_then(|rest| rest.strip_prefix('/')) == Some(name))
        })
    }))
}

/// Whether `path` is there.
pub(crate) fn file_exists(directory: &str, folder: Option<&str>, path: &str) -> bool {
    start(directory, folder).join(path).exists()
}

/// Whether git's index says that `path` is as it was when it was last added: same size and same modification time.
///
/// Anything unclear (no index, another index version, a file not in it) is `false`.
pub(crate) fn is_unchanged(directory: &str, folder: Option<&str>, path: &str) -> bool {
    unchanged(&start(directory, folder), path).unwrap_or(false)
}

fn unchanged(start: &Path, path: &str) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let (root, git) = repository(start)?;
    let file = hook_core::path::normalised(&start.join(path));
    let inside = file.strip_prefix(&root).ok()?.to_str()?;
    let metadata = file.symlink_metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    let index = files::read_bounded(&git.join("index"), 16 * 1024 * 1024).ok()??;
    let entry = index_entry(&index, inside)?;
    // A file written in the same second as the index may have changed unnoticed; git calls it racily clean.
    let index_time = git.join("index").metadata().ok()?.mtime();
    let same = u64::from(entry.size) == metadata.len()
        && i64::from(entry.seconds) == metadata.mtime()
        && i64::from(entry.nanoseconds) == metadata.mtime_nsec();
    Some(same && metadata.mtime() < index_time)
}

struct Entry {
    seconds: u32,
    nanoseconds: u32,
    size: u32,
}

/// The entry of `name` in an index of version 2 or 3 (gitformat-index): a header of 12 bytes, then entries of 62 bytes
/// and a name, padded with NUL to a multiple of eight.
fn index_entry(index: &[u8], name: &str) -> Option<Entry> {
    let number = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    if index.get(..4)? != b"DIRC" || !matches!(number(4)?, 2 | 3) {
        return None;
    }
    let mut at = 12;
    for _ in 0..number(8)? {
        let flags = u16::from_be_bytes(index.get(at + 60..at + 62)?.try_into().ok()?);
        let from = at + if flags & 0x4000 == 0 { 62 } else { 64 };
        let length = index.get(from..)?.iter().position(|byte| *byte == 0)?;
        if index.get(from..from + length)? == name.as_bytes() {
            // Stage bits: an unmerged file is never as committed.
            return (flags & 0x3000 == 0).then_some(Entry {
                seconds: number(at + 8)?,
                nanoseconds: number(at + 12)?,
                size: number(at + 36)?,
            });
        }
        at += (from - at + length + 8) / 8 * 8;
    }
    None
}

fn start(directory: &str, folder: Option<&str>) -> PathBuf {
    let directory = Path::new(directory);
    folder.map_or_else(|| directory.to_path_buf(), |folder| directory.join(folder))
}

fn git_folder(start: &Path) -> Option<PathBuf> {
    repository(start).map(|(_, git)| git)
}

/// The working tree's root and its git folder, which a worktree or submodule names in a file.
fn repository(start: &Path) -> Option<(PathBuf, PathBuf)> {
    for folder in start.ancestors() {
        let git = folder.join(".git");
        let Ok(metadata) = git.metadata() else { continue };
        if metadata.is_dir() {
            return Some((folder.to_path_buf(), git));
        }
        let text = files::read_text(&git, HEAD_LIMIT).ok()??;
        return Some((folder.to_path_buf(), folder.join(text.trim().strip_prefix("gitdir: ")?)));
    }
    None
}

/// Where branches are kept: a worktree's git folder names the main one.
fn common_folder(git: PathBuf) -> PathBuf {
    match files::read_text(&git.join("commondir"), HEAD_LIMIT) {
        Ok(Some(common)) => git.join(common.trim()),
        _ => git,
    }
}
