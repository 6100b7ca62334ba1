//! `govern doctor` on real installations that are broken in one way each: it says so in one line, and the command it
//! names mends it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use governance_tests::bin;
use serde_json::Value;

/// A HOME with the hooks of a tier, and a repository under it; the client is a script that says its version.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(world.project().join(".git")).unwrap();
        fs::create_dir_all(world.home()).unwrap();
        world.client("2.1.330");
        let from = bin("govern").parent().unwrap().to_string_lossy().into_owned();
        world.ok(&["install", "strict", "--from", &from]);
        world.ok(&["init", "strict", "--yes"]);
        world
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn client(&self, version: &str) {
        let program = self.folder.path().join("claude");
        fs::write(&program, format!("#!/bin/sh\necho '{version} (Claude Code)'\n")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    }

    fn govern(&self, folder: &Path, arguments: &[&str]) -> Output {
        Command::new(bin("govern"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.home())
            .env("USER", "tester")
            .output()
            .unwrap()
    }

    fn ok(&self, arguments: &[&str]) {
        let output = self.govern(&self.project(), arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    /// The problems, each with what mends it.
    fn problems_in(&self, folder: &Path) -> Vec<(String, String)> {
        let client = self.folder.path().join("claude").to_string_lossy().into_owned();
        let output = self.govern(folder, &["doctor", "--json", "--client", &client]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_string();
        let checks = report["checks"].as_array().unwrap().clone();
        let problems: Vec<_> = checks
            .iter()
            .filter(|check| check["standing"] == "problem")
            .map(|check| (text(check, "what"), text(check, "mend")))
            .collect();
        assert_eq!(output.status.code(), Some(i32::from(!problems.is_empty())), "{report:#}");
        assert_eq!(report["ok"], Value::Bool(problems.is_empty()));
        problems
    }

    fn problems(&self) -> Vec<(String, String)> {
        self.problems_in(&self.project())
    }

    /// Runs the command a problem names, with this build's `govern`; only commands made here come here.
    fn mend(&self, command: &str) {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let installs = command.starts_with("govern install ");
        assert!(command.contains(&folder) || installs || command.starts_with("govern "), "{command}");
        let from = bin("govern").parent().unwrap().to_string_lossy().into_owned();
        let mut words: Vec<&str> = command.split(' ').collect();
        if installs {
            words.extend(["--from", &from]);
        }
        let program = if words[0] == "govern" { bin("govern") } else { PathBuf::from(words[0]) };
        let output = Command::new(program)
            .args(&words[1..])
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// There is one problem, it says this, and its command mends it.
    #[track_caller]
    fn finds_and_mends(&self, what: &str, command: &str) {
        let problems = self.problems();
        let found = problems.iter().find(|(text, _)| text.contains(what));
        let (text, mend) = found.unwrap_or_else(|| panic!("no problem says `{what}`: {problems:#?}"));
        assert!(!text.contains('\n') && mend.contains(command), "{text}: {mend}");
        for (_, mend) in &problems {
            self.mend(mend);
        }
        assert_eq!(self.problems(), Vec::new());
    }
}

#[test]
fn a_whole_installation_has_no_problem_and_every_hook_fires() {
    let world = World::new();
    let client = world.folder.path().join("claude").to_string_lossy().into_owned();
    let output = world.govern(&world.project(), &["doctor", "--client", &client]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    for hook in govern::commands::install::hooks_of(hook_core::Tier::Strict) {
        assert!(said.contains(&format!("{hook}: fires and answers as it should")), "{hook}: {said}");
    }
    assert!(!world.home().join(".local/state/claude-governance").exists(), "the doctor left a trace");
}

#[test]
fn a_missing_binary() {
    let world = World::new();
    fs::remove_file(world.home().join(".claude/hooks/secrets-scanner")).unwrap();
    world.finds_and_mends("secrets-scanner is missing", "govern install strict");
}

#[test]
fn a_hook_that_is_not_executable() {
    let world = World::new();
    let hook = world.home().join(".claude/hooks/unicode-scanner");
    fs::set_permissions(&hook, Permissions::from_mode(0o644)).unwrap();
    world.finds_and_mends("unicode-scanner is not executable", "chmod +x");
}

#[test]
fn a_hook_that_does_nothing() {
    let world = World::new();
    let hook = world.home().join(".claude/hooks/dangerous-actions-blocker");
    fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    world.finds_and_mends(
        "dangerous-actions-blocker: answers PreToolUse with silent",
        "govern install strict",
    );
}

#[test]
fn a_dropped_file() {
    let world = World::new();
    let file = world.project().join(".claude/settings.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"hooks\"", "\"cleanupPeriodDays\": \"30\",\n  \"hooks\"", 1)).unwrap();
    world.finds_and_mends("not in force", "govern audit --fix");
    assert!(fs::read_to_string(&file).unwrap().contains("\"cleanupPeriodDays\": 30"));
}

#[test]
fn hooks_switched_off_locally() {
    let world = World::new();
    let file = world.project().join(".claude/settings.local.json");
    fs::write(&file, "{\"disableAllHooks\": true, \"model\": \"opus\"}").unwrap();
    world.finds_and_mends("`disableAllHooks` is true", "govern audit --fix");
    let left: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(left, serde_json::json!({ "model": "opus" }));
}

#[test]
fn a_start_below_the_root() {
    let world = World::new();
    let below = world.project().join("packages/web");
    fs::create_dir_all(&below).unwrap();
    let problems = world.problems_in(&below);
    let found = problems.iter().find(|(text, _)| text.contains("below the repository's root"));
    let (_, mend) = found.unwrap_or_else(|| panic!("{problems:#?}"));
    assert!(mend.starts_with(&format!("cd {}", world.project().display())), "{mend}");
}

#[test]
fn a_log_that_cannot_be_written() {
    let world = World::new();
    let log = world.home().join(".local/state/claude-governance/log");
    fs::create_dir_all(&log).unwrap();
    for folder in [log.parent().unwrap(), &log] {
        fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
    }
    assert_eq!(world.problems(), Vec::new());
    fs::set_permissions(&log, Permissions::from_mode(0o500)).unwrap();
    let problems = world.problems();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].0.contains("cannot be written") && problems[0].1.contains("chmod -R u+rwX"));
    fs::set_permissions(&log, Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir(&log).unwrap();
    fs::write(&log, "in the way").unwrap();
    world.finds_and_mends("is not a folder", "mv ");
}

#[test]
fn an_old_client() {
    let world = World::new();
    world.client("2.1.197");
    let problems = world.problems();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].0.contains("2.1.197 is older than"), "{problems:#?}");
    assert_eq!(problems[0].1, "claude update");
}

#[test]
fn a_file_others_may_write() {
    let world = World::new();
    let policy = world.home().join(".claude/governance/policy.json");
    fs::set_permissions(&policy, Permissions::from_mode(0o666)).unwrap();
    world.finds_and_mends("others may write it", "chmod go-w");
}

#[test]
fn a_repository_that_drifted_from_its_tier() {
    let world = World::new();
    let file = world.project().join(".claude/settings.json");
    let text = fs::read_to_string(&file).unwrap();
    let weaker = text.replacen("\"Read(**/secrets/**)\",", "", 1);
    assert_ne!(text, weaker);
    fs::write(&file, weaker).unwrap();
    world.finds_and_mends("drifted from tier strict", "govern init strict");
}

#[test]
fn wiring_that_lost_a_guard() {
    let world = World::new();
    let file = world.home().join(".claude/settings.json");
    let text = fs::read_to_string(&file).unwrap();
    let mut settings: Value = serde_json::from_str(&text).unwrap();
    settings["hooks"].as_object_mut().unwrap().remove("PostToolBatch");
    fs::write(&file, format!("{settings:#}")).unwrap();
    // The project's own wiring still runs it, through the launcher.
    assert_eq!(world.problems(), Vec::new());
    fs::remove_file(world.project().join(".claude/settings.json")).unwrap();
    fs::remove_file(world.project().join(".claude/governance.json")).unwrap();
    world.finds_and_mends(
        "handlers of tier strict are not wired; first: secrets-scanner on PostToolBatch",
        "govern install strict",
    );
}

#[test]
fn everybody_stopped() {
    let world = World::new();
    world.ok(&["stop", "--all", "--why", "a test"]);
    world.finds_and_mends("`govern stop` is in force", "govern resume");
}

#[test]
fn the_onboarding_checklist_has_its_four_phases_and_answers_what_it_can() {
    let world = World::new();
    let client = world.folder.path().join("claude").to_string_lossy().into_owned();
    let list = || {
        let output = world.govern(&world.project(), &["doctor", "--onboarding", "--client", &client]);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = list();
    assert_eq!(code, Some(0), "{text}");
    let counts: Vec<usize> =
        text.split("\n### ").skip(1).map(|phase| phase.matches("\n- [").count()).collect();
    assert_eq!(counts, [5, 3, 3, 3], "{text}");
    assert!(text.matches("(verified: ").count() >= 7 && !text.contains("OPEN"), "{text}");

    let servers = r#"{"mcpServers": {"database": {"command": "npx", "args": ["db-server@1.0.0"]}}}"#;
    fs::write(world.home().join(".claude.json"), servers).unwrap();
    let settings = world.project().join(".claude/settings.local.json");
    fs::write(settings, r#"{"permissions": {"allow": ["Bash(*)"]}}"#).unwrap();
    let (code, text) = list();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("OPEN: `database` is not in the registry"), "{text}");
    assert_eq!(text.matches("allows every command").count(), 2, "{text}");
}
