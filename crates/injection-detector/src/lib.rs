//! Tells an assistant's data from text that tries to give it orders.

mod class;
mod decode;
mod fold;
mod hidden;
mod lexicon;
pub mod model;
pub mod rules;
pub mod score;
mod token;
mod tokenize;
mod window;

pub use decode::Encoding;
pub use score::{Assessment, Options, Signal, Span, Surface, score};
