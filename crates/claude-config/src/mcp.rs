//! The MCP servers of every scope, as the client finds them.

mod agent;
mod managed;
mod plugin;

use std::path::{Path, PathBuf};

use hook_core::Error;

use crate::Places;
use crate::json::{Document, Node, Position, Span};

/// Where a server was configured. The order is the client's: the first of a name is the one that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `managed-mcp.json`, or `managedMcpServers` in managed settings.
    Managed,
    /// `projects["<root>"].mcpServers` of `~/.claude.json`; what `claude mcp add` writes.
    Local,
    /// `.mcp.json` of the start folder and of every folder above it.
    Project,
    /// `mcpServers` of `~/.claude.json`.
    User,
    /// Brought by an enabled plugin.
    Plugin,
    /// Written out in the front matter of an agent file.
    Agent,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Local => "local",
            Self::Project => "project",
            Self::User => "user",
            Self::Plugin => "plugin",
            Self::Agent => "agent",
        }
    }
}

/// A configured server and its place.
#[derive(Clone, Debug)]
pub struct Server {
    /// The name in the file. It was written by anybody: sanitise it before it is shown.
    pub name: String,
    pub scope: Scope,
    /// The plugin or agent that brings the server; empty for the other scopes.
    pub owner: String,
    pub file: PathBuf,
    /// The server's configuration in `file`.
    pub span: Span,
    pub position: Position,
    pub config: Node,
    /// Another scope or a nearer file has a server of this name, or managed configuration excludes it.
    pub shadowed: bool,
}

impl Server {
    /// The middle part of this server's tool names, `mcp__<this>__<tool>`.
    pub fn tool_prefix(&self) -> String {
        let plain = match self.scope {
            Scope::Plugin => format!("plugin_{}_{}", self.owner, self.name),
            _ => self.name.clone(),
        };
        let keep = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
        plain.chars().map(keep).collect()
    }
}

/// A file that should have had servers and cannot be read.
#[derive(Clone, Debug)]
pub struct Problem {
    pub file: PathBuf,
    pub position: Position,
    pub what: String,
}

/// All servers, and the files that could not be read.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub servers: Vec<Server>,
    pub problems: Vec<Problem>,
}

/// Every server of every scope, the strongest scope first.
pub fn servers(places: &Places) -> Result<Found, Error> {
    let mut found = Found::default();
    let exclusive = managed::collect(places, &mut found)?;
    from_state_file(places, &mut found)?;
    from_project_files(places, &mut found)?;
    plugin::collect(places, &mut found)?;
    agent::collect(places, &mut found)?;
    found.servers.sort_by_key(|server| server.scope);
    mark_shadowed(&mut found.servers, exclusive);
    Ok(found)
}

/// The servers of one scope, nothing of the others read: what a call asks whose source the client names. Shadowing is seen only within the
/// scope, for the client has settled it by then.
pub fn servers_of(places: &Places, scope: Scope) -> Result<Found, Error> {
    let mut found = Found::default();
    match scope {
        Scope::Managed => drop(managed::collect(places, &mut found)?),
        Scope::Local | Scope::User => from_state_file(places, &mut found)?,
        Scope::Project => from_project_files(places, &mut found)?,
        Scope::Plugin => plugin::collect(places, &mut found)?,
        Scope::Agent => agent::collect(places, &mut found)?,
    }
    found.servers.retain(|server| server.scope == scope);
    mark_shadowed(&mut found.servers, false);
    Ok(found)
}

fn from_state_file(places: &Places, found: &mut Found) -> Result<(), Error> {
    let Some((document, root)) = found.read(&places.state)? else { return Ok(()) };
    let key = places.root().to_string_lossy();
    if let Some(map) = root.at(&["projects", &key, "mcpServers"]) {
        found.take(&Origin::new(Scope::Local, &places.state, &document), map);
    }
    if let Some(map) = root.get("mcpServers") {
        found.take(&Origin::new(Scope::User, &places.state, &document), map);
    }
    Ok(())
}

/// The client reads `.mcp.json` in every folder from the start folder to the file system's root, git or not.
fn from_project_files(places: &Places, found: &mut Found) -> Result<(), Error> {
    for folder in places.start.ancestors() {
        let file = folder.join(".mcp.json");
        let Some((document, root)) = found.read(&file)? else { continue };
        match root.get("mcpServers") {
            Some(map) => found.take(&Origin::new(Scope::Project, &file, &document), map),
            None => found.problem(
                &file,
                &document,
                root.span,
                "it has no `mcpServers`; none of its servers are read",
            ),
        }
    }
    Ok(())
}

/// One scope's part of one file.
struct Origin<'a> {
    scope: Scope,
    owner: &'a str,
    file: &'a Path,
    document: &'a Document,
}

impl<'a> Origin<'a> {
    fn new(scope: Scope, file: &'a Path, document: &'a Document) -> Self {
        Self { scope, owner: "", file, document }
    }

    fn owned(self, owner: &'a str) -> Self {
        Self { owner, ..self }
    }
}

impl Found {
    /// The file's value; a file that is not JSON is a problem, one that is missing is nothing.
    fn read(&mut self, file: &Path) -> Result<Option<(Document, Node)>, Error> {
        let Some(document) = Document::read(file)? else { return Ok(None) };
        match &document.root {
            Ok(root) => {
                let root = root.clone();
                Ok(Some((document, root)))
            }
            Err(error) => {
                let position = document.position(error.offset);
                self.problems.push(Problem {
                    file: file.to_path_buf(),
                    position,
                    what: error.what.to_owned(),
                });
                Ok(None)
            }
        }
    }

    fn problem(&mut self, file: &Path, document: &Document, span: Span, what: &str) {
        let position = document.position(span.start);
        self.problems.push(Problem { file: file.to_path_buf(), position, what: what.to_owned() });
    }

    /// Takes every member of a `mcpServers` map.
    fn take(&mut self, origin: &Origin<'_>, map: &Node) {
        if !map.is_object() {
            return self.problem(origin.file, origin.document, map.span, "`mcpServers` is not an object");
        }
        for member in map.effective_members() {
            self.servers.push(Server {
                name: member.key.clone(),
                scope: origin.scope,
                owner: origin.owner.to_owned(),
                file: origin.file.to_path_buf(),
                span: member.value.span,
                position: origin.document.position(member.key_span.start),
                config: member.value.clone(),
                shadowed: false,
            });
        }
    }
}

/// A server is shadowed by an earlier one of its name. A plugin's servers carry the plugin's name, and an agent's
/// are the agent's alone, so those two stand beside the rest.
fn mark_shadowed(servers: &mut [Server], exclusive: bool) {
    let mut seen: Vec<(String, String)> = Vec::new();
    for server in servers {
        let key = (server.owner.clone(), server.name.clone());
        let excluded = exclusive && server.scope != Scope::Managed;
        server.shadowed = excluded || seen.contains(&key);
        seen.push(key);
    }
}
