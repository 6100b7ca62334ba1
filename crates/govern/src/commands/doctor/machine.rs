//! Versions and permissions of what is installed, and the client's own version.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use hook_core::policy::HOOK_NAMES;

use super::{Check, Patient, good, notice, problem, word};
use crate::commands::install::{digest, receipt_digests};

/// The oldest client on which all that the tiers rely on was seen to work (`onFailure` among it).
const OLDEST_CLIENT: [u64; 3] = [2, 1, 330];

pub(super) fn checks(patient: &Patient) -> Vec<Check> {
    let mut checks = vec![client(&patient.client)];
    checks.extend(versions(patient));
    checks.extend(permissions(patient));
    checks
}

fn client(program: &Path) -> Check {
    let oldest = OLDEST_CLIENT.map(|number| number.to_string()).join(".");
    let said = Command::new(program).arg("--version").output();
    let text = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
    let Some(version) = text.as_deref().ok().and_then(numbers) else {
        return notice(
            "client",
            format!("`{} --version` names no version", program.display()),
            "npm install --global @anthropic-ai/claude-code",
        );
    };
    let shown = version.map(|number| number.to_string()).join(".");
    if version < OLDEST_CLIENT {
        return problem(
            "client",
            format!(
                "Claude Code {shown} is older than {oldest}: a guard that cannot run lets the call through"
            ),
            "claude update",
        );
    }
    good("client", format!("Claude Code {shown}"))
}

/// The three numbers a version line begins with.
fn numbers(text: &str) -> Option<[u64; 3]> {
    let first = text.split_whitespace().next()?;
    let mut parts = first.split('.').map(|part| part.parse::<u64>().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// Installed hooks of another version than this program, or with other bytes than were installed.
fn versions(patient: &Patient) -> Vec<Check> {
    let folder = patient.hooks_folder();
    let wanted = env!("CARGO_PKG_VERSION");
    let receipt = receipt_digests(&patient.places.home);
    let mut checks = Vec::new();
    let installed: Vec<&str> =
        HOOK_NAMES.iter().copied().filter(|name| folder.join(name).is_file()).collect();
    for name in &installed {
        let path = folder.join(name);
        let said = Command::new(&path).arg("--version").env_clear().output();
        let text = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
        let version = text.unwrap_or_default().rsplit(' ').next().unwrap_or_default().to_string();
        if version != wanted {
            let shown = if version.is_empty() { "unknown".to_string() } else { version };
            let text = format!("{name} is version {shown}, govern {wanted}");
            checks.push(problem("versions", text, patient.install()));
        }
        let recorded = receipt.iter().find(|(known, _)| known == name).map(|(_, sum)| sum);
        if recorded.is_some() && digest(&path).ok().as_ref() != recorded {
            let text = format!("{} is not the file that was installed", path.display());
            checks.push(problem("versions", text, patient.install()));
        }
    }
    if checks.is_empty() && !installed.is_empty() {
        checks
            .push(good("versions", format!("{} installed hooks, all of version {wanted}", installed.len())));
    }
    checks
}

/// Whoever may write these may switch governance off.
fn permissions(patient: &Patient) -> Vec<Check> {
    let user = &patient.places.user;
    let mut paths: Vec<PathBuf> = vec![
        user.clone(),
        user.join("settings.json"),
        user.join("hooks"),
        user.join("governance"),
        user.join("governance/policy.json"),
    ];
    paths.extend(HOOK_NAMES.iter().map(|name| user.join("hooks").join(name)));
    let own = std::fs::metadata(&patient.places.home).map(|metadata| metadata.uid()).ok();
    let mut checks = Vec::new();
    for path in paths {
        let Ok(metadata) = std::fs::metadata(&path) else { continue };
        if metadata.permissions().mode() & 0o022 != 0 {
            let text = format!("{}: others may write it", path.display());
            checks.push(problem("permissions", text, format!("chmod go-w {}", word(&path))));
        }
        if own.is_some_and(|own| own != metadata.uid() && metadata.uid() != 0) {
            let text = format!("{}: belongs to another user", path.display());
            checks.push(problem("permissions", text, format!("sudo chown \"$USER\" {}", word(&path))));
        }
    }
    if checks.is_empty() {
        checks.push(good("permissions", format!("{}: nobody else may write", user.display())));
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn a_version_line_gives_three_numbers_or_none() {
        assert_eq!(numbers("2.1.330 (Claude Code)"), Some([2, 1, 330]));
        assert_eq!(numbers("2.1"), None);
        assert_eq!(numbers("command not found"), None);
        assert_eq!(numbers(""), None);
    }
}
