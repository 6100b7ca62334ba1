//! What `--help` adds to each command's usage, the same way for all: an example, and what its exit codes mean.

use crate::commands::Command;

/// The help of one command.
struct Help {
    name: &'static str,
    example: &'static str,
    /// When it ends with 1; empty where it never does.
    findings: &'static str,
}

const fn help(name: &'static str, example: &'static str, findings: &'static str) -> Help {
    Help { name, example, findings }
}

/// One row a command; a test holds it complete.
#[rustfmt::skip] // One row a line, so that two new commands never meet in one.
const HELPS: &[Help] = &[
    help("init", "govern init standard --dir . --dry-run", "something stayed as the team has it although the tier says otherwise"),
    help("upgrade", "govern upgrade strict --dry-run", "something stayed as the team has it although the tier says otherwise"),
    help("install", "govern install standard --dry-run", ""),
    help("audit", "govern audit --format sarif > audit.sarif", "there are findings"),
    help("doctor", "govern doctor --onboarding", "something is not in force"),
    help("tier", "govern tier show strict --settings", ""),
    help("overlay", "govern overlay list", ""),
    help("platform", "govern platform check", "a file differs from what was made"),
    help("charter", "govern charter check", "the charter has faults, or not everybody has acknowledged it"),
    help("report", "govern report --format html --out report.html", ""),
    help("evidence", "govern evidence --framework soc2 --out evidence", "a package is not what was sealed"),
    help("incident", "govern incident", "an incident is open, or its copy is not whole"),
    help("monitor", "govern monitor", ""),
    help("log", "govern log verify", "the log is not intact, or does not tell the same as the transcripts"),
    help("policy", "govern policy check", "a policy has problems, or one of its cases does not hold"),
    help("replay", "govern replay ~/.claude/projects --policy-of . --each", "something would have been stopped or said"),
    help("allow", "govern allow secrets-scanner aws-access-key --path 'tests/fixtures/**' --reason 'keys of a test double' --approver ana --days 90", "it was not confirmed"),
    help("mcp", "govern mcp list", "a server is not approved, changed, stale or advised against"),
    help("integrity", "govern integrity check", "something is not as it was accepted"),
    help("stop", "govern stop --session 3f2a --why 'pushing to the wrong branch'", ""),
    help("resume", "govern resume --session 3f2a", ""),
    help("scan", "govern scan src --json", "a secret was found"),
    help("explain", "govern explain --tool Bash --command 'git push --force origin main'", "a hook has something to say"),
    help("effective", "govern effective permissions.deny", "something that is written is not in force"),
    help("hook", "govern hook secrets-scanner < hook-input.json", "the hook would end with 2: it blocks"),
    help("completions", "govern completions bash > ~/.local/share/bash-completion/completions/govern", ""),
    help("man", "govern man explain", ""),
];

/// Everything `govern NAME --help` prints.
pub fn of(command: &Command) -> String {
    let mut text = format!("{}\n\n{}\n", command.about, command.usage.trim_end());
    if let Some(help) = HELPS.iter().find(|help| help.name == command.name) {
        text.push_str("\nexample: ");
        text.push_str(help.example);
        text.push_str("\nexit: 0 done, ");
        if !help.findings.is_empty() {
            text.push_str("1 ");
            text.push_str(help.findings);
            text.push_str(", ");
        }
        text.push_str(
            "2 a mistake in the command line or a configuration, 3 something could not be read or written\n",
        );
    }
    text
}

/// Whether a command has an example and its exit codes.
pub fn is_complete(command: &Command) -> bool {
    HELPS.iter().any(|help| help.name == command.name)
}
