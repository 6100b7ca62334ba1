//! `govern install`: puts the hook binaries in place, wires them into Claude Code, proves that they answer.
//!
//! Four targets: this user, this project, the whole machine (managed settings), a plugin to hand out.

mod binaries;
mod managed;
mod mdm;
mod plugin;
mod project;
mod receipt;
mod settings;
mod user;
mod wiring;

use std::path::PathBuf;

use hook_core::Tier;

use super::Command;
use super::arguments::Arguments;
use crate::{Exit, Failure, Io};

pub(crate) use binaries::{SUMS, digest, digest_of};
pub(crate) use managed::BINARIES as MACHINE_BINARIES;
pub(crate) use receipt::receipt_digests;
pub use settings::{Change, merged, without_ours};
pub(crate) use settings::{indent, object, printed};
pub use wiring::{Tools, Wire, hooks_of, wires};

pub(super) const COMMAND: Command = Command {
    name: "install",
    about: "install the hooks and wire them into Claude Code",
    usage: "usage: govern install [TIER] [options]\n\n  \
            TIER              starter, standard, strict or regulated (default: the one installed, else standard)\n  \
            --target WHERE    user (default), project, managed or plugin\n  \
            --from DIR        where the hook binaries are (default: beside this program); SHA256SUMS there is checked\n  \
            --root DIR        managed: everything below this folder instead of /\n  \
            --out DIR         plugin: where the marketplace is written; managed: MDM files go there instead\n  \
            --dry-run         print what would change; write nothing\n  \
            --uninstall       take it out again and restore what was there\n\n\
            user      binaries in ~/.claude/hooks, wired into ~/.claude/settings.json\n\
            project   the wiring in ./.claude/settings.json, through a launcher that runs each user's own hooks\n\
            managed   binaries and managed settings nobody on the machine can weaken; needs the rights to write there\n\
            plugin    a marketplace folder with one plugin: `claude plugin marketplace add DIR`\n\n\
            Running it again updates what is there and keeps the tier.",
    run,
};

/// The largest settings file that is read, in bytes.
const MAX_SETTINGS_BYTES: usize = 4 * 1024 * 1024;

/// Where to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    User,
    Project,
    Managed,
    Plugin,
}

/// What is asked for.
struct Request {
    tier: Tier,
    target: Target,
    from: Option<PathBuf>,
    root: Option<PathBuf>,
    out: Option<PathBuf>,
    dry_run: bool,
    uninstall: bool,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let given = Arguments::parse(arguments, COMMAND.usage)?;
        let usage = |problem: String| Failure::Usage(format!("{problem}\n{}", COMMAND.usage));
        let target = match given.value("--target") {
            None | Some("user") => Target::User,
            Some("project") => Target::Project,
            Some("managed") => Target::Managed,
            Some("plugin") => Target::Plugin,
            Some(other) => return Err(usage(format!("no target `{other}`"))),
        };
        let tier = match given.word() {
            Some(name) => Tier::from_name(name).ok_or_else(|| usage(format!("unexpected `{name}`")))?,
            None => user::installed_tier(&io.home).unwrap_or(Tier::Standard),
        };
        let folder = |name: &str| given.value(name).map(|folder| io.cwd.join(folder));
        Ok(Self {
            tier,
            target,
            from: folder("--from"),
            root: folder("--root"),
            out: folder("--out"),
            dry_run: given.flag("--dry-run"),
            uninstall: given.flag("--uninstall"),
        })
    }

    /// Where the binaries come from.
    fn source(&self) -> Result<PathBuf, Failure> {
        match &self.from {
            Some(folder) => Ok(folder.clone()),
            None => binaries::own_folder(),
        }
    }
}

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    match (request.target, request.uninstall) {
        (Target::User, false) => user::install(&request, io),
        (Target::User, true) => user::uninstall(request.dry_run, io),
        (Target::Project, uninstall) => project::wire(&request, !uninstall, io),
        (Target::Managed, false) => managed::install(&request, io),
        (Target::Managed, true) => managed::uninstall(&request, io),
        (Target::Plugin, false) => plugin::write(&request, io),
        (Target::Plugin, true) => Err(Failure::Usage(
            "a plugin is taken out by the client: `claude plugin uninstall governance@claude-governance`"
                .into(),
        )),
    }
}
