//! The approval registry of MCP servers: what a server is, whether it may run today, and how an approval comes about.
//!
//! Pure: text and values in, values out. Reading order: [`Server`] (a configuration), [`Program`] (what it starts and how firmly
//! that is pinned), [`Registry`] (the YAML file), [`standing`] (the verdict), [`lifecycle`] (how entries move), [`Document`]
//! (writing without losing a comment), [`ToolLock`] (what the server's tools say), [`advisory`], [`compile`].

mod bump;
mod day;
mod document;
mod launch;
pub mod lifecycle;
mod lock;
mod model;
mod pin;
mod risk;
mod server;
mod shown;
mod standing;
mod url;
mod validate;
pub mod yaml;

pub mod advisory;
pub mod compile;

pub use bump::{Bump, BumpEvidence, BumpPlan, plan_bump};
pub use day::{Day, day_of, days_between, format_day, months_after, parse_day};
pub use document::{Document, EditError};
pub use launch::{Family, Package, Program};
pub use lock::{DriftKind, LockError, ServerTools, ToolDrift, ToolLock, tool_texts};
pub use model::{Approved, Denied, Metadata, Past, Pending, Registry, Risk, Scope, Status};
pub use pin::Pin;
pub use risk::{Danger, dangers};
pub use server::{Difference, RemoteKind, Server, ServerError, Transport, differences, projection, sha256};
pub use shown::{label, shown};
pub use standing::{Standing, Why, standing};
pub use url::Url;
pub use validate::{Fault, Severity, read};
