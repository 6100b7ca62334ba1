//! The checklist of a developer who joins: what this machine can answer is answered, the rest is for signing.

use claude_config::mcp::{Scope, servers_of};
use claude_config::settings::Source;
use serde_json::{Value, json};

use super::{Check, Patient, Standing};
use crate::audit::{Level, Subject, permissions};
use crate::charter::people_of;
use crate::{Failure, Io};

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Checked on this machine, and so.
    Verified,
    /// Checked on this machine, and not so.
    Open,
    /// Nobody but the developer can say.
    Sign,
}

/// One line of the checklist.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) state: State,
    phase: &'static str,
    text: &'static str,
    detail: String,
}

impl Item {
    pub(super) fn to_json(&self) -> Value {
        let state = match self.state {
            State::Verified => "verified",
            State::Open => "open",
            State::Sign => "sign",
        };
        json!({ "phase": self.phase, "item": self.text, "state": state, "detail": self.detail })
    }
}

const SETUP: &str = "Setup";
const SECURITY: &str = "Security basics";
const FIRST_WEEK: &str = "First week";
const QUARTERLY: &str = "Quarterly";

/// The fourteen items, in four phases.
pub(super) fn items(patient: &Patient, checks: &[Check], io: &Io<'_>) -> Result<Vec<Item>, Failure> {
    let subject = Subject::read(patient.places.root(), io.now.date_naive())?;
    let sign = |phase, text| Item { state: State::Sign, phase, text, detail: String::new() };
    let from = |phase, text, result: Result<String, String>| match result {
        Ok(detail) => Item { state: State::Verified, phase, text, detail },
        Err(detail) => Item { state: State::Open, phase, text, detail },
    };
    Ok(vec![
        from(SETUP, "Claude Code is installed", of_part(checks, &["client"])),
        from(SETUP, "The hooks are installed and fire", of_part(checks, &["hooks", "versions", "log"])),
        from(SETUP, "The project's configuration loads, at its tier", of_part(checks, &["settings", "tier"])),
        charter(SETUP, "The AI usage charter is read", patient, io)?,
        from(SETUP, "The list of approved MCP servers is there to be read", registry(&subject)),
        from(SECURITY, "No setting of my own opens what the project closes", own_settings(patient, &subject)),
        from(
            SECURITY,
            "No MCP server of my own that the registry does not know",
            own_servers(patient, &subject),
        ),
        sign(SECURITY, "I know how to report an exposure of data"),
        sign(FIRST_WEEK, "One task is done with Claude Code"),
        sign(FIRST_WEEK, "One pull request has a filled section \"AI Disclosure\""),
        sign(FIRST_WEEK, "What gets in the way was told to the tech lead"),
        from(QUARTERLY, "The registry's review is not overdue, and I took part in it", review(&subject, io)),
        charter(QUARTERLY, "Changes of the charter are read", patient, io)?,
        from(QUARTERLY, "No personal override is in place", own_settings(patient, &subject)),
    ])
}

/// The worst of these parts, in words.
fn of_part(checks: &[Check], parts: &[&str]) -> Result<String, String> {
    let own: Vec<&Check> = checks.iter().filter(|check| parts.contains(&check.part)).collect();
    let first_problem = own.iter().find(|check| check.standing == Standing::Problem);
    if let Some(check) = first_problem {
        return Err(check.what.clone());
    }
    match own.iter().find(|check| check.standing == Standing::Good) {
        Some(check) => Ok(check.what.clone()),
        None => Err(own.first().map_or_else(|| "nothing of it is here".into(), |check| check.what.clone())),
    }
}

/// An acknowledgement on record verifies it; without one, reading is the developer's to sign, unless they were asked.
fn charter(phase: &'static str, text: &'static str, patient: &Patient, io: &Io<'_>) -> Result<Item, Failure> {
    let people = people_of(patient.places.root())?;
    let standing = people.get(&io.user);
    let (state, detail) = match standing {
        Some(standing) if standing.is_current() => (State::Verified, standing.told()),
        Some(standing) => (State::Open, format!("{}; `govern charter ack`", standing.told())),
        None => (State::Sign, String::new()),
    };
    Ok(Item { state, phase, text, detail })
}

fn registry(subject: &Subject) -> Result<String, String> {
    let text = subject
        .registry
        .as_deref()
        .ok_or(".claude/mcp-registry.yaml is not there; `govern init` writes it")?;
    let (registry, _) =
        mcp_registry::read(text).map_err(|error| format!(".claude/mcp-registry.yaml: {error}"))?;
    Ok(format!(".claude/mcp-registry.yaml: {} servers approved", registry.approved.len()))
}

/// What of the user's and the local settings weakens the project.
fn own_settings(patient: &Patient, subject: &Subject) -> Result<String, String> {
    let own = [Source::User, Source::Local];
    let mut subject = Subject { alone: true, ..subject.empty() };
    for settings in patient.settings.iter().filter(|settings| own.contains(&settings.source)) {
        subject.local = Some(settings.clone());
        let mut findings = Vec::new();
        permissions::check(&subject, &mut findings);
        crate::audit::settings::switches(settings, &mut findings);
        if let Some(first) = findings.iter().find(|finding| finding.level == Level::Error) {
            return Err(format!("{}: {}", settings.file.display(), first.message));
        }
    }
    Ok("neither the user's nor the local settings do".into())
}

fn own_servers(patient: &Patient, subject: &Subject) -> Result<String, String> {
    let known = subject.registry.as_deref().and_then(|text| mcp_registry::read(text).ok());
    let approved = |name: &str| {
        known.as_ref().is_some_and(|(registry, _)| registry.approved.iter().any(|entry| entry.name == name))
    };
    let mut count = 0;
    for scope in [Scope::User, Scope::Local] {
        let found = servers_of(&patient.places, scope).map_err(|error| error.to_string())?;
        for server in found.servers {
            count += 1;
            if !approved(&server.name) {
                return Err(format!("`{}` is not in the registry", mcp_registry::shown(&server.name)));
            }
        }
    }
    Ok(format!("{count} servers of my own"))
}

fn review(subject: &Subject, io: &Io<'_>) -> Result<String, String> {
    registry(subject)?;
    let text = subject.registry.as_deref().unwrap_or_default();
    let (registry, _) = mcp_registry::read(text).map_err(|error| error.to_string())?;
    let Some(next) = registry.metadata.next_review.as_ref() else {
        return Err("the registry names no next review".into());
    };
    let today = mcp_registry::day_of(io.now);
    if *next < today {
        return Err(format!("the review was due on {next}; `govern mcp review --all`"));
    }
    Ok(format!("the next review is on {next}"))
}

/// The checklist as Markdown, ready to be signed.
pub(super) fn print(items: &[Item], io: &mut Io<'_>) -> Result<(), Failure> {
    writeln!(io.out, "## Claude Code onboarding checklist")?;
    let mut phase = "";
    for item in items {
        if item.phase != phase {
            phase = item.phase;
            writeln!(io.out, "\n### {phase}")?;
        }
        let (mark, note) = match item.state {
            State::Verified => ("x", format!(" (verified: {})", item.detail)),
            State::Open => (" ", format!(" (OPEN: {})", item.detail)),
            State::Sign => (" ", " (to sign)".to_string()),
        };
        writeln!(io.out, "- [{mark}] {}{note}", item.text)?;
    }
    let count = |state| items.iter().filter(|item| item.state == state).count();
    writeln!(
        io.out,
        "\n{} verified, {} open, {} to sign. Checked {} for {}.\n\nSigned: ____________________  Date: __________",
        count(State::Verified),
        count(State::Open),
        count(State::Sign),
        io.now.date_naive(),
        if io.user.is_empty() { "this user" } else { &io.user }
    )?;
    Ok(())
}
