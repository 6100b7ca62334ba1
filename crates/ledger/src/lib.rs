//! The tamper-evident log: JSON lines in day files, each line naming the hash of the one before it.
//!
//! [`append`] may be called by many processes at once; [`verify`] reads what they left and says what does not fit.
//! The directory holds `YYYY-MM-DD.jsonl` segments, `.lock` (the lock, and the high-water mark of what was written)
//! and, for a moment after contention, `spill/`.

mod append;
mod canonical;
mod classify;
mod error;
mod guard;
mod hash;
mod line;
mod mark;
mod read;
mod report;
mod segment;
mod spill;
mod tail;
mod verify;

pub use append::{Durability, Receipt, Warning, append, append_with};
pub use canonical::canonical;
pub use error::Error;
pub use hash::{Digest, digest, from_hex, to_hex};
pub use line::{Header, header};
pub use mark::{Mark, mark};
pub use read::{LONGEST_LINE, Line, Lines};
pub use report::{Kind, Problem, Report, Segment};
pub use segment::{Day, segments};
pub use verify::{verify, verify_with};

/// A record as callers give it and as readers get it back.
pub type Record = serde_json::Map<String, serde_json::Value>;
