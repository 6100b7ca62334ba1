pub fn append(
    _d: &std::path::Path,
    _n: chrono::DateTime<chrono::Utc>,
    _r: serde_json::Map<String, serde_json::Value>,
) -> Result<(), std::fmt::Error> {
    Ok(())
}
