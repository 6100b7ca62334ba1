//! Helpers the integration tests share: where things are, cases in JSONL, a world in a temporary folder.

pub mod cases;
pub mod client;
pub mod log_world;
pub mod model;
pub mod recount;
pub mod replay_world;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder of measurements beside the project, where there is one. Tests pass without it.
pub fn shared() -> Option<PathBuf> {
    let folder = root().parent()?.join("shared");
    folder.join("corpora").is_dir().then_some(folder)
}

/// `govern`, to be run in a folder by a user whose home this is, with no variable of this machine passed on.
pub fn govern(home: &Path, folder: &Path) -> Command {
    let mut command = Command::new(bin("govern"));
    command.current_dir(folder).env_clear().env("HOME", home).env("USER", "tester");
    command
}

/// What a program said, on either way out.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A binary of this workspace, from the folder the test executable is in (`target/debug/NAME`).
///
/// `cargo test` builds no other package's binaries, so the first call in a test process has cargo build them all; where
/// they are fresh that takes a moment.
///
/// # Panics
/// Where the build fails.
pub fn bin(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build_binaries).join(name)
}

fn build_binaries() -> PathBuf {
    let mut folder = std::env::current_exe().expect("the test's own path");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--locked", "--workspace", "--bins"]).current_dir(root());
    if folder.ends_with("release") {
        build.arg("--release");
    }
    // The test executable may lie in another target folder than the default one.
    if let Some(target) = folder.parent() {
        build.arg("--target-dir").arg(target);
    }
    let status = build.status().expect("cargo runs");
    assert!(status.success(), "`cargo build --workspace --bins` failed");
    folder
}
