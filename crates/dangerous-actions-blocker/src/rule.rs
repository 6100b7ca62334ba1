//! A rule as a row: what it is called, how bad it is, what would have happened, and what to do instead.

use hook_core::{Severity, Tier};

/// One rule. Rows hold the words; the functions of the same file decide when a row applies.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    /// What would have happened, as a sentence without its subject: "would delete ...".
    pub harm: &'static str,
    pub instead: Instead,
}

/// The way out that a refusal names.
#[derive(Debug, PartialEq, Eq)]
pub enum Instead {
    /// A command line that does the harmless part of the work. A test holds that this tool lets each of them pass.
    Run(&'static str, &'static str),
    /// Only a person can do it: what to tell them.
    Person(&'static str),
}

/// A rule that applies to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub rule: &'static Rule,
    /// What it was found in, short: `rm -rf /etc`. Never holds file content.
    pub subject: String,
    /// The file it is about, absolute, where there is one: what an exception's path glob is held against.
    pub path: Option<String>,
    /// The index of the command in the analysis; `None` for a file tool.
    pub command: Option<usize>,
}

/// What is done with a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Pass,
    Ask,
    Deny,
}

impl Rule {
    /// What a hit of this rule means in `tier`.
    ///
    /// Critical is what nobody wants; high is what a person may want now and then; medium hangs on the place it is done
    /// in; low is everyday work that only the stricter tiers watch.
    pub fn answer(&self, tier: Tier) -> Answer {
        match (self.severity, tier) {
            (Severity::Critical, _)
            | (Severity::High, Tier::Strict | Tier::Regulated)
            | (Severity::Medium, Tier::Regulated) => Answer::Deny,
            (Severity::High | Severity::Medium, _) | (Severity::Low, Tier::Strict | Tier::Regulated) => {
                Answer::Ask
            }
            (Severity::Low, Tier::Starter | Tier::Standard) => Answer::Pass,
        }
    }
}

impl Hit {
    /// The refusal as the model and the user read it.
    pub fn sentence(&self) -> String {
        let Rule { harm, instead, .. } = self.rule;
        let subject = &self.subject;
        match instead {
            Instead::Run(command, why) => format!("`{subject}` {harm}. Instead: `{command}` ({why})."),
            Instead::Person(how) => format!("`{subject}` {harm}. {how}."),
        }
    }
}
