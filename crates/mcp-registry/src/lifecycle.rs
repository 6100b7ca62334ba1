//! How an entry moves: who may take which step from which state, and the history every step leaves. Illegal steps are refused with the
//! rule they break; a step whose outcome would not validate is refused with the fault.

use crate::day::{Day, day_of, days_between, format_day, months_after};
use crate::document::{Document, EditError, Step as At};
use crate::model::{Approved, Pending, Registry, Risk, Scope, Status};
use crate::shown::shown;
use crate::validate::Severity;
use crate::yaml::Node;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value as Json;

/// Length of a sandbox trial, in days.
pub const TRIAL_DAYS: u64 = 14;
/// An advisory check older than this, in days, does not carry a renewal.
pub const ADVISORY_DAYS: i64 = 30;

/// Where an entry is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Absent,
    /// Under review, and not reviewed.
    Requested,
    /// Under review, checks and risk recorded.
    Reviewed,
    Trial,
    AwaitingSecurity,
    Approved,
    Expired,
    Denied,
    Revoked,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Absent => "absent",
            State::Requested => "under_review",
            State::Reviewed => "reviewed",
            State::Trial => "sandbox_trial",
            State::AwaitingSecurity => "awaiting_security",
            State::Approved => "approved",
            State::Expired => "expired",
            State::Denied => "denied",
            State::Revoked => "revoked",
        }
    }
}

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Request,
    Review,
    Trial,
    Approve,
    Deny,
    Revoke,
    Renew,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Action::Request => "request",
            Action::Review => "review",
            Action::Trial => "trial",
            Action::Approve => "approve",
            Action::Deny => "deny",
            Action::Revoke => "revoke",
            Action::Renew => "renew",
        }
    }
}

/// From which states each step is legal.
const LEGAL: &[(Action, &[State])] = &[
    (Action::Request, &[State::Absent, State::Approved, State::Expired, State::Revoked]),
    (Action::Review, &[State::Requested, State::Reviewed]),
    (Action::Trial, &[State::Reviewed]),
    (Action::Approve, &[State::Reviewed, State::AwaitingSecurity]),
    (Action::Deny, &[State::Requested, State::Reviewed, State::Trial, State::AwaitingSecurity]),
    (Action::Revoke, &[State::Approved, State::Expired]),
    (Action::Renew, &[State::Approved, State::Expired]),
];

/// Who acts, when, and why.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    pub by: &'a str,
    pub now: DateTime<Utc>,
    pub why: &'a str,
}

/// Why a step was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Illegal {
        action: &'static str,
        state: &'static str,
    },
    /// The entry stands in the file and does not validate.
    BrokenEntry(String),
    /// One of the rules on who and what; the text says which.
    Rule(String),
    /// The outcome would not validate.
    WouldNotValidate(String),
    Edit(EditError),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Illegal { action, state } => write!(out, "cannot {action} what is {state}"),
            Refusal::BrokenEntry(text) => write!(out, "the entry itself has a mistake: {text}"),
            Refusal::Rule(text) => out.write_str(text),
            Refusal::WouldNotValidate(text) => {
                write!(out, "the registry would not be valid afterwards: {text}")
            }
            Refusal::Edit(error) => write!(out, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Refusal {
        Refusal::Edit(error)
    }
}

/// A step taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub from: State,
    pub to: State,
}

/// The state of a name today: dates move entries too (a trial that ran its time awaits security; an approval past its day is expired).
pub fn state_of(registry: &Registry, name: &str, today: Day) -> State {
    if let Some(entry) = registry.pending.iter().find(|entry| entry.name == name) {
        return match entry.status {
            Status::UnderReview if entry.risk.is_none() => State::Requested,
            Status::UnderReview => State::Reviewed,
            Status::SandboxTrial if entry.trial_ends.is_some_and(|ends| days_between(ends, today) >= 0) => {
                State::AwaitingSecurity
            }
            Status::SandboxTrial => State::Trial,
            Status::AwaitingSecurity => State::AwaitingSecurity,
        };
    }
    if let Some(entry) = registry.approved.iter().find(|entry| entry.name == name) {
        return if days_between(entry.expires, today) > 0 { State::Expired } else { State::Approved };
    }
    match registry.denied.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)) {
        Some(entry) if entry.history.last().is_some_and(|past| past.to == "revoked") => State::Revoked,
        Some(_) => State::Denied,
        None => State::Absent,
    }
}

/// What a developer asks for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub source: &'a str,
    pub use_case: &'a str,
    pub data_scope: Scope,
    pub config: &'a Json,
}

/// What the five-minute audit found: one row per check, `ok` or `fail` with a note, and the risk it comes to.
#[derive(Debug, Clone)]
pub struct Review<'a> {
    pub checks: &'a [(&'a str, bool, &'a str)],
    pub risk: Risk,
}

/// What an approval says beyond the request.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// `None`: as long as is usual for the risk.
    pub expires: Option<Day>,
    pub restrictions: &'a [String],
}

/// Puts a request into `pending_review`. For an approved name it asks for a change; the approval stands until it is decided. What was
/// revoked may be asked for again by a security approver alone; what was denied is lifted by hand, in a reviewed change of the file.
pub fn request(document: &mut Document, asked: &Request<'_>, actor: Actor<'_>) -> Result<Done, Refusal> {
    let (registry, from) = begin(document, asked.name, Action::Request, actor)?;
    if asked.data_scope == Scope::Restricted {
        return rule("RESTRICTED data never enters the model's context: there is nothing to request");
    }
    let mut draft = document.clone();
    let mut history = Vec::new();
    if from == State::Revoked {
        security_only(&registry, actor, "asking again for what was revoked")?;
        let at = position(&draft, "denied", asked.name)?;
        history = past_of(&draft, "denied", at);
        draft.remove("denied", at)?;
    }
    history.push(past(actor, from.name(), State::Requested.name(), asked.use_case));
    let entry = Node::map(vec![
        ("name", Node::word(asked.name)),
        ("version", Node::text(asked.version)),
        ("source", Node::text(asked.source)),
        ("requested_by", Node::text(actor.by)),
        ("requested_date", Node::text(&format_day(day_of(actor.now)))),
        ("use_case", Node::text(asked.use_case)),
        ("proposed_data_scope", Node::word(asked.data_scope.name())),
        ("status", Node::word(Status::UnderReview.name())),
        ("config", Node::from_json(asked.config)),
        ("history", Node::list(history)),
    ]);
    draft.append("pending_review", &entry, &[])?;
    finish(document, draft, Done { from, to: State::Requested })
}

/// Records the audit and its risk. A failed check cannot come to LOW.
pub fn review(
    document: &mut Document,
    name: &str,
    found: &Review<'_>,
    actor: Actor<'_>,
) -> Result<Done, Refusal> {
    let (registry, from) = begin(document, name, Action::Review, actor)?;
    let entry = pending_entry(&registry, name)?;
    not_the_requester(&entry.requested_by, actor, "review")?;
    if let Some((check, _, note)) =
        found.checks.iter().find(|(_, ok, _)| !ok).filter(|_| found.risk == Risk::Low)
    {
        return rule(&format!("check `{check}` failed ({}): that is MEDIUM at least", shown(note)));
    }
    if entry.data_scope >= Some(Scope::Confidential) && found.risk == Risk::Low {
        return rule("access to CONFIDENTIAL data is MEDIUM at least");
    }
    let at = position(document, "pending_review", name)?;
    let mut draft = document.clone();
    let checks = found.checks.iter().map(|(check, ok, note)| {
        let result = Node::word(if *ok { "ok" } else { "fail" });
        Node::map(vec![("check", Node::word(check)), ("result", result), ("note", Node::text(note))])
    });
    let record = Node::map(vec![
        ("by", Node::text(actor.by)),
        ("date", Node::text(&format_day(day_of(actor.now)))),
        ("risk", Node::word(found.risk.name())),
        ("checks", Node::list(checks.collect())),
    ]);
    let here = [At::Key("pending_review"), At::Index(at)];
    draft.set(&[&here[..], &[At::Key("risk")]].concat(), &Node::word(found.risk.name()))?;
    draft.push(&here, "review", &record)?;
    draft.push(&here, "history", &past(actor, from.name(), State::Reviewed.name(), actor.why))?;
    finish(document, draft, Done { from, to: State::Reviewed })
}

/// Begins the two weeks in the sandbox that MEDIUM and HIGH need. The configuration on trial must be pinned.
pub fn trial(document: &mut Document, name: &str, actor: Actor<'_>) -> Result<Done, Refusal> {
    let (registry, from) = begin(document, name, Action::Trial, actor)?;
    let entry = pending_entry(&registry, name)?;
    not_the_requester(&entry.requested_by, actor, "start a trial of")?;
    if entry.risk == Some(Risk::Low) {
        return rule("LOW risk needs no trial; approve it");
    }
    let Some(config) = &entry.config else { return rule("there is no `config` to try") };
    if let Some(danger) =
        crate::dangers(config).iter().find(|danger| matches!(danger.rule, "unpinned" | "shell-launcher"))
    {
        return rule(&format!(
            "what is tried must be what would be approved: {} ({})",
            danger.what, danger.field
        ));
    }
    let today = day_of(actor.now);
    let ends = today.checked_add_days(chrono::Days::new(TRIAL_DAYS)).unwrap_or(today);
    let at = position(document, "pending_review", name)?;
    let here = [At::Key("pending_review"), At::Index(at)];
    let set = |key: &'static str| [&here[..], &[At::Key(key)]].concat();
    let mut draft = document.clone();
    draft.set(&set("status"), &Node::word(Status::SandboxTrial.name()))?;
    draft.set(&set("trial_started"), &Node::text(&format_day(today)))?;
    draft.set(&set("trial_ends"), &Node::text(&format_day(ends)))?;
    draft.push(&here, "history", &past(actor, from.name(), State::Trial.name(), actor.why))?;
    finish(document, draft, Done { from, to: State::Trial })
}

/// Approves: LOW after its review, MEDIUM and HIGH after their trial and by a security approver; never by the requester.
pub fn approve(
    document: &mut Document,
    name: &str,
    approval: Approval<'_>,
    actor: Actor<'_>,
) -> Result<Done, Refusal> {
    let (registry, from) = begin(document, name, Action::Approve, actor)?;
    let entry = pending_entry(&registry, name)?;
    not_the_requester(&entry.requested_by, actor, "approve")?;
    let Some(risk) = entry.risk else { return rule("nobody reviewed it: run `govern mcp review`") };
    if risk > Risk::Low {
        if from == State::Reviewed {
            return rule(&format!("{} risk needs a sandbox trial of {TRIAL_DAYS} days first", risk.name()));
        }
        security_only(&registry, actor, &format!("approving {} risk", risk.name()))?;
    }
    let today = day_of(actor.now);
    let expires = approval.expires.unwrap_or_else(|| months_after(today, risk.usual_months()));
    let mut draft = document.clone();
    let at = position(&draft, "pending_review", name)?;
    let node = draft
        .at(&[At::Key("pending_review"), At::Index(at)])
        .cloned()
        .unwrap_or_else(|| Node::map(Vec::new()));
    let mut history = past_of(&draft, "pending_review", at);
    let mut comments = draft.remove("pending_review", at)?;
    if let Some(old) = draft.position("approved", name) {
        let mut older = past_of(&draft, "approved", old);
        older.append(&mut history);
        history = older;
        comments.extend(draft.remove("approved", old)?);
    }
    history.push(past(actor, from.name(), State::Approved.name(), actor.why));
    let own = |key: &str| node.get(key).cloned().unwrap_or_else(|| Node::text(""));
    let scope = entry.data_scope.unwrap_or(Scope::Internal);
    let restrictions = approval.restrictions.iter().map(|text| Node::text(text)).collect();
    let mut pairs = vec![
        ("name", Node::word(name)),
        ("version", own("version")),
        ("source", own("source")),
        ("approved_by", Node::text(actor.by)),
        ("approved_date", Node::text(&format_day(today))),
        ("expires", Node::text(&format_day(expires))),
        ("data_scope", Node::word(scope.name())),
        ("risk", Node::word(risk.name())),
        ("rationale", Node::text(actor.why)),
        ("requested_by", own("requested_by")),
        ("restrictions", Node::list(restrictions)),
        ("config", own("config")),
        ("last_advisory_check", Node::text(&format_day(today))),
        ("review", own("review")),
        ("history", Node::list(history)),
    ];
    if let Some(hash) = node.get("sha256") {
        pairs.push(("sha256", hash.clone()));
    }
    pairs.retain(|(key, value)| !(value.items().is_empty() && *key == "restrictions"));
    draft.append("approved", &Node::map(pairs), &comments)?;
    finish(document, draft, Done { from, to: State::Approved })
}

/// Denies a request, with the reason. For a change asked of an approved server the approval stays as it is.
pub fn deny(document: &mut Document, name: &str, actor: Actor<'_>) -> Result<Done, Refusal> {
    let (_, from) = begin(document, name, Action::Deny, actor)?;
    let mut draft = document.clone();
    let at = position(&draft, "pending_review", name)?;
    let node = draft
        .at(&[At::Key("pending_review"), At::Index(at)])
        .cloned()
        .unwrap_or_else(|| Node::map(Vec::new()));
    let mut history = past_of(&draft, "pending_review", at);
    history.push(past(actor, from.name(), State::Denied.name(), actor.why));
    let comments = draft.remove("pending_review", at)?;
    if let Some(standing) = draft.position("approved", name) {
        for step in &history {
            draft.push(&[At::Key("approved"), At::Index(standing)], "history", step)?;
        }
    } else {
        draft.append("denied", &denial(name, &node, actor, history), &comments)?;
    }
    finish(document, draft, Done { from, to: State::Denied })
}

/// Takes an approval back, at once: a standing request for a change of it goes too.
pub fn revoke(document: &mut Document, name: &str, actor: Actor<'_>) -> Result<Done, Refusal> {
    let (registry, from) = begin_with(document, name, Action::Revoke, actor, approved_state)?;
    approved_entry(&registry, name)?;
    let mut draft = document.clone();
    let mut comments = Vec::new();
    if let Some(at) = draft.position("pending_review", name) {
        comments = draft.remove("pending_review", at)?;
    }
    let at = position(&draft, "approved", name)?;
    let node =
        draft.at(&[At::Key("approved"), At::Index(at)]).cloned().unwrap_or_else(|| Node::map(Vec::new()));
    let mut history = past_of(&draft, "approved", at);
    history.push(past(actor, from.name(), State::Revoked.name(), actor.why));
    comments.extend(draft.remove("approved", at)?);
    draft.append("denied", &denial(name, &node, actor, history), &comments)?;
    finish(document, draft, Done { from, to: State::Revoked })
}

/// Renews an approval: same rules of two persons and of security, and an advisory check of the last thirty days.
pub fn renew(
    document: &mut Document,
    name: &str,
    approval: Approval<'_>,
    actor: Actor<'_>,
) -> Result<Done, Refusal> {
    let (registry, from) = begin_with(document, name, Action::Renew, actor, approved_state)?;
    let entry = approved_entry(&registry, name)?;
    if let Some(requester) = &entry.requested_by {
        not_the_requester(requester, actor, "renew")?;
    }
    if entry.risk > Risk::Low {
        security_only(&registry, actor, &format!("renewing {} risk", entry.risk.name()))?;
    }
    let today = day_of(actor.now);
    let fresh = entry.last_advisory_check.is_some_and(|day| days_between(day, today) <= ADVISORY_DAYS);
    if !fresh {
        return rule(&format!(
            "no advisory check in the last {ADVISORY_DAYS} days: run `govern mcp advisories` first"
        ));
    }
    let expires = approval.expires.unwrap_or_else(|| months_after(today, entry.risk.usual_months()));
    let at = position(document, "approved", name)?;
    let here = [At::Key("approved"), At::Index(at)];
    let set = |key: &'static str| [&here[..], &[At::Key(key)]].concat();
    let mut draft = document.clone();
    draft.set(&set("approved_by"), &Node::text(actor.by))?;
    draft.set(&set("approved_date"), &Node::text(&format_day(today)))?;
    draft.set(&set("expires"), &Node::text(&format_day(expires)))?;
    draft.push(&here, "history", &past(actor, from.name(), State::Approved.name(), actor.why))?;
    finish(document, draft, Done { from, to: State::Approved })
}

/// Takes a patch version over without a person, as [`crate::plan_bump`] allowed: version, argument, approver and history change; the day it
/// expires does not.
pub fn bump(
    document: &mut Document,
    name: &str,
    bump: &crate::Bump<'_>,
    actor: Actor<'_>,
) -> Result<Done, Refusal> {
    let (registry, from) = begin_with(document, name, Action::Renew, actor, approved_state)?;
    let entry = approved_entry(&registry, name)?;
    if from == State::Expired {
        return rule("an expired approval is renewed, not bumped");
    }
    let at = position(document, "approved", name)?;
    let here = [At::Key("approved"), At::Index(at)];
    let mut draft = document.clone();
    let why = format!("{} -> {}: {}", entry.version, bump.version, actor.why);
    draft.set(&[&here[..], &[At::Key("version")]].concat(), &Node::text(bump.version))?;
    let argument = [&here[..], &[At::Key("config"), At::Key("args"), At::Index(bump.argument)]].concat();
    draft.set(&argument, &Node::text(bump.specification))?;
    draft.set(&[&here[..], &[At::Key("approved_by")]].concat(), &Node::text("policy:auto-patch"))?;
    draft.push(&here, "history", &past(actor, from.name(), State::Approved.name(), &why))?;
    finish(document, draft, Done { from, to: State::Approved })
}

/// Records that the advisories were looked through today.
pub fn stamp_advisory_check(document: &mut Document, name: &str, today: Day) -> Result<(), Refusal> {
    let at = position(document, "approved", name)?;
    let mut draft = document.clone();
    let path = [At::Key("approved"), At::Index(at), At::Key("last_advisory_check")];
    draft.set(&path, &Node::text(&format_day(today)))?;
    *document = draft;
    Ok(())
}

fn denial(name: &str, node: &Node, actor: Actor<'_>, history: Vec<Node>) -> Node {
    let mut pairs = vec![
        ("name", Node::word(name)),
        ("denied_date", Node::text(&format_day(day_of(actor.now)))),
        ("denied_by", Node::text(actor.by)),
        ("reason", Node::text(actor.why)),
    ];
    for key in ["source", "config", "requested_by"] {
        if let Some(value) = node.get(key) {
            pairs.push((key, value.clone()));
        }
    }
    pairs.push(("history", Node::list(history)));
    Node::map(pairs)
}

fn begin(
    document: &Document,
    name: &str,
    action: Action,
    actor: Actor<'_>,
) -> Result<(Registry, State), Refusal> {
    begin_with(document, name, action, actor, state_of)
}

/// A pending change does not hide the approval it is about.
fn approved_state(registry: &Registry, name: &str, today: Day) -> State {
    let only_approved = Registry { pending: Vec::new(), ..registry.clone() };
    state_of(&only_approved, name, today)
}

fn begin_with(
    document: &Document,
    name: &str,
    action: Action,
    actor: Actor<'_>,
    state: fn(&Registry, &str, Day) -> State,
) -> Result<(Registry, State), Refusal> {
    if actor.by.trim().is_empty() {
        return rule("who does this? give `--by NAME`");
    }
    if actor.why.trim().is_empty() {
        return rule("why? give `--why TEXT`; the history keeps it");
    }
    let (registry, faults) = document.registry();
    let broken = ["approved", "pending_review", "denied"].iter().find_map(|list| {
        let at = format!("{list}[{}]", document.position(list, name)?);
        faults.iter().find(|fault| fault.severity == Severity::Error && fault.at.starts_with(&at))
    });
    if let Some(fault) = broken {
        return Err(Refusal::BrokenEntry(fault.to_string()));
    }
    let from = state(&registry, name, day_of(actor.now));
    let legal = LEGAL.iter().any(|(known, states)| *known == action && states.contains(&from));
    if !legal {
        return Err(Refusal::Illegal { action: action.name(), state: from.name() });
    }
    Ok((registry, from))
}

/// The draft becomes the document when it has no error the document had not.
fn finish(document: &mut Document, draft: Document, done: Done) -> Result<Done, Refusal> {
    let errors = |document: &Document| -> Vec<String> {
        let (_, faults) = document.registry();
        let errors = faults.into_iter().filter(|fault| fault.severity == Severity::Error);
        errors.map(|fault| fault.message).collect()
    };
    let before = errors(document);
    if let Some(new) = errors(&draft).into_iter().find(|message| !before.contains(message)) {
        return Err(Refusal::WouldNotValidate(new));
    }
    *document = draft;
    Ok(done)
}

fn rule<T>(text: &str) -> Result<T, Refusal> {
    Err(Refusal::Rule(text.to_owned()))
}

fn not_the_requester(requester: &str, actor: Actor<'_>, what: &str) -> Result<(), Refusal> {
    if requester.trim().eq_ignore_ascii_case(actor.by.trim()) {
        return rule(&format!(
            "{} asked for it and cannot {what} it: two persons are needed",
            shown(actor.by)
        ));
    }
    Ok(())
}

fn security_only(registry: &Registry, actor: Actor<'_>, what: &str) -> Result<(), Refusal> {
    let known = &registry.metadata.security_approvers;
    if known.is_empty() {
        return rule(&format!(
            "{what} needs a security approver, and `metadata.security_approvers` names none"
        ));
    }
    if !known.iter().any(|name| name.eq_ignore_ascii_case(actor.by.trim())) {
        return rule(&format!(
            "{what} needs one of `metadata.security_approvers`; {} is not",
            shown(actor.by)
        ));
    }
    Ok(())
}

fn pending_entry<'r>(registry: &'r Registry, name: &str) -> Result<&'r Pending, Refusal> {
    registry
        .pending
        .iter()
        .find(|entry| entry.name == name)
        .ok_or(Refusal::Illegal { action: "touch", state: "absent" })
}

fn approved_entry<'r>(registry: &'r Registry, name: &str) -> Result<&'r Approved, Refusal> {
    registry
        .approved
        .iter()
        .find(|entry| entry.name == name)
        .ok_or(Refusal::Illegal { action: "touch", state: "absent" })
}

fn position(document: &Document, list: &str, name: &str) -> Result<usize, Refusal> {
    document
        .position(list, name)
        .ok_or_else(|| Refusal::Edit(EditError::NoSuchPlace(format!("{list}.{}", shown(name)))))
}

fn past_of(document: &Document, list: &str, at: usize) -> Vec<Node> {
    let history = document.at(&[At::Key(list), At::Index(at), At::Key("history")]);
    history.map(|node| node.items().to_vec()).unwrap_or_default()
}

fn past(actor: Actor<'_>, from: &str, to: &str, why: &str) -> Node {
    Node::map(vec![
        ("at", Node::text(&actor.now.to_rfc3339_opts(SecondsFormat::Secs, true))),
        ("by", Node::text(actor.by)),
        ("from", Node::word(from)),
        ("to", Node::word(to)),
        ("why", Node::text(why)),
    ])
}
