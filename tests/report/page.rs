//! The report's page in a real browser: no error, no request, readable on a phone, printed whole, accessible.
//!
//! Needs Chromium and npm. Where they are not there, that is said; with `CI` set it is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use governance_tests::log_world::{NOW, write_log};
use governance_tests::{bin, root};

/// What is installed from npm beside the browser.
const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];

#[test]
fn the_page_holds_in_a_browser() {
    let Some(browser) = browser() else { return missing("there is no chromium") };
    let modules = root().join("target/report-page");
    if let Err(why) = install(&modules) {
        return missing(&why);
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    make(folder.path(), &page);
    let done = Command::new("node")
        .arg(root().join("tests/report/page.mjs"))
        .args([&page, &modules, &browser])
        // Pictures to look at, where somebody wants them.
        .args(std::env::var_os("REPORT_PICTURES"))
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success(), "{said}");
}

/// A page with something in every section: a repository, three thousand records, an incident, a charter half acknowledged.
fn make(folder: &Path, page: &Path) {
    let repository = folder.join("repository");
    fs::create_dir_all(&repository).unwrap();
    write_log(&folder.join(".local/state/claude-governance/log"), 3000);
    let govern = |arguments: &[&str]| {
        let done = Command::new(bin("govern"))
            .args(arguments)
            .current_dir(&repository)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", folder)
            .env("USER", "alice")
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    govern(&[
        "init",
        "regulated",
        "--yes",
        "--organization",
        "Acme",
        "--owner",
        "Olga",
        "--security-contact",
        "s@acme.example",
    ]);
    govern(&["charter", "ask", "--person", "bob", "--person", "carla"]);
    govern(&["charter", "ack"]);
    govern(&[
        "mcp",
        "request",
        "jira",
        "--use-case",
        "tickets",
        "--source",
        "https://example.com/jira",
        "--scope",
        "INTERNAL",
        "--version",
        "1.2.3",
        "--",
        "npx",
        "-y",
        "@example/jira@1.2.3",
    ]);
    govern(&["incident", "open", "--title", "A key was read", "--kind", "secret", "--since", "2026-08-01"]);
    govern(&["report", "--format", "html", "--now", NOW, "--out", &page.to_string_lossy()]);
}

fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

fn install(modules: &Path) -> Result<(), String> {
    if modules.join("node_modules/axe-core").is_dir() && modules.join("node_modules/playwright-core").is_dir()
    {
        return Ok(());
    }
    fs::create_dir_all(modules).map_err(|error| error.to_string())?;
    let done = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(modules)
        .args(PACKAGES)
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) }
}

fn missing(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "the page cannot be tested: {why}");
    eprintln!("skipped: the page cannot be tested: {why}");
}
