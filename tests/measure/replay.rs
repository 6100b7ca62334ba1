//! `corpus replay [MEBIBYTES]`: past sessions of so many mebibytes (1024 unless said otherwise) in one pass of `govern
//! replay`: time and the most memory it had.

use std::process::Command;
use std::time::Instant;

use governance_tests::client::files_below;
use governance_tests::replay_world::write_transcript;
use nix::sys::resource::{UsageWho, getrusage};

/// What any amount of past may take.
const MOST_MEBIBYTES: i64 = 256;

pub(crate) fn measure(options: &[String]) -> Result<bool, String> {
    let mebibytes: u64 = match options.first() {
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of mebibytes"))?,
        None => 1024,
    };
    // Built in this program's own profile.
    let govern = governance_tests::bin("govern");
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = home.path().join("projects");
    write_transcript(&folder, mebibytes << 20).map_err(|error| error.to_string())?;
    let bytes: u64 =
        files_below(&folder).iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum();
    let started = Instant::now();
    let output = Command::new(&govern)
        .arg("replay")
        .arg(&folder)
        .args(["--policy-of", "/project"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .map_err(|error| error.to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let memory = usage.max_rss() / 1024;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    println!("{} MiB replayed in {seconds:.1} s, {memory} MiB of memory at most", bytes >> 20);
    if output.status.code() != Some(1) {
        return Err(format!("govern replay: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(memory <= MOST_MEBIBYTES)
}
