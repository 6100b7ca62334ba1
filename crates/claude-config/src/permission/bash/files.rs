//! The files a command line touches, as far as the client looks for them.

use shell::{Analysis, Command, Mode, Target, Value};

/// How the client finds the paths among a command's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Every argument that is no option is a path that is read.
    Reads,
    /// The same after a pattern or program, which `-e` or `-f` makes an option.
    ReadsAfterPattern,
    /// Every argument is a path that is written.
    Writes,
    /// The last argument is written; the ones before are read, and moved or copied from.
    Transfers,
    /// `sed`: reads, and writes unless `-n` keeps it from printing.
    Edits,
}

/// The commands the client knows to read or write files. `less`, `xxd`, `dd`, `ln` and `tar` are not among them.
const COMMANDS: &[(Shape, &[&str])] = &[
    (
        Shape::Reads,
        &[
            "cat",
            "head",
            "tail",
            "sort",
            "uniq",
            "wc",
            "cut",
            "paste",
            "column",
            "tr",
            "file",
            "stat",
            "diff",
            "cmp",
            "comm",
            "strings",
            "hexdump",
            "od",
            "base64",
            "nl",
            "sha256sum",
            "sha1sum",
            "md5sum",
            "tac",
            "rev",
            "fold",
            "fmt",
            "pr",
            "tsort",
            "expand",
            "unexpand",
            "ls",
            "find",
            "cd",
        ],
    ),
    (Shape::ReadsAfterPattern, &["grep", "egrep", "fgrep", "rg", "awk", "gawk", "jq"]),
    (Shape::Writes, &["rm", "rmdir", "mkdir", "touch", "tee"]),
    (Shape::Transfers, &["cp", "mv"]),
    (Shape::Edits, &["sed"]),
];

/// Wrappers through which the client still finds the paths.
const TRANSPARENT: &[&str] = &["command", "env", "function", "nice", "nohup", "stdbuf", "time", "timeout"];

/// The absolute paths the line writes, or else those it reads.
///
/// A relative path is taken from the folder the command runs in and from the one the line starts in, as the client does.
pub(super) fn touched(analysis: &Analysis, start: &str, writes: bool) -> Vec<String> {
    let mut paths = Vec::new();
    for command in &analysis.commands {
        if !command.via.iter().all(|wrapper| TRANSPARENT.contains(&&*wrapper.name)) {
            continue;
        }
        let words = arguments(command, start, writes).into_iter().chain(redirected(command, writes));
        paths.extend(words.flat_map(|word| absolute(command, start, word)));
    }
    paths
}

fn redirected(command: &Command, writes: bool) -> Vec<&Value> {
    let mut values = Vec::new();
    for redirection in &command.redirections {
        let fits = match redirection.mode {
            Mode::Read => !writes,
            Mode::Write | Mode::Append => writes,
            Mode::ReadWrite => true,
        };
        if let (true, Target::File(value)) = (fits, &redirection.target) {
            values.push(value);
        }
    }
    values
}

/// A word as absolute paths; a pattern of files or a word that is not known is none.
fn absolute(command: &Command, start: &str, word: &Value) -> Vec<String> {
    let Some(text) = word.known().filter(|text| !text.is_empty() && !word.has_glob()) else {
        return Vec::new();
    };
    if text.starts_with('/') {
        return vec![text.to_owned()];
    }
    let mut paths = vec![format!("{start}/{text}")];
    if let Some(directory) = command.directory.as_deref().filter(|directory| *directory != start) {
        paths.push(format!("{directory}/{text}"));
    }
    paths
}

fn arguments<'a>(command: &'a Command, start: &str, writes: bool) -> Vec<&'a Value> {
    let Some((program, words)) = command.argv.split_first() else { return Vec::new() };
    let shape = match (program.text(), words.first().map(Value::text)) {
        ("git", Some("diff")) => Some(Shape::Reads),
        (name, _) => COMMANDS.iter().find(|(_, names)| names.contains(&name)).map(|(shape, _)| *shape),
    };
    let Some(shape) = shape else { return Vec::new() };
    let plain = match program.text() {
        "find" => words.iter().take_while(|word| !word.text().starts_with(['-', '(', '!'])).collect(),
        _ => without_options(words),
    };
    let pattern_is_option =
        words.iter().any(|word| matches!(word.text(), "-e" | "-f" | "--regexp" | "--file"));
    let after_pattern = usize::from(!pattern_is_option);
    let prints = !words.iter().any(|word| matches!(word.text(), "-n" | "--quiet" | "--silent"));
    let writes_itself = || words.iter().any(|word| is_sed_write(word.text()));
    match (shape, writes) {
        (Shape::ReadsAfterPattern | Shape::Edits, false) => plain.into_iter().skip(after_pattern).collect(),
        (Shape::Edits, true) if prints || writes_itself() => plain.into_iter().skip(after_pattern).collect(),
        // A target outside the project is refused for that before the rules are looked at.
        (Shape::Transfers, true) if leaves(&plain, start) => Vec::new(),
        (Shape::Reads, false) | (Shape::Writes | Shape::Transfers, true) => plain,
        (Shape::Transfers, false) => {
            plain.split_last().map(|(_, sources)| sources.to_vec()).unwrap_or_default()
        }
        (Shape::Reads | Shape::ReadsAfterPattern | Shape::Edits, true) | (Shape::Writes, false) => Vec::new(),
    }
}

/// Whether the last path is absolute and not below the start folder.
fn leaves(plain: &[&Value], start: &str) -> bool {
    plain.last().is_some_and(|last| last.text().starts_with('/') && !last.text().starts_with(start))
}

/// A sed script whose command writes a file.
fn is_sed_write(script: &str) -> bool {
    script.starts_with("w ") || script.contains(";w ") || script.contains("/w ")
}

/// The arguments that are no options; after `--` all of them.
fn without_options(words: &[Value]) -> Vec<&Value> {
    let mut plain = Vec::new();
    let mut ended = false;
    for word in words {
        if !ended && word.text() == "--" {
            ended = true;
        } else if ended || !word.text().starts_with('-') {
            plain.push(word);
        }
    }
    plain
}
