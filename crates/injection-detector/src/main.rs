//! The injection-detector binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&injection_detector::HOOK)
}
