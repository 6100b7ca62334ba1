//! Claude Code's settings, permission rules and MCP servers as the client itself reads them.
//!
//! Every value keeps the file and the bytes it came from. [`Places`] says where the client looks; [`mcp::servers`]
//! gives the servers of every scope.

pub mod json;
pub mod mcp;
pub mod permission;
mod places;
pub mod settings;
mod yaml;

pub use places::Places;
