//! Permission rules as the client reads and matches them.
//!
//! [`Rule::parse`] reads a rule, [`denies`] says whether it would refuse a call as a deny rule. What the client asks
//! about or lets run is not decided here: allow rules and the client's own list of harmless commands are another matter.

pub mod bash;
pub mod gitignore;
mod path;
mod rule;

use std::path::Path;

pub use path::PathRule;
pub use rule::{Behavior, Rule, RuleError};

/// Where a rule's paths start from.
#[derive(Clone, Copy, Debug)]
pub struct Roots<'a> {
    /// The session's current folder: what a bare pattern and a relative path are relative to.
    pub cwd: &'a Path,
    /// What `~` means.
    pub home: &'a Path,
    /// The folder of the settings file's scope: what a pattern with one leading slash is relative to.
    pub source: &'a Path,
}

/// The part of a tool call that rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call<'a> {
    /// `Read` and the tools that read like it.
    Read {
        path: &'a str,
    },
    /// `Edit`, `Write`, `NotebookEdit`: rules for all of them are written `Edit(...)`.
    Edit {
        tool: &'a str,
        path: &'a str,
    },
    Bash {
        command: &'a str,
    },
    /// Any other tool, by its name.
    Other {
        tool: &'a str,
    },
}

impl Call<'_> {
    pub fn tool(&self) -> &str {
        match self {
            Self::Read { .. } => "Read",
            Self::Edit { tool, .. } | Self::Other { tool } => tool,
            Self::Bash { .. } => "Bash",
        }
    }
}

/// Why a deny rule refuses a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The rule takes the whole tool away; the model is not offered it.
    ToolRemoved,
    /// The rule's pattern names this path.
    Path(String),
    /// The rule's command pattern matches this part of the command line.
    Command(String),
}

/// Whether `rule`, as a deny rule, refuses `call`, and by what.
pub fn denies(rule: &Rule, call: &Call<'_>, roots: &Roots<'_>) -> Option<Denial> {
    if rule.removes_tool() {
        return rule.names_tool(call.tool()).then_some(Denial::ToolRemoved);
    }
    let content = rule.content.as_deref()?;
    match (rule.tool.as_str(), call) {
        // A file that must not be read must not be written either: the client checks Read rules for both.
        ("Read", Call::Read { path } | Call::Edit { path, .. }) | ("Edit", Call::Edit { path, .. }) => {
            PathRule::new(content, roots)?.matches(path, roots).then(|| Denial::Path((*path).to_owned()))
        }
        ("Read" | "Edit" | "Bash", Call::Bash { command }) => bash::denies(rule, content, command, roots),
        _ => None,
    }
}
