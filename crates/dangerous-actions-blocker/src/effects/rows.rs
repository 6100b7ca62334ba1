//! Common file tools as rows: which of their operands and options name files, and what happens to those.

use super::{Act, Effect};
use crate::arguments::{Arguments, Takes};
use crate::call::Call;
use crate::names::{Names, count, lists};
use crate::place::Target;

/// How a program treats files.
struct Row {
    programs: &'static [&'static str],
    takes: Takes,
    operands: Operands,
    /// The flag by which it takes folders with all below them.
    recursive: (&'static str, &'static str),
    /// Options that name a file.
    files: &'static [(&'static str, &'static str, Act)],
    /// It only does so with this flag (`sed -i`); without it, operands are read.
    needs: (&'static str, &'static str),
}

/// What happens to the operands.
#[derive(Clone, Copy)]
enum Operands {
    All(Act),
    /// The first is a mode, an owner, a script or a pattern, unless one of these options gives it.
    AfterFirst(Act, &'static str, &'static [&'static str]),
    /// All but the last, and the last (or the value of `-t`).
    LastApart(Act, Act),
    /// The first is written, the others are read.
    FirstWritten,
    None,
}

const ROW: Row = Row {
    programs: &[],
    takes: Takes { short: "", long: &[] },
    operands: Operands::None,
    recursive: ("", ""),
    files: &[],
    needs: ("", ""),
};

const COPY: Takes = Takes { short: "tSgmo", long: &["target-directory", "suffix", "group", "mode", "owner"] };

const ROWS: &[Row] = &[
    Row {
        programs: &["rm", "grm", "srm"],
        operands: Operands::All(Act::Delete),
        recursive: ("rR", "recursive"),
        ..ROW
    },
    Row {
        programs: &["unlink", "rmdir", "wipe"],
        operands: Operands::All(Act::Delete),
        recursive: ("r", ""),
        ..ROW
    },
    Row {
        programs: &["shred"],
        takes: Takes { short: "ns", long: &["iterations", "size", "random-source"] },
        operands: Operands::All(Act::Delete),
        ..ROW
    },
    Row {
        programs: &["truncate"],
        takes: Takes { short: "sr", long: &["size", "reference"] },
        operands: Operands::All(Act::Write),
        ..ROW
    },
    Row {
        programs: &["mv", "gmv"],
        takes: COPY,
        operands: Operands::LastApart(Act::Move, Act::Write),
        ..ROW
    },
    Row {
        programs: &["cp", "gcp", "install", "ditto"],
        takes: COPY,
        operands: Operands::LastApart(Act::Read, Act::Write),
        recursive: ("rRa", "recursive"),
        ..ROW
    },
    Row {
        programs: &["ln", "link"],
        takes: COPY,
        operands: Operands::LastApart(Act::Read, Act::Write),
        ..ROW
    },
    Row { programs: &["tee", "sponge"], operands: Operands::All(Act::Write), ..ROW },
    Row {
        programs: &["mount"],
        takes: Takes { short: "toL", long: &[] },
        operands: Operands::LastApart(Act::Mention, Act::Write),
        ..ROW
    },
    Row {
        programs: &["touch", "mkdir", "mkfifo", "mknod"],
        takes: Takes { short: "mdrt", long: &["mode", "date", "reference"] },
        operands: Operands::All(Act::Create),
        ..ROW
    },
    Row {
        programs: &["chmod", "chown", "chgrp", "chattr", "chflags", "chcon"],
        operands: Operands::AfterFirst(Act::Change, "", &["reference"]),
        takes: Takes { short: "", long: &["reference"] },
        recursive: ("R", "recursive"),
        ..ROW
    },
    Row {
        programs: &["setfacl"],
        takes: Takes { short: "mxMX", long: &["modify", "remove", "set", "set-file"] },
        operands: Operands::All(Act::Change),
        recursive: ("R", "recursive"),
        ..ROW
    },
    Row {
        programs: &["ed", "ex", "vi", "vim", "nvim", "nano", "emacs", "pico", "micro"],
        takes: Takes { short: "cSuU", long: &["cmd"] },
        operands: Operands::All(Act::Write),
        ..ROW
    },
    Row {
        programs: &["sed", "gsed"],
        takes: Takes { short: "efl", long: &["expression", "file", "line-length"] },
        operands: Operands::AfterFirst(Act::Write, "ef", &["expression", "file"]),
        needs: ("i", "in-place"),
        ..ROW
    },
    Row {
        programs: &["perl", "ruby"],
        takes: Takes { short: "eEImMr", long: &[] },
        operands: Operands::AfterFirst(Act::Write, "eE", &[]),
        needs: ("i", ""),
        ..ROW
    },
    Row {
        programs: &["yq"],
        operands: Operands::AfterFirst(Act::Write, "", &["from-file"]),
        needs: ("i", "inplace"),
        ..ROW
    },
    Row {
        programs: &["patch"],
        takes: Takes { short: "podiDBYzrV", long: &["strip", "output", "directory", "input"] },
        operands: Operands::FirstWritten,
        files: &[("o", "output", Act::Write)],
        ..ROW
    },
    Row { programs: &["zip", "7z", "7za", "rar"], operands: Operands::FirstWritten, ..ROW },
    Row {
        programs: &["gzip", "bzip2", "xz", "zstd", "lzma", "compress", "pigz"],
        operands: Operands::All(Act::Read),
        ..ROW
    },
    Row {
        programs: &["rename", "prename", "mmv"],
        operands: Operands::AfterFirst(Act::Move, "", &[]),
        ..ROW
    },
    Row {
        programs: &[
            "awk", "gawk", "mawk", "nawk", "grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "jq",
        ],
        takes: Takes {
            short: "efFvABCmgt",
            long: &["regexp", "file", "include", "exclude", "glob", "type", "arg", "argjson"],
        },
        operands: Operands::AfterFirst(Act::Read, "ef", &["regexp", "file"]),
        recursive: ("rR", "recursive"),
        ..ROW
    },
    Row {
        programs: &[
            "cat",
            "tac",
            "nl",
            "less",
            "more",
            "most",
            "bat",
            "batcat",
            "head",
            "tail",
            "strings",
            "xxd",
            "od",
            "hexdump",
            "hd",
            "base64",
            "base32",
            "rev",
            "fold",
            "fmt",
            "pr",
            "cut",
            "paste",
            "sort",
            "uniq",
            "column",
            "tr",
            "view",
            "diff",
            "colordiff",
            "sdiff",
            "comm",
            "join",
            "zcat",
            "bzcat",
            "xzcat",
            "zless",
            "iconv",
            "expand",
            "pbcopy",
            "xclip",
            "gpg",
            "gpg2",
            "age",
            "dd_rescue",
            "uuencode",
            "mail",
            "mutt",
            "split",
            "glow",
            "look",
            "pv",
            "sops",
        ],
        takes: Takes {
            short: "ncbswNAjtoTkg",
            long: &["lines", "bytes", "output", "width", "delimiter", "fields"],
        },
        operands: Operands::All(Act::Read),
        files: &[("o", "output", Act::Write), ("k", "lesskey-src", Act::Read)],
        ..ROW
    },
    Row { programs: &["source", "."], operands: Operands::All(Act::Mention), ..ROW },
    Row {
        programs: &["date"],
        takes: Takes { short: "dfrs", long: &["date", "file", "reference", "set"] },
        files: &[("f", "file", Act::Read)],
        ..ROW
    },
    Row {
        programs: &["ssh-keygen"],
        takes: Takes { short: "fNPCtbm", long: &[] },
        files: &[("f", "", Act::Write)],
        ..ROW
    },
    Row {
        programs: &["unzip"],
        takes: Takes { short: "dxP", long: &[] },
        operands: Operands::None,
        files: &[("d", "", Act::Write)],
        ..ROW
    },
];

/// Programs that look at names, at metadata, or at files they need as they are; none shows content.
const NAMES_ONLY: &[&str] = &[
    "ls",
    "ll",
    "la",
    "dir",
    "exa",
    "eza",
    "lsd",
    "tree",
    "stat",
    "test",
    "[",
    "[[",
    "file",
    "echo",
    "printf",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "wc",
    "du",
    "df",
    "cd",
    "pushd",
    "popd",
    "export",
    "declare",
    "local",
    "readonly",
    "typeset",
    "unset",
    "set",
    "which",
    "type",
    "command",
    "ssh",
    "ssh-add",
    "ssh-copy-id",
    "mosh",
    "sftp",
    "docker",
    "podman",
    "docker-compose",
    "kubectl",
    "helm",
    "aws",
    "gcloud",
    "az",
    "npm",
    "pnpm",
    "yarn",
    "bun",
    "cargo",
    "pip",
    "make",
    "node",
    "true",
    "false",
    ":",
    "md5sum",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "cksum",
    "cmp",
    "tldr",
    "man",
    "code",
    "open",
    "xdg-open",
    "umount",
    "sudo",
    "doas",
    "env",
    "xargs",
    "timeout",
    "nohup",
    "nice",
    "time",
    "chroot",
    "alias",
    "ansible",
    "ansible-playbook",
    "terraform",
    "gh",
    "git",
    "pgrep",
    "pkill",
    "killall",
    "shopt",
    "trap",
];

const LISTS: &[&[&str]] = &lists!(ROWS, programs);
static PROGRAMS: Names<{ count(&[LISTS, &[NAMES_ONLY]]) }> = Names::of(&[LISTS, &[NAMES_ONLY]]);

/// Adds what the row of `call`'s program says; an unknown program mentions its operands.
pub(super) fn add<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let Some(number) = PROGRAMS.list(call.name) else {
        add_unknown(call, effects);
        return;
    };
    // Behind the rows stand those that look at names.
    let Some(row) = ROWS.get(number) else { return };
    let arguments = call.arguments(row.takes);
    for (short, long, act) in row.files {
        effects.extend(arguments.values(short, long).into_iter().map(|target| Effect {
            act: *act,
            target,
            recursive: call.name == "unzip",
        }));
    }
    let recursive = row.recursive != ("", "") && arguments.has(row.recursive.0, row.recursive.1);
    let acts = row.needs == ("", "") || arguments.has(row.needs.0, row.needs.1);
    let effect = |act: Act, value: &'a shell::Value| Effect {
        act: match act {
            Act::Write if !acts => Act::Read,
            Act::Write if call.name == "tee" && arguments.has("a", "append") => Act::Append,
            other => other,
        },
        target: Target::of(value),
        recursive,
    };
    match row.operands {
        Operands::All(act) => effects.extend(arguments.operands.iter().map(|value| effect(act, value))),
        Operands::AfterFirst(act, short, long) => {
            let given = arguments.options.iter().any(|option| {
                if option.long { long.contains(&option.name) } else { short.contains(option.name) }
            });
            let given = given || (call.name == "chmod" && takes_mode_away(&arguments));
            effects
                .extend(arguments.operands.iter().skip(usize::from(!given)).map(|value| effect(act, value)));
        }
        Operands::LastApart(others, last) => last_apart(&arguments, others, last, &effect, effects),
        Operands::FirstWritten => {
            for (index, value) in arguments.operands.iter().enumerate() {
                effects.push(effect(if index == 0 { Act::Write } else { Act::Read }, value));
            }
        }
        Operands::None => {}
    }
}

/// `chmod -x FILE`: the mode looks like an option.
fn takes_mode_away(arguments: &Arguments<'_>) -> bool {
    arguments.options.iter().any(|option| !option.long && "rwxXst".contains(option.name))
}

fn last_apart<'a>(
    arguments: &Arguments<'a>,
    others: Act,
    last: Act,
    effect: &dyn Fn(Act, &'a shell::Value) -> Effect<'a>,
    effects: &mut Vec<Effect<'a>>,
) {
    if let Some(folder) = arguments.value("t", "target-directory") {
        effects.push(Effect::new(last, folder));
        effects.extend(arguments.operands.iter().map(|value| effect(others, value)));
        return;
    }
    if let Some((destination, sources)) = arguments.operands.split_last() {
        effects.extend(sources.iter().map(|value| effect(others, value)));
        effects.push(Effect { recursive: false, ..effect(last, destination) });
    }
}

/// A program nobody here knows: its operands may be read, and what stands behind an output option is written.
fn add_unknown<'a>(call: &Call<'a>, effects: &mut Vec<Effect<'a>>) {
    let arguments =
        call.arguments(Takes { short: "o", long: &["output", "out", "outfile", "output-file", "out-file"] });
    for option in &arguments.options {
        if let Some(target) = option.value {
            let writes = option.name == "o" || option.name.starts_with("out");
            effects.push(Effect::new(if writes { Act::Write } else { Act::Mention }, target));
        }
    }
    effects.extend(arguments.operands.iter().map(|value| Effect::new(Act::Mention, Target::of(value))));
}
