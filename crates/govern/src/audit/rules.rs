//! The rules of the audit, one row each: what, how bad, what it costs, what to do.

/// How bad a finding is. Errors come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Governance is not in force, or the repository opens what it means to close.
    Error,
    /// It works less well than its author thinks.
    Warning,
    /// Worth knowing.
    Note,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    pub level: Level,
    pub title: &'static str,
    /// What happens because of it.
    pub effect: &'static str,
    pub remedy: &'static str,
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

const fn error(id: &'static str, title: &'static str, effect: &'static str, remedy: &'static str) -> Rule {
    Rule { id, level: Level::Error, title, effect, remedy }
}

const fn warning(id: &'static str, title: &'static str, effect: &'static str, remedy: &'static str) -> Rule {
    Rule { id, level: Level::Warning, title, effect, remedy }
}

const fn note(id: &'static str, title: &'static str, effect: &'static str, remedy: &'static str) -> Rule {
    Rule { id, level: Level::Note, title, effect, remedy }
}

/// Every rule. Effects are as observed on Claude Code 2.1.330.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    error("SET-0", "no project settings", "Nothing of the team's governance applies in this repository.", "`govern init` writes them."),
    error("SET-1", "settings file is not strict JSON", "Claude Code ignores the whole file without a word: its deny rules and hooks are off.", "Remove comments and trailing commas; `govern audit --fix` does."),
    error("SET-2", "settings file is dropped", "One value of the wrong kind makes Claude Code ignore the whole file without a word: its deny rules and hooks are off.", "Mend the value; `govern audit --fix` mends hooks written as plain strings."),
    warning("SET-3", "part of a settings file is dropped", "Claude Code passes over this part and keeps the rest.", "Mend or remove it."),
    warning("SET-4", "a governance file is not shared as it should be", "What is not committed governs one clone; what is personal and committed overrides everybody's.", "Commit the team's files; keep `.claude/settings.local.json` out (`git rm --cached`)."),
    error("SET-5", "all hooks are switched off", "No hook of any project or user runs.", "Remove `disableAllHooks`."),
    error("SET-6", "permissions are bypassed by default", "Every call runs without being asked, deny rules and hooks aside.", "Use `default`, `plan` or `acceptEdits`."),
    warning("SET-7", "bypass mode is not closed", "Anybody can start a session that skips every permission prompt.", "Set `permissions.disableBypassPermissionsMode` to `disable`; from strict on `disableAutoMode` too."),
    error("SET-8", "a rule of the tier is missing", "The repository is under a tier and lacks one of its rules.", "`govern init TIER` adds what is missing and keeps the rest."),
    warning("SET-9", "a key stands twice", "The last one wins; what the first says does not exist.", "Merge the two."),
    note("SET-10", "settings below the root", "Claude Code reads project settings only from the folder it is started in.", "Move shared rules to the root's settings; for starts below the root use user or managed settings (`govern install`)."),
    error("PERM-1", "every shell command is allowed", "No command is ever asked for; deny rules and hooks are all that is left.", "Allow the commands that are needed."),
    note("PERM-2", "an interpreter or a way out is allowed", "Whoever may run this may run anything.", "Allow the one script that is needed."),
    warning("PERM-3", "the rule is never consulted", "Claude Code checks paths by `Read` and `Edit` rules only.", "Write `Edit(...)` for writes, `Read(...)` for reads."),
    warning("PERM-4", "an absolute path with one slash", "A single leading slash means the settings' own folder, so this path matches nothing.", "Absolute paths start with two slashes: `//etc/hosts`."),
    error("PERM-5", "a secret file may be read without asking", "The file's content goes to the model.", "Remove the rule."),
    note("PERM-6", "no deny rule for secret files", "`.env` and key files can be read.", "`govern init` adds the tier's rules."),
    note("PERM-7", "a rule for a tool nobody knows", "It matches no call.", "Check the tool's name; tools of MCP servers are `mcp__server__tool`."),
    warning("PERM-8", "the rule is skipped", "Claude Code does not understand this rule and passes over it.", "Write it as `Tool` or `Tool(pattern)`."),
    warning("HOOK-2", "the hook's program is missing or not executable", "The hook fails and the call proceeds, unless `onFailure` is `block`.", "Install it, or `chmod +x` it."),
    warning("HOOK-3", "the hook's path is relative", "After `cd` the hook is not found, and the call proceeds.", "Start it with `${CLAUDE_PROJECT_DIR}/`; `govern audit --fix` does."),
    note("HOOK-4", "the hook's timeout looks like milliseconds", "Timeouts are seconds: a stuck hook holds the session for many minutes.", "Divide by 1000; `govern audit --fix` does."),
    warning("HOOK-5", "the hook's matcher never matches", "The hook never runs.", "`mcp__name` alone matches nothing; write `mcp__name__.*`."),
    warning("HOOK-6", "the hook never runs", "A hook with `if` runs on tool events only.", "Take `if` out, or put the hook on a tool event."),
    warning("HOOK-7", "the hook reads a variable that does not exist", "Claude Code hands the event over on stdin; the variable is empty, so the hook checks nothing.", "Read the JSON on stdin: `tool_name`, `tool_input`."),
    note("HOOK-9", "a guard that does not block", "Exit 1 is an error that lets the call through; only exit 2 blocks.", "End with exit 2, or answer with a JSON decision."),
    note("HOOK-8", "a guard that may fail open", "Where the program is missing, crashes or takes too long, the call proceeds.", "Set `onFailure` to `block`."),
    note("HOOK-10", "writes that the hook does not see", "Notebooks are edited by `NotebookEdit`, which the matcher leaves out.", "Match `Edit|Write|NotebookEdit`."),
    warning("MCP-1", "a server that is not in the registry", "It runs with the user's rights and nobody has looked at it.", "`govern mcp request`, or remove it."),
    error("MCP-2", "a server the registry denies", "It was looked at and refused.", "Remove it."),
    warning("MCP-3", "an approval that has ended", "Nobody has looked at the server for longer than agreed.", "`govern mcp renew`."),
    error("MCP-4", "a server that differs from what was approved", "What runs is not what somebody looked at.", "`govern mcp review`, or restore the approved configuration."),
    warning("MCP-5", "a server without an exact version", "Whoever publishes the package decides what runs tomorrow.", "Pin the exact version or digest."),
    error("MCP-6", "a secret in plain text", "It stands in the repository and in every clone.", "Use `${VARIABLE}` and rotate the secret."),
    warning("MCP-7", "a server over plain http", "Anybody on the way can read and change what is said.", "Use https."),
    warning("MCP-8", "a server started through a shell or with a dangerous flag", "What runs cannot be pinned or approved.", "Name the program and its arguments."),
    warning("MCP-9", "every project server is approved at once", "A server somebody adds to `.mcp.json` runs without being asked for.", "Set `enableAllProjectMcpServers` to false."),
    warning("MCP-10", "the file does not hold servers where Claude Code looks", "No server of this file is started.", "They stand under `mcpServers`."),
    error("MCP-11", "the registry has a mistake", "The entry does not count, and its server is not approved.", "Mend it; `govern mcp check` says where."),
    note("DOC-1", "no CLAUDE.md", "The agent knows nothing of the team's rules.", "`govern init` writes the tier's part."),
    warning("DOC-3", "CLAUDE.md is long", "Beyond 8 KB rules are followed less and less.", "Keep what matters; move the rest to files it refers to."),
    warning("DOC-4", "the tier's part of CLAUDE.md was changed", "The agent is told something else than the tier says.", "`govern init TIER` restores it; your own rules stand outside the markers."),
    note("DOC-2", "no usage charter", "Nobody has said what is allowed.", "`govern init` writes one from the template."),
    warning("DOC-5", "the charter has blanks", "A charter with placeholders is not one.", "Fill them in."),
    warning("DOC-6", "the charter is not acknowledged", "An auditor asks who has agreed to the rules as they stand; somebody who was asked has not.", "They run `govern charter ack`; `govern charter status` says who is left."),
    note("CI-1", "no CI gate", "A pull request can weaken the governance unnoticed.", "`govern init` writes the workflow."),
];
