//! Servers written out in the front matter of agent files.

use std::path::{Path, PathBuf};

use hook_core::{Error, files};

use super::{Found, Origin, Scope, plugin};
use crate::json::{Document, MAX_FILE_BYTES, Node};
use crate::{Places, yaml};

pub(super) fn collect(places: &Places, found: &mut Found) -> Result<(), Error> {
    let mut folders = vec![places.user.join("agents"), places.managed.join(".claude/agents")];
    folders.extend(places.start.ancestors().map(|folder| folder.join(".claude/agents")));
    folders.extend(plugin::installed(places)?.into_iter().map(|plugin| plugin.folder.join("agents")));
    folders.dedup();
    for folder in folders {
        for file in markdown_files(&folder) {
            from_agent(&file, found)?;
        }
    }
    Ok(())
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    files
}

/// A list entry that is a string names a server of another scope; one that is a map configures its own.
fn from_agent(file: &Path, found: &mut Found) -> Result<(), Error> {
    let Some(text) = files::read_text(file, MAX_FILE_BYTES)? else { return Ok(()) };
    if !text.contains("mcpServers") {
        return Ok(());
    }
    let Some(root) = yaml::front_matter(&text) else { return Ok(()) };
    let Some(value) = root.get("mcpServers") else { return Ok(()) };
    let owner = root.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
    let document = Document { text, root: Ok(root.clone()) };
    let origin = || Origin::new(Scope::Agent, file, &document).owned(&owner);
    if value.is_object() {
        found.take(&origin(), value);
    }
    for item in value.items().iter().filter(|item| item.is_object()) {
        found.take(&origin(), item);
    }
    Ok(())
}
