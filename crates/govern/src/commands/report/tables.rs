//! Tables from lists of JSON objects.

use super::block::{Block, Table};
use serde_json::Value;

/// A table with these keys of each object as columns.
pub(super) fn table(caption: &str, columns: &[&'static str], rows: &Value, empty: &'static str) -> Block {
    let rows = rows.as_array().into_iter().flatten().map(|row| cells(row, columns)).collect();
    Block::Table(Table { caption: caption.to_owned(), columns: columns.to_vec(), rows, empty })
}

/// These fields of an object, as text.
pub(super) fn cells(row: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| told(row.get(key).unwrap_or(&Value::Null))).collect()
}

/// A value as people read it.
pub(super) fn told(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(", "),
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// A column's name as people read it.
pub(super) fn heading(column: &str) -> String {
    column.replace('_', " ")
}
