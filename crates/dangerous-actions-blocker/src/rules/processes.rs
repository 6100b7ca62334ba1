//! Reverse shells, fork bombs, killing everything, shutting down.

use hook_core::Severity;
use shell::{Analysis, Mode, Target as Into};

use crate::arguments::{FLAGS_ONLY, Takes};
use crate::call::Call;
use crate::place::base_name;
use crate::rule::{Hit, Instead, Rule};
use crate::rules::execution::SHELLS;

pub(crate) static RULES: &[&Rule] = &[&REVERSE_SHELL, &FORK_BOMB, &LOOP, &KILL_ALL, &SHUTDOWN];

static REVERSE_SHELL: Rule = Rule {
    id: "reverse-shell",
    severity: Severity::Critical,
    harm: "would hand a shell on this machine to somebody else over the network",
    instead: Instead::Person("Nothing here needs a remote shell; ask the user"),
};
static FORK_BOMB: Rule = Rule {
    id: "fork-bomb",
    severity: Severity::Critical,
    harm: "would start processes without end until the machine stands still",
    instead: Instead::Run("seq 1 4 | xargs -P 4 -I{} echo {}", "limits how many run at once"),
};
static LOOP: Rule = Rule {
    id: "process-flood",
    severity: Severity::High,
    harm: "would start background processes in an endless loop",
    instead: Instead::Run("seq 1 4 | xargs -P 4 -I{} echo {}", "limits how many run at once"),
};
static KILL_ALL: Rule = Rule {
    id: "kill-all",
    severity: Severity::High,
    harm: "would end every process it may, the session's own among them",
    instead: Instead::Run("pgrep -l node", "find the one process, then end it by its id"),
};
static SHUTDOWN: Rule = Rule {
    id: "machine-shutdown",
    severity: Severity::High,
    harm: "would stop or restart this machine",
    instead: Instead::Run("uptime", "the user restarts machines"),
};

/// What shows on the line as a whole: functions that call themselves, endless loops that start processes.
pub(crate) fn judge_line(line: &Analysis, hits: &mut Vec<Hit>) {
    for recursion in line.recursions.iter().filter(|recursion| recursion.multiplies) {
        hits.push(Hit {
            rule: &FORK_BOMB,
            subject: format!("{}()", recursion.name),
            path: None,
            command: None,
        });
    }
}

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if is_reverse_shell(call) {
        hits.push(call.hit(&REVERSE_SHELL, call.shown(3)));
    }
    if let Some(rule) = ends(call) {
        hits.push(call.hit(rule, call.shown(2)));
    }
}

fn is_reverse_shell(call: &Call<'_>) -> bool {
    let words = call.words();
    let names_shell = |text: &str| {
        text.split([' ', ',', '\'', '"', '=', ';']).any(|part| {
            SHELLS.contains(&base_name(part))
                || matches!(base_name(part), "cmd.exe" | "powershell.exe" | "python" | "python3")
        })
    };
    match call.name {
        // A shell whose input or output is a socket.
        name if SHELLS.contains(&name) => {
            call.command.redirections.iter().any(|redirection| match &redirection.target {
                Into::File(path) => is_socket(path.text()) && redirection.mode != Mode::Read,
                Into::Descriptor(_) | Into::Text(_) | Into::Process => false,
            })
        }
        "nc" | "ncat" | "netcat" | "nc.traditional" | "nc.openbsd" => {
            let arguments = call.arguments(Takes {
                short: "ecpsqwiIOTXxmg",
                long: &["exec", "sh-exec", "lua-exec", "source", "proxy", "port"],
            });
            let runs = [
                arguments.value("ec", "exec"),
                arguments.value("", "sh-exec"),
                arguments.value("", "lua-exec"),
            ];
            runs.into_iter().flatten().any(|value| names_shell(value.text) || !value.text.is_empty())
                || takes_shell_output(call)
        }
        "socat" => words.iter().any(|word| {
            let upper = word.text().to_ascii_uppercase();
            (upper.starts_with("EXEC:") || upper.starts_with("SYSTEM:") || upper.starts_with("SHELL:"))
                && (names_shell(word.text().get(5..).unwrap_or("").trim_start_matches([':', 'm', 'M']))
                    || upper.starts_with("SHELL:"))
                && words.iter().any(|other| is_socat_network(other.text()))
        }),
        "telnet" => takes_shell_output(call),
        "openssl" => words.first().is_some_and(|word| word.text() == "s_client") && takes_shell_output(call),
        _ => false,
    }
}

fn is_socket(path: &str) -> bool {
    path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/")
}

fn is_socat_network(address: &str) -> bool {
    let kind = address.split(':').next().unwrap_or("").to_ascii_uppercase();
    ["TCP", "UDP", "SSL", "OPENSSL", "PROXY", "SOCKS", "SCTP", "DTLS", "VSOCK"]
        .iter()
        .any(|network| kind.starts_with(network))
}

/// A shell's output goes into this network client: the second half of the classic with a named pipe.
fn takes_shell_output(call: &Call<'_>) -> bool {
    let Some(shell::Source::Pipe(from)) = &call.command.stdin else { return false };
    call.line.commands.get(*from).is_some_and(|command| {
        command.argv.first().is_some_and(|word| SHELLS.contains(&base_name(word.text())))
            && command.argv.iter().all(|word| word.text() != "-c")
    })
}

/// The programs [`ends`] knows.
const ENDERS: &[&str] = &[
    "kill",
    "killall5",
    "pkill",
    "killall",
    "shutdown",
    "reboot",
    "poweroff",
    "halt",
    "init",
    "telinit",
    "systemctl",
];

fn ends(call: &Call<'_>) -> Option<&'static Rule> {
    if call.is_contained() || !ENDERS.contains(&call.name) {
        return None;
    }
    let arguments = call.arguments(FLAGS_ONLY);
    let first = arguments.word(0);
    match call.name {
        "kill" => {
            let everything = call.words().iter().skip(1).any(|word| word.text() == "-1")
                || call.words().iter().filter(|word| word.text() == "1").count() > 0
                    && call.words().last().is_some_and(|word| word.text() == "1");
            everything.then_some(&KILL_ALL)
        }
        "killall5" => Some(&KILL_ALL),
        "pkill" | "killall" => {
            let takes = Takes { short: "uUgGtPsF", long: &["signal", "euid", "uid", "user"] };
            let arguments = call.arguments(takes);
            let first = arguments.word(0);
            let by_user = call.words().windows(2).any(|pair| matches!(pair, [flag, user] if matches!(flag.text(), "-u" | "-U" | "--user") && !user.text().is_empty()));
            let anything = matches!(first, "." | ".*" | "") && by_user
                || matches!(first, "." | ".*")
                || matches!(first, "init" | "systemd" | "launchd" | "sshd");
            (anything && !arguments.has("l", "list")).then_some(&KILL_ALL)
        }
        "shutdown" if !arguments.has("ck", "") && !arguments.is_harmless() => Some(&SHUTDOWN),
        "reboot" | "poweroff" | "halt" if !arguments.is_harmless() && !arguments.has("w", "wtmp-only") => {
            Some(&SHUTDOWN)
        }
        "init" | "telinit" if matches!(first, "0" | "6" | "1") => Some(&SHUTDOWN),
        "systemctl" if matches!(first, "reboot" | "poweroff" | "halt" | "kexec" | "soft-reboot") => {
            Some(&SHUTDOWN)
        }
        _ => None,
    }
}

/// The line has a loop without end, and nothing in a loop waits for what it starts.
pub(crate) fn loops_unwaited(line: &Analysis) -> bool {
    let runs = |command: &shell::Command, names: &[&str]| {
        command.argv.first().is_some_and(|word| names.contains(&word.text()))
    };
    let is_endless = line.commands.iter().any(|command| {
        command.argv.len() == 1 && runs(command, &["true", ":", "/bin/true", "/usr/bin/true"])
    });
    if !is_endless {
        return false;
    }
    let mut repeated = line.commands.iter().filter(|command| command.repeated);
    let waits = repeated.clone().any(|command| {
        command.reach == shell::Reach::Always && runs(command, &["wait", "break", "exit", "return"])
    });
    !waits || repeated.any(|command| runs(command, &["disown"]))
}

/// A command in the background of an endless loop with nothing that waits for it.
pub(crate) fn judge_loop(call: &Call<'_>, unwaited: bool, hits: &mut Vec<Hit>) {
    if unwaited && call.command.repeated && call.command.background {
        hits.push(call.hit(&LOOP, call.shown(1)));
    }
}
