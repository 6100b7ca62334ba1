//! PreToolUse of an `mcp__*` tool: the server behind it, by the client's word of its source and by what it runs.

use std::path::Path;

use claude_config::mcp::{self, Scope, Server};
use hook_core::{Context, Decision, Error, Event, McpServer};
use mcp_registry::{label, shown};

use crate::servers::{self, Book};
use crate::violation::Violation;
use crate::{memory, places, rules};

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    if !event.tool_name().starts_with("mcp__") {
        return Ok(Decision::pass());
    }
    let places = places(event, context);
    let registry = match servers::book(&places, context)? {
        Book::None => return Ok(Decision::pass()),
        Book::Broken(_) => Box::default(),
        Book::Read(registry) => registry,
    };
    let called = event.mcp_server();
    let found = mcp::servers(&places)?;
    let violation =
        match found.servers.iter().find(|server| is_called(server, called.as_ref(), event.tool_name())) {
            Some(server) => servers::judge(server, &registry, context),
            None => Some(in_no_file(called.as_ref(), &places.start)),
        };
    let Some(violation) = violation.filter(|violation| violation.counts(context)) else {
        return Ok(Decision::pass());
    };
    // An approval that ends soon was a matter for the start.
    if violation.rule == "server-expiring" {
        return Ok(Decision::pass());
    }
    answer(&violation, context)
}

fn answer(violation: &Violation, context: &Context<'_>) -> Result<Decision, Error> {
    let keys = memory::keys(std::slice::from_ref(violation), context);
    let seen = memory::first_seen(&keys, context)?;
    let over = seen.first().is_some_and(|moment| memory::is_over(*moment, context));
    let at_once = context.policy.flag("deny_unapproved") || violation.rule == "server-denied";
    let told = format!("{}. Next step: {}.", violation.told, rules::way_out(violation.rule));
    let decision = if at_once || over {
        let reason =
            format!("{}. A person settles that with `{}`.", violation.fact, rules::way_out(violation.rule));
        Decision::deny(violation.rule, reason).with_user(told)
    } else {
        Decision::warn_user(told)
    };
    Ok(decision.with_finding(violation.finding()))
}

/// The server of this call: where the client names a source, the one of that scope; never another scope's by its name.
fn is_called(server: &Server, called: Option<&McpServer<'_>>, tool: &str) -> bool {
    if server.shadowed {
        return false;
    }
    let prefix = format!("mcp__{}__", server.tool_prefix());
    match called {
        Some(called) if !called.source.is_empty() => {
            let scope = match called.source {
                "enterprise" => Scope::Managed.as_str(),
                source => source,
            };
            server.scope.as_str() == scope && (server.name == called.name || tool.starts_with(&prefix))
        }
        Some(_) | None => tool.starts_with(&prefix),
    }
}

/// A server no file configures: a connector, `--mcp-config`, the SDK. A label is all there is, and labels approve nothing.
fn in_no_file(called: Option<&McpServer<'_>>, start: &Path) -> Violation {
    let (name, source) = called.map_or(("", ""), |called| (called.name, called.source));
    let source = if source.is_empty() { "unknown" } else { source };
    let told = format!(
        "MCP server `{}` comes from {}, which no configuration file shows",
        label(name),
        shown(source)
    );
    let fact = format!("MCP server `{}` is configured in no file", label(name));
    Violation::new("server-unapproved", start, name, told, fact)
}
