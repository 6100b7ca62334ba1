//! The decision about one call: rates, loops and files, over what is remembered.

use hook_core::{Mode, Policy};

use crate::class::Class;
use crate::gcra::{Admission, Limit};
use crate::memory::{Files, Memory, digest};

/// One call, reduced to what limits are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Digest of the tool use id: the same call seen twice counts once. `None` where the client sent none.
    pub id: Option<u64>,
    /// Digest of the tool and its whole input.
    pub digest: u64,
    pub classes: Vec<Class>,
    /// Digest of the file it writes.
    pub file: Option<u64>,
}

/// The limits in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    window_seconds: u64,
    rates: Vec<Rate>,
    user_factor: u64,
    repeats: u64,
    files: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rate {
    rule: &'static str,
    calls: u64,
    mode: Mode,
}

/// Whose limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Session,
    /// All the user's sessions together.
    User,
}

/// A limit, to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    pub rule: &'static str,
    pub whose: Whose,
    pub calls: u64,
    pub window_seconds: u64,
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It counts; `near` is the limit that is 80 % used up by this call.
    Admitted { near: Option<Named> },
    /// It does not run and does not count.
    Refused { limit: Named, retry_seconds: u64 },
    /// A person is asked; it counts, because it may run.
    Looping { times: u64 },
    /// The same for one file more than the budget.
    ManyFiles { count: u64, budget: u64 },
}

/// The two memories a call is counted in, each under its lock, with the time each decides with.
#[derive(Debug)]
pub struct Pair<'a> {
    pub session: &'a mut Memory,
    pub user: &'a mut Memory,
    pub times: (u64, u64),
    pub files: &'a mut Files,
}

const RATES: &[(&str, &str)] = &[
    ("rate-all", "all_calls"),
    ("rate-shell", "shell_calls"),
    ("rate-write", "write_calls"),
    ("rate-delete", "delete_calls"),
    ("rate-network", "network_calls"),
    ("rate-mcp", "mcp_calls"),
    (REFUSED, "refused_calls"),
];

/// The rule of bursts of refusals.
const REFUSED: &str = "rate-refused";

impl Limits {
    /// Rules that are off limit nothing.
    pub fn from_policy(policy: &Policy) -> Self {
        let rates =
            RATES.iter().map(|(rule, key)| Rate { rule, calls: policy.number(key), mode: policy.mode(rule) });
        let unless_off = |rule: &str, limit: u64, none: u64| match policy.mode(rule) {
            Mode::Off => none,
            Mode::Observe | Mode::Warn | Mode::Enforce => limit,
        };
        Self {
            window_seconds: policy.number("window_seconds").max(1),
            rates: rates.filter(|rate| rate.mode != Mode::Off).collect(),
            user_factor: policy.number("user_factor"),
            repeats: unless_off("repeated-call", policy.number("repeat_limit"), 0),
            files: unless_off("files-touched", policy.number("files_touched"), u64::MAX),
        }
    }

    /// Only these rates, in calls per window; nothing else is limited.
    #[cfg(test)]
    pub(crate) fn of_rates(rates: &[(&'static str, u64)], window_seconds: u64, user_factor: u64) -> Self {
        let rates = rates.iter().map(|(rule, calls)| Rate { rule, calls: *calls, mode: Mode::Enforce });
        Self { window_seconds, rates: rates.collect(), user_factor, repeats: 0, files: u64::MAX }
    }

    /// A rule's limit and the mode it is in; `None` where it is off.
    fn rate(&self, rule: &str, whose: Whose) -> Option<(Named, Mode)> {
        let rate = self.rates.iter().find(|rate| rate.rule == rule)?;
        let calls = match whose {
            Whose::Session => rate.calls,
            Whose::User => rate.calls.saturating_mul(self.user_factor),
        };
        Some((Named { rule: rate.rule, whose, calls, window_seconds: self.window_seconds }, rate.mode))
    }
}

impl Named {
    fn limit(self) -> Limit {
        Limit { calls: self.calls, window: self.window_seconds.saturating_mul(1_000_000_000) }
    }
}

/// Decides about `call` and remembers it where it may run. `excused` says whether an exception covers a rule for this
/// very call; it is asked only about a rule that would stop it.
pub fn admit(
    pair: &mut Pair<'_>,
    call: &Call,
    limits: &Limits,
    excused: &dyn Fn(&'static str) -> bool,
) -> Outcome {
    if call.id.is_some_and(|id| pair.session.has_seen(id)) {
        return Outcome::Admitted { near: None };
    }
    let rates = rates(pair, call, limits);
    // The strictest refusal that no exception covers; of two alike the first.
    let mut refused: Option<Refusal> = None;
    for refusal in rates.refused {
        if refused.as_ref().is_none_or(|before| before.mode < refusal.mode) && !excused(refusal.limit.rule) {
            refused = Some(refusal);
        }
    }
    // Where the refusal is not enforced the call runs all the same, so the limits that are enforced count it.
    let stops = refused.as_ref().map_or(Mode::Observe, |_| Mode::Enforce);
    let runs = refused.as_ref().is_none_or(|refusal| refusal.mode != Mode::Enforce);
    let counted = rates.counted.iter().filter(|counted| runs && counted.mode >= stops);
    let mut counts = refused.is_none();
    for counted in counted {
        counted.count(pair);
        counts = true;
    }
    if let (Some(id), true) = (call.id, counts) {
        pair.session.see(id);
    }
    if let Some(Refusal { limit, wait, .. }) = refused {
        return Outcome::Refused { limit, retry_seconds: wait.div_ceil(1_000_000_000).max(1) };
    }
    let times = pair.session.repeated(call.digest);
    let number = call.file.and_then(|file| pair.session.touched(file, pair.files));
    if limits.repeats > 0 && times > limits.repeats && !excused("repeated-call") {
        return Outcome::Looping { times };
    }
    match number.filter(|count| *count > limits.files) {
        Some(count) if !excused("files-touched") => Outcome::ManyFiles { count, budget: limits.files },
        _ => Outcome::Admitted { near: rates.near },
    }
}

/// Remembers that a call was refused. The bucket of refusals is never fuller than full: whoever stops trying may go on
/// when a single refusal has drained.
pub(crate) fn refuse(memory: &mut Memory, limits: &Limits, now: u64) {
    if let Some((named, _)) = limits.rate(REFUSED, Whose::Session) {
        let key = digest(&[REFUSED]);
        let arrival = named.limit().fill(memory.arrival(key), now);
        memory.set_arrival(key, arrival, now);
    }
}

/// What the rates say to a call.
#[derive(Default)]
struct Rates {
    counted: Vec<Counted>,
    refused: Vec<Refusal>,
    near: Option<Named>,
}

/// A class's number after this call.
struct Counted {
    whose: Whose,
    mode: Mode,
    key: u64,
    arrival: u64,
}

struct Refusal {
    mode: Mode,
    limit: Named,
    /// In nanoseconds.
    wait: u64,
}

impl Counted {
    fn count(&self, pair: &mut Pair<'_>) {
        match self.whose {
            Whose::Session => pair.session.set_arrival(self.key, self.arrival, pair.times.0),
            Whose::User => pair.user.set_arrival(self.key, self.arrival, pair.times.1),
        }
    }
}

fn rates(pair: &Pair<'_>, call: &Call, limits: &Limits) -> Rates {
    let mut rates = Rates::default();
    rates.refused.extend(burst(pair, limits));
    for class in &call.classes {
        let key = digest(&[&class.key()]);
        for (whose, memory, now) in
            [(Whose::Session, &*pair.session, pair.times.0), (Whose::User, &*pair.user, pair.times.1)]
        {
            let Some((limit, mode)) = limits.rate(class.rule(), whose) else { continue };
            match limit.limit().admit(memory.arrival(key), now) {
                Admission::Admitted { arrival, near } => {
                    rates.near = rates.near.or(near.then_some(limit));
                    rates.counted.push(Counted { whose, mode, key, arrival });
                }
                Admission::Refused { wait } => rates.refused.push(Refusal { mode, limit, wait }),
            }
        }
    }
    rates
}

/// A burst of refused calls means an agent that tries to get around a guard.
fn burst(pair: &Pair<'_>, limits: &Limits) -> Option<Refusal> {
    let (limit, mode) = limits.rate(REFUSED, Whose::Session)?;
    let wait = limit.limit().wait(pair.session.arrival(digest(&[REFUSED])), pair.times.0)?;
    Some(Refusal { mode, limit, wait })
}
