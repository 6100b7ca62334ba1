//! Looking into JSON without indexing: what is not there is null.

use serde_json::Value;

/// The value at a path of keys, `log/assurance/lowest`; null where there is none.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('/').try_fold(value, |value, key| value.get(key)).unwrap_or(&Value::Null)
}

/// The items of a list; none where it is no list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    at(value, path).as_str().unwrap_or_default()
}
