//! Verification of the signed part: every checkpoint, every key and every head seen elsewhere against the lines.

use crate::keys::introduction;
use crate::note::{Note, Verifier, parse_notes};
use crate::report::{Kind, Problem, Report};
use crate::seal::{start, stored_notes};
use crate::tree::{Frontier, leaf_hash};
use crate::{Digest, Error, Lines, Record, header, mark, segments, verify};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A head of this log that was seen before or elsewhere: by an earlier verification, a shipment, a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub size: u64,
    pub root: Digest,
    /// Where it was seen, for the report.
    pub from: String,
    /// Whether that place is out of reach of this machine's users.
    pub off_host: bool,
}

/// How far the lines of a range can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The chain only: whoever can write the file can rewrite it whole.
    Chained,
    /// Signed by the current key: whoever can read the key can rewrite it.
    Signed,
    /// Signed by a key that is erased.
    Sealed,
    /// Known off the machine.
    Witnessed,
}

impl Level {
    /// The level as reports print it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Chained => "L0 chained",
            Level::Signed => "L1 signed",
            Level::Sealed => "L2 sealed by an erased key",
            Level::Witnessed => "L4 known off the host",
        }
    }
}

/// What verification of chain and signatures found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    pub report: Report,
    /// Checkpoints that hold.
    pub checkpoints: u64,
    /// The largest checkpoint that holds.
    pub head: Option<(u64, Digest)>,
    /// The key that opened the log, for pinning.
    pub first_key: Option<String>,
    /// The root over all lines there are.
    pub root: Digest,
    /// Ranges of record numbers (from, up to and without) with their level.
    pub ranges: Vec<(u64, u64, Level)>,
}

/// Verifies chain, checkpoints and keys, and that the log goes on from every `known` head. `pinned` is the key the log
/// must have been opened with.
pub fn verify_signed(directory: &Path, known: &[Known], pinned: Option<&Verifier>) -> Signed {
    // Chain and tree each hash every line once; two threads, two readings, half the time.
    let (report, check) = std::thread::scope(|scope| {
        let tree = scope.spawn(|| {
            let mut check = Check::new(directory, known);
            let walked = check.walk(directory);
            (check, walked)
        });
        let report = verify(directory);
        let (mut check, walked) = tree.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if let Err(error) = walked {
            check.fault(Kind::Unreadable, check.frontier.size(), error.to_string());
        }
        (report, check)
    });
    check.finish(directory, report, known, pinned)
}

/// A line that introduces a key, with the root over all lines before it.
struct Introduced {
    seq: u64,
    record: Record,
    root: Digest,
}

/// A key and the tree sizes it may sign: after its introduction, up to that of its successor.
struct Epoch {
    key: Verifier,
    from: u64,
    to: u64,
}

struct Check {
    frontier: Frontier,
    roots: BTreeMap<u64, Option<Digest>>,
    keys: Vec<Introduced>,
    /// Where the lines begin; what was signed before was pruned with its lines.
    begins: u64,
    inherited: Option<(u64, Verifier)>,
    notes: Vec<(String, Option<Note>)>,
    faults: Vec<Problem>,
}

impl Check {
    fn new(directory: &Path, known: &[Known]) -> Check {
        let start = start(directory).unwrap_or_default();
        let mut notes = Vec::new();
        for (file, text) in stored_notes(directory).unwrap_or_default() {
            notes.extend(parse_notes(&text).into_iter().map(|note| (file.clone(), note)));
        }
        let sizes = notes.iter().filter_map(|(_, note)| note.as_ref()).map(|note| note.checkpoint.size);
        let roots = sizes.chain(known.iter().map(|head| head.size)).map(|size| (size, None)).collect();
        Check {
            begins: start.frontier.size(),
            frontier: start.frontier,
            roots,
            keys: Vec::new(),
            inherited: start.key,
            notes,
            faults: Vec::new(),
        }
    }

    /// Builds the tree over the lines as they stand, keeping the roots that were signed or seen.
    fn walk(&mut self, directory: &Path) -> Result<(), Error> {
        let introduces = memmem::Finder::new(br#""event":"audit.key""#);
        for day in segments(directory)? {
            let mut lines = Lines::open(&day.path(directory), 0)?;
            while let Some(line) = lines.next_line()? {
                let seq = self.frontier.size();
                self.keep_root(seq);
                if introduces.find(line.bytes).is_some()
                    && header(line.bytes).is_some_and(|found| found.event == "audit.key")
                {
                    let record = serde_json::from_slice(line.bytes).unwrap_or_default();
                    self.keys.push(Introduced { seq, record, root: self.frontier.root() });
                }
                self.frontier.push(leaf_hash(line.bytes));
            }
        }
        self.keep_root(self.frontier.size());
        Ok(())
    }

    fn keep_root(&mut self, size: u64) {
        if let Some(root) = self.roots.get_mut(&size) {
            *root = Some(self.frontier.root());
        }
    }

    fn finish(
        mut self,
        directory: &Path,
        report: Report,
        known: &[Known],
        pinned: Option<&Verifier>,
    ) -> Signed {
        let epochs = self.epochs(pinned);
        let mut signed = Signed { report, root: self.frontier.root(), ..Signed::default() };
        signed.first_key = epochs.first().map(|epoch| epoch.key.to_text());
        let sizes = self.check_notes(&epochs, signed.report.next_seq);
        signed.checkpoints = sizes.len() as u64;
        signed.head = sizes.last().copied();
        self.check_epoch_ends(&epochs, &sizes, signed.report.first_seq);
        let sealed = mark::mark(directory).map_or(0, |mark| mark.sealed);
        if sealed > sizes.last().map_or(0, |(size, _)| *size) {
            self.fault(Kind::Checkpoint, sealed, "the last checkpoint that was made is not here".into());
        }
        let witnessed = self.check_known(known, signed.report.next_seq);
        let last_sealed = epochs.last().map_or(0, |epoch| epoch.from.saturating_sub(1));
        let last_signed = sizes.last().map_or(0, |(size, _)| *size);
        let proven =
            [(witnessed, Level::Witnessed), (last_sealed, Level::Sealed), (last_signed, Level::Signed)];
        self.drop_consequences(&mut signed.report);
        signed.report.problems.append(&mut self.faults);
        signed.report.problems.sort_by_key(|problem| problem.seq);
        signed.ranges = ranges(&signed.report, &proven);
        signed
    }

    /// Follows the chain of keys: each introduced by the one before it, over everything before the introduction.
    fn epochs(&mut self, pinned: Option<&Verifier>) -> Vec<Epoch> {
        let mut epochs: Vec<Epoch> = Vec::new();
        let mut expected = 0;
        if let Some((epoch, key)) = self.inherited.take() {
            epochs.push(Epoch { key, from: 1, to: u64::MAX });
            expected = epoch + 1;
        }
        for introduced in std::mem::take(&mut self.keys) {
            let text = |name: &str| introduced.record.get(name).and_then(Value::as_str).unwrap_or_default();
            let epoch = introduced.record.get("epoch").and_then(Value::as_u64).unwrap_or_default();
            let Some(key) = Verifier::from_text(text("key")) else {
                self.fault(Kind::Checkpoint, introduced.seq, "a key record without a key".into());
                continue;
            };
            let signature = STANDARD.decode(text("signature")).unwrap_or_default();
            let message = introduction(&key, epoch, introduced.seq, &introduced.root);
            let signer = epochs.last().map_or(&key, |epoch| &epoch.key);
            if !signer.verify(message.as_bytes(), &signature) {
                let detail = format!(
                    "the key of epoch {epoch} was not introduced over these lines by the key before it"
                );
                self.fault(Kind::Resigned, introduced.seq, detail);
            }
            if epoch != expected || epochs.last().is_some_and(|before| before.key.name != key.name) {
                let detail = format!("epoch {epoch} where epoch {expected} of the same log was due");
                self.fault(Kind::Resigned, introduced.seq, detail);
            }
            expected = epoch + 1;
            if let Some(before) = epochs.last_mut() {
                before.to = introduced.seq;
            }
            epochs.push(Epoch { key, from: introduced.seq + 1, to: u64::MAX });
        }
        if let (Some(pinned), Some(first)) = (pinned, epochs.first())
            && *pinned != first.key
        {
            self.fault(
                Kind::Resigned,
                0,
                format!("the log was opened with another key, {}", first.key.to_text()),
            );
        }
        epochs
    }

    /// Checks each note; gives size and root of those that hold, in order.
    fn check_notes(&mut self, epochs: &[Epoch], lines: u64) -> Vec<(u64, Digest)> {
        let mut held = Vec::new();
        let mut largest = 0;
        for (file, note) in std::mem::take(&mut self.notes) {
            let Some(note) = note else {
                self.fault(Kind::Checkpoint, largest, format!("{file} holds a note that cannot be read"));
                continue;
            };
            let size = note.checkpoint.size;
            if self.begins > 0 && size <= self.begins {
                continue;
            }
            if size < largest {
                self.fault(
                    Kind::Checkpoint,
                    size,
                    format!("{file}: a checkpoint smaller than the one before it"),
                );
            }
            largest = largest.max(size);
            match self.note_fault(&note, epochs, lines) {
                None => held.push((size, note.checkpoint.root)),
                Some((kind, detail)) => {
                    self.fault(kind, size.min(lines), format!("{file}, size {size}: {detail}"));
                }
            }
        }
        held.sort_unstable();
        held
    }

    fn note_fault(&self, note: &Note, epochs: &[Epoch], lines: u64) -> Option<(Kind, String)> {
        let size = note.checkpoint.size;
        if size > lines {
            return Some((Kind::Truncated, format!("it covers {size} records and {lines} are here")));
        }
        let of_its_time = epochs.iter().find(|epoch| (epoch.from..=epoch.to).contains(&size));
        if !of_its_time.is_some_and(|epoch| note.is_signed_by(&epoch.key)) {
            let other = epochs.iter().any(|epoch| note.is_signed_by(&epoch.key));
            return Some(if other {
                (Kind::Resigned, "signed with the key of another epoch".into())
            } else {
                (Kind::Checkpoint, "not signed by the key of its time".into())
            });
        }
        match self.roots.get(&size).copied().flatten() {
            Some(root) if root == note.checkpoint.root => None,
            Some(_) => Some((Kind::Checkpoint, "the lines it was signed over are not the lines here".into())),
            None => Some((Kind::Checkpoint, "lines it covers are missing".into())),
        }
    }

    /// An epoch ends with a checkpoint over everything in it. Without that, a stretch of records could be taken out
    /// between two keys.
    fn check_epoch_ends(&mut self, epochs: &[Epoch], held: &[(u64, Digest)], first_seq: u64) {
        for epoch in epochs.iter().filter(|epoch| epoch.to != u64::MAX && epoch.to > first_seq) {
            if !held.iter().any(|(size, _)| *size == epoch.to) {
                let detail =
                    format!("the checkpoint that closed the epoch at record {} is not here", epoch.to);
                self.fault(Kind::EmptyEpoch, epoch.to, detail);
            }
        }
    }

    /// Gives the size up to which heads seen off the host confirm the lines.
    fn check_known(&mut self, known: &[Known], lines: u64) -> u64 {
        let mut witnessed = 0;
        for head in known {
            let found = self.roots.get(&head.size).copied().flatten();
            if head.size > lines {
                let detail = format!("{} saw {} records; {lines} are here", head.from, head.size);
                self.fault(Kind::RolledBack, lines, detail);
            } else if found.is_some_and(|root| root != head.root) {
                let detail = format!("{} saw other lines up to record {}", head.from, head.size);
                self.fault(Kind::RolledBack, head.size, detail);
            } else if found.is_some() && head.off_host {
                witnessed = witnessed.max(head.size);
            }
        }
        witnessed
    }

    /// Where the chain itself is broken, nothing signed later can fit: one line says so instead of many.
    fn drop_consequences(&mut self, report: &mut Report) {
        let Some(first) = report.problems.iter().map(|problem| problem.seq).min() else { return };
        let before = self.faults.len();
        self.faults
            .retain(|fault| fault.seq <= first || matches!(fault.kind, Kind::RolledBack | Kind::Truncated));
        let dropped = before - self.faults.len();
        if dropped > 0 {
            report
                .notices
                .push(format!("{dropped} signed statements over records after {first} do not fit either"));
        }
    }

    fn fault(&mut self, kind: Kind, seq: u64, detail: String) {
        self.faults.push(Problem { kind, file: "checkpoints".into(), line: 0, seq, detail });
    }
}

/// Each stretch with the best level that holds for it; nothing is vouched for from the first fault on.
fn ranges(report: &Report, proven: &[(u64, Level)]) -> Vec<(u64, u64, Level)> {
    let end = report.problems.first().map_or(report.next_seq, |problem| problem.seq.min(report.next_seq));
    let mut ranges = Vec::new();
    let mut from = report.first_seq;
    for (to, level) in proven.iter().copied().chain([(u64::MAX, Level::Chained)]) {
        let to = to.min(end);
        if to > from {
            ranges.push((from, to, level));
            from = to;
        }
    }
    ranges
}
