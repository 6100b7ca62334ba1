//! Binaries and other files on their way into place: whole, checked against their sums, only where something changes.

use std::path::{Path, PathBuf};

use hook_core::files;
use sha2::{Digest, Sha256};

use crate::Failure;

/// The file of sums that stands beside released binaries, as `sha256sum` writes it.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// The largest file of sums that is read, in bytes.
const MAX_SUMS_BYTES: usize = 1024 * 1024;

/// Checks that the binaries are there, and that they are what the file of sums beside them says, where there is one.
pub(super) fn check_source(source: &Path, names: &[&str]) -> Result<(), Failure> {
    let sums = files::read_text(&source.join(SUMS), MAX_SUMS_BYTES)?;
    for name in names {
        let path = source.join(name);
        if !path.is_file() {
            return Err(Failure::Unreadable(format!(
                "{} is not there; build it, or name --from",
                path.display()
            )));
        }
        let Some(sums) = &sums else { continue };
        let own = digest(&path)?;
        let listed = sums.lines().filter_map(|line| line.split_once("  ")).find(|(_, file)| file == name);
        match listed {
            Some((sum, _)) if sum == own => {}
            Some(_) => {
                let text =
                    "is not the file its SHA256SUMS names; nothing was installed. Fetch the release again";
                return Err(Failure::Unreadable(format!("{}: {text}", path.display())));
            }
            None => {
                let text = "SHA256SUMS beside it does not name it; nothing was installed";
                return Err(Failure::Unreadable(format!("{}: {text}", path.display())));
            }
        }
    }
    Ok(())
}

/// The sums of these files of a folder, as `sha256sum --check` reads them.
pub(super) fn sums(folder: &Path, names: &[&str]) -> Result<String, Failure> {
    let mut text = String::new();
    for name in names {
        text.extend([digest(&folder.join(name))?.as_str(), "  ", name, "\n"]);
    }
    Ok(text)
}

/// The SHA-256 of a file, in hexadecimal.
#[expect(clippy::disallowed_methods, reason = "binaries are hashed whole, whatever their size")]
pub(crate) fn digest(path: &Path) -> Result<String, Failure> {
    let bytes =
        std::fs::read(path).map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))?;
    Ok(digest_of(&bytes))
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[expect(clippy::disallowed_methods, reason = "binaries are copied whole, whatever their size")]
/// Copies a binary unless it is there already; whether it changed.
pub(super) fn copy_binary(from: &Path, to: &Path) -> Result<bool, Failure> {
    let bytes =
        std::fs::read(from).map_err(|error| Failure::Unreadable(format!("{}: {error}", from.display())))?;
    let same = std::fs::read(to).is_ok_and(|existing| existing == bytes);
    if same {
        return Ok(false);
    }
    make_folder(to)?;
    files::write_atomic(to, &bytes, 0o755)?;
    Ok(true)
}

pub(super) fn write_if_changed(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Result<(), Failure> {
    if before == Some(after) {
        return Ok(());
    }
    make_folder(path)?;
    files::write_atomic(path, after, 0o600)?;
    Ok(())
}

pub(super) fn make_folder(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", folder.display())))
}

pub(super) fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Unreadable(format!("{}: {error}", path.display()))),
    }
}

/// The folder this program is in.
pub(super) fn own_folder() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    Ok(own.parent().map(Path::to_path_buf).unwrap_or_default())
}
