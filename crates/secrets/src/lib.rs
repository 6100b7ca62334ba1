//! Finds secrets in text and redacts them. Pure: text and options in, hits out; no clock, no files, no start-up work.
//!
//! Reading order: [`scan`] walks the text once and asks the const keyword index which rules to try where; `rules` holds
//! the rows, one file per family; `token`, `assign`, `userinfo`, `pem` and `jwt` are the matchers; [`redact`] replaces
//! what was found.
//!
//! ```
//! let text = "token = \"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\"";
//! let hits = secrets::scan(text, &secrets::Options::default());
//! let clean = secrets::redact(text, &hits, &secrets::TagKey::new(*b"a key only this machine knows...")); // 32 bytes
//! assert!(clean.starts_with("token = \"[REDACTED:github-pat:"));
//! ```

mod assign;
mod bare;
mod base64;
mod call;
mod checksum;
mod class;
mod command;
mod custom;
mod entropy;
mod generic;
mod hit;
mod index;
mod jwt;
mod keys;
mod name;
mod opening;
mod pem;
mod personal;
mod placeholder;
mod prose;
mod provider;
mod redact;
mod rule;
mod rules;
mod scan;
mod services;
mod shape;
#[cfg(test)]
mod specimen;
mod spelling;
mod token;
mod userinfo;
mod views;

pub use custom::{CustomRule, scan_custom};
pub use hit::{Confidence, Hit, Severity, merge};
pub use redact::{TagKey, holds_mark, redact};
pub use scan::{Options, rule_ids, scan};
