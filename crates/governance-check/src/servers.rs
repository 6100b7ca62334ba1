//! Every configured MCP server against the registry.

use std::path::PathBuf;

use claude_config::Places;
use claude_config::mcp::{self, Server};
use hook_core::{Context, Error, files};
use mcp_registry::{Registry, Standing, day_of, label, shown, standing};

use crate::violation::Violation;

/// A registry of three thousand approvals is a mebibyte.
const MAX_REGISTRY_BYTES: usize = 1 << 20;
/// An approval that ends within so many days is worth a word.
const SOON_DAYS: i64 = 30;

/// The registry of the project, if it has one.
pub(crate) enum Book {
    /// There is none, and the policy does not ask for one.
    None,
    Read(Box<Registry>),
    /// It cannot be read, so nothing is approved.
    Broken(Violation),
}

/// Reads the registry nearest to the start folder, up to the repository's root.
pub(crate) fn book(places: &Places, context: &Context<'_>) -> Result<Book, Error> {
    let Some(file) = registry_file(places) else {
        let required = context.policy.flag("require_registry");
        return Ok(if required { Book::Read(Box::default()) } else { Book::None });
    };
    let Some(text) = files::read_text(&file, MAX_REGISTRY_BYTES)? else { return Ok(Book::None) };
    let broken = |what: String| {
        let told = format!("the MCP registry cannot be read, so no server is approved: {what}");
        Book::Broken(Violation::new(
            "registry-broken",
            &file,
            "",
            told,
            "the MCP registry cannot be read".into(),
        ))
    };
    match mcp_registry::read(&text) {
        Err(error) => Ok(broken(shown(&error.to_string()))),
        // An entry with a fault does not count; the rest does.
        Ok((registry, _)) => Ok(Book::Read(Box::new(registry))),
    }
}

fn registry_file(places: &Places) -> Option<PathBuf> {
    let root = places.root();
    let folders = places.start.ancestors().take_while(|folder| folder.starts_with(root));
    folders.map(|folder| folder.join(".claude/mcp-registry.yaml")).find(|file| file.exists())
}

/// What is wrong with the servers, the broken registry and broken files first.
pub(crate) fn violations(places: &Places, context: &Context<'_>) -> Result<Vec<Violation>, Error> {
    let mut violations = Vec::new();
    let found = mcp::servers(places)?;
    for problem in &found.problems {
        let told = format!(
            "{}:{}: {}",
            shown(&problem.file.to_string_lossy()),
            problem.position.line,
            shown(&problem.what)
        );
        violations.push(Violation::new(
            "mcp-file-broken",
            &problem.file,
            "",
            told,
            "an MCP configuration file cannot be read".into(),
        ));
    }
    match book(places, context)? {
        Book::None => {}
        Book::Broken(violation) => {
            violations.push(violation);
            violations.extend(
                found
                    .servers
                    .iter()
                    .filter(|server| !server.shadowed)
                    .filter_map(|server| judge(server, &Registry::default(), context)),
            );
        }
        Book::Read(registry) => {
            let live = found.servers.iter().filter(|server| !server.shadowed);
            violations.extend(live.filter_map(|server| judge(server, &registry, context)));
        }
    }
    Ok(violations)
}

/// What the registry has against one server.
pub(crate) fn judge(server: &Server, registry: &Registry, context: &Context<'_>) -> Option<Violation> {
    let name = label(&server.name);
    let scope = server.scope.as_str();
    let violation = |rule: &'static str, why: String, fact: &str| {
        let told = format!("MCP server `{name}` ({scope}) {why}");
        let fact = format!("MCP server `{name}` ({scope}) {fact}");
        // What it runs is part of the subject: another program under the same name has a clock of its own.
        let subject = format!("{}\n{}", server.name, server.config.to_json());
        Some(Violation::new(rule, &server.file, &subject, told, fact))
    };
    let config = match mcp_registry::Server::from_json(&server.config.to_json()) {
        Ok(config) => config,
        Err(error) => {
            let why = format!("cannot be judged: {}", shown(&error.to_string()));
            return violation("server-unapproved", why, "cannot be judged");
        }
    };
    let verdict = standing(&server.name, &config, registry, day_of(context.now));
    let reason = verdict.reason();
    match verdict {
        Standing::Approved { days_left, .. } if days_left <= SOON_DAYS => violation(
            "server-expiring",
            format!("is {reason}, in {days_left} days"),
            "is approved for a few more days",
        ),
        Standing::Approved { .. } | Standing::Trial { .. } => None,
        Standing::Denied { .. } => {
            violation("server-denied", format!("is {reason}"), "is on the list of denied servers")
        }
        Standing::Changed { .. } => violation("server-changed", reason, "does not run what was approved"),
        Standing::Expired { .. } => {
            violation("server-expired", format!("has an {reason}"), "has an approval that expired")
        }
        Standing::Renamed { .. } => {
            violation("server-unapproved", reason, "runs an approved server under another name")
        }
        Standing::Unapproved { .. } => {
            violation("server-unapproved", format!("is {reason}"), "is not approved")
        }
    }
}
