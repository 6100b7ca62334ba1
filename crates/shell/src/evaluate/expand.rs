//! Word expansion: parts to values, field splitting, tilde.

use std::rc::Rc;

use super::Machine;
use super::brace::{self, Atom};
use super::parameter::Expansion;
use super::pattern::{Mark, Pattern};
use crate::analysis::Sink;
use crate::budget::Budget;
use crate::edit::shared;
use crate::syntax::{
    List, Node, Operator, Parameter, Part, Redirect, RedirectOperator, RedirectTarget, Word,
};
use crate::value::{Unknown, Value};

/// Words of one command.
const MOST_FIELDS: usize = 40_000;

/// The fields a word becomes while it is expanded.
#[derive(Default)]
struct Fields {
    done: Vec<Value>,
    current: Value,
    /// The field exists although nothing is in it yet: there was a quote.
    open: bool,
}

impl Fields {
    fn close(&mut self) {
        if self.open || !self.current.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
        }
        self.open = false;
    }

    fn push_quoted(&mut self, value: &Value) {
        self.open = true;
        self.current.append(value);
    }

    /// An unquoted expansion: split at the separators, its pattern characters active.
    fn push_split(&mut self, value: &Value, separators: &str, budget: &mut Budget) {
        let is_separator = |c: char| separators.contains(c);
        let text = value.text();
        if !text.contains(is_separator) {
            self.push_unquoted(value);
            return;
        }
        let mut start = 0;
        let mut previous_ends_field = false;
        for (at, separator) in text.match_indices(is_separator) {
            let is_blank = matches!(separator, " " | "\t" | "\n");
            if start < at || value.has_hole_at(at) {
                // Each piece is a value of its own, with all that is known of where the whole came from.
                if !budget.spend(1 + value.holes().len() / 16) {
                    return;
                }
                self.push_unquoted(&value.slice(start..at));
            } else if !is_blank && previous_ends_field {
                self.open = true;
            }
            if !is_blank && start == 0 && at == 0 {
                self.open = true;
            }
            previous_ends_field = !is_blank;
            self.close();
            start = at + separator.len();
        }
        let last = value.slice(start..text.len());
        if !last.is_empty() {
            self.push_unquoted(&last);
        }
    }

    fn push_unquoted(&mut self, value: &Value) {
        let active = text_with_globs(value);
        self.current.append(&active);
    }
}

fn is_name_character(character: char) -> bool {
    character == '_' || character.is_ascii_alphanumeric()
}

/// Brace expansion comes first and is textual: `{$a,}5` reads the variable `a5`.
fn extends_name(parameter: &Parameter, next: Option<&Atom<'_>>) -> bool {
    !parameter.braced
        && parameter.name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && matches!(next, Some(Atom::Text(text)) if text.starts_with(is_name_character))
}

fn extended(parameter: &Parameter, text: &str) -> Part {
    let more: String = text.chars().take_while(|c| is_name_character(*c)).collect();
    let name = parameter.name.clone() + &more;
    Part::Parameter(Box::new(Parameter {
        name,
        index: None,
        indirect: false,
        braced: false,
        operator: Operator::None,
    }))
}

/// The file of a list that is nothing but `< file`.
fn only_read(list: &List) -> Option<&Word> {
    let [item] = list.as_slice() else { return None };
    let [stage] = item.first.stages.as_slice() else { return None };
    let Node::Simple(simple) = &stage.node else { return None };
    match stage.redirections.as_slice() {
        [Redirect { operator: RedirectOperator::Read, target: RedirectTarget::Word(path), .. }]
            if simple.words.is_empty() =>
        {
            Some(path)
        }
        _ => None,
    }
}

fn text_with_globs(value: &Value) -> Value {
    if !value.text().contains(['*', '?', '[']) {
        return value.clone();
    }
    let mut active = Value::default();
    active.push_active(value.text());
    Value { holes: value.holes.clone(), origins: value.origins.clone(), ..active }
}

impl Machine<'_> {
    /// Every field the words become.
    pub(super) fn words(&mut self, words: &[Word]) -> Vec<Value> {
        let mut values = Vec::with_capacity(words.len());
        for word in words {
            if !self.budget.spend(1) {
                break;
            }
            self.fields(word, &mut values);
            if values.len() > MOST_FIELDS {
                self.budget.exhaust();
            }
        }
        if !self.marks.is_empty() {
            for value in &mut values {
                *value = self.with_marks(value);
            }
        }
        values
    }

    fn fields(&mut self, word: &Word, values: &mut Vec<Value>) {
        if let [Part::Literal(text)] = word.parts.as_slice()
            && !text.contains(['{', '~'])
        {
            let mut value = Value::default();
            value.push_active(text);
            values.push(value);
            return;
        }
        let Some(alternatives) = brace::expand(&word.parts, &mut self.budget) else {
            let mut fields = Fields::default();
            for (at, part) in word.parts.iter().enumerate() {
                self.part(part, at == 0, &mut fields);
            }
            fields.close();
            values.append(&mut fields.done);
            return;
        };
        for atoms in alternatives {
            if !self.budget.spend(atoms.len()) {
                break;
            }
            let mut fields = Fields::default();
            let mut taken = 0;
            for (at, atom) in atoms.iter().enumerate() {
                match atom {
                    Atom::Text(text) => {
                        let text = text.get(std::mem::take(&mut taken)..).unwrap_or("");
                        self.literal(text, at == 0, &mut fields.current);
                    }
                    Atom::Part(Part::Parameter(parameter)) if extends_name(parameter, atoms.get(at + 1)) => {
                        let Some(Atom::Text(text)) = atoms.get(at + 1) else { continue };
                        let part = extended(parameter, text);
                        taken = text.len() - text.trim_start_matches(is_name_character).len();
                        self.part(&part, at == 0, &mut fields);
                    }
                    Atom::Part(part) => self.part(part, at == 0, &mut fields),
                    Atom::Many => fields.current.push_hole(Unknown::Item),
                }
            }
            fields.close();
            // A part that is no text (a quoted one) comes again in every alternative.
            let size: usize = fields.done.iter().map(|value| value.text().len()).sum();
            values.append(&mut fields.done);
            if !self.budget.spend(size / 16) {
                break;
            }
        }
    }

    /// A word as one value, neither split nor matched: an assignment, a redirection's target, the word of `case`.
    pub(super) fn single(&mut self, word: &Word) -> Value {
        let mut value = Value::default();
        for (at, part) in word.parts.iter().enumerate() {
            match part {
                Part::Literal(text) => self.literal(text, at == 0, &mut value),
                other => {
                    let expanded = self.quoted_part(other);
                    value.append(&expanded);
                }
            }
        }
        self.with_marks(&value)
    }

    /// Parts as in double quotes.
    pub(super) fn quoted(&mut self, parts: &[Part]) -> Value {
        let mut value = Value::default();
        for part in parts {
            let expanded = self.quoted_part(part);
            value.append(&expanded);
        }
        self.with_marks(&value).quoted()
    }

    /// Parts as the operand of an expansion outside of quotes, where a tilde counts and patterns stay active.
    pub(super) fn operand(&mut self, parts: &[Part]) -> Value {
        let mut value = Value::default();
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Literal(text) => self.literal(text, at == 0, &mut value),
                other => {
                    let expanded = self.quoted_part(other);
                    value.append(&expanded);
                }
            }
        }
        self.with_marks(&value)
    }

    pub(super) fn pattern(&mut self, parts: &[Part]) -> Pattern {
        let mut marks = Vec::new();
        for part in parts {
            let (value, active) = match part {
                Part::Literal(text) => (Value::literal(text.as_str()), true),
                Part::Quoted(text) => (Value::literal(text.as_str()), false),
                Part::Double(inside) => (self.quoted(inside), false),
                other => (self.quoted_part(other), true),
            };
            marks.extend(value.text().chars().map(|character| Mark { character, active }));
        }
        self.budget.spend(marks.len() / 8);
        Pattern::new(&marks)
    }

    fn part(&mut self, part: &Part, first: bool, fields: &mut Fields) {
        match part {
            Part::Literal(text) => self.literal(text, first, &mut fields.current),
            Part::Quoted(text) => {
                fields.open = true;
                fields.current.push_text(text);
            }
            Part::Double(inside) => self.double(inside, fields),
            Part::Parameter(parameter) => {
                let separators = self.separators();
                match self.parameter(parameter, false) {
                    Expansion::One(value) => fields.push_split(&value, &separators, &mut self.budget),
                    Expansion::Many(values) | Expansion::Joined(values) => {
                        for (at, value) in values.iter().enumerate() {
                            if at > 0 {
                                fields.close();
                            }
                            fields.push_split(value, &separators, &mut self.budget);
                        }
                    }
                }
            }
            Part::Command(_) | Part::Arithmetic(_) => {
                let value = self.quoted_part(part);
                let separators = self.separators();
                fields.push_split(&value, &separators, &mut self.budget);
            }
            Part::Process { .. } => {
                let value = self.quoted_part(part);
                fields.push_quoted(&value);
            }
        }
    }

    /// Double quotes: one field, except that `"$@"` and `"${a[@]}"` give one for each element.
    fn double(&mut self, inside: &[Part], fields: &mut Fields) {
        let mut only_empty_list = inside.len() == 1;
        for part in inside {
            match part {
                Part::Parameter(parameter) => match self.parameter(parameter, true) {
                    Expansion::Many(values) => {
                        only_empty_list &= values.is_empty();
                        for (at, value) in values.iter().enumerate() {
                            if at > 0 {
                                fields.close();
                            }
                            fields.push_quoted(&value.clone().quoted());
                        }
                    }
                    other => {
                        only_empty_list = false;
                        let value = self.joined(other);
                        fields.push_quoted(&value.quoted());
                    }
                },
                other => {
                    only_empty_list = false;
                    let value = self.quoted_part(other);
                    fields.push_quoted(&value.quoted());
                }
            }
        }
        fields.open |= !only_empty_list;
    }

    /// The value of one part where nothing is split.
    fn quoted_part(&mut self, part: &Part) -> Value {
        match part {
            Part::Literal(text) | Part::Quoted(text) => Value::literal(text.as_str()),
            Part::Double(inside) => self.quoted(inside),
            Part::Parameter(parameter) => {
                let expansion = self.parameter(parameter, true);
                self.joined(expansion)
            }
            Part::Command(list) => self.substitution(list),
            Part::Process { list, output } => self.process(list, *output),
            Part::Arithmetic(inside) => {
                let text = self.quoted(inside);
                match self.arithmetic(&text) {
                    Some(value) => Value::literal(value.to_string()),
                    None => Value::unknown(Unknown::Computed),
                }
            }
        }
    }

    /// `$(...)`: what the list prints, without final newlines.
    fn substitution(&mut self, list: &Rc<List>) -> Value {
        if !self.budget.enter() {
            return Value::unknown(Unknown::Limit);
        }
        let mut output = self.captured(Sink::Substitution, |machine| {
            machine.subshell(|machine| {
                machine.status = machine.list(list);
            });
        });
        // `$(< file)` is the content of the file.
        if let Some(path) = only_read(list) {
            let path = self.single(path);
            output = self.read_file(&path);
        }
        self.budget.leave();
        output.without_final_newlines().quoted()
    }

    /// `<(...)`: a path at which the output can be read. `>(...)`: one whose reader is run afterwards.
    fn process(&mut self, list: &Rc<List>, output: bool) -> Value {
        let path = format!("/dev/fd/{}", self.next_descriptor + 50);
        self.next_descriptor += 1;
        if output {
            self.readers.insert(path.clone(), Rc::clone(list));
            return Value::literal(path);
        }
        if !self.budget.enter() {
            return Value::unknown(Unknown::Limit);
        }
        let data = self.captured(Sink::Substitution, |machine| {
            machine.subshell(|machine| {
                machine.list(list);
            });
        });
        self.budget.leave();
        let value = Value::literal(path.clone()).with_origins_of(&data);
        self.files.insert(path, data);
        value
    }

    /// Unquoted text, with the tilde at the start of a word or behind `=` and `:` expanded.
    fn literal(&mut self, text: &str, first: bool, value: &mut Value) {
        let after_sign = !first && value.text().ends_with(['=', ':']);
        let Some(behind) = text.strip_prefix('~').filter(|_| first || after_sign) else {
            match text.split_once("=~") {
                Some((before, behind)) if behind.is_empty() || behind.starts_with('/') => {
                    value.push_active(before);
                    value.push_text("=");
                    self.home(value);
                    value.push_active(behind);
                }
                _ => value.push_active(text),
            }
            return;
        };
        let name_length = behind.find('/').unwrap_or(behind.len());
        let (name, rest) = behind.split_at_checked(name_length).unwrap_or((behind, ""));
        match name {
            "" => self.home(value),
            "+" => match self.shell.folder.clone() {
                Some(folder) => value.push_text(&folder),
                None => value.push_hole(Unknown::Variable(shared("PWD"))),
            },
            "root" => value.push_text("/root"),
            user if user.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) => {
                let homes = self.world.home.rsplit_once('/').map_or("/home", |(homes, _)| homes).to_owned();
                value.push_text(&homes);
                value.push_text("/");
                value.push_text(user);
            }
            _ => {
                value.push_active(text);
                return;
            }
        }
        value.push_active(rest);
    }

    /// The home folder: what `HOME` was set to here, or the world's.
    fn home(&mut self, value: &mut Value) {
        let home = self.variable("HOME");
        value.append(&home);
    }

    /// The separators of field splitting.
    pub(super) fn separators(&self) -> String {
        match self.content("IFS").and_then(super::state::Content::scalar) {
            Some(value) => value.text().to_owned(),
            None => " \t\n".to_owned(),
        }
    }

    /// Several values where one is wanted: joined with the first separator, as `"$*"` is.
    pub(super) fn joined(&mut self, expansion: Expansion) -> Value {
        let (values, separator) = match expansion {
            Expansion::One(value) => return value,
            Expansion::Many(values) => (values, " ".to_owned()),
            Expansion::Joined(values) => {
                let separators = self.separators();
                (values, separators.chars().next().map(String::from).unwrap_or_default())
            }
        };
        let mut joined = Value::default();
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                joined.push_text(&separator);
            }
            joined.append(value);
        }
        joined
    }
}
