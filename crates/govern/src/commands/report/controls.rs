//! Which controls are in force here: every hook with its mode and where it is wired, and the permission rules.

use crate::registry::REGISTRY;
use crate::{Failure, Io};
use claude_config::permission::Behavior;
use claude_config::settings::{HookCommand, Launch, Settings, Standing, effective, files};
use hook_core::policy::{load, places, resolve};
use hook_core::{Mode, Policy, Target};
use serde_json::{Value, json};
use std::path::Path;

/// The policy of every hook, the settings' rules and hooks, and the exceptions.
pub(super) fn controls(root: &Path, io: &Io<'_>) -> Result<Value, Failure> {
    let settings = files(&claude_config::Places::new(&io.home, root, &io.managed))?;
    let in_force: Vec<&Settings> =
        settings.iter().filter(|file| !matches!(file.standing(), Standing::NotInForce)).collect();
    let wired: Vec<HookCommand> = in_force.iter().flat_map(|file| file.hooks()).collect();
    let (mut hooks, mut exceptions, mut tier) = (Vec::new(), Vec::new(), String::new());
    for row in REGISTRY {
        let mut layers = Vec::new();
        for (kind, file) in places(&io.home, Some(root), &io.managed) {
            layers.extend(load(kind, &file, row.hook).map_err(|error| Failure::Usage(error.to_string()))?);
        }
        let policy = resolve(row.hook, &layers);
        policy.tier().name().clone_into(&mut tier);
        hooks.push(hook(row.hook.name, row.hook.about, &policy, &wired));
        for exception in policy.exceptions() {
            exceptions.push(json!({
                "hook": exception.hook, "rule": exception.rule, "scope": scope(&exception.target),
                "reason": exception.reason, "approver": exception.approver, "expires": exception.expires.to_string(),
                "expired": exception.is_expired(io.now.date_naive()),
            }));
        }
    }
    exceptions.sort_by_key(Value::to_string);
    exceptions.dedup();
    let rules = effective(&settings).rules;
    let count = |behavior| rules.iter().filter(|rule| rule.behavior == behavior).count();
    let denied: Vec<&str> =
        rules.iter().filter(|rule| rule.behavior == Behavior::Deny).map(|rule| rule.text.as_str()).collect();
    let dropped: Vec<String> = settings
        .iter()
        .filter(|file| matches!(file.standing(), Standing::NotInForce))
        .map(|file| format!("{} is {}", file.file.display(), file.effect()))
        .collect();
    Ok(json!({
        "tier": tier, "hooks": hooks, "exceptions": exceptions, "settings_dropped": dropped,
        "rules": {"deny": count(Behavior::Deny), "ask": count(Behavior::Ask), "allow": count(Behavior::Allow)},
        "deny_rules": denied,
    }))
}

fn scope(target: &Target) -> String {
    match target {
        Target::Path(glob) => format!("path {glob}"),
        Target::Fingerprint(tag) => format!("fingerprint {tag}"),
    }
}

fn hook(name: &str, about: &str, policy: &Policy, wired: &[HookCommand]) -> Value {
    let mut events: Vec<&str> = Vec::new();
    let mut blocks = false;
    for command in wired.iter().filter(|command| starts(command, name)) {
        events.push(&command.event);
        blocks |= command.blocks_on_failure;
    }
    events.sort_unstable();
    events.dedup();
    let mode = policy.hook_mode();
    // Off by policy, or wired nowhere: either way it does nothing.
    let in_force = mode == Mode::Enforce && !events.is_empty();
    json!({"hook": name, "about": about, "mode": mode.name(), "events": events, "fails_closed": blocks,
           "in_force": in_force})
}

/// Whether this entry starts the hook: as a program of its name, or as the argument of the project's launcher.
fn starts(command: &HookCommand, name: &str) -> bool {
    let is_it = |text: &str| Path::new(text).file_name().is_some_and(|file| file == name);
    match &command.launch {
        Launch::Exec { command, args } => is_it(command) || args.iter().any(|argument| is_it(argument)),
        Launch::Shell { line } => line.split_whitespace().any(is_it),
        Launch::Other { .. } => false,
    }
}
