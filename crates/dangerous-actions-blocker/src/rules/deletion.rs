//! Deleting folders with all below them, where that is not the project's own work.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names are lower case by now, or Unix names"
)]
#![expect(clippy::match_same_arms, reason = "the arms are questions in an order; joined, the order is lost")]

use hook_core::Severity;
use shell::{Source, Unknown};

use crate::call::Call;
use crate::effects::{Act, Effect, find_roots};
use crate::place::{Place, Target, base_name, is_below, locate};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::unresolved::too_many_words;

pub(crate) static RULES: &[&Rule] =
    &[&ROOT, &SYSTEM, &HOME, &PROJECT, &OUTSIDE, &IF_UNSET, &UNSEEN, &OUTSIDE_FILE, &UNKNOWN, &GIT_METADATA];

static ROOT: Rule = Rule {
    id: "delete-root",
    severity: Severity::Critical,
    harm: "would delete the whole file system",
    instead: Instead::Run("rm -rf ./build", "name the folder inside the project that is meant"),
};
static SYSTEM: Rule = Rule {
    id: "delete-system",
    severity: Severity::Critical,
    harm: "would delete a part of the operating system; the machine may not start again",
    instead: Instead::Run("rm -rf ./build", "delete only inside the project"),
};
static HOME: Rule = Rule {
    id: "delete-home",
    severity: Severity::Critical,
    harm: "would delete a home folder or a folder that holds the project, with everything in it",
    instead: Instead::Run("rm -rf ./build", "delete only inside the project"),
};
static PROJECT: Rule = Rule {
    id: "delete-project",
    severity: Severity::High,
    harm: "would delete everything in the project, also what is not committed",
    instead: Instead::Run(
        "git status --short --ignored",
        "see what is there, then delete build folders by name",
    ),
};
static OUTSIDE: Rule = Rule {
    id: "delete-outside-project",
    severity: Severity::High,
    harm: "would delete a folder outside the project with everything in it",
    instead: Instead::Run("rm -rf ./build", "work inside the project, or ask the user to delete it"),
};
static IF_UNSET: Rule = Rule {
    id: "delete-if-unset",
    severity: Severity::High,
    harm: "would delete a part of the system if the variable in it is empty, and nothing here sets it",
    instead: Instead::Run("rm -rf ./build", "write the path out, or guard it as in \"${DIR:?}\""),
};
static UNSEEN: Rule = Rule {
    id: "delete-unseen",
    severity: Severity::Medium,
    harm: "would delete folders whose names come from a list nobody has seen yet",
    instead: Instead::Run("find ./build -mindepth 1 -print", "print the list first, then delete by name"),
};
static OUTSIDE_FILE: Rule = Rule {
    id: "delete-outside-file",
    severity: Severity::Low,
    harm: "would delete a file outside the project",
    instead: Instead::Run("ls -l ./build", "work inside the project, or ask the user to delete it"),
};
static UNKNOWN: Rule = Rule {
    id: "delete-unknown",
    severity: Severity::Low,
    harm: "would delete a folder whose path is not known before it runs",
    instead: Instead::Run("rm -rf ./build", "write the path out"),
};
static GIT_METADATA: Rule = Rule {
    id: "delete-git-metadata",
    severity: Severity::High,
    harm: "would damage the repository's own data: commits, branches or the way back to them",
    instead: Instead::Run("git fsck", "let git change its own files"),
};

/// What was judged of a command already: where `find` walks and where an unknown path leads is the same for all that it
/// deletes, and may take a look at every word.
#[derive(Default)]
struct Judged {
    unknown: bool,
    walked: bool,
    walked_all_below: bool,
}

pub(crate) fn judge(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    let mut judged = Judged::default();
    for effect in effects {
        let deletes = match effect.act {
            Act::Delete => true,
            // What is moved away is as gone from its place as what is deleted.
            Act::Move => false,
            Act::Write | Act::Append => {
                hits.extend(git_metadata(call, effect));
                continue;
            }
            Act::Read | Act::Mention | Act::Create | Act::Change | Act::Send => continue,
        };
        if let Some(hit) = git_metadata(call, effect) {
            hits.push(hit);
        } else {
            hits.extend(deletion(call, effect, deletes, &mut judged));
        }
    }
}

fn deletion(call: &Call<'_>, effect: &Effect<'_>, deletes: bool, judged: &mut Judged) -> Option<Hit> {
    let walked = if effect.recursive { &mut judged.walked_all_below } else { &mut judged.walked };
    if *walked && is_walked(call, effect) {
        return None;
    }
    if let Some((roots, narrowed)) = walked_by_find(call, effect) {
        *walked = true;
        if roots.len() > MOST_ROOTS && !is_find(call) {
            return Some(too_many_words());
        }
        return roots.into_iter().find_map(|root| by_find(call, root, narrowed, effect));
    }
    let located = call.locate(effect.target);
    let everything = effect.recursive || effect.target.glob;
    let rule = match located.place {
        Place::Unknown if !effect.recursive || std::mem::replace(&mut judged.unknown, true) => return None,
        Place::Unknown => return unknown(call),
        _ if call.is_contained() => return None,
        Place::Root | Place::System | Place::Home if effect.target.starts_unknown => &IF_UNSET,
        Place::Root if everything || !deletes => &ROOT,
        Place::System => &SYSTEM,
        Place::Home if everything || !deletes => &HOME,
        Place::ProjectRoot if everything && deletes => &PROJECT,
        Place::Outside if !deletes || is_rebuilt(&located.path) => return None,
        Place::Outside if is_tool_data(&located.path, &call.scene.home) => &OUTSIDE_FILE,
        Place::Outside if effect.recursive => &OUTSIDE,
        Place::Outside => &OUTSIDE_FILE,
        Place::Project
        | Place::Temporary
        | Place::Sink
        | Place::Device
        | Place::Root
        | Place::Home
        | Place::ProjectRoot => {
            return None;
        }
    };
    Some(call.hit_on(rule, format!("{} {}", call.shown(0), effect.target.text), &located))
}

/// A path of which the start is unknown, or a name out of a list.
fn unknown(call: &Call<'_>) -> Option<Hit> {
    if call.is_contained() {
        return None;
    }
    let temporary = call.words().iter().any(|word| call.printed_by(word) == Some("mktemp"));
    if temporary {
        return None;
    }
    let items = call
        .words()
        .iter()
        .any(|word| word.holes().iter().any(|hole| matches!(hole.why, Unknown::Item | Unknown::Input)));
    let rule = if items { &UNSEEN } else { &UNKNOWN };
    Some(call.hit(rule, call.shown(3)))
}

/// Folders of one `find` that are looked at for each command it hands them to.
pub(crate) const MOST_ROOTS: usize = 64;

fn is_find(call: &Call<'_>) -> bool {
    matches!(call.name, "find" | "gfind")
}

/// A `find` may decide what this deletes.
fn is_walked(call: &Call<'_>, effect: &Effect<'_>) -> bool {
    is_find(call) || effect.target.text.is_empty() || effect.target.has_holes && call.via(&["find"])
}

/// The folders a `find` walks for this deletion, and whether its tests pick some of what is there.
fn walked_by_find<'a>(call: &Call<'a>, effect: &Effect<'_>) -> Option<(Vec<Target<'a>>, bool)> {
    let find = if is_find(call) {
        *call
    } else if is_walked(call, effect) {
        producer(call)?
    } else {
        return None;
    };
    let roots: Vec<_> = find_roots(&find).into_iter().map(Target::of).collect();
    let roots = if roots.is_empty() { vec![Target::literal(".")] } else { roots };
    Some((roots, is_narrowed(&find)))
}

/// The `find` that hands this command its items: by `-exec`, or through a pipe into `xargs`.
fn producer<'a>(call: &Call<'a>) -> Option<Call<'a>> {
    let at = |index: usize| {
        let command = call.line.commands.get(index)?;
        let call = Call::new(call.line, index, command, call.scene);
        matches!(call.name, "find" | "gfind" | "fd" | "fdfind").then_some(call)
    };
    for wrapper in call.command.via.iter().rev() {
        let index = wrapper.command?;
        if let Some(find) = at(index) {
            return Some(find);
        }
        if let Some(Source::Pipe(from)) = call.line.commands.get(index)?.stdin {
            return at(from);
        }
    }
    None
}

/// Tests of `find` that pick by name, age, size or kind of content.
fn is_narrowed(find: &Call<'_>) -> bool {
    let words = find.words();
    let pattern = |test: &str| {
        matches!(test, "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex")
    };
    let picked = words.windows(2).any(|pair| match pair {
        [test, value] if pattern(test.text()) => !value.text().trim_matches(['*', '.', '/']).is_empty(),
        _ => false,
    });
    let aged = |text: &str| {
        matches!(
            text,
            "-mtime"
                | "-mmin"
                | "-atime"
                | "-amin"
                | "-ctime"
                | "-cmin"
                | "-newer"
                | "-newermt"
                | "-size"
                | "-empty"
        )
    };
    picked || matches!(find.name, "fd" | "fdfind") || words.iter().any(|word| aged(word.text()))
}

fn by_find(call: &Call<'_>, root: Target<'_>, narrowed: bool, effect: &Effect<'_>) -> Option<Hit> {
    let located = call.locate(root);
    let rule = match located.place {
        _ if call.is_contained() => return None,
        Place::Root => &ROOT,
        Place::System => &SYSTEM,
        Place::Home if narrowed => &OUTSIDE,
        Place::Home => &HOME,
        Place::ProjectRoot | Place::Project if narrowed => return None,
        Place::ProjectRoot => &PROJECT,
        // `find sub -delete` empties a folder of the project, as `rm -rf sub` does.
        Place::Project | Place::Temporary | Place::Sink | Place::Device => return None,
        Place::Outside if is_rebuilt(&located.path) => return None,
        Place::Outside if effect.recursive => &OUTSIDE,
        Place::Outside => &OUTSIDE_FILE,
        Place::Unknown => return None,
    };
    Some(call.hit_on(rule, format!("{} below {}", call.shown(1), root.text), &located))
}

/// A folder that a build or a package manager makes again.
fn is_rebuilt(path: &str) -> bool {
    path.split('/').any(|part| REBUILT.contains(&part))
        || path.contains("/Library/Caches/")
        || PACKAGE_LISTS.iter().any(|folder| is_below(path, folder))
}

/// What package managers fetch again; every container file empties them.
const PACKAGE_LISTS: &[&str] = &["/var/lib/apt/lists", "/var/cache"];

/// Outside the project only names that nothing but a tool gives count: `build` may be anybody's.
const REBUILT: &[&str] = &[
    "node_modules",
    "__pycache__",
    ".cache",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".venv",
    ".gradle",
    "_cacache",
    ".next",
    ".nuxt",
    ".turbo",
    ".parcel-cache",
    ".eggs",
    ".terraform",
    "DerivedData",
    "Caches",
    ".npm",
    ".bundle",
    ".dart_tool",
];

/// A part of what one tool keeps below its own hidden folder of the home: it makes that again. Keys and transcripts are
/// not of this kind.
fn is_tool_data(path: &str, home: &str) -> bool {
    let Some(inside) = path.strip_prefix(home).map(|rest| rest.trim_start_matches('/')) else { return false };
    let parts: Vec<&str> = inside.split('/').collect();
    match parts.as_slice() {
        [".ssh" | ".gnupg" | ".aws" | ".kube" | ".password-store" | ".git" | ".claude-governance", ..] => {
            false
        }
        [".claude", "projects" | "hooks" | "governance", ..] => false,
        [".local" | ".var", second, third, ..] => {
            !second.is_empty() && !third.is_empty() && *third != "keyrings"
        }
        [hidden, second, ..] => {
            hidden.starts_with('.') && hidden.len() > 1 && *hidden != ".local" && !second.is_empty()
        }
        _ => false,
    }
}

/// Deleting or overwriting what git keeps in `.git`; its lock files are not data.
fn git_metadata(call: &Call<'_>, effect: &Effect<'_>) -> Option<Hit> {
    if !effect.target.text.contains(".git") || call.name == "git" {
        return None;
    }
    let located = locate(effect.target, call.directory(), call.scene);
    let relative = located.path.split_once("/.git").map(|(_, rest)| rest)?;
    let data = match relative.strip_prefix('/') {
        None => relative.is_empty() && effect.act == Act::Delete,
        Some(inside) => GIT_DATA.iter().any(|name| is_below(inside, name)) && !inside.ends_with(".lock"),
    };
    let elsewhere = located.place == Place::Temporary || call.is_contained();
    (data && !elsewhere).then(|| {
        call.hit_on(&GIT_METADATA, format!("{} {}", call.shown(0), base_name(effect.target.text)), &located)
    })
}

const GIT_DATA: &[&str] =
    &["objects", "refs", "logs", "HEAD", "packed-refs", "ORIG_HEAD", "index", "shallow", "*"];

/// Moving away what must stay is judged like deleting it.
pub(crate) fn judge_moves(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    let mut judged = Judged::default();
    for effect in effects.iter().filter(|effect| effect.act == Act::Move) {
        hits.extend(git_metadata(call, effect));
        hits.extend(deletion(call, effect, false, &mut judged));
    }
}
