//! What a tier wrote into a repository last: the base of a three-way merge, so that an upgrade can tell the tier's own
//! lines from the team's. It is committed beside the settings, like any lock file.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hook_core::Tier;
use serde_json::{Value, json};

use super::Answers;

/// Where it stands below a repository.
pub(in crate::commands) const FILE: &str = ".claude/governance-base.json";

/// What was written, and from which answers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands) struct Base {
    pub(in crate::commands) tier: Tier,
    /// The day the templates were filled; filling them again for the same day gives the same text.
    pub(in crate::commands) date: NaiveDate,
    pub(in crate::commands) organization: String,
    pub(in crate::commands) owner: String,
    pub(in crate::commands) security_contact: String,
    /// The tier's settings, without what the team has beside them.
    pub(in crate::commands) settings: Value,
    /// Path below the repository to the text as it was written.
    pub(in crate::commands) texts: BTreeMap<String, String>,
}

impl Base {
    /// The base after a repository was brought under a tier on this day.
    pub(in crate::commands) fn new(answers: &Answers, date: NaiveDate, settings: Value) -> Self {
        Self {
            tier: answers.tier,
            date,
            organization: answers.organization.clone(),
            owner: answers.owner.clone(),
            security_contact: answers.security_contact.clone(),
            settings,
            texts: BTreeMap::new(),
        }
    }

    /// # Errors
    /// Anything but what [`Base::print`] writes, with the key that is wrong.
    pub(in crate::commands) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
        let text = |key: &str| match value.get(key).and_then(Value::as_str) {
            Some(text) => Ok(text.to_string()),
            None => Err(format!("no text `{key}`")),
        };
        let map = |key: &str| match value.get(key).and_then(Value::as_object) {
            Some(fields) => Ok(fields.clone()),
            None => Err(format!("no object `{key}`")),
        };
        Ok(Self {
            tier: Tier::from_name(&text("tier")?).ok_or("`tier` names no tier")?,
            date: text("date")?.parse().map_err(|error| format!("`date`: {error}"))?,
            organization: text("organization")?,
            owner: text("owner")?,
            security_contact: text("security_contact")?,
            settings: Value::Object(map("settings")?),
            texts: map("texts")?
                .iter()
                .map(|(path, lines)| Ok((path.clone(), text_of(path, lines)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    pub(in crate::commands) fn print(&self) -> Vec<u8> {
        // A line an element, so that a difference of the file reads like one of the text.
        let lines = |text: &String| Value::from(text.split('\n').collect::<Vec<_>>());
        let texts: BTreeMap<&String, Value> =
            self.texts.iter().map(|(path, text)| (path, lines(text))).collect();
        let value = json!({
            "about": "What `govern` wrote here; `govern upgrade` merges against it. Commit it and leave it as it is.",
            "tier": self.tier.name(),
            "date": self.date.to_string(),
            "organization": self.organization,
            "owner": self.owner,
            "security_contact": self.security_contact,
            "settings": self.settings,
            "texts": texts,
        });
        format!("{value:#}\n").into_bytes()
    }

    /// The text that was written to `path`.
    pub(in crate::commands) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    pub(in crate::commands) fn answers(&self) -> Answers {
        Answers {
            tier: self.tier,
            organization: self.organization.clone(),
            owner: self.owner.clone(),
            security_contact: self.security_contact.clone(),
        }
    }
}

fn text_of(path: &str, lines: &Value) -> Result<String, String> {
    let lines: Option<Vec<&str>> = lines.as_array().into_iter().flatten().map(Value::as_str).collect();
    lines.map(|lines| lines.join("\n")).ok_or_else(|| format!("`texts.{path}` is not a list of lines"))
}
