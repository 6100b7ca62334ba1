//! The text of a permission rule: `Tool` or `Tool(content)`.

/// What a rule does with the calls it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behavior {
    Deny,
    Ask,
    Allow,
}

impl Behavior {
    pub const ALL: [Self; 3] = [Self::Deny, Self::Ask, Self::Allow];

    /// The key of `permissions`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::Allow => "allow",
        }
    }
}

/// A rule that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The tool's present name; older names are translated.
    pub tool: String,
    /// What stands in the parentheses, spaces included.
    pub content: Option<String>,
}

/// Why the client skips a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleError {
    Empty,
    EmptyParentheses,
    Malformed,
    /// `bash(x)`.
    LowerCase,
    /// An allow rule whose tool is a pattern, apart from one after a literal `mcp__server__`.
    WildcardAllow,
    /// `Bash(:*)`.
    EmptyPrefix,
    /// `Read(x:*)`.
    PrefixOfPath,
    /// `mcp__server(x)`.
    McpContent,
    /// `WebFetch(https://host)`.
    Address,
}

impl RuleError {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "the rule is empty",
            Self::EmptyParentheses => "the parentheses are empty; write the tool alone or with a pattern",
            Self::Malformed => "not `Tool` or `Tool(content)` with the closing parenthesis at the end",
            Self::LowerCase => "the tool's name begins with a small letter",
            Self::WildcardAllow => {
                "an allow rule may not have a pattern for a tool, apart from one after `mcp__server__`"
            }
            Self::EmptyPrefix => "there is no command before `:*`",
            Self::PrefixOfPath => "`:*` is for commands; paths take `*` and `**`",
            Self::McpContent => "a rule for an MCP tool takes no parentheses",
            Self::Address => "WebFetch rules are written `domain:host`, not as an address",
        }
    }
}

/// Tools whose content is a path.
const PATH_TOOLS: &[&str] =
    &["Read", "Edit", "Write", "MultiEdit", "NotebookEdit", "NotebookRead", "Glob", "Grep"];

/// Names the client still takes for tools it has renamed.
const OLD_NAMES: &[(&str, &str)] = &[
    ("Task", "Agent"),
    ("KillShell", "TaskStop"),
    ("KillBash", "TaskStop"),
    ("AgentOutputTool", "TaskOutput"),
    ("BashOutputTool", "TaskOutput"),
    ("BashOutput", "TaskOutput"),
];

impl Rule {
    /// Reads a rule of a deny, ask or allow list.
    pub fn parse(text: &str, behavior: Behavior) -> Result<Self, RuleError> {
        if text.trim().is_empty() {
            return Err(RuleError::Empty);
        }
        let (tool, content) = split(text)?;
        let lower = tool.starts_with(|c: char| c.is_lowercase()) && !tool.starts_with("mcp__");
        match content {
            Some("") => return Err(RuleError::EmptyParentheses),
            _ if lower => return Err(RuleError::LowerCase),
            Some(_) if tool.starts_with("mcp__") => return Err(RuleError::McpContent),
            Some(":*") if tool == "Bash" => return Err(RuleError::EmptyPrefix),
            Some(path) if path.ends_with(":*") && PATH_TOOLS.contains(&tool) => {
                return Err(RuleError::PrefixOfPath);
            }
            Some(address)
                if tool == "WebFetch" && (address.contains("://") || address.starts_with("http")) =>
            {
                return Err(RuleError::Address);
            }
            Some(_) | None => {}
        }
        let content = content.filter(|content| *content != "*").map(str::to_owned);
        let rule = Self { tool: present_name(tool), content };
        if behavior == Behavior::Allow && rule.is_wide_allow() {
            return Err(RuleError::WildcardAllow);
        }
        Ok(rule)
    }

    fn is_wide_allow(&self) -> bool {
        let Some(star) = self.tool.find('*') else { return false };
        let before = self.tool.get(..star).unwrap_or_default();
        let server = before.strip_prefix("mcp__").and_then(|rest| rest.find("__").map(|at| at > 0));
        server != Some(true)
    }

    /// A rule without content takes the whole tool away when it denies.
    pub fn removes_tool(&self) -> bool {
        self.content.is_none()
    }

    /// Whether the rule's tool, which may be a pattern or an MCP server, is `tool`.
    pub fn names_tool(&self, tool: &str) -> bool {
        if self.tool == tool {
            return true;
        }
        if self.tool.contains('*') {
            return super::bash::wildcard(&self.tool, tool);
        }
        let server = self.tool.starts_with("mcp__") && !self.tool.get(5..).unwrap_or_default().contains("__");
        server && tool.strip_prefix(self.tool.as_str()).is_some_and(|rest| rest.starts_with("__"))
    }
}

/// The tool and what stands between the first parenthesis and the last character, neither of them escaped.
fn split(text: &str) -> Result<(&str, Option<&str>), RuleError> {
    let Some(open) = text.find('(') else {
        return if text.contains(')') { Err(RuleError::Malformed) } else { Ok((text, None)) };
    };
    let (tool, rest) = text.split_at(open);
    let content = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let content = content.filter(|content| !content.ends_with('\\') && !tool.ends_with('\\'));
    Ok((tool, Some(content.ok_or(RuleError::Malformed)?)))
}

fn present_name(tool: &str) -> String {
    OLD_NAMES.iter().find(|(old, _)| *old == tool).map_or(tool, |(_, new)| new).to_owned()
}
