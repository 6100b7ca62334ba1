//! The CI action's own scripts, run as a runner would: the gate, the job summary, the disclosure of a pull request.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use governance_tests::{bin, root, said};

/// The script of a step of the action.
fn script(step: &str) -> String {
    let text = fs::read_to_string(root().join("hooks-config/ci/action/action.yml")).unwrap();
    let after = text.split_once(&format!("- name: {step}\n")).unwrap_or_else(|| panic!("no step {step}")).1;
    let block = after.split_once("      run: |\n").unwrap_or_else(|| panic!("{step} has no script")).1;
    let lines = block.lines().take_while(|line| line.is_empty() || line.starts_with("        "));
    let lines: Vec<&str> = lines.map(|line| line.get(8..).unwrap_or_default()).collect();
    let script = lines.join("\n");
    // Expressions would put anybody's text into the script.
    assert!(!script.contains("${{"), "{script}");
    script
}

struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn new() -> Self {
        let runner = Self { folder: tempfile::tempdir().unwrap() };
        let release = runner.folder.path().join("runner/govern-build/release");
        fs::create_dir_all(&release).unwrap();
        fs::create_dir_all(runner.repository()).unwrap();
        std::os::unix::fs::symlink(bin("govern"), release.join("govern")).unwrap();
        runner
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn step(&self, step: &str, variables: &[(&str, &str)]) -> Output {
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script(step)])
            .current_dir(self.repository())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("RUNNER_TEMP", self.folder.path().join("runner"))
            .env("GITHUB_STEP_SUMMARY", self.summary())
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn summary(&self) -> PathBuf {
        self.folder.path().join("summary.md")
    }

    fn audit(&self) -> Output {
        let sarif = self.folder.path().join("audit.sarif").to_string_lossy().into_owned();
        let variables = [("AUDIT_PATH", "."), ("MINIMUM_TIER", "strict"), ("SARIF_FILE", sarif.as_str())];
        self.step("Audit the configuration", &variables)
    }
}

fn governed(runner: &Runner, tier: &str) {
    let output = Command::new(bin("govern"))
        .args(["init", tier, "--yes"])
        .current_dir(runner.repository())
        .env_clear()
        .env("HOME", runner.folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_gate_passes_what_is_governed_and_stops_what_is_not() {
    let runner = Runner::new();
    let output = runner.audit();
    assert_eq!(output.status.code(), Some(1), "no settings at all: {}", said(&output));
    assert!(said(&output).contains("::error file=.claude/settings.json"), "{}", said(&output));

    governed(&runner, "standard");
    let output = runner.audit();
    assert_eq!(output.status.code(), Some(1), "a tier too low: {}", said(&output));
    governed(&runner, "strict");
    let output = runner.audit();
    assert!(output.status.success(), "{}", said(&output));
    let summary = fs::read_to_string(runner.summary()).unwrap();
    assert_eq!(summary.matches("## Claude Code governance audit").count(), 3, "{summary}");
    let sarif = fs::read_to_string(runner.folder.path().join("audit.sarif")).unwrap();
    assert!(sarif.contains("\"version\": \"2.1.0\""), "{sarif}");

    let settings = runner.repository().join(".claude/settings.json");
    // In allow, the very text that stands in deny opens what the tier closes.
    change(&settings, "\"deny\": [", "\"allow\": [\"Bash(*)\"],\n    \"deny\": [");
    let output = runner.audit();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("PERM-1"), "{}", said(&output));
    fs::write(&settings, "{ not JSON").unwrap();
    assert_eq!(runner.audit().status.code(), Some(1), "broken settings pass");
}

#[test]
fn a_pull_request_discloses_under_a_real_heading() {
    let runner = Runner::new();
    let filled = "## What\n\nA fix.\n\n## AI Disclosure\n\n- [x] AI assisted; I reviewed every line\n";
    let letters = "EMAIL the MAINTAINERS if this FAILs. AI, AI-generated, Claude.";
    let template =
        fs::read_to_string(root().join("hooks-config/templates/pull_request_template.md")).unwrap();
    // Nothing of a description is run: this one would leave a file.
    let hostile = "## AI Disclosure\n$(touch ran) `touch ran`\"; touch ran #";
    for (body, required, code) in [
        (filled, "true", 0),
        (letters, "true", 1),
        (letters, "false", 0),
        (&template, "true", 1),
        ("", "true", 1),
        (hostile, "true", 0),
    ] {
        let output = runner.step("Check the disclosure", &[("BODY", body), ("REQUIRED", required)]);
        assert_eq!(output.status.code(), Some(code), "{body}: {}", said(&output));
        let warned = said(&output).contains("::warning::");
        assert_eq!(warned, required == "false", "{body}: {}", said(&output));
    }
    assert!(!runner.repository().join("ran").exists());
}
