//! Which limits a call counts against.

use hook_core::{Event, Tool};

/// A kind of call with a limit of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    All,
    Shell,
    Write,
    Delete,
    Network,
    /// Calls to one MCP server.
    Mcp(String),
}

impl Class {
    /// The rule a refusal of this class names.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::All => "rate-all",
            Self::Shell => "rate-shell",
            Self::Write => "rate-write",
            Self::Delete => "rate-delete",
            Self::Network => "rate-network",
            Self::Mcp(_) => "rate-mcp",
        }
    }

    /// The name its number is remembered under.
    pub fn key(&self) -> String {
        match self {
            Self::Mcp(server) => format!("rate-mcp:{}", hook_core::record::identifier(server)),
            Self::All | Self::Shell | Self::Write | Self::Delete | Self::Network => self.rule().to_string(),
        }
    }
}

/// Commands that delete files, by the first word of a simple command.
const DELETERS: &[&[u8]] = &[b"rm", b"rmdir", b"unlink", b"shred", b"trash", b"del", b"Remove-Item"];

/// Commands that talk to the network.
const TALKERS: &[&[u8]] =
    &[b"curl", b"wget", b"ssh", b"scp", b"sftp", b"rsync", b"nc", b"ncat", b"telnet", b"Invoke-WebRequest"];

/// The classes of an event's call. A rate is no verdict on a command, so its words are looked at without parsing the
/// shell: quoting may add or hide a call in these two classes, never in `shell` or `all`.
pub fn classes(event: &Event) -> Vec<Class> {
    let mut classes = vec![Class::All];
    match event.tool() {
        Some(Tool::Bash { command } | Tool::PowerShell { command }) => {
            classes.push(Class::Shell);
            let (mut deletes, mut talks) = (command.contains(" -delete"), false);
            for name in names(command) {
                deletes |= DELETERS.contains(&name);
                talks |= TALKERS.contains(&name);
            }
            classes.extend(deletes.then_some(Class::Delete));
            classes.extend(talks.then_some(Class::Network));
        }
        Some(Tool::Write { .. } | Tool::Edit { .. } | Tool::MultiEdit { .. } | Tool::NotebookEdit { .. }) => {
            classes.push(Class::Write);
        }
        Some(Tool::WebFetch { .. } | Tool::WebSearch { .. }) => classes.push(Class::Network),
        Some(Tool::Mcp { server, .. }) => classes.push(Class::Mcp(server.to_string())),
        Some(Tool::Read { .. } | Tool::Agent { .. } | Tool::Other { .. }) | None => {}
    }
    classes
}

/// The words that start simple commands, without their folders; one pass over the bytes.
fn names(command: &str) -> impl Iterator<Item = &[u8]> {
    let parts = command.as_bytes().split(|byte| b"\n;|&(`{".contains(byte));
    parts.filter_map(|part| {
        let mut words = part.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let first = words.find(|word| *word != b"sudo" && !word.contains(&b'='))?;
        first.rsplit(|byte| *byte == b'/').next()
    })
}
