//! `govern integrity`: what of the MCP configuration was accepted, what is different now, and accepting it.

use std::time::Duration;

use claude_config::Places;
use hook_core::StateDirectory;
use mcp_config_integrity::{Accept, BASELINE_FILE, Baseline, Inventory, Key, What, changes};
use mcp_registry::{dangers, shown};
use serde_json::{Map, Value};

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "integrity",
    about: "show and accept changes of the MCP configuration",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
usage: govern integrity baseline [--by NAME] [--why TEXT]
       govern integrity check
       govern integrity accept NAME|--all --why TEXT [--scope SCOPE] [--by NAME]";

/// How long to wait for another process that writes the baseline.
const LOCK_WAIT: Duration = Duration::from_secs(2);

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["baseline", rest @ ..] => {
            accept(&Wish { everything: true, why: Some("first baseline"), ..Wish::read(rest)? }, io)
        }
        ["check"] => check(io),
        ["accept", rest @ ..] => accept(&Wish::read(rest)?, io),
        _ => Err(Failure::Usage(USAGE.to_owned())),
    }
}

#[derive(Default, Clone, Copy)]
struct Wish<'a> {
    name: Option<&'a str>,
    everything: bool,
    scope: Option<&'a str>,
    by: Option<&'a str>,
    why: Option<&'a str>,
}

impl<'a> Wish<'a> {
    fn read(arguments: &[&'a str]) -> Result<Self, Failure> {
        let mut wish = Wish::default();
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => return Ok(wish),
                ["--all", rest @ ..] => {
                    wish.everything = true;
                    rest
                }
                ["--scope", scope, rest @ ..] => {
                    wish.scope = Some(scope);
                    rest
                }
                ["--by", by, rest @ ..] => {
                    wish.by = Some(by);
                    rest
                }
                ["--why", why, rest @ ..] => {
                    wish.why = Some(why);
                    rest
                }
                [name, rest @ ..] if !name.starts_with('-') && wish.name.is_none() => {
                    wish.name = Some(name);
                    rest
                }
                [unknown, ..] => return Err(Failure::Usage(format!("unexpected `{unknown}`\n{USAGE}"))),
            };
        }
    }

    fn covers(&self, key: &Key) -> bool {
        let named = self.everything || self.name == Some(key.name.as_str());
        named && self.scope.is_none_or(|scope| scope == key.scope)
    }
}

fn project(io: &Io<'_>) -> std::path::PathBuf {
    io.cwd.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&io.cwd).to_path_buf()
}

/// Which accepted servers this folder can see at all.
fn here(io: &Io<'_>) -> impl Fn(&Key) -> bool + use<> {
    let project = project(io).to_string_lossy().into_owned();
    move |key: &Key| matches!(key.scope.as_str(), "user" | "managed") || key.owner.starts_with(&project)
}

fn inventory(io: &Io<'_>) -> Result<Inventory, Failure> {
    Ok(Inventory::read(&Places::new(&io.home, &project(io), &io.managed))?)
}

fn check(io: &mut Io<'_>) -> Result<Exit, Failure> {
    let inventory = inventory(io)?;
    let bytes = StateDirectory::new(&io.state).read(BASELINE_FILE)?.unwrap_or_default();
    let baseline = Baseline::parse(&String::from_utf8_lossy(&bytes));
    let mut clean = true;
    if let Some(line) = baseline.broken() {
        clean = false;
        writeln!(
            io.out,
            "the record of accepted servers was changed by hand at line {line}; nothing behind it counts"
        )?;
    }
    for change in changes(&inventory, &baseline, &here(io)) {
        clean = false;
        writeln!(io.out, "{}", change.told())?;
    }
    for server in &inventory.servers {
        for danger in server.server.iter().flat_map(dangers) {
            writeln!(
                io.out,
                "note: `{}` ({}) {}: {}",
                shown(&server.key.name),
                server.key.scope,
                danger.field,
                danger.what
            )?;
        }
    }
    for problem in &inventory.problems {
        writeln!(io.err, "{problem}")?;
    }
    if clean {
        writeln!(io.out, "{} servers, all as accepted", inventory.servers.len())?;
    }
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}

/// Accepts what is different now. A baseline that was changed by hand is begun anew, and the audit log says so.
fn accept(wish: &Wish<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let why = wish.why.filter(|why| !why.trim().is_empty());
    let why = why.ok_or_else(|| Failure::Usage(format!("--why is missing: the record keeps it\n{USAGE}")))?;
    if wish.name.is_none() && !wish.everything {
        return Err(Failure::Usage(format!("accept what? NAME or --all\n{USAGE}")));
    }
    let user = io.user.clone();
    let by = wish.by.unwrap_or(&user);
    let inventory = inventory(io)?;
    let state = StateDirectory::new(&io.state);
    let here = here(io);
    let now = io.now;
    let (told, head, renewed) = state.update(BASELINE_FILE, LOCK_WAIT, |before| {
        let text = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
        let read = Baseline::parse(&text);
        let renewed = read.broken().is_some();
        let (mut text, mut baseline) =
            if renewed { (String::new(), Baseline::default()) } else { (text, read.clone()) };
        let mut told = Vec::new();
        for change in changes(&inventory, &read, &here).iter().filter(|change| wish.covers(change.key)) {
            let server = match &change.what {
                What::Added(server) | What::Changed(server, _) => server.server.as_ref().ok(),
                What::Unreadable(_) => continue,
                What::Removed => None,
            };
            text.push_str(&baseline.append(&Accept { key: change.key, server, by, why }, now));
            told.push(change.told());
        }
        Ok((text.into_bytes(), (told, baseline.head().to_owned(), renewed)))
    })?;
    for line in &told {
        writeln!(io.out, "accepted: {line}")?;
    }
    if told.is_empty() {
        writeln!(io.out, "nothing to accept")?;
        return Ok(Exit::Clean);
    }
    record(io, by, why, (&told, &head, renewed))?;
    Ok(Exit::Clean)
}

/// The log keeps the head of the chain, so that a baseline cut short is noticed.
fn record(io: &Io<'_>, by: &str, why: &str, done: (&[String], &str, bool)) -> Result<(), Failure> {
    let (told, head, renewed) = done;
    let mut record: Map<String, Value> = Map::new();
    record.insert("type".into(), "mcp_accept".into());
    record.insert("by".into(), shown(by).into());
    record.insert("user".into(), io.user.clone().into());
    record.insert("why".into(), shown(why).into());
    record.insert("accepted".into(), told.to_vec().into());
    record.insert("baseline_head".into(), head.into());
    record.insert("baseline_renewed".into(), renewed.into());
    ledger::append(&StateDirectory::new(&io.state).ledger(), io.now, record)
        .map(drop)
        .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
}
