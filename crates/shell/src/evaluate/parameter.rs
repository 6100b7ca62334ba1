//! Parameter expansion: every operator of `${...}` on values.

use std::rc::Rc;

use super::Machine;
use super::pattern::Pattern;
use super::state::Content;
use crate::budget::Effort;
use crate::edit::shared;
use crate::syntax::{Index, Operator, Parameter, Part};
use crate::value::{Unknown, Value};

/// What a parameter gives.
#[derive(Clone, Debug)]
pub(super) enum Expansion {
    One(Value),
    /// `$@`, `${a[@]}`: a field each, also in quotes.
    Many(Vec<Value>),
    /// `$*`, `${a[*]}`: joined in quotes.
    Joined(Vec<Value>),
}

/// Whether a parameter has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Set,
    Unset,
    /// The environment decides.
    Maybe,
}

impl Expansion {
    fn map(self, mut change: impl FnMut(Value) -> Value) -> Expansion {
        match self {
            Expansion::One(value) => Expansion::One(change(value)),
            Expansion::Many(values) => Expansion::Many(values.into_iter().map(change).collect()),
            Expansion::Joined(values) => Expansion::Joined(values.into_iter().map(&mut change).collect()),
        }
    }

    fn values(&self) -> &[Value] {
        match self {
            Expansion::One(value) => std::slice::from_ref(value),
            Expansion::Many(values) | Expansion::Joined(values) => values,
        }
    }

    fn is_list(&self) -> bool {
        !matches!(self, Expansion::One(_))
    }
}

impl Machine<'_> {
    pub(super) fn parameter(&mut self, parameter: &Parameter, quoted: bool) -> Expansion {
        if !self.budget.spend(1) || !self.budget.enter() {
            return Expansion::One(Value::unknown(Unknown::Limit));
        }
        let expansion = self.parameter_inside(parameter, quoted);
        self.budget.leave();
        let size: usize = expansion.values().iter().map(|value| value.text().len()).sum();
        self.budget.spend(size / 32 + expansion.values().len() / 2);
        expansion
    }

    fn parameter_inside(&mut self, parameter: &Parameter, quoted: bool) -> Expansion {
        if matches!(parameter.operator, Operator::Names) {
            return Expansion::Many(self.names_with_prefix(&parameter.name));
        }
        if parameter.indirect && matches!(parameter.index, Some(Index::All | Index::Joined)) {
            let keys = self.content(&parameter.name).map(Content::keys).unwrap_or_default();
            return Expansion::Many(keys.into_iter().map(Value::literal).collect());
        }
        let (base, presence) = if parameter.indirect {
            self.indirect(&parameter.name, parameter.index.as_ref())
        } else {
            self.fetch(&parameter.name, parameter.index.as_ref())
        };
        if !matches!(parameter.operator, Operator::None) {
            let size: usize = base.values().iter().map(|value| value.text().len()).sum();
            self.budget.spend(size / 64 + base.values().len() / 2);
        }
        self.operate(parameter, base, presence, quoted)
    }

    fn operate(
        &mut self,
        parameter: &Parameter,
        base: Expansion,
        presence: Presence,
        quoted: bool,
    ) -> Expansion {
        match &parameter.operator {
            Operator::None | Operator::Names => base,
            Operator::Length => {
                let length = match &base {
                    Expansion::One(value) if value.known().is_some() => Some(value.text().chars().count()),
                    Expansion::One(_) => None,
                    list => Some(list.values().len()),
                };
                Expansion::One(match length {
                    Some(length) => Value::literal(length.to_string()),
                    None if presence == Presence::Maybe => Value::literal("0"),
                    None => Value::unknown(Unknown::Computed),
                })
            }
            Operator::Default { kind, or_empty, word } => {
                self.default(parameter, base, presence, (*kind, *or_empty, word, quoted))
            }
            Operator::Remove { suffix, longest, pattern } => {
                let pattern = self.pattern(pattern);
                base.map(|value| self.without(&value, &pattern, *suffix, *longest))
            }
            Operator::Replace { anchor, pattern, replacement } => {
                let pattern = self.pattern(pattern);
                let replacement = self.quoted(replacement);
                base.map(|value| self.replaced(&value, &pattern, &replacement, *anchor))
            }
            Operator::Substring { offset, length } => {
                self.substring(parameter, base, offset, length.as_deref())
            }
            Operator::Case { kind, all, pattern } => {
                let pattern = self.pattern(pattern);
                let effort = &self.budget.effort;
                base.map(|value| value.map(|text| change_case(text, *kind, *all, &pattern, effort)))
            }
            Operator::Transform(kind) => self.transform(parameter, base, *kind),
        }
    }

    /// The value of a parameter before its operator.
    fn fetch(&mut self, name: &str, index: Option<&Index>) -> (Expansion, Presence) {
        match name {
            "@" | "*" => {
                let values = self.shell.positional.as_ref().clone();
                let presence = if values.is_empty() { Presence::Unset } else { Presence::Set };
                let list = if name == "@" { Expansion::Many(values) } else { Expansion::Joined(values) };
                return (list, presence);
            }
            "#" => {
                return (
                    Expansion::One(Value::literal(self.shell.positional.len().to_string())),
                    Presence::Set,
                );
            }
            "?" => {
                let status = self.status.map(|status| Value::literal(status.to_string()));
                return (
                    Expansion::One(status.unwrap_or_else(|| Value::unknown(Unknown::Computed))),
                    Presence::Set,
                );
            }
            "-" => return (Expansion::One(Value::literal("hBc")), Presence::Set),
            "$" | "!" => return (Expansion::One(Value::unknown(Unknown::Computed)), Presence::Set),
            "0" => return (Expansion::One(self.shell.name.clone()), Presence::Set),
            "_" => return (Expansion::One(self.shell.last_argument.clone()), Presence::Set),
            _ => {}
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            let at = name.parse::<usize>().ok().and_then(|at| at.checked_sub(1));
            return match at.and_then(|at| self.shell.positional.get(at)) {
                Some(value) => (Expansion::One(value.clone()), Presence::Set),
                None => (Expansion::One(Value::default()), Presence::Unset),
            };
        }
        self.fetch_variable(name, index)
    }

    fn fetch_variable(&mut self, name: &str, index: Option<&Index>) -> (Expansion, Presence) {
        let name = self.referenced(name);
        match index {
            Some(Index::All | Index::Joined) => {
                let values = self.content(&name).map(Content::elements);
                let presence = if values.as_ref().is_some_and(|v| !v.is_empty()) {
                    Presence::Set
                } else {
                    Presence::Unset
                };
                let values = values.unwrap_or_default();
                let all = matches!(index, Some(Index::All));
                (if all { Expansion::Many(values) } else { Expansion::Joined(values) }, presence)
            }
            Some(Index::At(parts)) => {
                let key = self.quoted(parts);
                match self.element(&name, &key) {
                    Some(value) => (Expansion::One(value), Presence::Set),
                    None => (Expansion::One(Value::default()), Presence::Unset),
                }
            }
            None => match self.variable_if_set(&name) {
                Some(value) => (Expansion::One(value), Presence::Set),
                None if self.shell.variables.contains_key(name.as_ref()) => {
                    (Expansion::One(Value::default()), Presence::Unset)
                }
                None => (Expansion::One(Value::unknown(Unknown::Variable(name))), Presence::Maybe),
            },
        }
    }

    /// `${!name}`: the value names the parameter.
    fn indirect(&mut self, name: &str, index: Option<&Index>) -> (Expansion, Presence) {
        let (target, presence) = self.fetch(name, index);
        if target.is_list() {
            return (target, presence);
        }
        let target = self.joined(target);
        let Some(text) = target.known().map(str::to_owned) else {
            return (Expansion::One(Value::unknown(Unknown::Computed)), Presence::Maybe);
        };
        match text.split_once('[') {
            Some((name, "@]")) => self.fetch(name, Some(&Index::All)),
            Some((name, "*]")) => self.fetch(name, Some(&Index::Joined)),
            Some((name, key)) => {
                let key = key.trim_end_matches(']').to_owned();
                self.fetch(name, Some(&Index::At(vec![Part::Literal(key)])))
            }
            None if text.is_empty() => (Expansion::One(Value::default()), Presence::Unset),
            None => self.fetch(&text, None),
        }
    }

    fn names_with_prefix(&mut self, prefix: &str) -> Vec<Value> {
        self.budget.spend(self.shell.variables.len() / 16);
        let mut names: Vec<&Rc<str>> =
            self.shell.variables.keys().filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        names.into_iter().map(|name| Value::literal(name.as_ref())).collect()
    }

    /// `- = ? +`, with and without colon.
    fn default(
        &mut self,
        parameter: &Parameter,
        base: Expansion,
        presence: Presence,
        (kind, or_empty, word, quoted): (u8, bool, &[Part], bool),
    ) -> Expansion {
        let is_empty = base.values().iter().all(Value::is_empty);
        let may_be_empty = base.values().iter().all(|value| value.text().is_empty());
        let present = match presence {
            Presence::Set => !(or_empty && is_empty),
            Presence::Unset | Presence::Maybe => false,
        };
        let uncertain =
            presence == Presence::Maybe || presence == Presence::Set && or_empty && may_be_empty && !is_empty;
        if kind == b'+' {
            let taken = if uncertain { self.alternative(2) == 1 } else { present };
            return if taken { self.word_operand(word, quoted) } else { Expansion::One(Value::default()) };
        }
        if present && !(uncertain && self.alternative(2) == 1) {
            return base;
        }
        match kind {
            b'-' => self.word_operand(word, quoted),
            b'=' => {
                let value = self.operand(word);
                if parameter.index.is_none() {
                    self.assign(&parameter.name, value.clone());
                }
                Expansion::One(value)
            }
            _ => {
                // The message is expanded, and with it what it substitutes.
                self.operand(word);
                base
            }
        }
    }

    /// The word behind an operator; a lone `"$@"` in it keeps its fields.
    fn word_operand(&mut self, word: &[Part], quoted: bool) -> Expansion {
        match word {
            [Part::Parameter(inner)] => self.parameter(inner, quoted),
            [Part::Double(inside)] if let [Part::Parameter(inner)] = inside.as_slice() => {
                self.parameter(inner, true)
            }
            _ if quoted => Expansion::One(self.quoted(word)),
            _ => Expansion::One(self.operand(word)),
        }
    }

    fn without(&mut self, value: &Value, pattern: &Pattern, suffix: bool, longest: bool) -> Value {
        let text = value.text();
        let mut cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // Shortest first: from the start for a prefix, from the end for a suffix.
        if suffix != longest {
            cuts.reverse();
        }
        for cut in cuts {
            let (left, right) = text.split_at_checked(cut).unwrap_or((text, ""));
            let removed = if suffix { right } else { left };
            if !self.budget.spend(removed.len() / 16 + 1) {
                break;
            }
            if pattern.matches(removed, &self.budget.effort) {
                return if suffix { value.slice(0..cut) } else { value.slice(cut..text.len()) };
            }
        }
        value.clone()
    }

    fn replaced(&mut self, value: &Value, pattern: &Pattern, replacement: &Value, anchor: u8) -> Value {
        if pattern.is_empty() {
            return match anchor {
                b'#' => concatenate(replacement, value),
                b'%' => concatenate(value, replacement),
                _ => value.clone(),
            };
        }
        let text = value.text();
        let literal = pattern.literal();
        let mut result = Value::default();
        let mut copied = 0;
        let mut at = 0;
        while at <= text.len() {
            let Some(rest) = text.get(at..) else {
                at += 1;
                continue;
            };
            if anchor == b'#' && at > 0 || !self.budget.spend(1) {
                break;
            }
            let length = match &literal {
                Some(literal) => rest.starts_with(literal.as_str()).then_some(literal.len()),
                None => self.longest_match(pattern, rest),
            };
            let fits = length.filter(|&length| length > 0 && (anchor != b'%' || at + length == text.len()));
            let Some(length) = fits else {
                at += 1;
                continue;
            };
            result.append(&value.slice_before(copied, at));
            result.append(replacement);
            at += length;
            copied = at;
            if anchor != b'/' {
                break;
            }
        }
        result.append(&value.slice(copied..text.len()));
        result
    }

    fn longest_match(&mut self, pattern: &Pattern, text: &str) -> Option<usize> {
        if pattern.is_single() {
            let length = text.chars().next()?.len_utf8();
            return text
                .get(..length)
                .filter(|first| pattern.matches(first, &self.budget.effort))
                .map(|_| length);
        }
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for end in ends.into_iter().rev() {
            if !self.budget.spend(end / 16 + 1) {
                return None;
            }
            if text.get(..end).is_some_and(|text| pattern.matches(text, &self.budget.effort)) {
                return Some(end);
            }
        }
        None
    }

    fn substring(
        &mut self,
        parameter: &Parameter,
        base: Expansion,
        offset: &[Part],
        length: Option<&[Part]>,
    ) -> Expansion {
        let offset = self.quoted(offset);
        let length = length.map(|length| self.quoted(length));
        let Some(offset) = self.arithmetic(&offset) else {
            return Expansion::One(Value::unknown(Unknown::Computed));
        };
        let length = match length.map(|length| self.arithmetic(&length)) {
            Some(None) => return Expansion::One(Value::unknown(Unknown::Computed)),
            Some(Some(length)) => Some(length),
            None => None,
        };
        if base.is_list() {
            let mut values = base.values().to_vec();
            let mut offset = offset;
            if matches!(parameter.name.as_str(), "@" | "*") {
                // Positional parameters count from 1; offset 0 is the name of the shell.
                values.insert(0, self.shell.name.clone());
                if offset < 0 && values.len() == 1 {
                    offset = 1;
                }
            }
            let (start, end) = bounds(values.len(), offset, length);
            let values = values.get(start..end).unwrap_or_default().to_vec();
            return if matches!(base, Expansion::Many(_)) {
                Expansion::Many(values)
            } else {
                Expansion::Joined(values)
            };
        }
        base.map(|value| cut(&value, offset, length))
    }

    fn transform(&mut self, parameter: &Parameter, base: Expansion, kind: char) -> Expansion {
        match kind {
            'U' => base.map(|value| value.map(str::to_uppercase)),
            'L' => base.map(|value| value.map(str::to_lowercase)),
            'u' => {
                let (all, effort) = (Pattern::default(), &self.budget.effort);
                base.map(|value| value.map(|text| change_case(text, b'^', false, &all, effort)))
            }
            'E' => base.map(|value| value.map(crate::escape::ansi)),
            'Q' | 'K' | 'k' => base.map(|value| value.map(quote)),
            'A' => {
                let name = parameter.name.clone();
                base.map(|value| value.map(|text| format!("{name}={}", quote(text))))
            }
            'P' => base.map(|value| self.prompt(&value)),
            'a' => Expansion::One(Value::default()),
            _ => base,
        }
    }

    /// `${x@P}` expands the value as a prompt, command substitutions included.
    fn prompt(&mut self, value: &Value) -> Value {
        let text = value.text().to_owned();
        if !self.budget.spend(text.len()) {
            return Value::unknown(Unknown::Limit);
        }
        let place = crate::parse::Place::Within(self.frame.within.unwrap_or_default());
        let parts = crate::parse::parse_parts(&text, place, &mut self.budget, &mut Vec::new());
        self.quoted(&parts).with_origins_of(value)
    }

    /// Which of `count` possibilities holds in this evaluation of the command.
    pub(super) fn alternative(&mut self, count: usize) -> usize {
        self.choices = self.choices.max(count.min(super::command::MOST_CHOICES));
        self.choice.min(count.saturating_sub(1))
    }

    /// The name a reference (`declare -n`) stands for.
    pub(super) fn referenced(&self, name: &str) -> Rc<str> {
        let mut name = shared(name);
        for _ in 0..8 {
            match self.shell.variables.get(&name) {
                Some(variable) if variable.reference => match variable.content.scalar() {
                    Some(target) if !target.text().is_empty() => name = shared(target.text()),
                    _ => return name,
                },
                _ => return name,
            }
        }
        name
    }
}

impl Value {
    /// Like `slice`, without the holes at the end, which belong to what follows.
    fn slice_before(&self, start: usize, end: usize) -> Value {
        let mut slice = self.slice(start..end);
        let length = end - start;
        slice.holes.retain(|hole| hole.at < length || length == 0);
        slice
    }
}

fn concatenate(left: &Value, right: &Value) -> Value {
    let mut value = left.clone();
    value.append(right);
    value
}

/// The range of `${a:offset:length}` in a list of `count`.
fn bounds(count: usize, offset: i64, length: Option<i64>) -> (usize, usize) {
    let signed = i64::try_from(count).unwrap_or(i64::MAX);
    let start = if offset < 0 { signed.saturating_add(offset) } else { offset };
    if start < 0 || start > signed {
        return (0, 0);
    }
    let end = match length {
        None => signed,
        Some(length) if length < 0 => signed.saturating_add(length),
        Some(length) => start.saturating_add(length).min(signed),
    };
    (usize::try_from(start).unwrap_or(0), usize::try_from(end.max(start)).unwrap_or(0))
}

fn cut(value: &Value, offset: i64, length: Option<i64>) -> Value {
    let places: Vec<usize> =
        value.text().char_indices().map(|(at, _)| at).chain([value.text().len()]).collect();
    let (start, end) = bounds(places.len() - 1, offset, length);
    let (Some(&start), Some(&end)) = (places.get(start), places.get(end)) else { return Value::default() };
    let mut piece = value.slice(start..end);
    // What lies behind the piece does not count as part of it.
    if end < value.text().len() || length.is_some() && piece.text().len() == end - start && start < end {
        piece.holes.retain(|hole| hole.at < end - start);
    }
    piece
}

fn change_case(text: &str, kind: u8, all: bool, pattern: &Pattern, effort: &Effort) -> String {
    let mut changed = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        let fits = || pattern.matches(character.encode_utf8(&mut [0; 4]), effort);
        let applies = (all || at == 0) && (pattern.is_empty() || fits());
        match kind {
            b'^' if applies => changed.extend(character.to_uppercase()),
            b',' if applies => changed.extend(character.to_lowercase()),
            _ if applies && character.is_lowercase() => changed.extend(character.to_uppercase()),
            _ if applies => changed.extend(character.to_lowercase()),
            _ => changed.push(character),
        }
    }
    changed
}

/// The text in single quotes, as the shell would read it back.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
