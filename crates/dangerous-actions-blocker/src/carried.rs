//! Commands that travel in the arguments of a program that is no wrapper: `ssh -o ProxyCommand=`, `tar -I`, `git -c alias.x=!`.

use crate::arguments::Takes;
use crate::call::Call;
use crate::commands::{Allowance, judge_carried};
use crate::rule::Hit;
use crate::rules::git;

/// Judges what `call` carries as command lines of their own.
pub(crate) fn judge(call: &Call<'_>, depth: usize, allowance: &mut Allowance, hits: &mut Vec<Hit>) {
    for text in carried(call) {
        for hit in judge_carried(&text, call.scene, depth, allowance) {
            hits.push(Hit { command: Some(call.index), ..hit });
        }
    }
}

fn carried(call: &Call<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    match call.name {
        "ssh" | "scp" | "sftp" | "autossh" => {
            let takes = Takes { short: "oipFlJLRDEWbcemQSwB", long: &[] };
            for option in call.arguments(takes).values("o", "") {
                let (key, value) = option.text.split_once(['=', ' ']).unwrap_or((option.text, ""));
                if matches!(
                    key.trim().to_ascii_lowercase().as_str(),
                    "proxycommand" | "localcommand" | "knownhostscommand" | "remotecommand"
                ) {
                    texts.push(value.to_owned());
                }
            }
        }
        "rsync" => {
            let takes = Takes { short: "efBTM", long: &["rsh", "rsync-path"] };
            let arguments = call.arguments(takes);
            let found = [arguments.value("e", "rsh"), arguments.value("", "rsync-path")];
            texts.extend(found.into_iter().flatten().map(|value| value.text.to_owned()));
        }
        "tar" | "gtar" | "bsdtar" => {
            let takes = Takes {
                short: "fCTXIKLNVbgHF",
                long: &[
                    "use-compress-program",
                    "to-command",
                    "info-script",
                    "checkpoint-action",
                    "rsh-command",
                    "file",
                    "directory",
                ],
            };
            let arguments = call.arguments(takes);
            for name in ["use-compress-program", "to-command", "info-script", "rsh-command"] {
                texts.extend(arguments.value("", name).map(|value| value.text.to_owned()));
            }
            texts.extend(arguments.values("IF", "").into_iter().map(|value| value.text.to_owned()));
            texts.extend(
                arguments
                    .values("", "checkpoint-action")
                    .into_iter()
                    .filter_map(|value| value.text.strip_prefix("exec=").map(ToOwned::to_owned)),
            );
        }
        "git" => texts.extend(in_git(call)),
        "tmux" | "screen" | "script" | "dtach" | "zellij" => texts.extend(last_with_space(call)),
        "socat" => texts.extend(call.words().iter().filter_map(|word| {
            let text = word.text();
            let (kind, command) = text.split_once(':')?;
            matches!(kind.to_ascii_uppercase().as_str(), "EXEC" | "SYSTEM" | "SHELL")
                .then(|| command.split(',').next().unwrap_or("").to_owned())
        })),
        "trap" => texts.extend(call.words().first().map(|word| word.text().to_owned())),
        "vim" | "nvim" | "vi" | "ex" => texts.extend(
            call.words()
                .iter()
                .filter_map(|word| word.text().split_once('!').map(|(_, command)| command.to_owned())),
        ),
        "awk" | "gawk" | "mawk" | "nawk" => {
            let code = call.words().iter().flat_map(|word| calls_of(word.text(), "system("));
            texts.extend(code.map(ToOwned::to_owned));
        }
        "sed" | "gsed" => texts.extend(call.words().iter().filter_map(|word| {
            word.text().strip_prefix("1e ").or_else(|| word.text().strip_prefix("e ")).map(ToOwned::to_owned)
        })),
        _ => {}
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// Aliases and settings given with `-c` that start a program.
fn in_git(call: &Call<'_>) -> Vec<String> {
    let Some(git) = git::invocation(call.words()) else { return Vec::new() };
    git.settings
        .iter()
        .filter_map(|setting| {
            let (name, value) = setting.split_once('=')?;
            let name = name.to_ascii_lowercase();
            let runs = [
                "core.sshcommand",
                "core.fsmonitor",
                "core.editor",
                "core.pager",
                "core.gitproxy",
                "sequence.editor",
                "diff.external",
            ];
            if name.starts_with("alias.") {
                return value.strip_prefix('!').map(ToOwned::to_owned);
            }
            runs.contains(&name.as_str()).then(|| value.to_owned())
        })
        .chain(["x", "exec"].into_iter().filter(|_| git.subcommand == "rebase").flat_map(|name| {
            let takes = Takes { short: "x", long: &["exec"] };
            let (short, long) = if name == "x" { ("x", "") } else { ("", "exec") };
            call.arguments(takes)
                .values(short, long)
                .into_iter()
                .map(|value| value.text.to_owned())
                .collect::<Vec<_>>()
        }))
        .collect()
}

/// The argument that is a whole command line.
fn last_with_space(call: &Call<'_>) -> Option<String> {
    call.words().last().map(shell::Value::text).filter(|text| text.contains(' ')).map(ToOwned::to_owned)
}

/// The string literals that `name` is called with in a piece of code.
pub(crate) fn calls_of<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(name).filter_map(move |(at, _)| literal(code.get(at + name.len()..)?))
}

/// The string literal that `code` begins with.
pub(crate) fn literal(code: &str) -> Option<&str> {
    let rest = code.trim_start();
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'))?;
    let inside = rest.get(1..)?;
    inside.get(..inside.find(quote)?)
}
