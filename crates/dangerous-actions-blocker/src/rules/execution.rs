//! Code that comes from the network or out of a decoder and is executed unread.

use std::collections::BTreeMap;

use hook_core::Severity;
use shell::{Analysis, Command, Destination, Flow, Origin, Source, Target as Into};

use crate::call::Call;
use crate::place::base_name;
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&REMOTE, &DECODED, &UNSEEN_INPUT, &RUNNER];

static REMOTE: Rule = Rule {
    id: "execute-download",
    severity: Severity::High,
    harm: "would run code from the network that nobody has read",
    instead: Instead::Run(
        "curl -fsSL https://example.com/install.sh -o ./install.sh",
        "download it, read it, then ask the user to run it",
    ),
};
static DECODED: Rule = Rule {
    id: "execute-decoded",
    severity: Severity::High,
    harm: "would run code that is encoded so that it cannot be read here",
    instead: Instead::Run("base64 -d ./payload.b64 > ./payload.sh", "decode it to a file and read it first"),
};
static UNSEEN_INPUT: Rule = Rule {
    id: "execute-unseen",
    severity: Severity::Medium,
    harm: "would run commands out of a list or a file that cannot be read here",
    instead: Instead::Run("xargs -n1 echo < ./list.txt", "print the commands first"),
};
static RUNNER: Rule = Rule {
    id: "execute-remote-package",
    severity: Severity::Low,
    harm: "would download a package and run it at once",
    instead: Instead::Run("npm ci", "install what the lock file approves and run that"),
};

/// Flows of the whole line that end in an interpreter.
pub(crate) fn judge_flow(flow: &Flow, call: &Call<'_>, local: &mut Local, hits: &mut Vec<Hit>) {
    if flow.into != Destination::Interpreter {
        return;
    }
    let rule = match &flow.origin {
        Origin::Network(source) => {
            if is_known_setup(call, *source) || local.is_source(call.line, *source) {
                return;
            }
            &REMOTE
        }
        // What was computed has been judged as a command of its own.
        Origin::Decoded(_) if !flow.known => &DECODED,
        Origin::Output(source) if !flow.known && is_piped_list(call, *source) => &UNSEEN_INPUT,
        Origin::Decoded(_)
        | Origin::Environment
        | Origin::Variable(_)
        | Origin::File(_)
        | Origin::Output(_) => return,
    };
    hits.push(call.hit(rule, call.shown(2)));
}

/// A shell that reads what another program prints: `kubectl get ... | awk ... | sh`.
fn is_piped_list(call: &Call<'_>, source: usize) -> bool {
    SHELLS.contains(&call.name)
        && matches!(call.command.stdin, Some(Source::Pipe(_)))
        && source < call.index
        && !call.words().iter().any(|word| is_code_flag(word.text()))
        && !is_known_setup(call, source)
}

/// Which commands of a line talk to this machine only, asked once for each: many flows may start at one command.
#[derive(Debug, Default)]
pub(crate) struct Local(BTreeMap<usize, Named>);

/// How a command names this machine, if it names no other.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    at_all: bool,
    by_address: bool,
}

impl Local {
    /// The command names this machine, and no other.
    fn is_source(&mut self, line: &Analysis, index: usize) -> bool {
        self.named(line, index).at_all
    }

    /// The same where a secret goes: a bare word may be a port or a name to listen on, so the scheme must be there.
    pub(crate) fn is_receiver(&mut self, line: &Analysis, index: usize) -> bool {
        self.named(line, index).by_address
    }

    fn named(&mut self, line: &Analysis, index: usize) -> Named {
        *self.0.entry(index).or_insert_with(|| line.commands.get(index).map(named).unwrap_or_default())
    }
}

fn named(command: &Command) -> Named {
    let mut named = Named::default();
    let mut before = "";
    for word in command.argv.iter().skip(1).map(shell::Value::text) {
        let is_proxy = before == "-x" || [before, word].iter().any(|flag| is_proxy_flag(flag));
        before = word;
        let has_scheme = word.contains("://");
        if is_local_address(word) && !is_proxy {
            named.at_all = true;
            named.by_address |= has_scheme;
        } else if has_scheme && !is_proxy {
            return Named::default();
        }
    }
    named
}

/// What goes through a machine does not end there.
fn is_proxy_flag(word: &str) -> bool {
    word.starts_with('-') && (word.contains("proxy") || word.contains("socks"))
}

/// `file://`, or this machine itself.
fn is_local_address(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.starts_with("file://")
        || ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].iter().any(|local| {
            host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
}

/// `source <(kubectl completion bash)` and the like are the program's own output, not a download.
fn is_known_setup(call: &Call<'_>, source: usize) -> bool {
    call.line.commands.get(source).is_some_and(|command| {
        let name = command.argv.first().map_or("", |word| base_name(word.text()));
        command.argv.iter().any(|word| word.text() == "completion") && !matches!(name, "curl" | "wget" | "nc")
    })
}

/// One command that executes what it is given unseen.
pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    let words = call.words();
    if SHELLS.contains(&call.name) {
        let takes_code = words.iter().position(|word| is_code_flag(word.text()));
        if call.via(&["xargs", "parallel"])
            && takes_code.is_some_and(|at| words.get(at + 1).is_none_or(|code| code.text().trim().is_empty()))
        {
            hits.push(call.hit(&UNSEEN_INPUT, call.shown(2)));
        }
        // `bash < /dev/tcp/host/port`
        for redirection in &call.command.redirections {
            if let Into::File(path) = &redirection.target
                && (path.text().starts_with("/dev/tcp/") || path.text().starts_with("/dev/udp/"))
                && redirection.mode == shell::Mode::Read
            {
                hits.push(call.hit(&REMOTE, call.shown(2)));
            }
        }
    }
    let runs_package = matches!(
        (call.name, words.first().map(shell::Value::text)),
        ("npx" | "bunx" | "uvx" | "pipx", Some(_)) | ("pnpm" | "yarn", Some("dlx"))
    );
    if runs_package
        && !words.iter().any(|word| matches!(word.text(), "--no-install" | "--no" | "list" | "--version"))
    {
        hits.push(call.hit(&RUNNER, call.shown(2)));
    }
}

/// Code for another interpreter that runs what it has just decoded or fetched.
pub(crate) fn judge_code(call: &Call<'_>, code: &str, hits: &mut Vec<Hit>) {
    const RUNS: &[&str] = &[
        "exec(",
        "eval(",
        "eval ",
        "os.system(",
        "subprocess.",
        "execSync(",
        "child_process",
        "system(",
        "Function(",
        "popen(",
        "spawn(",
    ];
    const DECODES: &[&str] = &[
        "b64decode",
        "decode64",
        "fromhex(",
        "codecs.decode",
        "zlib.decompress",
        "atob(",
        "'base64')",
        "\"base64\")",
        "unpack(",
        "rot13",
        "marshal.loads",
    ];
    const FETCHES: &[&str] = &[
        "urlopen(",
        "requests.get(",
        "urlretrieve(",
        "fetch(",
        "http.get(",
        "https.get(",
        "LWP::Simple",
        "open-uri",
        "URI.open(",
        "Net::HTTP",
    ];
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if !has(RUNS) {
        return;
    }
    if has(FETCHES)
        && !["localhost", "127.0.0.1"].iter().any(|local| code.contains(local))
        && (code.contains("exec(") || code.contains("eval"))
    {
        hits.push(call.hit(&REMOTE, format!("{} with code from the network", call.name)));
    } else if has(DECODES) {
        hits.push(call.hit(&DECODED, format!("{} with decoded code", call.name)));
    }
}

pub(crate) const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "mksh",
    "ash",
    "fish",
    "csh",
    "tcsh",
    "pwsh",
    "powershell",
    "rbash",
];

/// `-c`, `-lc`, `-Command`.
fn is_code_flag(text: &str) -> bool {
    matches!(text, "-Command" | "-EncodedCommand")
        || text
            .strip_prefix('-')
            .is_some_and(|letters| !letters.starts_with('-') && letters.len() <= 5 && letters.contains('c'))
}
