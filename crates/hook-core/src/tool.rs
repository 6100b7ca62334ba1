//! The tool call of an event as an enum: what is about to run, or has run.

use serde_json::Value;

use crate::Event;

/// A tool call. Built-in tools by name; everything else keeps its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Tool<'a> {
    Bash {
        command: &'a str,
    },
    PowerShell {
        command: &'a str,
    },
    Read {
        path: &'a str,
    },
    Write {
        path: &'a str,
        content: &'a str,
    },
    Edit {
        path: &'a str,
        old: &'a str,
        new: &'a str,
    },
    /// Older clients: several edits of one file, as (old, new).
    MultiEdit {
        path: &'a str,
        edits: Vec<(&'a str, &'a str)>,
    },
    NotebookEdit {
        path: &'a str,
        source: &'a str,
    },
    WebFetch {
        url: &'a str,
        prompt: &'a str,
    },
    WebSearch {
        query: &'a str,
    },
    Agent {
        prompt: &'a str,
    },
    Mcp {
        server: &'a str,
        tool: &'a str,
    },
    Other {
        name: &'a str,
    },
}

/// Who provides an `mcp__*` tool. `source` is set by the client and can be trusted; `name` is a label anyone can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct McpServer<'a> {
    pub name: &'a str,
    /// `project`, `user`, `local`, `plugin`, `managed`, ...; empty on clients that do not send it.
    pub source: &'a str,
}

impl Event {
    /// The tool call this event is about, where it is about one.
    pub fn tool(&self) -> Option<Tool<'_>> {
        let name = self.tool_name();
        if name.is_empty() {
            return None;
        }
        let input = self.tool_input();
        let text =
            |key: &str| input.and_then(|input| input.get(key)).and_then(Value::as_str).unwrap_or_default();
        Some(match name {
            "Bash" => Tool::Bash { command: text("command") },
            "PowerShell" => Tool::PowerShell { command: text("command") },
            "Read" => Tool::Read { path: text("file_path") },
            "Write" => Tool::Write { path: text("file_path"), content: text("content") },
            "Edit" => {
                Tool::Edit { path: text("file_path"), old: text("old_string"), new: text("new_string") }
            }
            "MultiEdit" => Tool::MultiEdit { path: text("file_path"), edits: edits(input) },
            "NotebookEdit" => Tool::NotebookEdit { path: text("notebook_path"), source: text("new_source") },
            "WebFetch" => Tool::WebFetch { url: text("url"), prompt: text("prompt") },
            "WebSearch" => Tool::WebSearch { query: text("query") },
            "Agent" | "Task" => Tool::Agent { prompt: text("prompt") },
            _ => mcp_tool(name).unwrap_or(Tool::Other { name }),
        })
    }

    /// The MCP server behind an `mcp__*` tool: what the client says, else what the tool name says.
    pub fn mcp_server(&self) -> Option<McpServer<'_>> {
        let Some(Tool::Mcp { server, .. }) = self.tool() else {
            return None;
        };
        let said = self.field("mcp_server");
        let part = |key: &str| said.and_then(|said| said.get(key)).and_then(Value::as_str);
        Some(McpServer { name: part("name").unwrap_or(server), source: part("source").unwrap_or_default() })
    }
}

fn mcp_tool(name: &str) -> Option<Tool<'_>> {
    let (server, tool) = name.strip_prefix("mcp__")?.split_once("__")?;
    Some(Tool::Mcp { server, tool })
}

fn edits(input: Option<&Value>) -> Vec<(&str, &str)> {
    let Some(rows) = input.and_then(|input| input.get("edits")).and_then(Value::as_array) else {
        return Vec::new();
    };
    rows.iter().map(|row| (str_field(row, "old_string"), str_field(row, "new_string"))).collect()
}

fn str_field<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}
