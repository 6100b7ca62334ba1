//! Which repository and commit a call happened in, read from git's files: no process is started for it.

use hook_core::files::read_text;
use std::path::{Path, PathBuf};

/// Git's own files are small; more than this is not one of them. `packed-refs` of a large repository is the largest.
const LARGEST: usize = 4 * 1024 * 1024;

/// How many folders are looked at on the way up.
const MOST_PARENTS: usize = 32;

/// Where a call happened, as far as git knows. Empty where it does not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Repository {
    /// The URL of `origin`, without user name and password.
    pub(crate) url: String,
    pub(crate) branch: String,
    /// The commit's hash.
    pub(crate) head: String,
}

/// The repository `folder` is in. What cannot be read is left empty: a record without a commit beats no record.
pub(crate) fn repository(folder: &Path) -> Repository {
    let Some((own, common)) = git_folders(folder) else { return Repository::default() };
    let head = text(&own.join("HEAD"));
    let Some(reference) = head.trim().strip_prefix("ref: ") else {
        return Repository { url: origin(&common), branch: String::new(), head: hash(&head) };
    };
    let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference).to_owned();
    let direct = [&own, &common]
        .iter()
        .map(|place| hash(&text(&place.join(reference))))
        .find(|found| !found.is_empty());
    Repository { url: origin(&common), branch, head: direct.unwrap_or_else(|| packed(&common, reference)) }
}

/// The git folder of this work tree, and the one it shares with others.
fn git_folders(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let entry =
        folder.ancestors().take(MOST_PARENTS).map(|parent| parent.join(".git")).find(|path| path.exists())?;
    if entry.is_dir() {
        return Some((entry.clone(), entry));
    }
    // A linked work tree or a submodule: `.git` is a file that says where the folder is.
    let pointed = text(&entry);
    let own = entry.parent()?.join(pointed.trim().strip_prefix("gitdir: ")?);
    let shared = text(&own.join("commondir"));
    let common = if shared.is_empty() { own.clone() } else { own.join(shared.trim()) };
    Some((own, common))
}

fn packed(common: &Path, reference: &str) -> String {
    let refs = text(&common.join("packed-refs"));
    let found = refs.lines().find_map(|line| line.strip_suffix(reference)?.strip_suffix(' '));
    hash(found.unwrap_or_default())
}

fn origin(common: &Path) -> String {
    let config = text(&common.join("config"));
    let mut in_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            in_origin = line == r#"[remote "origin"]"#;
        } else if in_origin
            && let Some(("url", url)) = line.split_once('=').map(|(key, url)| (key.trim(), url.trim()))
        {
            return without_credentials(url);
        }
    }
    String::new()
}

/// Tokens are often kept in the URL; they have no place in a log.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn hash(text: &str) -> String {
    let text = text.trim();
    let is_hash = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { text.to_owned() } else { String::new() }
}

fn text(path: &Path) -> String {
    read_text(path, LARGEST).ok().flatten().unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay out a repository")]
mod tests {
    use super::*;
    use std::fs;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn lay_out(root: &Path, files: &[(&str, &str)]) {
        for (name, content) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
            fs::write(path, content).expect("writes");
        }
    }

    #[test]
    fn a_branch_and_a_url_without_its_token() {
        let root = tempfile::tempdir().expect("a folder");
        lay_out(
            root.path(),
            &[
                (".git/HEAD", "ref: refs/heads/main\n"),
                (".git/refs/heads/main", &format!("{COMMIT}\n")),
                (".git/config", "[remote \"origin\"]\n\turl = https://me:hunter2@example.com/a.git\n"),
                ("src/lib.rs", ""),
            ],
        );
        let found = repository(&root.path().join("src"));
        assert_eq!(found.url, "https://example.com/a.git");
        assert_eq!((found.branch.as_str(), found.head.as_str()), ("main", COMMIT));
    }

    #[test]
    fn packed_references_and_linked_work_trees() {
        let root = tempfile::tempdir().expect("a folder");
        lay_out(
            root.path(),
            &[
                ("main/.git/packed-refs", &format!("# pack-refs\n{COMMIT} refs/heads/topic\n")),
                ("main/.git/worktrees/wt/HEAD", "ref: refs/heads/topic\n"),
                ("main/.git/worktrees/wt/commondir", "../..\n"),
                ("wt/.git", "gitdir: ../main/.git/worktrees/wt\n"),
            ],
        );
        let found = repository(&root.path().join("wt"));
        assert_eq!((found.branch.as_str(), found.head.as_str()), ("topic", COMMIT));
    }

    #[test]
    fn strange_files_give_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        lay_out(root.path(), &[(".git/HEAD", "AKIA not a hash")]);
        assert_eq!(repository(root.path()), Repository::default());
    }
}
