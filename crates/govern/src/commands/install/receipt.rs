//! What an installation found and left, so that it can be undone byte for byte and checked later.

use std::path::Path;

use hook_core::files;
use serde_json::{Map, Value, json};

use super::binaries::write_if_changed;
use super::user::Places;
use super::{Change, MAX_SETTINGS_BYTES};
use crate::Failure;

/// What an installation found and left, so that it can be undone byte for byte.
pub(super) struct Receipt {
    pub(super) settings_before: Option<String>,
    pub(super) settings_after: String,
    pub(super) policy_before: Option<String>,
}

impl Receipt {
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let Some(bytes) = files::read_bounded(path, MAX_SETTINGS_BYTES * 4)? else {
            return Ok(None);
        };
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Unreadable(format!("{}: not JSON: {error}", path.display())))?;
        let field = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_string);
        Ok(Some(Self {
            settings_before: field("settings_before"),
            settings_after: field("settings_after").unwrap_or_default(),
            policy_before: field("policy_before"),
        }))
    }
}

/// A second installation keeps the first one's account of what was there before.
pub(super) fn write_receipt(
    places: &Places,
    settings: Option<&[u8]>,
    policy: Option<&[u8]>,
    change: &Change,
    sums: &Map<String, Value>,
) -> Result<(), Failure> {
    let earlier = Receipt::read(&places.receipt)?;
    let unchanged_since =
        earlier.as_ref().filter(|earlier| settings.is_some_and(|now| text(now) == earlier.settings_after));
    let (settings_before, policy_before) = match unchanged_since {
        Some(earlier) => (earlier.settings_before.clone(), earlier.policy_before.clone()),
        None => (settings.map(text), policy.map(text)),
    };
    let receipt = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "sha256": sums,
        "settings_before": settings_before,
        "settings_after": text(&change.after),
        "policy_before": policy_before,
    });
    let bytes = format!("{receipt:#}\n").into_bytes();
    let existing = files::read_bounded(&places.receipt, MAX_SETTINGS_BYTES * 4)?;
    write_if_changed(&places.receipt, existing.as_deref(), &bytes)
}

/// The SHA-256 of each binary as it was installed for this user.
pub(crate) fn receipt_digests(home: &Path) -> Vec<(String, String)> {
    let receipt = files::read_bounded(&Places::new(home).receipt, MAX_SETTINGS_BYTES * 4).ok().flatten();
    let receipt: Value = serde_json::from_slice(&receipt.unwrap_or_default()).unwrap_or_default();
    let sums = receipt.get("sha256").and_then(Value::as_object);
    let pair = |(name, sum): (&String, &Value)| Some((name.clone(), sum.as_str()?.to_string()));
    sums.into_iter().flatten().filter_map(pair).collect()
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
