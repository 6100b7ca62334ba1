//! Servers that enabled plugins bring along.

use std::path::{Path, PathBuf};

use hook_core::Error;

use super::{Found, Origin, Scope};
use crate::Places;
use crate::json::{Document, Node};

/// An installed plugin that is not switched off.
pub(crate) struct Plugin {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

pub(super) fn collect(places: &Places, found: &mut Found) -> Result<(), Error> {
    for plugin in installed(places)? {
        from_plugin(&plugin, found)?;
    }
    Ok(())
}

/// The installed plugins, apart from those a settings file sets to `false`.
pub(crate) fn installed(places: &Places) -> Result<Vec<Plugin>, Error> {
    let file = places.user.join("plugins/installed_plugins.json");
    let Some(Document { root: Ok(root), .. }) = Document::read(&file)? else { return Ok(Vec::new()) };
    let switched_off = switched_off(places)?;
    let mut plugins = Vec::new();
    for member in root.get("plugins").map(Node::effective_members).unwrap_or_default() {
        if switched_off.contains(&member.key) {
            continue;
        }
        let name = member.key.split('@').next().unwrap_or_default();
        for install in installs(&member.value) {
            if let Some(folder) = install.get("installPath").and_then(Node::as_str) {
                plugins.push(Plugin { name: name.to_owned(), folder: PathBuf::from(folder) });
            }
        }
    }
    Ok(plugins)
}

/// Version 2 of the file lists an install per scope, version 1 holds one object.
fn installs(node: &Node) -> Vec<&Node> {
    if node.is_array() { node.items().iter().collect() } else { vec![node] }
}

/// The plugins whose strongest settings file says `false`.
fn switched_off(places: &Places) -> Result<Vec<String>, Error> {
    let mut verdicts: Vec<(String, bool)> = Vec::new();
    let own = [
        places.user.join("settings.json"),
        places.start.join(".claude/settings.json"),
        places.root().join(".claude/settings.local.json"),
    ];
    for file in own.into_iter().chain(crate::places::managed_settings_files(&places.managed)) {
        let Some(Document { root: Ok(root), .. }) = Document::read(&file)? else { continue };
        for member in root.get("enabledPlugins").map(Node::effective_members).unwrap_or_default() {
            verdicts.retain(|(name, _)| *name != member.key);
            verdicts.push((member.key.clone(), member.value.as_bool() == Some(false)));
        }
    }
    Ok(verdicts.into_iter().filter(|(_, off)| *off).map(|(name, _)| name).collect())
}

/// A plugin's `.mcp.json` may be wrapped or a bare map; its manifest may hold servers or name files that do.
fn from_plugin(plugin: &Plugin, found: &mut Found) -> Result<(), Error> {
    take_file(plugin, &plugin.folder.join(".mcp.json"), found)?;
    let manifest = plugin.folder.join(".claude-plugin/plugin.json");
    let Some((document, root)) = found.read(&manifest)? else { return Ok(()) };
    let Some(value) = root.get("mcpServers") else { return Ok(()) };
    let parts = if value.is_array() { value.items().iter().collect() } else { vec![value] };
    for part in parts {
        match part.as_str() {
            Some(".mcp.json" | "./.mcp.json") => {}
            Some(path) => take_file(plugin, &plugin.folder.join(path.trim_start_matches("./")), found)?,
            None => found.take(&Origin::new(Scope::Plugin, &manifest, &document).owned(&plugin.name), part),
        }
    }
    Ok(())
}

fn take_file(plugin: &Plugin, file: &Path, found: &mut Found) -> Result<(), Error> {
    if let Some((document, root)) = found.read(file)? {
        let map = root.get("mcpServers").unwrap_or(&root);
        found.take(&Origin::new(Scope::Plugin, file, &document).owned(&plugin.name), map);
    }
    Ok(())
}
