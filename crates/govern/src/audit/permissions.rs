//! Permission rules that allow too much, or do nothing.

use claude_config::json::Node;
use claude_config::permission::{Behavior, Rule};
use claude_config::settings::Settings;

use super::{Finding, Subject, about, at};

/// Programs that run whatever they are given, or more than they seem to.
const WAYS_OUT: &[&str] = &[
    "python", "python3", "node", "ruby", "perl", "php", "bash", "sh", "zsh", "eval", "npx", "bunx", "uvx",
    "sudo", "doas", "docker", "kubectl", "ssh", "rm", "xargs", "find", "env", "deno",
];

/// Tools whose path rules the client never consults; it checks `Edit` and `Read`.
const NEVER_CONSULTED: &[&str] = &["Write", "MultiEdit", "NotebookEdit", "Glob", "Grep", "NotebookRead"];

/// Names of files that hold secrets, as parts of a path.
const SECRET_FILES: &[&str] = &[
    ".env",
    ".pem",
    ".key",
    "id_rsa",
    "id_ed25519",
    ".aws/credentials",
    ".ssh/",
    ".netrc",
    ".npmrc",
    "secrets/",
    "credentials.json",
];

/// The client's own tools (2.1.330), and names it once had.
const TOOLS: &[&str] = &[
    "Agent",
    "Artifact",
    "AskUserQuestion",
    "Bash",
    "BashOutput",
    "Cd",
    "ClaudeDesign",
    "CronCreate",
    "CronDelete",
    "CronList",
    "Edit",
    "EndConversation",
    "EnterPlanMode",
    "EnterWorktree",
    "ExitPlanMode",
    "ExitWorktree",
    "Glob",
    "Grep",
    "KillBash",
    "KillShell",
    "LS",
    "LSP",
    "ListAgents",
    "ListMcpResources",
    "ListMcpResourcesTool",
    "Monitor",
    "MultiEdit",
    "NotebookEdit",
    "NotebookRead",
    "OfferChromeSetup",
    "PowerShell",
    "Projects",
    "PushNotification",
    "Read",
    "ReadMcpResource",
    "ReadMcpResourceDirTool",
    "ReadMcpResourceTool",
    "ReadNotifications",
    "RemoteTrigger",
    "ReportFindings",
    "ScheduleWakeup",
    "SendFeedback",
    "SendMessage",
    "SendUserFile",
    "SendUserMessage",
    "SetGoal",
    "ShareOnboardingGuide",
    "ShowOnboardingRolePicker",
    "Skill",
    "SlashCommand",
    "SubagentHandback",
    "Task",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "TaskUpdate",
    "TodoRead",
    "TodoWrite",
    "ToolSearch",
    "WaitForMcpServers",
    "WebFetch",
    "WebSearch",
    "Workflow",
    "Write",
    "propose_skills",
];

pub fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let mut protects_secrets = false;
    for settings in subject.settings() {
        for behavior in Behavior::ALL {
            let path = ["permissions", behavior.as_str()];
            // Also of a file that is not in force: it will be, once it is mended.
            let list =
                settings.written().and_then(|root| root.at(&path)).map(Node::items).unwrap_or_default();
            for item in list {
                let Some(text) = item.as_str() else { continue };
                judge(settings, behavior, text, item, findings);
                protects_secrets |=
                    behavior == Behavior::Deny && text.starts_with("Read(") && names_secret(text);
            }
        }
    }
    if let (Some(project), false) = (&subject.project, protects_secrets) {
        findings.extend(about("PERM-6", project.file.clone(), "No deny rule covers `.env` or key files."));
    }
}

fn judge(settings: &Settings, behavior: Behavior, text: &str, item: &Node, findings: &mut Vec<Finding>) {
    let mut add = |rule: &'static str, message: String| {
        findings.extend(at(rule, &settings.file, &settings.document, item.span, message));
    };
    let rule = match Rule::parse(text, behavior) {
        Ok(rule) => rule,
        Err(error) => {
            add("PERM-8", format!("`{text}` is skipped: {}", error.as_str()));
            return;
        }
    };
    let content = rule.content.as_deref();
    let known =
        rule.tool.starts_with("mcp__") || rule.tool.contains('*') || TOOLS.contains(&rule.tool.as_str());
    if !known {
        add("PERM-7", format!("`{text}`: Claude Code has no tool {}.", rule.tool));
    }
    if NEVER_CONSULTED.contains(&rule.tool.as_str()) && content.is_some() {
        add("PERM-3", format!("`{text}`: path rules of {} are never consulted.", rule.tool));
    }
    if let ("Read" | "Edit", Some(path)) = (rule.tool.as_str(), content)
        && is_single_slash_absolute(path)
    {
        add("PERM-4", format!("`{text}` is below the project, not below /."));
    }
    if behavior != Behavior::Allow {
        return;
    }
    match (rule.tool.as_str(), content) {
        ("Bash" | "PowerShell", None | Some("*" | ":*" | "**")) => {
            add("PERM-1", format!("`{text}` allows every command."));
        }
        ("Bash" | "PowerShell", Some(command)) if is_way_out(command) => {
            add("PERM-2", format!("`{text}` can run anything."));
        }
        ("Read", Some(path)) if names_secret(path) && !path.contains("example") => {
            add("PERM-5", format!("`{text}` opens a secret file."));
        }
        _ => {}
    }
}

/// `Read(/etc/passwd)`: the folders every system has, which no project does.
fn is_single_slash_absolute(path: &str) -> bool {
    const SYSTEM: &[&str] =
        &["/etc/", "/usr/", "/var/", "/home/", "/Users/", "/root/", "/opt/", "/private/", "/mnt/"];
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}

fn is_way_out(command: &str) -> bool {
    let open = command.ends_with('*');
    let mut words = command.trim_end_matches(['*', ':']).split_whitespace();
    match (words.next(), words.next()) {
        (Some(program), None) => open && WAYS_OUT.contains(&program),
        (Some(program), Some(flag)) => {
            open && WAYS_OUT.contains(&program) && ["-c", "-e", "-p", "--eval"].contains(&flag)
        }
        (None, _) => false,
    }
}

/// By the path, not by the word: `Read(src/keymap.ts)` and `Bash(npm run dev:env)` are nobody's secrets.
fn names_secret(path: &str) -> bool {
    SECRET_FILES.iter().any(|name| path.contains(name))
}
