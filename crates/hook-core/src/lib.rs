//! What every governance hook needs and nothing only one of them needs: the road from stdin to stdout.
//!
//! In reading order: [`run`](run()) is the road; a [`Hook`] is what travels it; an [`Event`] is what Claude Code
//! sent; [`Policy`] is what the company wants; [`Context`] hands the world in; a [`Decision`] is the answer.

pub mod approval;
pub mod clock;
mod context;
mod decision;
mod error;
mod event;
mod exception;
pub mod files;
mod hook;
mod json;
pub mod path;
pub mod policy;
pub mod record;
mod run;
mod state;
mod text;
mod tool;
mod voice;
mod wire;

pub use context::{Context, World};
pub use decision::{Decision, Finding, Reason, Severity, Verdict};
pub use error::Error;
pub use event::{Event, EventKind, MAX_INPUT_BYTES};
pub use exception::{Exception, Excuse, Scope, Target};
pub use hook::{Hook, OnError};
pub use policy::{Key, KeyKind, Mode, Policy, Tier};
pub use run::{Answer, Considered, answer, consider, consider_under, policy_of, run};
pub use state::{LockedFile, StateDirectory, stop_marker};
pub use text::{Pointer, Step};
pub use tool::{McpServer, Tool};
pub use voice::allow_command;
pub use wire::render;
