//! How often each text was met: exact while the texts fit, and saying so when they no longer do.

use std::collections::HashMap;

use serde_json::{Value, json};

/// How much text one tally keeps, in bytes. A million different paths of 60 bytes do not fit; the report then says how many
/// records are not in the table.
const MOST_BYTES: usize = 32 << 20;

/// Counts by text.
#[derive(Debug, Default)]
pub(in crate::commands) struct Tally {
    counts: HashMap<String, u64>,
    bytes: usize,
    /// Records whose text did not fit any more.
    left_out: u64,
}

impl Tally {
    pub(in crate::commands) fn add(&mut self, text: &str) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.bytes < MOST_BYTES {
            // A key, its count and its place in the table.
            self.bytes += text.len() + 64;
            self.counts.insert(text.to_owned(), 1);
        } else {
            self.left_out += 1;
        }
    }

    /// The same, where there is a text.
    pub(in crate::commands) fn add_some(&mut self, text: &str) {
        if !text.is_empty() {
            self.add(text);
        }
    }

    pub(in crate::commands) fn contains(&self, text: &str) -> bool {
        self.counts.contains_key(text)
    }

    /// How many different texts.
    pub(in crate::commands) fn len(&self) -> usize {
        self.counts.len()
    }

    /// All records counted.
    pub(in crate::commands) fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.left_out
    }

    /// The most frequent, then by text.
    pub(in crate::commands) fn top(&self, most: usize) -> Vec<(&str, u64)> {
        let mut rows: Vec<(&str, u64)> =
            self.counts.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        rows.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        rows.truncate(most);
        rows
    }

    /// The most frequent as JSON, with how many there are in all.
    pub(in crate::commands) fn to_json(&self, most: usize) -> Value {
        let rows: Vec<Value> =
            self.top(most).into_iter().map(|(text, count)| json!({"what": text, "count": count})).collect();
        json!({"different": self.len(), "records": self.total(), "not_in_the_table": self.left_out, "top": rows})
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn counts_are_sorted_and_what_does_not_fit_is_said() {
        let mut tally = Tally::default();
        for text in ["b", "a", "b", "c", ""] {
            tally.add_some(text);
        }
        assert_eq!(tally.top(2), [("b", 2), ("a", 1)]);
        assert_eq!((tally.len(), tally.total()), (3, 4));
        let long = "x".repeat(super::MOST_BYTES);
        tally.add(&long);
        tally.add("another");
        tally.add("b");
        assert_eq!((tally.top(1), tally.len(), tally.total()), (vec![("b", 3)], 4, 7));
        assert_eq!(tally.to_json(1)["not_in_the_table"], 1);
    }
}
