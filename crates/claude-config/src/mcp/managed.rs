//! Servers an administrator deploys.

use super::{Found, Origin, Scope};
use crate::Places;
use crate::places::managed_settings_files;
use hook_core::Error;

/// Takes the managed servers. The answer is whether `managed-mcp.json` exists: it excludes every other scope.
pub(super) fn collect(places: &Places, found: &mut Found) -> Result<bool, Error> {
    let file = places.managed.join("managed-mcp.json");
    let exclusive = file.exists();
    if let Some((document, root)) = found.read(&file)?
        && let Some(map) = root.get("mcpServers")
    {
        found.take(&Origin::new(Scope::Managed, &file, &document), map);
    }
    for file in managed_settings_files(&places.managed) {
        let Some((document, root)) = found.read(&file)? else { continue };
        if let Some(map) = root.get("managedMcpServers").filter(|map| map.is_object()) {
            found.take(&Origin::new(Scope::Managed, &file, &document), map);
        }
    }
    Ok(exclusive)
}
