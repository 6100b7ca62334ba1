//! `govern doctor`: proves on this machine that governance is in force, or says what is not and which command mends it.

mod fires;
mod loaded;
mod log;
mod machine;
mod onboarding;

use std::path::{Path, PathBuf};

use claude_config::Places;
use claude_config::settings::{Settings, files};
use hook_core::policy::{Policy, load, places, resolve};
use hook_core::{Hook, Tier};
use serde_json::{Value, json};

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "doctor",
    about: "prove that governance is in force here, or say what mends it",
    usage: "usage: govern doctor [--onboarding] [--json] [--client PROGRAM]\n\n\
            Run it where you start `claude`. Every hook is run once on a made-up event, by the command line the settings\n\
            hold, with a state folder of its own; nothing is changed.\n\n\
            --onboarding      the checklist of a new developer: what can be checked is, the rest is for signing\n\
            --json            everything as JSON\n\
            --client PROGRAM  the client whose version is asked (default: `claude` on the PATH)\n\n\
            Exit 0 where nothing is wrong, 1 where something is.",
    run,
};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Good,
    /// Worth knowing; does not fail.
    Notice,
    Problem,
}

impl Standing {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Notice => "note",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was checked, in one line, with the command that mends it.
#[derive(Debug, Clone)]
struct Check {
    /// What it is about: `settings`, `hooks`, `tier`, `versions`, `permissions`, `log`, `client`, `charter`.
    part: &'static str,
    standing: Standing,
    what: String,
    mend: Option<String>,
}

fn good(part: &'static str, what: impl Into<String>) -> Check {
    Check { part, standing: Standing::Good, what: what.into(), mend: None }
}

fn notice(part: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { part, standing: Standing::Notice, what: what.into(), mend: Some(mend.into()) }
}

fn problem(part: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { part, standing: Standing::Problem, what: what.into(), mend: Some(mend.into()) }
}

/// What is examined, read once.
struct Patient {
    places: Places,
    settings: Vec<Settings>,
    /// The tier the policy files give, where there are any.
    tier: Option<Tier>,
    client: PathBuf,
}

impl Patient {
    fn read(io: &Io<'_>, client: &str) -> Result<Self, Failure> {
        let places = Places::new(&io.home, &io.cwd, &io.managed);
        let settings = files(&places)?;
        let mut patient = Self { places, settings, tier: None, client: PathBuf::from(client) };
        patient.tier = crate::registry::REGISTRY
            .first()
            .and_then(|row| patient.policy(row.hook).ok())
            .filter(|policy| !policy.files().is_empty())
            .map(|policy| policy.tier());
        Ok(patient)
    }

    /// The policy a hook gets when the client is started here.
    fn policy(&self, hook: &Hook) -> Result<Policy, hook_core::Error> {
        let mut layers = Vec::new();
        let project = Some(self.places.start.as_path());
        for (kind, file) in places(&self.places.home, project, &self.places.managed) {
            layers.extend(load(kind, &file, hook)?);
        }
        Ok(resolve(hook, &layers))
    }

    /// Where `govern install` puts the hooks of a user.
    fn hooks_folder(&self) -> PathBuf {
        self.places.user.join("hooks")
    }

    /// The command that installs the hooks again.
    fn install(&self) -> String {
        format!("govern install {}", self.tier.unwrap_or(Tier::Standard))
    }
}

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let (mut as_json, mut checklist, mut client) = (false, false, "claude");
    let mut rest = arguments;
    loop {
        rest = match rest {
            [] => break,
            ["--json", rest @ ..] => {
                as_json = true;
                rest
            }
            ["--onboarding", rest @ ..] => {
                checklist = true;
                rest
            }
            ["--client", program, rest @ ..] => {
                client = program;
                rest
            }
            [other, ..] => return Err(Failure::Usage(format!("unexpected `{other}`\n{}", COMMAND.usage))),
        };
    }
    let patient = Patient::read(io, client)?;
    let checks = examine(&patient, io)?;
    let items = onboarding::items(&patient, &checks, io)?;
    match (as_json, checklist) {
        (true, _) => writeln!(io.out, "{:#}", to_json(&checks, &items, &patient))?,
        (false, true) => onboarding::print(&items, io)?,
        (false, false) => print(&checks, io)?,
    }
    let failed = if checklist {
        items.iter().any(|item| item.state == onboarding::State::Open)
    } else {
        checks.iter().any(|check| check.standing == Standing::Problem)
    };
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}

fn examine(patient: &Patient, io: &Io<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = loaded::checks(patient);
    checks.extend(loaded::drift(patient, io)?);
    checks.extend(fires::checks(patient)?);
    checks.extend(machine::checks(patient));
    checks.extend(log::checks(io));
    checks.extend(acknowledged(patient, io)?);
    Ok(checks)
}

/// Whether this user acknowledged the charter, where they were asked to.
fn acknowledged(patient: &Patient, io: &Io<'_>) -> Result<Option<Check>, Failure> {
    let people = crate::charter::people_of(patient.places.root())?;
    Ok(people.get(&io.user).map(|standing| {
        let what = format!("{}: {}", crate::charter::CHARTER, standing.told());
        if standing.is_current() {
            good("charter", what)
        } else {
            notice("charter", what, "govern charter ack")
        }
    }))
}

fn print(checks: &[Check], io: &mut Io<'_>) -> Result<(), Failure> {
    for check in checks {
        writeln!(io.out, "{:<8} {:<11} {}", check.standing.name(), check.part, check.what)?;
        if let Some(mend) = &check.mend {
            writeln!(io.out, "{:<20} -> {mend}", "")?;
        }
    }
    let count = |standing| checks.iter().filter(|check| check.standing == standing).count();
    writeln!(
        io.out,
        "{} checks: {} problems, {} notes",
        checks.len(),
        count(Standing::Problem),
        count(Standing::Notice)
    )?;
    Ok(())
}

fn to_json(checks: &[Check], items: &[onboarding::Item], patient: &Patient) -> Value {
    let rows: Vec<Value> = checks
        .iter()
        .map(|check| {
            json!({ "part": check.part, "standing": check.standing.name(), "what": check.what, "mend": check.mend })
        })
        .collect();
    json!({
        "ok": checks.iter().all(|check| check.standing != Standing::Problem),
        "tier": patient.tier.map(Tier::name),
        "start": patient.places.start,
        "checks": rows,
        "onboarding": items.iter().map(onboarding::Item::to_json).collect::<Vec<_>>(),
    })
}

/// A path as one word of a command line.
fn word(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.chars().all(|c| c.is_alphanumeric() || "/._-~+@".contains(c)) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
