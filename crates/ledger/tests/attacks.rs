//! Each attack on the log is performed here, and must be named.

#![expect(clippy::expect_used, reason = "a test ends where its preparation fails")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Kind, Known, Level, Record, Signed, Verifier, append, digest, seal, to_hex, verify, verify_signed,
};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const ORIGIN: &str = "example.org/wks-38/1000";

/// Two days; on each, ten records, a checkpoint, ten more after the epoch has ended, and a checkpoint.
struct Log {
    folder: tempfile::TempDir,
}

fn morning() -> DateTime<Utc> {
    "2026-10-01T09:00:00Z".parse().expect("a time")
}

fn record(number: usize) -> Record {
    json!({"event": "PostToolUse", "what": format!("action {number}")})
        .as_object()
        .cloned()
        .expect("an object")
}

fn write_records(log: &Path, at: DateTime<Utc>, numbers: std::ops::Range<usize>) {
    for number in numbers {
        append(log, at, record(number)).expect("appends");
    }
}

impl Log {
    fn new() -> Log {
        let log = Log { folder: tempfile::tempdir().expect("a folder") };
        for day in 0..2 {
            let at = morning() + TimeDelta::days(day);
            let later = at + TimeDelta::minutes(20);
            write_records(&log.path(), at, 0..10);
            seal(&log.path(), at, ORIGIN).expect("seals").expect("had the lock");
            write_records(&log.path(), later, 10..20);
            seal(&log.path(), later, ORIGIN).expect("seals").expect("had the lock");
        }
        log
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn day(&self, day: &str) -> PathBuf {
        self.path().join(format!("{day}.jsonl"))
    }

    fn first_day(&self) -> PathBuf {
        self.day("2026-10-01")
    }

    fn last_day(&self) -> PathBuf {
        self.day("2026-10-02")
    }

    fn check(&self) -> Signed {
        verify_signed(&self.path(), &[], None)
    }

    fn copy(&self) -> Log {
        let copy = Log { folder: tempfile::tempdir().expect("a folder") };
        copy_folder(&self.path(), &copy.path());
        copy
    }

    fn head(&self, from: &str) -> Known {
        let signed = self.check();
        let (size, root) = signed.head.expect("a checkpoint");
        Known { size, root, from: from.into(), off_host: true }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("creates");
    fs::set_permissions(to, fs::metadata(from).expect("exists").permissions()).expect("sets");
    for entry in fs::read_dir(from).expect("lists") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copies");
        }
    }
}

fn change(path: &Path, attack: impl FnOnce(&mut Vec<String>)) {
    let text = fs::read_to_string(path).expect("reads");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    attack(&mut lines);
    fs::write(path, lines.join("\n") + "\n").expect("writes");
}

/// What an attacker who knows the format does after a change: every link and number is made to fit again, and the mark.
fn rechain(log: &Path) {
    let mut head = [0; 32];
    let mut seq = 0_u64;
    let mut last = String::new();
    let mut size = 0;
    for day in ledger::segments(log).expect("lists") {
        let mut text = String::new();
        for line in fs::read_to_string(day.path(log)).expect("reads").lines() {
            let mut row: Record = serde_json::from_str(line).expect("JSON");
            row.insert("prev".into(), to_hex(&head).into());
            row.insert("seq".into(), seq.into());
            let line = ledger::canonical(&row);
            head = digest(&line);
            seq += 1;
            text.push_str(&String::from_utf8(line).expect("UTF-8"));
            text.push('\n');
        }
        fs::write(day.path(log), &text).expect("writes");
        last = day.file_name();
        size = text.len();
    }
    let path = log.join(".lock");
    let mut mark: Record = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
    for (key, value) in [
        ("head", json!(to_hex(&head))),
        ("seq", json!(seq - 1)),
        ("size", json!(size)),
        ("file", json!(last)),
    ] {
        mark.insert(key.into(), value);
    }
    let text = Value::Object(mark).to_string();
    fs::write(&path, format!("{text:<511}\n")).expect("writes");
}

fn kinds(signed: &Signed) -> Vec<Kind> {
    signed.report.problems.iter().map(|problem| problem.kind).collect()
}

#[track_caller]
fn assert_found(signed: &Signed, kind: Kind) {
    assert!(kinds(signed).contains(&kind), "expected {kind:?}, found {:#?}", signed.report.problems);
}

#[track_caller]
fn assert_first(signed: &Signed, kind: Kind, seq: u64) {
    let first = signed.report.problems.first().expect("a problem");
    assert_eq!((first.kind, first.seq), (kind, seq), "{:#?}", signed.report.problems);
}

#[test]
fn an_honest_log_verifies_at_its_level() {
    let log = Log::new();
    let signed = log.check();
    assert!(signed.report.is_intact(), "{:#?}", signed.report.problems);
    assert_eq!(signed.checkpoints, 4);
    assert_eq!(signed.ranges.first().map(|range| range.2), Some(Level::Sealed));
    write_records(&log.path(), morning() + TimeDelta::hours(30), 0..3);
    let signed = log.check();
    assert_eq!(
        signed.ranges.last().map(|range| range.2),
        Some(Level::Chained),
        "the tail has no checkpoint yet"
    );
    let known = [log.head("the bucket")];
    let signed = verify_signed(&log.path(), &known, None);
    assert!(signed.report.is_intact(), "{:#?}", signed.report.problems);
    assert_eq!(signed.ranges.first().map(|range| range.2), Some(Level::Witnessed));
}

#[test]
fn keys_are_pinned_and_erased() {
    let log = Log::new();
    let first = log.check().first_key.expect("a key");
    let pinned = Verifier::from_text(&first).expect("a key");
    assert!(verify_signed(&log.path(), &[], Some(&pinned)).report.is_intact());
    let other = Log::new().check().first_key.and_then(|key| Verifier::from_text(&key)).expect("a key");
    assert_found(&verify_signed(&log.path(), &[], Some(&other)), Kind::Resigned);
    let keys: Vec<_> = fs::read_dir(log.path().join("keys")).expect("lists").collect();
    assert_eq!(keys.len(), 1, "only the current epoch's key is left");
}

#[test]
fn edit() {
    let log = Log::new();
    change(&log.first_day(), |lines| lines[4] = lines[4].replace("action", "nothing"));
    assert_first(&log.check(), Kind::Edited, 4);
}

#[test]
fn edit_of_the_last_record() {
    let log = Log::new();
    write_records(&log.path(), morning() + TimeDelta::hours(30), 0..3);
    change(&log.last_day(), |lines| {
        let last = lines.len() - 1;
        lines[last] = lines[last].replace("action", "nothing");
    });
    assert_found(&log.check(), Kind::Edited);
    // The next writer notices too, and its note stays in the chain for ever.
    append(&log.path(), morning() + TimeDelta::hours(30), record(9)).expect("appends");
    fs::remove_file(log.path().join(".lock")).expect("removes");
    assert_found(&log.check(), Kind::Edited);
}

#[test]
fn edit_with_the_chain_made_to_fit() {
    let log = Log::new();
    change(&log.first_day(), |lines| lines[4] = lines[4].replace("action", "nothing"));
    rechain(&log.path());
    assert!(verify(&log.path()).is_intact(), "the chain alone cannot tell");
    let signed = log.check();
    assert_found(&signed, Kind::Checkpoint);
    assert_found(&signed, Kind::Resigned);
}

#[test]
fn delete() {
    let log = Log::new();
    change(&log.first_day(), |lines| drop(lines.remove(4)));
    assert_first(&log.check(), Kind::Deleted, 4);
    rechain(&log.path());
    assert!(!log.check().report.is_intact());
}

#[test]
fn insert() {
    let log = Log::new();
    change(&log.first_day(), |lines| {
        let copy = lines[3].clone();
        lines.insert(6, copy);
    });
    assert_found(&log.check(), Kind::Inserted);
    let log = Log::new();
    change(&log.first_day(), |lines| {
        let forged = json!({"event": "PostToolUse", "prev": to_hex(&digest(lines[5].as_bytes())), "seq": 6,
            "ts": "2026-10-01T09:00:00.000Z", "v": 1});
        lines.insert(
            6,
            String::from_utf8(ledger::canonical(forged.as_object().expect("an object"))).expect("UTF-8"),
        );
    });
    assert_first(&log.check(), Kind::Inserted, 6);
}

#[test]
fn reorder() {
    let log = Log::new();
    change(&log.first_day(), |lines| lines.swap(4, 5));
    assert_first(&log.check(), Kind::Reordered, 4);
}

#[test]
fn tail_truncation() {
    let log = Log::new();
    write_records(&log.path(), morning() + TimeDelta::hours(30), 0..5);
    change(&log.last_day(), |lines| lines.truncate(lines.len() - 2));
    assert_found(&log.check(), Kind::Truncated);
    // The next writer notices, and says so in the chain.
    append(&log.path(), morning() + TimeDelta::hours(30), record(9)).expect("appends");
    fs::remove_file(log.path().join(".lock")).expect("removes");
    assert_found(&log.check(), Kind::Truncated);
}

#[test]
fn truncation_to_the_last_checkpoint() {
    let log = Log::new();
    let known = [log.head("the bucket")];
    // Back to the state after the checkpoint of the first day, mark and notes included: in itself it is an honest log.
    let log = log.copy();
    fs::remove_file(log.last_day()).expect("removes");
    fs::remove_file(log.path().join("checkpoints/2026-10-02.ckpt")).expect("removes");
    let alone = log.check();
    assert_found(&alone, Kind::Truncated);
    fs::remove_file(log.path().join(".lock")).expect("removes");
    let alone = log.check();
    assert!(alone.report.notices.iter().any(|notice| notice.contains(".lock")), "{:?}", alone.report);
    assert_found(&verify_signed(&log.path(), &known, None), Kind::RolledBack);
}

#[test]
fn truncation_that_leaves_the_checkpoints() {
    let log = Log::new();
    change(&log.last_day(), |lines| lines.truncate(5));
    fs::remove_file(log.path().join(".lock")).expect("removes");
    assert_found(&log.check(), Kind::Truncated);
}

#[test]
fn days_swapped() {
    let log = Log::new();
    let aside = log.path().join("aside");
    fs::rename(log.first_day(), &aside).expect("renames");
    fs::rename(log.last_day(), log.first_day()).expect("renames");
    fs::rename(&aside, log.last_day()).expect("renames");
    assert_found(&log.check(), Kind::DaySwapped);
}

#[test]
fn a_day_removed() {
    let log = Log::new();
    let third = morning() + TimeDelta::days(2);
    write_records(&log.path(), third, 0..3);
    for day in ["2026-10-01", "2026-10-02", "2026-10-03"] {
        let log = log.copy();
        fs::remove_file(log.day(day)).expect("removes");
        let expected = if day == "2026-10-03" { Kind::Truncated } else { Kind::DayRemoved };
        assert_found(&log.check(), expected);
    }
}

#[test]
fn re_signing_the_past_with_the_current_key() {
    // The attacker has the key of the current epoch, rewrites the first day and signs every checkpoint anew.
    let log = Log::new();
    change(&log.first_day(), |lines| lines[4] = lines[4].replace("action", "nothing"));
    rechain(&log.path());
    fs::remove_dir_all(log.path().join("checkpoints")).expect("removes");
    let at = morning() + TimeDelta::days(1) + TimeDelta::minutes(21);
    seal(&log.path(), at, ORIGIN).expect("seals").expect("had the lock");
    assert_found(&log.check(), Kind::Resigned);
}

#[test]
fn an_old_checkpoint_signed_by_a_later_key() {
    // A note over the first lines, by the key of now: what a verifier accepts that does not ask which key was due.
    let log = Log::new();
    let at = morning() + TimeDelta::days(1) + TimeDelta::minutes(21);
    let shorter = log.copy();
    let cut =
        fs::read_to_string(log.first_day()).expect("reads").lines().take(8).collect::<Vec<_>>().join("\n")
            + "\n";
    fs::remove_file(shorter.last_day()).expect("removes");
    fs::write(shorter.first_day(), cut).expect("writes");
    fs::remove_dir_all(shorter.path().join("checkpoints")).expect("removes");
    fs::remove_file(shorter.path().join(".lock")).expect("removes");
    seal(&shorter.path(), at, ORIGIN).expect("seals").expect("had the lock");
    let forged = fs::read_to_string(shorter.path().join("checkpoints/2026-10-02.ckpt")).expect("reads");
    let path = log.path().join("checkpoints/2026-10-01.ckpt");
    let honest = fs::read_to_string(&path).expect("reads");
    fs::write(&path, format!("{forged}{honest}")).expect("writes");
    assert!(!log.check().report.is_intact(), "{:?}", log.check().report.problems);
}

#[test]
fn empty_epoch_splice() {
    let log = Log::new();
    // The checkpoint that closes the first epoch (the second note) goes, so that the epoch looks empty.
    let path = log.path().join("checkpoints/2026-10-01.ckpt");
    let text = fs::read_to_string(&path).expect("reads");
    let second = text.match_indices(ORIGIN).map(|(at, _)| at).nth(2).expect("a second note");
    fs::write(&path, &text[..second]).expect("writes");
    assert_found(&log.check(), Kind::EmptyEpoch);
}

#[test]
fn rollback_of_the_directory() {
    let log = Log::new();
    let backup = log.copy();
    let later = morning() + TimeDelta::days(3);
    write_records(&log.path(), later, 0..10);
    seal(&log.path(), later, ORIGIN).expect("seals").expect("had the lock");
    let known = [log.head("an earlier verification")];
    assert!(backup.check().report.is_intact(), "a backup is an honest log; only its age betrays it");
    assert_found(&verify_signed(&backup.path(), &known, None), Kind::RolledBack);
    // Going on from the backup is found by the number of lines, or by the lines themselves.
    write_records(&backup.path(), later, 100..150);
    seal(&backup.path(), later, ORIGIN).expect("seals").expect("had the lock");
    assert_found(&verify_signed(&backup.path(), &known, None), Kind::RolledBack);
}

#[test]
fn two_hosts_with_one_key() {
    let log = Log::new();
    let clone = log.copy();
    let later = morning() + TimeDelta::days(3);
    for (log, numbers) in [(&log, 0..10), (&clone, 10..25)] {
        write_records(&log.path(), later, numbers);
        seal(&log.path(), later, ORIGIN).expect("seals").expect("had the lock");
    }
    assert_found(&verify_signed(&clone.path(), &[log.head("the other host")], None), Kind::RolledBack);
    // Another machine has another origin, and refuses to sign with a key that is not its own.
    let refused = seal(&clone.path(), later, "example.org/wks-39/1000");
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn clock_set_back() {
    let log = Log::new();
    write_records(&log.path(), morning() - TimeDelta::days(30), 0..1);
    let signed = log.check();
    assert_first(&signed, Kind::ClockBack, signed.report.next_seq - 1);
}

#[test]
fn a_forged_torn_tail() {
    // Half of the last record is cut away, to make it look as if its writer had died.
    let log = Log::new();
    write_records(&log.path(), morning() + TimeDelta::hours(30), 0..3);
    let text = fs::read_to_string(log.last_day()).expect("reads");
    fs::write(log.last_day(), &text[..text.len() - 40]).expect("writes");
    assert_found(&log.check(), Kind::TornForged);
    append(&log.path(), morning() + TimeDelta::hours(30), record(9)).expect("appends");
    let signed = log.check();
    assert_eq!(signed.report.torn, 1, "sealed and counted");
    assert!(!signed.report.is_intact(), "the mark had acknowledged it: {:?}", signed.report.problems);
}

#[test]
fn a_torn_line_in_the_middle() {
    let log = Log::new();
    change(&log.first_day(), |lines| {
        let length = lines[4].len();
        lines[4].truncate(length / 2);
    });
    assert_first(&log.check(), Kind::TornForged, 4);
}
