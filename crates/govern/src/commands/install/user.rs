//! The target `user`: binaries under `~/.claude/hooks`, wired into `~/.claude/settings.json`.

use std::path::{Path, PathBuf};

use hook_core::{Tier, files};
use serde_json::{Map, Value, json};

use super::binaries::{check_source, copy_binary, digest, remove, write_if_changed};
use super::receipt::{Receipt, text, write_receipt};
use super::{Change, MAX_SETTINGS_BYTES, Request, hooks_of, merged, wires, without_ours};
use crate::{Exit, Failure, Io};

/// Where an installation lives.
pub(super) struct Places {
    pub(super) settings: PathBuf,
    pub(super) hooks: PathBuf,
    pub(super) policy: PathBuf,
    /// What was there before, and what we made of it.
    pub(super) receipt: PathBuf,
}

impl Places {
    pub(super) fn new(home: &Path) -> Self {
        let claude = home.join(".claude");
        Self {
            settings: claude.join("settings.json"),
            hooks: claude.join("hooks"),
            policy: claude.join("governance/policy.json"),
            receipt: claude.join("governance/install.json"),
        }
    }
}

/// The tier this user's policy names, so that an update keeps it.
pub(super) fn installed_tier(home: &Path) -> Option<Tier> {
    let policy = files::read_bounded(&Places::new(home).policy, MAX_SETTINGS_BYTES).ok().flatten()?;
    let policy: Value = serde_json::from_slice(&policy).ok()?;
    Tier::from_name(policy.get("tier")?.as_str()?)
}

/// What is installed here says of its version; `None` where nothing is.
fn installed_version(places: &Places) -> Option<String> {
    let receipt = files::read_bounded(&places.receipt, MAX_SETTINGS_BYTES * 4).ok().flatten()?;
    let receipt: Value = serde_json::from_slice(&receipt).ok()?;
    receipt.get("version")?.as_str().map(str::to_string)
}

pub(super) fn install(request: &Request, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let places = &Places::new(&io.home);
    let source = request.source()?;
    let hooks = hooks_of(request.tier);
    let binaries: Vec<&str> = hooks.iter().copied().chain(["govern"]).collect();
    check_source(&source, &binaries)?;
    let before = files::read_bounded(&places.settings, MAX_SETTINGS_BYTES)?;
    let wanted = wires(request.tier);
    let change = merged(before.as_deref(), &places.hooks, &wanted)
        .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.settings.display())))?;
    let policy_before = files::read_bounded(&places.policy, MAX_SETTINGS_BYTES)?;
    let policy = with_tier(policy_before.as_deref(), request.tier)
        .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.policy.display())))?;
    change.print_diff(&places.settings, io.out)?;
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    let earlier = installed_version(places);
    let mut replaced = 0;
    let mut sums = Map::new();
    for name in binaries {
        replaced += usize::from(copy_binary(&source.join(name), &places.hooks.join(name))?);
        sums.insert(name.into(), digest(&places.hooks.join(name))?.into());
    }
    write_receipt(places, before.as_deref(), policy_before.as_deref(), &change, &sums)?;
    write_if_changed(&places.policy, policy_before.as_deref(), &policy)?;
    write_if_changed(&places.settings, before.as_deref(), &change.after)?;
    if let Some(earlier) = earlier {
        let now = env!("CARGO_PKG_VERSION");
        writeln!(io.out, "Was {earlier}, is {now}: {replaced} binaries replaced.")?;
    }
    writeln!(
        io.out,
        "Installed {} hooks (tier {}) in {}.",
        hooks.len(),
        request.tier,
        places.hooks.display()
    )?;
    let companion = places.hooks.join("govern");
    writeln!(
        io.out,
        "The companion is {}; a link to it on your PATH makes it `govern`.",
        companion.display()
    )?;
    crate::probe::prove(&places.hooks, &hooks, &io.home, io.out)
}

pub(super) fn uninstall(dry_run: bool, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let places = &Places::new(&io.home);
    let Some(now) = files::read_bounded(&places.settings, MAX_SETTINGS_BYTES)? else {
        writeln!(io.out, "{} is not there; nothing to take out.", places.settings.display())?;
        return Ok(Exit::Clean);
    };
    let receipt = Receipt::read(&places.receipt)?;
    let restored = receipt.as_ref().filter(|receipt| receipt.settings_after == text(&now));
    let after = match restored {
        // Untouched since the installation: the file of before, byte for byte.
        Some(receipt) => receipt.settings_before.clone().map(String::into_bytes),
        None => Some(
            without_ours(&now, &places.hooks)
                .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.settings.display())))?,
        ),
    };
    let change = Change { before: Some(now.clone()), after: after.clone().unwrap_or_default() };
    change.print_diff(&places.settings, io.out)?;
    if dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    match &after {
        Some(bytes) => write_if_changed(&places.settings, Some(&now), bytes)?,
        None => remove(&places.settings)?,
    }
    if let Some(receipt) = receipt {
        match receipt.policy_before {
            Some(policy) => files::write_atomic(&places.policy, policy.as_bytes(), 0o600)?,
            None => remove(&places.policy)?,
        }
        remove(&places.receipt)?;
    }
    for name in hook_core::policy::HOOK_NAMES.iter().copied().chain(["govern"]) {
        remove(&places.hooks.join(name))?;
    }
    writeln!(io.out, "The hooks are out; the audit log stays where it is.")?;
    Ok(Exit::Clean)
}

/// The policy file with this tier in it; everything else stays.
pub(super) fn with_tier(before: Option<&[u8]>, tier: Tier) -> Result<Vec<u8>, String> {
    let mut policy = match before {
        None => json!({}),
        Some(bytes) => {
            serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}; mend it first"))?
        }
    };
    let Some(fields) = policy.as_object_mut() else {
        return Err("not a JSON object; mend it first".into());
    };
    if fields.get("tier").and_then(Value::as_str) == Some(tier.name()) {
        return Ok(before.unwrap_or_default().to_vec());
    }
    fields.insert("tier".into(), tier.name().into());
    Ok(format!("{policy:#}\n").into_bytes())
}
