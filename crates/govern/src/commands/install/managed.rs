//! The target `managed`: binaries only an administrator can write, and managed settings nobody can weaken.

use std::path::{Path, PathBuf};

use hook_core::{Tier, files};
use serde_json::{Map, Value};

use super::binaries::{SUMS, check_source, remove, sums};
use super::user::with_tier;
use super::{Change, MAX_SETTINGS_BYTES, Request, hooks_of, mdm, wires};
use crate::tiers;
use crate::transaction::{Fault, NewFile, commit, recover};
use crate::{Exit, Failure, Io};

/// Where the binaries of a machine live; the settings name them there, whatever `--root` says.
pub(crate) const BINARIES: &str = "/usr/local/lib/claude-governance";

/// Our part of the managed settings, beside whatever else an administrator has there.
const SETTINGS: &str = "managed-settings.d/40-governance.json";

/// Where the parts of a managed installation go.
struct Places {
    root: PathBuf,
    binaries: PathBuf,
    settings: PathBuf,
    policy: PathBuf,
}

impl Places {
    fn new(request: &Request, io: &Io<'_>) -> Self {
        let root = request.root.clone().unwrap_or_else(|| PathBuf::from("/"));
        let below = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        Self {
            binaries: below(Path::new(BINARIES)),
            settings: below(&io.managed.join(SETTINGS)),
            policy: below(&io.managed.join("governance.json")),
            root,
        }
    }
}

/// The managed settings of a tier.
pub(super) fn settings(tier: Tier) -> Value {
    let mut settings = tiers::rules(tier);
    if tier == Tier::Regulated {
        // Hooks of a project or a user could send events elsewhere; only the company's run.
        settings.insert("allowManagedHooksOnly".into(), true.into());
    }
    let mut hooks: Map<String, Value> = Map::new();
    for wire in wires(tier) {
        let group = wire.group(Path::new(BINARIES));
        let groups = hooks.entry(wire.event).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(groups) = groups.as_array_mut() {
            groups.push(group);
        }
    }
    settings.insert("hooks".into(), Value::Object(hooks));
    Value::Object(settings)
}

pub(super) fn install(request: &Request, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if let Some(out) = &request.out {
        return mdm::write(out, request.tier, io);
    }
    let places = Places::new(request, io);
    let source = request.source()?;
    let hooks = hooks_of(request.tier);
    let binaries: Vec<&str> = hooks.iter().copied().chain(["govern"]).collect();
    check_source(&source, &binaries)?;
    recover(&places.root)?;
    let mut wanted =
        vec![(places.settings.clone(), format!("{:#}\n", settings(request.tier)).into_bytes(), 0o644)];
    let policy = files::read_bounded(&places.policy, MAX_SETTINGS_BYTES)?;
    let policy = with_tier(policy.as_deref(), request.tier)
        .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.policy.display())))?;
    wanted.push((places.policy.clone(), policy, 0o644));
    wanted.push((places.binaries.join(SUMS), sums(&source, &binaries)?.into_bytes(), 0o644));
    for name in &binaries {
        wanted.push((places.binaries.join(name), whole(&source.join(name))?, 0o755));
    }
    let mut changed = Vec::new();
    for (path, content, mode) in wanted {
        let before = if path.is_file() { Some(whole(&path)?) } else { None };
        if before.as_deref() == Some(content.as_slice()) {
            continue;
        }
        if mode == 0o644 {
            Change { before, after: content.clone() }.print_diff(&path, io.out)?;
        } else {
            writeln!(
                io.out,
                "{} {}",
                if before.is_some() { "replaced" } else { "new     " },
                path.display()
            )?;
        }
        changed.push(NewFile { path, content, mode });
    }
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    if !changed.is_empty() {
        commit(&places.root, &changed, Fault::None).map_err(|error| {
            Failure::Unreadable(format!("{}: {error}; nothing was changed", places.root.display()))
        })?;
    }
    writeln!(io.out, "Managed governance, tier {}: {} files changed.", request.tier, changed.len())?;
    crate::probe::prove(&places.binaries, &hooks, &io.home, io.out)
}

pub(super) fn uninstall(request: &Request, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let places = Places::new(request, io);
    let names: Vec<&str> = hook_core::policy::HOOK_NAMES.iter().copied().chain(["govern", SUMS]).collect();
    let mut paths = vec![places.settings.clone()];
    paths.extend(names.iter().map(|name| places.binaries.join(name)));
    let policy = files::read_bounded(&places.policy, MAX_SETTINGS_BYTES)?.unwrap_or_default();
    let policy: Value = serde_json::from_slice(&policy).unwrap_or_default();
    if policy.as_object().is_some_and(|fields| fields.keys().all(|key| key == "tier")) {
        paths.push(places.policy.clone());
    } else if places.policy.is_file() {
        writeln!(io.out, "{} says more than a tier and stays.", places.policy.display())?;
    }
    for path in paths.iter().filter(|path| path.exists()) {
        writeln!(io.out, "removed {}", path.display())?;
        if !request.dry_run {
            remove(path)?;
        }
    }
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was removed.")?;
        return Ok(Exit::Clean);
    }
    for folder in [Some(places.binaries.as_path()), places.settings.parent(), places.policy.parent()] {
        // A folder that holds something else stays.
        drop(folder.map(std::fs::remove_dir));
    }
    writeln!(io.out, "Managed governance is out; the audit logs of the users stay where they are.")?;
    Ok(Exit::Clean)
}

#[expect(clippy::disallowed_methods, reason = "binaries are copied whole, whatever their size")]
fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))
}
