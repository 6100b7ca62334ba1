//! The secrets-scanner binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&secrets_scanner::HOOK)
}
