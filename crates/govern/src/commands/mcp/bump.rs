//! `govern mcp bump`: a patch taken over when every proof is there; anything else goes back to review.

use hook_core::files;
use mcp_registry::advisory;
use mcp_registry::lifecycle;
use mcp_registry::{Bump, BumpEvidence, BumpPlan, Document, Registry, Server, day_of, plan_bump, shown};

use super::book::{Book, actor};
use super::lock;
use super::options::{Options, usage};
use super::osv;
use crate::{Exit, Failure, Io};

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options =
        Options::read(arguments, &["--published", "--tools", "--osv-dir"], &["--source-unchanged"])?;
    let [name, version] = options.words.as_slice() else {
        return Err(usage("bump takes NAME and VERSION"));
    };
    let book = Book::open(&options, io)?;
    let (registry, _) = book.registry();
    let entry = approved(&registry, name)?;
    let evidence = BumpEvidence {
        published: options.day("--published")?,
        tools_unchanged: tools_unchanged(&options, &book, name, io)?,
        source_unchanged: options.flag("--source-unchanged").then_some(true),
        advisories: advisories(&options, &entry.config, version, io)?,
    };
    match plan_bump(&registry, entry, version, evidence, day_of(io.now)) {
        BumpPlan::Automatic { argument, specification } => {
            let user = io.user.clone();
            let mut actor = actor(&options, &user, io);
            if actor.why.is_empty() {
                actor.why = "patch: cooldown over, same tools, same source, no advisory";
            }
            let taken = Bump { version, argument, specification: &specification };
            book.step(name, actor, io, |document: &mut Document| {
                lifecycle::bump(document, name, &taken, actor)
            })
        }
        BumpPlan::Review(reasons) => {
            writeln!(
                io.out,
                "{} {} -> {} needs a review:",
                shown(name),
                shown(&entry.version),
                shown(version)
            )?;
            for reason in reasons {
                writeln!(io.out, "  - {reason}")?;
            }
            writeln!(
                io.out,
                "Ask for it with `govern mcp request {} --version {} ...`.",
                shown(name),
                shown(version)
            )?;
            Ok(Exit::Findings)
        }
    }
}

fn approved<'r>(registry: &'r Registry, name: &str) -> Result<&'r mcp_registry::Approved, Failure> {
    let entry = registry.approved.iter().find(|entry| entry.name == name);
    entry.ok_or_else(|| usage(&format!("`{}` is not approved", shown(name))))
}

fn tools_unchanged(
    options: &Options<'_>,
    book: &Book,
    name: &str,
    io: &Io<'_>,
) -> Result<Option<bool>, Failure> {
    let Some(file) = options.value("--tools") else { return Ok(None) };
    let path = io.cwd.join(file);
    let (tools, _) = lock::tools_from(&path)?;
    Ok(lock::read(book)?.drift(name, &tools).map(|drift| drift.is_empty()))
}

/// How many advisories name the new version.
fn advisories(
    options: &Options<'_>,
    config: &Server,
    version: &str,
    io: &Io<'_>,
) -> Result<Option<usize>, Failure> {
    let Some(folder) = options.value("--osv-dir") else { return Ok(None) };
    let mut subjects = advisory::subjects(config);
    if let Some(first) = subjects.first_mut() {
        version.clone_into(&mut first.version);
    }
    Ok(Some(osv::search(&io.cwd.join(folder), &subjects)?.len()))
}

/// The largest list of tools that is read, in bytes.
pub(super) const MAX_TOOLS: usize = 8 << 20;

pub(super) fn read_json(path: &std::path::Path) -> Result<serde_json::Value, Failure> {
    let text = files::read_text(path, MAX_TOOLS)?;
    let text = text.ok_or_else(|| Failure::Unreadable(format!("{} is not there", path.display())))?;
    serde_json::from_str(&text).map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))
}
