//! How firmly a package specification says what will run: one reader per ecosystem's notation.

use std::fmt;

/// What decides which code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// One published version.
    Exact(String),
    /// One content: a commit, or a sha256.
    Digest(String),
    /// A container tag that names one version; whoever owns the image can still move it.
    Tag(String),
    /// A range, a dist-tag, a branch: what stands there, for the message.
    Floating(String),
    /// No version at all.
    Missing,
    /// An environment variable decides the package or its version.
    Variable,
    /// A file of the machine or the repository; only a hash of it pins it.
    Path,
    /// A bare program name, found through PATH.
    Name,
    /// An address; what answers there can change every day.
    Remote,
}

impl Pin {
    /// Whether the same words can run other code tomorrow because nobody wrote a version down.
    pub fn is_loose(&self) -> bool {
        matches!(self, Pin::Floating(_) | Pin::Missing | Pin::Variable)
    }

    /// The version or digest, where there is one.
    pub fn version(&self) -> Option<&str> {
        match self {
            Pin::Exact(text) | Pin::Digest(text) | Pin::Tag(text) => Some(text),
            Pin::Floating(_) | Pin::Missing | Pin::Variable | Pin::Path | Pin::Name | Pin::Remote => None,
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pin::Exact(text) | Pin::Digest(text) => write!(out, "{}", crate::shown(text)),
            Pin::Tag(text) => {
                write!(out, "tag {} (an image tag can be moved; a digest cannot)", crate::shown(text))
            }
            Pin::Floating(text) => {
                write!(out, "`{}`, which can be another version tomorrow", crate::shown(text))
            }
            Pin::Missing => out.write_str("no version"),
            Pin::Variable => out.write_str("a version or package taken from an environment variable"),
            Pin::Path => out.write_str("a file, pinned only by its hash"),
            Pin::Name => out.write_str("a program found through PATH"),
            Pin::Remote => out.write_str("a remote address"),
        }
    }
}

/// `name@1.2.3`, `@scope/name@tag`, `name@npm:other@1.2.3`, git and file specifications: package and pin.
pub(crate) fn npm(spec: &str) -> (String, Pin) {
    if spec.contains("${") {
        return (spec.to_owned(), Pin::Variable);
    }
    if is_path(spec) || spec.starts_with("file:") {
        return (spec.to_owned(), Pin::Path);
    }
    if is_source_address(spec) {
        return source_address(spec);
    }
    let (name, version) = after_scope(spec);
    match version {
        None if !name.starts_with('@') && name.contains('/') => source_address(spec),
        None => (name.to_owned(), Pin::Missing),
        Some(alias) if alias.starts_with("npm:") => npm(alias.trim_start_matches("npm:")),
        Some(address) if is_source_address(address) => (name.to_owned(), source_address(address).1),
        Some(version) => (name.to_owned(), semantic(version)),
    }
}

fn after_scope(spec: &str) -> (&str, Option<&str>) {
    let skip = usize::from(spec.starts_with('@'));
    match spec.get(skip..).and_then(|rest| rest.find('@')) {
        Some(at) => (spec.get(..skip + at).unwrap_or(spec), spec.get(skip + at + 1..)),
        None => (spec, None),
    }
}

fn semantic(version: &str) -> Pin {
    match semver::Version::parse(version) {
        Ok(_) => Pin::Exact(version.to_owned()),
        Err(_) if version.is_empty() => Pin::Missing,
        Err(_) => Pin::Floating(version.to_owned()),
    }
}

/// `name==1.2`, `name@1.2`, `name[extra]==1.2`, `name>=1`, `git+https://…@commit`, a path: package and pin.
pub(crate) fn python(spec: &str) -> (String, Pin) {
    if spec.contains("${") {
        return (spec.to_owned(), Pin::Variable);
    }
    if is_path(spec) {
        return (spec.to_owned(), Pin::Path);
    }
    if is_source_address(spec) {
        return source_address(spec);
    }
    // Direct reference, `name @ git+https://…`.
    if let Some((name, address)) = spec.split_once(" @ ") {
        return (bare_python(name), source_address(address.trim()).1);
    }
    let operator = spec.find(['=', '<', '>', '!', '~', '@', ';', ' ']);
    let Some((name, rest)) = operator.map(|at| spec.split_at(at)) else {
        return (bare_python(spec), Pin::Missing);
    };
    let version =
        rest.strip_prefix("===").or_else(|| rest.strip_prefix("==")).or_else(|| rest.strip_prefix('@'));
    let pin = match version.map(str::trim) {
        Some(text) if is_source_address(text) => source_address(text).1,
        Some(text) if is_release(text) => Pin::Exact(text.to_owned()),
        Some(text) => Pin::Floating(text.to_owned()),
        None => Pin::Floating(rest.trim().to_owned()),
    };
    (bare_python(name), pin)
}

/// PyPI names compare without case and with `-`, `_` and `.` alike (PEP 503).
fn bare_python(name: &str) -> String {
    let bare = name.split('[').next().unwrap_or(name).trim();
    bare.chars()
        .map(|letter| if matches!(letter, '_' | '.') { '-' } else { letter.to_ascii_lowercase() })
        .collect()
}

/// A PEP 440 release: digits and dots, with pre-, post-, dev- or local parts; no `*`.
fn is_release(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'!' | b'+' | b'-' | b'_'))
}

/// `image@sha256:…`, `registry:5000/image:1.2.3`: image and pin.
pub(crate) fn image(spec: &str) -> (String, Pin) {
    if spec.contains("${") {
        return (spec.to_owned(), Pin::Variable);
    }
    if let Some((name, digest)) = spec.split_once('@') {
        let hexadecimal = digest.strip_prefix("sha256:").filter(|hex| is_hexadecimal(hex, 64));
        let bare = without_tag(name).0.to_owned();
        return match hexadecimal {
            Some(_) => (bare, Pin::Digest(digest.to_owned())),
            None => (bare, Pin::Floating(digest.to_owned())),
        };
    }
    match without_tag(spec) {
        (name, None) => (name.to_owned(), Pin::Missing),
        (name, Some(tag)) if is_full_version(tag) => (name.to_owned(), Pin::Tag(tag.to_owned())),
        (name, Some(tag)) => (name.to_owned(), Pin::Floating(tag.to_owned())),
    }
}

/// The colon of `registry:5000/image` is a port, not a tag.
fn without_tag(name: &str) -> (&str, Option<&str>) {
    let last = name.rfind('/').map_or(0, |at| at + 1);
    match name.get(last..).and_then(|part| part.find(':')) {
        Some(at) => (name.get(..last + at).unwrap_or(name), name.get(last + at + 1..)),
        None => (name, None),
    }
}

/// Three numbers, whatever follows: `1.2.3`, `v1.2.3-alpine`.
fn is_full_version(tag: &str) -> bool {
    let bare = tag.strip_prefix('v').unwrap_or(tag);
    let numbers = bare.split(['-', '+']).next().unwrap_or(bare);
    let parts: Vec<&str> = numbers.split('.').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `npm:pkg@1.2.3`, `jsr:@scope/pkg@1.2.3`, `https://deno.land/x/mod@v1.2.3/main.ts`, a path: module and pin.
pub(crate) fn deno(spec: &str) -> (String, Pin) {
    if spec.contains("${") {
        return (spec.to_owned(), Pin::Variable);
    }
    if let Some(rest) = spec.strip_prefix("npm:").or_else(|| spec.strip_prefix("jsr:")) {
        // A sub-path may follow the version: `npm:pkg@1.2.3/cli`.
        let (name, version) = after_scope(rest.trim_start_matches('/'));
        let version = version.map(|text| text.split('/').next().unwrap_or(text));
        let kind = if spec.starts_with("jsr:") { "jsr:" } else { "" };
        return (format!("{kind}{name}"), version.map_or(Pin::Missing, semantic));
    }
    if spec.contains("://") {
        let version = spec.split('/').find_map(|part| {
            let (_, version) = part.rsplit_once('@')?;
            semver::Version::parse(version.strip_prefix('v').unwrap_or(version))
                .is_ok()
                .then(|| version.to_owned())
        });
        return (spec.to_owned(), version.map_or(Pin::Missing, Pin::Exact));
    }
    (spec.to_owned(), Pin::Path)
}

/// `example.com/tool/cmd@v1.2.3`: module and pin. A Go pseudo-version names one commit.
pub(crate) fn go(spec: &str) -> (String, Pin) {
    if spec.contains("${") {
        return (spec.to_owned(), Pin::Variable);
    }
    match spec.rsplit_once('@') {
        Some((name, version)) => match version.strip_prefix('v').map(semver::Version::parse) {
            Some(Ok(_)) => (name.to_owned(), Pin::Exact(version.to_owned())),
            Some(Err(_)) | None if is_hexadecimal(version, 40) => {
                (name.to_owned(), Pin::Digest(version.to_owned()))
            }
            Some(Err(_)) | None => (name.to_owned(), Pin::Floating(version.to_owned())),
        },
        None if is_path(spec) || std::path::Path::new(spec).extension().is_some_and(|end| end == "go") => {
            (spec.to_owned(), Pin::Path)
        }
        None => (spec.to_owned(), Pin::Missing),
    }
}

/// `Package@1.2.3` as `dnx` takes it.
pub(crate) fn dotnet(spec: &str) -> (String, Pin) {
    match spec.split_once('@') {
        Some((name, version)) => (name.to_owned(), semantic(version)),
        None => (spec.to_owned(), Pin::Missing),
    }
}

/// A command without a launcher: a file, or a name for PATH to find.
pub(crate) fn file(command: &str) -> Pin {
    if command.contains("${") && !is_path(command) {
        return Pin::Variable;
    }
    if is_path(command) { Pin::Path } else { Pin::Name }
}

pub(crate) fn is_path(text: &str) -> bool {
    let drive =
        text.as_bytes().get(1) == Some(&b':') && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    text.starts_with(['/', '.', '~', '\\'])
        || drive
        || text.starts_with("${CLAUDE_PLUGIN_ROOT}")
        || text.starts_with("${HOME}")
}

fn is_source_address(spec: &str) -> bool {
    const STARTS: &[&str] = &[
        "git+",
        "git:",
        "git@",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
        "http://",
        "https://",
        "ssh://",
    ];
    STARTS.iter().any(|start| spec.starts_with(start))
}

/// A git or archive address, pinned where a full commit or a sha256 stands in it.
fn source_address(spec: &str) -> (String, Pin) {
    let bare = spec.split('#').next().unwrap_or(spec);
    // pip writes the commit after `@`, behind the path; npm after `#`.
    let (name, behind_at) = match bare.rsplit_once('@') {
        Some((name, reference)) if !reference.contains(['/', ':']) => (name, Some(reference)),
        _ => (bare, None),
    };
    let fragment = spec.split_once('#').map(|(_, fragment)| fragment);
    let named = fragment.and_then(|text| text.split('&').find_map(|part| part.strip_prefix("sha256=")));
    let commit = [behind_at, fragment].into_iter().flatten().find(|text| is_hexadecimal(text, 40));
    let pin = match (commit, named.filter(|hash| is_hexadecimal(hash, 64))) {
        (Some(commit), _) => Pin::Digest(commit.to_owned()),
        (None, Some(hash)) => Pin::Digest(format!("sha256:{hash}")),
        (None, None) => Pin::Floating(behind_at.or(fragment).unwrap_or("no commit").to_owned()),
    };
    (name.to_owned(), pin)
}

pub(crate) fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reader: fn(&str) -> (String, Pin), rows: &[(&str, &str, Pin)]) {
        for (spec, package, pin) in rows {
            assert_eq!(reader(spec), ((*package).to_owned(), pin.clone()), "{spec}");
        }
    }

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn npm_specifications() {
        let exact = |version: &str| Pin::Exact(version.to_owned());
        let floating = |version: &str| Pin::Floating(version.to_owned());
        check(
            npm,
            &[
                ("pkg@1.2.3", "pkg", exact("1.2.3")),
                ("@scope/pkg@1.2.3-beta.1", "@scope/pkg", exact("1.2.3-beta.1")),
                ("@scope/pkg", "@scope/pkg", Pin::Missing),
                ("pkg@latest", "pkg", floating("latest")),
                ("pkg@^1.2.3", "pkg", floating("^1.2.3")),
                ("pkg@1.2", "pkg", floating("1.2")),
                ("pkg@1.x", "pkg", floating("1.x")),
                ("pkg@", "pkg", Pin::Missing),
                ("pkg@npm:other@2.0.0", "other", exact("2.0.0")),
                ("pkg@${V:-1.2.3}", "pkg@${V:-1.2.3}", Pin::Variable),
                ("./local", "./local", Pin::Path),
                ("github:a/b", "github:a/b", floating("no commit")),
                ("user/repo", "user/repo", floating("no commit")),
            ],
        );
        assert_eq!(npm(&format!("github:a/b#{SHA}")).1, Pin::Digest(SHA.to_owned()));
        assert_eq!(npm(&format!("git+https://github.com/a/b.git#{SHA}")).1, Pin::Digest(SHA.to_owned()));
        assert_eq!(npm("git+https://github.com/a/b.git#main").1, floating("main"));
    }

    #[test]
    fn python_specifications() {
        check(
            python,
            &[
                ("mcp-server-git==2025.1.14", "mcp-server-git", Pin::Exact("2025.1.14".into())),
                ("mcp_server.git@1.0", "mcp-server-git", Pin::Exact("1.0".into())),
                ("mcp-server-git[cli]==1.0", "mcp-server-git", Pin::Exact("1.0".into())),
                ("mcp-server-git", "mcp-server-git", Pin::Missing),
                ("mcp-server-git@latest", "mcp-server-git", Pin::Floating("latest".into())),
                ("mcp-server-git>=1.0", "mcp-server-git", Pin::Floating(">=1.0".into())),
                ("mcp-server-git==1.*", "mcp-server-git", Pin::Floating("1.*".into())),
                ("mcp-server-git~=1.0", "mcp-server-git", Pin::Floating("~=1.0".into())),
                (
                    "git+https://github.com/oraios/serena",
                    "git+https://github.com/oraios/serena",
                    Pin::Floating("no commit".into()),
                ),
            ],
        );
        let pinned = format!("git+https://github.com/oraios/serena@{SHA}");
        assert_eq!(python(&pinned), ("git+https://github.com/oraios/serena".into(), Pin::Digest(SHA.into())));
    }

    #[test]
    fn images() {
        let digest = format!("sha256:{}", "a".repeat(64));
        check(
            image,
            &[
                ("mcp/git", "mcp/git", Pin::Missing),
                ("mcp/git:latest", "mcp/git", Pin::Floating("latest".into())),
                ("mcp/git:1", "mcp/git", Pin::Floating("1".into())),
                ("mcp/git:1.2.3-alpine", "mcp/git", Pin::Tag("1.2.3-alpine".into())),
                ("registry.local:5000/mcp/git", "registry.local:5000/mcp/git", Pin::Missing),
            ],
        );
        assert_eq!(image(&format!("mcp/git:1.2.3@{digest}")), ("mcp/git".into(), Pin::Digest(digest)));
        assert_eq!(image("mcp/git@sha256:abc").1, Pin::Floating("sha256:abc".into()));
    }

    #[test]
    fn deno_and_go() {
        check(
            deno,
            &[
                ("npm:pkg@1.2.3/cli", "pkg", Pin::Exact("1.2.3".into())),
                ("jsr:@a/b@1.0.0", "jsr:@a/b", Pin::Exact("1.0.0".into())),
                ("npm:pkg", "pkg", Pin::Missing),
                (
                    "https://deno.land/x/mod@v1.2.3/main.ts",
                    "https://deno.land/x/mod@v1.2.3/main.ts",
                    Pin::Exact("v1.2.3".into()),
                ),
                ("https://example.com/main.ts", "https://example.com/main.ts", Pin::Missing),
                ("server.ts", "server.ts", Pin::Path),
            ],
        );
        check(
            go,
            &[
                ("example.com/a/b@v1.2.3", "example.com/a/b", Pin::Exact("v1.2.3".into())),
                ("example.com/a/b@latest", "example.com/a/b", Pin::Floating("latest".into())),
                ("./cmd/server", "./cmd/server", Pin::Path),
                ("example.com/a/b", "example.com/a/b", Pin::Missing),
            ],
        );
    }
}
