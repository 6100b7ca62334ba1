//! The `audit-logger` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&audit_logger::HOOK)
}
