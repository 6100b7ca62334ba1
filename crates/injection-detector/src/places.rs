//! The files that instruct an assistant: which they are, which of them an event writes, which a project has.

use std::path::{Path, PathBuf};

use hook_core::{Event, Tool, files};

/// File names that tools read as instructions, wherever they stand (the conventions of Claude Code and its peers).
const NAMES: &[&str] = &[
    "CLAUDE.md",
    "CLAUDE.local.md",
    "AGENTS.md",
    "AGENT.md",
    "GEMINI.md",
    "SKILL.md",
    "copilot-instructions.md",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
    ".mcp.json",
];

/// Folders of such files.
const FOLDERS: &[&str] = &[
    ".claude/agents/",
    ".claude/commands/",
    ".claude/skills/",
    ".claude/rules/",
    ".claude/output-styles/",
    ".cursor/rules/",
    ".github/instructions/",
];

/// Files looked at when a session starts, and how large each may be.
const MAX_FILES: usize = 64;
const MAX_BYTES: usize = 256 * 1024;

/// Longer texts name no file.
const LONGEST_PATH: usize = 512;

pub(crate) fn is_instruction_file(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
        || FOLDERS.iter().any(|folder| path.replace('\\', "/").contains(folder))
}

/// The instruction file the call is about to write, if it is about to write one.
pub(crate) fn written_instructions(event: &Event) -> Option<String> {
    match event.tool()? {
        Tool::Write { path, .. }
        | Tool::Edit { path, .. }
        | Tool::MultiEdit { path, .. }
        | Tool::NotebookEdit { path, .. } => is_instruction_file(path).then(|| path.to_string()),
        Tool::Bash { command } | Tool::PowerShell { command } => {
            let writes = command.contains('>')
                || ["tee ", "cp ", "mv ", "sed ", "Set-Content", "Out-File"]
                    .iter()
                    .any(|word| command.contains(word));
            let named = command.split(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ';' | '|' | '&' | '(' | ')' | '=')
            });
            if !writes {
                return None;
            }
            named
                .filter(|word| !word.is_empty())
                .find(|word| is_instruction_file(word))
                .map(ToString::to_string)
        }
        Tool::Mcp { .. } => named_by_server_call(event),
        _ => None,
    }
}

/// A server's tool that is given an instruction file's name may write it; what its tools do, nobody but the server knows.
fn named_by_server_call(event: &Event) -> Option<String> {
    let mut named = None;
    event.visit_texts(&mut |_, text| {
        if named.is_none() && text.len() <= LONGEST_PATH && is_instruction_file(text) {
            named = Some(text.to_string());
        }
    });
    named
}

/// The instruction files of a project with their texts. What cannot be read is left out: this hook warns, it does not
/// stand guard.
pub(crate) fn instruction_files(project: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = NAMES.iter().map(|name| project.join(name)).collect();
    paths.push(project.join(".claude/CLAUDE.md"));
    paths.push(project.join(".github/copilot-instructions.md"));
    for folder in FOLDERS {
        list(&project.join(folder), 2, &mut paths);
    }
    paths.truncate(MAX_FILES);
    let mut found = Vec::new();
    for path in paths {
        if let Ok(Some(text)) = files::read_text(&path, MAX_BYTES) {
            found.push((path, text));
        }
    }
    found
}

fn list(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().take(MAX_FILES) {
        let path = entry.path();
        // A link could lead anywhere; the client follows it, and the file behind it is then read through the tools.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => list(&path, depth - 1, paths),
            Ok(kind)
                if kind.is_file()
                    && path.extension().is_some_and(|extension| extension == "md" || extension == "mdc") =>
            {
                paths.push(path);
            }
            _ => {}
        }
    }
}
