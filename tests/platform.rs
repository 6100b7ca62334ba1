//! `govern platform` as a company uses it: the shared repository, a project set up from it, a change that reaches the project.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use governance_tests::{bin, said};

fn clean(program: impl AsRef<std::ffi::OsStr>, folder: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    let tools = bin("govern").parent().expect("a folder").display().to_string();
    command.current_dir(folder).env_clear().env("HOME", home).env("USER", "tester");
    command.env("PATH", format!("{tools}:/usr/bin:/bin"));
    command
}

fn govern(folder: &Path, arguments: &[&str]) -> Output {
    clean(bin("govern"), folder, folder).args(arguments).output().expect("govern runs")
}

#[test]
fn a_project_starts_from_the_organisations_repository_and_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let (platform, project) = (folder.path().join("platform"), folder.path().join("project"));
    fs::create_dir_all(&project).unwrap();
    let init = ["platform", "init", "platform", "--organization", "Acme", "--tier", "strict"];
    let written = govern(folder.path(), &init);
    assert!(written.status.success(), "{}", said(&written));
    for path in [
        ".claude/settings.json",
        ".claude/mcp-registry.yaml",
        ".claude/hooks/run-hook.sh",
        ".claude/agents/security-reviewer.md",
        "templates/CLAUDE.md.regulated",
        "templates/settings.starter.json",
        "templates/overlays/junior.json",
        "templates/ai-usage-charter.md",
        "scripts/setup-project.sh",
        "README.md",
        "SHA256SUMS",
    ] {
        assert!(platform.join(path).is_file(), "{path}");
    }
    let script = platform.join("scripts/setup-project.sh");
    assert_eq!(fs::metadata(&script).unwrap().permissions().mode() & 0o111, 0o111);
    assert!(said(&govern(folder.path(), &init)).contains("Nothing to change"));

    // A company's own words in a template: first the check says so, then it is theirs.
    let charter = platform.join("templates/ai-usage-charter.md");
    fs::write(
        &charter,
        fs::read_to_string(&charter).unwrap().replace("- Test generation", "- Tests, always"),
    )
    .unwrap();
    let refused = clean(&script, &project, folder.path()).arg("strict").output().unwrap();
    assert!(
        !refused.status.success() && said(&refused).contains("ai-usage-charter.md is not what"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read_dir(&project).unwrap().count(), 0, "nothing was written");
    assert!(govern(&platform, &["platform", "sums"]).status.success());
    assert!(said(&govern(folder.path(), &init)).contains("Nothing to change"), "the change stays");

    let set_up = clean(&script, &project, folder.path()).args(["strict", "--yes"]).output().unwrap();
    assert!(set_up.status.success(), "{}", said(&set_up));
    let read = |path: &str| fs::read_to_string(project.join(path)).unwrap();
    assert!(read("docs/ai-usage-charter.md").contains("- Tests, always"));
    assert!(read(".claude/agents/security-reviewer.md").contains("name: security-reviewer"));
    assert!(read("CLAUDE.md").contains("STRICT"));
    assert!(govern(&project, &["audit", "--min-tier", "strict"]).status.success());

    let part = platform.join("templates/CLAUDE.md.strict");
    fs::write(
        &part,
        fs::read_to_string(&part).unwrap().replace("### Locked Files", "### Locked Files (Acme)"),
    )
    .unwrap();
    let upgraded = govern(&project, &["upgrade", "--from", "../platform"]);
    assert!(upgraded.status.success(), "{}", said(&upgraded));
    assert!(read("CLAUDE.md").contains("### Locked Files (Acme)"));
}

#[test]
fn a_tier_nobody_knows_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(govern(folder.path(), &["platform", "init", "platform"]).status.success());
    let project = folder.path().join("project");
    fs::create_dir_all(&project).unwrap();
    let script = folder.path().join("platform/scripts/setup-project.sh");
    let output = clean(&script, &project, folder.path()).arg("nosuchtier").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read_dir(&project).unwrap().count(), 0);
}
