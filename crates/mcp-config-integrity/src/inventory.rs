//! What is configured now: every server of every scope, with the configuration as the registry understands it.

use std::path::{Path, PathBuf};

use claude_config::Places;
use claude_config::mcp::{self, Scope};
use hook_core::{Context, Error, Event};
use mcp_registry::{Server, ServerError};

use crate::baseline::Key;

/// A server in a file.
#[derive(Debug, Clone)]
pub struct Configured {
    pub key: Key,
    pub file: PathBuf,
    pub line: usize,
    /// The middle of its tools' names, `mcp__<this>__<tool>`.
    pub tool_prefix: String,
    /// A stronger scope has the name; the client does not start this one.
    pub shadowed: bool,
    pub server: Result<Server, ServerError>,
}

/// Every configured server, and the files that could not be read.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    pub servers: Vec<Configured>,
    pub problems: Vec<String>,
}

/// Where this client looks. `CLAUDE_CONFIG_DIR` does not reach a hook by name, but the transcript lies below it.
pub fn places(event: &Event, context: &Context<'_>) -> Places {
    let places = Places::new(context.home, &context.project, context.managed);
    let config = Path::new(event.transcript_path()).ancestors().find(|folder| folder.ends_with("projects"));
    match config.and_then(Path::parent) {
        Some(folder) if folder != places.user => places.with_config_dir(folder),
        _ => places,
    }
}

impl Inventory {
    /// Reads every scope.
    pub fn read(places: &Places) -> Result<Inventory, Error> {
        Ok(Inventory::from_found(&mcp::servers(places)?, places))
    }

    fn from_found(found: &mcp::Found, places: &Places) -> Inventory {
        let servers = found.servers.iter().map(|server| configured(server, places)).collect();
        let problem = |problem: &mcp::Problem| {
            format!("{}:{}: {}", problem.file.display(), problem.position.line, problem.what)
        };
        Inventory { servers, problems: found.problems.iter().map(problem).collect() }
    }

    /// Reads as much as a call of this source needs: its own scope where the client names one that stands in files.
    pub fn of_source(places: &Places, source: &str) -> Result<Inventory, Error> {
        const SCOPES: &[Scope] =
            &[Scope::Managed, Scope::Local, Scope::Project, Scope::User, Scope::Plugin, Scope::Agent];
        let named = if source == "enterprise" { "managed" } else { source };
        match SCOPES.iter().find(|scope| scope.as_str() == named) {
            Some(scope) => Ok(Inventory::from_found(&mcp::servers_of(places, *scope)?, places)),
            None if source.is_empty() => Inventory::read(places),
            None => Ok(Inventory::default()),
        }
    }

    /// The server behind a call: by what the client says of its source, else by the tool's name.
    pub fn called(&self, name: &str, source: &str, tool_name: &str) -> Option<&Configured> {
        let prefix = |server: &Configured| {
            let rest = tool_name
                .strip_prefix("mcp__")
                .and_then(|rest| rest.strip_prefix(server.tool_prefix.as_str()));
            rest.is_some_and(|rest| rest.starts_with("__"))
        };
        let scope = if source == "enterprise" { "managed" } else { source };
        let mut running = self.servers.iter().filter(|server| !server.shadowed);
        if scope.is_empty() {
            return running.find(|server| prefix(server));
        }
        running.find(|server| server.key.scope == scope && (server.key.name == name || prefix(server)))
    }
}

/// A key holds what makes two servers of one name different servers: the scope, and whose they are.
fn configured(server: &mcp::Server, places: &Places) -> Configured {
    let owner = match server.scope {
        Scope::User | Scope::Managed => String::new(),
        Scope::Local => places.root().to_string_lossy().into_owned(),
        Scope::Project => server.file.to_string_lossy().into_owned(),
        Scope::Plugin | Scope::Agent => server.owner.clone(),
    };
    Configured {
        key: Key { scope: server.scope.as_str().to_owned(), owner, name: server.name.clone() },
        file: server.file.clone(),
        line: server.position.line,
        tool_prefix: server.tool_prefix(),
        shadowed: server.shadowed,
        server: Server::from_json(&server.config.to_json()),
    }
}
