//! Programs whose arguments follow no common pattern: `dd`, `find`, `tar`, `curl`, `wget`, `rsync`, `scp`, `git`, `openssl`.

use shell::Value;

use super::{Act, Effect};
use crate::arguments::Takes;
use crate::call::Call;
use crate::place::Target;

/// Adds what these programs do; false if `call` runs another one.
pub(super) fn add<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) -> bool {
    match call.name {
        "dd" => dd(call, effects),
        "find" | "gfind" | "fd" | "fdfind" => find(call, effects),
        "tar" | "bsdtar" | "gtar" => tar(call, effects),
        "curl" => curl(call, effects),
        "wget" | "wget2" => wget(call, effects),
        "rsync" => rsync(call, effects),
        "scp" => remote_copy(call, SCP, effects),
        "git" => git(call, effects),
        "openssl" => openssl(call, effects),
        "http" | "https" | "xh" => httpie(call, effects),
        _ => return false,
    }
    true
}

fn dd<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    for word in call.words() {
        if word.text().starts_with("of=") {
            effects.push(Effect::new(Act::Write, Target::tail(word, 3)));
        } else if word.text().starts_with("if=") {
            effects.push(Effect::new(Act::Read, Target::tail(word, 3)));
        }
    }
}

/// Where `find` starts: the words before the first test or action.
pub(crate) fn find_roots<'a>(call: &Call<'a>) -> Vec<&'a Value> {
    let expression = |word: &&Value| {
        let text = word.text();
        (text.starts_with('-') && text.len() > 1) || matches!(text, "(" | "!" | ")" | ",")
    };
    call.words()
        .iter()
        .skip_while(|word| matches!(word.text(), "-H" | "-L" | "-P") || word.text().starts_with("-O"))
        .take_while(|word| !expression(word))
        .collect()
}

fn find<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let words = call.words();
    if own_words(words).any(|word| word.text() == "-delete") {
        for root in find_roots(call) {
            effects.push(Effect::with_all_below(Act::Delete, Target::of(root)));
        }
    }
    for pair in words.windows(2) {
        if let [action, file] = pair
            && matches!(action.text(), "-fprint" | "-fprint0" | "-fprintf" | "-fls")
        {
            effects.push(Effect::new(Act::Write, Target::of(file)));
        }
    }
}

/// The words of a `find` without those of the commands it runs.
fn own_words(words: &[Value]) -> impl Iterator<Item = &Value> {
    let mut in_command = false;
    words.iter().filter(move |word| {
        let text = word.text();
        let own = !in_command;
        if matches!(text, "-exec" | "-execdir" | "-ok" | "-okdir") {
            in_command = true;
        } else if in_command && matches!(text, ";" | "+") {
            in_command = false;
        }
        own
    })
}

const TAR: Takes = Takes {
    short: "fCTXIKLNVbgHF",
    long: &[
        "file",
        "directory",
        "files-from",
        "exclude",
        "exclude-from",
        "use-compress-program",
        "transform",
    ],
};

fn tar<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments = call.arguments(TAR);
    // The old style has its letters without a dash: `tar xf a.tar`.
    let old = arguments.word(0);
    let old_style =
        arguments.options.is_empty() && !old.is_empty() && old.chars().all(|c| c.is_ascii_alphabetic());
    let mode = |letters: &str, long: &str| {
        arguments.has(letters, long) || (old_style && old.contains(|letter| letters.contains(letter)))
    };
    let (archive, members) = if old_style && old.contains('f') {
        (
            arguments.operands.get(1).map(|value| Target::of(value)),
            arguments.operands.get(2..).unwrap_or_default(),
        )
    } else {
        let skip = usize::from(old_style);
        (arguments.value("f", "file"), arguments.operands.get(skip..).unwrap_or_default())
    };
    if mode("x", "extract") {
        if let Some(folder) = arguments.value("C", "directory") {
            // What it unpacks may be anything in there.
            effects.push(Effect::with_all_below(Act::Create, folder));
        }
        effects.extend(archive.map(|archive| Effect::new(Act::Mention, archive)));
        return;
    }
    let environment = |name: &str| {
        let set = call.command.environment.iter().chain(&call.command.assignments);
        set.rev().find(|assignment| &*assignment.name == name).map(|assignment| assignment.value.text())
    };
    // GNU tar reads options and the archive's name from the environment too.
    let options = environment("TAR_OPTIONS").unwrap_or("");
    let named = options
        .split_whitespace()
        .find_map(|word| word.strip_prefix("--file=").or_else(|| word.strip_prefix("-f")));
    let archive = archive.or_else(|| named.or_else(|| environment("TAPE")).map(Target::literal));
    if mode("cru", "create") || options.contains("--create") || options.starts_with("-c") {
        // `host:archive` is written on another machine.
        let sends = archive.is_some_and(|archive| archive.text.contains(':'));
        let act = if sends { Act::Send } else { Act::Read };
        effects.extend(
            archive
                .filter(|archive| !sends && archive.text != "-")
                .map(|archive| Effect::new(Act::Write, archive)),
        );
        effects.extend(members.iter().map(|value| Effect::with_all_below(act, Target::of(value))));
        if arguments.has("", "remove-files") {
            effects
                .extend(members.iter().map(|value| Effect::with_all_below(Act::Delete, Target::of(value))));
        }
    }
}

const CURL: Takes = Takes {
    short: "AbcCdDeEFhHKmoPQrTuUwxXyYz",
    long: &[
        "output",
        "output-dir",
        "upload-file",
        "data",
        "data-binary",
        "data-raw",
        "data-ascii",
        "data-urlencode",
        "json",
        "form",
        "form-string",
        "header",
        "proxy-header",
        "request",
        "user",
        "user-agent",
        "url",
        "cookie",
        "cookie-jar",
        "cert",
        "key",
        "cacert",
        "config",
        "dump-header",
        "max-time",
        "connect-timeout",
        "retry",
        "proxy",
        "referer",
        "write-out",
        "resolve",
        "unix-socket",
        "netrc-file",
        "range",
        "retry-delay",
        "trace",
        "trace-ascii",
        "stderr",
        "limit-rate",
        "interface",
        "max-redirs",
        "oauth2-bearer",
        "aws-sigv4",
        "variable",
    ],
};

fn curl<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments = call.arguments(CURL);
    for option in &arguments.options {
        let Some(value) = option.value else { continue };
        match option.name {
            "o" | "output" | "D" | "dump-header" | "c" | "cookie-jar" | "trace" | "trace-ascii"
            | "stderr" => {
                effects.push(Effect::new(Act::Write, value));
            }
            "T" | "upload-file" => effects.push(Effect::new(Act::Send, value)),
            "d" | "data" | "data-binary" | "data-ascii" | "json" | "data-urlencode" => effects.extend(
                value
                    .text
                    .find('@')
                    .filter(|at| *at == 0 || option.name == "data-urlencode")
                    .map(|at| sent(value, at)),
            ),
            "F" | "form" => {
                effects.extend(value.text.find("=@").or(value.text.find("=<")).map(|at| sent(value, at + 1)));
            }
            _ => {}
        }
    }
    for url in &arguments.operands {
        if let Some(path) = url.text().strip_prefix("file://") {
            effects.push(Effect::new(Act::Read, Target::literal(path)));
        }
    }
}

fn sent(value: Target<'_>, at: usize) -> Effect<'_> {
    let text = value.text.get(at + 1..).unwrap_or("").split([';', ',']).next().unwrap_or("");
    Effect::new(Act::Send, Target { text, starts_unknown: false, ..value })
}

const WGET: Takes = Takes {
    short: "OoaePDARIXtTwUBiQl",
    long: &[
        "output-document",
        "output-file",
        "append-output",
        "directory-prefix",
        "post-file",
        "body-file",
        "post-data",
        "body-data",
        "user-agent",
        "header",
        "input-file",
        "execute",
        "method",
        "user",
        "password",
        "timeout",
        "tries",
    ],
};

fn wget<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments = call.arguments(WGET);
    for option in &arguments.options {
        let Some(value) = option.value else { continue };
        let named = |long: &str, shortest: usize| {
            option.long && option.name.len() >= shortest && long.starts_with(option.name)
        };
        if matches!(option.name, "O" | "o" | "a") || named("output-document", 8) || named("output-file", 8) {
            effects.push(Effect::new(Act::Write, value));
        } else if named("post-file", 6) || named("body-file", 6) {
            effects.push(Effect::new(Act::Send, value));
        } else if option.name == "i" || named("input-file", 2) {
            effects.push(Effect::new(Act::Read, value));
        }
    }
}

const SCP: Takes = Takes { short: "cDFiJloPSX", long: &[] };
const RSYNC: Takes = Takes {
    short: "efBTM",
    long: &[
        "rsh",
        "exclude",
        "include",
        "filter",
        "exclude-from",
        "include-from",
        "files-from",
        "log-file",
        "backup-dir",
        "suffix",
        "temp-dir",
        "compare-dest",
        "link-dest",
        "bwlimit",
        "port",
        "password-file",
        "out-format",
        "chmod",
        "chown",
        "timeout",
        "partial-dir",
        "rsync-path",
        "max-size",
        "min-size",
    ],
};

fn rsync<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments = call.arguments(RSYNC);
    let deletes = !arguments.has("n", "dry-run")
        && arguments
            .options
            .iter()
            .any(|option| option.long && (option.name.starts_with("delete") || option.name == "del"));
    if let Some((destination, sources)) = arguments.operands.split_last() {
        if deletes && !is_remote_name(destination.text()) {
            effects.push(Effect::with_all_below(Act::Delete, Target::of(destination)));
        }
        if arguments.has("", "remove-source-files") {
            effects
                .extend(sources.iter().map(|source| Effect::with_all_below(Act::Delete, Target::of(source))));
        }
    }
    remote_copy(call, RSYNC, effects);
}

/// `host:path`, `user@host:path` or `rsync://`.
fn is_remote_name(text: &str) -> bool {
    text.contains("://")
        || text.split_once(':').is_some_and(|(host, _)| host.len() > 1 && !host.contains('/'))
}

fn remote_copy<'a>(call: &Call<'a>, takes: Takes, effects: &mut Vec<Effect<'a>>) {
    let arguments = call.arguments(takes);
    let Some((destination, sources)) = arguments.operands.split_last() else { return };
    let act = if is_remote_name(destination.text()) { Act::Send } else { Act::Read };
    for source in sources.iter().filter(|source| !is_remote_name(source.text())) {
        effects.push(Effect::with_all_below(act, Target::of(source)));
    }
    if act == Act::Read {
        effects.push(Effect::new(Act::Write, Target::of(destination)));
    }
}

fn git<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let Some(git) = crate::rules::git::invocation(call.words()) else { return };
    let files = git.arguments.operands.iter();
    match git.subcommand {
        // `--cached` leaves the file where it is.
        "rm" if !git.arguments.has("", "cached") => {
            effects.extend(files.map(|file| Effect::new(Act::Delete, Target::of(file))));
        }
        "mv" => effects.extend(files.map(|file| Effect::new(Act::Move, Target::of(file)))),
        "checkout" | "restore" => effects.extend(files.map(|file| Effect::new(Act::Write, Target::of(file)))),
        "show" | "cat-file" | "blame" => {
            for file in files {
                if let Some(at) = file.text().find(':') {
                    effects.push(Effect::new(
                        Act::Read,
                        Target { starts_unknown: false, ..Target::tail(file, at + 1) },
                    ));
                }
            }
        }
        _ => {}
    }
}

/// `-in FILE`, `-out FILE`: long names with one dash.
fn openssl<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    for pair in call.words().windows(2) {
        if let [option, file] = pair {
            match option.text() {
                "-out" | "-keyout" | "-writerand" => effects.push(Effect::new(Act::Write, Target::of(file))),
                "-in" => effects.push(Effect::new(Act::Mention, Target::of(file))),
                _ => {}
            }
        }
    }
}

/// `http POST host name@file` and `name=@file`.
fn httpie<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments =
        call.arguments(Takes { short: "oapsh", long: &["output", "auth", "print", "session", "style"] });
    effects.extend(arguments.value("o", "output").map(|file| Effect::new(Act::Write, file)));
    for item in &arguments.operands {
        if let Some(at) = item.text().find('@').filter(|at| *at > 0 && !item.text().contains("://")) {
            effects.push(Effect::new(Act::Send, Target::tail(item, at + 1)));
        }
    }
}
