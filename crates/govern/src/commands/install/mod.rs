//! `govern install`: puts the hook binaries in place, wires them into Claude Code's user settings, proves that they answer.

mod settings;
mod wiring;

use std::path::{Path, PathBuf};

use hook_core::{Tier, files};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Command;
use crate::{Exit, Failure, Io};

pub use settings::{Change, merged, without_ours};
pub(crate) use settings::{indent, object, printed};
pub use wiring::{Wire, hooks_of, wires};

pub(super) const COMMAND: Command = Command {
    name: "install",
    about: "install the hooks for this user and wire them into Claude Code",
    usage: "usage: govern install [starter|standard|strict|regulated] [--from DIR] [--dry-run] [--uninstall]\n\n\
            --from DIR    where the hook binaries are (default: beside this program)\n\
            --dry-run     print what would change; write nothing\n\
            --uninstall   take the hooks out again and restore the settings",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments)?;
    let places = Places::new(&io.home);
    match (request.uninstall, request.dry_run) {
        (true, dry_run) => uninstall(&places, dry_run, io),
        (false, dry_run) => install(&request, &places, dry_run, io),
    }
}

struct Request {
    tier: Tier,
    from: Option<PathBuf>,
    dry_run: bool,
    uninstall: bool,
}

impl Request {
    fn read(arguments: &[&str]) -> Result<Self, Failure> {
        let mut request = Self { tier: Tier::Standard, from: None, dry_run: false, uninstall: false };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => return Ok(request),
                ["--dry-run", rest @ ..] => {
                    request.dry_run = true;
                    rest
                }
                ["--uninstall", rest @ ..] => {
                    request.uninstall = true;
                    rest
                }
                ["--from", folder, rest @ ..] => {
                    request.from = Some(PathBuf::from(folder));
                    rest
                }
                [tier, rest @ ..] => {
                    request.tier = Tier::from_name(tier)
                        .ok_or_else(|| Failure::Usage(format!("unexpected `{tier}`\n{}", COMMAND.usage)))?;
                    rest
                }
            };
        }
    }
}

/// Where an installation lives.
struct Places {
    settings: PathBuf,
    hooks: PathBuf,
    policy: PathBuf,
    /// What was there before, and what we made of it.
    receipt: PathBuf,
}

impl Places {
    fn new(home: &Path) -> Self {
        let claude = home.join(".claude");
        Self {
            settings: claude.join("settings.json"),
            hooks: claude.join("hooks"),
            policy: claude.join("governance/policy.json"),
            receipt: claude.join("governance/install.json"),
        }
    }
}

/// The largest settings file that is read, in bytes.
const MAX_SETTINGS_BYTES: usize = 4 * 1024 * 1024;

fn install(request: &Request, places: &Places, dry_run: bool, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let source = match &request.from {
        Some(folder) => folder.clone(),
        None => own_folder()?,
    };
    let hooks = hooks_of(request.tier);
    for hook in &hooks {
        if !source.join(hook).is_file() {
            let missing = source.join(hook);
            return Err(Failure::Unreadable(format!(
                "{} is not there; build it, or name --from",
                missing.display()
            )));
        }
    }
    let before = files::read_bounded(&places.settings, MAX_SETTINGS_BYTES)?;
    let wanted = wires(request.tier);
    let change = merged(before.as_deref(), &places.hooks, &wanted)
        .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.settings.display())))?;
    let policy_before = files::read_bounded(&places.policy, MAX_SETTINGS_BYTES)?;
    let policy = with_tier(policy_before.as_deref(), request.tier)
        .map_err(|problem| Failure::Usage(format!("{}: {problem}", places.policy.display())))?;
    change.print_diff(&places.settings, io.out)?;
    if dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    let mut sums = Map::new();
    for hook in hooks.iter().copied().chain(["govern"]) {
        copy_binary(&source.join(hook), &places.hooks.join(hook))?;
        sums.insert(hook.into(), digest(&places.hooks.join(hook))?.into());
    }
    write_receipt(places, before.as_deref(), policy_before.as_deref(), &change, &sums)?;
    write_if_changed(&places.policy, policy_before.as_deref(), &policy)?;
    write_if_changed(&places.settings, before.as_deref(), &change.after)?;
    writeln!(
        io.out,
        "Installed {} hooks (tier {}) in {}.",
        hooks.len(),
        request.tier,
        places.hooks.display()
    )?;
    crate::probe::prove(&places.hooks, &hooks, &io.home, io.out)
}

fn uninstall(places: &Places, dry_run: bool, io: &mut Io<'_>) -> Result<Exit, Failure> {
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

/// What an installation found and left, so that it can be undone byte for byte.
struct Receipt {
    settings_before: Option<String>,
    settings_after: String,
    policy_before: Option<String>,
}

impl Receipt {
    fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let Some(bytes) = files::read_bounded(path, MAX_SETTINGS_BYTES * 4)? else {
            return Ok(None);
        };
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Unreadable(format!("{}: not JSON: {error}", path.display())))?;
        let field = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_string);
        Ok(Some(Self {
            settings_before: field("settings_before"),
            settings_after: field("settings_after").unwrap_or_default(),
            policy_before: field("policy_before"),
        }))
    }
}

/// A second installation keeps the first one's account of what was there before.
fn write_receipt(
    places: &Places,
    settings: Option<&[u8]>,
    policy: Option<&[u8]>,
    change: &Change,
    sums: &Map<String, Value>,
) -> Result<(), Failure> {
    let earlier = Receipt::read(&places.receipt)?;
    let unchanged_since =
        earlier.as_ref().filter(|earlier| settings.is_some_and(|now| text(now) == earlier.settings_after));
    let (settings_before, policy_before) = match unchanged_since {
        Some(earlier) => (earlier.settings_before.clone(), earlier.policy_before.clone()),
        None => (settings.map(text), policy.map(text)),
    };
    let receipt = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "sha256": sums,
        "settings_before": settings_before,
        "settings_after": text(&change.after),
        "policy_before": policy_before,
    });
    let bytes = format!("{receipt:#}\n").into_bytes();
    let existing = files::read_bounded(&places.receipt, MAX_SETTINGS_BYTES * 4)?;
    write_if_changed(&places.receipt, existing.as_deref(), &bytes)
}

/// The SHA-256 of each binary as it was installed for this user.
pub(crate) fn receipt_digests(home: &Path) -> Vec<(String, String)> {
    let receipt = files::read_bounded(&Places::new(home).receipt, MAX_SETTINGS_BYTES * 4).ok().flatten();
    let receipt: Value = serde_json::from_slice(&receipt.unwrap_or_default()).unwrap_or_default();
    let sums = receipt.get("sha256").and_then(Value::as_object);
    let pair = |(name, sum): (&String, &Value)| Some((name.clone(), sum.as_str()?.to_string()));
    sums.into_iter().flatten().filter_map(pair).collect()
}

/// The SHA-256 of a file, in hexadecimal.
#[expect(clippy::disallowed_methods, reason = "binaries are hashed whole, whatever their size")]
pub(crate) fn digest(path: &Path) -> Result<String, Failure> {
    let bytes =
        std::fs::read(path).map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))?;
    Ok(Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The policy file with this tier in it; everything else stays.
fn with_tier(before: Option<&[u8]>, tier: Tier) -> Result<Vec<u8>, String> {
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

#[expect(clippy::disallowed_methods, reason = "binaries are copied whole, whatever their size")]
fn copy_binary(from: &Path, to: &Path) -> Result<(), Failure> {
    let bytes =
        std::fs::read(from).map_err(|error| Failure::Unreadable(format!("{}: {error}", from.display())))?;
    let same = std::fs::read(to).is_ok_and(|existing| existing == bytes);
    if same {
        return Ok(());
    }
    make_folder(to)?;
    files::write_atomic(to, &bytes, 0o755)?;
    Ok(())
}

fn write_if_changed(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Result<(), Failure> {
    if before == Some(after) {
        return Ok(());
    }
    make_folder(path)?;
    files::write_atomic(path, after, 0o600)?;
    Ok(())
}

fn make_folder(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", folder.display())))
}

fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Unreadable(format!("{}: {error}", path.display()))),
    }
}

fn own_folder() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    Ok(own.parent().map(Path::to_path_buf).unwrap_or_default())
}
