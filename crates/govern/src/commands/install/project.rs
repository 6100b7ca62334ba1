//! The target `project`: only the wiring, through the launcher in the repository; `govern init` does the rest as well.

use hook_core::files;
use serde_json::json;

use super::{Change, MAX_SETTINGS_BYTES, Request};
use crate::commands::init::{Departures, merged_settings, without_launchers};
use crate::tiers::{self, PROJECT_LAUNCHER};
use crate::transaction::{Fault, NewFile, commit, recover};
use crate::{Exit, Failure, Io};

/// Wires the tier's hooks into the project's settings, or takes them out.
pub(super) fn wire(request: &Request, wanted: bool, io: &mut Io<'_>) -> Result<Exit, Failure> {
    recover(&io.cwd)?;
    let settings = io.cwd.join(".claude/settings.json");
    let launcher = io.cwd.join(".claude/hooks/run-hook.sh");
    let before = files::read_bounded(&settings, MAX_SETTINGS_BYTES)?;
    let broken = |problem: String| Failure::Usage(format!("{}: {problem}", settings.display()));
    let after = if wanted {
        let hooks = json!({ "hooks": tiers::project_hooks(request.tier) });
        merged_settings(before.as_deref(), None, &hooks, Departures::Restore).map_err(broken)?.text
    } else {
        without_launchers(before.as_deref()).map_err(broken)?
    };
    let change = Change { before: before.clone(), after: after.clone() };
    change.print_diff(&settings, io.out)?;
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    let mut changed = Vec::new();
    if before.as_deref() != Some(after.as_slice()) && (wanted || before.is_some()) {
        changed.push(NewFile { path: settings.clone(), content: after, mode: 0o644 });
    }
    let existing = files::read_bounded(&launcher, MAX_SETTINGS_BYTES)?;
    if wanted && existing.as_deref() != Some(PROJECT_LAUNCHER.as_bytes()) {
        let content = PROJECT_LAUNCHER.as_bytes().to_vec();
        changed.push(NewFile { path: launcher.clone(), content, mode: 0o755 });
    }
    if !changed.is_empty() {
        commit(&io.cwd, &changed, Fault::None).map_err(|error| {
            Failure::Unreadable(format!("{}: {error}; nothing was changed", io.cwd.display()))
        })?;
    }
    if !wanted {
        super::binaries::remove(&launcher)?;
    }
    let what = if wanted { "wired into" } else { "taken out of" };
    writeln!(io.out, "The hooks are {what} {}.", settings.display())?;
    Ok(Exit::Clean)
}
