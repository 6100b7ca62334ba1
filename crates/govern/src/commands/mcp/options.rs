//! A subcommand's options, read by the rows it gives.

use crate::Failure;

use super::USAGE;

/// What the command line said.
#[derive(Debug, Default)]
pub(super) struct Options<'a> {
    pub(super) words: Vec<&'a str>,
    values: Vec<(&'a str, &'a str)>,
    flags: Vec<&'a str>,
    /// Everything behind `--`.
    pub(super) rest: &'a [&'a str],
}

impl<'a> Options<'a> {
    /// Reads `arguments`: `valued` options take the next argument, `flags` none; anything else with a dash is a mistake.
    pub(super) fn read(arguments: &'a [&'a str], valued: &[&str], flags: &[&str]) -> Result<Self, Failure> {
        let mut options = Options::default();
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            if *argument == "--" {
                options.rest = arguments.get(at..).unwrap_or_default();
                break;
            }
            if flags.contains(argument) {
                options.flags.push(argument);
            } else if valued.contains(argument) || COMMON.contains(argument) {
                let value = arguments.get(at).ok_or_else(|| usage(&format!("{argument} needs a value")))?;
                options.values.push((argument, value));
                at += 1;
            } else if argument.starts_with('-') {
                return Err(usage(&format!("unexpected `{argument}`")));
            } else {
                options.words.push(argument);
            }
        }
        Ok(options)
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.values.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    pub(super) fn values(&self, name: &str) -> Vec<&'a str> {
        self.values.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value).collect()
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a str, Failure> {
        self.value(name)
            .filter(|value| !value.trim().is_empty())
            .ok_or_else(|| usage(&format!("{name} is missing")))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.flags.contains(&name)
    }

    /// The one word, a server's name.
    pub(super) fn name(&self) -> Result<&'a str, Failure> {
        match self.words.as_slice() {
            [name] => Ok(name),
            [] => Err(usage("which server?")),
            [_, more, ..] => Err(usage(&format!("unexpected `{more}`"))),
        }
    }

    /// For subcommands about the whole registry.
    pub(super) fn nameless(self) -> Result<Self, Failure> {
        match self.words.first() {
            None => Ok(self),
            Some(word) => Err(usage(&format!("unexpected `{word}`"))),
        }
    }

    pub(super) fn day(&self, name: &str) -> Result<Option<mcp_registry::Day>, Failure> {
        let Some(text) = self.value(name) else { return Ok(None) };
        let wrong = || usage(&format!("{name}: `{text}` is no day; write YYYY-MM-DD"));
        mcp_registry::parse_day(text).map(Some).ok_or_else(wrong)
    }
}

/// Options every subcommand takes.
const COMMON: &[&str] = &["--registry", "--by", "--why"];

pub(super) fn usage(message: &str) -> Failure {
    Failure::Usage(format!("mcp: {message}\n{USAGE}"))
}
