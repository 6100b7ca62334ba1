//! What git knows of the governance files, and settings where a start of the client does not look.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Finding, Subject, about};

/// The files that govern only where everybody has them.
const SHARED: &[&str] = &[
    ".claude/settings.json",
    ".claude/governance.json",
    ".claude/hooks/run-hook.sh",
    ".claude/mcp-registry.yaml",
    ".mcp.json",
    "CLAUDE.md",
    ".claude/CLAUDE.md",
    "docs/ai-usage-charter.md",
    ".github/workflows/ai-governance.yml",
];

/// One person's own.
const LOCAL: &str = ".claude/settings.local.json";

/// How deep settings below the root are looked for.
const DEPTH: usize = 3;

pub(super) fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for file in &subject.nested {
        let text = "counts only for a client that is started in its folder; from the root it does not exist.";
        findings.extend(about("SET-10", file.clone(), text));
    }
    let Some(tracked) = &subject.tracked else { return };
    for file in SHARED.iter().filter(|file| subject.root.join(file).is_file() && !tracked.contains(**file)) {
        findings.extend(about("SET-4", *file, "It is not committed: no other clone has it."));
    }
    if tracked.contains(LOCAL) {
        findings.extend(about(
            "SET-4",
            LOCAL,
            "It is committed: one person's settings override the team's for all.",
        ));
    }
}

/// Which of the governance files git tracks. Nothing of the repository is run: no hook, no monitor.
pub(super) fn tracked(root: &Path) -> Option<BTreeSet<String>> {
    if !root.ancestors().any(|folder| folder.join(".git").exists()) {
        return None;
    }
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C"])
        .arg(root)
        .args(["ls-files", "-z", "--"])
        .args(SHARED)
        .arg(LOCAL)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| names.split_terminator('\0').map(str::to_string).collect())
}

/// Settings files in folders below the root, relative to it.
pub(super) fn nested_settings(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    search(root, Path::new(""), &mut found);
    found.sort();
    found
}

fn search(root: &Path, below: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root.join(below)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let inside = below.join(&name);
        let plain = !name.starts_with('.') && !["node_modules", "target", "vendor"].contains(&name.as_str());
        // A link is not followed: it may lead out of the repository, or around in it.
        if !plain || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let settings = inside.join(".claude/settings.json");
        if root.join(&settings).is_file() {
            found.push(settings);
        }
        if inside.components().count() < DEPTH {
            search(root, &inside, found);
        }
    }
}
