//! The world, handed to a hook as values: policy, clock, folders, state.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::approval::{self, Approval};
use crate::clock::{self, Uptime};
use crate::exception::Excuse;
use crate::{Event, Hook, Mode, Policy, Scope, StateDirectory, Tier};

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
    /// Whether a one-time approval is used up by what it lets through. Only where the answer counts; who only wants to
    /// know what a hook would say uses up nothing.
    pub claims: bool,
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
    /// Read once, where it is asked for: a machine does not boot while a hook runs.
    boot: OnceCell<String>,
    event: &'a Event,
    claims: bool,
    /// What let findings through so far, for the record.
    excuses: RefCell<Vec<Excuse>>,
}

impl<'a> Context<'a> {
    pub fn new(hook: &'a Hook, policy: &'a Policy, world: &'a World, event: &'a Event) -> Self {
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
            boot: OnceCell::new(),
            event,
            claims: world.claims,
            excuses: RefCell::new(Vec::new()),
        }
    }

    pub fn tier(&self) -> Tier {
        self.policy.tier()
    }

    /// The time since boot; reads the clock where the world does not hold one, so only those who need it pay.
    pub fn uptime(&self) -> Uptime {
        self.uptime.cloned().unwrap_or_else(|| clock::uptime(self.boot.get_or_init(clock::boot)))
    }

    /// What is to be done with a finding of `rule`: its mode, or `Off` where an exception or a one-time approval covers
    /// it. Either is put on record when it does.
    pub fn judge(&self, rule: &str, scope: &Scope<'_>) -> Mode {
        let mode = self.policy.mode(rule);
        if mode == Mode::Off {
            return Mode::Off;
        }
        // An approval is for what would be stopped; where nothing is, it is not used up.
        let approval = || if mode == Mode::Enforce { self.approval(rule) } else { None };
        match self.exception(rule, scope).or_else(approval) {
            Some(excuse) => {
                let mut excuses = self.excuses.borrow_mut();
                if !excuses.contains(&excuse) {
                    excuses.push(excuse);
                }
                Mode::Off
            }
            None => mode,
        }
    }

    /// The tag of this very call, by which a person can let it through; `None` where the event asks for nothing.
    pub fn call_tag(&self) -> Option<String> {
        approval::call_tag(self.event, &self.state.tag_key().ok()?)
    }

    /// What let findings through.
    pub(crate) fn into_excuses(self) -> Vec<Excuse> {
        self.excuses.into_inner()
    }

    /// The exception that covers a finding, if one does and has not expired.
    fn exception(&self, rule: &str, scope: &Scope<'_>) -> Option<Excuse> {
        let today = self.now.date_naive();
        let mut candidates = self
            .policy
            .exceptions()
            .iter()
            .filter(|one| one.rule == rule && !one.is_expired(today))
            .peekable();
        candidates.peek()?;
        let call = self.call_tag().unwrap_or_default();
        let found =
            candidates.find(|one| one.covers(rule, scope, &self.project) || one.covers_call(rule, &call))?;
        Some(Excuse::of_exception(found))
    }

    /// The one-time approval of this call, where a person gave one and this call is the one that uses it.
    fn approval(&self, rule: &str) -> Option<Excuse> {
        if !self.policy.user_exceptions() || !self.state.exists(approval::FOLDER) {
            return None;
        }
        let call = self.call_tag()?;
        let found = Approval::find(&self.state, self.hook.name, &call).ok().flatten()?;
        let fits = found.rules.iter().any(|one| one == rule) && self.now < found.expires;
        // An approval that could not be marked as used is none: better stopped once too often than let through twice.
        let is_ours =
            fits && (!self.claims || found.claim(&self.state, self.event, self.now).unwrap_or(false));
        is_ours.then(|| found.excuse(rule))
    }
}
