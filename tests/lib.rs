//! Helpers the integration tests share: where things are, cases in JSONL, a world in a temporary folder.

pub mod cases;
pub mod client;
pub mod model;

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder of measurements beside the project, where there is one. Tests pass without it.
pub fn shared() -> Option<PathBuf> {
    let folder = root().parent()?.join("shared");
    folder.join("corpora").is_dir().then_some(folder)
}

/// A binary of this workspace, built beside the test executable (`target/debug/NAME`).
///
/// # Panics
/// Where it was not built: `cargo test --workspace` builds the binaries that the tests name as dependencies, the
/// justfile's `test` builds all.
pub fn bin(name: &str) -> PathBuf {
    let mut folder = std::env::current_exe().unwrap_or_default();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(name);
    assert!(path.is_file(), "{} is not built; run `just build`", path.display());
    path
}
