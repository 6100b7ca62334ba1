//! The report over a large log: its time and memory. `report-scale [RECORDS]`, a million unless said otherwise.

use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use governance_tests::log_world::{NOW, write_log};

/// What the report may cost over a million records.
const MOST_SECONDS: f64 = 5.0;
const MOST_MEBIBYTES: u64 = 256;

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
    let (mut fastest, mut mebibytes) = (f64::MAX, 0);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let mut child = Command::new(&govern)
            .args(["report", "--format", "html", "--out", "report.html", "--now", NOW, "--dir"])
            .arg(&log)
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", govern.display()));
        mebibytes = mebibytes.max(most_memory(&mut child));
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
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

/// Waits for the child; the most memory it held, in MiB. What `getrusage` tells of children begins with their parent's own.
fn most_memory(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(kibibytes.unwrap_or(0) / 1024);
        if let Some(ended) = child.try_wait().expect("a child of ours") {
            assert!(ended.success() && most > 0, "{ended}, {most} MiB");
            return most;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
