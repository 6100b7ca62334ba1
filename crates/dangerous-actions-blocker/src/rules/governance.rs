//! Self-protection: nothing an agent does may weaken the governance it works under.

use std::cell::OnceCell;

use hook_core::Severity;
use hook_core::policy::HOOK_NAMES;

use crate::call::{Call, FRESH_FOLDER};
use crate::effects::{Act, Effect, find_roots};
use crate::place::{Place, Target, absolute, base_name, is_below, split_pattern};
use crate::rule::{Hit, Instead, Rule};
use crate::scene::Scene;
use crate::wildcard::{self, Pattern};

pub(crate) static RULES: &[&Rule] = &[&FILES, &NESTED, &APPROVAL, &MCP_CONFIG, &PROCESS];

static FILES: Rule = Rule {
    id: "governance-files",
    severity: Severity::Critical,
    harm: "would change the settings, hooks, policy, registry, state or log that govern this session",
    instead: Instead::Person("Only a person changes governance: ask the user to do it in their own terminal"),
};
static NESTED: Rule = Rule {
    id: "governance-nested-session",
    severity: Severity::Critical,
    harm: "would start another session that runs without these hooks or with other settings",
    instead: Instead::Run(
        "claude -p 'summarise the open pull request'",
        "starts a session under the same governance",
    ),
};
static APPROVAL: Rule = Rule {
    id: "governance-self-approval",
    severity: Severity::Critical,
    harm: "would let the agent approve, loosen or switch off its own governance",
    instead: Instead::Run("govern doctor", "shows what is in force; a person approves"),
};
static MCP_CONFIG: Rule = Rule {
    id: "governance-mcp-config",
    severity: Severity::Low,
    harm: "would change which MCP servers a session starts",
    instead: Instead::Run("claude mcp list", "shows the servers; a person adds one through the registry"),
};
static PROCESS: Rule = Rule {
    id: "governance-process",
    severity: Severity::Critical,
    harm: "would end a governance hook while it judges",
    instead: Instead::Run("govern doctor", "shows what is in force"),
};

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    let rule = match call.name {
        "claude" | "claude-code" => nested(call),
        "npx" | "bunx" | "pnpm" | "yarn" | "node" | "bun" if starts_client(call) => nested(call),
        "govern" => approves(call).then_some(&APPROVAL),
        "pkill" | "killall" if names_hook(call) => Some(&PROCESS),
        "install-global-hooks.sh" | "uninstall-global-hooks.sh" => Some(&APPROVAL),
        _ => None,
    };
    hits.extend(rule.map(|rule| call.hit(rule, call.shown(4))));
}

pub(crate) fn judge_effects(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    let named = OnceCell::new();
    for effect in effects.iter().filter(|effect| effect.act.changes()) {
        if let Some(rule) = touched(call, effect, &named) {
            let path = absolute(effect.target, call.directory(), call.scene).unwrap_or_default();
            let located = crate::place::Located { path, place: Place::Unknown };
            hits.push(call.hit_on(rule, format!("{} {}", call.shown(0), effect.target.text), &located));
            break;
        }
    }
}

/// The rule for this effect if it reaches a protected file. `named`: what the tests of a `find` name, once it is asked.
fn touched<'a>(
    call: &Call<'a>,
    effect: &Effect<'_>,
    named: &OnceCell<Vec<&'a str>>,
) -> Option<&'static Rule> {
    let target = effect.target;
    if target.text.is_empty() {
        // What is changed is not on the command line: it is if anything on the line names it.
        return (target.has_holes && call.names_protected).then_some(&FILES);
    }
    if matches!(call.name, "find" | "gfind") {
        return walks_over(call, target, named).then_some(&FILES);
    }
    let Some(path) = absolute(target, call.directory(), call.scene) else {
        return protected_tail(target.text).then_some(&FILES);
    };
    if call.is_contained() || (effect.act == Act::Create && call.name == "mkdir") {
        return None;
    }
    let whole = effect.recursive || matches!(effect.act, Act::Delete | Act::Move) || effect.act == Act::Change
        // What is mounted or linked over a folder takes the place of all that is in it.
        || matches!(call.name, "mount" | "ln");
    if target.glob && wildcard::is_pattern(&path) {
        return pattern_reaches(&path, call.scene).then_some(&FILES);
    }
    if target.has_holes && (path.ends_with("/.claude") || path.ends_with("/.claude/hooks")) {
        return Some(&FILES);
    }
    let located = call.locate(target);
    rule_for_path(&path, call.scene).or_else(|| rule_for_path(&located.path, call.scene)).or_else(|| {
        (whole && (holds_protected(&path, call.scene) || holds_protected(&located.path, call.scene)))
            .then_some(&FILES)
    })
}

/// The rule for changing the file at `path`.
pub(crate) fn rule_for_path(path: &str, scene: &Scene) -> Option<&'static Rule> {
    let slashed;
    let path = if path.contains('\\') {
        slashed = path.replace('\\', "/");
        &slashed
    } else {
        path
    };
    let below = |folder: &str| is_below_in_any_case(path, folder);
    if below(&scene.state)
        || below(&scene.managed)
        || MANAGED.iter().any(|folder| below(folder))
        || holds_in_any_case(path, "/claude-governance")
    {
        return (!is_project_source(path, scene)).then_some(&FILES);
    }
    let name = base_name(path);
    if [".mcp.json", "managed-mcp.json"].iter().any(|servers| name.eq_ignore_ascii_case(servers)) {
        return Some(&MCP_CONFIG);
    }
    if name.eq_ignore_ascii_case(".claude.json") && below(&format!("{}/.claude.json", scene.home)) {
        return Some(&FILES);
    }
    if protected_tail(path) && !below(FRESH_FOLDER) {
        return Some(&FILES);
    }
    // Hook binaries, wherever they are installed; what is built from source in the project is not in force.
    let program =
        name.get(..name.len().saturating_sub(4)).filter(|_| ends_in_any_case(name, ".exe")).unwrap_or(name);
    let hook = HOOK_NAMES.iter().chain(&["govern"]).any(|hook| program.eq_ignore_ascii_case(hook));
    let installed =
        || ["/bin/", "/hooks/", "/libexec/", "/sbin/"].iter().any(|folder| holds_in_any_case(path, folder));
    (hook && installed() && !is_project_source(path, scene)).then_some(&FILES)
}

/// [`is_below`] as a file system that ignores case has it.
fn is_below_in_any_case(path: &str, folder: &str) -> bool {
    let Some((start, rest)) = path.split_at_checked(folder.len()) else { return false };
    folder == "/" || start.eq_ignore_ascii_case(folder) && (rest.is_empty() || rest.starts_with('/'))
}

fn ends_in_any_case(text: &str, ending: &str) -> bool {
    text.len()
        .checked_sub(ending.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// The first of the part's bytes is a slash or a dot, which has no case: that is what is looked for.
fn holds_in_any_case(text: &str, part: &str) -> bool {
    last_in_any_case(text, part).is_some()
}

/// Where `part`, which begins with a character without case, stands last.
fn last_in_any_case(text: &str, part: &str) -> Option<usize> {
    let first = part.chars().next()?;
    let mut places = text.match_indices(first).map(|(at, _)| at);
    let is_there =
        |at: &usize| text.get(*at..*at + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part));
    places.rfind(is_there)
}

fn is_project_source(path: &str, scene: &Scene) -> bool {
    is_below(path, &scene.project) && scene.project != "/" && !path.contains("/.claude/")
}

/// What follows `.claude/` decides: settings, hooks, policy and registry; transcripts, plans and commands are work.
fn protected_tail(path: &str) -> bool {
    const FOLDER: &str = ".claude/";
    let Some(at) = last_in_any_case(path, FOLDER) else { return false };
    let rest = path.get(at + FOLDER.len()..).unwrap_or("").to_ascii_lowercase();
    let first = rest.split('/').next().unwrap_or("");
    (first.starts_with("settings") && first.contains(".json"))
        || first == "hooks"
        || first.starts_with("governance")
        || first.starts_with("mcp-registry")
        || first == "managed-settings.json"
        || first == "plugins" && rest.contains("hooks")
}

const MANAGED: &[&str] = &[
    "/etc/claude-code",
    "/library/application support/claudecode",
    "c:/program files/claudecode",
    "/mnt/c/program files/claudecode",
];

/// What is protected in the `.claude` of the home folder and of the project.
const PROTECTED: &[&str] =
    &["settings.json", "settings.local.json", "hooks", "governance.json", "governance", "mcp-registry.yaml"];

/// The concrete files and folders that are protected, to hold patterns and folders against.
pub(crate) fn protected_places(scene: &Scene) -> Vec<String> {
    let mut places = vec![scene.state.clone(), scene.managed.clone(), format!("{}/.claude.json", scene.home)];
    for base in [&scene.home, &scene.project] {
        places.extend(PROTECTED.iter().map(|name| format!("{base}/.claude/{name}")));
    }
    places
}

/// `path` is a folder with something protected below it, so that all of it goes at once. The home folder and what is
/// above it have rules of their own.
fn holds_protected(path: &str, scene: &Scene) -> bool {
    let above = |folder: &str| is_below_in_any_case(folder, path);
    !path.is_empty()
        && !above(&scene.home)
        && !above(&scene.project)
        && scene.protected_places().iter().any(|place| above(place))
}

/// A pattern that could name something protected: by its parts, or by what is in the folder now.
fn pattern_reaches(path: &str, scene: &Scene) -> bool {
    let places = scene.protected_places();
    let deepest = places.iter().map(|place| place.split('/').count()).max().unwrap_or(0);
    let patterns: Vec<(&str, Pattern)> =
        path.split('/').take(deepest + 1).map(|part| (part, Pattern::new(part))).collect();
    let is_specific = patterns.len() > scene.home.split('/').count().min(3);
    let by_name = is_specific
        && places.iter().any(|place| {
            let mut parts = place.split('/');
            patterns.iter().all(|(text, pattern)| {
                let fits = |part: &str| pattern.matches(part) && deliberate(text, part);
                parts.next().is_some_and(|part| *text == part || fits(part))
            })
        });
    if by_name {
        return true;
    }
    let (folder, rest) = split_pattern(path);
    if !(protected_tail(&format!("{folder}/")) || rule_for_path(folder, scene).is_some()) {
        return false;
    }
    let first = Pattern::new(rest.split('/').next().unwrap_or(""));
    let ours = HOOK_NAMES.iter().any(|name| first.matches(name) || first.matches(&format!("{name}.sh")));
    ours || !scene.may_look()
        || std::fs::read_dir(folder).is_ok_and(|entries| {
            entries.flatten().any(|entry| first.matches(&entry.file_name().to_string_lossy()))
        })
}

/// A pattern does not name hidden files unless it begins with a dot.
fn deliberate(pattern: &str, part: &str) -> bool {
    !part.starts_with('.') || pattern.starts_with(['.', '[', '{'])
}

/// A `find` whose walk and tests reach a protected file that is there.
fn walks_over<'a>(call: &Call<'a>, root: Target<'_>, named: &OnceCell<Vec<&'a str>>) -> bool {
    let Some(root) = absolute(root, call.directory(), call.scene) else { return false };
    if rule_for_path(&root, call.scene).is_some() || root.ends_with("/.claude") {
        return true;
    }
    named.get_or_init(|| named_by_tests(call)).iter().any(|place| is_below(place, &root))
}

/// The protected places that are there and that a test of this `find` names.
fn named_by_tests<'a>(call: &Call<'a>) -> Vec<&'a str> {
    let tests = call.words().windows(2).filter_map(|pair| match pair {
        [test, value] if matches!(test.text(), "-name" | "-iname" | "-path" | "-ipath" | "-wholename") => {
            Some(Pattern::new(value.text()))
        }
        _ => None,
    });
    let names: Vec<Pattern> = tests.collect();
    let is_named =
        |place: &&String| names.iter().any(|name| name.matches(base_name(place)) || name.matches(place));
    if names.is_empty() {
        return Vec::new();
    }
    call.scene.protected_places_there().iter().filter(is_named).map(String::as_str).collect()
}

/// Any word of the line names a protected file: what reads the name may be about to hand it on.
pub(crate) fn line_names_protected(calls: &[Call<'_>]) -> bool {
    let by_word = |call: &Call<'_>| {
        let directory = call.command.directory.as_deref();
        call.words().iter().any(|word| names_protected(word.text(), directory, call.scene))
    };
    let by_find = |call: &Call<'_>| {
        let named = OnceCell::new();
        matches!(call.name, "find" | "gfind")
            && find_roots(call).iter().any(|root| walks_over(call, Target::of(root), &named))
    };
    calls.iter().any(|call| by_word(call) || by_find(call))
}

fn names_protected(word: &str, directory: Option<&str>, scene: &Scene) -> bool {
    if !word.contains("claude") {
        return false;
    }
    match absolute(Target::literal(word), directory, scene) {
        Some(path) => {
            rule_for_path(&path, scene).is_some_and(|rule| rule.id == FILES.id) || path.ends_with("/.claude")
        }
        None => protected_tail(word),
    }
}

/// Code for another interpreter that names a protected file and does more than read.
pub(crate) fn judge_code(call: &Call<'_>, code: &str, hits: &mut Vec<Hit>) {
    if !(code.contains("claude") && code_changes(code)) {
        return;
    }
    let words = code.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '\'' | '"' | '`' | '(' | ')' | ',' | ';' | '=' | '+')
    });
    let named =
        words.filter(|word| !word.is_empty()).any(|word| names_protected(word, call.directory(), call.scene));
    let in_pieces = code.contains(".claude")
        && ["settings.json", "settings.local.json", "hooks", "disableAllHooks", "governance"]
            .iter()
            .any(|part| code.contains(part));
    if named || in_pieces {
        hits.push(call.hit(&FILES, format!("{} with code that changes .claude", call.name)));
    }
}

/// The code calls something that writes, deletes or runs.
pub(crate) fn code_changes(code: &str) -> bool {
    const CHANGES: &[&str] = &[
        "write",
        "'w",
        "\"w",
        "'a'",
        "\"a\"",
        "dump(",
        "unlink",
        "remove",
        "rename",
        "rmtree",
        "chmod",
        "truncate",
        "symlink",
        "replace(",
        "copy",
        "move",
        "system",
        "exec",
        "subprocess",
        "rmSync",
        "rm(",
        "rmdir",
        "delete",
        "touch",
        "popen",
        "spawn",
        "File.open",
        "print FH",
        "open(",
        "del ",
        "'x",
        "\"x",
        "r+",
        ">>",
        "O_WRONLY",
        "O_TRUNC",
        "fopen",
        "file_put",
        "-i",
    ];
    let opens_only =
        code.contains("open(") && !CHANGES.iter().any(|word| *word != "open(" && code.contains(word));
    CHANGES.iter().any(|word| code.contains(word)) && !opens_only
}

fn starts_client(call: &Call<'_>) -> bool {
    call.words().iter().any(|word| {
        word.text().contains("@anthropic-ai/claude-code") || word.text().contains("claude-code/cli")
    })
}

/// Flags and variables by which a session leaves these hooks behind.
fn nested(call: &Call<'_>) -> Option<&'static Rule> {
    let words: Vec<&str> = call.words().iter().map(shell::Value::text).collect();
    let named = |flag: &str| {
        words
            .iter()
            .any(|word| *word == flag || word.strip_prefix(flag).is_some_and(|rest| rest.starts_with('=')))
    };
    if ["--setting-sources", "--bare", "--safe-mode", "--disable-hooks", "--no-hooks"].into_iter().any(named)
    {
        return Some(&NESTED);
    }
    let settings =
        words.iter().enumerate().filter_map(|(index, word)| match word.strip_prefix("--settings=") {
            Some(value) => Some(value),
            None if *word == "--settings" => words.get(index + 1).copied(),
            None => None,
        });
    for value in settings {
        // A file's content is not known here; inline settings are fine if they leave hooks alone.
        if !value.trim_start().starts_with('{') || value.contains("ooks") || value.contains("permissions") {
            return Some(&NESTED);
        }
    }
    let moved = |name: &str| {
        matches!(
            name,
            "CLAUDE_CONFIG_DIR"
                | "HOME"
                | "CLAUDE_CODE_MANAGED_SETTINGS_PATH"
                | "XDG_STATE_HOME"
                | "CLAUDE_PROJECT_DIR"
        )
    };
    let assigned = call
        .command
        .assignments
        .iter()
        .chain(&call.command.environment)
        .any(|assignment| moved(&assignment.name));
    let cleared = call.via(&["env"]) && env_moves(call);
    if assigned || cleared {
        return Some(&NESTED);
    }
    match words.as_slice() {
        ["config", "set" | "add" | "remove", key, ..]
            if key.to_ascii_lowercase().contains("hook") || key.contains("permission") =>
        {
            Some(&APPROVAL)
        }
        [
            "mcp",
            "add" | "add-json" | "remove" | "add-from-claude-desktop" | "import" | "reset-project-choices",
            ..,
        ] => Some(&MCP_CONFIG),
        _ => None,
    }
}

/// `env -i claude`, `env HOME=/tmp claude`.
fn env_moves(call: &Call<'_>) -> bool {
    let moves = |word: &shell::Value| {
        matches!(word.text(), "-i" | "-" | "--ignore-environment")
            || ["HOME=", "CLAUDE_CONFIG_DIR=", "XDG_STATE_HOME="]
                .iter()
                .any(|name| word.text().starts_with(name))
    };
    let wrappers = call.command.via.iter().filter(|wrapper| &*wrapper.name == "env");
    wrappers
        .filter_map(|wrapper| call.line.commands.get(wrapper.command?))
        .any(|env| env.argv.iter().skip(1).any(moves))
}

/// What of `govern` an agent may run: looking, checking, and stopping.
fn approves(call: &Call<'_>) -> bool {
    let words: Vec<&str> =
        call.words().iter().map(shell::Value::text).filter(|word| !word.starts_with('-')).collect();
    let looks = |word: &str| {
        matches!(
            word,
            "explain"
                | "doctor"
                | "audit"
                | "report"
                | "status"
                | "verify"
                | "help"
                | "version"
                | "check"
                | "lint"
                | "list"
                | "show"
                | "stop"
                | "inventory"
                | "scan"
                | "log"
                | "tail"
                | "search"
                | "query"
                | "diff"
                | "test"
                | "validate"
                | "export"
        )
    };
    match words.as_slice() {
        [] => false,
        [
            "registry" | "policy" | "mcp" | "hooks" | "ledger" | "audit" | "log" | "exceptions" | "baseline"
            | "secrets",
            second,
            ..,
        ] => !looks(second),
        [first, ..] => !looks(first),
    }
}

fn names_hook(call: &Call<'_>) -> bool {
    call.words().iter().any(|word| {
        HOOK_NAMES.iter().any(|name| {
            word.text().contains(name) || (word.text().len() >= 5 && name.starts_with(word.text()))
        })
    })
}
