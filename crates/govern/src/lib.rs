//! The companion CLI: a table of commands, each a file in `commands/`, over the same engines the hooks use.

pub mod audit;
pub mod charter;
pub mod commands;
pub mod help;
pub mod overlays;
mod probe;
pub mod registry;
mod shell;
pub mod simulate;
pub mod tiers;
pub mod transaction;

pub use shell::{Exit, Failure, Io, main, run};
