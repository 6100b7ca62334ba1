//! Whether the settings say what governance needs, and whether the client takes them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use claude_config::Places;
use claude_config::json::Node;
use claude_config::permission::Behavior;
use claude_config::settings::{HookCommand, Settings, Source, Standing, effective, files};
use hook_core::{Context, Error, Event, Tier};
use mcp_registry::shown;

use crate::violation::Violation;

/// What is wrong with the settings of this start.
pub(crate) fn violations(
    event: &Event,
    places: &Places,
    context: &Context<'_>,
) -> Result<Vec<Violation>, Error> {
    let read = files(places)?;
    let mut violations = Vec::new();
    for settings in &read {
        violations.extend(standing(settings));
        violations.extend(switched_off(settings));
        violations.extend(missing_hooks(settings, places));
    }
    violations.extend(below_root(places));
    violations.extend(bypass(event, &read, places));
    violations.extend(drift(&read, places, context));
    Ok(violations)
}

/// A file, or part of it, that the client passes over.
pub(crate) fn standing(settings: &Settings) -> Option<Violation> {
    let rule = match settings.standing() {
        Standing::InForce => return None,
        Standing::Partly => "settings-partly",
        Standing::NotInForce => "settings-not-in-force",
    };
    let worst = settings.defects.iter().max_by_key(|defect| defect.drops_file)?;
    let name = shown(&settings.file.to_string_lossy());
    let told =
        format!("{name} is {} (line {}: {})", settings.effect(), worst.position.line, shown(&worst.what));
    let fact = match rule {
        "settings-partly" => "a settings file is in force only in part",
        _ => "a settings file is not in force: Claude Code drops it for a mistake in it",
    };
    Some(Violation::new(rule, &settings.file, &worst.path, told, fact.to_owned()))
}

/// `disableAllHooks` in any file but the managed ones turns every hook off, this one included, from the next start.
pub(crate) fn switched_off(settings: &Settings) -> Option<Violation> {
    let off = settings.at(&["disableAllHooks"]).and_then(Node::as_bool) == Some(true);
    if !off {
        return None;
    }
    let told = format!("{} sets disableAllHooks", shown(&settings.file.to_string_lossy()));
    Some(Violation::new(
        "hooks-disabled",
        &settings.file,
        "",
        told,
        "a settings file disables all hooks".into(),
    ))
}

/// Hooks whose program is not there or cannot be run: to the client that is no reason to stop.
fn missing_hooks(settings: &Settings, places: &Places) -> Vec<Violation> {
    let mut violations: Vec<Violation> = Vec::new();
    for hook in settings.hooks() {
        let Some(why) = cannot_run(&hook, places) else { continue };
        let told = format!("the {} hook {why}", shown(&hook.event));
        if violations.iter().all(|violation| violation.told != told) {
            let fact = format!("a hook for {} cannot run", shown(&hook.event));
            violations.push(Violation::new("hook-missing", &settings.file, &why, told, fact));
        }
    }
    violations
}

fn cannot_run(hook: &HookCommand, places: &Places) -> Option<String> {
    let program = hook.program(&places.start.to_string_lossy(), &places.home.to_string_lossy())?;
    // A bare name is looked for on the PATH, which a hook does not know of other hooks.
    if !program.contains('/') {
        return None;
    }
    let path = places.start.join(&program);
    let shown = shown(&program);
    match std::fs::metadata(&path) {
        Err(_) => Some(format!("runs `{shown}`, which does not exist")),
        Ok(found) if !found.is_file() => Some(format!("runs `{shown}`, which is no file")),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => {
            Some(format!("runs `{shown}`, which is not executable"))
        }
        Ok(_) => None,
    }
}

/// Project settings count only where the client was started.
fn below_root(places: &Places) -> Option<Violation> {
    let root = places.git_root.as_deref().filter(|root| *root != places.start)?;
    let above = places.start.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    let file = above.map(|folder| folder.join(".claude/settings.json")).find(|file| file.exists())?;
    let told = format!(
        "{} does not count: Claude Code was started below its folder",
        shown(&file.to_string_lossy())
    );
    let fact = "the session was started below the project's root, so the project's settings are not in force";
    Some(Violation::new("start-below-root", &file, "", told, fact.to_owned()))
}

/// Everything is allowed, by the session's mode or by the user's own default.
fn bypass(event: &Event, read: &[Settings], places: &Places) -> Vec<Violation> {
    let mut violations = Vec::new();
    let fact = "permissions are bypassed";
    if event.permission_mode() == "bypassPermissions" {
        let told = "the session bypasses permissions".to_owned();
        violations.push(Violation::new("bypass-permissions", &places.start, "mode", told, fact.into()));
    }
    for settings in read {
        let mode = settings.at(&["permissions", "defaultMode"]).and_then(Node::as_str);
        // The client ignores this mode from a project's committed settings.
        if mode == Some("bypassPermissions") && settings.source != Source::Project {
            let told = format!("{} bypasses permissions by default", shown(&settings.file.to_string_lossy()));
            violations.push(Violation::new(
                "bypass-permissions",
                &settings.file,
                "default",
                told,
                fact.into(),
            ));
        }
    }
    violations
}

/// Rules and flags of the tier that are not in force.
fn drift(read: &[Settings], places: &Places, context: &Context<'_>) -> Option<Violation> {
    let together = effective(read);
    let denies =
        |text: &str| together.rules.iter().any(|rule| rule.behavior == Behavior::Deny && rule.text == text);
    let mut missing: Vec<String> =
        context.policy.list("required_deny").into_iter().filter(|rule| !denies(rule)).map(shown).collect();
    let strict = matches!(context.tier(), Tier::Strict | Tier::Regulated);
    let locked = together.value.pointer("/permissions/disableBypassPermissionsMode").is_some();
    if strict && !locked {
        missing.push("permissions.disableBypassPermissionsMode".to_owned());
    }
    if missing.is_empty() {
        return None;
    }
    let more = if missing.len() > 3 { format!(" and {} more", missing.len() - 3) } else { String::new() };
    let first: Vec<&str> = missing.iter().take(3).map(String::as_str).collect();
    let told = format!("the settings lack what tier {} asks for: {}{more}", context.tier(), first.join(", "));
    let file = places.start.join(".claude/settings.json");
    let fact = format!("the settings lack {} things the governance tier asks for", missing.len());
    Some(Violation::new("tier-drift", &file, &missing.join("\n"), told, fact))
}

/// Whether `path` is a settings file the client reads, by its name.
pub(crate) fn source_of(path: &Path, client_source: &str) -> Option<Source> {
    match client_source {
        "user_settings" => Some(Source::User),
        "project_settings" => Some(Source::Project),
        "local_settings" => Some(Source::Local),
        "policy_settings" => Some(Source::Managed),
        _ => path.ends_with(".claude/settings.json").then_some(Source::Project),
    }
}
