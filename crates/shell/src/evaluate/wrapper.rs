//! Programs that run another command, by rows: which options take a value, what stands before the command.

use super::emit::Around;
use super::parameter::quote;
use super::state::Handle;
use super::{Machine, Status};
use crate::analysis::{Destination, Reach};
use crate::value::{Unknown, Value};

/// How a wrapper is given its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The words behind its options and operands.
    Words,
    /// The same words, joined and read by a shell.
    Text,
    /// Only what stands behind `--`.
    Dashes,
}

struct Row {
    name: &'static str,
    form: Form,
    /// Options that take the next word as their value.
    valued: &'static [&'static str],
    /// Words between the options and the command: a duration, a host, a container.
    operands: usize,
    /// The command runs on another machine or in a container: the working folder is not ours.
    elsewhere: bool,
}

const fn words(name: &'static str, valued: &'static [&'static str], operands: usize) -> Row {
    Row { name, form: Form::Words, valued, operands, elsewhere: false }
}

const SSH_OPTIONS: &[&str] = &[
    "-b", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-O", "-o", "-p", "-Q", "-R",
    "-S", "-W", "-w", "-B",
];

const ROWS: &[Row] = &[
    words(
        "sudo",
        &[
            "-u",
            "-g",
            "-h",
            "-p",
            "-C",
            "-r",
            "-t",
            "-T",
            "-U",
            "-D",
            "-R",
            "-a",
            "--user",
            "--group",
            "--host",
            "--prompt",
            "--chdir",
            "--chroot",
            "--role",
            "--type",
            "--close-from",
            "--other-user",
            "--command-timeout",
        ],
        0,
    ),
    words("doas", &["-u", "-C", "-a"], 0),
    words("pkexec", &["--user"], 0),
    words("gosu", &[], 1),
    words("su-exec", &[], 1),
    words("nohup", &[], 0),
    words("setsid", &[], 0),
    words("nice", &["-n", "--adjustment"], 0),
    words("ionice", &["-c", "-n", "--class", "--classdata"], 0),
    words("chrt", &["-T", "-P", "-D"], 1),
    words("taskset", &[], 1),
    words("numactl", &["-N", "-m", "-C", "-i", "-p"], 0),
    words("prlimit", &[], 0),
    words("cgexec", &["-g"], 0),
    words("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    words("gtimeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    words("time", &["-f", "-o", "--format", "--output"], 0),
    words("stdbuf", &["-i", "-o", "-e", "--input", "--output", "--error"], 0),
    words("unbuffer", &[], 0),
    words("strace", &["-e", "-o", "-s", "-u", "-E", "-P", "-a", "-O", "-S", "-b"], 0),
    words("ltrace", &["-e", "-o", "-s", "-u"], 0),
    words("valgrind", &[], 0),
    words("busybox", &[], 0),
    words("toybox", &[], 0),
    words("chroot", &[], 1),
    words("unshare", &["-S", "-G", "-R", "-w", "--root", "--wd", "--setuid", "--setgid", "--propagation"], 0),
    words("nsenter", &["-t", "-S", "-G", "--target"], 0),
    words("setpriv", &["--reuid", "--regid", "--groups"], 0),
    words("firejail", &[], 0),
    words("proot", &["-r", "-b", "-w", "-q"], 0),
    words("fakeroot", &[], 0),
    words("eatmydata", &[], 0),
    words("faketime", &["-f"], 1),
    words("rlwrap", &[], 0),
    words("torsocks", &[], 0),
    words("torify", &[], 0),
    words("proxychains", &["-f"], 0),
    words("proxychains4", &["-f"], 0),
    words("xvfb-run", &["-n", "-s", "-e", "-f", "-p", "-w"], 0),
    words("dbus-run-session", &[], 0),
    words(
        "systemd-run",
        &[
            "-p",
            "-u",
            "-H",
            "-M",
            "--unit",
            "--property",
            "--description",
            "--slice",
            "--uid",
            "--gid",
            "--working-directory",
            "--setenv",
            "-E",
        ],
        0,
    ),
    words("systemd-inhibit", &["--what", "--who", "--why", "--mode"], 0),
    words("caffeinate", &["-t", "-w"], 0),
    words("sshpass", &["-p", "-f", "-d", "-P"], 0),
    words("cross-env", &[], 0),
    words("npx", &["-p", "--package"], 0),
    words("bunx", &[], 0),
    words("pnpx", &[], 0),
    words("dotenvx", &["-f"], 0),
    words("setarch", &[], 0),
    words("linux64", &[], 0),
    words("linux32", &[], 0),
    words("catchsegv", &[], 0),
    words("chpst", &["-u", "-U", "-e", "-d", "-o", "-p", "-f", "-c", "-t", "-m"], 0),
    words("softlimit", &["-a", "-c", "-d", "-f", "-l", "-m", "-o", "-p", "-r", "-s", "-t"], 0),
    words("daemonize", &["-c", "-e", "-o", "-p", "-u", "-l"], 0),
    words("start-stop-daemon", &["--exec", "--pidfile", "--user", "--chuid", "-p", "-u", "-c"], 0),
    words("entr", &[], 0),
    Row {
        name: "watch",
        form: Form::Text,
        valued: &["-n", "--interval", "-q"],
        operands: 0,
        elsewhere: false,
    },
    Row { name: "ssh", form: Form::Text, valued: SSH_OPTIONS, operands: 1, elsewhere: true },
    Row { name: "mosh", form: Form::Text, valued: &["-p", "--port"], operands: 1, elsewhere: true },
    Row { name: "aws-vault", form: Form::Dashes, valued: &[], operands: 0, elsewhere: false },
    Row { name: "op", form: Form::Dashes, valued: &[], operands: 0, elsewhere: false },
    Row { name: "doppler", form: Form::Dashes, valued: &[], operands: 0, elsewhere: false },
    Row { name: "dotenv", form: Form::Dashes, valued: &[], operands: 0, elsewhere: false },
    Row { name: "bwrap", form: Form::Dashes, valued: &[], operands: 0, elsewhere: false },
    Row { name: "kubectl", form: Form::Dashes, valued: &[], operands: 0, elsewhere: true },
    Row { name: "oc", form: Form::Dashes, valued: &[], operands: 0, elsewhere: true },
    Row { name: "flatpak-spawn", form: Form::Words, valued: &[], operands: 0, elsewhere: false },
];

/// Runners whose first word is a subcommand: `docker exec`, `uv run`.
const SUBCOMMANDS: &[(&str, &str, Row)] = &[
    (
        "docker",
        "exec",
        elsewhere("docker", &["-u", "-w", "-e", "--user", "--workdir", "--env", "--env-file"]),
    ),
    ("docker", "run", elsewhere("docker", CONTAINER_OPTIONS)),
    (
        "podman",
        "exec",
        elsewhere("podman", &["-u", "-w", "-e", "--user", "--workdir", "--env", "--env-file"]),
    ),
    ("podman", "run", elsewhere("podman", CONTAINER_OPTIONS)),
    ("nerdctl", "exec", elsewhere("nerdctl", &["-u", "-w", "-e"])),
    ("lxc", "exec", elsewhere("lxc", &[])),
    (
        "docker-compose",
        "exec",
        elsewhere("docker-compose", &["-u", "-w", "-e", "--user", "--workdir", "--env", "--index"]),
    ),
    ("docker-compose", "run", elsewhere("docker-compose", CONTAINER_OPTIONS)),
    (
        "uv",
        "run",
        words(
            "uv",
            &["--with", "--python", "-p", "--extra", "--group", "--directory", "--project", "--env-file"],
            0,
        ),
    ),
    ("poetry", "run", words("poetry", &[], 0)),
    ("pipenv", "run", words("pipenv", &[], 0)),
    ("pdm", "run", words("pdm", &[], 0)),
    ("rye", "run", words("rye", &[], 0)),
    ("hatch", "run", words("hatch", &[], 0)),
    ("bundle", "exec", words("bundle", &[], 0)),
    ("direnv", "exec", words("direnv", &[], 1)),
    ("conda", "run", words("conda", &["-n", "-p", "--name", "--prefix", "--cwd"], 0)),
    ("mamba", "run", words("mamba", &["-n", "-p"], 0)),
    ("npm", "exec", words("npm", &["-p", "--package"], 0)),
    ("pnpm", "exec", words("pnpm", &[], 0)),
    ("pnpm", "dlx", words("pnpm", &["--package"], 0)),
    ("yarn", "exec", words("yarn", &[], 0)),
    ("yarn", "dlx", words("yarn", &["-p", "--package"], 0)),
    ("mise", "exec", words("mise", &[], 0)),
    ("asdf", "exec", words("asdf", &[], 0)),
    ("rbenv", "exec", words("rbenv", &[], 0)),
    ("pyenv", "exec", words("pyenv", &[], 0)),
    ("nvm", "exec", words("nvm", &[], 1)),
    ("vagrant", "ssh", words("vagrant", &[], 0)),
];

const CONTAINER_OPTIONS: &[&str] = &[
    "-u",
    "-w",
    "-e",
    "-v",
    "-p",
    "-h",
    "-m",
    "-l",
    "-a",
    "-c",
    "--user",
    "--workdir",
    "--env",
    "--env-file",
    "--volume",
    "--publish",
    "--name",
    "--network",
    "--net",
    "--entrypoint",
    "--mount",
    "--memory",
    "--cpus",
    "--hostname",
    "--label",
    "--platform",
    "--device",
    "--gpus",
    "--add-host",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--restart",
    "--pid",
    "--ipc",
    "--ulimit",
    "--tmpfs",
    "--shm-size",
    "--runtime",
    "--pull",
    "--log-driver",
    "--link",
    "--expose",
    "--dns",
    "--volumes-from",
    "--userns",
    "--uts",
    "--cgroupns",
];

const fn elsewhere(name: &'static str, valued: &'static [&'static str]) -> Row {
    Row { name, form: Form::Words, valued, operands: 1, elsewhere: true }
}

/// Options whose value a shell reads, by program; a value may be glued with `=`.
const TEXT_OPTIONS: &[(&str, &[&str])] = &[
    ("su", &["-c", "--command", "--session-command"]),
    ("runuser", &["-c", "--command", "--session-command"]),
    ("script", &["-c", "--command"]),
    ("flock", &["-c", "--command"]),
    ("rsync", &["-e", "--rsh", "--rsync-path"]),
    (
        "tar",
        &[
            "-I",
            "--use-compress-program",
            "--to-command",
            "--rsh-command",
            "-F",
            "--info-script",
            "--checkpoint-action",
        ],
    ),
    ("nc", &["-c", "-e", "--sh-exec", "--exec"]),
    ("ncat", &["-c", "-e", "--sh-exec", "--exec"]),
    ("netcat", &["-c", "-e"]),
    ("nix-shell", &["--run", "--command"]),
    ("man", &["-P", "--pager"]),
    ("sg", &["-c"]),
    ("zip", &["-TT"]),
    ("xterm", &["-e"]),
    ("gnome-terminal", &["-e", "--command"]),
    ("konsole", &["-e"]),
    ("wsl", &["-e", "--exec"]),
];

impl Machine<'_> {
    /// Evaluates what a wrapper runs; `None` where `name` is none.
    pub(super) fn wrapper(&mut self, name: &str, arguments: &[Value], index: usize) -> Option<Status> {
        match name {
            "env" => return Some(self.env(arguments, index)),
            "xargs" | "gxargs" => return Some(self.xargs(arguments, index)),
            "parallel" => return Some(self.parallel(arguments, index)),
            "find" | "gfind" | "fd" | "fdfind" => {
                self.find(name, arguments, index);
                return None;
            }
            "git" => {
                self.git(arguments, index);
                return None;
            }
            "ssh" | "scp" | "sftp" => self.ssh_options(name, arguments, index),
            "at" | "batch" => {
                let input = self.standard_input();
                self.flow(&input, &Destination::Interpreter, index);
                self.nested_text(name, &input, index);
                return Some(None);
            }
            "tmux" | "screen" => {
                for argument in arguments.iter().filter(|argument| argument.text().contains(' ')) {
                    self.nested_text(name, argument, index);
                }
                return None;
            }
            "vim" | "vi" | "nvim" | "ex" | "ed" | "view" | "emacs" => {
                for argument in arguments {
                    let Some(at) = argument.text().find('!').filter(|_| argument.text().contains(':')) else {
                        continue;
                    };
                    let body = argument.slice(at + 1..argument.text().len());
                    self.nested_text(name, &body, index);
                }
                return None;
            }
            "socat" => {
                self.socat(arguments, index);
                return None;
            }
            "make" | "gmake" => {
                self.make(arguments, index);
                return None;
            }
            "sed" | "gsed" => {
                self.sed_commands(arguments, index);
                return None;
            }
            _ => {}
        }
        self.text_options(name, arguments, index);
        if name == "flock" || name == "runuser" {
            let row = words(
                "flock",
                &["-w", "-E", "-u", "--timeout", "--user", "-g", "-G"],
                usize::from(name == "flock"),
            );
            return self.row(&row, arguments, index);
        }
        let compose =
            arguments.split_first().filter(|(first, _)| first.text() == "compose" && name == "docker");
        let (name, arguments) = compose.map_or((name, arguments), |(_, rest)| ("docker-compose", rest));
        if SUBCOMMANDS.iter().any(|(runner, _, _)| *runner == name) {
            return self.subcommand(name, arguments, index);
        }
        let row = ROWS.iter().find(|row| row.name == name)?;
        self.row(row, arguments, index)
    }

    fn subcommand(&mut self, name: &str, arguments: &[Value], index: usize) -> Option<Status> {
        let at = arguments.iter().position(|argument| !argument.text().starts_with('-'))?;
        let (_, rest) = arguments.split_at_checked(at)?;
        let (verb, rest) = rest.split_first()?;
        let (_, _, row) =
            SUBCOMMANDS.iter().find(|(runner, sub, _)| *runner == name && *sub == verb.text())?;
        self.row(row, rest, index)
    }

    /// The words behind a row's options and operands, run.
    fn row(&mut self, row: &Row, arguments: &[Value], index: usize) -> Option<Status> {
        let rest = if row.form == Form::Dashes {
            let at = arguments.iter().position(|argument| argument.text() == "--")?;
            arguments.get(at + 1..)?
        } else {
            behind_options(arguments, row.valued, row.operands)
        };
        if rest.is_empty() {
            return None;
        }
        self.mark_wrapper(index);
        let text = (row.form == Form::Text).then(|| super::builtin::joined(rest));
        let status = self.subshell(|machine| {
            if row.elsewhere {
                machine.shell.folder = None;
            }
            match &text {
                Some(text) => machine.via(row.name, Some(index), |machine| machine.run_value(text)),
                None => machine.nested(row.name, rest, index),
            }
        });
        // What a command prints on another machine came over the network, and its input went there.
        if row.name == "ssh" {
            let input = self.standard_input();
            self.flow(&input, &Destination::Network, index);
        }
        Some(status)
    }

    /// A command run by the one with this index.
    fn nested(&mut self, name: &str, argv: &[Value], index: usize) -> Status {
        self.mark_wrapper(index);
        let unknown = argv.iter().take_while(|word| word.is_unknown()).count();
        let status = self.via(name, Some(index), |machine| machine.invoke(argv, &Around::default()));
        if unknown > 0
            && let Some(rest) = argv.get(unknown..).filter(|rest| !rest.is_empty())
        {
            self.branch(Reach::Sometimes, |machine| {
                machine.via(name, Some(index), |machine| machine.invoke(rest, &Around::default()));
            });
        }
        status
    }

    pub(super) fn nested_text(&mut self, name: &str, text: &Value, index: usize) {
        if text.is_unknown() {
            return;
        }
        self.mark_wrapper(index);
        self.subshell(|machine| machine.via(name, Some(index), |machine| machine.run_value(text)));
    }

    fn env(&mut self, arguments: &[Value], index: usize) -> Status {
        let mut rest = arguments;
        let mut split: Option<Value> = None;
        let variables = self.shell.variables.clone();
        while let Some((word, behind)) = rest.split_first() {
            let text = word.text();
            rest = behind;
            let glued = text.strip_prefix("-S").or_else(|| text.strip_prefix("--split-string="));
            let glued = glued.or_else(|| text.strip_prefix("-vS")).or_else(|| text.strip_prefix("-iS"));
            if matches!(text, "-S" | "--split-string" | "-vS" | "-iS") {
                let Some((value, behind)) = rest.split_first() else { break };
                split = Some(value.clone());
                rest = behind;
                break;
            } else if let Some(glued) = glued {
                split = Some(word.slice(text.len() - glued.len()..text.len()));
                break;
            } else if matches!(text, "-u" | "--unset" | "-C" | "--chdir" | "-P" | "-a" | "--argv0") {
                rest = rest.get(1..).unwrap_or_default();
            } else if let Some((name, value)) =
                text.split_once('=').filter(|(name, _)| !name.starts_with('-'))
            {
                let value = word.slice(text.len() - value.len()..text.len());
                self.assign(name, value);
                self.variable_mut(name).exported = true;
            } else if !text.starts_with('-') {
                rest = arguments.get(arguments.len() - behind.len() - 1..).unwrap_or_default();
                break;
            }
        }
        let status = match split {
            Some(text) => {
                let mut text = text;
                for word in rest {
                    text.push_text(" ");
                    text.append(&word.map(quote));
                }
                self.mark_wrapper(index);
                self.subshell(|machine| machine.via("env", Some(index), |machine| machine.run_value(&text)))
            }
            None if rest.is_empty() => {
                let dump = Value::unknown(Unknown::Output(Some(index)))
                    .with_origin(crate::value::Origin::Environment);
                self.write(&dump, index);
                Some(0)
            }
            None => self.subshell(|machine| machine.nested("env", rest, index)),
        };
        self.shell.variables = variables;
        status
    }

    /// `xargs`: the items of its input become arguments.
    fn xargs(&mut self, arguments: &[Value], index: usize) -> Status {
        let options = Items::xargs(arguments);
        let input = match &options.file {
            Some(path) => self.read_file(path),
            None => self.standard_input(),
        };
        self.mark_wrapper(index);
        let template =
            if options.command.is_empty() { vec![Value::literal("echo")] } else { options.command.to_vec() };
        self.budget.spend(input.text().len() / 8);
        let items = options.items(&input);
        let mut status = None;
        for chunk in options.chunks(&items) {
            if !self.budget.spend(2) {
                break;
            }
            let argv = match &options.replace {
                Some(marker) => {
                    let item = chunk.first().cloned().unwrap_or_default();
                    template.iter().map(|word| replaced(word, marker, &item)).collect()
                }
                None => [template.as_slice(), chunk].concat(),
            };
            status = self.subshell(|machine| {
                machine.shell.descriptors.insert(0, Handle::Closed);
                machine.nested("xargs", &argv, index)
            });
        }
        status
    }

    /// GNU parallel: like `xargs`, but the line is read by a shell, and items may stand behind `:::`.
    fn parallel(&mut self, arguments: &[Value], index: usize) -> Status {
        let at = arguments.iter().position(|argument| matches!(argument.text(), ":::" | ":::+" | "::::"));
        let (template, listed) = match at.and_then(|at| arguments.split_at_checked(at)) {
            Some((template, listed)) => (template, Some(listed.get(1..).unwrap_or_default())),
            None => (arguments, None),
        };
        let valued = &[
            "-j",
            "--jobs",
            "-P",
            "-S",
            "--sshlogin",
            "--colsep",
            "-C",
            "-a",
            "--arg-file",
            "-n",
            "-N",
            "-L",
            "-d",
            "--delay",
            "--timeout",
            "--retries",
            "--joblog",
            "--results",
            "--tmpdir",
            "-I",
            "--workdir",
            "--wd",
        ];
        let template = behind_options(template, valued, 0);
        let items: Vec<Value> = if let Some(items) = listed {
            items.iter().filter(|item| !item.text().starts_with(":::")).cloned().collect()
        } else {
            let input = self.standard_input();
            let lines = input.lines();
            if lines.is_empty() { vec![Value::unknown(Unknown::Item).with_origins_of(&input)] } else { lines }
        };
        self.mark_wrapper(index);
        self.budget.spend(items.len());
        let text = super::builtin::joined(template);
        for item in items.iter().take(256) {
            if !self.budget.spend(text.text().len() / 16 + 4) {
                break;
            }
            let quoted = if item.is_unknown() { item.clone() } else { item.map(quote) };
            let line = if template.is_empty() {
                item.clone()
            } else if ["{}", "{.}", "{/}", "{//}", "{1}"].iter().any(|marker| text.text().contains(marker)) {
                let inner =
                    if text.text().contains(['\'', '"']) || template.iter().any(|w| w.text().contains(' ')) {
                        item
                    } else {
                        &quoted
                    };
                let mut line = text.clone();
                for marker in ["{}", "{.}", "{/}", "{//}", "{1}"] {
                    line = replaced(&line, marker, inner);
                }
                line
            } else {
                let mut line = text.clone();
                line.push_text(" ");
                line.append(&quoted);
                line
            };
            self.flow(item, &Destination::Interpreter, index);
            self.nested_text("parallel", &line, index);
            self.parallel_words(template, item, index);
        }
        None
    }

    /// The same with the template's words kept as words, which is what a quoted script (`bash -c 'rm {}'`) means.
    fn parallel_words(&mut self, template: &[Value], item: &Value, index: usize) {
        if !template.iter().any(|word| word.text().contains(' ')) {
            return;
        }
        let mut argv: Vec<Value> = template.iter().map(|word| replaced(word, "{}", item)).collect();
        if !template.iter().any(|word| word.text().contains("{}")) {
            argv.push(item.clone());
        }
        self.subshell(|machine| machine.nested("parallel", &argv, index));
    }

    /// `-exec ... ;`: the found files are the start folders followed by what is not known.
    fn find(&mut self, name: &str, arguments: &[Value], index: usize) {
        let starts: Vec<&Value> = arguments
            .iter()
            .skip_while(|argument| matches!(argument.text(), "-L" | "-P" | "-H"))
            .take_while(|argument| !argument.text().starts_with(['-', '(', '!']))
            .collect();
        let fallback = Value::literal(".");
        let starts = if starts.is_empty() || name.starts_with("fd") { vec![&fallback] } else { starts };
        let mut rest = arguments;
        while let Some((word, behind)) = rest.split_first() {
            rest = behind;
            let runs = match word.text() {
                "-exec" | "-execdir" | "-ok" | "-okdir" => !name.starts_with("fd"),
                "-x" | "-X" | "--exec" | "--exec-batch" => name.starts_with("fd"),
                _ => false,
            };
            if !runs {
                continue;
            }
            let end = rest.iter().position(|word| matches!(word.text(), ";" | "+")).unwrap_or(rest.len());
            let Some((template, behind)) = rest.split_at_checked(end) else { return };
            rest = behind.get(1..).unwrap_or_default();
            for start in &starts {
                if !self.budget.spend(template.len() + 4) {
                    return;
                }
                let mut found = (*start).clone();
                found.push_hole(Unknown::Item);
                let mut argv: Vec<Value> = template.iter().map(|word| replaced(word, "{}", &found)).collect();
                if name.starts_with("fd") && !template.iter().any(|word| word.text().contains('{')) {
                    argv.push(found);
                }
                if !argv.is_empty() {
                    self.subshell(|machine| machine.nested("find", &argv, index));
                }
            }
        }
    }

    /// Aliases given on the line, and commands `git` hands to a shell.
    fn git(&mut self, arguments: &[Value], index: usize) {
        for (at, argument) in arguments.iter().enumerate() {
            let text = argument.text();
            let previous =
                at.checked_sub(1).and_then(|at| arguments.get(at)).map_or("", |value| value.text());
            let glued = text.split_once('=').map_or("", |(key, _)| key);
            let is_configuration = matches!(previous, "-c" | "--config-env") || previous == "config";
            if is_configuration && let Some((key, value)) = text.split_once('=') {
                let key = key.to_ascii_lowercase();
                let runs = key.starts_with("alias.") && value.starts_with('!');
                let command = [
                    "core.pager",
                    "core.editor",
                    "core.sshcommand",
                    "core.fsmonitor",
                    "diff.external",
                    "sequence.editor",
                    "credential.helper",
                ];
                if runs || command.contains(&key.as_str()) {
                    let from = text.len() - value.trim_start_matches('!').len();
                    let body = argument.slice(from..text.len());
                    self.nested_text("git", &body, index);
                } else if key.starts_with("alias.") {
                    let mut body = Value::literal("git ");
                    body.append(&argument.slice(text.len() - value.len()..text.len()));
                    self.nested_text("git", &body, index);
                }
            } else if matches!(previous, "foreach" | "--exec" | "-x" | "--recursive")
                && !text.starts_with('-')
            {
                self.nested_text("git", argument, index);
            } else if glued == "--exec" || glued == "--upload-pack" || glued == "--receive-pack" {
                let body = argument.slice(glued.len() + 1..text.len());
                self.nested_text("git", &body, index);
            } else if previous.ends_with("-filter") && !text.starts_with('-') {
                self.nested_text("git", argument, index);
            } else if text == "run" && previous == "bisect" {
                let rest = arguments.get(at + 1..).unwrap_or_default();
                if !rest.is_empty() {
                    self.subshell(|machine| machine.nested("git", rest, index));
                }
            }
        }
    }

    /// `-o ProxyCommand=...` and its like run a command here.
    fn ssh_options(&mut self, name: &str, arguments: &[Value], index: usize) {
        for argument in arguments {
            let text = argument.text();
            let lower = text.to_ascii_lowercase();
            for key in ["proxycommand", "localcommand", "knownhostscommand"] {
                let Some(at) = lower.find(key).filter(|at| *at == 0 || text.starts_with('-')) else {
                    continue;
                };
                let from = at + key.len() + 1;
                if from <= text.len() && text.is_char_boundary(from) {
                    let body = argument.slice(from..text.len());
                    self.nested_text(name, &body, index);
                }
            }
        }
    }

    fn socat(&mut self, arguments: &[Value], index: usize) {
        for argument in arguments {
            let text = argument.text();
            let upper = text.to_ascii_uppercase();
            for key in ["EXEC:", "SYSTEM:", "SHELL:"] {
                if upper.starts_with(key) {
                    let body = argument.slice(key.len()..text.len());
                    let body = body.map(|text| text.trim_matches(['\'', '"']).to_owned());
                    self.nested_text("socat", &body, index);
                }
            }
        }
    }

    /// The recipes of a makefile this line wrote.
    fn make(&mut self, arguments: &[Value], index: usize) {
        let mut makefile = None;
        for (at, argument) in arguments.iter().enumerate() {
            let text = argument.text();
            if matches!(text, "-f" | "--file" | "--makefile") {
                makefile = arguments.get(at + 1).cloned();
            } else if let Some(path) = text.strip_prefix("-f").or_else(|| text.strip_prefix("--file=")) {
                makefile = Some(argument.slice(text.len() - path.len()..text.len()));
            }
        }
        let path = makefile.unwrap_or_else(|| Value::literal("Makefile"));
        let content = if path.text() == "-" { self.standard_input() } else { self.read_file(&path) };
        for line in content.lines().iter().take(200) {
            let text = line.text();
            let recipe = text.strip_prefix('\t').or_else(|| text.split_once(": ;").map(|(_, recipe)| recipe));
            let Some(recipe) = recipe else { continue };
            let recipe = recipe.trim_start_matches(['@', '-', '+']);
            let body = line.slice(text.len() - recipe.len()..text.len());
            let body = body.map(|text| text.replace("$$", "$"));
            self.nested_text("make", &body, index);
        }
    }

    /// `s/x/COMMAND/e` and `1e COMMAND`: GNU sed runs the text.
    fn sed_commands(&mut self, arguments: &[Value], index: usize) {
        for argument in arguments {
            let text =
                argument.text().trim_start_matches(|c: char| c.is_ascii_digit() || c == '$' || c == ' ');
            if let Some(command) = text.strip_prefix("e ") {
                self.nested_text("sed", &Value::literal(command), index);
                continue;
            }
            let Some(delimiter) = text.strip_prefix('s').and_then(|rest| rest.chars().next()) else {
                continue;
            };
            if delimiter.is_alphanumeric() || delimiter == '-' {
                continue;
            }
            let mut fields: Vec<String> = vec![String::new()];
            let mut escaped = false;
            for character in text.chars().skip(1 + 1) {
                match (escaped, fields.last_mut()) {
                    (false, Some(_)) if character == delimiter => fields.push(String::new()),
                    (false, Some(_)) if character == '\\' => escaped = true,
                    (true, Some(field)) => {
                        if character != delimiter {
                            field.push('\\');
                        }
                        field.push(character);
                        escaped = false;
                    }
                    (_, Some(field)) => field.push(character),
                    (_, None) => {}
                }
            }
            if let [_, replacement, flags] = fields.as_slice()
                && flags.contains('e')
                && flags.chars().all(|flag| "egpiIm0123456789".contains(flag))
            {
                self.nested_text("sed", &Value::literal(replacement.as_str()), index);
            }
        }
    }

    fn text_options(&mut self, name: &str, arguments: &[Value], index: usize) {
        let Some((_, options)) = TEXT_OPTIONS.iter().find(|(program, _)| *program == name) else { return };
        for (at, argument) in arguments.iter().enumerate() {
            let text = argument.text();
            let glued = options.iter().find_map(|option| {
                let value = text.strip_prefix(option)?;
                value
                    .strip_prefix('=')
                    .or_else(|| (!option.starts_with("--") && !value.is_empty()).then_some(value))
            });
            let clustered = text.starts_with('-')
                && !text.starts_with("--")
                && options
                    .iter()
                    .any(|option| option.len() == 2 && text.ends_with(option.trim_start_matches('-')));
            let body = if options.contains(&text) || clustered {
                arguments.get(at + 1).cloned()
            } else {
                glued.map(|value| argument.slice(text.len() - value.len()..text.len()))
            };
            let Some(body) = body else { continue };
            let body = match body.text().strip_prefix("exec=") {
                Some(command) => body.slice(body.text().len() - command.len()..body.text().len()),
                None => body,
            };
            self.flow(&body, &Destination::Interpreter, index);
            self.nested_text(name, &body, index);
        }
    }
}

/// Options of `xargs` and how it cuts its input.
struct Items<'v> {
    command: &'v [Value],
    replace: Option<String>,
    most: Option<usize>,
    separator: Option<char>,
    by_line: bool,
    file: Option<Value>,
}

impl<'v> Items<'v> {
    fn xargs(arguments: &'v [Value]) -> Self {
        let mut items =
            Items { command: &[], replace: None, most: None, separator: None, by_line: false, file: None };
        let mut rest = arguments;
        while let Some((word, behind)) = rest.split_first() {
            let text = word.text();
            if !text.starts_with('-') || text.len() < 2 {
                break;
            }
            rest = behind;
            let (name, glued) = split_option(text);
            let takes_value =
                matches!(name, "-I" | "-J" | "-n" | "-L" | "-P" | "-d" | "-E" | "-s" | "-a" | "-R" | "-S")
                    || matches!(
                        name,
                        "--max-args"
                            | "--max-procs"
                            | "--delimiter"
                            | "--arg-file"
                            | "--max-lines"
                            | "--max-chars"
                    );
            let value = match glued {
                Some(glued) => Some(word.slice(text.len() - glued.len()..text.len())),
                None if takes_value => {
                    let value = rest.first().cloned();
                    rest = rest.get(1..).unwrap_or_default();
                    value
                }
                None => None,
            };
            if text == "--" {
                break;
            }
            items.set(name, value);
        }
        items.command = rest;
        items
    }

    fn set(&mut self, name: &str, value: Option<Value>) {
        let text = value.as_ref().map(Value::text);
        match name {
            "-I" | "-J" | "-i" | "--replace" => {
                self.replace = Some(text.filter(|text| !text.is_empty()).unwrap_or("{}").to_owned());
                self.by_line = true;
            }
            "-n" | "--max-args" => self.most = text.and_then(|text| text.parse().ok()),
            "-L" | "--max-lines" => self.by_line = true,
            "-d" | "--delimiter" => {
                let escaped = crate::escape::expand(text.unwrap_or("\n"), crate::escape::Octal::Plain).0;
                self.separator = escaped.chars().next();
            }
            "-0" | "--null" => self.separator = Some('\0'),
            "-a" | "--arg-file" => self.file = value,
            _ => {}
        }
    }

    fn items(&self, input: &Value) -> Vec<Value> {
        if input.is_unknown() {
            return vec![Value::unknown(Unknown::Item).with_origins_of(input)];
        }
        let is_separator = |c: char| match self.separator {
            Some(separator) => c == separator,
            None if self.by_line => c == '\n',
            None => c.is_ascii_whitespace(),
        };
        let mut items = Vec::new();
        let mut start = 0;
        for (at, separator) in input.text().match_indices(is_separator) {
            let item = input.slice(start..at);
            if !item.is_empty() {
                items.push(item);
            }
            start = at + separator.len();
        }
        let last = input.slice(start..input.text().len());
        if !last.is_empty() {
            items.push(last);
        }
        if self.separator.is_none() {
            for item in &mut items {
                if item.text().contains(['\'', '"', '\\']) {
                    *item = item.map(|text| text.replace(['\'', '"', '\\'], ""));
                }
            }
        }
        items
    }

    fn chunks<'i>(&self, items: &'i [Value]) -> Vec<&'i [Value]> {
        let size = if self.replace.is_some() { 1 } else { self.most.unwrap_or(usize::MAX).max(1) };
        if items.is_empty() {
            return if self.replace.is_some() { Vec::new() } else { vec![&[]] };
        }
        items.chunks(size.min(items.len())).take(256).collect()
    }
}

/// `-n5` and `--max-args=5` as name and value; a lone letter has none.
fn split_option(text: &str) -> (&str, Option<&str>) {
    if text.starts_with("--") {
        return text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    }
    let name = text.get(..2).unwrap_or(text);
    let glued =
        text.get(2..).filter(|glued| !glued.is_empty() && name != "-0" && name != "-r" && name != "-t");
    if matches!(name, "-0" | "-r" | "-t") && text.contains('I') { ("-I", None) } else { (name, glued) }
}

/// The words behind options, assignments and `operands` words.
pub(super) fn behind_options<'v>(arguments: &'v [Value], valued: &[&str], operands: usize) -> &'v [Value] {
    let mut rest = arguments;
    let mut skip = operands;
    while let Some((word, behind)) = rest.split_first() {
        let text = word.text();
        if text == "--" {
            rest = behind;
            if skip == 0 {
                break;
            }
            continue;
        }
        let is_assignment = operands == 0
            && text.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
            });
        if text.starts_with('-') && text.len() > 1 {
            let last = text.chars().next_back().map(|c| format!("-{c}")).unwrap_or_default();
            let takes_next = valued.contains(&text)
                || !text.starts_with("--")
                    && text.len() > 2
                    && valued.contains(&last.as_str())
                    && !valued.contains(&text.get(..2).unwrap_or(""));
            rest = if takes_next { behind.get(1..).unwrap_or_default() } else { behind };
        } else if is_assignment {
            rest = behind;
        } else if skip > 0 {
            skip -= 1;
            rest = behind;
        } else {
            break;
        }
    }
    rest
}

/// The word with every `marker` replaced by the item.
fn replaced(word: &Value, marker: &str, item: &Value) -> Value {
    if marker.is_empty() || !word.text().contains(marker) {
        return word.clone();
    }
    let mut made = Value::default();
    let mut copied = 0;
    for (at, _) in word.text().match_indices(marker) {
        made.append(&word.slice(copied..at));
        made.append(item);
        copied = at + marker.len();
    }
    made.append(&word.slice(copied..word.text().len()));
    made
}
