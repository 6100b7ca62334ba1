//! `govern stop` and `govern resume`: the kill switch, for one session or for all.

use hook_core::{StateDirectory, stop_marker};
use serde_json::{Map, Value};

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const STOP: Command = Command {
    name: "stop",
    about: "make every guard deny from the next call on",
    usage: "usage: govern stop [--session ID|--all] --why TEXT",
    run: stop,
};

pub(super) const RESUME: Command = Command {
    name: "resume",
    about: "end a stop",
    usage: "usage: govern resume [--session ID|--all]",
    run: resume,
};

fn stop(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, STOP.usage)?;
    let Some(why) = request.why.filter(|why| !why.trim().is_empty()) else {
        return Err(Failure::Usage(format!(
            "--why is missing: everybody who is stopped will read it\n{}",
            STOP.usage
        )));
    };
    let state = StateDirectory::new(&io.state);
    state.write(&stop_marker(request.session), why.as_bytes())?;
    log(io, "stop", &request, why)?;
    writeln!(io.out, "Stopped {}. `govern resume` ends it.", request.whom())?;
    Ok(Exit::Clean)
}

fn resume(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, RESUME.usage)?;
    let state = StateDirectory::new(&io.state);
    let marker = stop_marker(request.session);
    if !state.exists(&marker) {
        writeln!(io.out, "There is no stop for {}.", request.whom())?;
        return Ok(Exit::Clean);
    }
    state.remove(&marker)?;
    log(io, "resume", &request, request.why.unwrap_or_default())?;
    writeln!(io.out, "Resumed {}.", request.whom())?;
    Ok(Exit::Clean)
}

struct Request<'a> {
    session: Option<&'a str>,
    why: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn read(arguments: &[&'a str], usage: &str) -> Result<Self, Failure> {
        let mut request = Self { session: None, why: None };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => return Ok(request),
                ["--all", rest @ ..] => rest,
                ["--session", session, rest @ ..] => {
                    request.session = Some(session);
                    rest
                }
                ["--why", why, rest @ ..] => {
                    request.why = Some(why);
                    rest
                }
                [unknown, ..] => return Err(Failure::Usage(format!("unexpected `{unknown}`\n{usage}"))),
            };
        }
    }

    fn whom(&self) -> String {
        self.session.map_or_else(|| "all sessions".to_string(), |session| format!("session {session}"))
    }
}

/// Both ends of a stop are on record.
fn log(io: &Io<'_>, what: &str, request: &Request<'_>, why: &str) -> Result<(), Failure> {
    let mut record: Map<String, Value> = Map::new();
    record.insert("type".into(), "kill_switch".into());
    record.insert("action".into(), what.into());
    record.insert("scope".into(), request.session.unwrap_or("all").into());
    record.insert("user".into(), io.user.clone().into());
    record.insert("why".into(), why.into());
    ledger::append(&StateDirectory::new(&io.state).ledger(), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
}
