//! Labels computed when a record is written, so that a question about a year of records looks at a word, not at patterns.
//!
//! A label helps to find a record; it decides nothing. What may run is the guards' business.

use hook_core::Tool;

/// How a path is recognised. All comparisons ignore case, as the client's own rules do.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// The last component is this.
    Name(&'static str),
    /// The last component begins so.
    Begins(&'static str),
    /// The last component ends so.
    Ends(&'static str),
    /// These components stand one after the other anywhere in the path.
    Within(&'static str),
}

use Shape::{Begins, Ends, Name, Within};

/// Where credentials are kept, by the documentation of the tools that keep them there.
const SECRET_PATHS: &[Shape] = &[
    Name(".env"),
    Begins(".env."),
    Ends(".env"),
    Name(".netrc"),
    Name("_netrc"),
    Name(".npmrc"),
    Name(".pypirc"),
    Name(".pgpass"),
    Name(".my.cnf"),
    Name(".git-credentials"),
    Name(".htpasswd"),
    Name(".dockercfg"),
    Name(".vault-token"),
    Name("kubeconfig"),
    Name("credentials"),
    Begins("credentials."),
    Begins("secrets."),
    Begins("secret."),
    Begins("service-account"),
    Begins("service_account"),
    Begins("id_rsa"),
    Begins("id_dsa"),
    Begins("id_ecdsa"),
    Begins("id_ed25519"),
    Ends(".pem"),
    Ends(".key"),
    Ends(".p8"),
    Ends(".p12"),
    Ends(".pfx"),
    Ends(".jks"),
    Ends(".keystore"),
    Ends(".kdbx"),
    Ends(".ppk"),
    Ends(".tfstate"),
    Ends(".tfvars"),
    Within("/.ssh/"),
    Within("/.aws/"),
    Within("/.azure/"),
    Within("/.gnupg/"),
    Within("/.kube/"),
    Within("/.config/gcloud/"),
    Within("/.config/gh/"),
    Within("/.docker/config.json/"),
    Within("/secrets/"),
    Within("/proc/self/environ/"),
];

/// Names that look like secrets and are made to be read.
const EXAMPLES: &[Shape] =
    &[Ends(".example"), Ends(".sample"), Ends(".template"), Ends(".dist"), Ends(".pub")];

/// What steers the agent, the machine or the build.
const PROTECTED_PATHS: &[Shape] = &[
    Within("/.claude/"),
    Within("/.git/"),
    Within("/.github/workflows/"),
    Within("/.husky/"),
    Within("/.vscode/"),
    Name(".mcp.json"),
    Name(".claude.json"),
    Name("claude.md"),
    Name("agents.md"),
    Name(".gitlab-ci.yml"),
    Name("jenkinsfile"),
    Name(".bashrc"),
    Name(".bash_profile"),
    Name(".zshrc"),
    Name(".zshenv"),
    Name(".profile"),
    Name("authorized_keys"),
    Name("crontab"),
    Name("sudoers"),
];

/// Folders of the system: these only count at the root.
const SYSTEM_FOLDERS: &[&str] =
    &["/etc/", "/boot/", "/usr/", "/bin/", "/sbin/", "/lib/", "/system/", "/library/"];

/// A command that earns a label: the program, and the words of which one must follow (none: the program is enough).
struct Program {
    name: &'static str,
    with: &'static [&'static str],
}

const fn program(name: &'static str, with: &'static [&'static str]) -> Program {
    Program { name, with }
}

const NETWORK: &[Program] = &[
    program("curl", &[]),
    program("wget", &[]),
    program("http", &[]),
    program("nc", &[]),
    program("ncat", &[]),
    program("socat", &[]),
    program("telnet", &[]),
    program("ssh", &[]),
    program("scp", &[]),
    program("sftp", &[]),
    program("ftp", &[]),
    program("rsync", &[]),
    program("git", &["push", "fetch", "pull", "clone", "ls-remote"]),
    program("gh", &[]),
    program("aws", &[]),
    program("gcloud", &[]),
    program("az", &[]),
    program("docker", &["push", "pull", "login"]),
];

const INSTALL: &[Program] = &[
    program("npm", &["install", "i", "ci", "add", "update"]),
    program("pnpm", &["install", "i", "add", "update", "dlx"]),
    program("yarn", &["install", "add", "dlx"]),
    program("bun", &["install", "add", "x"]),
    program("npx", &[]),
    program("bunx", &[]),
    program("uvx", &[]),
    program("pip", &["install", "download"]),
    program("pip3", &["install", "download"]),
    program("pipx", &["install", "run"]),
    program("uv", &["add", "sync", "install"]),
    program("poetry", &["add", "install"]),
    program("conda", &["install", "create"]),
    program("python", &["pip"]),
    program("python3", &["pip"]),
    program("cargo", &["install", "add"]),
    program("go", &["get", "install"]),
    program("gem", &["install"]),
    program("bundle", &["install", "add"]),
    program("composer", &["install", "require"]),
    program("brew", &["install", "upgrade"]),
    program("apt", &["install", "upgrade"]),
    program("apt-get", &["install", "upgrade"]),
    program("dnf", &["install"]),
    program("yum", &["install"]),
    program("apk", &["add"]),
    program("pacman", &["-S", "-Sy", "-Syu"]),
    program("winget", &["install"]),
    program("choco", &["install"]),
];

const DESTRUCTIVE: &[Program] = &[
    program("rm", &["-r", "-R", "-f", "-rf", "-fr", "-Rf", "--recursive", "--force"]),
    program("find", &["-delete"]),
    program("shred", &[]),
    program("mkfs", &[]),
    program("wipefs", &[]),
    program("truncate", &[]),
    program("dd", &["of"]),
    program("git", &["--hard", "--force", "-f", "filter-branch", "--delete", "-D"]),
    program("git", &["clean"]),
    program("terraform", &["destroy"]),
    program("kubectl", &["delete"]),
    program("helm", &["uninstall", "delete"]),
    program("docker", &["prune", "rm", "rmi"]),
    program("dropdb", &[]),
    program("psql", &["DROP", "TRUNCATE", "drop", "truncate"]),
    program("mysql", &["DROP", "TRUNCATE", "drop", "truncate"]),
    program("Remove-Item", &[]),
];

/// The labels of a tool call, in a fixed order. `further` says whether a path is one the company watches.
pub fn labels(tool: &Tool<'_>, further: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let (path, command) = match tool {
        Tool::Bash { command } | Tool::PowerShell { command } => ("", *command),
        Tool::Read { path }
        | Tool::Write { path, .. }
        | Tool::Edit { path, .. }
        | Tool::MultiEdit { path, .. }
        | Tool::NotebookEdit { path, .. } => (*path, ""),
        Tool::WebFetch { .. } | Tool::WebSearch { .. } => return vec!["network"],
        Tool::Agent { .. } | Tool::Mcp { .. } | Tool::Other { .. } => return Vec::new(),
    };
    let words: Vec<&str> = command.split(is_separator).filter(|word| !word.is_empty()).collect();
    let paths = || words.iter().copied().chain(Some(path).filter(|path| !path.is_empty()));
    let mut found = Vec::new();
    if paths().any(|path| is_secret(path) || further(path)) {
        found.push("secret_path");
    }
    if paths().any(is_protected) {
        found.push("protected_path");
    }
    for (label, programs) in [("network", NETWORK), ("install", INSTALL), ("destructive", DESTRUCTIVE)] {
        if runs_one_of(&words, programs) {
            found.push(label);
        }
    }
    found
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || ";|&()<>`'\"=${},".contains(character)
}

/// Whether a path is one credentials are kept at.
pub(crate) fn is_secret(path: &str) -> bool {
    let path = comparable(path);
    matches_any(&path, SECRET_PATHS) && !matches_any(&path, EXAMPLES)
}

fn is_protected(path: &str) -> bool {
    let path = comparable(path);
    matches_any(&path, PROTECTED_PATHS) || SYSTEM_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// Lower case, forward slashes, and a slash at the end, so that every component stands between slashes.
fn comparable(path: &str) -> String {
    let mut text = path.replace('\\', "/").to_ascii_lowercase();
    if !text.ends_with('/') {
        text.push('/');
    }
    text
}

fn matches_any(path: &str, shapes: &[Shape]) -> bool {
    let whole = path.trim_end_matches('/');
    let name = whole.rsplit('/').next().unwrap_or_default();
    shapes.iter().any(|shape| match shape {
        Name(wanted) => name == *wanted,
        Begins(wanted) => name.starts_with(wanted),
        // A bare extension is no file name: `.key` in `jq .key` is a filter.
        Ends(wanted) => name.len() > wanted.len() && name.ends_with(wanted),
        Within(wanted) => path.contains(wanted) || path.starts_with(wanted.trim_start_matches('/')),
    })
}

fn runs_one_of(words: &[&str], programs: &[Program]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let rest = words.get(at + 1..).unwrap_or_default();
        programs.iter().any(|row| {
            row.name == name && (row.with.is_empty() || rest.iter().any(|next| row.with.contains(next)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_command(command: &str) -> Vec<&'static str> {
        labels(&Tool::Bash { command }, &|_| false)
    }

    fn of_path(path: &str) -> Vec<&'static str> {
        labels(&Tool::Read { path }, &|_| false)
    }

    #[test]
    fn paths_of_secrets() {
        for path in
            ["/p/.env", "/p/.env.local", "/p/PROD.ENV", "/h/.ssh/config", "C:\\p\\id_rsa", "/p/cert.p12"]
        {
            assert_eq!(of_path(path), ["secret_path"], "{path}");
        }
        for path in
            ["/p/.env.example", "/p/environment.rs", "/p/id_rsa.pub", "/p/keyboard.rs", "/p/secretary.md"]
        {
            assert!(of_path(path).is_empty(), "{path}");
        }
        assert_eq!(
            labels(&Tool::Read { path: "/p/payroll.csv" }, &|path| path.ends_with("payroll.csv")),
            ["secret_path"]
        );
    }

    #[test]
    fn paths_that_steer() {
        for path in ["/p/.claude/settings.json", "/p/CLAUDE.md", "/etc/hosts", ".github/workflows/ci.yml"] {
            assert_eq!(of_path(path), ["protected_path"], "{path}");
        }
        assert!(of_path("/p/etc/readme.md").is_empty());
    }

    #[test]
    fn commands() {
        assert_eq!(of_command("cat ./.env | head"), ["secret_path"]);
        assert_eq!(of_command("cd x && /usr/local/bin/wget http://a/b"), ["protected_path", "network"]);
        assert_eq!(of_command("npm i left-pad"), ["install"]);
        assert_eq!(of_command("git -C . push --force"), ["network", "destructive"]);
        assert_eq!(of_command("rm -rf build"), ["destructive"]);
        for plain in ["ls -la", "jq .key data.json", "rm notes.txt", "git status", "echo install", "npm test"]
        {
            assert!(of_command(plain).is_empty(), "{plain}");
        }
    }
}
