//! Files that hold secrets: who may read them, and what must never be done with them.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names are lower case by now, or Unix names"
)]
#![expect(clippy::match_same_arms, reason = "the arms are questions in an order; joined, the order is lost")]

use std::cell::LazyCell;

use hook_core::Severity;
use shell::{Destination, Flow, Origin};

use crate::call::Call;
use crate::effects::{Act, Effect};
use crate::names::{Names, count};
use crate::place::{Target, absolute, base_name};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::execution::Local;
use crate::wildcard::{self, Pattern};

pub(crate) static RULES: &[&Rule] = &[
    &STORE,
    &ENVIRONMENT_FILE,
    &STORE_WRITE,
    &EXFILTRATION,
    &ENVIRONMENT_SENT,
    &METADATA,
    &KEYCHAIN,
    &ENVIRONMENT_DUMP,
];

static STORE: Rule = Rule {
    id: "credential-store-read",
    severity: Severity::High,
    harm: "would read a private key or a store of credentials",
    instead: Instead::Run(
        "ls -l ./config",
        "use the credential where it is (ssh, aws, gh read it themselves), without showing it",
    ),
};
static ENVIRONMENT_FILE: Rule = Rule {
    id: "env-file-read",
    severity: Severity::Medium,
    harm: "would show a file of secrets",
    instead: Instead::Run("cat .env.example", "the example names the variables without their values"),
};
static STORE_WRITE: Rule = Rule {
    id: "credential-store-write",
    severity: Severity::High,
    harm: "would overwrite or delete keys or credentials",
    instead: Instead::Person("Ask the user to change credentials in their own terminal"),
};
static EXFILTRATION: Rule = Rule {
    id: "secret-exfiltration",
    severity: Severity::Critical,
    harm: "would send secrets to another machine",
    instead: Instead::Person("Nothing here needs a secret to leave the machine; ask the user"),
};
static ENVIRONMENT_SENT: Rule = Rule {
    id: "environment-exfiltration",
    severity: Severity::Critical,
    harm: "would send the whole environment, with every token in it, to another machine",
    instead: Instead::Run("printf '%s\\n' \"$PATH\"", "name the one variable that is needed"),
};
static METADATA: Rule = Rule {
    id: "cloud-metadata",
    severity: Severity::High,
    harm: "would ask the cloud's metadata service, which hands out the machine's credentials",
    instead: Instead::Run(
        "aws sts get-caller-identity",
        "use the cloud's own tool, which keeps the credential to itself",
    ),
};
static KEYCHAIN: Rule = Rule {
    id: "keychain-dump",
    severity: Severity::High,
    harm: "would print passwords or tokens out of a keychain or a password store",
    instead: Instead::Run("gh auth status", "check that the login works without printing the token"),
};
static ENVIRONMENT_DUMP: Rule = Rule {
    id: "environment-dump",
    severity: Severity::Low,
    harm: "would show the whole environment, with every token in it",
    instead: Instead::Run("printf '%s\\n' \"$PATH\"", "name the one variable that is needed"),
};

/// How secret a path's content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Secrecy {
    Plain,
    /// Certificates and keys of a project, which programs use all day; they only must not leave.
    Key,
    /// `.env` and its like.
    EnvironmentFile,
    /// Private keys and stores of credentials.
    Store,
}

pub(crate) fn judge_effects(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    let keeps_values = LazyCell::new(|| keeps_values(call));
    for effect in effects {
        let Some(rule) = rule_for(call, effect, &keeps_values) else { continue };
        let path = absolute(effect.target, call.directory(), call.scene).unwrap_or_default();
        let located = crate::place::Located { path, place: crate::place::Place::Unknown };
        hits.push(call.hit_on(rule, format!("{} {}", call.shown(0), effect.target.text), &located));
    }
}

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if METADATA_CLIENTS.contains(&call.name) && call.words().iter().any(|word| is_metadata(word.text())) {
        hits.push(call.hit(&METADATA, call.shown(1)));
    }
    if dumps_keychain(call) {
        hits.push(call.hit(&KEYCHAIN, call.shown(2)));
    }
    if dumps_environment(call) {
        hits.push(call.hit(&ENVIRONMENT_DUMP, call.shown(2)));
    }
}

fn rule_for(
    call: &Call<'_>,
    effect: &Effect<'_>,
    keeps_values: &LazyCell<bool, impl FnOnce() -> bool>,
) -> Option<&'static Rule> {
    let secrecy = secrecy_of(effect.target, call);
    if secrecy == Secrecy::Plain || call.is_contained() {
        return None;
    }
    match effect.act {
        Act::Send if secrecy > Secrecy::Key => Some(&EXFILTRATION),
        // Keys of a project that leave are judged with what led there.
        Act::Send => None,
        Act::Mention if call.name == "source" || call.name == "." => None,
        Act::Read | Act::Mention if secrecy == Secrecy::Store && !uses_key(call) => Some(&STORE),
        Act::Move if secrecy == Secrecy::Store => Some(&STORE),
        Act::Read if secrecy == Secrecy::EnvironmentFile && !**keeps_values => Some(&ENVIRONMENT_FILE),
        Act::Delete | Act::Write if secrecy == Secrecy::Store && !is_config_of_tool(effect.target.text) => {
            Some(&STORE_WRITE)
        }
        Act::Read
        | Act::Mention
        | Act::Move
        | Act::Delete
        | Act::Write
        | Act::Append
        | Act::Create
        | Act::Change => None,
    }
}

/// A private key as an argument of a program whose work is to use keys.
fn uses_key(call: &Call<'_>) -> bool {
    matches!(
        call.name,
        "ssh"
            | "scp"
            | "sftp"
            | "ssh-add"
            | "ssh-keygen"
            | "rsync"
            | "ansible"
            | "ansible-playbook"
            | "openssl"
            | "gpg-agent"
            | "autossh"
    )
}

/// Shows names and not values (`grep -c`, `grep -q`, `cut -d= -f1`), or fills `.env` from an example.
fn keeps_values(call: &Call<'_>) -> bool {
    let flag = |letters: &str| {
        call.words().iter().any(|word| {
            word.text().strip_prefix('-').is_some_and(|rest| {
                !rest.starts_with('-') && rest.contains(|letter| letters.contains(letter))
            })
        })
    };
    match call.name {
        "grep" | "rg" | "egrep" | "fgrep" => flag("qcl"),
        "cut" => call.words().iter().any(|word| word.text() == "-f1"),
        _ => false,
    }
}

/// Files beside credentials that tools write as a matter of course.
fn is_config_of_tool(text: &str) -> bool {
    matches!(base_name(text), ".npmrc" | "config" | "config.json" | ".pypirc" | ".netrc" | ".my.cnf")
}

/// How secret what `target` names is, seen from `call`'s folder.
pub(crate) fn secrecy_of(target: Target<'_>, call: &Call<'_>) -> Secrecy {
    if target.text.is_empty() {
        return Secrecy::Plain;
    }
    let home_only = absolute(target, call.directory(), call.scene).unwrap_or_else(|| target.text.to_owned());
    secrecy(&home_only, target.glob)
}

/// How secret the content of `path` is. `glob`: its pattern characters are live.
pub(crate) fn secrecy(path: &str, glob: bool) -> Secrecy {
    if path.starts_with("/dev/") {
        return Secrecy::Plain;
    }
    let folded;
    let lower = if path.bytes().any(|byte| byte == b'\\' || byte.is_ascii_uppercase()) {
        folded = path.to_ascii_lowercase().replace('\\', "/");
        &folded
    } else {
        path
    };
    if !says_something(lower, glob) {
        return Secrecy::Plain;
    }
    let parts: Vec<Part<'_>> = lower.rsplit('/').take(DEEPEST).map(|text| Part::new(text, glob)).collect();
    let Some(name) = parts.first() else { return Secrecy::Plain };
    if PUBLIC.iter().any(|public| name.text.ends_with(public)) {
        return Secrecy::Plain;
    }
    if STORES.iter().any(|store| is_in_store(&parts, store))
        || is_system_store(lower, glob)
        || STORE_NAMES.iter().any(|store| name.could_be(store))
        || name.text.ends_with(".kdbx")
        || name.text.ends_with(".keychain-db")
    {
        return Secrecy::Store;
    }
    if ENVIRONMENT_FILES.iter().any(|file| name.could_be(file))
        || (name.is_pattern && name.text.starts_with(".env"))
        || (name.text.starts_with(".env.") && !name.text.ends_with(".js") && !name.text.ends_with(".ts"))
    {
        return Secrecy::EnvironmentFile;
    }
    if KEYS.iter().any(|suffix| name.text.ends_with(suffix) && name.text.len() > suffix.len())
        || matches!(name.text, "certs" | "private_keys" | "secrets")
    {
        return Secrecy::Key;
    }
    Secrecy::Plain
}

/// Something of the path stands in one of the lists, which is so for few of them.
fn says_something(lower: &str, glob: bool) -> bool {
    let name = base_name(lower);
    let ending = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or("");
    let mut near = lower.rsplit('/').take(BELOW_STORE + 1);
    glob && wildcard::is_pattern(lower)
        || TELLING_NAMES.has(name)
        || TELLING_ENDINGS.has(ending)
        || name.starts_with(".env")
        || SYSTEM_NAMES.has(lower)
        || near.any(|part| STORE_PARTS.has(part))
}

static TELLING_NAMES: Names<{ count(TELLING) }> = Names::of(TELLING);
const TELLING: &[&[&[&str]]] = &[&[STORE_NAMES, ENVIRONMENT_FILES, &["certs", "private_keys", "secrets"]]];
static TELLING_ENDINGS: Names<{ KEYS.len() + 2 }> = Names::of(&[&[KEYS, &[".kdbx", ".keychain-db"]]]);
static SYSTEM_NAMES: Names<{ SYSTEM_STORES.len() }> = Names::of(&[&[SYSTEM_STORES]]);
static STORE_PARTS: Names<{ count(&[STORES]) }> = Names::of(&[STORES]);

/// How far below a store that is a folder a path is in it.
const BELOW_STORE: usize = 3;

/// How many last components of a path are looked at: those of the longest store, and two below it.
const DEEPEST: usize = 6;

/// A component of a path, or a pattern for one.
struct Part<'a> {
    text: &'a str,
    is_pattern: bool,
    /// A pattern that says something of the name: `.e*` may be meant for `.env`, but `*` is not.
    telling: Option<Pattern>,
}

impl<'a> Part<'a> {
    fn new(text: &'a str, glob: bool) -> Self {
        let is_pattern = glob && wildcard::is_pattern(text);
        let is_telling =
            is_pattern && !text.starts_with("*.") && text.bytes().any(|byte| byte.is_ascii_alphanumeric());
        Self { text, is_pattern, telling: is_telling.then(|| Pattern::new(text)) }
    }

    fn could_be(&self, name: &str) -> bool {
        if self.is_pattern {
            self.telling.as_ref().is_some_and(|pattern| pattern.matches(name))
        } else {
            self.text == name
        }
    }
}

/// The path's last components are the store's; below a store that is a folder (`.ssh/*`) two more may follow, and the
/// folder itself stands for what is in it. The components of the path stand last first.
fn is_in_store(parts: &[Part<'_>], store: &[&str]) -> bool {
    let [folder @ .., "*"] = store else { return ends_with(parts, store) };
    (0..=BELOW_STORE).any(|below| {
        let inside = parts.get(..below).unwrap_or_default();
        let above = parts.get(below..).unwrap_or_default();
        // A pattern is not meant for a hidden folder itself (`~/.s*`), but for what is in one (`~/.s*/id_*`).
        let is_named = below > 0 || above.first().is_some_and(|part| !part.is_pattern);
        is_named && inside.last().is_none_or(|part| !part.text.is_empty()) && ends_with(above, folder)
    })
}

fn ends_with(parts: &[Part<'_>], store: &[&str]) -> bool {
    let mut have = parts.iter();
    store.iter().rev().all(|want| have.next().is_some_and(|part| part.could_be(want)))
}

fn is_system_store(lower: &str, glob: bool) -> bool {
    let path = Part::new(lower, glob);
    SYSTEM_STORES.iter().any(|store| path.could_be(store))
}

/// Endings of examples and of public halves.
const PUBLIC: &[&str] = &[
    ".pub",
    ".example",
    ".sample",
    ".template",
    ".dist",
    ".tmpl",
    ".md",
    "known_hosts",
    "authorized_keys",
    "env.d.ts",
    ".encrypted",
    ".enc",
    ".schema",
    ".defaults",
];

/// By their last components.
const STORES: &[&[&str]] = &[
    &[".ssh", "*"],
    &[".aws", "credentials"],
    &[".aws", "config"],
    &[".aws", "sso", "*"],
    &[".aws", "sso", "cache", "*"],
    &[".aws", "cli", "cache", "*"],
    &[".gnupg", "*"],
    &[".gnupg", "private-keys-v1.d", "*"],
    &[".kube", "config"],
    &[".docker", "config.json"],
    &[".config", "gh", "hosts.yml"],
    &[".config", "gcloud", "*"],
    &[".config", "containers", "auth.json"],
    &[".cargo", "credentials"],
    &[".cargo", "credentials.toml"],
    &[".gem", "credentials"],
    &[".azure", "*"],
    &[".config", "op", "*"],
    &[".password-store", "*"],
    &[".terraform.d", "credentials.tfrc.json"],
    &[".config", "git", "credentials"],
    &[".claude", ".credentials.json"],
    &[".config", "rclone", "rclone.conf"],
    &[".config", "hub"],
    &[".config", "netlify", "config.json"],
    &[".vault-token"],
    &[".local", "share", "keyrings", "*"],
    &["library", "keychains", "*"],
    &[".config", "google-chrome", "default", "login data"],
    &[".config", "sops", "age", "keys.txt"],
    &[".config", "doctl", "config.yaml"],
    &[".config", "heroku", "*"],
    &[".snowflake", "connections.toml"],
    &[".databrickscfg"],
    &[".m2", "settings.xml"],
    &[".gradle", "gradle.properties"],
];

const SYSTEM_STORES: &[&str] = &[
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/kubernetes/admin.conf",
    "/etc/krb5.keytab",
    "/proc/self/environ",
    "/proc/1/environ",
    "/etc/master.passwd",
    "/etc/shadow-",
    "/etc/ssl/private",
    "/run/secrets",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "/etc/rancher/k3s/k3s.yaml",
    "/root/.ssh",
];

/// Wherever they stand.
const STORE_NAMES: &[&str] = &[
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    "id_dsa",
    "id_ed25519_sk",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".pgpass",
    ".boto",
    ".s3cfg",
    "serviceaccountkey.json",
    "service-account-key.json",
    "service_account.json",
    "credentials.json",
    "client_secret.json",
    ".htpasswd",
    ".npmrc",
    ".pypirc",
    ".my.cnf",
    ".mylogin.cnf",
    "secrets.yml",
    "secrets.yaml",
    "master.key",
    ".vault_pass",
    "wallet.dat",
    ".databrickscfg",
];

const ENVIRONMENT_FILES: &[&str] = &[
    ".env",
    ".envrc",
    ".env.local",
    ".env.production",
    ".env.development",
    ".env.staging",
    ".env.test",
    ".env.prod",
    ".env.dev",
    ".flaskenv",
    ".dev.vars",
];

const KEYS: &[&str] = &[".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".asc", ".p8", ".ovpn"];

/// Secrets that leave by a pipe, a substitution or a redirection.
pub(crate) fn judge_flow(flow: &Flow, call: &Call<'_>, local: &mut Local, hits: &mut Vec<Hit>) {
    if flow.into != Destination::Network || call.is_contained() {
        return;
    }
    let rule = match &flow.origin {
        Origin::File(path) if secrecy(path, wildcard::is_pattern(path)) > Secrecy::Key => &EXFILTRATION,
        Origin::Environment => &ENVIRONMENT_SENT,
        Origin::File(_)
        | Origin::Network(_)
        | Origin::Decoded(_)
        | Origin::Variable(_)
        | Origin::Output(_) => return,
    };
    if !local.is_receiver(call.line, call.index) {
        hits.push(call.hit(rule, call.shown(1)));
    }
}

const METADATA_CLIENTS: &[&str] = &[
    "curl", "wget", "http", "https", "xh", "nc", "ncat", "python", "python3", "httpie", "aria2c", "lynx",
    "w3m",
];

/// Link-local metadata services: AWS, Azure, GCP, Oracle and OpenStack share one address; ECS and Alibaba have their own.
fn is_metadata(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next().unwrap_or("");
    matches!(
        host,
        "169.254.169.254"
            | "169.254.170.2"
            | "100.100.100.200"
            | "metadata.google.internal"
            | "metadata"
            | "[fd00"
            | "0xa9fea9fe"
            | "2852039166"
            | "169.254.169.123"
    )
}

fn dumps_keychain(call: &Call<'_>) -> bool {
    let words: Vec<_> = call.words().iter().map(shell::Value::text).take(4).collect();
    let has = |word: &str| words.contains(&word);
    let shown = call.command.stdout.is_none();
    match call.name {
        "security" => {
            has("dump-keychain")
                || has("export")
                || (words.iter().any(|word| word.starts_with("find-") && word.ends_with("-password"))
                    && (has("-w") || has("-g")))
        }
        "gpg" | "gpg2" => words.iter().any(|word| word.starts_with("--export-secret")),
        // Handing a token to another program is what these are for; printing it is not.
        "gh" => shown && words.starts_with(&["auth", "token"]),
        "pass" => {
            shown
                && !words.is_empty()
                && !matches!(
                    words.first(),
                    Some(&("ls" | "list" | "find" | "git" | "init" | "insert" | "generate" | "help"))
                )
        }
        "secret-tool" => shown && has("lookup"),
        "vault" => shown && has("read") && words.iter().any(|word| word.contains("secret")),
        "cmdkey" => has("/list"),
        "mimikatz" | "lazagne" | "hashdump" => true,
        _ => false,
    }
}

/// `env`, `printenv`, `export -p` that print to the session.
fn dumps_environment(call: &Call<'_>) -> bool {
    let words = call.words();
    let all = match call.name {
        "env" | "printenv" => words.is_empty() && !call.command.wraps,
        "export" | "declare" => {
            words.len() == 1 && words.iter().any(|word| matches!(word.text(), "-p" | "-x" | "-px"))
        }
        _ => false,
    };
    all && call.command.stdout.is_none() && call.command.redirections.is_empty()
}
