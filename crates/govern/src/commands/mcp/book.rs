//! The registry file in hand: found, read, changed, written whole or not at all, and every change in the audit log.

use std::path::{Path, PathBuf};

use hook_core::{StateDirectory, files};
use mcp_registry::lifecycle::{Actor, Done, Refusal};
use mcp_registry::{Document, Fault, Registry, Severity, shown, yaml};
use serde_json::{Map, Value};

use super::options::Options;
use crate::{Exit, Failure, Io};

/// Where the registry stands in a project.
const FILE: &str = ".claude/mcp-registry.yaml";

/// The registry of this project.
pub(super) struct Book {
    pub(super) path: PathBuf,
    pub(super) document: Document,
}

/// The project: the nearest folder upwards that has a registry, else the repository's root, else here.
pub(super) fn project(io: &Io<'_>) -> PathBuf {
    let above =
        |name: &str| io.cwd.ancestors().find(|folder| folder.join(name).exists()).map(Path::to_path_buf);
    above(FILE).or_else(|| above(".git")).unwrap_or_else(|| io.cwd.clone())
}

impl Book {
    /// Opens the registry; a project without one has an empty one.
    pub(super) fn open(options: &Options<'_>, io: &Io<'_>) -> Result<Book, Failure> {
        let path = match options.value("--registry") {
            Some(path) => io.cwd.join(path),
            None => project(io).join(FILE),
        };
        let text = files::read_text(&path, yaml::MAX_BYTES)?.unwrap_or_default();
        let document =
            Document::parse(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
        Ok(Book { path, document })
    }

    /// What the file says, with its errors named.
    pub(super) fn registry(&self) -> (Registry, Vec<Fault>) {
        self.document.registry()
    }

    /// The JSON of an approved or pending entry's configuration.
    pub(super) fn config(&self, name: &str) -> Option<Value> {
        ["approved", "pending_review"].iter().find_map(|list| {
            let items = self.document.root().get(list)?.items();
            let entry =
                items.iter().find(|node| node.get("name").and_then(yaml::Node::as_text) == Some(name))?;
            entry.get("config").map(yaml::Node::to_json)
        })
    }

    /// Takes a step, writes the file, records it, and tells.
    pub(super) fn step(
        mut self,
        name: &str,
        actor: Actor<'_>,
        io: &mut Io<'_>,
        take: impl FnOnce(&mut Document) -> Result<Done, Refusal>,
    ) -> Result<Exit, Failure> {
        match take(&mut self.document) {
            Ok(done) => {
                self.write(io)?;
                self.record(name, actor, done, io)?;
                writeln!(io.out, "{}: {} -> {}", shown(name), done.from.name(), done.to.name())?;
                for fault in self.registry().1.iter().filter(|fault| fault.severity == Severity::Warning) {
                    writeln!(io.out, "note: {fault}")?;
                }
                Ok(Exit::Clean)
            }
            Err(refusal) => {
                writeln!(io.err, "refused: {}: {refusal}", shown(name))?;
                Ok(Exit::Findings)
            }
        }
    }

    pub(super) fn write(&self, _io: &Io<'_>) -> Result<(), Failure> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        files::write_atomic(&self.path, self.document.text().as_bytes(), 0o644)?;
        Ok(())
    }

    fn record(&self, name: &str, actor: Actor<'_>, done: Done, io: &Io<'_>) -> Result<(), Failure> {
        let mut record: Map<String, Value> = Map::new();
        record.insert("type".into(), "mcp_registry".into());
        record.insert("server".into(), shown(name).into());
        record.insert("from".into(), done.from.name().into());
        record.insert("to".into(), done.to.name().into());
        record.insert("by".into(), shown(actor.by).into());
        record.insert("user".into(), io.user.clone().into());
        record.insert("why".into(), shown(actor.why).into());
        record.insert("registry".into(), self.path.to_string_lossy().into_owned().into());
        record.insert("sha256".into(), mcp_registry::sha256(self.document.text().as_bytes()).into());
        ledger::append(&StateDirectory::new(&io.state).ledger(), io.now, record)
            .map(drop)
            .map_err(|error| Failure::Unreadable(format!("audit log: {error}")))
    }
}

/// Who acts: `--by`, else the user's name; a label until the change is reviewed and merged.
pub(super) fn actor<'a>(options: &Options<'a>, user: &'a str, io: &Io<'_>) -> Actor<'a> {
    Actor {
        by: options.value("--by").unwrap_or(user),
        now: io.now,
        why: options.value("--why").unwrap_or_default(),
    }
}
