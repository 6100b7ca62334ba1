//! The unicode-scanner binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&unicode_scanner::HOOK)
}
