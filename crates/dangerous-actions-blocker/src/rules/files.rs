//! The file tools: where Edit, Write and NotebookEdit may write.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names are lower case by now, or Unix names"
)]

use std::path::Path;

use hook_core::{Severity, path};

use crate::place::{Place, base_name, is_below, place_of};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::{credentials, governance, persistence};
use crate::scene::{self, Scene};
use crate::wildcard;

pub(crate) static RULES: &[&Rule] = &[&OUTSIDE, &SECRET, &SYSTEM, &PROTECTED, &LOCKED, &SWITCH];

static OUTSIDE: Rule = Rule {
    id: "file-outside-project",
    severity: Severity::Medium,
    harm: "would write outside the project and the folders the policy allows",
    instead: Instead::Person(
        "Write inside the project, or ask the user to add the folder to `allowed_paths`",
    ),
};
static SECRET: Rule = Rule {
    id: "file-secret",
    severity: Severity::High,
    harm: "would write a file that holds secrets",
    instead: Instead::Person("Write `.env.example` without values and ask the user to fill in the real file"),
};
static SYSTEM: Rule = Rule {
    id: "file-system",
    severity: Severity::Critical,
    harm: "would write a file of the operating system or a device",
    instead: Instead::Person("Write the change into the project and ask the user to install it"),
};
static PROTECTED: Rule = Rule {
    id: "file-protected",
    severity: Severity::High,
    harm: "would write a file that the policy protects",
    instead: Instead::Person("Describe the change and ask the user to make it"),
};
static LOCKED: Rule = Rule {
    id: "file-locked-infrastructure",
    severity: Severity::Low,
    harm: "would change infrastructure, pipelines or the database schema",
    instead: Instead::Person("Describe the change and wait for the user's permission"),
};
static SWITCH: Rule = Rule {
    id: "file-disables-hooks",
    severity: Severity::High,
    harm: "would write settings that switch hooks or permission checks off",
    instead: Instead::Person("Only a person changes governance: ask the user"),
};

/// What a strict team locks unless somebody says otherwise in the conversation: the lists of the guardrail tiers.
const INFRASTRUCTURE: &[&str] = &[
    "docker-compose*.yml",
    "docker-compose*.yaml",
    "compose.yml",
    "compose.yaml",
    "Dockerfile",
    ".gitlab-ci.yml",
    ".github/workflows/*",
    "terraform/*",
    "kubernetes/*",
    "k8s/*",
    "prisma/schema.prisma",
    "*.tf",
    "*.tfvars",
    ".circleci/config.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
];

/// Judges writing `content` to `target`, which the client gives as an absolute path but may be anything.
pub fn judge(target: &str, content: &str, scene: &Scene) -> Vec<Hit> {
    let written = path::absolute(target, Path::new(&scene.cwd), Path::new(&scene.home));
    let named = scene::text(&written);
    let actual = scene::text(&path::real(&written));
    // Both are judged: what is named, and where a link leads.
    let mut hits = judge_path(&named, scene);
    if actual != named {
        let project = scene::text(&path::real(Path::new(&scene.project)));
        let real_scene = Scene { project, ..scene.clone() };
        hits.extend(judge_path(&actual, &real_scene));
    }
    let settings = named.to_ascii_lowercase();
    if (settings.ends_with(".json") || settings.ends_with(".jsonc"))
        && SWITCHES.iter().any(|switch| content.contains(switch))
    {
        hits.push(hit(&SWITCH, &named));
    }
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.rule.severity));
    hits.dedup_by_key(|hit| hit.rule.id);
    hits
}

/// Keys by which a settings file turns governance off, in the form they have in JSON.
const SWITCHES: &[&str] =
    &["\"disableAllHooks\"", "\"bypassPermissions\"", "\"skipDangerousModePermissionPrompt\""];

fn judge_path(path: &str, scene: &Scene) -> Vec<Hit> {
    let name = base_name(path);
    let mut hits = Vec::new();
    if let Some(rule) = governance::rule_for_path(path, scene) {
        hits.push(hit(rule, path));
    }
    if let Some(rule) = persistence::rule_for_path(path, &scene.home) {
        hits.push(hit(rule, path));
    }
    if credentials::secrecy(path, false) >= credentials::Secrecy::EnvironmentFile
        && !path.ends_with("/.gradle/gradle.properties")
    {
        hits.push(hit(&SECRET, path));
    }
    if in_git_folder(path) {
        hits.push(hit(&PROTECTED, path));
    }
    let relative = path.strip_prefix(&scene.project).map_or(path, |rest| rest.trim_start_matches('/'));
    if scene.protected.iter().any(|pattern| names(pattern, relative, name)) {
        hits.push(hit(&PROTECTED, path));
    }
    if INFRASTRUCTURE.iter().any(|pattern| names(pattern, relative, name)) {
        hits.push(hit(&LOCKED, path));
    }
    match place_of(path, false, scene) {
        Place::System | Place::Device | Place::Root => hits.push(hit(&SYSTEM, path)),
        // The client keeps plans, memory and skills below `~/.claude`; what governs is protected above.
        Place::Outside | Place::Home if !is_below(path, &format!("{}/.claude", scene.home)) => {
            hits.push(hit(&OUTSIDE, path));
        }
        Place::Outside
        | Place::Home
        | Place::Project
        | Place::ProjectRoot
        | Place::Temporary
        | Place::Sink
        | Place::Unknown => {}
    }
    hits
}

/// Git's own data, but not the files it keeps for people (`info/exclude`, a commit message).
fn in_git_folder(path: &str) -> bool {
    path.split_once("/.git/").is_some_and(|(_, inside)| {
        !matches!(inside, "info/exclude" | "COMMIT_EDITMSG" | "MERGE_MSG" | "description")
    })
}

/// A pattern with a slash is held against the path in the project or its end, one without against the name.
fn names(pattern: &str, relative: &str, name: &str) -> bool {
    if !pattern.contains('/') {
        return wildcard::matches(pattern, name);
    }
    let pattern = pattern.trim_start_matches("./").trim_start_matches("**/").trim_start_matches('/');
    let flat = pattern.replace("**", "*");
    wildcard::matches(&flat, relative) || wildcard::matches(&format!("*/{flat}"), relative)
}

fn hit(rule: &'static Rule, path: &str) -> Hit {
    Hit { rule, subject: format!("write {path}"), path: Some(path.to_owned()), command: None }
}
