//! Labelled rows, read from JSONL files, with what the detector's model looks at in each.

use std::path::{Path, PathBuf};
use std::process::Command;

use injection_detector::model::Features;
use injection_detector::score::reserve;
use injection_detector::{Options, Surface, score};
use serde_json::Value;

/// What a row is, for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// An attack with something in its wording that gives it away.
    Marked,
    /// An injected request worded like any request: nothing in the text tells.
    Semantic,
    /// An ordinary file of a repository.
    File,
    /// A benign file that discusses attacks.
    Security,
    /// A benign prompt.
    Prompt,
    /// An honest text of our own, written to be full of the rules' words; part of every training, reported apart.
    Own,
}

impl Group {
    pub fn is_attack(self) -> bool {
        matches!(self, Self::Marked | Self::Semantic)
    }
}

pub struct Row {
    pub text: String,
    pub source: String,
    pub group: Group,
    pub licence: String,
    pub windows: Vec<Features>,
    /// For the trainer: a few of a benign file's paragraphs, each as a text of its own.
    pub paragraphs: Vec<Vec<Features>>,
}

impl Row {
    /// The margin of its worst window under the shipped weights.
    pub fn margin(&self) -> f32 {
        score(&self.text, &Options { surface: self.surface() }).margin
    }

    /// What people type is judged as such; everything else as if it came from elsewhere.
    fn surface(&self) -> Surface {
        if self.group == Group::Prompt { Surface::Prompt } else { Surface::ToolResult }
    }

    /// The margin of its worst window under other weights.
    pub fn margin_with(&self, bias: f32, weight: &dyn Fn(u32) -> f32) -> f32 {
        let worst = self
            .windows
            .iter()
            .map(|window| window.margin(bias, weight))
            .fold(injection_detector::score::NOTHING, f32::max);
        worst - reserve(self.surface())
    }
}

pub fn read(files: &[PathBuf]) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for file in files {
        let attacks = file.file_name().is_some_and(|name| name.to_string_lossy().contains("attack"));
        for line in text_of(file)?.lines() {
            let row: Value =
                serde_json::from_str(line).map_err(|error| format!("{}: {error}", file.display()))?;
            let field = |name: &str| row[name].as_str().unwrap_or_default().to_string();
            let text = field("text");
            let own = field("source").starts_with("own-");
            let group = if own { Group::Own } else { group(attacks, &field("kind")) };
            let paragraphs = if group == Group::File { paragraphs(&text) } else { Vec::new() };
            rows.push(Row {
                paragraphs,
                windows: injection_detector::score::features(&text),
                text,
                source: field("source"),
                group,
                licence: field("license"),
            });
        }
    }
    Ok(rows)
}

/// Up to eight paragraphs of prose, evenly spread. Attacks come short and files come long: without these a model would learn
/// that short texts are attacks.
fn paragraphs(text: &str) -> Vec<Vec<Features>> {
    let prose: Vec<&str> = text
        .split("\n\n")
        .flat_map(
            |paragraph| if paragraph.len() > 400 { paragraph.split('\n').collect() } else { vec![paragraph] },
        )
        .map(|paragraph| paragraph.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '"'))
        .filter(|paragraph| (25..400).contains(&paragraph.len()))
        .filter(|paragraph| {
            paragraph
                .bytes()
                .filter(|byte| byte.is_ascii_alphabetic() || *byte == b' ' || *byte >= 0x80)
                .count()
                * 100
                > paragraph.len() * 88
        })
        .collect();
    let step = (prose.len() / 8).max(1);
    prose
        .iter()
        .step_by(step)
        .take(8)
        .map(|paragraph| injection_detector::score::features(paragraph))
        .filter(|windows| !windows.is_empty())
        .collect()
}

fn group(attack: bool, kind: &str) -> Group {
    match attack {
        true if kind.starts_with("ipi_semantic") => Group::Semantic,
        true => Group::Marked,
        false if kind.starts_with("prompt") => Group::Prompt,
        false if kind.starts_with("security") || kind.ends_with("_sec") => Group::Security,
        false => Group::File,
    }
}

/// A file's text, unpacked by `gzip` where its name says so.
pub fn text_of(file: &Path) -> Result<String, String> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    if file.extension().is_none_or(|extension| extension != "gz") {
        return std::fs::read_to_string(file).map_err(|error| problem(&error));
    }
    let output = Command::new("gzip").arg("-dc").arg(file).output().map_err(|error| problem(&error))?;
    String::from_utf8(output.stdout).map_err(|error| problem(&error))
}

/// A number a name always gets, for splitting repositories into folds.
pub fn hash(name: &str) -> usize {
    name.bytes().fold(5381_usize, |hash, byte| hash.wrapping_mul(33) ^ usize::from(byte)) >> 3
}
