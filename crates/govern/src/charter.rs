//! The usage charter as a value: which version it is, what is left blank or missing, and who has acknowledged it.

use std::collections::BTreeMap;
use std::path::Path;

use hook_core::files;
use serde_json::Value;

use crate::Failure;
use crate::audit::{MAX_FILE_BYTES, documents};

/// Where the charter stands in a repository.
pub const CHARTER: &str = "docs/ai-usage-charter.md";

/// Who was asked for an acknowledgement, gave it, or left: one JSON object a line, so that two branches merge.
pub const PEOPLE: &str = "docs/charter-acknowledgements.jsonl";

/// What a charter must speak of, with words one of which shows that it does.
const PARTS: &[(&str, &[&str])] = &[
    ("an owner", &["**owner**"]),
    ("an effective date", &["**effective date**"]),
    ("a review cadence", &["**review cadence**"]),
    ("the approved tools", &["## approved tools"]),
    ("the class PUBLIC", &["**public**"]),
    ("the class INTERNAL", &["**internal**"]),
    ("the class CONFIDENTIAL", &["**confidential**"]),
    ("the class RESTRICTED", &["**restricted**"]),
    ("the rule that RESTRICTED data never enters an AI context", &["**hard rule**"]),
    ("the approved use cases", &["## approved use cases"]),
    ("the prohibited use cases", &["## prohibited use cases"]),
    ("who approves what", &["## who approves what"]),
    ("the obligation to report exposure within 24 hours", &["within 24"]),
    ("the obligation not to go around controls", &["not go around", "not circumvent"]),
    ("the quarterly access review", &["quarterly access review"]),
    ("what follows a violation", &["violations**"]),
];

/// A charter as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    pub text: String,
    /// SHA-256 of the file, in hexadecimal: the version people acknowledge.
    pub version: String,
}

/// Where a person stands towards the charter's current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Acknowledged this version at this time.
    Current { at: String },
    /// Acknowledged another version at this time, not this one.
    Outdated { at: String, version: String },
    /// Was asked at this time and never acknowledged any.
    Open { asked: String },
}

impl Charter {
    /// The charter of a repository, or `None` where there is none.
    pub fn read(root: &Path) -> Result<Option<Charter>, Failure> {
        let bytes = files::read_bounded(&root.join(CHARTER), MAX_FILE_BYTES)?;
        Ok(bytes.map(|bytes| Charter::new(&String::from_utf8_lossy(&bytes))))
    }

    /// The charter with this text.
    pub fn new(text: &str) -> Charter {
        Charter { text: text.to_owned(), version: mcp_registry::sha256(text.as_bytes()) }
    }

    /// The version as people read it.
    pub fn short(&self) -> &str {
        self.version.get(..12).unwrap_or_default()
    }

    /// What is wrong with it: placeholders with their line, and parts it does not have.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (number, line) in self.text.lines().enumerate() {
            for blank in documents::blanks(line) {
                faults.push(format!("{CHARTER}:{}: `{blank}` is not filled in", number + 1));
            }
        }
        let lower = self.text.to_lowercase();
        for (what, words) in PARTS {
            if !words.iter().any(|word| lower.contains(word)) {
                faults.push(format!("{CHARTER}: does not say {what}"));
            }
        }
        faults
    }
}

/// Everybody the rows know and who has not left, with where they stand towards `version`. A row that does not read is an error
/// that names its line.
pub fn people(rows: &str, version: &str) -> Result<BTreeMap<String, Standing>, Failure> {
    let mut people: BTreeMap<String, Standing> = BTreeMap::new();
    for (number, line) in rows.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: &str| Failure::Usage(format!("{PEOPLE}:{}: {what}", number + 1));
        let row: Value = serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let person = text("person").ok_or_else(|| wrong("no `person`"))?.to_owned();
        let at = text("at").unwrap_or_default().to_owned();
        match text("event") {
            Some("asked") => {
                people.entry(person).or_insert(Standing::Open { asked: at });
            }
            Some("left") => {
                people.remove(&person);
            }
            Some("acknowledged") => {
                let of = text("charter").ok_or_else(|| wrong("no `charter`"))?;
                let is_current = of == version;
                let known = people.get(&person);
                if is_current {
                    people.insert(person, Standing::Current { at });
                } else if !matches!(known, Some(Standing::Current { .. })) {
                    people.insert(person, Standing::Outdated { at, version: of.to_owned() });
                }
            }
            _ => return Err(wrong("`event` is asked, acknowledged or left")),
        }
    }
    Ok(people)
}

/// The people of a repository and where they stand; nobody where there is no charter or nobody was asked.
pub fn people_of(root: &Path) -> Result<BTreeMap<String, Standing>, Failure> {
    let Some(charter) = Charter::read(root)? else { return Ok(BTreeMap::new()) };
    let rows = files::read_text(&root.join(PEOPLE), MAX_FILE_BYTES)?.unwrap_or_default();
    people(&rows, &charter.version)
}

impl Standing {
    pub fn is_current(&self) -> bool {
        matches!(self, Standing::Current { .. })
    }

    /// The standing in words.
    pub fn told(&self) -> String {
        match self {
            Standing::Current { at } => format!("acknowledged {at}"),
            Standing::Outdated { at, version } => {
                let short = version.get(..12).unwrap_or(version);
                format!("acknowledged version {short} on {at}, not the current one")
            }
            Standing::Open { asked } => format!("asked {asked}, not acknowledged"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_stand_where_their_last_rows_say() {
        let rows = r#"
{"at":"1","event":"asked","person":"a"}
{"at":"2","event":"asked","person":"b"}
{"at":"3","event":"acknowledged","person":"a","charter":"old"}
{"at":"4","event":"acknowledged","person":"c","charter":"new"}
{"at":"5","event":"acknowledged","person":"c","charter":"old"}
{"at":"6","event":"asked","person":"d"}
{"at":"7","event":"left","person":"d"}
"#;
        let people = people(rows, "new").expect("reads");
        let standing = |name: &str| people.get(name).cloned();
        assert_eq!(standing("a"), Some(Standing::Outdated { at: "3".into(), version: "old".into() }));
        assert_eq!(standing("b"), Some(Standing::Open { asked: "2".into() }));
        assert_eq!(standing("c"), Some(Standing::Current { at: "4".into() }));
        assert_eq!(standing("d"), None);
        assert!(super::people("{\"event\":\"asked\"}", "x").is_err());
    }

    #[test]
    fn the_template_has_every_part_and_only_placeholders_to_fill() {
        let template = Charter::new(crate::commands::init::CHARTER);
        let faults = template.faults();
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| fault.contains("is not filled in")),
            "{faults:?}"
        );
        let cut = Charter::new(&template.text.replace("**Hard rule**", "Rule"));
        assert_eq!(cut.faults().len(), faults.len() + 1);
    }
}
