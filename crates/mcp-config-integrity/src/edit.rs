//! PreToolUse of Write and Edit: the agent changing which MCP servers run, or who approved them.

use std::path::{Path, PathBuf};

use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope, Tool, files, path};
use mcp_registry::{Server, dangers, differences, shown};
use serde_json::Value;

use crate::inventory::places;
use crate::rules;

const RULE: &str = "agent-edit";
/// `~/.claude.json` grows with use; sixteen megabytes is far above what was ever seen.
const MAX_BYTES: usize = 16 << 20;

/// What a watched file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    /// `mcpServers` in JSON: only what changes of the servers counts.
    Servers,
    /// The registry, its lock, managed configuration: every edit counts.
    Whole,
}

pub(crate) fn decide(event: &Event, tool: &Tool<'_>, context: &Context<'_>) -> Result<Decision, Error> {
    let given = match tool {
        Tool::Write { path, .. } | Tool::Edit { path, .. } | Tool::MultiEdit { path, .. } => *path,
        _ => return Ok(Decision::pass()),
    };
    // The needle first: nearly no edit is of such a file.
    if !is_candidate(given) {
        return Ok(Decision::pass());
    }
    let file = path::real(&path::absolute(given, &context.cwd, context.home));
    let Some(watched) = watched(&file, event, context) else { return Ok(Decision::pass()) };
    if context.judge(RULE, &Scope { path: Some(&file.to_string_lossy()), fingerprint: None }) == Mode::Off {
        return Ok(Decision::pass());
    }
    let effect = match watched {
        Watched::Whole => Some("it decides which MCP servers are approved".to_owned()),
        Watched::Servers => {
            let before = files::read_text(&file, MAX_BYTES)?.unwrap_or_default();
            after(tool, &before).and_then(|after| effect(&before, &after))
        }
    };
    Ok(effect.map_or_else(Decision::pass, |effect| answer(&file, &effect, context)))
}

fn answer(file: &Path, effect: &str, context: &Context<'_>) -> Decision {
    let reason = format!(
        "{} says which MCP servers run here, and the change is the agent's own: {effect}. A person makes it, after `govern mcp request`.",
        file.display()
    );
    let finding = Finding {
        rule: RULE.into(),
        severity: rules::severity(RULE),
        pointer: "/tool_input".into(),
        summary: format!("edit of {}: {effect}", file.display()),
        fingerprint: String::new(),
    };
    let decision = if context.policy.flag("deny_edits") {
        Decision::deny(RULE, reason)
    } else {
        Decision::ask(RULE, reason)
    };
    decision.with_finding(finding)
}

/// By the file's name alone, without touching the disk; case aside, as macOS and Windows see it.
fn is_candidate(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let known = [
        ".mcp.json",
        ".claude.json",
        "mcp-registry.yaml",
        "mcp-registry.lock",
        "managed-mcp.json",
        "plugin.json",
    ];
    known.iter().any(|known| known.eq_ignore_ascii_case(name)) || name.is_empty()
}

fn watched(file: &Path, event: &Event, context: &Context<'_>) -> Option<Watched> {
    let places = places(event, context);
    let name = file.file_name()?.to_string_lossy().to_ascii_lowercase();
    match name.as_str() {
        ".mcp.json" => Some(Watched::Servers),
        "mcp-registry.yaml" | "mcp-registry.lock" => {
            file.parent()?.ends_with(".claude").then_some(Watched::Whole)
        }
        "managed-mcp.json" => file.starts_with(context.managed).then_some(Watched::Whole),
        ".claude.json" => same(file, &places.state).then_some(Watched::Servers),
        // An installed plugin; a plugin somebody writes is theirs.
        "plugin.json" => {
            file.starts_with(path::real(&places.user.join("plugins"))).then_some(Watched::Servers)
        }
        _ => None,
    }
}

fn same(file: &Path, other: &Path) -> bool {
    let real: PathBuf = path::real(other);
    file == real
}

/// The file's text after the edit; `None` where the edit would fail.
fn after(tool: &Tool<'_>, before: &str) -> Option<String> {
    match tool {
        Tool::Write { content, .. } => Some((*content).to_owned()),
        Tool::Edit { old, new, .. } => edited(before, old, new),
        Tool::MultiEdit { edits, .. } => {
            edits.iter().try_fold(before.to_owned(), |text, (old, new)| edited(&text, old, new))
        }
        _ => None,
    }
}

fn edited(text: &str, old: &str, new: &str) -> Option<String> {
    if old.is_empty() {
        return text.is_empty().then(|| new.to_owned());
    }
    // `replace_all` may be set; every place is looked at, which can only see more.
    text.contains(old).then(|| text.replace(old, new))
}

/// What changes of the servers; `None` when nothing does.
fn effect(before: &str, after: &str) -> Option<String> {
    let old = servers(before).unwrap_or_default();
    let Some(new) = servers(after) else {
        // What the client cannot read takes every server away; whoever wanted that can say so.
        return (!old.is_empty()).then(|| "afterwards it is no JSON".to_owned());
    };
    let mut lines = Vec::new();
    for (name, config) in &new {
        let line = match (old.iter().find(|(known, _)| known == name), Server::from_json(config)) {
            (Some((_, same)), _) if same == config => continue,
            (_, Err(error)) => format!("`{}`: {error}", shown(name)),
            (None, Ok(server)) => format!("`{}` is new: {}{}", shown(name), server.told(), warnings(&server)),
            (Some((_, was)), Ok(server)) => match Server::from_json(was) {
                Ok(was) => match told(name, &was, &server) {
                    Some(line) => line,
                    None => continue,
                },
                Err(_) => format!("`{}` becomes {}{}", shown(name), server.told(), warnings(&server)),
            },
        };
        lines.push(line);
    }
    let gone = old.iter().filter(|(name, _)| !new.iter().any(|(known, _)| known == name));
    lines.extend(gone.map(|(name, _)| format!("`{}` goes", shown(name))));
    lines.truncate(5);
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// `None` when only what is no part of the server changed (a timeout, say).
fn told(name: &str, was: &Server, is: &Server) -> Option<String> {
    let found = differences(was, is);
    if found.is_empty() {
        return (was != is).then(|| format!("`{}` gets other values", shown(name)));
    }
    let list: Vec<String> = found.iter().take(3).map(ToString::to_string).collect();
    Some(format!("`{}`: {}{}", shown(name), list.join("; "), warnings(is)))
}

fn warnings(server: &Server) -> String {
    let found: Vec<String> = dangers(server).into_iter().take(2).map(|danger| danger.what).collect();
    if found.is_empty() { String::new() } else { format!(" ({})", found.join("; ")) }
}

/// Every server in the text, wherever a `mcpServers` stands: at the top, in a project of `~/.claude.json`, or bare.
fn servers(text: &str) -> Option<Vec<(String, Value)>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let mut out = Vec::new();
    let mut take = |prefix: &str, map: Option<&Value>| {
        for (name, config) in map.and_then(Value::as_object).into_iter().flatten() {
            out.push((format!("{prefix}{name}"), config.clone()));
        }
    };
    take("", root.get("mcpServers"));
    for (project, value) in root.get("projects").and_then(Value::as_object).into_iter().flatten() {
        take(&format!("{project}: "), value.get("mcpServers"));
    }
    Some(out)
}
