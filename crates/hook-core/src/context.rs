//! The world, handed to a hook as values: policy, clock, folders, state.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::clock::{self, Uptime};
use crate::{Event, Exception, Hook, Mode, Policy, Scope, StateDirectory, Tier};

/// What `run` read from the process: the clock and the environment, once.
#[derive(Debug, Clone)]
pub struct World {
    pub now: DateTime<Utc>,
    /// `HOME`.
    pub home: PathBuf,
    /// `CLAUDE_PROJECT_DIR`, where the client set it.
    pub project: Option<PathBuf>,
    /// `$XDG_STATE_HOME/claude-governance`, else `~/.local/state/claude-governance`.
    pub state: PathBuf,
    /// `USER` or `LOGNAME`; a label, not proof of identity.
    pub user: String,
    /// The folder of managed configuration (`/etc/claude-code` on Linux).
    pub managed: PathBuf,
    /// The time since boot, where it is not the machine's own: replays and tests live in other times.
    pub uptime: Option<Uptime>,
}

/// Everything a hook may look at beside the event.
#[derive(Debug)]
pub struct Context<'a> {
    pub hook: &'a Hook,
    pub policy: &'a Policy,
    pub now: DateTime<Utc>,
    pub home: &'a Path,
    /// The project's root: `CLAUDE_PROJECT_DIR`, else the event's `cwd`.
    pub project: PathBuf,
    /// Where the call would run: the event's `cwd`, else the project.
    pub cwd: PathBuf,
    pub state: StateDirectory,
    pub user: &'a str,
    pub managed: &'a Path,
    pub(crate) uptime: Option<&'a Uptime>,
}

impl<'a> Context<'a> {
    pub fn new(hook: &'a Hook, policy: &'a Policy, world: &'a World, event: &Event) -> Self {
        let cwd = Some(event.cwd()).filter(|cwd| !cwd.is_empty()).map(PathBuf::from);
        let project = world.project.clone().or_else(|| cwd.clone()).unwrap_or_else(|| PathBuf::from("/"));
        Self {
            hook,
            policy,
            now: world.now,
            home: &world.home,
            cwd: cwd.unwrap_or_else(|| project.clone()),
            project,
            state: StateDirectory::new(&world.state),
            user: &world.user,
            managed: &world.managed,
            uptime: world.uptime.as_ref(),
        }
    }

    pub fn tier(&self) -> Tier {
        self.policy.tier()
    }

    /// The time since boot; reads the clock where the world does not hold one, so only those who need it pay.
    pub fn uptime(&self) -> Uptime {
        self.uptime.cloned().unwrap_or_else(clock::uptime)
    }

    /// The exception that covers a finding, if one does and has not expired.
    pub fn exception(&self, rule: &str, scope: &Scope<'_>) -> Option<&Exception> {
        let today = self.now.date_naive();
        self.policy
            .exceptions()
            .iter()
            .find(|exception| !exception.is_expired(today) && exception.covers(rule, scope, &self.project))
    }

    /// What is to be done with a finding of `rule`: its mode, or `Off` where an exception covers it.
    pub fn judge(&self, rule: &str, scope: &Scope<'_>) -> Mode {
        let mode = self.policy.mode(rule);
        if mode == Mode::Off || self.exception(rule, scope).is_some() {
            return Mode::Off;
        }
        mode
    }
}
