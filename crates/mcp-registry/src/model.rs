//! The registry as values: the keys of `.claude/mcp-registry.yaml`, typed.

use crate::day::Day;
use crate::server::Server;

/// The whole file. Entries that did not validate are absent from `approved` and present in `denied`: a mistake never approves.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    pub metadata: Metadata,
    pub approved: Vec<Approved>,
    pub pending: Vec<Pending>,
    pub denied: Vec<Denied>,
}

#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub owner: String,
    pub review_cycle: String,
    pub next_review: Option<Day>,
    pub last_reviewed: Option<Day>,
    /// Who may approve MEDIUM and HIGH.
    pub security_approvers: Vec<String>,
    /// Where a developer asks for a server; shown in messages.
    pub request_url: Option<String>,
    /// Days since a version's publication before a patch may be taken without review.
    pub cooldown_days: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    Low,
    Medium,
    High,
}

impl Risk {
    pub fn parse(text: &str) -> Option<Risk> {
        match text {
            "LOW" => Some(Risk::Low),
            "MEDIUM" => Some(Risk::Medium),
            "HIGH" => Some(Risk::High),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Risk::Low => "LOW",
            Risk::Medium => "MEDIUM",
            Risk::High => "HIGH",
        }
    }

    /// The longest an approval may last, in days: six months, three months, two months, counted by their longest.
    pub fn longest_days(self) -> i64 {
        match self {
            Risk::Low => 184,
            Risk::Medium => 92,
            Risk::High => 62,
        }
    }

    /// Months an approval lasts when nobody says otherwise.
    pub fn usual_months(self) -> u32 {
        match self {
            Risk::Low => 6,
            Risk::Medium => 3,
            Risk::High => 2,
        }
    }
}

/// The document's data classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Public,
    Internal,
    Confidential,
    Restricted,
}

impl Scope {
    pub fn parse(text: &str) -> Option<Scope> {
        match text {
            "PUBLIC" => Some(Scope::Public),
            "INTERNAL" => Some(Scope::Internal),
            "CONFIDENTIAL" => Some(Scope::Confidential),
            "RESTRICTED" => Some(Scope::Restricted),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Scope::Public => "PUBLIC",
            Scope::Internal => "INTERNAL",
            Scope::Confidential => "CONFIDENTIAL",
            Scope::Restricted => "RESTRICTED",
        }
    }
}

/// Where a pending request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    UnderReview,
    SandboxTrial,
    AwaitingSecurity,
}

impl Status {
    pub fn parse(text: &str) -> Option<Status> {
        match text {
            "under_review" => Some(Status::UnderReview),
            "sandbox_trial" => Some(Status::SandboxTrial),
            "awaiting_security" => Some(Status::AwaitingSecurity),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Status::UnderReview => "under_review",
            Status::SandboxTrial => "sandbox_trial",
            Status::AwaitingSecurity => "awaiting_security",
        }
    }
}

/// One step of an entry's life: who, when, from, to, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub at: String,
    pub by: String,
    pub from: String,
    pub to: String,
    pub why: String,
}

#[derive(Debug, Clone)]
pub struct Approved {
    pub name: String,
    pub version: String,
    pub source: String,
    pub approved_by: String,
    pub approved_date: Day,
    pub expires: Day,
    pub data_scope: Scope,
    pub risk: Risk,
    pub rationale: String,
    pub restrictions: Vec<String>,
    pub config: Server,
    pub requested_by: Option<String>,
    /// SHA-256 of the file a path-started server runs, in hexadecimal.
    pub sha256: Option<String>,
    pub last_advisory_check: Option<Day>,
    pub history: Vec<Past>,
    /// Line of the entry's first key.
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Pending {
    pub name: String,
    pub requested_by: String,
    pub requested_date: Day,
    pub version: Option<String>,
    pub source: Option<String>,
    pub use_case: String,
    pub data_scope: Option<Scope>,
    pub status: Status,
    /// Set by the review.
    pub risk: Option<Risk>,
    pub trial_ends: Option<Day>,
    pub config: Option<Server>,
    pub history: Vec<Past>,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Denied {
    pub name: String,
    pub denied_date: Option<Day>,
    pub reason: String,
    pub config: Option<Server>,
    /// Package or image name, where the entry says one: a denied program stays denied under another label.
    pub package: Option<String>,
    pub history: Vec<Past>,
    pub line: usize,
}
