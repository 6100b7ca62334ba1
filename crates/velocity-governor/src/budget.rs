//! The decision about one call: rates, loops and files, over what is remembered.

use hook_core::Policy;

use crate::class::Class;
use crate::gcra::{Admission, Limit};
use crate::memory::Memory;

/// One call, reduced to what limits are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Digest of the tool use id: the same call seen twice counts once.
    pub id: u64,
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
    rates: Vec<(&'static str, u64)>,
    user_factor: u64,
    repeats: u64,
    files: u64,
    whom: &'static str,
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It counts; `near` names the rule whose limit is 80 % used up by this call.
    Admitted {
        near: Option<&'static str>,
    },
    Refused {
        rule: &'static str,
        retry_seconds: u64,
        whom: &'static str,
    },
    Looping {
        times: u64,
    },
    ManyFiles {
        count: u64,
    },
}

impl Limits {
    pub fn from_policy(policy: &Policy) -> Self {
        let rates = [
            ("rate-all", "all_calls"),
            ("rate-shell", "shell_calls"),
            ("rate-write", "write_calls"),
            ("rate-delete", "delete_calls"),
            ("rate-network", "network_calls"),
            ("rate-mcp", "mcp_calls"),
            ("rate-refused", "refused_calls"),
        ];
        Self {
            window_seconds: policy.number("window_seconds").max(1),
            rates: rates.iter().map(|(rule, key)| (*rule, policy.number(key))).collect(),
            user_factor: policy.number("user_factor"),
            repeats: policy.number("repeat_limit"),
            files: policy.number("files_touched"),
            whom: "this session",
        }
    }

    /// Only these rates, in calls per window; nothing else is limited.
    #[cfg(test)]
    pub(crate) fn of_rates(rates: &[(&'static str, u64)], window_seconds: u64) -> Self {
        let rates = rates.to_vec();
        Self { window_seconds, rates, user_factor: 1, repeats: 0, files: u64::MAX, whom: "this session" }
    }

    /// The limits of all the user's sessions together.
    #[must_use]
    pub fn for_user(&self) -> Self {
        Self {
            rates: self
                .rates
                .iter()
                .map(|(rule, calls)| (*rule, calls.saturating_mul(self.user_factor)))
                .collect(),
            whom: "this user, over all sessions,",
            ..self.clone()
        }
    }

    /// A limit in words.
    pub fn describe(&self, rule: &str) -> String {
        format!("{} calls in {} s", self.calls(rule), self.window_seconds)
    }

    fn calls(&self, rule: &str) -> u64 {
        self.rates.iter().find(|(id, _)| *id == rule).map_or(u64::MAX, |(_, calls)| *calls)
    }

    fn limit(&self, rule: &str) -> Limit {
        Limit { calls: self.calls(rule), window: self.window_seconds.saturating_mul(1_000_000_000) }
    }
}

/// Decides about `call` at `now` (nanoseconds since boot) and remembers it where it may come.
pub fn admit(memory: &mut Memory, call: &Call, limits: &Limits, now: u64) -> Outcome {
    if memory.has_seen(call.id) {
        return Outcome::Admitted { near: None };
    }
    if let Some(refused) = too_many_refusals(memory, limits, now) {
        return refused;
    }
    let times = memory.repeated(call.digest);
    if limits.repeats > 0 && times > limits.repeats {
        return Outcome::Looping { times };
    }
    if let Some(count) = call.file.and_then(|file| memory.touched(file, limits.files)) {
        return Outcome::ManyFiles { count };
    }
    let outcome = admit_rates(memory, call, limits, now);
    if let Outcome::Admitted { .. } = outcome {
        memory.see(call.id);
    }
    outcome
}

/// Only the rates. All classes admit the call, or none counts it.
pub(crate) fn admit_rates(memory: &mut Memory, call: &Call, limits: &Limits, now: u64) -> Outcome {
    let mut admitted = Vec::new();
    let mut near_rule = None;
    for class in &call.classes {
        let key = class.key();
        match limits.limit(class.rule()).admit(memory.arrival(&key), now) {
            Admission::Admitted { arrival, near } => {
                if near {
                    near_rule = Some(class.rule());
                }
                admitted.push((key, arrival));
            }
            Admission::Refused { wait } => {
                return Outcome::Refused {
                    rule: class.rule(),
                    retry_seconds: seconds(wait),
                    whom: limits.whom,
                };
            }
        }
    }
    for (key, arrival) in admitted {
        memory.set_arrival(key, arrival, now);
    }
    Outcome::Admitted { near: near_rule }
}

/// A burst of refused calls means an agent that tries to get around a guard.
fn too_many_refusals(memory: &Memory, limits: &Limits, now: u64) -> Option<Outcome> {
    let rule = "rate-refused";
    let limit = limits.limit(rule);
    let wait = memory.refusal_wait(limit.calls, limit.window, now)?;
    Some(Outcome::Refused { rule, retry_seconds: seconds(wait), whom: limits.whom })
}

fn seconds(nanoseconds: u64) -> u64 {
    nanoseconds.div_ceil(1_000_000_000).max(1)
}
