//! The `mcp-config-integrity` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    hook_core::run(&mcp_config_integrity::HOOK)
}
