//! What is remembered of one session, or of one user: a few numbers a class, and what the last calls were.

use serde_json::{Map, Value, json};

/// How many tool use ids are kept to count a call once.
const KEPT_IDS: usize = 64;

/// How many different files are kept; beyond it every file counts as new.
const KEPT_FILES: usize = 1024;

/// How many refusals are kept.
const KEPT_REFUSALS: usize = 64;

/// The memory of one state file. Times are nanoseconds since boot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    boot: String,
    /// When it was last used.
    at: u64,
    arrivals: Vec<(String, u64)>,
    seen: Vec<u64>,
    last_call: (u64, u64),
    last_failure: (u64, u64),
    files: Vec<u64>,
    refusals: Vec<u64>,
}

impl Memory {
    /// Brings the memory to `now` of `boot`; answers the time to decide with.
    ///
    /// The clock of another boot cannot be compared: what was used up then is used up now, as if no time had passed. A
    /// clock that went back is taken to stand still. Neither can let an extra call through.
    pub fn wake(&mut self, boot: &str, now: u64) -> u64 {
        if self.boot != boot {
            for (_, arrival) in &mut self.arrivals {
                *arrival = now.saturating_add(arrival.saturating_sub(self.at));
            }
            for refusal in &mut self.refusals {
                *refusal = now.saturating_sub(self.at.saturating_sub(*refusal));
            }
            self.boot = boot.to_string();
            self.at = now;
        }
        self.at = self.at.max(now);
        self.at
    }

    pub(crate) fn arrival(&self, key: &str) -> u64 {
        self.arrivals.iter().find(|(name, _)| name == key).map_or(0, |(_, arrival)| *arrival)
    }

    /// Remembers a class's number; classes whose bucket is empty again are forgotten.
    pub(crate) fn set_arrival(&mut self, key: String, arrival: u64, now: u64) {
        self.arrivals.retain(|(name, before)| *name != key && *before > now);
        self.arrivals.push((key, arrival));
    }

    pub(crate) fn has_seen(&self, id: u64) -> bool {
        self.seen.contains(&id)
    }

    pub(crate) fn see(&mut self, id: u64) {
        push_bounded(&mut self.seen, id, KEPT_IDS);
    }

    /// How often this very call came in a row, this time included.
    pub(crate) fn repeated(&mut self, digest: u64) -> u64 {
        count_in_row(&mut self.last_call, digest)
    }

    /// How often this very failure came in a row, this time included.
    pub fn failed(&mut self, digest: u64) -> u64 {
        count_in_row(&mut self.last_failure, digest)
    }

    /// Remembers a written file; its number, where that is a new file beyond `limit`. Asked once per file.
    pub(crate) fn touched(&mut self, file: u64, limit: u64) -> Option<u64> {
        if self.files.contains(&file) {
            return None;
        }
        push_bounded(&mut self.files, file, KEPT_FILES);
        let count = self.files.len() as u64;
        (count > limit).then_some(count)
    }

    /// Remembers that a call was refused.
    pub fn refused(&mut self, now: u64) {
        push_bounded(&mut self.refusals, now, KEPT_REFUSALS);
    }

    /// How long until fewer than `limit` refusals lie within `window`; `None` where it is so now.
    pub(crate) fn refusal_wait(&self, limit: u64, window: u64, now: u64) -> Option<u64> {
        let recent: Vec<u64> =
            self.refusals.iter().copied().filter(|at| at.saturating_add(window) > now).collect();
        let over = usize::try_from((recent.len() as u64).checked_sub(limit)?).ok()?;
        recent.get(over).map(|at| at.saturating_add(window).saturating_sub(now))
    }

    /// The bytes to store: a checksum and one JSON line, padded so that the file keeps its length for long.
    pub fn to_bytes(&self) -> Vec<u8> {
        let arrivals: Map<String, Value> =
            self.arrivals.iter().map(|(key, arrival)| (key.clone(), (*arrival).into())).collect();
        let json = json!({ "boot": self.boot, "at": self.at, "arrivals": arrivals, "seen": self.seen,
                           "call": [self.last_call.0, self.last_call.1],
                           "failure": [self.last_failure.0, self.last_failure.1],
                           "files": self.files, "refusals": self.refusals })
        .to_string();
        let mut bytes = format!("{:016x} {json}", digest(&[&json])).into_bytes();
        bytes.resize((bytes.len() + 1).next_multiple_of(1024) - 1, b' ');
        bytes.push(b'\n');
        bytes
    }

    /// The memory in these bytes, `None` where they are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim_end();
        let (checksum, json) = text.split_once(' ')?;
        if checksum != format!("{:016x}", digest(&[json])) {
            return None;
        }
        let value: Value = serde_json::from_str(json).ok()?;
        let arrivals = value.get("arrivals")?.as_object()?;
        Some(Self {
            boot: value.get("boot")?.as_str()?.to_string(),
            at: value.get("at")?.as_u64()?,
            arrivals: arrivals
                .iter()
                .map(|(key, arrival)| Some((key.clone(), arrival.as_u64()?)))
                .collect::<Option<_>>()?,
            seen: numbers(value.get("seen")?)?,
            last_call: pair(value.get("call")?)?,
            last_failure: pair(value.get("failure")?)?,
            files: numbers(value.get("files")?)?,
            refusals: numbers(value.get("refusals")?)?,
        })
    }
}

/// FNV-1a over the parts, with a byte between them that no text holds. Not for secrets: it only tells calls apart.
pub(crate) fn digest(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

fn count_in_row(last: &mut (u64, u64), digest: u64) -> u64 {
    let times = if last.0 == digest { last.1.saturating_add(1) } else { 1 };
    *last = (digest, times);
    times
}

fn push_bounded(list: &mut Vec<u64>, item: u64, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(item);
}

fn numbers(value: &Value) -> Option<Vec<u64>> {
    value.as_array()?.iter().map(Value::as_u64).collect()
}

fn pair(value: &Value) -> Option<(u64, u64)> {
    match numbers(value)?.as_slice() {
        [first, second] => Some((*first, *second)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::budget::{Call, Limits, Outcome, admit};
    use crate::class::Class;

    #[test]
    fn bytes_come_back_and_damage_is_seen() {
        let mut memory = Memory::default();
        let now = memory.wake("boot", 5);
        memory.set_arrival("rate-all".into(), 9, now);
        memory.see(1);
        memory.refused(3);
        let bytes = memory.to_bytes();
        assert_eq!(Memory::from_bytes(&bytes), Some(memory));
        for at in 0..bytes.trim_ascii_end().len() {
            let mut torn = bytes.clone();
            torn[at] ^= 0x55;
            assert_eq!(Memory::from_bytes(&torn), None, "byte {at}");
            assert_eq!(Memory::from_bytes(&bytes[..at]), None, "cut at {at}");
        }
    }

    /// Over any schedule with reboots and clocks that jump, real time never lets more through than the limit.
    #[test]
    fn reboots_and_clock_steps_let_nothing_extra_through() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        for _ in 0..100 {
            let (calls, window) = (1 + next(20), 10);
            let limits = Limits::of_rates(&[("rate-all", calls)], window);
            let mut memory = Memory::default();
            let (mut real, mut boot, mut booted_at) = (1_000_000_000_000_u64, 0, 0);
            let mut admitted = Vec::new();
            for id in 0..150 {
                real += next(2_000_000_000 * window / calls);
                if next(20) == 0 {
                    (boot, booted_at) = (boot + 1, real - next(1000));
                }
                // Every tenth reading is wrong by going back.
                let clock =
                    (real - booted_at).saturating_sub(if next(10) == 0 { next(5_000_000_000) } else { 0 });
                let now = memory.wake(&format!("boot-{boot}"), clock);
                let call = Call { id, digest: id, classes: vec![Class::All], file: None };
                if let Outcome::Admitted { .. } = admit(&mut memory, &call, &limits, now) {
                    admitted.push(real);
                }
                memory = Memory::from_bytes(&memory.to_bytes()).unwrap();
            }
            for (index, from) in admitted.iter().enumerate() {
                for (count, to) in admitted.iter().skip(index).enumerate() {
                    let allowed = calls + calls * (to - from) / (window * 1_000_000_000);
                    assert!((count as u64) < allowed + 1, "{calls} calls in {window} s let {count} through");
                }
            }
        }
    }
}
