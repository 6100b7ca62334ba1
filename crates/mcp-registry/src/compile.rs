//! The registry as Claude Code's own enforcement: what holds when every hook of ours is gone.

use crate::day::{Day, days_between};
use crate::model::{Registry, Status};
use crate::server::{Server, Transport};
use crate::standing::has_begun;
use serde_json::{Map, Value as Json, json};

/// One server the registry lets run today.
struct Allowed<'a> {
    name: &'a str,
    config: &'a Server,
}

/// Approvals in time and trials running, in the registry's order, without what is denied.
fn allowed(registry: &Registry, today: Day) -> Vec<Allowed<'_>> {
    let mut out = Vec::new();
    let in_force =
        |entry: &&crate::Approved| has_begun(entry, today) && days_between(today, entry.expires) >= 0;
    for entry in registry.approved.iter().filter(in_force) {
        out.push(Allowed { name: &entry.name, config: &entry.config });
    }
    for entry in &registry.pending {
        let on_trial = entry.status == Status::SandboxTrial
            && entry.trial_ends.is_some_and(|ends| days_between(today, ends) >= 0);
        if let Some(config) = entry.config.as_ref().filter(|_| on_trial) {
            out.push(Allowed { name: &entry.name, config });
        }
    }
    out.retain(|server| {
        !matches!(
            crate::standing(server.name, server.config, registry, today),
            crate::Standing::Denied { .. }
        )
    });
    out
}

/// `allowedMcpServers` and `deniedMcpServers`: commands exactly as argv, addresses exactly; names only to deny, for a name proves nothing.
pub fn policy_keys(registry: &Registry, today: Day) -> Map<String, Json> {
    let mut keys = Map::new();
    let mut allow: Vec<Json> = Vec::new();
    for server in allowed(registry, today) {
        let entry = matcher(server.config);
        if !allow.contains(&entry) {
            allow.push(entry);
        }
    }
    // A list without a command entry would leave local servers to their names.
    if !allow.iter().any(|entry| entry.get("serverCommand").is_some()) {
        allow.push(json!({ "serverCommand": ["no-local-server-is-approved"] }));
    }
    if !allow.iter().any(|entry| entry.get("serverUrl").is_some()) {
        allow.push(json!({ "serverUrl": "https://no-remote-server-is-approved.invalid/" }));
    }
    let mut deny: Vec<Json> = Vec::new();
    for entry in &registry.denied {
        deny.push(json!({ "serverName": entry.name }));
        deny.extend(entry.config.as_ref().map(matcher));
    }
    keys.insert("allowedMcpServers".into(), Json::Array(allow));
    keys.insert("deniedMcpServers".into(), Json::Array(deny));
    keys
}

fn matcher(server: &Server) -> Json {
    match &server.transport {
        Transport::Command { command, arguments, .. } => {
            let argv: Vec<&str> =
                std::iter::once(command.as_str()).chain(arguments.iter().map(String::as_str)).collect();
            json!({ "serverCommand": argv })
        }
        Transport::Remote { url, .. } => json!({ "serverUrl": url }),
    }
}

/// Keys for a project's `.claude/settings.json`.
pub fn project_settings(registry: &Registry, today: Day) -> Map<String, Json> {
    let mut keys = policy_keys(registry, today);
    keys.insert("enableAllProjectMcpServers".into(), Json::Bool(false));
    let names: Vec<&str> = allowed(registry, today).iter().map(|server| server.name).collect();
    keys.insert("enabledMcpjsonServers".into(), json!(names));
    keys
}

/// Managed settings: as the project's, and nobody below can widen the list.
pub fn managed_settings(registry: &Registry, today: Day) -> Map<String, Json> {
    let mut keys = policy_keys(registry, today);
    keys.insert("allowManagedMcpServersOnly".into(), Json::Bool(true));
    keys
}

/// `.mcp.json` with every server that may run today, as its entry configures it. `configs` gives the entry's own JSON by name, so that
/// keys this crate does not know stay.
pub fn mcp_json(registry: &Registry, today: Day, configs: &dyn Fn(&str) -> Option<Json>) -> Json {
    let servers: Map<String, Json> = allowed(registry, today)
        .iter()
        .filter_map(|server| Some((server.name.to_owned(), configs(server.name)?)))
        .collect();
    json!({ "mcpServers": servers })
}
