//! History and uncommitted work: what git itself cannot bring back.

use hook_core::Severity;
use shell::Value;

use crate::arguments::{self, Arguments, Takes};
use crate::call::Call;
use crate::repository;
use crate::rule::{Hit, Instead, Rule};
use crate::wildcard;

pub(crate) static RULES: &[&Rule] = &[
    &FORCE_PUSH,
    &FORCE_PUSH_BRANCH,
    &LEASE_PROTECTED,
    &DELETE_REMOTE,
    &DELETE_REMOTE_PROTECTED,
    &RESET_HARD,
    &CLEAN,
    &DISCARD_ALL,
    &DISCARD_FILE,
    &RESTORE_FILE,
    &STASH_CLEAR,
    &STASH_DROP,
    &DELETE_BRANCH,
    &WORKTREE,
    &REWRITE,
    &RECOVERY,
    &CONFIG,
];

static FORCE_PUSH: Rule = Rule {
    id: "git-force-push",
    severity: Severity::High,
    harm: "would replace the remote's history; commits of others that are not here are lost",
    instead: Instead::Run(
        "git push --dry-run",
        "see what the remote refuses; push without force, or let the user push with --force-with-lease",
    ),
};
static FORCE_PUSH_BRANCH: Rule = Rule {
    id: "git-force-push-branch",
    severity: Severity::Low,
    harm: "would replace the history of a branch on the remote",
    instead: Instead::Run("git push --dry-run", "push without force, or let the user push"),
};
static LEASE_PROTECTED: Rule = Rule {
    id: "git-force-push-protected",
    severity: Severity::Medium,
    harm: "would replace the history of a shared branch, though only if nobody else pushed",
    instead: Instead::Run(
        "git push origin HEAD:refs/heads/proposal",
        "push a branch of its own and open a pull request",
    ),
};
static DELETE_REMOTE: Rule = Rule {
    id: "git-delete-remote-branch",
    severity: Severity::Medium,
    harm: "would delete a branch or tag on the remote, for everybody",
    instead: Instead::Run("git ls-remote --heads origin", "look first; the user deletes remote branches"),
};
static DELETE_REMOTE_PROTECTED: Rule = Rule {
    id: "git-delete-protected-branch",
    severity: Severity::High,
    harm: "would delete a shared branch",
    instead: Instead::Run("git branch --all --verbose", "look first; the user deletes shared branches"),
};
static RESET_HARD: Rule = Rule {
    id: "git-reset-hard",
    severity: Severity::High,
    harm: "would throw away every uncommitted change",
    instead: Instead::Run(
        "git stash push --include-untracked",
        "keeps the changes where `git stash pop` finds them",
    ),
};
static CLEAN: Rule = Rule {
    id: "git-clean",
    severity: Severity::High,
    harm: "would delete files that git does not know and cannot bring back",
    instead: Instead::Run("git clean -n -d", "shows what would be deleted"),
};
static DISCARD_ALL: Rule = Rule {
    id: "git-discard-all",
    severity: Severity::High,
    harm: "would throw away every uncommitted change in the files it covers",
    instead: Instead::Run("git stash push", "keeps the changes where `git stash pop` finds them"),
};
static DISCARD_FILE: Rule = Rule {
    id: "git-discard-file",
    severity: Severity::Medium,
    harm: "would throw away the uncommitted changes in these files",
    instead: Instead::Run(
        "git stash push -- path/to/file",
        "keeps the changes where `git stash pop` finds them",
    ),
};
static RESTORE_FILE: Rule = Rule {
    id: "git-restore-file",
    severity: Severity::Low,
    harm: "would throw away the uncommitted changes in these files",
    instead: Instead::Run(
        "git stash push -- path/to/file",
        "keeps the changes where `git stash pop` finds them",
    ),
};
static STASH_CLEAR: Rule = Rule {
    id: "git-stash-clear",
    severity: Severity::High,
    harm: "would delete every stash",
    instead: Instead::Run("git stash list", "look first; the user clears stashes"),
};
static STASH_DROP: Rule = Rule {
    id: "git-stash-drop",
    severity: Severity::Medium,
    harm: "would delete a stash",
    instead: Instead::Run("git stash show -p", "look at it first; the user drops stashes"),
};
static DELETE_BRANCH: Rule = Rule {
    id: "git-delete-branch",
    severity: Severity::Medium,
    harm: "would delete a branch whether or not its commits are merged",
    instead: Instead::Run("git branch -d feature", "deletes it only if it is merged"),
};
static WORKTREE: Rule = Rule {
    id: "git-worktree-remove",
    severity: Severity::Medium,
    harm: "would delete a worktree with its uncommitted changes",
    instead: Instead::Run("git worktree remove ../feature", "refuses when there are changes"),
};
static REWRITE: Rule = Rule {
    id: "git-rewrite-history",
    severity: Severity::High,
    harm: "would rewrite every commit of the repository",
    instead: Instead::Run("git log --oneline", "let the user rewrite history, on a fresh clone"),
};
static RECOVERY: Rule = Rule {
    id: "git-recovery-destroy",
    severity: Severity::High,
    harm: "would delete the commits and reflog entries by which lost work can be found again",
    instead: Instead::Run("git gc", "keeps what is younger than two weeks"),
};
static CONFIG: Rule = Rule {
    id: "git-config-command",
    severity: Severity::Medium,
    harm: "would make git start a program of its own whenever it runs",
    instead: Instead::Run("git config --list", "ask the user to set it"),
};

/// Git's own options, before the subcommand.
pub(crate) const TAKES: Takes = Takes {
    short: "Cc",
    long: &["git-dir", "work-tree", "namespace", "super-prefix", "config-env", "attr-source"],
};

/// A git command line taken apart.
#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    pub subcommand: &'a str,
    pub arguments: Arguments<'a>,
    /// The value of `-C`.
    pub folder: Option<&'a str>,
    /// `-c name=value` settings.
    pub settings: Vec<&'a str>,
}

/// Reads a git command: its own options up to the subcommand, then the subcommand's.
pub(crate) fn invocation(words: &[Value]) -> Option<Invocation<'_>> {
    let (mut folder, mut settings) = (None, Vec::new());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.text();
        let value = words.get(at + 1).map_or("", |value| value.text());
        match text {
            "-C" => folder = Some(value),
            "-c" => settings.push(value),
            _ if text.starts_with("-c") && !text.starts_with("--") => {
                settings.push(text.get(2..).unwrap_or(""));
            }
            _ if text.starts_with('-') && text != "--" => {}
            _ => break,
        }
        let apart = matches!(text, "-C" | "-c")
            || text.strip_prefix("--").is_some_and(|name| TAKES.long.contains(&name));
        at += if apart { 2 } else { 1 };
    }
    let subcommand = words.get(at)?.text();
    let arguments = arguments::read(words.get(at + 1..).unwrap_or_default(), takes_of(subcommand));
    Some(Invocation { subcommand, arguments, folder, settings })
}

fn takes_of(subcommand: &str) -> Takes {
    match subcommand {
        "push" => Takes { short: "o", long: &["push-option", "receive-pack", "exec", "repo"] },
        "checkout" => Takes { short: "bBU", long: &["orphan", "unified", "inter-hunk-context"] },
        "switch" => Takes { short: "cC", long: &["create", "force-create", "orphan"] },
        "restore" => {
            Takes { short: "sU", long: &["source", "unified", "inter-hunk-context", "pathspec-from-file"] }
        }
        "clean" => Takes { short: "e", long: &["exclude"] },
        "branch" => Takes { short: "u", long: &["set-upstream-to", "sort", "format", "points-at"] },
        "reset" => Takes { short: "U", long: &["pathspec-from-file"] },
        "config" => Takes { short: "f", long: &["file", "blob", "type", "default", "value", "comment"] },
        _ => arguments::FLAGS_ONLY,
    }
}

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if matches!(call.name, "bfg" | "git-filter-branch") && !call.words().is_empty() {
        hits.push(call.hit(&REWRITE, call.shown(2)));
        return;
    }
    if call.name != "git" {
        return;
    }
    let Some(git) = invocation(call.words()) else { return };
    let help = git
        .arguments
        .options
        .iter()
        .any(|option| option.name == "help" || (!option.long && option.name == "h"));
    if help {
        return;
    }
    if let Some(rule) = rule_for(call, &git) {
        hits.push(call.hit(rule, call.shown(5)));
    }
}

fn rule_for(call: &Call<'_>, git: &Invocation<'_>) -> Option<&'static Rule> {
    let arguments = &git.arguments;
    let first = arguments.word(0);
    match git.subcommand {
        "push" => push(call, git),
        "reset" => arguments.has("", "hard").then_some(&RESET_HARD),
        "clean" => clean(git).then_some(&CLEAN),
        "checkout" => checkout(call, git),
        "restore" => restore(call, git),
        "switch" => {
            (arguments.has("f", "force") || arguments.has("", "discard-changes")).then_some(&DISCARD_ALL)
        }
        "stash" => match first {
            "clear" => Some(&STASH_CLEAR),
            "drop" => Some(&STASH_DROP),
            _ => None,
        },
        "branch" => branch(call, arguments),
        "worktree" => (first == "remove" && arguments.has("f", "force")).then_some(&WORKTREE),
        "filter-branch" => Some(&REWRITE),
        // Without --force it refuses on anything but a fresh clone.
        "filter-repo" => arguments.has("f", "force").then_some(&REWRITE),
        "reflog" => {
            (matches!(first, "expire" | "delete") && !arguments.has("n", "dry-run")).then_some(&RECOVERY)
        }
        "gc" => arguments
            .value("", "prune")
            .is_some_and(|when| matches!(when.text, "now" | "all"))
            .then_some(&RECOVERY),
        "prune" => (!arguments.has("n", "dry-run")).then_some(&RECOVERY),
        "update-ref" => arguments.has("d", "delete").then_some(&RECOVERY),
        "config" => config(arguments),
        _ => None,
    }
}

/// What a push does to the remote: the last of `--force` and `--force-with-lease` decides, a `+` forces one branch.
fn push(call: &Call<'_>, git: &Invocation<'_>) -> Option<&'static Rule> {
    let arguments = &git.arguments;
    if arguments.has("n", "dry-run") {
        return None;
    }
    if arguments.has("", "mirror") {
        return Some(&FORCE_PUSH);
    }
    let force = arguments.options.iter().rev().find_map(|option| match option.name {
        "f" | "force" => Some(true),
        name if option.long && name.starts_with("force-") => Some(false),
        "no-force" | "no-force-with-lease" => None,
        name if option.long && name.len() >= 2 && "force".starts_with(name) => Some(true),
        _ => None,
    });
    let values = arguments.operands.get(1..).unwrap_or_default();
    let refs: Vec<_> = values.iter().map(|value| value.text()).collect();
    if arguments.has("d", "delete") || values.iter().any(|value| is_empty_source(value)) {
        let shared = refs.iter().any(|name| is_shared(call, name.trim_start_matches(':')));
        return Some(if shared { &DELETE_REMOTE_PROTECTED } else { &DELETE_REMOTE });
    }
    let plus = refs.iter().any(|name| name.starts_with('+'));
    if force.is_none() && !plus {
        return None;
    }
    let shared = pushes_shared(call, git, &refs);
    match (force, plus, shared) {
        (Some(false), false, Some(true)) => Some(&LEASE_PROTECTED),
        (Some(false), false, _) => None,
        (_, _, Some(false)) => Some(&FORCE_PUSH_BRANCH),
        _ => Some(&FORCE_PUSH),
    }
}

/// `:branch`: nothing is pushed there, so the branch is deleted. `$SHA:branch` is not of this kind.
fn is_empty_source(value: &Value) -> bool {
    value.text().len() > 1
        && value.known_prefix().starts_with(':')
        && value.holes().first().is_none_or(|hole| hole.at > 0)
}

/// Whether a shared branch is pushed to; `None` where that cannot be known.
fn pushes_shared(call: &Call<'_>, git: &Invocation<'_>, refs: &[&str]) -> Option<bool> {
    if git.arguments.has("", "all") || git.arguments.has("", "branches") {
        return Some(true);
    }
    let mut known = !refs.is_empty();
    for (name, value) in refs.iter().zip(git.arguments.operands.get(1..).unwrap_or_default()) {
        let target = name.trim_start_matches('+').rsplit(':').next().unwrap_or("");
        match target {
            "" | "HEAD" | "@" => known = false,
            _ if is_shared(call, target) => return Some(true),
            _ if !value.holes().is_empty() => known = false,
            _ => {}
        }
    }
    if known {
        return Some(false);
    }
    if !call.scene.may_look() {
        return Some(true);
    }
    // What is pushed is the branch the repository stands on.
    let current = repository::current_branch(call.directory()?, git.folder)?;
    refs.iter()
        .all(|name| matches!(name.trim_start_matches('+'), "HEAD" | "@"))
        .then(|| is_shared(call, &current))
}

fn is_shared(call: &Call<'_>, name: &str) -> bool {
    let name = name.trim_start_matches("refs/heads/");
    call.scene.branches.iter().any(|pattern| wildcard::matches(pattern, name))
}

fn clean(git: &Invocation<'_>) -> bool {
    let arguments = &git.arguments;
    let unasked = git.settings.iter().any(|setting| {
        setting
            .to_ascii_lowercase()
            .strip_prefix("clean.requireforce=")
            .is_some_and(|value| matches!(value, "no" | "false" | "0" | "off"))
    });
    (arguments.has("f", "force") || unasked)
        && !arguments.has("n", "dry-run")
        && !arguments.has("i", "interactive")
}

/// `checkout` both changes branches and overwrites files; only the second, and `--force`, loses work.
fn checkout(call: &Call<'_>, git: &Invocation<'_>) -> Option<&'static Rule> {
    let arguments = &git.arguments;
    if arguments.has("f", "force") {
        return Some(&DISCARD_ALL);
    }
    if arguments.has("p", "patch") {
        return None;
    }
    if arguments.has("", "pathspec-from-file") {
        return Some(&DISCARD_FILE);
    }
    let operands = &arguments.operands;
    let creates = arguments.has("bB", "orphan");
    let paths: &[&Value] = match arguments.before_separator {
        Some(before) => operands.get(before..).unwrap_or_default(),
        None if creates => &[],
        None if operands.len() >= 2 => operands.get(1..).unwrap_or_default(),
        None => {
            let alone = operands.first().is_some_and(|operand| is_path(call, git, operand));
            if alone { operands } else { &[] }
        }
    };
    let from_index = paths.len() == operands.len();
    discard(call, git, paths, from_index)
}

/// The rule for throwing away changes in `paths`: none where they come from git's index and the index says that the
/// files are as they were added.
fn discard(
    call: &Call<'_>,
    git: &Invocation<'_>,
    paths: &[&Value],
    from_index: bool,
) -> Option<&'static Rule> {
    if paths.is_empty() {
        return None;
    }
    if paths.iter().any(|path| covers_all(path.text())) {
        return Some(&DISCARD_ALL);
    }
    let unchanged = call.directory().filter(|_| from_index).is_some_and(|directory| {
        paths.iter().all(|path| {
            call.scene.may_look()
                && path.known().is_some_and(|path| repository::is_unchanged(directory, git.folder, path))
        })
    });
    (!unchanged).then_some(&DISCARD_FILE)
}

fn covers_all(path: &str) -> bool {
    matches!(path, "." | "./" | ":/" | ":" | ":(top)" | "*" | "/" | ".." | "../" | ":/*" | "./*")
}

/// Whether the one operand of `checkout` is a path: as git does, a branch of that name wins over a file.
fn is_path(call: &Call<'_>, git: &Invocation<'_>, operand: &Value) -> bool {
    let text = operand.text();
    if covers_all(text) || text.starts_with("./") || text.starts_with(":(") || text.starts_with('/') {
        return true;
    }
    let Some(directory) = call.directory() else { return looks_like_file(text) };
    if !call.scene.may_look() {
        return true;
    }
    match repository::has_branch(directory, git.folder, text) {
        Some(true) => false,
        Some(false) => repository::file_exists(directory, git.folder, text) || looks_like_file(text),
        None => looks_like_file(text),
    }
}

/// `src/app/page.tsx`, but not `v1.2.3` or `release/2.0`.
fn looks_like_file(text: &str) -> bool {
    let Some((stem, extension)) = text.rsplit_once('.') else { return false };
    let letters = (1..=5).contains(&extension.len()) && extension.chars().all(|c| c.is_ascii_alphanumeric());
    letters
        && extension.chars().any(|c| c.is_ascii_alphabetic())
        && !stem.is_empty()
        && !stem.ends_with('.')
        && !stem.ends_with(|c: char| c.is_ascii_digit())
}

fn restore(call: &Call<'_>, git: &Invocation<'_>) -> Option<&'static Rule> {
    let arguments = &git.arguments;
    let staged_only = arguments.has("S", "staged") && !arguments.has("W", "worktree");
    if staged_only || arguments.has("p", "patch") {
        return None;
    }
    if arguments.has("", "pathspec-from-file") {
        return Some(&DISCARD_FILE);
    }
    let rule = discard(call, git, &arguments.operands, arguments.value("s", "source").is_none())?;
    // `restore` says what it does, and names the files; `checkout FILE` looks like changing branches.
    Some(if rule.id == DISCARD_FILE.id { &RESTORE_FILE } else { rule })
}

fn branch(call: &Call<'_>, arguments: &Arguments<'_>) -> Option<&'static Rule> {
    let deletes = arguments.has("d", "delete");
    let forced = arguments.options.iter().any(|option| !option.long && option.name == "D")
        || (deletes && arguments.has("f", "force"));
    if arguments.has("r", "remotes") {
        return None;
    }
    let shared = arguments.words().any(|name| is_shared(call, name));
    match (forced, deletes) {
        (true, _) if shared => Some(&DELETE_REMOTE_PROTECTED),
        (true, _) => Some(&DELETE_BRANCH),
        (false, true) if shared => Some(&DELETE_BRANCH),
        _ => None,
    }
}

/// Settings by which git runs another program; reading them, or unsetting them, is fine.
fn config(arguments: &Arguments<'_>) -> Option<&'static Rule> {
    let words: Vec<_> = arguments.words().filter(|word| !matches!(*word, "set" | "--")).collect();
    let (Some(name), Some(value)) = (words.first(), words.get(1)) else { return None };
    if arguments.has_any(&["get", "unset", "list", "l", "unset-all", "get-all", "get-regexp"])
        || matches!(*name, "get" | "unset")
    {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let runs = matches!(
        name.as_str(),
        "core.hookspath" | "core.sshcommand" | "core.fsmonitor" | "core.gitproxy" | "init.templatedir"
    ) && !matches!(*value, ".husky" | ".husky/_" | ".githooks" | "false" | "true");
    let shell_alias =
        name.starts_with("alias.") && value.starts_with('!') && value.contains(['|', ';', '&', '$']);
    (runs || shell_alias).then_some(&CONFIG)
}
