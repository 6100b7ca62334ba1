//! A Bash command line read into the commands it would run: their argv, redirections and where their data flows.
//!
//! [`analyze`] parses the text with our own parser and evaluates it within bounds. Nothing is ever run, no file is read.
//! What cannot be known stays in the result as a hole with its reason, never as silence.

mod analysis;
mod budget;
mod edit;
mod escape;
mod evaluate;
mod parse;
pub mod powershell;
mod regex;
mod script;
mod syntax;
mod value;

pub use analysis::{
    Analysis, Assignment, Command, Destination, Flow, Limit, Mode, Problem, Reach, Recursion, Redirection,
    Sink, Source, Span, Target, World, Wrapper,
};
pub use value::{Hole, Origin, Unknown, Value};

/// What the command line `text` would run in `world`, as far as it can be known without running anything.
///
/// Never fails: text that is not shell still gives the commands that could be read, with [`Analysis::unparsed`] filled,
/// and input past a bound gives what was read up to it, with [`Analysis::limit`] set.
pub fn analyze(text: &str, world: &World) -> Analysis {
    evaluate::analyze(text, world, budget::Budget::new()).0
}

/// [`analyze`] within `steps`, for a line that is a part of another one. Gives the steps that are left as well.
pub fn analyze_within(text: &str, world: &World, steps: u32) -> (Analysis, u32) {
    evaluate::analyze(text, world, budget::Budget::of(steps))
}
