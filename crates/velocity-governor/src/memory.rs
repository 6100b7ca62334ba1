//! What is remembered of one session, or of one user: a few numbers a class, and what the last calls were.
//!
//! In its file it is one block of fixed length, below a page, so that one write replaces it whole, and behind it the
//! written files as a list that only grows. A new file is put on the list before the block that counts it: a process
//! killed between the two leaves the block as it was.

use serde_json::Value;

/// How many tool use ids are kept to count a call once.
const KEPT_IDS: usize = 64;

/// How many classes are kept; the class nearest to empty makes room for one more.
const KEPT_CLASSES: usize = 64;

/// How many different files are kept; a file forgotten beyond it counts again as new.
pub(crate) const KEPT_FILES: usize = 4096;

/// Where the list of files begins: behind the page that holds the block.
pub(crate) const FILES_AT: u64 = 4096;

/// The length of the block in bytes.
pub(crate) const BLOCK_BYTES: usize = 8 * (HEAD_WORDS + 2 * KEPT_CLASSES + KEPT_IDS);

/// The words before the lists.
const HEAD_WORDS: usize = 11;

/// The first word of a block: which form the rest has.
const FORM: u64 = u64::from_le_bytes(*b"velocit2");

/// The memory of one state file. Times are nanoseconds since boot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// Digest of the boot's id.
    boot: u64,
    /// When it was last used.
    at: u64,
    /// Digest of a class, and the arrival time its limit remembers.
    arrivals: Vec<(u64, u64)>,
    seen: Vec<u64>,
    last_call: (u64, u64),
    last_failure: (u64, u64),
    /// How many different files were written.
    files: u64,
}

/// The digests of the files a session wrote, as far as they are kept, and the one this call adds.
#[derive(Debug, Clone, Default)]
pub struct Files {
    pub known: Vec<u64>,
    /// The file to be put on the list, and its place there.
    pub added: Option<(u64, u64)>,
}

impl Memory {
    /// Brings the memory to `now` of `boot`; answers the time to decide with.
    ///
    /// The clock of another boot cannot be compared: what was used up then is used up now, as if no time had passed. A
    /// clock that went back is taken to stand still. Neither can let an extra call through.
    pub fn wake(&mut self, boot: &str, now: u64) -> u64 {
        let boot = digest(&[boot]);
        if self.boot != boot {
            for (_, arrival) in &mut self.arrivals {
                *arrival = now.saturating_add(arrival.saturating_sub(self.at));
            }
            self.boot = boot;
            self.at = now;
        }
        self.at = self.at.max(now);
        self.at
    }

    pub(crate) fn arrival(&self, key: u64) -> u64 {
        self.arrivals.iter().find(|(class, _)| *class == key).map_or(0, |(_, arrival)| *arrival)
    }

    /// Remembers a class's number; classes whose bucket is empty again are forgotten.
    pub(crate) fn set_arrival(&mut self, key: u64, arrival: u64, now: u64) {
        self.arrivals.retain(|(class, before)| *class != key && *before > now);
        if self.arrivals.len() >= KEPT_CLASSES {
            let emptiest = self.arrivals.iter().enumerate().min_by_key(|(_, (_, arrival))| *arrival);
            if let Some(index) = emptiest.map(|(index, _)| index) {
                self.arrivals.swap_remove(index);
            }
        }
        self.arrivals.push((key, arrival));
    }

    /// Whether nothing is left that could refuse a call.
    pub(crate) fn is_idle(&self, now: u64) -> bool {
        self.arrivals.iter().all(|(_, arrival)| *arrival <= now)
    }

    pub(crate) fn has_seen(&self, id: u64) -> bool {
        self.seen.contains(&id)
    }

    pub(crate) fn see(&mut self, id: u64) {
        if self.seen.len() >= KEPT_IDS {
            self.seen.remove(0);
        }
        self.seen.push(id);
    }

    /// How often this very call came in a row, this time included.
    pub(crate) fn repeated(&mut self, digest: u64) -> u64 {
        count_in_row(&mut self.last_call, digest)
    }

    /// How often this very failure came in a row, this time included.
    pub fn failed(&mut self, digest: u64) -> u64 {
        count_in_row(&mut self.last_failure, digest)
    }

    /// Remembers a written file; the number of files, where this one is new.
    pub(crate) fn touched(&mut self, file: u64, files: &mut Files) -> Option<u64> {
        if files.known.contains(&file) {
            return None;
        }
        files.added = Some((self.files % KEPT_FILES as u64, file));
        self.files = self.files.saturating_add(1);
        Some(self.files)
    }

    /// How many entries the list of files has.
    pub(crate) fn listed_files(&self) -> usize {
        usize::try_from(self.files).unwrap_or(KEPT_FILES).min(KEPT_FILES)
    }

    /// The block to store: a checksum over words of fixed place.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut words = vec![
            self.boot,
            self.at,
            self.files,
            self.last_call.0,
            self.last_call.1,
            self.last_failure.0,
            self.last_failure.1,
            self.arrivals.len() as u64,
            self.seen.len() as u64,
        ];
        words.extend(self.arrivals.iter().flat_map(|(class, arrival)| [*class, *arrival]));
        words.extend(&self.seen);
        words.resize(BLOCK_BYTES / 8 - 2, 0);
        let mut bytes = Vec::with_capacity(BLOCK_BYTES);
        bytes.extend_from_slice(&FORM.to_le_bytes());
        bytes.extend_from_slice(&digest_words(words.iter().copied()).to_le_bytes());
        for word in &words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The memory in these bytes, `None` where they are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let block = bytes.get(..BLOCK_BYTES)?;
        let (head, body) = block.split_at_checked(16)?;
        let head = words(head);
        let body_words = words(body);
        let (FORM, checksum) = pair(&head)? else { return None };
        if checksum != digest_words(body_words.iter().copied()) {
            return None;
        }
        let [boot, at, files, call, calls, failure, failures, classes, ids, lists @ ..] =
            body_words.as_slice()
        else {
            return None;
        };
        let classes = 2 * usize::try_from(*classes).ok()?;
        let (arrivals, rest) = lists.split_at_checked(classes)?;
        Some(Self {
            boot: *boot,
            at: *at,
            files: *files,
            last_call: (*call, *calls),
            last_failure: (*failure, *failures),
            arrivals: arrivals.chunks_exact(2).filter_map(pair).collect(),
            seen: rest.get(..usize::try_from(*ids).ok()?)?.to_vec(),
        })
    }
}

/// The 64-bit words in these bytes, least significant byte first.
pub(crate) fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect()
}

fn pair(words: &[u64]) -> Option<(u64, u64)> {
    match words {
        [first, second] => Some((*first, *second)),
        _ => None,
    }
}

/// FNV-1a over the parts, with a byte between them that no text holds. Not for secrets: it only tells calls apart.
pub(crate) fn digest(parts: &[&str]) -> u64 {
    parts.iter().fold(FNV_START, |hash, part| fnv(fnv(hash, part.as_bytes()), &[0xff]))
}

/// FNV-1a a word at a time: a checksum, eight times as fast as by bytes.
fn digest_words(words: impl Iterator<Item = u64>) -> u64 {
    let hash = words.fold(FNV_START, |hash, word| (hash ^ word).wrapping_mul(FNV_PRIME));
    // The product carries upwards only; folding the halves lets every bit of the last words count below as well.
    hash ^ (hash >> 32)
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

/// The number of one call: its tool and its whole input, without writing the input out once more.
pub(crate) fn digest_call(tool: &str, input: Option<&Value>) -> u64 {
    input.map_or(mix_text(FNV_START, tool), |input| mix_value(mix_text(FNV_START, tool), input))
}

fn mix(hash: u64, word: u64) -> u64 {
    // Each step can be undone where the word is known, so a change in one word always shows.
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn mix_text(hash: u64, text: &str) -> u64 {
    let mut hash = mix(hash, text.len() as u64);
    for chunk in text.as_bytes().chunks(8) {
        let mut eight = [0; 8];
        eight.iter_mut().zip(chunk).for_each(|(place, byte)| *place = *byte);
        hash = mix(hash, u64::from_le_bytes(eight));
    }
    hash
}

fn mix_value(hash: u64, value: &Value) -> u64 {
    match value {
        Value::Null => mix(hash, 1),
        Value::Bool(flag) => mix(hash, 2 + u64::from(*flag)),
        Value::Number(number) => mix_text(mix(hash, 4), &number.to_string()),
        Value::String(text) => mix_text(mix(hash, 5), text),
        Value::Array(items) => items.iter().fold(mix(hash, 6 ^ (items.len() as u64) << 8), mix_value),
        Value::Object(fields) => {
            fields.iter().fold(mix(hash, 7 ^ (fields.len() as u64) << 8), |hash, (key, item)| {
                mix_value(mix_text(hash, key), item)
            })
        }
    }
}

fn count_in_row(last: &mut (u64, u64), digest: u64) -> u64 {
    let times = if last.0 == digest { last.1.saturating_add(1) } else { 1 };
    *last = (digest, times);
    times
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BLOCK_BYTES, FILES_AT, KEPT_CLASSES, KEPT_IDS, Memory, digest_call};
    use crate::budget::{Call, Limits, Outcome, Pair, admit};
    use crate::class::Class;

    /// A generator of numbers that is the same on every machine.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % bound
        }
    }

    fn full() -> Memory {
        let mut memory = Memory::default();
        let now = memory.wake("boot", 5);
        for number in 0..2 * KEPT_IDS.max(KEPT_CLASSES) as u64 {
            memory.set_arrival(number, 1000 + number, now);
            memory.see(number);
        }
        memory.repeated(7);
        memory.failed(8);
        memory
    }

    #[test]
    fn calls_are_told_apart_by_every_part_of_them() {
        let inputs = [
            json!({}),
            json!({"command": "ls"}),
            json!({"command": "ls "}),
            json!({"command": ["ls"]}),
            json!({"command": 1}),
            json!({"command": true}),
            json!({"command": false}),
            json!({"command": null}),
            json!({"comman": "dls"}),
            json!({"command": "ls", "x": ""}),
            json!({"command": {"ls": ""}}),
            json!([["a"], "b"]),
            json!(["a", ["b"]]),
            json!("12345678"),
            json!("123456789"),
            json!("12345678\0"),
            json!(["12345678", ""]),
            json!(["", "12345678"]),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for input in &inputs {
            for tool in ["Bash", "Read"] {
                assert!(seen.insert(digest_call(tool, Some(input))), "{tool} {input}");
                assert_eq!(digest_call(tool, Some(input)), digest_call(tool, Some(&input.clone())));
            }
        }
        assert!(seen.insert(digest_call("Bash", None)));
    }

    #[test]
    fn bytes_come_back_and_damage_is_seen() {
        for memory in [Memory::default(), full()] {
            let bytes = memory.to_bytes();
            assert_eq!(bytes.len(), BLOCK_BYTES);
            assert_eq!(Memory::from_bytes(&bytes), Some(memory));
            for at in 0..bytes.len() {
                let mut torn = bytes.clone();
                torn[at] ^= 0x55;
                assert_eq!(Memory::from_bytes(&torn), None, "byte {at}");
                assert_eq!(Memory::from_bytes(&bytes[..at]), None, "cut at {at}");
            }
        }
    }

    /// One write replaces it whole: within a page, and never longer or shorter.
    #[test]
    fn the_block_fits_into_a_page() {
        assert!(BLOCK_BYTES as u64 <= FILES_AT);
        assert_eq!(full().to_bytes().len(), BLOCK_BYTES);
    }

    #[test]
    fn any_bytes_are_read_without_harm() {
        let mut numbers = Numbers(11);
        for _ in 0..2000 {
            let length = numbers.below(2 * BLOCK_BYTES as u64);
            let bytes: Vec<u8> = (0..length).map(|_| u8::try_from(numbers.below(256)).unwrap()).collect();
            assert_eq!(Memory::from_bytes(&bytes), None);
        }
    }

    /// A class that is pushed out must be the one that would have let a call through soonest.
    #[test]
    fn the_emptiest_class_makes_room() {
        let memory = full();
        let most = 2 * KEPT_IDS.max(KEPT_CLASSES) as u64;
        assert_eq!(memory.arrival(most - 1), 1000 + most - 1);
        assert_eq!(memory.arrival(0), 0);
    }

    /// Over any schedule with reboots and clocks that jump, real time never lets more through than the limit, for a
    /// session nor for the user over three sessions; and the memory passes through its bytes between any two calls.
    #[test]
    fn reboots_and_clock_steps_let_nothing_extra_through() {
        let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
        for _ in 0..100 {
            let (calls, window) = (1 + numbers.below(20), 10);
            let limits = Limits::of_rates(&[("rate-all", calls)], window, 2);
            let mut sessions = [Memory::default(), Memory::default(), Memory::default()];
            let mut user = Memory::default();
            let (mut real, mut boot, mut booted_at) = (1_000_000_000_000_u64, 0, 0);
            let mut admitted: [Vec<u64>; 4] = Default::default();
            for id in 0..200 {
                real += numbers.below(1_000_000_000 * window / calls);
                if numbers.below(20) == 0 {
                    (boot, booted_at) = (boot + 1, real - numbers.below(1000));
                }
                // Every tenth reading is wrong by going back.
                let wrong = if numbers.below(10) == 0 { numbers.below(5_000_000_000) } else { 0 };
                let clock = (real - booted_at).saturating_sub(wrong);
                let index = usize::try_from(numbers.below(3)).unwrap();
                let boot = format!("boot-{boot}");
                let session = &mut sessions[index];
                let times = (session.wake(&boot, clock), user.wake(&boot, clock));
                let call = Call { id: Some(id), digest: id, classes: vec![Class::All], file: None };
                let mut pair = Pair { session, user: &mut user, times, files: &mut super::Files::default() };
                if let Outcome::Admitted { .. } = admit(&mut pair, &call, &limits, &|_| false) {
                    admitted[index].push(real);
                    admitted[3].push(real);
                }
                sessions[index] = Memory::from_bytes(&sessions[index].to_bytes()).unwrap();
                user = Memory::from_bytes(&user.to_bytes()).unwrap();
            }
            for (index, times) in admitted.iter().enumerate() {
                let calls = if index == 3 { 2 * calls } else { calls };
                for (position, from) in times.iter().enumerate() {
                    for (count, to) in times.iter().skip(position).enumerate() {
                        let allowed = calls + calls * (to - from) / (window * 1_000_000_000);
                        assert!((count as u64) < allowed + 1, "{calls} in {window} s let {count} through");
                    }
                }
            }
        }
    }
}
