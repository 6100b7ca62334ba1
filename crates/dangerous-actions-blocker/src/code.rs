//! Code given to other interpreters (`python -c`, `node -e`, a here-document): calls that delete, judged like commands.

use shell::Target as Into;

use crate::call::Call;
use crate::carried::{calls_of, literal};
use crate::effects::{Act, Effect};
use crate::place::Target;
use crate::rule::Hit;
use crate::rules::{credentials, databases, deletion, disks, execution, governance, persistence, unresolved};

const INTERPRETERS: &[&str] = &[
    "python",
    "python2",
    "python3",
    "node",
    "nodejs",
    "deno",
    "bun",
    "perl",
    "ruby",
    "php",
    "lua",
    "Rscript",
    "tclsh",
    "osascript",
    "py",
    "pypy3",
    "ipython",
];

/// Calls that take a path first, and what they do to it.
const CALLS: &[(&str, Act, bool)] = &[
    ("rmtree(", Act::Delete, true),
    ("os.remove(", Act::Delete, false),
    ("os.unlink(", Act::Delete, false),
    ("os.rmdir(", Act::Delete, false),
    ("os.removedirs(", Act::Delete, true),
    ("rmSync(", Act::Delete, true),
    ("rm(", Act::Delete, true),
    ("rmdirSync(", Act::Delete, true),
    ("rmdir(", Act::Delete, true),
    ("unlinkSync(", Act::Delete, false),
    ("unlink(", Act::Delete, false),
    ("removeSync(", Act::Delete, true),
    ("rimraf(", Act::Delete, true),
    ("rimraf.sync(", Act::Delete, true),
    ("emptyDirSync(", Act::Delete, true),
    ("remove_tree(", Act::Delete, true),
    ("FileUtils.rm_rf(", Act::Delete, true),
    ("FileUtils.rm_rf ", Act::Delete, true),
    ("FileUtils.rm_r(", Act::Delete, true),
    ("File.delete(", Act::Delete, false),
    ("Dir.delete(", Act::Delete, true),
    ("writeFileSync(", Act::Write, false),
    ("appendFileSync(", Act::Append, false),
    ("writeFile(", Act::Write, false),
    ("appendFile(", Act::Append, false),
    ("File.write(", Act::Write, false),
    ("file_put_contents(", Act::Write, false),
    ("Deno.remove(", Act::Delete, true),
    ("readFileSync(", Act::Read, false),
    ("File.read(", Act::Read, false),
    ("file_get_contents(", Act::Read, false),
    ("chmodSync(", Act::Change, false),
    ("os.chmod(", Act::Change, false),
    ("os.truncate(", Act::Write, false),
    ("renameSync(", Act::Move, false),
    ("os.rename(", Act::Move, false),
    ("os.replace(", Act::Move, false),
    ("shutil.move(", Act::Move, true),
];

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if !is_interpreter(call.name) {
        return;
    }
    for code in code_of(call) {
        judge_code(call, &code, hits);
    }
}

fn is_interpreter(name: &str) -> bool {
    INTERPRETERS.contains(&name)
        || name.strip_prefix("python3.").is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The code on the command line and on standard input.
fn code_of(call: &Call<'_>) -> Vec<String> {
    let words = call.words();
    let mut code = Vec::new();
    for pair in words.windows(2) {
        if let [flag, text] = pair
            && is_code_flag(call.name, flag.text())
        {
            code.push(text.text().to_owned());
        }
    }
    for redirection in &call.command.redirections {
        if let Into::Text(text) = &redirection.target {
            code.push(text.text().to_owned());
        }
    }
    if code.is_empty()
        && let Some(input) = &call.command.input
    {
        code.push(input.text().to_owned());
    }
    code
}

fn is_code_flag(name: &str, flag: &str) -> bool {
    let Some(letters) = flag.strip_prefix('-') else { return false };

    match name {
        "node" | "nodejs" | "bun" => matches!(letters, "-eval" | "-print" | "e" | "p" | "pe"),
        "deno" => false,
        "php" => letters == "r",
        "perl" | "ruby" => !letters.starts_with('-') && (letters.ends_with('e') || letters.ends_with('E')),
        "lua" | "Rscript" | "osascript" => letters == "e",
        _ => !letters.starts_with('-') && letters.ends_with('c'),
    }
}

/// More calls than this in one piece of code are not looked at one by one.
const MOST_CALLS: usize = 256;

fn judge_code(call: &Call<'_>, code: &str, hits: &mut Vec<Hit>) {
    let mut effects = calls(code);
    effects.extend(python_opens(code));
    if effects.len() > MOST_CALLS {
        effects.truncate(MOST_CALLS);
        hits.push(unresolved::too_many_words());
    }
    governance::judge_effects(call, &effects, hits);
    governance::judge_code(call, code, hits);
    execution::judge_code(call, code, hits);
    deletion::judge(call, &effects, hits);
    disks::judge_effects(call, &effects, hits);
    credentials::judge_effects(call, &effects, hits);
    persistence::judge_effects(call, &effects, hits);
    let mut statements = ["execute(", "query(", "exec("].iter().flat_map(|run| calls_of(code, run));
    if let Some(rule) = statements.find_map(databases::statement_rule) {
        hits.push(call.hit(rule, format!("{} with a statement", call.name)));
    }
}

/// The calls of the table with a literal for a path. What opens a call is looked for once, then the name before it.
fn calls(code: &str) -> Vec<Effect<'_>> {
    let mut effects = Vec::new();
    for (at, _) in code.match_indices(['(', ' ']) {
        // Each name ends in a letter; of a long blank only its first sign is looked at, or all of it would be for each.
        if !code.get(..at).is_some_and(|name| name.ends_with(is_letter)) {
            continue;
        }
        let Some((before, after)) = code.split_at_checked(at + 1) else { continue };
        let Some(path) = literal(after) else { continue };
        for (name, act, recursive) in CALLS.iter().filter(|(name, ..)| before.ends_with(name)) {
            // `rm(`, but not `form(`; `fs.rm(` is written with a dot before it.
            let is_whole = name.contains('.')
                || !name.starts_with(|letter: char| letter.is_ascii_lowercase())
                || !before.get(..before.len() - name.len()).unwrap_or("").ends_with(is_letter);
            if is_whole {
                effects.push(effect(path, *act, *recursive));
            }
        }
        if effects.len() > MOST_CALLS {
            break;
        }
    }
    effects
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn effect(path: &str, act: Act, recursive: bool) -> Effect<'_> {
    Effect { act, target: Target { glob: false, ..Target::literal(path) }, recursive }
}

/// `open('path', 'w')` and `Path('path').write_text(...)`, `.read_text()`, `.unlink()`.
fn python_opens(code: &str) -> Vec<Effect<'_>> {
    let mut found = Vec::new();
    for name in ["open(", "Path("] {
        for (at, _) in code.match_indices(name) {
            let rest = code.get(at + name.len()..).unwrap_or("").trim_start();
            let Some(path) = literal(rest) else { continue };
            let after = rest.get(path.len() + 2..).unwrap_or("");
            let after =
                after.get(..after.char_indices().nth(40).map_or(after.len(), |(end, _)| end)).unwrap_or("");
            let act = if name == "Path(" {
                match after.trim_start_matches(')').split('(').next().unwrap_or("") {
                    ".write_text" | ".write_bytes" => Act::Write,
                    ".unlink" | ".rmdir" => Act::Delete,
                    ".rename" | ".replace" => Act::Move,
                    ".read_text" | ".read_bytes" => Act::Read,
                    ".chmod" => Act::Change,
                    _ => continue,
                }
            } else {
                let mode = after.split(')').next().unwrap_or("");
                let writes =
                    [", 'w", ", \"w", ",'w", ",\"w", "'r+", "\"r+", "'x", "\"x", "mode='w", "mode=\"w"]
                        .iter()
                        .any(|mark| mode.contains(mark));
                let adds = ["'a", "\"a"].iter().any(|mark| mode.contains(mark));
                if writes {
                    Act::Write
                } else if adds {
                    Act::Append
                } else {
                    Act::Read
                }
            };
            found.push(effect(path, act, false));
            if found.len() > MOST_CALLS {
                return found;
            }
        }
    }
    found
}
