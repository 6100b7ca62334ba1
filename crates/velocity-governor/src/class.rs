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
const DELETERS: &[&str] = &["rm", "rmdir", "unlink", "shred", "trash", "del", "Remove-Item"];

/// Commands that talk to the network.
const TALKERS: &[&str] =
    &["curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "ncat", "telnet", "Invoke-WebRequest"];

/// The classes of an event's call. A rate is no verdict on a command, so its words are looked at without parsing the
/// shell: quoting may add or hide a call in these two classes, never in `shell` or `all`.
pub fn classes(event: &Event) -> Vec<Class> {
    let mut classes = vec![Class::All];
    match event.tool() {
        Some(Tool::Bash { command } | Tool::PowerShell { command }) => {
            classes.push(Class::Shell);
            if runs_one_of(command, DELETERS) || command.contains(" -delete") {
                classes.push(Class::Delete);
            }
            if runs_one_of(command, TALKERS) {
                classes.push(Class::Network);
            }
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

/// Whether a word that starts a simple command is one of `names`.
fn runs_one_of(command: &str, names: &[&str]) -> bool {
    command.split(['\n', ';', '|', '&', '(', '`', '{']).any(|part| {
        let mut words = part.split_whitespace().skip_while(|word| *word == "sudo" || word.contains('='));
        words.next().is_some_and(|word| names.contains(&word.rsplit('/').next().unwrap_or(word)))
    })
}
