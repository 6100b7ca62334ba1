//! What a refusal suggests must itself pass, in every tier; and no two rules share an id.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dangerous_actions_blocker::{Answer, Instead, Scene, judge, rules};
use hook_core::Tier;

#[test]
fn every_alternative_passes_the_tool() {
    let projects = [PathBuf::from("/home/user/project"), on_a_protected_branch()];
    for (rule, project) in rules().flat_map(|rule| projects.iter().map(move |project| (rule, project))) {
        let Instead::Run(command, _) = rule.instead else { continue };
        for tier in [Tier::Starter, Tier::Standard] {
            let scene = Scene::new(Path::new("/home/user"), project, project, tier);
            for hit in judge(command, &scene).hits {
                let answer = hit.rule.answer(tier);
                assert_eq!(
                    answer,
                    Answer::Pass,
                    "{} suggests `{command}`, which {} stops in {tier}",
                    rule.id,
                    hit.rule.id
                );
            }
        }
    }
}

/// An exception is for a path, so each path is a hit of its own, also where the shortened subjects are the same.
#[test]
fn files_with_the_same_long_beginning_are_each_found() {
    let project = Path::new("/home/user/project");
    let folder = "folder/".repeat(20);
    let line = format!("cat {folder}a/.netrc {folder}b/.netrc");
    let hits = judge(&line, &Scene::new(Path::new("/home/user"), project, project, Tier::Standard)).hits;
    let paths: BTreeSet<_> = hits.iter().filter_map(|hit| hit.path.as_deref()).collect();
    let expected = ["a", "b"].map(|name| format!("/home/user/project/{folder}{name}/.netrc"));
    assert!(expected.iter().all(|path| paths.contains(path.as_str())), "{paths:?}");
}

/// A repository that stands on `main` with a file git does not know: where most rules of git say more.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "a test lays out its own folder")]
fn on_a_protected_branch() -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alternatives");
    fs::create_dir_all(project.join(".git/refs/heads")).expect("a folder");
    fs::write(project.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a file");
    fs::write(project.join("notes.txt"), "not committed\n").expect("a file");
    project
}

#[test]
fn ids_are_unique_and_sentences_whole() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        assert!(
            rule.harm.starts_with("would ") || rule.harm.starts_with("hides") || rule.harm.starts_with("is "),
            "{}: {}",
            rule.id,
            rule.harm
        );
        assert!(!rule.harm.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn any_bytes_are_judged_without_a_panic() {
    let project = Path::new("/home/user/project");
    let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Strict);
    // A fixed generator: pieces of shell in every order a small linear congruence gives.
    let pieces = [
        "rm ", "-rf ", "/", "$", "{", "}", "(", ")", "'", "\"", "`", "|", "&", ";", "<", ">", "~", "*", "=",
        "git ", "é", "\n", "\\", "-", "find ", "curl ", "bash ",
    ];
    let mut state: u64 = 42;
    for _ in 0..600 {
        let mut text = String::new();
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from(state >> 40).unwrap_or(0) % pieces.len();
            text.push_str(pieces.get(index).copied().unwrap_or(""));
        }
        judge(&text, &scene);
        judge(&dangerous_actions_blocker::powershell_to_bash(&text), &scene);
    }
}
