//! One MCP server as a configuration names it, what of it identifies it, and how two of them differ.

use crate::launch::Program;
use crate::shown::{masked, shown};
use crate::url::Url;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// A server's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub transport: Transport,
    /// `timeout`, `alwaysLoad` and the like: no part of the identity.
    pub others: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    Command {
        command: String,
        arguments: Vec<String>,
        environment: Vec<(String, String)>,
        folder: Option<String>,
    },
    Remote {
        kind: RemoteKind,
        url: String,
        headers: Vec<(String, String)>,
        headers_helper: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteKind {
    Http,
    Sse,
    Ws,
}

impl RemoteKind {
    pub fn name(self) -> &'static str {
        match self {
            RemoteKind::Http => "http",
            RemoteKind::Sse => "sse",
            RemoteKind::Ws => "ws",
        }
    }
}

/// Why a JSON value is no server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerError {
    NotAnObject,
    /// Neither `command` nor `url`, or not as text.
    NothingToStart,
    UnknownType(String),
    WrongType(&'static str),
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ServerError::NotAnObject => out.write_str("the server's configuration is not an object"),
            ServerError::NothingToStart => out.write_str("neither a `command` nor a `url`"),
            ServerError::UnknownType(name) => write!(out, "unknown transport `{}`", shown(name)),
            ServerError::WrongType(key) => write!(out, "`{key}` is not of the type Claude Code expects"),
        }
    }
}

impl std::error::Error for ServerError {}

/// Variables that choose which code runs: for these the value belongs to the identity, for all others only the name does.
const STEERING: &[&str] = &[
    "PATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "BUN_OPTIONS",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "PERL5LIB",
    "PERL5OPT",
    "RUBYOPT",
    "RUBYLIB",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "BASH_ENV",
    "ENV",
    "JAVA_TOOL_OPTIONS",
    "GOPROXY",
    "GOFLAGS",
    "GONOSUMDB",
    "GONOSUMCHECK",
    "GOINSECURE",
    "DOCKER_HOST",
    "DENO_DIR",
    "NODE_EXTRA_CA_CERTS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "SSL_CERT_FILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
];
const STEERING_STARTS: &[&str] =
    &["DYLD_", "NPM_CONFIG_", "UV_", "PIP_", "GIT_CONFIG", "GIT_SSH", "YARN_", "BUN_CONFIG", "PNPM_"];

pub(crate) fn steers(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    STEERING.contains(&upper.as_str()) || STEERING_STARTS.iter().any(|start| upper.starts_with(start))
}

/// The keys of the identity.
const KNOWN: &[&str] = &["type", "command", "args", "env", "cwd", "url", "headers", "headersHelper"];

impl Server {
    /// Reads a server as it stands in `.mcp.json`, `~/.claude.json` or the registry's `config`.
    pub fn from_json(value: &Json) -> Result<Server, ServerError> {
        let object = value.as_object().ok_or(ServerError::NotAnObject)?;
        let kind = match object.get("type") {
            None | Some(Json::Null) => None,
            Some(Json::String(name)) => Some(name.as_str()),
            Some(_) => return Err(ServerError::WrongType("type")),
        };
        let transport = match kind {
            None if object.contains_key("command") => command_from(object)?,
            None if object.contains_key("url") => remote_from(object, RemoteKind::Http)?,
            None => return Err(ServerError::NothingToStart),
            Some("stdio") => command_from(object)?,
            Some("http" | "streamable-http") => remote_from(object, RemoteKind::Http)?,
            Some("sse") => remote_from(object, RemoteKind::Sse)?,
            Some("ws") => remote_from(object, RemoteKind::Ws)?,
            Some(other) => return Err(ServerError::UnknownType(other.to_owned())),
        };
        let others = object.keys().filter(|key| !KNOWN.contains(&key.as_str())).cloned().collect();
        Ok(Server { transport, others })
    }

    /// The server a [`projection`] was made of, as far as it says: values are gone, names are there.
    pub fn from_projection(value: &Json) -> Result<Server, ServerError> {
        let mut object = value.as_object().cloned().ok_or(ServerError::NotAnObject)?;
        let names = |list: Option<Json>| -> Map<String, Json> {
            let items = list.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
            let pairs = items
                .iter()
                .filter_map(Json::as_str)
                .map(|entry| entry.split_once('=').unwrap_or((entry, "")));
            pairs.map(|(name, value)| (name.to_owned(), Json::from(value))).collect()
        };
        let environment = names(object.remove("env"));
        let headers = names(object.remove("headers"));
        let query: Vec<String> =
            names(object.remove("query")).keys().map(|name| format!("{name}=")).collect();
        if let Some(Json::String(url)) = object.get_mut("url").filter(|_| !query.is_empty()) {
            url.push('?');
            url.push_str(&query.join("&"));
        }
        if let Some(transport) = object.remove("transport") {
            object.insert("type".into(), transport);
        }
        object.insert("env".into(), Json::Object(environment));
        object.insert("headers".into(), Json::Object(headers));
        Server::from_json(&Json::Object(object))
    }

    /// What an argv starts; `None` for a remote server.
    pub fn program(&self) -> Option<Program> {
        match &self.transport {
            Transport::Command { command, arguments, .. } => Some(Program::read(command, arguments)),
            Transport::Remote { .. } => None,
        }
    }

    /// The address; `None` for a local server and for an address that cannot be read.
    pub fn address(&self) -> Option<Url> {
        match &self.transport {
            Transport::Command { .. } => None,
            Transport::Remote { url, .. } => Url::parse(url),
        }
    }

    /// The names that may run or be called: packages, or the remote host. For deny rules that know no configuration.
    pub fn known_as(&self) -> Vec<String> {
        match self.program() {
            Some(program) => program.packages.into_iter().map(|package| package.name).collect(),
            None => self.address().map(|url| url.host).into_iter().collect(),
        }
    }

    /// One line for a person: the argv or the address, secrets masked, escaped.
    pub fn told(&self) -> String {
        match &self.transport {
            Transport::Command { command, arguments, .. } => {
                let mut words = vec![command.clone()];
                words.extend(masked(arguments));
                shown(&words.join(" "))
            }
            Transport::Remote { url, .. } => match Url::parse(url) {
                Some(url) => shown(&url.origin_and_path()),
                None => "an address that cannot be read".to_owned(),
            },
        }
    }

    /// SHA-256, in hexadecimal, of [`projection`].
    pub fn digest(&self) -> String {
        let text = projection(self).to_string();
        sha256(text.as_bytes())
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn command_from(object: &Map<String, Json>) -> Result<Transport, ServerError> {
    let command =
        text_at(object, "command")?.filter(|text| !text.is_empty()).ok_or(ServerError::NothingToStart)?;
    let arguments = match object.get("args") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(items)) => {
            items.iter().map(word).collect::<Option<_>>().ok_or(ServerError::WrongType("args"))?
        }
        Some(_) => return Err(ServerError::WrongType("args")),
    };
    let environment = pairs_at(object, "env")?;
    let folder = text_at(object, "cwd")?.map(str::to_owned);
    Ok(Transport::Command { command: command.to_owned(), arguments, environment, folder })
}

fn remote_from(object: &Map<String, Json>, kind: RemoteKind) -> Result<Transport, ServerError> {
    let url = text_at(object, "url")?.filter(|text| !text.is_empty()).ok_or(ServerError::NothingToStart)?;
    let headers_helper = text_at(object, "headersHelper")?.map(str::to_owned);
    Ok(Transport::Remote { kind, url: url.to_owned(), headers: pairs_at(object, "headers")?, headers_helper })
}

fn text_at<'a>(object: &'a Map<String, Json>, key: &'static str) -> Result<Option<&'a str>, ServerError> {
    match object.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(ServerError::WrongType(key)),
    }
}

fn pairs_at(object: &Map<String, Json>, key: &'static str) -> Result<Vec<(String, String)>, ServerError> {
    match object.get(key) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Object(pairs)) => pairs
            .iter()
            .map(|(name, value)| Some((name.clone(), word(value)?)))
            .collect::<Option<_>>()
            .ok_or(ServerError::WrongType(key)),
        Some(_) => Err(ServerError::WrongType(key)),
    }
}

/// Numbers and booleans stand for their text, as people write `"PORT": 8080`.
fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The canonical form: what identifies the server, keys sorted, and no secret: variables and headers by name, secret-looking arguments
/// masked, addresses as origin and path.
pub fn projection(server: &Server) -> Json {
    match &server.transport {
        Transport::Command { command, arguments, environment, folder } => json!({
            "args": masked(arguments),
            "command": command,
            "cwd": folder,
            "env": sorted(environment.iter().map(|(name, value)| named_variable(name, value))),
            "transport": "stdio",
        }),
        Transport::Remote { kind, url, headers, headers_helper } => {
            let parsed = Url::parse(url);
            json!({
                "headers": sorted(headers.iter().map(|(name, _)| name.to_ascii_lowercase())),
                "headersHelper": headers_helper,
                "query": parsed.as_ref().map(|url| sorted(url.query_names.iter().cloned())).unwrap_or_default(),
                "transport": kind.name(),
                "url": parsed.map_or_else(|| shown(url), |url| url.origin_and_path()),
            })
        }
    }
}

fn named_variable(name: &str, value: &str) -> String {
    if steers(name) { format!("{name}={value}") } else { name.to_owned() }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// One field in which two configurations differ, both sides fit to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub was: String,
    pub is: String,
    /// The package, where only its version changed.
    pub package: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {} -> {}", self.field, self.was, self.is)?;
        match &self.package {
            Some(name) => write!(out, " ({name})"),
            None => Ok(()),
        }
    }
}

/// In what `is` differs from `was`; empty when the two are the same server. Inert launcher flags (`-y`) are no difference.
pub fn differences(was: &Server, is: &Server) -> Vec<Difference> {
    match (&was.transport, &is.transport) {
        (
            Transport::Command { command, arguments, environment, folder },
            Transport::Command {
                command: new_command,
                arguments: new_arguments,
                environment: new_environment,
                folder: new_folder,
            },
        ) => {
            let mut found = argv_differences((command, arguments), (new_command, new_arguments));
            push(&mut found, "cwd", folder.as_deref().unwrap_or("-"), new_folder.as_deref().unwrap_or("-"));
            let list = |pairs: &[(String, String)]| {
                sorted(pairs.iter().map(|(name, value)| named_variable(name, value)))
            };
            push_sets(&mut found, "env", &list(environment), &list(new_environment));
            found
        }
        (Transport::Remote { .. }, Transport::Remote { .. }) => remote_differences(was, is),
        _ => vec![Difference { field: "transport".into(), was: was.told(), is: is.told(), package: None }],
    }
}

/// Whether two configurations can be the same server at all: quickly answered, and a "no" is never wrong. A registry of
/// hundreds is gone through for each server that has no approval of its own.
pub(crate) fn may_be_same(one: &Server, other: &Server) -> bool {
    match (&one.transport, &other.transport) {
        (
            Transport::Command { command, arguments, .. },
            Transport::Command { command: other_command, arguments: other_arguments, .. },
        ) => {
            // `cmd /c` is looked through when two commands are compared, and every argument that changes nothing is a flag.
            let is_wrapped =
                |command: &str| command.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("cmd"));
            let plain = |arguments: &&String| !arguments.starts_with('-');
            is_wrapped(command)
                || is_wrapped(other_command)
                || arguments.iter().filter(plain).eq(other_arguments.iter().filter(plain))
        }
        (Transport::Remote { kind, .. }, Transport::Remote { kind: other_kind, .. }) => kind == other_kind,
        _ => false,
    }
}

fn remote_differences(was: &Server, is: &Server) -> Vec<Difference> {
    let (old, new) = (projection(was), projection(is));
    let mut found = Vec::new();
    for field in ["transport", "url", "headersHelper"] {
        let text = |side: &Json| side.get(field).and_then(Json::as_str).unwrap_or("-").to_owned();
        push(&mut found, field, &text(&old), &text(&new));
    }
    for field in ["query", "headers"] {
        let list = |side: &Json| -> Vec<String> {
            let items = side.get(field).and_then(Json::as_array);
            items.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        push_sets(&mut found, field, &list(&old), &list(&new));
    }
    found
}

fn argv_differences(was: (&str, &[String]), is: (&str, &[String])) -> Vec<Difference> {
    let (old, new) = (Program::read(was.0, was.1), Program::read(is.0, is.1));
    let old_words = words(was, &old);
    let new_words = words(is, &new);
    if old_words.iter().map(|word| &word.1).eq(new_words.iter().map(|word| &word.1)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    // Equal heads and tails are cut off, so that one inserted argument is one difference and not a shifted list.
    let head = old_words.iter().zip(&new_words).take_while(|(a, b)| a.1 == b.1).count();
    let most = old_words.len().min(new_words.len()) - head;
    let tail =
        old_words.iter().rev().zip(new_words.iter().rev()).take(most).take_while(|(a, b)| a.1 == b.1).count();
    let middle_old = old_words.get(head..old_words.len() - tail).unwrap_or_default();
    let middle_new = new_words.get(head..new_words.len() - tail).unwrap_or_default();
    for at in 0..middle_old.len().max(middle_new.len()) {
        found.push(word_difference(middle_old.get(at), middle_new.get(at), &old, &new));
    }
    found
}

/// Field name and text of the command and of every argument that counts.
fn words(side: (&str, &[String]), program: &Program) -> Vec<(String, String, Option<usize>)> {
    let wrapped_command = if program.launcher == side.0.to_ascii_lowercase() {
        side.0.to_owned()
    } else {
        program.launcher.clone()
    };
    let windows_wrapper = side.0.to_ascii_lowercase().starts_with("cmd")
        && !matches!(program.family, crate::launch::Family::Shell);
    let skip = if windows_wrapper { 2 } else { 0 };
    let mut out = vec![("command".to_owned(), wrapped_command, None)];
    for (at, argument) in side.1.iter().enumerate().skip(skip) {
        if !program.inert.contains(&at) {
            out.push((format!("args[{at}]"), argument.clone(), Some(at)));
        }
    }
    out
}

type Word = (String, String, Option<usize>);

fn word_difference(was: Option<&Word>, is: Option<&Word>, old: &Program, new: &Program) -> Difference {
    let field = is.or(was).map(|word| word.0.clone()).unwrap_or_default();
    let package = |word: Option<&Word>, program: &Program| {
        let index = word?.2?;
        program.packages.iter().find(|package| package.argument == Some(index)).cloned()
    };
    if let (Some(before), Some(after)) = (package(was, old), package(is, new))
        && before.name == after.name
        && before.pin != after.pin
    {
        let name = Some(shown(&after.name));
        return Difference { field, was: before.pin.to_string(), is: after.pin.to_string(), package: name };
    }
    let text = |word: Option<&Word>| {
        word.map_or_else(
            || "(absent)".to_owned(),
            |word| shown(&masked(std::slice::from_ref(&word.1)).join(" ")),
        )
    };
    Difference { field, was: text(was), is: text(is), package: None }
}

fn push(found: &mut Vec<Difference>, field: &str, was: &str, is: &str) {
    if was != is {
        found.push(Difference { field: field.to_owned(), was: shown(was), is: shown(is), package: None });
    }
}

fn push_sets(found: &mut Vec<Difference>, field: &str, was: &[String], is: &[String]) {
    let name = |entry: &str| entry.split('=').next().unwrap_or(entry).to_owned();
    for gone in was.iter().filter(|entry| !is.contains(entry)) {
        let replaced = is.iter().find(|entry| name(entry) == name(gone));
        let (now, field) = (
            replaced.map_or_else(|| "(absent)".to_owned(), |entry| shown(entry)),
            format!("{field}.{}", shown(&name(gone))),
        );
        found.push(Difference { field, was: shown(gone), is: now, package: None });
    }
    for added in
        is.iter().filter(|entry| !was.contains(entry) && !was.iter().any(|old| name(old) == name(entry)))
    {
        found.push(Difference {
            field: format!("{field}.{}", shown(&name(added))),
            was: "(absent)".into(),
            is: shown(added),
            package: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        Server::from_json(&serde_json::from_str(text).expect("JSON")).expect("a server")
    }

    fn told(was: &str, is: &str) -> Vec<String> {
        differences(&server(was), &server(is)).iter().map(ToString::to_string).collect()
    }

    const CONTEXT: &str = r#"{"command":"npx","args":["-y","@a/b@1.2.3"]}"#;

    #[test]
    fn differences_name_field_and_both_sides() {
        let rows: &[(&str, &str, &[&str])] = &[
            (CONTEXT, CONTEXT, &[]),
            (CONTEXT, r#"{"type":"stdio","command":"npx","args":["@a/b@1.2.3"],"timeout":5}"#, &[]),
            (CONTEXT, r#"{"command":"cmd","args":["/c","npx","-y","@a/b@1.2.3"]}"#, &[]),
            (CONTEXT, r#"{"command":"npx","args":["-y","@a/b@1.2.4"]}"#, &["args[1]: 1.2.3 -> 1.2.4 (@a/b)"]),
            (CONTEXT, r#"{"command":"npx","args":["-y","@a/b"]}"#, &["args[1]: 1.2.3 -> no version (@a/b)"]),
            (
                CONTEXT,
                r#"{"command":"npx","args":["-y","@a/c@1.2.3"]}"#,
                &["args[1]: @a/b@1.2.3 -> @a/c@1.2.3"],
            ),
            (
                CONTEXT,
                r#"{"command":"npx","args":["-y","@a/b@1.2.3","--evil"]}"#,
                &["args[2]: (absent) -> --evil"],
            ),
            (
                CONTEXT,
                r#"{"command":"/tmp/npx","args":["-y","@a/b@1.2.3"]}"#,
                &["command: npx -> /tmp/npx", "args[0]: (absent) -> -y"],
            ),
            (
                CONTEXT,
                r#"{"command":"npx","args":["-y","@a/b@1.2.3"],"env":{"NODE_OPTIONS":"--require /x","TOKEN":"s3cret"}}"#,
                &["env.NODE_OPTIONS: (absent) -> NODE_OPTIONS=--require /x", "env.TOKEN: (absent) -> TOKEN"],
            ),
            (
                r#"{"type":"http","url":"https://a.example/mcp","headers":{"Authorization":"x"}}"#,
                r#"{"type":"http","url":"https://b.example/mcp?key=1"}"#,
                &[
                    "url: https://a.example/mcp -> https://b.example/mcp",
                    "query.key: (absent) -> key",
                    "headers.authorization: authorization -> (absent)",
                ],
            ),
            (
                CONTEXT,
                r#"{"type":"http","url":"https://a.example/"}"#,
                &["transport: npx -y @a/b@1.2.3 -> https://a.example/"],
            ),
        ];
        for (was, is, wanted) in rows {
            assert_eq!(told(was, is), *wanted, "{is}");
        }
    }

    #[test]
    fn the_projection_holds_no_secret_and_ignores_order() {
        let one = server(r#"{"command":"x","args":["--token","s3cret"],"env":{"B":"s3cret","A":"s3cret"}}"#);
        let two = server(r#"{"env":{"A":"other","B":"other"},"args":["--token","else"],"command":"x"}"#);
        assert!(!projection(&one).to_string().contains("s3cret"));
        assert_eq!(one.digest(), two.digest());
        for text in [
            r#"{"command":"x","args":["-y"],"env":{"PATH":"/a"},"cwd":"/b"}"#,
            r#"{"type":"sse","url":"https://h/p?a=1&b=2","headers":{"X":"y"}}"#,
        ] {
            let server = server(text);
            let again = Server::from_projection(&projection(&server)).expect("a server");
            assert_eq!(projection(&again), projection(&server));
        }
    }

    #[test]
    fn what_is_no_server() {
        for (text, error) in [
            ("[]", ServerError::NotAnObject),
            ("{}", ServerError::NothingToStart),
            (r#"{"type":"grpc","command":""}"#, ServerError::UnknownType("grpc".into())),
            (r#"{"command":"x","args":"y"}"#, ServerError::WrongType("args")),
        ] {
            assert_eq!(Server::from_json(&serde_json::from_str(text).expect("JSON")), Err(error), "{text}");
        }
    }

    /// Every command with every list of up to three of these words.
    fn servers() -> Vec<Server> {
        let words = ["-y", "-q", "--", "/c", "npx", "a@1.2.3"];
        let mut lists: Vec<Vec<&str>> = vec![Vec::new()];
        for length in 0..3 {
            let longer: Vec<Vec<&str>> = lists
                .iter()
                .filter(|list| list.len() == length)
                .flat_map(|list| words.iter().map(|word| [list.as_slice(), &[word]].concat()))
                .collect();
            lists.extend(longer);
        }
        let of = |command: &&str, arguments: &Vec<&str>| {
            Server::from_json(&json!({"command": command, "args": arguments}))
        };
        ["npx", "cmd", "sh"]
            .iter()
            .flat_map(|command| lists.iter().filter_map(|list| of(command, list).ok()))
            .collect()
    }

    #[test]
    fn what_is_the_same_may_be_the_same() {
        let servers = servers();
        let mut same = 0;
        for one in &servers {
            for other in servers.iter().filter(|other| differences(one, other).is_empty()) {
                assert!(may_be_same(one, other), "{one:?} {other:?}");
                same += 1;
            }
        }
        assert!(same > servers.len(), "some differ only in what changes nothing");
    }
}
