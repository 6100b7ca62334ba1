//! Publishing packages, and installing what nobody approved.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names are lower case by now, or Unix names"
)]

use hook_core::Severity;

use crate::arguments::Takes;
use crate::call::Call;
use crate::names::{Names, count, lists};
use std::path::Path;

use crate::place::{Target, absolute, split_pattern};
use crate::rule::{Hit, Instead, Rule};
use crate::wildcard;

pub(crate) static RULES: &[&Rule] = &[&PUBLISH, &INSTALL, &INSTALL_URL, &UNPUBLISH];

static PUBLISH: Rule = Rule {
    id: "package-publish",
    severity: Severity::Medium,
    harm: "would publish a package to everybody; a version cannot be taken back",
    instead: Instead::Run("npm publish --dry-run", "shows what would be published; the user publishes"),
};
static UNPUBLISH: Rule = Rule {
    id: "package-unpublish",
    severity: Severity::Low,
    harm: "would take a published version away from everybody who uses it",
    instead: Instead::Run("npm view left-pad versions", "look first; the user withdraws versions"),
};
static INSTALL: Rule = Rule {
    id: "package-install",
    severity: Severity::Low,
    harm: "would add a dependency nobody approved, and run its install scripts",
    instead: Instead::Run("npm ci", "installs what the lock file approves; ask the user for new packages"),
};
static INSTALL_URL: Rule = Rule {
    id: "package-install-url",
    severity: Severity::Low,
    harm: "would install code straight from an address, past every registry check",
    instead: Instead::Run("npm ci", "installs what the lock file approves; ask the user for new packages"),
};

/// Publishing: program, words in order, the files of which one must be there for anything to be published.
type Publisher = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

const PUBLISHERS: &[Publisher] = &[
    (&["npm", "pnpm", "bun", "yarn"], &["publish"], &["package.json"]),
    (&["yarn"], &["npm", "publish"], &["package.json"]),
    (&["lerna"], &["publish"], &["lerna.json"]),
    (&["changeset"], &["publish"], &["package.json"]),
    (&["cargo"], &["publish"], &["Cargo.toml"]),
    (&["poetry", "hatch", "flit", "pdm"], &["publish"], &["pyproject.toml"]),
    (&["uv"], &["publish"], &["dist"]),
    (&["twine"], &["upload"], &["dist"]),
    (&["gem"], &["push"], &["Gemfile"]),
    (&["mvn", "mvnw"], &["deploy"], &["pom.xml"]),
    (&["gradle", "gradlew"], &["publish"], &["build.gradle", "build.gradle.kts"]),
    (&["dotnet"], &["nuget", "push"], &["bin"]),
    (&["nuget"], &["push"], &["bin"]),
    (&["dart", "flutter"], &["pub", "publish"], &["pubspec.yaml"]),
    (&["pod"], &["trunk", "push"], &["Podfile"]),
    (&["vsce", "ovsx"], &["publish"], &["package.json"]),
    (&["jsr", "deno"], &["publish"], &["jsr.json", "deno.json"]),
    (&["mix"], &["hex.publish"], &["mix.exs"]),
];

/// What cannot be put back; `cargo yank` and `npm deprecate` can.
const WITHDRAWERS: &[(&[&str], &str)] = &[(&["npm"], "unpublish"), (&["gem"], "yank")];

/// Installing by name: program, words in order.
const INSTALLERS: &[(&[&str], &[&str])] = &[
    (&["npm", "pnpm", "bun"], &["install"]),
    (&["npm", "pnpm"], &["i"]),
    (
        &[
            "npm", "pnpm", "bun", "yarn", "uv", "poetry", "pdm", "cargo", "deno", "composer", "flutter",
            "dart", "mix", "rye", "pipenv", "jsr",
        ],
        &["add"],
    ),
    (&["yarn"], &["global", "add"]),
    (&["composer"], &["require"]),
    (
        &[
            "pip", "pip3", "pipx", "gem", "cargo", "brew", "apt", "apt-get", "dnf", "yum", "apk", "pacman",
            "conda", "mamba", "go", "choco", "winget", "scoop", "snap", "port", "pipenv", "luarocks", "cpan",
            "cpanm", "opam", "nimble", "uv",
        ],
        &["install"],
    ),
    (&["uv"], &["pip", "install"]),
    (&["uv"], &["tool", "install"]),
    (&["go"], &["get"]),
    (&["dotnet"], &["add", "package"]),
];

const TAKES: Takes = Takes {
    short: "rCceiw",
    long: &[
        "registry",
        "requirement",
        "constraint",
        "index-url",
        "extra-index-url",
        "find-links",
        "target",
        "prefix",
        "filter",
        "workspace",
        "python",
        "manifest-path",
        "package",
        "root",
        "version",
        "features",
        "directory",
        "cwd",
        "tag",
        "access",
        "otp",
        "repository",
        "config-file",
        "username",
        "password",
    ],
};

/// The programs of the tables, and those that run them.
static PROGRAMS: Names<{ count(TABLES) }> = Names::of(TABLES);
const TABLES: &[&[&[&str]]] = &[
    &lists!(PUBLISHERS, 0),
    &lists!(WITHDRAWERS, 0),
    &lists!(INSTALLERS, 0),
    &[&["python", "python3", "py", "npx", "bunx", "corepack"]],
];

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if !PROGRAMS.has(call.name) {
        return;
    }
    let arguments = call.arguments(TAKES);
    let mut words: Vec<&str> = arguments.words().collect();
    let mut name = call.name;
    // `python -m pip install`, `npx npm publish`.
    if matches!(name, "python" | "python3" | "py")
        && call.words().first().is_some_and(|word| word.text() == "-m")
    {
        name = words.first().copied().unwrap_or("");
        words.drain(..words.len().min(1));
    } else if matches!(name, "npx" | "bunx" | "corepack") {
        name = words.first().map_or("", |word| word.split('@').next().unwrap_or(""));
        words.drain(..words.len().min(1));
    }
    if arguments.is_harmless() || call.is_contained() {
        return;
    }
    let leads = |wanted: &[&str]| words.starts_with(wanted);
    let publisher = PUBLISHERS.iter().find(|(programs, wanted, _)| programs.contains(&name) && leads(wanted));
    if let Some((_, wanted, manifest)) = publisher {
        let package = words.get(wanted.len()).copied().unwrap_or(".");
        if can_publish(call, package, manifest) {
            hits.push(call.hit(&PUBLISH, call.shown(3)));
        }
    } else if WITHDRAWERS
        .iter()
        .any(|(programs, word)| programs.contains(&name) && words.first() == Some(word))
    {
        hits.push(call.hit(&UNPUBLISH, call.shown(3)));
    } else if let Some((_, wanted)) =
        INSTALLERS.iter().find(|(programs, wanted)| programs.contains(&name) && leads(wanted))
    {
        installs(call, words.get(wanted.len()..).unwrap_or_default(), hits);
    }
}

/// There is something to publish: the named file or folder, or a manifest here or above. Without one these tools only
/// print an error. Where it runs in a folder that is not known, there may be.
fn can_publish(call: &Call<'_>, package: &str, manifests: &[&str]) -> bool {
    let path = absolute(Target::literal(package), call.directory(), call.scene);
    let Some(path) = path.filter(|_| call.scene.may_look()) else {
        return true;
    };
    let (folder, _) = split_pattern(&path);
    let named = Path::new(if wildcard::is_pattern(&path) { folder } else { &path });
    let inside = |folder: &Path| manifests.iter().any(|name| folder.join(name).exists());
    if package != "." && (named.is_file() || (wildcard::is_pattern(&path) && named.is_dir())) {
        return true;
    }
    let project = Path::new(&call.scene.project);
    named.ancestors().take_while(|folder| folder.starts_with(project)).any(inside) || inside(named)
}

/// Names given on the command line are new; without a name the lock file's packages are installed.
fn installs(call: &Call<'_>, names: &[&str], hits: &mut Vec<Hit>) {
    let is_local = |name: &&&str| {
        name.starts_with(['.', '/', '~'])
            || name.is_empty()
            || name.starts_with("file:")
            || name.ends_with(".whl")
    };
    let Some(name) = names.iter().find(|name| !is_local(name)) else { return };
    let address = name.contains("://") || name.starts_with("git+") || name.starts_with("github:");
    hits.push(call.hit(if address { &INSTALL_URL } else { &INSTALL }, call.shown(3)));
}
