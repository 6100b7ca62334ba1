//! Takes secrets out of a record before it is written, and says how many of which kind.

use hook_core::{Context, Error, Tier};
use ledger::Record;
use secrets::{Options, TagKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Redacted texts are cut to this many bytes; the full length stands beside them.
pub(crate) const LONGEST_TEXT: usize = 4096;

/// So much of a text is looked at. What is kept is far shorter, so a secret cannot hide across the cut.
const LONGEST_SCANNED: usize = 64 * 1024;

/// Fields this hook computes itself: hashes, which hold nothing of the event.
const COMPUTED: &[&str] = &["policy", "head"];

/// Redacts every text of the record, at any depth. The key is read only if there is something to redact.
pub(crate) fn redact(record: &mut Record, context: &Context<'_>) -> Result<(), Error> {
    let options = Options { personal_data: context.tier() == Tier::Regulated };
    let mut redactor = Redactor { context, options, key: None, found: BTreeMap::new() };
    for (name, value) in record.iter_mut() {
        if !COMPUTED.contains(&name.as_str()) {
            redactor.value(value)?;
        }
    }
    if !redactor.found.is_empty() {
        let found = redactor.found.iter().map(|(rule, count)| json!({"n": count, "rule": rule})).collect();
        record.insert("redactions".into(), found);
    }
    Ok(())
}

/// The keyed digest of a text that is not stored itself: equal texts can be matched, and none can be guessed.
pub(crate) fn digest(context: &Context<'_>, text: &str) -> Result<String, Error> {
    Ok(TagKey::new(context.state.tag_key()?).fingerprint("digest", text))
}

struct Redactor<'a> {
    context: &'a Context<'a>,
    options: Options,
    key: Option<TagKey>,
    found: BTreeMap<String, u64>,
}

impl Redactor<'_> {
    fn value(&mut self, value: &mut Value) -> Result<(), Error> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.value(item)),
            Value::Object(fields) => {
                // The keys are ours, never the event's.
                fields.values_mut().try_for_each(|item| self.value(item))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &mut String) -> Result<(), Error> {
        text.truncate(text.floor_char_boundary(LONGEST_SCANNED));
        let hits = secrets::scan(text, &self.options);
        if !hits.is_empty() {
            let key = match self.key.take() {
                Some(key) => key,
                None => TagKey::new(self.context.state.tag_key()?),
            };
            for hit in &hits {
                *self.found.entry(hit.rule.to_owned()).or_default() += 1;
            }
            let clean = secrets::redact(text, &hits, &key);
            self.key = Some(key);
            *text = clean;
        }
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        Ok(())
    }
}
