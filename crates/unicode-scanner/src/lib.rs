//! Finds what people cannot see in text, tells it from what scripts and emoji need, and takes it out.

mod bidi;
mod decode;
mod domain;
mod facts;
mod finding;
mod invisible;
mod joiner;
mod line;
mod look_alike;
mod property;
mod scan;
mod selector;
#[rustfmt::skip]
mod tables;
mod terminal;

pub use finding::{Class, Finding, Weight, escaped};
pub use line::Kind;
pub use scan::{Options, Removed, scan, strip};
