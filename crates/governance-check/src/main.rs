//! The `governance-check` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&governance_check::HOOK)
}
