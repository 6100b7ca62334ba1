//! Tools of MCP servers that write files or run commands, known by their names and the names of their inputs.

use serde_json::Value;

use crate::commands;
use crate::rule::Hit;
use crate::rules::files;
use crate::scene::Scene;

/// Words in a tool's name by which it changes files.
const WRITES: &[&str] = &[
    "write", "edit", "create", "move", "delete", "remove", "rename", "append", "patch", "put", "save",
    "copy", "replace", "insert", "upload",
];
/// Words in a tool's name by which it runs what it is given.
const RUNS: &[&str] = &["exec", "run", "bash", "shell", "command", "terminal", "process", "powershell"];
/// Inputs that hold a path.
const PATHS: &[&str] = &[
    "path",
    "file_path",
    "filepath",
    "file",
    "filename",
    "destination",
    "dest",
    "target",
    "source",
    "new_path",
    "old_path",
    "to",
    "from",
    "uri",
    "paths",
    "relative_path",
];
/// Inputs that hold a command line.
const COMMANDS: &[&str] = &["command", "cmd", "script", "code", "input", "commands"];
/// Inputs that hold what is written.
const CONTENTS: &[&str] = &["content", "contents", "text", "new_string", "newText", "data"];

/// Judges a call of the MCP tool `name` with `input`.
pub(crate) fn judge(name: &str, input: Option<&Value>, scene: &Scene) -> Vec<Hit> {
    let Some(fields) = input.and_then(Value::as_object) else {
        return Vec::new();
    };
    let lower = name.to_ascii_lowercase();
    let mut hits = Vec::new();
    if WRITES.iter().any(|word| lower.contains(word)) {
        let content = fields
            .iter()
            .find(|(key, _)| CONTENTS.contains(&key.as_str()))
            .and_then(|(_, value)| value.as_str());
        for (_, value) in fields.iter().filter(|(key, _)| PATHS.contains(&key.to_ascii_lowercase().as_str()))
        {
            for path in texts(value) {
                hits.extend(files::judge(path.trim_start_matches("file://"), content.unwrap_or(""), scene));
            }
        }
    }
    if RUNS.iter().any(|word| lower.contains(word)) {
        for (_, value) in
            fields.iter().filter(|(key, _)| COMMANDS.contains(&key.to_ascii_lowercase().as_str()))
        {
            // The hits' commands are of another line than the caller's; only the rules matter here.
            for command in texts(value) {
                hits.extend(commands::judge(command, scene).hits);
            }
        }
    }
    hits
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
