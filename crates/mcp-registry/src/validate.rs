//! From YAML to a [`Registry`]: every mistake with its line and column, and no mistake that approves anything.

use crate::day::{Day, days_between, parse_day};
use crate::model::{Approved, Denied, Metadata, Past, Pending, Registry, Risk, Scope, Status};
use crate::server::Server;
use crate::shown::shown;
use crate::yaml::{self, Node, Place, Value, YamlError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The entry does not count.
    Error,
    Warning,
}

/// One thing wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub severity: Severity,
    pub place: Place,
    /// `approved[0].expires`.
    pub at: String,
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "line {} column {}: {}: {}", self.place.line, self.place.column, self.at, self.message)
    }
}

const TOP: &[&str] =
    &["metadata", "approved", "pending_review", "denied", "version_bump_policy", "incident_response"];
const METADATA: &[&str] = &[
    "organization",
    "review_cycle",
    "last_reviewed",
    "next_review",
    "owner",
    "policy_doc",
    "security_approvers",
    "request_url",
    "cooldown_days",
];
const APPROVED: &[&str] = &[
    "name",
    "version",
    "source",
    "npm_package",
    "package",
    "approved_by",
    "approved_date",
    "expires",
    "data_scope",
    "risk",
    "rationale",
    "restrictions",
    "config",
    "requested_by",
    "requested_date",
    "use_case",
    "sha256",
    "tools_lock",
    "last_advisory_check",
    "last_reviewed",
    "review",
    "history",
    "notes",
];
const PENDING: &[&str] = &[
    "name",
    "version",
    "requested_by",
    "requested_date",
    "source",
    "npm_package",
    "package",
    "use_case",
    "proposed_data_scope",
    "data_scope",
    "status",
    "reviewer",
    "expected_decision",
    "notes",
    "config",
    "risk",
    "review",
    "trial_started",
    "trial_ends",
    "sha256",
    "history",
];
const DENIED: &[&str] = &[
    "name",
    "denied_date",
    "denied_by",
    "reason",
    "requested_by",
    "alternative",
    "config",
    "npm_package",
    "package",
    "source",
    "version",
    "history",
    "notes",
];
const PAST: &[&str] = &["at", "by", "from", "to", "why"];

/// Reads and checks a registry. `Err` only when the text is no YAML tree at all; everything else is in the faults.
pub fn read(text: &str) -> Result<(Registry, Vec<Fault>), YamlError> {
    let root = yaml::parse(text)?;
    Ok(read_node(&root))
}

pub(crate) fn read_node(root: &Node) -> (Registry, Vec<Fault>) {
    let mut check = Check::default();
    let mut registry = Registry::default();
    if !matches!(root.value, Value::Map(_) | Value::Null) {
        check.error(
            root.place,
            "registry",
            "the file must be a mapping with `approved`, `pending_review` and `denied`",
        );
        return (registry, check.faults);
    }
    check.keys(root, "registry", TOP, Severity::Warning);
    registry.metadata = root.get("metadata").map(|node| check.metadata(node)).unwrap_or_default();
    registry.approved = check.entries(root, "approved", Check::approved);
    registry.pending = check.entries(root, "pending_review", Check::pending);
    registry.denied = check.entries(root, "denied", Check::denied);
    check.names(root);
    check.approvers(&registry, root);
    check.faults.sort_by_key(|fault| fault.place);
    (registry, check.faults)
}

#[derive(Default)]
struct Check {
    faults: Vec<Fault>,
}

/// An entry being read: its node, and where it stands.
struct Entry<'a> {
    node: &'a Node,
    at: String,
    errors: usize,
}

impl Check {
    fn push(&mut self, severity: Severity, place: Place, at: &str, message: &str) {
        self.faults.push(Fault { severity, place, at: at.to_owned(), message: message.to_owned() });
    }

    fn error(&mut self, place: Place, at: &str, message: &str) {
        self.push(Severity::Error, place, at, message);
    }

    fn errors(&self) -> usize {
        self.faults.iter().filter(|fault| fault.severity == Severity::Error).count()
    }

    fn keys(&mut self, node: &Node, at: &str, known: &[&str], severity: Severity) {
        for (key, _) in node.pairs() {
            if !known.contains(&key.text.as_str()) {
                let near = known
                    .iter()
                    .find(|name| name.eq_ignore_ascii_case(&key.text) || is_near(name, &key.text));
                let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                self.push(severity, key.place, at, &format!("unknown key `{}`{hint}", shown(&key.text)));
            }
        }
    }

    fn entries<T>(
        &mut self,
        root: &Node,
        list: &str,
        read: fn(&mut Check, &mut Entry<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = root.get(list) else { return Vec::new() };
        if !matches!(node.value, Value::List(_) | Value::Null) {
            self.error(node.place, list, "must be a list");
        }
        let mut out = Vec::new();
        for (index, node) in node.items().iter().enumerate() {
            let at = format!("{list}[{index}]");
            let mut entry = Entry { node, at, errors: self.errors() };
            if !matches!(node.value, Value::Map(_)) {
                self.error(node.place, &entry.at, "must be a mapping with a `name`");
                continue;
            }
            out.extend(read(self, &mut entry));
        }
        out
    }

    fn metadata(&mut self, node: &Node) -> Metadata {
        self.keys(node, "metadata", METADATA, Severity::Warning);
        let entry = Entry { node, at: "metadata".into(), errors: 0 };
        Metadata {
            owner: self.optional(&entry, "owner").unwrap_or_default(),
            review_cycle: self.optional(&entry, "review_cycle").unwrap_or_default(),
            next_review: self.optional_day(&entry, "next_review"),
            last_reviewed: self.optional_day(&entry, "last_reviewed"),
            security_approvers: self.texts(&entry, "security_approvers"),
            request_url: self.optional(&entry, "request_url"),
            cooldown_days: self.optional(&entry, "cooldown_days").and_then(|text| text.parse().ok()),
        }
    }

    fn approved(&mut self, entry: &mut Entry<'_>) -> Option<Approved> {
        self.keys(entry.node, &entry.at, APPROVED, Severity::Error);
        let name = self.name(entry);
        let version = self.required(entry, "version");
        let source = self.required(entry, "source");
        let approved_by = self.required(entry, "approved_by");
        let approved_date = self.required_day(entry, "approved_date");
        let expires = self.required_day(entry, "expires");
        let data_scope =
            self.choice(entry, "data_scope", Scope::parse, "PUBLIC, INTERNAL, CONFIDENTIAL or RESTRICTED");
        let risk = self.choice(entry, "risk", Risk::parse, "LOW, MEDIUM or HIGH");
        let rationale = self.required(entry, "rationale");
        let config = self.config(entry);
        if config.is_none() && entry.node.get("config").is_none() {
            self.error(
                entry.node.place,
                &entry.at,
                "no `config`: an approval is of what runs, not of a name",
            );
        }
        if data_scope == Some(Scope::Restricted) {
            let place = place_of(entry.node, "data_scope");
            self.error(
                place,
                &entry.at,
                "RESTRICTED data never enters the model's context; no server is approved for it",
            );
        }
        if let (Some(from), Some(to), Some(risk)) = (approved_date, expires, risk) {
            self.lifetime(entry, from, to, risk);
        }
        let requested_by = self.optional(entry, "requested_by");
        if let (Some(requester), Some(approver)) = (&requested_by, &approved_by)
            && requester.eq_ignore_ascii_case(approver)
        {
            self.error(
                place_of(entry.node, "approved_by"),
                &entry.at,
                "approved by the person who asked for it",
            );
        }
        let sha256 = self.sha256(entry);
        if let (Some(config), Some(version)) = (&config, &version) {
            self.pinned(entry, config, version, sha256.is_some());
        }
        let (restrictions, history) = (self.texts(entry, "restrictions"), self.history(entry));
        let last_advisory_check = self.optional_day(entry, "last_advisory_check");
        if self.errors() > entry.errors {
            return None;
        }
        Some(Approved {
            name: name?,
            version: version?,
            source: source?,
            approved_by: approved_by?,
            approved_date: approved_date?,
            expires: expires?,
            data_scope: data_scope?,
            risk: risk?,
            rationale: rationale?,
            restrictions,
            config: config?,
            requested_by,
            sha256,
            last_advisory_check,
            history,
            line: entry.node.place.line,
        })
    }

    fn pending(&mut self, entry: &mut Entry<'_>) -> Option<Pending> {
        self.keys(entry.node, &entry.at, PENDING, Severity::Error);
        let name = self.name(entry);
        let requested_by = self.required(entry, "requested_by");
        let requested_date = self.required_day(entry, "requested_date");
        let use_case = self.required(entry, "use_case");
        let status =
            self.choice(entry, "status", Status::parse, "under_review, sandbox_trial or awaiting_security");
        let risk = entry
            .node
            .get("risk")
            .and_then(|_| self.choice(entry, "risk", Risk::parse, "LOW, MEDIUM or HIGH"));
        let key = if entry.node.get("data_scope").is_some() { "data_scope" } else { "proposed_data_scope" };
        let known = "PUBLIC, INTERNAL, CONFIDENTIAL or RESTRICTED";
        let data_scope = entry.node.get(key).and_then(|_| self.choice(entry, key, Scope::parse, known));
        let trial_ends = self.optional_day(entry, "trial_ends");
        if status == Some(Status::SandboxTrial)
            && (trial_ends.is_none() || entry.node.get("config").is_none())
        {
            let place = place_of(entry.node, "status");
            self.push(
                Severity::Warning,
                place,
                &entry.at,
                "a trial without `config` and `trial_ends` allows nothing",
            );
        }
        let config = self.config(entry);
        let (version, source) = (self.optional(entry, "version"), self.optional(entry, "source"));
        let history = self.history(entry);
        if self.errors() > entry.errors {
            return None;
        }
        Some(Pending {
            name: name?,
            requested_by: requested_by?,
            requested_date: requested_date?,
            version,
            source,
            use_case: use_case?,
            data_scope,
            status: status?,
            risk,
            trial_ends,
            config,
            history,
            line: entry.node.place.line,
        })
    }

    /// A denial counts as soon as it has a name: a mistake beside it must not let the server in.
    fn denied(&mut self, entry: &mut Entry<'_>) -> Option<Denied> {
        self.keys(entry.node, &entry.at, DENIED, Severity::Warning);
        let name = self.name(entry)?;
        let package = self.optional(entry, "npm_package").or_else(|| self.optional(entry, "package"));
        Some(Denied {
            name,
            denied_date: self.required_day(entry, "denied_date"),
            reason: self.required(entry, "reason").unwrap_or_else(|| "no reason given".to_owned()),
            config: self.config(entry),
            package,
            history: self.history(entry),
            line: entry.node.place.line,
        })
    }

    fn lifetime(&mut self, entry: &Entry<'_>, from: Day, to: Day, risk: Risk) {
        let place = place_of(entry.node, "expires");
        let days = days_between(from, to);
        if days <= 0 {
            self.error(place, &entry.at, "`expires` does not lie after `approved_date`");
        } else if days > risk.longest_days() {
            let message =
                format!("{days} days is longer than {} risk allows ({})", risk.name(), risk.longest_days());
            self.error(place, &entry.at, &message);
        }
    }

    fn pinned(&mut self, entry: &Entry<'_>, config: &Server, version: &str, hashed: bool) {
        let place = place_of(entry.node, "config");
        let Some(program) = config.program() else {
            if config.address().is_none() {
                self.error(place, &entry.at, "the address cannot be read, or a variable decides it");
            }
            return;
        };
        if program.inline_code.is_some() || program.family == crate::Family::Shell {
            let message = "a shell or a line of code cannot be pinned";
            return self.error(place, &entry.at, message);
        }
        if let Some(package) = program.packages.iter().find(|package| package.pin.is_loose()) {
            let message = format!("unpinned: {} has {}", shown(&package.name), package.pin);
            return self.error(place, &entry.at, &message);
        }
        let Some(first) = program.packages.first() else { return };
        match first.pin.version() {
            Some(pinned) if !same_version(pinned, version) && !matches!(first.pin, crate::Pin::Digest(_)) => {
                let message =
                    format!("`version` is {} but the arguments start {}", shown(version), shown(pinned));
                self.error(place_of(entry.node, "version"), &entry.at, &message);
            }
            None if !hashed => {
                let message = format!("{}; add `sha256` to tie the approval to its content", first.pin);
                self.push(Severity::Warning, place, &entry.at, &message);
            }
            Some(_) | None => {}
        }
    }

    fn config(&mut self, entry: &Entry<'_>) -> Option<Server> {
        let node = entry.node.get("config")?;
        let list_of_text =
            node.get("args").is_none_or(|args| args.items().iter().all(|item| item.as_text().is_some()));
        if !list_of_text {
            self.error(place_of(node, "args"), &entry.at, "`args` must be a list of texts");
            return None;
        }
        match Server::from_json(&node.to_json()) {
            Ok(server) => Some(server),
            Err(error) => {
                self.error(node.place, &format!("{}.config", entry.at), &error.to_string());
                None
            }
        }
    }

    fn history(&mut self, entry: &Entry<'_>) -> Vec<Past> {
        let Some(node) = entry.node.get("history") else { return Vec::new() };
        let mut out = Vec::new();
        for step in node.items() {
            let text = |key: &str| step.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
            self.keys(step, &format!("{}.history", entry.at), PAST, Severity::Warning);
            out.push(Past {
                at: text("at"),
                by: text("by"),
                from: text("from"),
                to: text("to"),
                why: text("why"),
            });
        }
        out
    }

    fn name(&mut self, entry: &Entry<'_>) -> Option<String> {
        let name = self.required(entry, "name")?;
        if name.len() > 128 || name.chars().any(|letter| !(' '..='~').contains(&letter)) {
            self.error(
                place_of(entry.node, "name"),
                &entry.at,
                "a name is at most 128 printable ASCII characters",
            );
            return None;
        }
        Some(name)
    }

    fn sha256(&mut self, entry: &Entry<'_>) -> Option<String> {
        let text = self.optional(entry, "sha256")?;
        if !crate::pin::is_hexadecimal(&text, 64) {
            self.error(place_of(entry.node, "sha256"), &entry.at, "a sha256 is 64 hexadecimal digits");
            return None;
        }
        Some(text.to_ascii_lowercase())
    }

    fn required(&mut self, entry: &Entry<'_>, key: &str) -> Option<String> {
        if entry.node.get(key).is_none_or(Node::is_null) {
            self.error(entry.node.place, &entry.at, &format!("`{key}` is missing"));
            return None;
        }
        self.optional(entry, key)
    }

    fn optional(&mut self, entry: &Entry<'_>, key: &str) -> Option<String> {
        let node = entry.node.get(key).filter(|node| !node.is_null())?;
        let text = node.as_text().map(str::to_owned);
        if text.is_none() {
            self.error(node.place, &entry.at, &format!("`{key}` must be text"));
        }
        text
    }

    fn required_day(&mut self, entry: &Entry<'_>, key: &str) -> Option<Day> {
        self.required(entry, key)?;
        self.optional_day(entry, key)
    }

    fn optional_day(&mut self, entry: &Entry<'_>, key: &str) -> Option<Day> {
        let text = self.optional(entry, key)?;
        let day = parse_day(&text);
        if day.is_none() {
            let message = format!("`{key}` is `{}`; a date is written YYYY-MM-DD", shown(&text));
            self.error(place_of(entry.node, key), &entry.at, &message);
        }
        day
    }

    fn choice<T>(
        &mut self,
        entry: &Entry<'_>,
        key: &str,
        parse: fn(&str) -> Option<T>,
        known: &str,
    ) -> Option<T> {
        let text = self.required(entry, key)?;
        let value = parse(&text);
        if value.is_none() {
            let message = format!("`{key}` is `{}`; it must be {known}", shown(&text));
            self.error(place_of(entry.node, key), &entry.at, &message);
        }
        value
    }

    fn texts(&mut self, entry: &Entry<'_>, key: &str) -> Vec<String> {
        let Some(node) = entry.node.get(key) else { return Vec::new() };
        if !matches!(node.value, Value::List(_) | Value::Null) {
            self.error(node.place, &entry.at, &format!("`{key}` must be a list"));
        }
        node.items().iter().filter_map(Node::as_text).map(str::to_owned).collect()
    }

    /// One name, one verdict: twice in a list, or in two lists, nobody knows which counts. A version bump under review
    /// is the one case where a name is approved and pending.
    fn names(&mut self, root: &Node) {
        let mut seen: Vec<(String, &str)> = Vec::new();
        for list in ["approved", "denied", "pending_review"] {
            for (index, node) in root.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
                let Some(name) = node.get("name").and_then(Node::as_text) else { continue };
                let lower = name.to_ascii_lowercase();
                let other = seen.iter().find(|(known, _)| *known == lower).map(|(_, list)| *list);
                let bump = other == Some("approved") && list == "pending_review";
                if let Some(other) = other.filter(|_| !bump) {
                    let message = format!("`{}` stands in `{other}` already", shown(name));
                    self.error(place_of(node, "name"), &format!("{list}[{index}]"), &message);
                }
                seen.push((lower, list));
            }
        }
    }

    fn approvers(&mut self, registry: &Registry, root: &Node) {
        let known = &registry.metadata.security_approvers;
        for (entry, node) in registry.approved.iter().filter_map(|entry| {
            let nodes = root.get("approved").map(Node::items).unwrap_or_default();
            Some((entry, nodes.iter().find(|node| node.place.line == entry.line)?))
        }) {
            let security = known.iter().any(|name| name.eq_ignore_ascii_case(&entry.approved_by));
            if entry.risk > Risk::Low && !security {
                let message = format!(
                    "{} risk, approved by {}, who is not in `metadata.security_approvers`",
                    entry.risk.name(),
                    shown(&entry.approved_by)
                );
                self.push(Severity::Warning, place_of(node, "approved_by"), &entry.name, &message);
            }
        }
    }
}

fn place_of(node: &Node, key: &str) -> Place {
    node.get(key).map_or(node.place, |value| value.place)
}

fn same_version(pinned: &str, version: &str) -> bool {
    let bare = |text: &str| text.strip_prefix('v').unwrap_or(text).to_owned();
    bare(pinned) == bare(version)
}

/// One letter more, less or other: `expire` for `expires`.
fn is_near(known: &str, given: &str) -> bool {
    let (long, short) = if known.len() >= given.len() { (known, given) } else { (given, known) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let head = long.bytes().zip(short.bytes()).take_while(|(a, b)| a == b).count();
    let tail = long.bytes().rev().zip(short.bytes().rev()).take_while(|(a, b)| a == b).count();
    head + tail + 1 >= long.len()
}
