//! The options of a verb, read against the text that documents them: what is not documented is refused.

use crate::Failure;

/// The options of a command line.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    options: Vec<(&'a str, &'a str)>,
    words: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// Reads `--name VALUE`, `--name=VALUE` and `--flag` as `documentation` names them; it has one option a line. A line
    /// that begins with a word in capitals stands for a value without a name.
    pub(super) fn parse(arguments: &[&'a str], documentation: &str) -> Result<Arguments<'a>, Failure> {
        let mut parsed = Arguments { options: Vec::new(), words: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if !argument.starts_with("--") && parsed.words.len() < words(documentation) {
                parsed.words.push(argument);
                continue;
            }
            if !argument.starts_with("--") {
                return Err(Failure::Usage(format!("unexpected `{argument}`; add --help for the options")));
            }
            let (name, inline) =
                argument.split_once('=').map_or((*argument, None), |(name, value)| (name, Some(value)));
            let value = match (takes_value(documentation, name), inline) {
                (None, _) => {
                    return Err(Failure::Usage(format!("unknown option `{name}`; add --help for the list")));
                }
                (Some(true), Some(value)) => value,
                (Some(true), None) => {
                    rest.next().copied().ok_or_else(|| Failure::Usage(format!("{name} needs a value")))?
                }
                (Some(false), Some(_)) => return Err(Failure::Usage(format!("{name} takes no value"))),
                (Some(false), None) => "",
            };
            parsed.options.push((name, value));
        }
        Ok(parsed)
    }

    /// The value of an option; the last one counts.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.options.iter().rev().find(|(option, _)| *option == name).map(|(_, value)| *value)
    }

    /// The first value without a name.
    pub(super) fn word(&self) -> Option<&'a str> {
        self.words.first().copied()
    }

    /// Every value of an option that may be repeated.
    pub(super) fn values(&self, name: &str) -> Vec<&'a str> {
        self.options.iter().filter(|(option, _)| *option == name).map(|(_, value)| *value).collect()
    }

    /// Whether a flag is there.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let read = |text: &str| {
            text.parse().map_err(|_| Failure::Usage(format!("{name} needs a number, not `{text}`")))
        };
        self.value(name).map(read).transpose()
    }
}

/// How many values without a name are documented.
fn words(documentation: &str) -> usize {
    let first = |line: &str| line.split_whitespace().next().is_some_and(is_placeholder);
    documentation.lines().filter(|line| first(line)).count()
}

fn is_placeholder(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'|')
}

/// Whether the documented option takes a value: its name is then followed by a word in capitals.
fn takes_value(documentation: &str, name: &str) -> Option<bool> {
    documentation.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let first = words.next()?;
        let value = words.next().unwrap_or_default();
        (first == name).then_some(is_placeholder(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "  --since TIME   from then on\n  --json         as JSON\n";

    #[test]
    fn documented_options_are_read_and_others_refused() {
        let found = Arguments::parse(&["--since", "30d", "--json", "--since=7d"], OPTIONS).expect("parses");
        assert_eq!(found.value("--since"), Some("7d"));
        assert_eq!(found.values("--since"), ["30d", "7d"]);
        assert!(found.flag("--json"));
        for wrong in [&["--sinse", "3d"][..], &["--since"], &["--json=x"], &["word"]] {
            assert!(Arguments::parse(wrong, OPTIONS).is_err(), "{wrong:?}");
        }
    }
}
