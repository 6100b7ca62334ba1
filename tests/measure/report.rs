//! The report over a large log: its time and memory. `report-scale [RECORDS]`, a million unless said otherwise.

use std::process::{Command, ExitCode};
use std::time::Instant;

use governance_tests::log_world::{NOW, write_log};
use nix::sys::resource::{UsageWho, getrusage};

/// What the report may cost over a million records.
const MOST_SECONDS: f64 = 5.0;
const MOST_MEBIBYTES: i64 = 256;

/// How often the report is made; the fastest counts, since other programs can only slow it down.
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    let records: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("log");
    println!("writing {records} records ...");
    write_log(&log, records);
    let bytes: u64 = governance_tests::client::files_below(&log)
        .iter()
        .filter_map(|file| std::fs::metadata(file).ok())
        .map(|file| file.len())
        .sum();
    // Beside this program, where the recipe has built it.
    let govern = std::env::current_exe().expect("this program's path").with_file_name("govern");
    let mut fastest = f64::MAX;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let done = Command::new(&govern)
            .args(["report", "--format", "html", "--out", "report.html", "--now", NOW, "--dir"])
            .arg(&log)
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", govern.display()));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of children");
    let mebibytes = usage.max_rss() / 1024;
    println!(
        "{records} records, {} MiB: verified and reported in {fastest:.2} s, {mebibytes} MiB of memory at most",
        bytes >> 20
    );
    if fastest > MOST_SECONDS || mebibytes > MOST_MEBIBYTES {
        println!("beyond {MOST_SECONDS} s or {MOST_MEBIBYTES} MiB");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
