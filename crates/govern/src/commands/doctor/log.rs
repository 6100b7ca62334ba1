//! Whether the audit log can be written, is whole, and has room.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hook_core::StateDirectory;

use super::{Check, good, notice, problem, word};
use crate::Io;

/// Below this many bytes the log soon has no room.
const LITTLE_SPACE: u64 = 256 * 1024 * 1024;

pub(super) fn checks(io: &Io<'_>) -> Vec<Check> {
    let state = StateDirectory::new(&io.state);
    let log = state.ledger();
    let mut checks: Vec<Check> = unwritable(&io.state, &log).into_iter().collect();
    if checks.is_empty() {
        checks.extend(health(&log));
    }
    if state.exists(&hook_core::stop_marker(None)) {
        checks.push(problem("log", "every guard denies: `govern stop` is in force", "govern resume"));
    }
    checks
}

/// Tries to write where the hooks will; what is made for it is removed again.
fn unwritable(state: &Path, log: &Path) -> Option<Check> {
    for folder in [state, log] {
        match std::fs::symlink_metadata(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return nearest(folder),
            Err(error) => return Some(refused(folder, &error.to_string())),
            Ok(metadata) if !metadata.is_dir() => {
                let aside = format!("mv {0} {0}.aside", word(folder));
                return Some(problem(
                    "log",
                    format!("{} is not a folder: nothing is recorded", folder.display()),
                    aside,
                ));
            }
            // A superuser may write all the same; the user's hooks may not.
            Ok(metadata) if metadata.permissions().mode() & 0o200 == 0 => {
                return Some(refused(folder, "no permission to write"));
            }
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                return Some(problem(
                    "log",
                    format!("{}: others may look into it, so hooks refuse to use it", folder.display()),
                    format!("chmod 700 {}", word(folder)),
                ));
            }
            Ok(_) => {}
        }
        if let Err(error) = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder) {
            return Some(refused(folder, &error.to_string()));
        }
    }
    None
}

/// A folder that is not there yet can be made where the nearest one above it can be written.
fn nearest(folder: &Path) -> Option<Check> {
    let above = folder.ancestors().find(|above| above.is_dir())?;
    tempfile::Builder::new()
        .prefix(".doctor-")
        .tempfile_in(above)
        .err()
        .map(|error| refused(above, &error.to_string()))
}

fn refused(folder: &Path, why: &str) -> Check {
    problem(
        "log",
        format!("{} cannot be written ({why}): nothing is recorded", folder.display()),
        format!("sudo chown -R \"$USER\" {0} && chmod -R u+rwX {0}", word(folder)),
    )
}

fn health(log: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    match ledger::segments(log) {
        Ok(days) if days.is_empty() => checks.push(good("log", "no record yet")),
        Ok(_) => checks.push(intact(log)),
        Err(error) => checks.push(problem("log", error.to_string(), "govern log verify")),
    }
    if log.is_dir()
        && let Ok(space) = fs2::available_space(log)
        && space < LITTLE_SPACE
    {
        checks.push(notice(
            "log",
            format!("{} MB are left for {}", space / (1024 * 1024), log.display()),
            "govern log prune --help",
        ));
    }
    checks
}

fn intact(log: &Path) -> Check {
    let report = ledger::verify_signed(log, &[], None).report;
    match report.problems.first() {
        None => good("log", format!("{}: {} records, intact", log.display(), report.records)),
        Some(first) => problem(
            "log",
            format!("{}: not intact; first: {first}", log.display()),
            format!("govern log verify --dir {}", word(log)),
        ),
    }
}
