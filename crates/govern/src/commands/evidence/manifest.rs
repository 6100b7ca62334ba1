//! The manifest of a bundle: every file with its digest, the log it was drawn from, and one digest over all of it.

use crate::Failure;
use crate::commands::value::at;
use ledger::{Lines, to_hex};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The manifest's name in a bundle.
pub(super) const MANIFEST: &str = "manifest.json";

/// One line for each file, as `sha256sum` prints them, so that a bundle can be checked without this program.
pub(super) fn digest_of(files: &Map<String, Value>) -> String {
    let mut digest = Sha256::new();
    for (path, row) in files {
        digest.update(format!("{}  {path}\n", at(row, "sha256").as_str().unwrap_or_default()));
    }
    to_hex(&digest.finalize())
}

/// The manifest over these files. `about` says what the bundle is; the digest is over both.
pub(super) fn manifest(files: &BTreeMap<String, Vec<u8>>, about: &Value) -> Value {
    let row = |bytes: &Vec<u8>| json!({"bytes": bytes.len(), "sha256": mcp_registry::sha256(bytes)});
    let rows: Map<String, Value> = files.iter().map(|(path, bytes)| (path.clone(), row(bytes))).collect();
    let all = digest_of(&rows);
    let digest = mcp_registry::sha256(format!("{about}{all}").as_bytes());
    json!({"about": about, "files": rows, "files_sha256": all, "digest": digest})
}

/// The digest a manifest must have.
pub(super) fn expected_digest(manifest: &Value) -> String {
    let none = Map::new();
    let all = digest_of(at(manifest, "files").as_object().unwrap_or(&none));
    mcp_registry::sha256(format!("{}{all}", at(manifest, "about")).as_bytes())
}

/// SHA-256 of the first `limit` bytes of a day file, whole lines, and how many bytes that were.
pub(super) fn segment_digest(file: &Path, limit: u64) -> Result<(String, u64), Failure> {
    let unreadable = super::super::log::place::unreadable;
    let mut lines = Lines::open(file, 0).map_err(unreadable)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
    while bytes < limit {
        let Some(line) = lines.next_line().map_err(unreadable)? else { break };
        digest.update(line.bytes);
        bytes += line.bytes.len() as u64;
        if line.whole {
            digest.update(b"\n");
            bytes += 1;
        }
    }
    Ok((to_hex(&digest.finalize()), bytes))
}
