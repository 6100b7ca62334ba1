//! The same accesses as Claude Code's own transcripts tell them, those of subagents included.

use super::super::log::place;
use super::super::log::reconcile::transcripts;
use super::super::log::scan::in_time;
use super::access::{Access, Found, Question};
use crate::Failure;
use crate::commands::value::at;
use hook_core::Tool;
use ledger::{Lines, Record};
use serde_json::Value;
use std::path::Path;

/// Shows every call of the transcripts.
pub(super) fn ask(
    folder: &Path,
    question: &Question<'_>,
    visit: &mut dyn FnMut(&Access),
) -> Result<Found, Failure> {
    let files = transcripts(folder)?;
    if files.is_empty() {
        return Err(Failure::Unreadable(format!("no transcripts below {}", folder.display())));
    }
    let (mut found, stamps) = (Found::default(), question.stamps());
    for file in files {
        let mut lines = Lines::open(&file, 0).map_err(place::unreadable)?;
        while let Some(line) = lines.next_line().map_err(place::unreadable)? {
            // The client may be writing its last line just now.
            let Ok(row) = serde_json::from_slice::<Record>(line.bytes) else { continue };
            let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
            if !in_time(text("timestamp"), &stamps) {
                continue;
            }
            let content =
                row.get("message").and_then(|message| message.get("content")).and_then(Value::as_array);
            for block in content.into_iter().flatten().filter(|block| *at(block, "type") == "tool_use") {
                let access = access(&row, block);
                found.looked_at += 1;
                if question.is_about(&access) {
                    visit(&access);
                }
            }
        }
    }
    Ok(found)
}

fn access(row: &Record, block: &Value) -> Access {
    let field = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let input = |key: &str| at(at(block, "input"), key).as_str().unwrap_or_default();
    let path = ["file_path", "notebook_path", "path"].into_iter().map(input).find(|text| !text.is_empty());
    let path = path.unwrap_or_default();
    let name = at(block, "name").as_str().unwrap_or_default();
    let (operation, what, tool) = match name {
        "Bash" => ("execute", input("command"), Tool::Bash { command: input("command") }),
        "PowerShell" => ("execute", input("command"), Tool::PowerShell { command: input("command") }),
        "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => ("write", path, Tool::Read { path }),
        "Read" => ("read", path, Tool::Read { path }),
        _ => ("other", path, Tool::Other { name }),
    };
    // A tool this version does not know may still name a path.
    let tool = if operation == "other" && !path.is_empty() { Tool::Read { path } } else { tool };
    Access {
        ts: field("timestamp"),
        user: String::new(),
        session: field("sessionId"),
        project: field("cwd"),
        operation: operation.to_owned(),
        what: what.to_owned(),
        outcome: String::new(),
        is_sensitive: audit_logger::labels(&tool, &|_| false).contains(&"secret_path"),
    }
}
