//! What appending leaves behind: a chain that verifies, whatever happens to the writers.

#![expect(clippy::expect_used, reason = "a test ends where its preparation fails")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Error, Record, Warning, append, segments, verify};
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn noon() -> DateTime<Utc> {
    "2026-10-01T12:00:00Z".parse().expect("a time")
}

fn record(text: &str) -> Record {
    json!({"event": "PostToolUse", "what": text}).as_object().cloned().expect("an object")
}

fn log_of(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for number in 0..count {
        append(&directory.path().join("log"), noon(), record(&number.to_string())).expect("appends");
    }
    directory
}

fn day_text(directory: &Path) -> String {
    fs::read_to_string(directory.join("log/2026-10-01.jsonl")).expect("the day file")
}

#[test]
fn stored_lines_are_canonical_chained_and_private() {
    let directory = log_of(3);
    let log = directory.path().join("log");
    for line in day_text(directory.path()).lines() {
        let parsed: Record = serde_json::from_str(line).expect("JSON");
        assert_eq!(ledger::canonical(&parsed), line.as_bytes());
    }
    let report = verify(&log);
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!((report.records, report.next_seq), (4, 4));
    let mode = |path: &Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    assert_eq!(mode(&log), 0o700);
    assert_eq!(mode(&log.join("2026-10-01.jsonl")), 0o600);
    assert_eq!(mode(&log.join(".lock")), 0o600);
}

#[test]
fn a_new_day_goes_on_from_the_old_one_and_no_day_reopens() {
    let directory = log_of(2);
    let log = directory.path().join("log");
    append(&log, noon() + TimeDelta::days(1), record("next day")).expect("appends");
    append(&log, noon() + TimeDelta::days(1) - TimeDelta::hours(13), record("just before midnight"))
        .expect("appends");
    assert_eq!(segments(&log).expect("lists").len(), 2);
    let report = verify(&log);
    assert_eq!(report.records, 6);
    let kinds: Vec<_> = report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ledger::Kind::ClockBack]);
}

/// The mark is a witness: what it says of the last line's hash counts only where it fits that line.
#[test]
fn the_chain_goes_on_from_the_last_line_whatever_the_mark_says() {
    // A mark of an earlier version has no sum.
    for (key, value, notes) in
        [("sum", None, 0), ("head", Some(json!("0f".repeat(32))), 1), ("sum", Some(json!(7)), 0)]
    {
        let directory = log_of(3);
        let log = directory.path().join("log");
        let path = log.join(".lock");
        let mut mark: Record = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
        assert!(mark.remove(key).is_some(), "{mark:?}");
        mark.extend(value.map(|value| (key.into(), value)));
        let text = serde_json::Value::Object(mark).to_string();
        fs::write(&path, format!("{text:<511}\n")).expect("writes");
        append(&log, noon(), record("after")).expect("appends");
        append(&log, noon(), record("after that")).expect("appends");
        let report = verify(&log);
        assert_eq!(report.records, 6 + notes as u64, "{:?}", report.problems);
        let chained = report.problems.iter().all(|problem| problem.kind == ledger::Kind::Edited);
        assert!(chained && report.problems.len() == notes, "{:?}", report.problems);
        assert_eq!(day_text(directory.path()).matches("audit.altered").count(), notes);
    }
}

#[test]
fn a_torn_tail_is_sealed_and_counted() {
    let directory = log_of(3);
    let log = directory.path().join("log");
    let path = log.join("2026-10-01.jsonl");
    let mut file = OpenOptions::new().append(true).open(&path).expect("opens");
    file.write_all(br#"{"event":"PostToolUse","prev":"00"#).expect("writes");
    let cut = verify(&log);
    assert!(cut.is_intact(), "{:?}", cut.problems);
    assert_eq!((cut.torn, cut.notices.len()), (1, 1));
    append(&log, noon(), record("after")).expect("appends");
    let report = verify(&log);
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!((report.torn, report.records, report.next_seq), (1, 6, 7));
    assert!(
        day_text(directory.path()).contains("{\"event\":\"PostToolUse\",\"prev\":\"00\n"),
        "the torn bytes stay"
    );
}

#[test]
fn an_empty_day_file_left_by_a_crash_is_begun_again() {
    let directory = log_of(2);
    let log = directory.path().join("log");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o700)).expect("sets");
    fs::write(log.join("2026-10-02.jsonl"), b"").expect("writes");
    append(&log, noon() + TimeDelta::days(1), record("next day")).expect("appends");
    let report = verify(&log);
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!(report.next_seq, 5);
}

#[test]
fn unsafe_places_are_refused() {
    let directory = log_of(1);
    let log = directory.path().join("log");
    let linked = directory.path().join("linked");
    symlink(&log, &linked).expect("links");
    assert!(matches!(append(&linked, noon(), record("x")), Err(Error::Unsafe(..))));
    let path = log.join("2026-10-01.jsonl");
    let elsewhere = directory.path().join("elsewhere");
    fs::rename(&path, &elsewhere).expect("renames");
    symlink(&elsewhere, &path).expect("links");
    assert!(matches!(append(&log, noon(), record("x")), Err(Error::Unsafe(..))));
    fs::remove_file(&path).expect("removes");
    fs::hard_link(&elsewhere, &path).expect("links");
    assert!(matches!(append(&log, noon(), record("x")), Err(Error::Unsafe(..))));
    fs::set_permissions(&log, fs::Permissions::from_mode(0o777)).expect("sets");
    assert!(matches!(append(&log, noon(), record("x")), Err(Error::Unsafe(..))));
}

#[test]
fn a_log_of_another_user_is_refused() {
    let directory = log_of(1);
    let log = directory.path().join("log");
    if std::os::unix::fs::chown(log.join("2026-10-01.jsonl"), Some(12_345), None).is_err() {
        eprintln!("skipped: only root can give a file away");
        return;
    }
    let refused = append(&log, noon(), record("x"));
    assert!(matches!(&refused, Err(Error::Unsafe(_, why)) if why.contains("another user")), "{refused:?}");
}

#[test]
fn too_long_a_record_changes_nothing() {
    let directory = log_of(2);
    let log = directory.path().join("log");
    let before = day_text(directory.path());
    let refused = append(&log, noon(), record(&"x".repeat(70_000)));
    assert!(matches!(refused, Err(Error::TooLong(_))), "{refused:?}");
    assert_eq!(day_text(directory.path()), before);
    let receipt = append(&log, noon(), record("after")).expect("appends");
    assert_eq!(receipt.warnings, [Warning::Gap(1)], "the loss is recorded and told");
    assert!(verify(&log).is_intact());
}

#[test]
fn who_does_not_get_the_lock_puts_the_record_aside() {
    let directory = log_of(1);
    let log = directory.path().join("log");
    let lock = OpenOptions::new().read(true).write(true).open(log.join(".lock")).expect("opens");
    fs2::FileExt::lock_exclusive(&lock).expect("locks");
    let receipt = append(&log, noon(), record("aside")).expect("stores");
    assert_eq!(receipt.seq, None);
    assert_eq!(verify(&log).waiting, 1);
    // A writer killed between its write and its clearing leaves the file: it must not count twice.
    let spilled = fs::read_dir(log.join("spill")).expect("lists").next().expect("one").expect("entry").path();
    let copy = fs::read(&spilled).expect("reads");
    fs2::FileExt::unlock(&lock).expect("unlocks");
    append(&log, noon(), record("merges")).expect("appends");
    fs::create_dir(log.join("spill")).expect("creates");
    fs::set_permissions(log.join("spill"), fs::Permissions::from_mode(0o700)).expect("sets");
    fs::write(&spilled, copy).expect("writes");
    append(&log, noon(), record("again")).expect("appends");
    let report = verify(&log);
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!((report.records, report.spilled, report.waiting), (5, 1, 0));
    assert!(!log.join("spill").exists());
}

/// Records put aside, as writers leave them that did not get the lock; gives their paths, oldest first.
fn put_aside(log: &Path, count: usize, length: usize) -> Vec<std::path::PathBuf> {
    let folder = log.join("spill");
    fs::create_dir(&folder).expect("creates");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("sets");
    let paths = (0..count).map(|number| {
        let path = folder.join(format!("{number:020}-7-0.json"));
        let text = format!("s-{number}-{}", "x".repeat(length));
        fs::write(&path, ledger::canonical(&record(&text))).expect("writes");
        path
    });
    paths.collect()
}

/// How often each of the first `count` records put aside is in the log.
fn times_stored(log: &Path, count: usize) -> Vec<usize> {
    let text = stored(log);
    (0..count).map(|number| text.matches(&format!("\"s-{number}-")).count()).collect()
}

#[test]
fn a_backlog_is_worked_off_in_bounded_steps() {
    const COUNT: usize = 3000;
    let directory = log_of(1);
    let log = directory.path().join("log");
    put_aside(&log, COUNT, 100);
    let mut appends = 0;
    while log.join("spill").exists() {
        let before = day_text(directory.path()).lines().count();
        append(&log, noon(), record("next")).expect("appends");
        appends += 1;
        let merged = day_text(directory.path()).lines().count() - before - 1;
        assert!((1..=128).contains(&merged) || !log.join("spill").exists(), "{merged} in one step");
    }
    assert!((COUNT / 128..COUNT / 20).contains(&appends), "{appends}");
    assert_eq!(times_stored(&log, COUNT), vec![1; COUNT]);
    let report = verify(&log);
    assert!(report.is_intact(), "{:?}", report.problems);
    assert_eq!(report.waiting, 0);
}

/// A writer killed between its write and its clearing leaves everything it merged: none of it may count twice, however
/// long the records are, and not on the next day either.
#[test]
fn what_was_merged_before_a_crash_is_not_merged_again() {
    const COUNT: usize = 40;
    for days in [0, 1] {
        let directory = log_of(1);
        let log = directory.path().join("log");
        let paths = put_aside(&log, COUNT, 60_000);
        let texts: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("reads")).collect();
        append(&log, noon(), record(&"y".repeat(60_000))).expect("appends");
        let merged = paths.iter().filter(|path| !path.exists()).count();
        assert!(merged > 4, "{merged}");
        for (path, text) in paths.iter().zip(&texts).filter(|(path, _)| !path.exists()) {
            fs::write(path, text).expect("writes");
        }
        while log.join("spill").exists() {
            append(&log, noon() + TimeDelta::days(days), record("next")).expect("appends");
        }
        assert_eq!(times_stored(&log, COUNT), vec![1; COUNT]);
        assert!(verify(&log).is_intact(), "{:?}", verify(&log).problems);
    }
}

/// Not a test of its own: the writer process of the tests below.
#[test]
#[ignore = "run by other tests as a process of its own"]
fn writer_process() {
    let Ok(log) = std::env::var("LEDGER_TEST_LOG") else { return };
    let count: usize = std::env::var("LEDGER_TEST_COUNT").expect("set").parse().expect("a number");
    let name = std::env::var("LEDGER_TEST_NAME").expect("set");
    let notes = std::env::var("LEDGER_TEST_NOTES").expect("set");
    let mut acknowledged =
        OpenOptions::new().create(true).append(true).open(format!("{notes}.{name}")).expect("opens");
    for number in 0..count {
        let text = format!("{name}-{number}-{}", "x".repeat(number * 37 % 3000));
        match append(Path::new(&log), Utc::now(), record(&text)) {
            Ok(_) => acknowledged.write_all(format!("{name}-{number}-\n").as_bytes()).expect("writes"),
            Err(Error::NoSpace(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn spawn_writer(log: &Path, name: &str, count: usize) -> Child {
    spawn_writer_noting(log, log, name, count)
}

/// A writer whose notes of what was acknowledged stand elsewhere than beside the log.
fn spawn_writer_noting(log: &Path, notes: &Path, name: &str, count: usize) -> Child {
    Command::new(std::env::current_exe().expect("the test binary"))
        .args(["--exact", "writer_process", "--ignored", "--nocapture"])
        .env("LEDGER_TEST_LOG", log)
        .env("LEDGER_TEST_NOTES", notes)
        .env("LEDGER_TEST_COUNT", count.to_string())
        .env("LEDGER_TEST_NAME", name)
        .stdout(Stdio::null())
        .spawn()
        .expect("starts")
}

fn acknowledged(log: &Path, names: &[String]) -> Vec<String> {
    let read = |name: &String| fs::read_to_string(format!("{}.{name}", log.display())).unwrap_or_default();
    names.iter().flat_map(|name| read(name).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn stored(log: &Path) -> String {
    let days = segments(log).expect("lists");
    days.iter()
        .map(|day| String::from_utf8_lossy(&fs::read(day.path(log)).expect("reads")).into_owned())
        .collect()
}

/// After the writers are gone: everything acknowledged is there once, and the chain holds.
fn assert_nothing_lost(log: &Path, names: &[String]) -> ledger::Report {
    assert_all_stored(log, &acknowledged(log, names))
}

fn assert_all_stored(log: &Path, acknowledged: &[String]) -> ledger::Report {
    // Each append merges some of what was put aside; when nothing is, the folder goes.
    for _ in 0..10_000 {
        append(log, Utc::now(), record("settle")).expect("appends");
        if !log.join("spill").exists() {
            break;
        }
    }
    let report = verify(log);
    assert!(report.is_intact(), "{:?}", report.problems);
    let text = stored(log);
    let present: std::collections::HashMap<&str, usize> = text
        .lines()
        .filter_map(|line| {
            line.split_once(r#""what":""#)?.1.split_inclusive('-').nth(1).and_then(|_| {
                let value = line.split_once(r#""what":""#)?.1;
                let end = value.match_indices('-').nth(1)?.0;
                value.get(..=end)
            })
        })
        .fold(std::collections::HashMap::new(), |mut counts, key| {
            *counts.entry(key).or_default() += 1;
            counts
        });
    for wanted in acknowledged {
        assert_eq!(present.get(wanted.as_str()), Some(&1), "{wanted} was acknowledged");
    }
    report
}

#[test]
fn eight_writers_lose_nothing() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let log = directory.path().join("log");
    let names: Vec<String> = (0..8).map(|number| format!("w{number}")).collect();
    let writers: Vec<Child> = names.iter().map(|name| spawn_writer(&log, name, 1000)).collect();
    for mut writer in writers {
        assert!(writer.wait().expect("ends").success());
    }
    assert_eq!(acknowledged(&log, &names).len(), 8000);
    let report = assert_nothing_lost(&log, &names);
    assert!(report.records >= 8001, "{}", report.records);
    eprintln!("8 x 1000: {} records, {} of them put aside first", report.records, report.spilled);
}

/// Bounded here; `LEDGER_TEST_WRITERS=32 LEDGER_TEST_RECORDS=2000` runs it at full size.
#[test]
fn killed_writers_leave_a_log_that_verifies() {
    let number = |name: &str, default: usize| {
        std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (writers, records) = (number("LEDGER_TEST_WRITERS", 8), number("LEDGER_TEST_RECORDS", 300));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let log = directory.path().join("log");
    let names: Vec<String> = (0..writers).map(|number| format!("k{number}")).collect();
    let mut running: Vec<Child> = names.iter().map(|name| spawn_writer(&log, name, records)).collect();
    // A fixed sequence of pauses that looks random: the moments of death differ, the test does not. The longer the
    // writers are at work, the longer the pauses, so that some die early and some late.
    let mut seed = 0x2545_f491_u64;
    let stretch = u32::try_from(records / 300).expect("a number").max(1);
    let mut killed = 0;
    for writer in running.iter_mut().step_by(2) {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(std::time::Duration::from_millis(seed >> 58) * stretch);
        if writer.try_wait().expect("asks").is_none() {
            writer.kill().expect("kills");
            killed += 1;
        }
    }
    for mut writer in running {
        writer.wait().expect("ends");
    }
    let report = assert_nothing_lost(&log, &names);
    eprintln!(
        "{writers} x {records}, {killed} killed: {} acknowledged, {} records, {} torn, {} put aside first",
        acknowledged(&log, &names).len(),
        report.records,
        report.torn,
        report.spilled
    );
}

#[test]
fn a_full_disk_rolls_back_and_is_recorded() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mount = directory.path().join("small");
    fs::create_dir(&mount).expect("creates");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs"])
        .arg(&mount)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!("skipped: no right to mount a small tmpfs here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        fill(&mount.join("log"));
        fs::remove_dir_all(mount.join("log")).expect("removes");
        fill_together(&mount.join("log"));
    });
    let unmounted = Command::new("umount").arg(&mount).status().is_ok_and(|status| status.success());
    assert!(unmounted, "umount");
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn fill(log: &Path) {
    append(log, noon(), record("first")).expect("appends");
    let ballast = log.with_file_name("ballast");
    fs::write(&ballast, vec![0; 64 * 1024]).expect("writes");
    let mut stored = 1;
    let failed = loop {
        match append(log, noon(), record(&"x".repeat(780))) {
            Ok(_) => stored += 1,
            Err(Error::NoSpace(_)) => break 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stored < 2000, "the disk never filled up");
    };
    assert!(matches!(append(log, noon(), record(&"y".repeat(5000))), Err(Error::NoSpace(_))));
    assert!(verify(log).is_intact(), "{:?}", verify(log).problems);
    fs::remove_file(&ballast).expect("removes");
    let receipt = append(log, noon(), record("after")).expect("appends");
    assert_eq!(receipt.warnings.first(), Some(&Warning::Gap(failed + 1)));
    let report = verify(log);
    assert!(report.is_intact(), "{:?}", report.problems);
    // The opening record, the records stored, the record of the gap, the one after.
    assert_eq!(report.records, stored + 3);
}

/// Writers that fill the disk together, half of them killed: what was acknowledged is there, and the chain holds.
fn fill_together(log: &Path) {
    append(log, Utc::now(), record("first")).expect("appends");
    let ballast = log.with_file_name("ballast");
    fs::write(&ballast, vec![0; 32 * 1024]).expect("writes");
    // What they acknowledge is noted on another disk.
    let notes = tempfile::tempdir().expect("a temporary directory");
    let elsewhere = notes.path().join("log");
    let names: Vec<String> = (0..8).map(|number| format!("f{number}")).collect();
    let mut running: Vec<Child> =
        names.iter().map(|name| spawn_writer_noting(log, &elsewhere, name, 200)).collect();
    for writer in running.iter_mut().step_by(2) {
        std::thread::sleep(std::time::Duration::from_millis(30));
        if writer.try_wait().expect("asks").is_none() {
            writer.kill().expect("kills");
        }
    }
    for mut writer in running {
        writer.wait().expect("ends");
    }
    fs::remove_file(&ballast).expect("removes");
    let receipt = append(log, Utc::now(), record("after")).expect("appends");
    assert!(
        matches!(receipt.warnings.first(), Some(Warning::Gap(_))),
        "{receipt:?}: the disk was never full"
    );
    let acknowledged = acknowledged(&elsewhere, &names);
    assert!(!acknowledged.is_empty());
    assert_all_stored(log, &acknowledged);
}

/// Without the right to mount anything: a limit on the size of files is a full disk too.
#[test]
fn a_file_size_limit_rolls_back_and_is_recorded() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let log = directory.path().join("log");
    append(&log, Utc::now(), record("first")).expect("appends");
    let writer = Command::new("sh")
        .args(["-c", "ulimit -f 64; exec \"$0\" --exact writer_process --ignored --nocapture"])
        .arg(std::env::current_exe().expect("the test binary"))
        .env("LEDGER_TEST_LOG", &log)
        .env("LEDGER_TEST_NOTES", &log)
        .env("LEDGER_TEST_COUNT", "100")
        .env("LEDGER_TEST_NAME", "u")
        .stdout(Stdio::null())
        .status()
        .expect("starts");
    assert!(writer.success(), "the writer was not killed by the limit: {writer}");
    let acknowledged = acknowledged(&log, &["u".to_owned()]);
    assert!((1..100).contains(&acknowledged.len()), "{}", acknowledged.len());
    append(&log, Utc::now(), record("after")).expect("appends");
    // A short record may still fit after a long one did not, so there can be several gaps.
    let stored = stored(&log);
    let gaps = stored.lines().filter(|line| line.contains(r#""event":"audit.gap""#));
    let lost = gaps.filter_map(|line| {
        let record: Record = serde_json::from_str(line).ok()?;
        record.get("failed")?.as_u64()
    });
    assert_eq!(lost.sum::<u64>(), 100 - acknowledged.len() as u64, "every lost record is counted");
    assert_all_stored(&log, &acknowledged);
}
