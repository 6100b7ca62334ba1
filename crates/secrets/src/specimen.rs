//! Made-up values for every row of data: each must be found under its rule's name, and a near miss must not.
//!
//! The same values stand as behaviour rows in `tests/corpus/secrets-scanner/specimens.jsonl`; after a change to the
//! tables, `cargo test -p secrets -- --ignored write_specimens` writes that file anew.

use std::fmt::Write as _;

use crate::class::Class;
use crate::index::RULES;
use crate::rule::{Matcher, Part, Rule};
use crate::{Options, scan};

/// A small generator (xorshift) with a seed of its own for each rule: the same values on every machine.
struct Random(u64);

impl Random {
    fn for_rule(rule: &Rule, round: u64) -> Self {
        let seed = rule.id.bytes().fold(round.wrapping_mul(0x9e37_79b9) | 1, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
        });
        Self(seed | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn text(&mut self, class: Class, length: usize) -> String {
        // Letters and digits where the class has them: separators at an edge would end a token early.
        let plain: Vec<char> = (b'0'..=b'z')
            .filter(|byte| class.has(*byte) && byte.is_ascii_alphanumeric())
            .map(char::from)
            .collect();
        (0..length).map(|_| plain[self.below(plain.len())]).collect()
    }
}

/// UUIDs are the only class with dashes in fixed places.
fn fill(random: &mut Random, class: Class, length: usize) -> String {
    if class == crate::class::UUID && length == 36 {
        return [8, 4, 4, 4, 12].map(|length| random.text(crate::class::HEX, length)).join("-");
    }
    random.text(class, length)
}

/// A text that the rule finds: a bare token, or an assignment.
fn hit(rule: &Rule, round: u64, shorter: usize) -> Option<String> {
    let mut random = Random::for_rule(rule, round);
    let needle = rule.needles[usize::try_from(round).unwrap() % rule.needles.len()];
    match rule.matcher {
        Matcher::Token(parts) => {
            let mut text = String::from(needle);
            for part in parts {
                match part {
                    Part::Text(literal) => text.push_str(literal),
                    Part::Either(choices) => text.push_str(choices[0]),
                    Part::Run(class, min, max) => {
                        let length = usize::from(*min).max(usize::from(*max).min(40)).saturating_sub(shorter);
                        text.push_str(&fill(&mut random, *class, length.min(usize::from(*max))));
                    }
                }
            }
            Some(text)
        }
        Matcher::Assigned(value) => {
            let length = value.min.max(value.max.min(40)).saturating_sub(shorter);
            Some(format!("{needle} = \"{}\"", fill(&mut random, value.class, length)))
        }
        Matcher::Code(_) => None,
    }
}

fn names(text: &str) -> Vec<&'static str> {
    scan(text, &Options { personal_data: true }).into_iter().map(|hit| hit.rule).collect()
}

/// The first made-up text that is found under the rule's own name.
fn specimen(rule: &Rule) -> Option<String> {
    (0..200).filter_map(|round| hit(rule, round, 0)).find(|text| names(text) == [rule.id])
}

/// A text of the same make in which nothing is found: a little shorter, else much shorter.
fn near_miss(rule: &Rule) -> Option<String> {
    [1, 2, 4, 8, 12, 16, 24, 32, 36, 40, 64, 80, 95]
        .into_iter()
        .flat_map(|shorter| (0..20).filter_map(move |round| hit(rule, round, shorter)))
        .find(|text| names(text).is_empty())
}

fn data_rules() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().filter(|rule| !matches!(rule.matcher, Matcher::Code(_)))
}

#[test]
fn every_row_finds_its_specimen_and_passes_its_near_miss() {
    let hidden: Vec<_> = data_rules().filter(|rule| specimen(rule).is_none()).map(|rule| rule.id).collect();
    assert!(hidden.is_empty(), "never found under their own name: {hidden:?}");
    let greedy: Vec<_> = data_rules().filter(|rule| near_miss(rule).is_none()).map(|rule| rule.id).collect();
    assert!(greedy.is_empty(), "without a near miss: {greedy:?}");
}

#[test]
fn ids_are_unique_and_needles_are_sound() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in RULES {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(!rule.needles.is_empty() && !rule.what.is_empty(), "{}", rule.id);
        // The index folds case; a needle in capitals under a rule that ignores case would never be found in any other.
        assert!(rule.exact_case || rule.needles.iter().all(|needle| needle.is_ascii()), "{}", rule.id);
    }
}

#[test]
#[ignore = "writes the corpus file anew"]
#[expect(clippy::disallowed_methods, reason = "a developer's tool that writes a file of the repository")]
fn write_specimens() {
    let mut rows = String::new();
    for rule in data_rules() {
        for (kind, expect, text) in [("rule", "deny", specimen(rule)), ("near", "pass", near_miss(rule))] {
            let text = text.unwrap_or_else(|| panic!("{} has no {kind}", rule.id));
            let row = serde_json::json!({
                "id": format!("specimen-{}-{}", rule.id, if kind == "rule" { "hit" } else { "near" }),
                "tier": "regulated", "tool": "Write",
                "input": {"file_path": "{project}/notes.txt", "content": text},
                "expect": expect, kind: rule.id,
            });
            writeln!(rows, "{row}").unwrap();
        }
    }
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus/secrets-scanner/specimens.jsonl"),
        rows,
    )
    .unwrap();
}
