//! The velocity-governor binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&velocity_governor::HOOK)
}
