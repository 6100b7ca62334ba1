//! The `dangerous-actions-blocker` binary: one event in, one answer out.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&dangerous_actions_blocker::HOOK)
}
