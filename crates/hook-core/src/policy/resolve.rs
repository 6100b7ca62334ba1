//! Layers made one: defaults of the tier, what the user may change, what the project may tighten, what nobody weakens.

use super::{Layer, LayerKind, Mode, Policy, Setting, Tier};
use crate::Hook;

/// The policy of `hook` under these layers (at most one of each kind; absent layers are left out).
///
/// A key the managed layer sets can only be tightened by the others; any other key the user may set freely and the
/// project may tighten. The tier is the highest of what the layers ask for, the user's own where nobody else asks.
pub fn resolve(hook: &Hook, layers: &[Layer]) -> Policy {
    let layer = |kind| layers.iter().find(|layer| layer.kind == kind);
    let (user, project, managed) =
        (layer(LayerKind::User), layer(LayerKind::Project), layer(LayerKind::Managed));
    let mut policy = Policy::defaults(hook, tier(user, project, managed));
    policy.files = layers.iter().map(|layer| layer.file.clone()).collect();
    if let Some(managed) = managed {
        replace(&mut policy, managed, hook, None);
    }
    if let Some(user) = user {
        replace(&mut policy, user, hook, managed);
    }
    if let Some(project) = project {
        tighten(&mut policy, project, hook);
    }
    policy.user_exceptions = managed.and_then(|managed| managed.user_exceptions).unwrap_or(true);
    for layer in [managed, user.filter(|_| policy.user_exceptions)].into_iter().flatten() {
        policy.exceptions.extend(layer.exceptions.iter().cloned());
    }
    policy
}

fn tier(user: Option<&Layer>, project: Option<&Layer>, managed: Option<&Layer>) -> Tier {
    let of = |layer: Option<&Layer>| layer.and_then(|layer| layer.tier);
    let base = of(user).or(of(managed)).unwrap_or(Tier::Standard);
    [of(project), of(managed)].into_iter().flatten().fold(base, Tier::max)
}

/// Applies a layer that may loosen, except where `floor` has spoken.
fn replace(policy: &mut Policy, layer: &Layer, hook: &Hook, floor: Option<&Layer>) {
    if let Some(mode) = layer.mode {
        // A hook the managed layer speaks of at all cannot be switched off below what it says.
        let held = floor.is_some_and(speaks);
        policy.mode = if held { policy.mode.max(mode) } else { mode };
    }
    for (rule, mode) in &layer.rules {
        // The managed layer holds a rule by naming it, or by naming the hook's mode.
        let held =
            floor.is_some_and(|floor| floor.mode.is_some() || floor.rules.iter().any(|(id, _)| id == rule));
        let mode = if held { policy.mode(rule).max(*mode) } else { *mode };
        set_rule(policy, rule, mode);
    }
    for (name, wanted) in &layer.settings {
        let held = floor.is_some_and(|floor| floor.settings.iter().any(|(key, _)| key == name));
        change(policy, hook, name, |key, before| {
            if held { key.tighten(before, wanted) } else { key.replace(before, wanted) }
        });
    }
}

/// Whether a layer says anything about the hook.
fn speaks(layer: &Layer) -> bool {
    layer.mode.is_some() || !layer.rules.is_empty() || !layer.settings.is_empty()
}

/// Applies a layer that may only tighten.
fn tighten(policy: &mut Policy, layer: &Layer, hook: &Hook) {
    // Rules first, against the mode they had: a rule the layer wants stricter than the hook stays so.
    for (rule, mode) in &layer.rules {
        let stricter = rule_mode_before(policy, rule).max(*mode);
        set_rule(policy, rule, stricter);
    }
    if let Some(mode) = layer.mode {
        policy.mode = policy.mode.max(mode);
    }
    for (name, wanted) in &layer.settings {
        change(policy, hook, name, |key, before| key.tighten(before, wanted));
    }
}

/// The rule's own mode where it has one, even while the hook is off: turning the hook on must not weaken it.
fn rule_mode_before(policy: &Policy, rule: &str) -> Mode {
    policy.rules.iter().find(|(id, _)| id == rule).map_or(policy.mode, |(_, mode)| *mode)
}

fn set_rule(policy: &mut Policy, rule: &str, mode: Mode) {
    match policy.rules.iter_mut().find(|(id, _)| id == rule) {
        Some((_, before)) => *before = mode,
        None => policy.rules.push((rule.to_string(), mode)),
    }
}

fn change(policy: &mut Policy, hook: &Hook, name: &str, new: impl Fn(super::KeyKind, &Setting) -> Setting) {
    let Some(key) = hook.keys.iter().find(|key| key.name == name) else {
        return;
    };
    if let Some((_, setting)) = policy.settings.iter_mut().find(|(key_name, _)| *key_name == name) {
        *setting = new(key.kind, setting);
    }
}
