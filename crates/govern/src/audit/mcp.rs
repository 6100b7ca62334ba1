//! MCP servers of the project and the registry that should know them.

use claude_config::json::{Document, Node};
use mcp_registry::{Registry, Server, Standing, dangers, day_of, shown, standing};
use std::path::Path;

use super::{Finding, Subject, about, at};

pub fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let registry = subject.registry.as_deref().and_then(|text| registry(text, findings));
    if let Some((file, document)) = &subject.manifest {
        manifest(subject, (file, document), registry.as_ref(), findings);
    }
    let Some((file, document)) = &subject.servers else {
        return;
    };
    let root = match &document.root {
        Ok(root) => root,
        Err(error) => {
            let span = claude_config::json::Span { start: error.offset, end: error.offset + 1 };
            findings.extend(at(
                "SET-1",
                file,
                document,
                span,
                format!("no server of this file starts: {}", error.what),
            ));
            return;
        }
    };
    // In a plugin the servers may stand at the top.
    let in_plugin = |part: std::path::Component<'_>| part.as_os_str().to_string_lossy().contains("plugin");
    let flat = || file.components().any(in_plugin);
    let Some(servers) = root.get("mcpServers").or_else(|| flat().then_some(root)) else {
        findings.extend(at("MCP-10", file, document, root.span, "there is no `mcpServers`."));
        return;
    };
    for member in servers.effective_members() {
        judge(subject, (file, document), registry.as_ref(), (&member.key, &member.value), findings);
    }
}

/// A plugin's manifest: valid JSON, and the servers it may bring.
fn manifest(
    subject: &Subject,
    (file, document): (&Path, &Document),
    registry: Option<&Registry>,
    findings: &mut Vec<Finding>,
) {
    match &document.root {
        Ok(root) => {
            let servers = root.get("mcpServers").map(Node::effective_members).unwrap_or_default();
            for member in servers {
                judge(subject, (file, document), registry, (&member.key, &member.value), findings);
            }
        }
        Err(error) => {
            let span = claude_config::json::Span { start: error.offset, end: error.offset + 1 };
            let message = format!("nothing of this plugin is loaded: {}", error.what);
            findings.extend(at("SET-1", file, document, span, message));
        }
    }
}

/// The registry, with its mistakes as findings.
fn registry(text: &str, findings: &mut Vec<Finding>) -> Option<Registry> {
    let file = ".claude/mcp-registry.yaml";
    match mcp_registry::read(text) {
        Ok((registry, faults)) => {
            for fault in faults.iter().filter(|fault| fault.severity == mcp_registry::Severity::Error) {
                findings.extend(about("MCP-11", file, fault.to_string()));
            }
            Some(registry)
        }
        Err(error) => {
            findings.extend(about("MCP-11", file, error.to_string()));
            None
        }
    }
}

fn judge(
    subject: &Subject,
    (file, document): (&Path, &Document),
    registry: Option<&Registry>,
    (name, node): (&str, &Node),
    findings: &mut Vec<Finding>,
) {
    let called = shown(name);
    let mut add =
        |rule: &'static str, message: String| findings.extend(at(rule, file, document, node.span, message));
    let server = match Server::from_json(&node.to_json()) {
        Ok(server) => server,
        Err(error) => {
            add("SET-3", format!("server `{called}` is passed over: {error}"));
            return;
        }
    };
    for danger in dangers(&server) {
        let rule = match danger.rule {
            "unpinned" => "MCP-5",
            "plaintext-secret" => "MCP-6",
            "plain-http" => "MCP-7",
            _ => "MCP-8",
        };
        add(rule, format!("`{called}` {}: {}", danger.field, danger.what));
    }
    let Some(registry) = registry else {
        return;
    };
    let today = day_of(subject.today.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc());
    match standing(name, &server, registry, today) {
        Standing::Approved { .. } | Standing::Trial { .. } => {}
        Standing::Denied { .. } => add("MCP-2", format!("`{called}` is denied by the registry.")),
        Standing::Expired { days_ago, .. } => {
            add("MCP-3", format!("the approval of `{called}` ended {days_ago} days ago."));
        }
        Standing::Changed { differences, .. } => {
            let what: Vec<String> =
                differences.iter().map(|difference| shown(&difference.to_string())).collect();
            add("MCP-4", format!("`{called}`: {}", what.join("; ")));
        }
        Standing::Renamed { entry } => {
            add(
                "MCP-1",
                format!(
                    "`{called}` is approved as `{}`; rules for that name do not see it.",
                    shown(&entry.name)
                ),
            );
        }
        Standing::Unapproved { .. } => add("MCP-1", format!("`{called}` is not approved.")),
    }
}
