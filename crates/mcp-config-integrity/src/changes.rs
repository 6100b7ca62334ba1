//! What is configured against what was accepted, in words a person can act on.

use mcp_registry::{Difference, Server, differences, projection};

use crate::baseline::{Baseline, Key};
use crate::inventory::{Configured, Inventory};

/// One server that is not as accepted.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    pub key: &'a Key,
    pub what: What<'a>,
}

#[derive(Debug, Clone)]
pub enum What<'a> {
    Added(&'a Configured),
    Changed(&'a Configured, Vec<Difference>),
    /// Configured, but no longer as anything the client could start.
    Unreadable(&'a Configured),
    Removed,
}

/// Every change, in the order of the inventory; what is gone comes last. `here` says which accepted servers this project can see: another
/// project's are not missing.
pub fn changes<'a>(
    inventory: &'a Inventory,
    baseline: &'a Baseline,
    here: &dyn Fn(&Key) -> bool,
) -> Vec<Change<'a>> {
    let mut found: Vec<Change<'a>> =
        inventory.servers.iter().filter_map(|server| change(server, baseline)).collect();
    let gone = baseline
        .accepted()
        .map(|(key, _)| key)
        .filter(|key| here(key) && !inventory.servers.iter().any(|server| server.key == **key));
    found.extend(gone.map(|key| Change { key, what: What::Removed }));
    found
}

/// The change of one server, if it is not as accepted.
pub(crate) fn change<'a>(server: &'a Configured, baseline: &Baseline) -> Option<Change<'a>> {
    let what = match (&server.server, baseline.of(&server.key)) {
        (Err(_), _) => What::Unreadable(server),
        (Ok(_), None) => What::Added(server),
        (Ok(now), Some(accepted)) => {
            // Both sides in the form that holds no secret, so that a rotated token is no change.
            let was = Server::from_projection(accepted);
            let is = Server::from_projection(&projection(now));
            let differences = match (was, is) {
                (Ok(was), Ok(is)) => differences(&was, &is),
                (Err(_), _) | (_, Err(_)) => {
                    return Some(Change { key: &server.key, what: What::Unreadable(server) });
                }
            };
            if differences.is_empty() {
                return None;
            }
            What::Changed(server, differences)
        }
    };
    Some(Change { key: &server.key, what })
}

impl Change<'_> {
    pub fn rule(&self) -> &'static str {
        match self.what {
            What::Added(_) => "server-added",
            What::Changed(..) | What::Removed => "server-changed",
            What::Unreadable(_) => "unreadable-server",
        }
    }

    /// The same for the model: which fields, and none of their text, which somebody else wrote.
    pub fn told_to_model(&self) -> String {
        match &self.what {
            What::Added(_) => "nobody accepted it".to_owned(),
            What::Changed(_, differences) => {
                let mut fields: Vec<&str> = differences
                    .iter()
                    .map(|found| found.field.split('.').next().unwrap_or_default())
                    .collect();
                fields.dedup();
                format!("changed since: {}", fields.join(", "))
            }
            What::Unreadable(_) => "its configuration cannot be read".to_owned(),
            What::Removed => "it is gone".to_owned(),
        }
    }

    /// One line, fit to print: the server, its scope, and what is different.
    pub fn told(&self) -> String {
        use mcp_registry::shown;
        let head = format!("`{}` ({})", shown(&self.key.name), self.key.scope);
        match &self.what {
            What::Added(server) => match &server.server {
                Ok(now) => format!("{head} is new: {}", now.told()),
                Err(error) => format!("{head}: {error}"),
            },
            What::Changed(_, differences) => {
                let list: Vec<String> = differences.iter().take(4).map(ToString::to_string).collect();
                let more = differences.len().saturating_sub(4);
                let more = if more == 0 { String::new() } else { format!("; and {more} more") };
                format!("{head} changed: {}{more}", list.join("; "))
            }
            What::Unreadable(server) => match &server.server {
                Err(error) => format!("{head}: {error}"),
                Ok(_) => format!("{head}: what was accepted cannot be read"),
            },
            What::Removed => format!("{head} is gone"),
        }
    }
}
