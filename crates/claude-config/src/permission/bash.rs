//! Rules against Bash command lines: command patterns, and path rules for the files a command line touches.
//!
//! The command line is taken apart by the `shell` crate, which sees more than the client does: what the client does not
//! look into (`bash -c`, `sudo -s`, `ssh`) is left out again here, so that the answer is the client's.

mod files;
mod pattern;

use shell::{Analysis, Command, World};

use super::{Denial, PathRule, Roots, Rule};

use pattern::CommandPattern;
pub(crate) use pattern::wildcard;

/// Whether a rule with this content refuses the command line, and by which part of it.
pub(crate) fn denies(rule: &Rule, content: &str, command: &str, roots: &Roots<'_>) -> Option<Denial> {
    let world = World {
        home: roots.home.to_string_lossy().into_owned(),
        cwd: roots.cwd.to_string_lossy().into_owned(),
        variables: Vec::new(),
    };
    let analysis = shell::analyze(command, &world);
    if rule.tool == "Bash" {
        let pattern = CommandPattern::new(content);
        let hit =
            candidates(&analysis, command, pattern.is_exact()).into_iter().find(|text| pattern.matches(text));
        return hit.map(Denial::Command);
    }
    let path_rule = PathRule::new(content, roots)?;
    let writes = rule.tool == "Edit";
    let touched = files::touched(&analysis, &world.cwd, writes);
    touched.into_iter().find(|path| path_rule.matches(path, roots)).map(Denial::Path)
}

/// The texts a command pattern is compared with: the line, and each command as written and as the shell reads it.
fn candidates(analysis: &Analysis, line: &str, exact: bool) -> Vec<String> {
    let mut texts = Vec::new();
    if analysis.commands.is_empty() {
        return texts;
    }
    let redirected = analysis.commands.iter().any(|command| !command.redirections.is_empty());
    let only_sets = analysis.commands.iter().all(|command| command.argv.is_empty());
    if (exact || !redirected) && !only_sets {
        texts.push(line.trim().to_owned());
    }
    for command in analysis.commands.iter().filter(|command| seen_through(analysis, command, exact)) {
        as_written(command, line, exact, &mut texts);
        as_read(command, &mut texts);
    }
    texts
}

/// The command's own text. For a pattern with a star its redirections are left out, which `as_read` sees to.
fn as_written(command: &Command, line: &str, exact: bool, texts: &mut Vec<String>) {
    let Some(text) = line.get(command.span.start..command.span.end).filter(|_| command.via.is_empty()) else {
        return;
    };
    if command.argv.is_empty() {
        return texts.push(String::new());
    }
    if exact || command.redirections.is_empty() {
        texts.push(text.trim().to_owned());
    }
    let first = command.redirections.iter().map(|redirection| redirection.span.start).min();
    if let Some(before) = first.and_then(|end| line.get(command.span.start..end)) {
        texts.push(before.trim().to_owned());
    }
}

/// The words after quoting and expansion, joined by single spaces: with assignments, and by the program's bare name.
fn as_read(command: &Command, texts: &mut Vec<String>) {
    let words: Vec<&str> = command.argv.iter().map(shell::Value::text).collect();
    let words = match words.split_first() {
        // zsh's own wrapper, which Bash does not know.
        Some((&"noglob", rest)) => rest,
        _ => words.as_slice(),
    };
    let Some((program, arguments)) = words.split_first() else { return };
    let joined = words.join(" ").trim_end().to_owned();
    if !command.assignments.is_empty() {
        let set: Vec<String> =
            command.assignments.iter().map(|one| format!("{}={}", one.name, one.value.text())).collect();
        texts.push(format!("{} {joined}", set.join(" ")));
    }
    if let Some((_, name)) = program.rsplit_once('/') {
        let bare: Vec<&str> = std::iter::once(name).chain(arguments.iter().copied()).collect();
        texts.push(bare.join(" ").trim_end().to_owned());
    }
    texts.push(joined);
}

/// The wrappers the client's deny rules see through. `function` is the shell crate's name for a function's body.
const TRANSPARENT: &[&str] = &[
    "builtin", "chrt", "command", "doas", "env", "exec", "flock", "function", "ionice", "ltrace", "nice",
    "noglob", "nohup", "script", "setsid", "stdbuf", "strace", "sudo", "taskset", "time", "timeout",
    "unshare", "watch", "xargs",
];

/// Whether the client looks at this command. Of wrappers in wrappers it looks at the outermost and the innermost.
fn seen_through(analysis: &Analysis, command: &Command, exact: bool) -> bool {
    if command.wraps && !command.via.is_empty() {
        return false;
    }
    command.via.iter().all(|wrapper| {
        let outer = wrapper.command.and_then(|index| analysis.commands.get(index));
        let plain = outer.is_none_or(|outer| is_plain(outer, exact));
        TRANSPARENT.contains(&&*wrapper.name) && plain
    })
}

/// `xargs` is seen through only without options, and adds arguments nobody can name; `stdbuf` only with its values
/// attached; `runuser` never.
fn is_plain(outer: &Command, exact: bool) -> bool {
    let word = |index: usize| outer.argv.get(index).map(shell::Value::text).unwrap_or_default();
    match word(0) {
        "xargs" => !exact && !word(1).starts_with('-'),
        "stdbuf" => !matches!(word(1), "-i" | "-o" | "-e"),
        program => program != "runuser",
    }
}
