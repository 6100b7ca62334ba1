//! Options and operands of an argv, read the way getopt and its relatives read them.

use shell::Value;

use crate::place::Target;

/// Which options of a program take a value. Everything else is a flag.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Takes {
    /// Single letters, `"Cc"`.
    pub short: &'static str,
    /// Long names without dashes.
    pub long: &'static [&'static str],
}

/// No option takes a value that stands apart.
pub(crate) const FLAGS_ONLY: Takes = Takes { short: "", long: &[] };

/// An argv after its name, sorted into options and operands, in order.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'a> {
    pub options: Vec<OptionRead<'a>>,
    pub operands: Vec<&'a Value>,
    /// How many operands stood before `--`, where there was one.
    pub before_separator: Option<usize>,
}

/// One option as written: `-x`, `--name`, `--name=value`, `-name` (single dash, long).
#[derive(Debug, Clone, Copy)]
pub(crate) struct OptionRead<'a> {
    /// Without dashes; a single letter for a short option.
    pub name: &'a str,
    pub long: bool,
    pub value: Option<Target<'a>>,
}

/// Reads `argv` (without the name) by what `takes` says.
pub(crate) fn read(argv: &[Value], takes: Takes) -> Arguments<'_> {
    let mut arguments = Arguments::default();
    let mut rest = argv.iter();
    while let Some(word) = rest.next() {
        let text = word.text();
        if arguments.before_separator.is_some() || text == "-" || !text.starts_with('-') {
            arguments.operands.push(word);
        } else if text == "--" {
            arguments.before_separator = Some(arguments.operands.len());
        } else if let Some(name) = text.strip_prefix("--") {
            let option = long_option(word, name, takes, &mut rest);
            arguments.options.push(option);
        } else {
            cluster(word, takes, &mut rest, &mut arguments);
        }
    }
    arguments
}

fn long_option<'a>(
    word: &'a Value,
    name: &'a str,
    takes: Takes,
    rest: &mut std::slice::Iter<'a, Value>,
) -> OptionRead<'a> {
    if let Some((name, _)) = name.split_once('=') {
        let value = Some(Target::tail(word, name.len() + 3));
        return OptionRead { name, long: true, value };
    }
    let value = if takes.long.contains(&name) { rest.next().map(Target::of) } else { None };
    OptionRead { name, long: true, value }
}

/// `-rf`, `-C dir`, `-Cdir`, `-n5`.
fn cluster<'a>(
    word: &'a Value,
    takes: Takes,
    rest: &mut std::slice::Iter<'a, Value>,
    arguments: &mut Arguments<'a>,
) {
    let text = word.text();
    for (at, letter) in text.char_indices().skip(1) {
        let after = at + letter.len_utf8();
        let name = text.get(at..after).unwrap_or("");
        if !takes.short.contains(letter) {
            arguments.options.push(OptionRead { name, long: false, value: None });
            continue;
        }
        let value =
            if after < text.len() { Some(Target::tail(word, after)) } else { rest.next().map(Target::of) };
        arguments.options.push(OptionRead { name, long: false, value });
        return;
    }
}

impl<'a> Arguments<'a> {
    /// Whether a flag is on: one of the letters in `short`, or the long name `long` or a prefix of it, and not switched
    /// off again later by `--no-long`.
    pub(crate) fn has(&self, short: &str, long: &str) -> bool {
        let mut on = false;
        for option in &self.options {
            if option.is(short, long) {
                on = option.value.is_none_or(|value| !matches!(value.text, "false" | "no" | "0"));
            } else if option.long && option.name.strip_prefix("no-") == Some(long) && !long.is_empty() {
                on = false;
            }
        }
        on
    }

    /// Whether any of the long names (exact) is there.
    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        self.options.iter().any(|option| names.contains(&option.name))
    }

    /// The last value given to this option.
    pub(crate) fn value(&self, short: &str, long: &str) -> Option<Target<'a>> {
        self.options.iter().rev().find(|option| option.is(short, long)).and_then(|option| option.value)
    }

    /// Every value given to this option.
    pub(crate) fn values(&self, short: &str, long: &str) -> Vec<Target<'a>> {
        self.options
            .iter()
            .filter(|option| option.is(short, long))
            .filter_map(|option| option.value)
            .collect()
    }

    /// The text of the operand at `index`, empty where there is none.
    pub(crate) fn word(&self, index: usize) -> &'a str {
        self.operands.get(index).map_or("", |value| value.text())
    }

    /// The operands' texts.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'a str> {
        self.operands.iter().map(|value| value.text())
    }

    /// Only tells what it would do, or prints help.
    pub(crate) fn is_harmless(&self) -> bool {
        self.options.iter().any(|option| {
            let negated = option.value.is_some_and(|value| matches!(value.text, "none" | "false"));
            option.long && !negated && HARMLESS.contains(&option.name)
        })
    }
}

impl OptionRead<'_> {
    /// Long names may be shortened as getopt allows.
    pub(crate) fn is(&self, short: &str, long: &str) -> bool {
        if self.long {
            return !self.name.is_empty() && self.name != "help" && long.starts_with(self.name);
        }
        !short.is_empty() && short.contains(self.name)
    }
}

/// Long options by which common tools only show what they would do.
const HARMLESS: &[&str] = &[
    "help",
    "dry-run",
    "dryrun",
    "what-if",
    "whatif",
    "generate-cli-skeleton",
    "simulate",
    "just-print",
    "version",
];
