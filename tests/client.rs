//! The real Claude Code client in a world of its own: temporary HOME and project, loopback model, no other variable.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use fs2::FileExt;
use hook_core::Tier;
use serde_json::Value;

use crate::model::Model;
use crate::root;

/// The client the promises are proved against.
pub const VERSION: &str = "2.1.330";

/// An older client, where `onFailure` has no effect.
pub const OLDER_VERSION: &str = "2.1.197";

/// How long one run of the client may take.
const TIME_LIMIT: Duration = Duration::from_mins(2);

/// A client with its own HOME and project.
#[derive(Debug)]
pub struct Client {
    binary: PathBuf,
    folder: tempfile::TempDir,
}

/// What a run of the client printed.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub success: bool,
}

impl Client {
    /// The client of this version, installed from npm under `target/` where it is not there yet.
    ///
    /// `None` where it cannot be had; with `CI` set that is a failure.
    pub fn new(version: &str) -> Option<Self> {
        let binary = installed(version)?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let client = Self { binary, folder };
        for folder in [client.home(), client.project()] {
            fs::create_dir_all(folder).expect("a folder below the temporary one");
        }
        Some(client)
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// The client's program.
    pub fn program(&self) -> &Path {
        &self.binary
    }

    /// Where the hooks keep their state and the audit log.
    pub fn state(&self) -> PathBuf {
        self.home().join(".local/state/claude-governance")
    }

    /// Writes a file below the project and gives its path.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }

    /// Installs the hooks of a tier for this client's user, as `govern install` does.
    ///
    /// # Panics
    /// Where the installation fails.
    pub fn install(&self, tier: Tier) -> String {
        let govern = crate::bin("govern");
        let output = Command::new(&govern)
            .args(["install", tier.name(), "--from"])
            .arg(govern.parent().expect("a folder"))
            .env_clear()
            .env("HOME", self.home())
            .output()
            .expect("govern runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// Runs `claude -p PROMPT` in the project, permissions bypassed, against `model`.
    pub fn run(&self, prompt: &str, model: &Model, options: &[&str]) -> Ran {
        let options = [&["--permission-mode", "bypassPermissions"], options].concat();
        self.run_with(prompt, model, &options)
    }

    /// The same with options of the caller's only.
    pub fn run_with(&self, prompt: &str, model: &Model, options: &[&str]) -> Ran {
        let child = self
            .command(model)
            .args(["-p", prompt, "--output-format", "json"])
            .args(options)
            .current_dir(self.project())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the client starts");
        let output = wait(child);
        Ran {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            success: output.status.success(),
        }
    }

    /// The client with its environment and nothing else of this machine's.
    pub fn command(&self, model: &Model) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("USER", "tester")
            .env("ANTHROPIC_BASE_URL", model.url())
            .env("ANTHROPIC_API_KEY", "sk-dummy")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("IS_SANDBOX", "1");
        command
    }

    /// Every record of the audit log, oldest first.
    pub fn records(&self) -> Vec<Value> {
        let mut files: Vec<PathBuf> = files_below(&self.state().join("log"));
        files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
        files.sort();
        let text: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// A key of the right form that is nobody's; in pieces, so that this file holds none.
pub fn planted_key() -> String {
    ["AKIA", "Z7Q2M4KX", "W6JB3NTP"].concat()
}

/// Whatever a test let the client do: the planted key is nowhere in the hooks' state, the audit log included.
impl Drop for Client {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for file in files_below(&self.state()) {
            let text = fs::read(&file).unwrap_or_default();
            let found = String::from_utf8_lossy(&text).contains(&planted_key());
            assert!(!found, "a planted secret is in {}", file.display());
        }
    }
}

/// Every file below `folder`.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Waits for the client, and ends it by its own id where it takes too long.
fn wait(mut child: Child) -> Output {
    let started = Instant::now();
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let reader = |stream: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                std::io::Read::read_to_end(&mut stream, &mut bytes).ok();
            }
            bytes
        })
    };
    let stdout = reader(out.take().map(|stream| Box::new(stream) as _));
    let stderr = reader(err.take().map(|stream| Box::new(stream) as _));
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            break status;
        }
        if started.elapsed() > TIME_LIMIT {
            child.kill().expect("a child of ours");
            panic!("the client took longer than {TIME_LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    Output { status, stdout: stdout.join().unwrap_or_default(), stderr: stderr.join().unwrap_or_default() }
}

/// The client's binary under `target/`, from npm where it is not there yet.
fn installed(version: &str) -> Option<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", "x86_64") => "darwin-x64",
        _ => return missing("no client for this platform"),
    };
    let prefix = root().join("target/claude-client").join(version);
    let package = format!("@anthropic-ai/claude-code-{platform}");
    let binary = prefix.join("node_modules").join(&package).join("claude");
    fs::create_dir_all(&prefix).ok()?;
    // Test processes may come here at once; one installs.
    let lock = File::create(prefix.join(".lock")).ok()?;
    lock.lock_exclusive().ok()?;
    if binary.is_file() {
        return Some(binary);
    }
    let installed = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&prefix)
        .arg(format!("{package}@{version}"))
        .stdin(Stdio::null())
        .output();
    match installed {
        Ok(output) if output.status.success() && binary.is_file() => Some(binary),
        Ok(output) => missing(&String::from_utf8_lossy(&output.stderr)),
        Err(error) => missing(&format!("npm: {error}")),
    }
}

fn missing(why: &str) -> Option<PathBuf> {
    assert!(std::env::var_os("CI").is_none(), "the real client cannot be had: {why}");
    eprintln!("skipped: the real client cannot be had: {why}");
    None
}
