//! `tr`, `cut`, `head`, `tail`, `sort`, `grep`, `seq` and other small text programs.

use super::super::pattern::named_class;
use super::Made;
use crate::budget::Effort;
use crate::edit::shared;
use crate::escape::{self, Octal};
use crate::regex::Regex;
use crate::value::{Origin, Value};

/// The text with the characters of each line in reverse order.
pub(super) fn reversed(input: &Value) -> Value {
    let output = input.map(|text| {
        let lines: Vec<String> = text.split('\n').map(|line| line.chars().rev().collect()).collect();
        lines.join("\n")
    });
    output.with_origin(Origin::Decoded(shared("rev")))
}

pub(super) fn reversed_lines(input: &Value) -> Value {
    input.map(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.reverse();
        lines.iter().fold(String::new(), |all, line| all + line + "\n")
    })
}

pub(super) fn tr(input: &Value, arguments: &[Value]) -> Made {
    let (options, sets): (Vec<&Value>, Vec<&Value>) =
        arguments.iter().partition(|argument| argument.text().len() > 1 && argument.text().starts_with('-'));
    let has = |letter: char, long: &str| {
        options.iter().any(|option| {
            let text = option.text();
            text == long || !text.starts_with("--") && text.contains(letter)
        })
    };
    let Some(first) = sets.first() else { return Made::Unfollowed };
    let complement = has('c', "--complement") || has('C', "--complement");
    let delete = has('d', "--delete");
    let squeeze = has('s', "--squeeze-repeats");
    let from = set(first.text());
    let mut to = sets.get(1).map(|second| set(second.text())).unwrap_or_default();
    if let Some(&last) = to.last()
        && to.len() < from.len()
    {
        to.resize(from.len(), last);
    }
    let substitutes = !delete && sets.len() > 1;
    let changed = |character: char| -> Option<char> {
        let at = from.iter().position(|found| *found == character);
        match (at, complement) {
            (None, false) | (Some(_), true) => Some(character),
            (_, _) if delete => None,
            (Some(at), false) if substitutes => Some(to.get(at).copied().unwrap_or(character)),
            (None, true) if substitutes => Some(to.last().copied().unwrap_or(character)),
            _ => Some(character),
        }
    };
    let squeezed = if sets.len() > 1 { &to } else { &from };
    let output = input.map(|text| {
        let mut output = String::with_capacity(text.len());
        for character in text.chars().filter_map(changed) {
            if squeeze && output.ends_with(character) && squeezed.contains(&character) {
                continue;
            }
            output.push(character);
        }
        output
    });
    let moves_letters = substitutes
        && from.iter().zip(&to).any(|(from, to)| {
            from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric() && !from.eq_ignore_ascii_case(to)
        });
    Made::Output(if moves_letters { output.with_origin(Origin::Decoded(shared("tr"))) } else { output })
}

/// The characters of a set of `tr`: escapes, ranges, classes.
fn set(text: &str) -> Vec<char> {
    let text = escape::expand(text, Octal::Plain).0;
    let chars: Vec<char> = text.chars().collect();
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(&next) = chars.get(at) {
        if next == '[' && chars.get(at + 1) == Some(&':') {
            let name: String = chars.iter().skip(at + 2).take_while(|c| **c != ':').collect();
            let mut ranges = named_class(&name);
            ranges.sort_unstable();
            for (from, to) in ranges {
                members.extend(from..=to);
            }
            at += name.chars().count() + 4;
            continue;
        }
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(&last)) if last >= next && u32::from(last) - u32::from(next) < 512 => {
                members.extend(next..=last);
                at += 3;
            }
            _ => {
                members.push(next);
                at += 1;
            }
        }
        if members.len() > 4096 {
            break;
        }
    }
    members
}

/// The value of an option, glued (`-d,`), separate or after `=`.
pub(super) fn option<'v>(arguments: &'v [Value], short: &str, long: &str) -> Option<&'v str> {
    for (at, argument) in arguments.iter().enumerate() {
        let text = argument.text();
        if text == short || text == long {
            return arguments.get(at + 1).map(Value::text);
        }
        if let Some(value) = text.strip_prefix(long).and_then(|value| value.strip_prefix('=')) {
            return Some(value);
        }
        if let Some(value) = text.strip_prefix(short).filter(|_| !text.starts_with("--")) {
            return Some(value);
        }
    }
    None
}

pub(super) fn cut(input: &Value, arguments: &[Value]) -> Made {
    let characters = option(arguments, "-c", "--characters").or_else(|| option(arguments, "-b", "--bytes"));
    let fields = option(arguments, "-f", "--fields");
    let delimiter = option(arguments, "-d", "--delimiter").unwrap_or("\t").to_owned();
    let Some(list) = characters.or(fields) else { return Made::Unfollowed };
    let Some(ranges) = ranges(list) else { return Made::Unfollowed };
    let wanted = |at: usize| ranges.iter().any(|&(from, to)| from <= at && at <= to);
    let by_character = characters.is_some();
    Made::Output(input.map(|text| {
        let mut output = String::new();
        for line in text.lines() {
            if by_character {
                output.extend(line.chars().enumerate().filter(|(at, _)| wanted(at + 1)).map(|(_, c)| c));
            } else if line.contains(&delimiter) {
                let kept: Vec<&str> = line
                    .split(delimiter.as_str())
                    .enumerate()
                    .filter(|(at, _)| wanted(at + 1))
                    .map(|(_, f)| f)
                    .collect();
                output.push_str(&kept.join(&delimiter));
            } else {
                output.push_str(line);
            }
            output.push('\n');
        }
        output
    }))
}

/// `1,3-5,7-` as inclusive ranges.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    let range = |item: &str| match item.split_once('-') {
        None => item.parse().ok().map(|at| (at, at)),
        Some(("", to)) => to.parse().ok().map(|to| (1, to)),
        Some((from, "")) => from.parse().ok().map(|from| (from, usize::MAX)),
        Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
    };
    list.split(',').map(range).collect()
}

pub(super) fn head(input: &Value, arguments: &[Value], tail: bool) -> Made {
    let bytes = option(arguments, "-c", "--bytes");
    let lines = option(arguments, "-n", "--lines");
    let plain = arguments.iter().find_map(|argument| {
        let digits = argument.text().strip_prefix('-')?;
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
    });
    let count = bytes.or(lines).or(plain).unwrap_or("10");
    let (sign, digits) = match count.strip_prefix(['+', '-']) {
        Some(digits) => (count.chars().next(), digits),
        None => (None, count),
    };
    let Ok(count) = digits.parse::<usize>() else { return Made::Unfollowed };
    let text = input.text();
    let total = if bytes.is_some() { text.len() } else { text.lines().count() };
    let (from, to) = match (tail, sign) {
        (false, Some('-')) => (0, total.saturating_sub(count)),
        (false, _) => (0, count),
        (true, Some('+')) => (count.saturating_sub(1), total),
        (true, _) => (total.saturating_sub(count), total),
    };
    if bytes.is_some() {
        let (from, to) = (from.min(text.len()), to.min(text.len()));
        let whole = text.is_char_boundary(from) && text.is_char_boundary(to);
        return if whole { Made::Output(input.slice(from..to.max(from))) } else { Made::Unfollowed };
    }
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let place = |line: usize| match line.checked_sub(1) {
        None => 0,
        Some(before) => ends.get(before).copied().unwrap_or(text.len()),
    };
    Made::Output(input.slice(place(from)..place(to).max(place(from))))
}

pub(super) fn sort(input: &Value, arguments: &[Value], name: &str) -> Made {
    let has = |letter: char| arguments.iter().any(|a| a.text().starts_with('-') && a.text().contains(letter));
    if arguments.iter().any(|argument| argument.text().starts_with("-k")) || has('t') {
        return Made::Output(input.clone());
    }
    Made::Output(input.map(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        if name == "sort" {
            if has('n') {
                lines.sort_by_key(|line| leading_number(line));
            } else {
                lines.sort_unstable();
            }
            if has('r') {
                lines.reverse();
            }
        }
        if name == "uniq" || has('u') {
            lines.dedup();
        }
        lines.iter().fold(String::new(), |all, line| all + line + "\n")
    }))
}

fn leading_number(line: &str) -> i64 {
    let digits: String = line.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    digits.parse().unwrap_or(0)
}

pub(super) fn seq(arguments: &[Value]) -> Made {
    let numbers: Option<Vec<i64>> = arguments.iter().map(|argument| argument.known()?.parse().ok()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Some([last]) => (1, 1, *last),
        Some([first, last]) => (*first, 1, *last),
        Some([first, step, last]) if *step != 0 => (*first, *step, *last),
        _ => return Made::Unfollowed,
    };
    let mut output = String::new();
    let mut number = first;
    for _ in 0..2_000 {
        if step > 0 && number > last || step < 0 && number < last {
            return Made::Output(Value::literal(output));
        }
        output.push_str(&number.to_string());
        output.push('\n');
        number = number.saturating_add(step);
    }
    Made::Unfollowed
}

pub(super) fn path_part(name: &str, arguments: &[Value]) -> Made {
    let Some(path) = arguments.iter().find(|argument| !argument.text().starts_with('-')) else {
        return Made::Unfollowed;
    };
    let suffix = arguments.get(1).map_or("", |suffix| suffix.text());
    let mut output = path.map(|text| {
        let text = text.trim_end_matches('/');
        match (name, text.rsplit_once('/')) {
            ("basename", Some((_, last))) => last.strip_suffix(suffix).unwrap_or(last).to_owned(),
            ("basename", None) => text.to_owned(),
            (_, Some(("", _))) => "/".to_owned(),
            (_, Some((folder, _))) => folder.to_owned(),
            (_, None) => ".".to_owned(),
        }
    });
    output.push_text("\n");
    Made::Output(output)
}

pub(super) fn grep(name: &str, input: &Value, pattern: &Value, arguments: &[Value], effort: &Effort) -> Made {
    let has = |letter: char| arguments.iter().any(|a| a.text().starts_with('-') && a.text().contains(letter));
    let (Some(pattern), Some(text)) = (pattern.known(), input.known()) else { return Made::Unfollowed };
    let escaped: String;
    let pattern = if name == "fgrep" || has('F') {
        escaped = pattern
            .chars()
            .flat_map(|c| if c.is_alphanumeric() { vec![c] } else { vec!['[', c, ']'] })
            .collect();
        escaped.as_str()
    } else {
        pattern
    };
    let Some(regex) = Regex::compile(pattern, name == "egrep" || has('E'), has('i')) else {
        return Made::Unfollowed;
    };
    let mut output = String::new();
    for line in text.lines() {
        let Some(captures) = regex.find(line, 0, effort) else { return Made::Unfollowed };
        let found = captures.first().copied().flatten();
        if found.is_some() == has('v') {
            continue;
        }
        if has('o') {
            push_matches(&mut output, line, &regex, effort);
            continue;
        }
        output.push_str(line);
        output.push('\n');
    }
    Made::Output(Value::literal(output).with_origins_of(input))
}

/// Every match of the pattern in the line, each on a line of its own.
fn push_matches(output: &mut String, line: &str, regex: &Regex, effort: &Effort) {
    let mut at = 0;
    while let Some((start, end)) =
        regex.find(line, at, effort).and_then(|found| found.first().copied().flatten())
    {
        if end > start {
            output.push_str(line.get(start..end).unwrap_or(""));
            output.push('\n');
        }
        let next = line.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        at = if end > start { end } else { end + next };
        if at >= line.len() || output.len() > 64 * 1024 {
            return;
        }
    }
}

/// `fold -w N`: lines of at most so many characters.
pub(super) fn fold(input: &Value, arguments: &[Value]) -> Made {
    let width = option(arguments, "-w", "--width").and_then(|width| width.parse().ok()).unwrap_or(80_usize);
    if width == 0 {
        return Made::Unfollowed;
    }
    Made::Output(input.map(|text| {
        let mut output = String::with_capacity(text.len() * 2);
        let mut column = 0;
        for character in text.chars() {
            if character != '\n' && column == width {
                output.push('\n');
                column = 0;
            }
            column = if character == '\n' { 0 } else { column + 1 };
            output.push(character);
        }
        output
    }))
}

/// `paste -s`: all lines in one, between them the delimiters in turn.
pub(super) fn paste(input: &Value, arguments: &[Value]) -> Made {
    let letters = |argument: &Value| {
        argument.text().strip_prefix('-').is_some_and(|text| !text.starts_with('-') && text.contains('s'))
    };
    let serial = arguments.iter().any(|argument| argument.text() == "--serial" || letters(argument));
    if !serial {
        return Made::Unfollowed;
    }
    let glued = arguments.iter().position(|argument| {
        let text = argument.text();
        text == "--delimiters" || text.starts_with('-') && !text.starts_with("--") && text.contains('d')
    });
    let delimiters = glued.and_then(|at| {
        let behind = arguments.get(at)?.text().split_once('d').map_or("", |(_, behind)| behind);
        if behind.is_empty() || behind.starts_with("elimiters") {
            return arguments.get(at + 1).map(|value| value.text().to_owned());
        }
        Some(behind.to_owned())
    });
    let delimiters: Vec<char> =
        escape::expand(delimiters.as_deref().unwrap_or("\t"), Octal::Plain).0.chars().collect();
    Made::Output(input.map(|text| {
        let mut output = String::with_capacity(text.len());
        for (at, line) in text.lines().enumerate() {
            if let Some(before) = at.checked_sub(1) {
                output.extend(delimiters.get(before % delimiters.len().max(1)).filter(|c| **c != '\0'));
            }
            output.push_str(line);
        }
        output.push('\n');
        output
    }))
}
