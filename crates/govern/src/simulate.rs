//! What the hooks would say to an event, without recording it and without touching the real state.

use std::path::{Path, PathBuf};
use std::time::Instant;

use hook_core::clock::Uptime;
use hook_core::{Considered, Error, Event, Hook, World};

use crate::Io;
use crate::registry::REGISTRY;

/// One hook's word on one event.
#[derive(Debug)]
pub struct Said {
    pub hook: &'static Hook,
    pub answer: Result<Considered, Error>,
    /// How long the hook thought, in microseconds.
    pub micros: u128,
}

/// A world like the caller's with a state folder of its own, so that trying something leaves no trace.
pub struct Simulation {
    state: tempfile::TempDir,
    world: World,
}

impl Simulation {
    pub fn new(io: &Io<'_>, project: Option<PathBuf>) -> std::io::Result<Self> {
        let state = tempfile::tempdir()?;
        let world = World {
            now: io.now,
            home: io.home.clone(),
            project,
            state: state.path().to_path_buf(),
            user: io.user.clone(),
            managed: io.managed.clone(),
            uptime: None,
        };
        Ok(Self { state, world })
    }

    /// The same at another time: what is replayed happens when it happened.
    pub fn at(&mut self, now: chrono::DateTime<chrono::Utc>) {
        let nanoseconds = now.timestamp_nanos_opt().and_then(|nanoseconds| u64::try_from(nanoseconds).ok());
        self.world.now = now;
        self.world.uptime =
            Some(Uptime { boot: "replay".into(), nanoseconds: nanoseconds.unwrap_or_default() });
    }

    /// Sets the project the policy comes from.
    pub fn in_project(&mut self, project: &Path) {
        self.world.project = Some(project.to_path_buf());
    }

    /// Where the simulated hooks keep their state.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// One hook's word.
    pub fn ask(&self, hook: &'static Hook, event: &Event) -> Said {
        let started = Instant::now();
        let answer = hook_core::consider(hook, event, &self.world);
        Said { hook, answer, micros: started.elapsed().as_micros() }
    }

    /// Every hook's word, in the order of the registry; recorders are left out, since they have none.
    pub fn ask_all(&self, event: &Event) -> Vec<Said> {
        let asked = REGISTRY.iter().map(|row| row.hook).filter(|hook| hook.handles(event.kind()));
        asked.filter(|hook| hook.name != "audit-logger").map(|hook| self.ask(hook, event)).collect()
    }
}
