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
#[cfg(feature = "checkpoint")]
mod keys;
mod line;
mod mark;
#[cfg(feature = "checkpoint")]
mod note;
mod read;
mod report;
#[cfg(feature = "checkpoint")]
mod seal;
mod segment;
#[cfg(feature = "checkpoint")]
mod signed;
mod spill;
mod tail;
mod tree;
mod verify;

pub use append::{Durability, Receipt, Warning, append, append_with};
pub use canonical::canonical;
pub use error::Error;
pub use hash::{Digest, digest, digest_once, from_hex, to_hex};
pub use line::{Header, fields, header};
pub use mark::{Mark, mark};
#[cfg(feature = "checkpoint")]
pub use note::{Checkpoint, Note, Verifier, parse_notes};
pub use read::{LONGEST_LINE, Line, Lines};
pub use report::{Kind, Problem, Report, Segment};
#[cfg(feature = "checkpoint")]
pub use seal::{frontier_json, local_origin, seal, start_of, stored_notes};
pub use segment::{Day, segments};
#[cfg(feature = "checkpoint")]
pub use signed::{Known, Level, Signed, verify_signed};
pub use tree::{
    Frontier, consistency_proof, inclusion_proof, is_consistent, leaf_hash, root, root_of_inclusion,
};
pub use verify::{verify, verify_with};

/// A record as callers give it and as readers get it back.
pub type Record = serde_json::Map<String, serde_json::Value>;
