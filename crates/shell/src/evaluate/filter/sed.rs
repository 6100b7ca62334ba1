//! `sed`: substitution, transliteration, deleting and printing lines.

use crate::budget::Effort;
use crate::edit::shared;
use crate::regex::Regex;
use crate::value::{Origin, Value};

/// A `sed` call that is followed.
pub(super) struct Job {
    pub(super) commands: Vec<Command>,
    pub(super) files: Vec<Value>,
    pub(super) in_place: bool,
    quiet: bool,
}

pub(super) struct Command {
    address: Address,
    action: Action,
}

enum Address {
    Every,
    Line(usize),
    Last,
    Matching(Regex),
}

enum Action {
    Substitute { regex: Regex, replacement: String, every: bool, number: usize },
    Transliterate(Vec<char>, Vec<char>),
    Delete,
    Print,
    Quit,
}

impl Job {
    /// Reads the arguments; `None` where a script holds something else.
    pub(super) fn new(arguments: &[Value]) -> Option<Self> {
        let mut job = Job { commands: Vec::new(), files: Vec::new(), in_place: false, quiet: false };
        let mut scripts: Vec<&str> = Vec::new();
        let mut extended = false;
        let mut operands: Vec<&Value> = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.text() {
                "-e" | "--expression" => scripts.push(rest.next()?.known()?),
                "-f" | "--file" => return None,
                "-n" | "--quiet" | "--silent" => job.quiet = true,
                "-E" | "-r" | "--regexp-extended" => extended = true,
                "-ne" | "-nE" | "-nr" => {
                    job.quiet = true;
                    extended |= argument.text() != "-ne";
                    if argument.text() == "-ne" {
                        scripts.push(rest.next()?.known()?);
                    }
                }
                "-Ee" | "-re" => {
                    extended = true;
                    scripts.push(rest.next()?.known()?);
                }
                text if text.starts_with("-i") || text.starts_with("--in-place") => job.in_place = true,
                text if text.starts_with("-e") => scripts.push(text.get(2..)?),
                text if text.starts_with('-') && text.len() > 1 => {}
                _ => operands.push(argument),
            }
        }
        if scripts.is_empty() {
            let (script, files) = operands.split_first()?;
            scripts.push(script.known()?);
            job.files = files.iter().map(|file| (*file).clone()).collect();
        } else {
            job.files = operands.into_iter().cloned().collect();
        }
        for script in scripts {
            job.read(script, extended)?;
        }
        Some(job)
    }

    fn read(&mut self, script: &str, extended: bool) -> Option<()> {
        let mut rest = script.trim_start_matches([';', ' ', '\n', '\t']);
        while !rest.is_empty() {
            let (address, behind) = address(rest, extended)?;
            let (action, behind) = action(behind.trim_start(), extended)?;
            self.commands.push(Command { address, action });
            rest = behind.trim_start_matches([';', ' ', '\n', '\t', '}']);
        }
        Some(())
    }

    pub(super) fn run(&self, input: &Value, effort: &Effort) -> Value {
        let mut origins = input.clone();
        if self.commands.iter().any(|command| matches!(command.action, Action::Transliterate(..))) {
            origins.add_origin(Origin::Decoded(shared("sed")));
        }
        let count = input.text().lines().count();
        let output = input.map(|text| {
            let mut output = String::new();
            for (at, line) in text.lines().enumerate() {
                if self.line(line, (at + 1, count), effort, &mut output) {
                    break;
                }
            }
            if !text.ends_with('\n') && output.ends_with('\n') {
                output.pop();
            }
            output
        });
        output.with_origins_of(&origins)
    }

    /// Puts out what becomes of one line; true if `sed` ends with it.
    fn line(
        &self,
        line: &str,
        (number, count): (usize, usize),
        effort: &Effort,
        output: &mut String,
    ) -> bool {
        let mut quits = false;
        let mut current = line.to_owned();
        for command in &self.commands {
            let applies = match &command.address {
                Address::Every => true,
                Address::Line(wanted) => *wanted == number,
                Address::Last => number == count,
                Address::Matching(regex) => {
                    regex.find(&current, 0, effort).is_none_or(|captures| !captures.is_empty())
                }
            };
            if !applies {
                continue;
            }
            match &command.action {
                Action::Substitute { regex, replacement, every, number } => {
                    current = substituted(&current, regex, replacement, (*every, *number), effort);
                }
                Action::Transliterate(from, to) => {
                    let moved = |c: char| {
                        from.iter().position(|f| *f == c).and_then(|at| to.get(at)).copied().unwrap_or(c)
                    };
                    current = current.chars().map(moved).collect();
                }
                Action::Delete => return quits,
                Action::Print => {
                    output.push_str(&current);
                    output.push('\n');
                }
                Action::Quit => quits = true,
            }
        }
        if !self.quiet {
            output.push_str(&current);
            output.push('\n');
        }
        quits
    }
}

fn address(text: &str, extended: bool) -> Option<(Address, &str)> {
    if let Some(behind) = text.strip_prefix('$') {
        return Some((Address::Last, behind));
    }
    if let Some(behind) = text.strip_prefix('/') {
        let (pattern, behind) = delimited(behind, '/')?;
        return Some((Address::Matching(Regex::compile(&pattern, extended, false)?), behind));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return Some((Address::Every, text));
    }
    let (number, behind) = text.split_at_checked(digits)?;
    if behind.starts_with([',', '~']) {
        return None;
    }
    Some((Address::Line(number.parse().ok()?), behind))
}

fn action(text: &str, extended: bool) -> Option<(Action, &str)> {
    let kind = text.chars().next()?;
    let behind = text.get(kind.len_utf8()..)?;
    match kind {
        'd' => Some((Action::Delete, behind)),
        'p' => Some((Action::Print, behind)),
        'q' => Some((Action::Quit, behind)),
        's' | 'y' => {
            let delimiter = behind.chars().next()?;
            let (pattern, behind) = delimited(behind.get(delimiter.len_utf8()..)?, delimiter)?;
            let (replacement, behind) = delimited(behind, delimiter)?;
            if kind == 'y' {
                return Some((
                    Action::Transliterate(pattern.chars().collect(), replacement.chars().collect()),
                    behind,
                ));
            }
            let flags =
                behind.len() - behind.trim_start_matches(|c: char| "gpiIm0123456789".contains(c)).len();
            let (flags, behind) = behind.split_at_checked(flags)?;
            // The flags `e` and `w` run and write; the caller then takes the whole as not followed.
            if behind.starts_with(['e', 'w']) {
                return None;
            }
            let regex = Regex::compile(&pattern, extended, flags.contains(['i', 'I']))?;
            let number = flags.chars().find(char::is_ascii_digit).and_then(|c| c.to_digit(10)).unwrap_or(1);
            let action = Action::Substitute {
                regex,
                replacement,
                every: flags.contains('g'),
                number: usize::try_from(number).unwrap_or(1).max(1),
            };
            Some((action, behind))
        }
        _ => None,
    }
}

/// Text up to the delimiter, which may stand in it behind a backslash.
fn delimited(text: &str, delimiter: char) -> Option<(String, &str)> {
    let mut found = String::new();
    let mut chars = text.chars();
    let mut in_class = false;
    while let Some(next) = chars.next() {
        match next {
            '\\' => {
                let escaped = chars.next()?;
                if escaped != delimiter {
                    found.push('\\');
                }
                found.push(escaped);
            }
            next if next == delimiter && !in_class => return Some((found, chars.as_str())),
            other => {
                in_class = match other {
                    '[' => true,
                    ']' => false,
                    _ => in_class,
                };
                found.push(other);
            }
        }
    }
    None
}

fn substituted(
    line: &str,
    regex: &Regex,
    replacement: &str,
    (every, number): (bool, usize),
    effort: &Effort,
) -> String {
    let mut output = String::new();
    let mut at = 0;
    let mut copied = 0;
    let mut count = 0;
    while at <= line.len() {
        let Some(captures) = regex.find(line, at, effort) else { break };
        let Some((start, end)) = captures.first().copied().flatten() else { break };
        count += 1;
        if count >= number {
            output.push_str(line.get(copied..start).unwrap_or(""));
            push_replacement(&mut output, replacement, line, &captures);
            copied = end;
            if !every {
                break;
            }
        }
        at = if end > start {
            end
        } else {
            end + line.get(end..).and_then(|l| l.chars().next()).map_or(1, char::len_utf8)
        };
        if output.len() > 256 * 1024 {
            break;
        }
    }
    output.push_str(line.get(copied..).unwrap_or(""));
    output
}

fn push_replacement(output: &mut String, replacement: &str, line: &str, captures: &[Option<(usize, usize)>]) {
    let group = |number: usize| {
        captures.get(number).copied().flatten().and_then(|(start, end)| line.get(start..end)).unwrap_or("")
    };
    let mut chars = replacement.chars();
    while let Some(next) = chars.next() {
        match next {
            '&' => output.push_str(group(0)),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => {
                    output.push_str(group(
                        digit.to_digit(10).and_then(|d| usize::try_from(d).ok()).unwrap_or(0),
                    ));
                }
                Some('n') => output.push('\n'),
                Some('t') => output.push('\t'),
                Some(other) => output.push(other),
                None => {}
            },
            other => output.push(other),
        }
    }
}
