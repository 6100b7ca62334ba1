//! What the hooks would say to an event, without recording it and without touching the real state.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hook_core::clock::Uptime;
use hook_core::{Considered, Error, Event, Hook, Policy, Tier, World};

use crate::Io;
use crate::commands::install::{Tools, Wire, wires};
use crate::registry::REGISTRY;

/// One hook's word on one event.
#[derive(Debug)]
pub struct Said {
    pub hook: &'static Hook,
    pub answer: Result<Considered, Error>,
    /// How long the hook thought, in microseconds.
    pub micros: u128,
    /// Whether the tier in force puts this hook on this event at all.
    pub wired: bool,
}

/// A world like the caller's with a state folder of its own, so that trying something leaves no trace.
pub struct Simulation {
    state: tempfile::TempDir,
    world: World,
    /// Policies by hook, where one policy holds for every event.
    policies: RefCell<HashMap<&'static str, Policy>>,
    wires: Vec<(Wire, Tools)>,
}

/// How much of the real state a simulation begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Keys and what was accepted: what past sessions are judged with.
    Lasting,
    /// All of it: limits used up, sessions marked, stops and approvals.
    Whole,
}

/// What belongs to sessions that are going on.
const PASSING: &[&str] = &["sessions", "velocity-user", "stop", "once"];

impl Simulation {
    pub fn new(io: &Io<'_>, project: Option<PathBuf>, memory: Memory) -> Result<Self, Error> {
        let state = tempfile::tempdir().map_err(|error| Error::io("create", Path::new("a folder"), error))?;
        copy(&io.state, state.path(), memory)?;
        let world = World {
            now: io.now,
            home: io.home.clone(),
            project,
            state: state.path().to_path_buf(),
            user: io.user.clone(),
            managed: io.managed.clone(),
            uptime: None,
            claims: false,
        };
        let mut simulation = Self { state, world, policies: RefCell::default(), wires: Vec::new() };
        let wired = wires(simulation.tier()?).into_iter();
        simulation.wires = wired.map(|wire| (wire.clone(), wire.tools())).collect();
        Ok(simulation)
    }

    /// The same at another time: what is replayed happens when it happened.
    pub fn at(&mut self, now: chrono::DateTime<chrono::Utc>) {
        let nanoseconds = now.timestamp_nanos_opt().and_then(|nanoseconds| u64::try_from(nanoseconds).ok());
        self.world.now = now;
        self.world.uptime =
            Some(Uptime { boot: "replay".into(), nanoseconds: nanoseconds.unwrap_or_default() });
    }

    /// Where the simulated hooks keep their state.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// The tier in force.
    pub fn tier(&self) -> Result<Tier, Error> {
        let hook = REGISTRY.first().map(|row| row.hook);
        let event = Event::from_value(serde_json::json!({ "hook_event_name": "SessionStart" }), 0)?;
        hook.map_or(Ok(Tier::Standard), |hook| Ok(hook_core::policy_of(hook, &event, &self.world)?.tier()))
    }

    /// One hook's word.
    pub fn ask(&self, hook: &'static Hook, event: &Event) -> Said {
        let started = Instant::now();
        let answer = self.consider(hook, event);
        let micros = started.elapsed().as_micros();
        Said { hook, answer, micros, wired: self.is_wired(hook, event) }
    }

    fn is_wired(&self, hook: &Hook, event: &Event) -> bool {
        let on_event =
            self.wires.iter().filter(|(wire, _)| wire.hook == hook.name && wire.event == event.name());
        on_event.into_iter().any(|(_, tools)| tools.hold(event.tool_name()))
    }

    /// Every hook's word, in the order of the registry; recorders are left out, since they have none.
    pub fn ask_all(&self, event: &Event) -> Vec<Said> {
        let asked = REGISTRY.iter().map(|row| row.hook).filter(|hook| hook.handles(event.kind()));
        asked.filter(|hook| hook.name != "audit-logger").map(|hook| self.ask(hook, event)).collect()
    }

    /// The word of every hook that the tier in force puts on this event.
    pub fn ask_wired(&self, event: &Event) -> Vec<Said> {
        let asked = REGISTRY.iter().map(|row| row.hook).filter(|hook| self.is_wired(hook, event));
        asked.filter(|hook| hook.name != "audit-logger").map(|hook| self.ask(hook, event)).collect()
    }

    /// The policy is read once a hook where the project is the same for every event.
    fn consider(&self, hook: &'static Hook, event: &Event) -> Result<Considered, Error> {
        if self.world.project.is_none() {
            return hook_core::consider(hook, event, &self.world);
        }
        let mut policies = self.policies.borrow_mut();
        if !policies.contains_key(hook.name) {
            policies.insert(hook.name, hook_core::policy_of(hook, event, &self.world)?);
        }
        match policies.get(hook.name) {
            Some(policy) => hook_core::consider_under(policy, hook, event, &self.world),
            None => hook_core::consider(hook, event, &self.world),
        }
    }
}

/// Copies the state, the audit log aside. What cannot be read here could not be read by the hooks either.
fn copy(from: &Path, to: &Path, memory: Memory) -> Result<(), Error> {
    let entries = match std::fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("list", from, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| Error::io("list", from, error))?;
        let kind = entry.file_type().map_err(|error| Error::io("examine", &entry.path(), error))?;
        let name = entry.file_name();
        let passing = PASSING.iter().any(|passing| name == *passing);
        if name == "log" || (passing && memory == Memory::Lasting) {
            continue;
        }
        let target = to.join(&name);
        if kind.is_dir() {
            std::fs::create_dir(&target).map_err(|error| Error::io("create", &target, error))?;
            set_mode(&target, 0o700)?;
            copy(&entry.path(), &target, memory)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &target).map_err(|error| Error::io("copy", &target, error))?;
            set_mode(&target, 0o600)?;
        }
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .map_err(|error| Error::io("protect", path, error))
}
