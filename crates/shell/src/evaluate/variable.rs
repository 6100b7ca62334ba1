//! Variables: what they give, what assigning does, and how arithmetic sees them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Machine;
use super::arithmetic::{self, Names};
use super::state::{Content, Letters, Variable};
use crate::analysis::{Assignment, Reach};
use crate::edit::shared;
use crate::syntax::{Assign, AssignValue};
use crate::value::{Origin, Unknown, Value};

/// What a variable may be as well, kept for evaluating a command again.
const MOST_ALTERNATIVES: usize = 3;
/// Variables whose value other programs run.
const COMMANDS: &[&str] = &[
    "PROMPT_COMMAND",
    "PS0",
    "GIT_SSH_COMMAND",
    "GIT_PAGER",
    "GIT_EDITOR",
    "GIT_SEQUENCE_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PROXY_COMMAND",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "PAGER",
    "MANPAGER",
    "EDITOR",
    "VISUAL",
    "BROWSER",
    "RSYNC_RSH",
    "LESSOPEN",
    "FZF_DEFAULT_COMMAND",
];
/// A value may grow to this many bytes.
const MOST_TEXT: usize = 64 * 1024;

impl Machine<'_> {
    /// The value of a variable, a hole where the environment decides.
    pub(super) fn variable(&mut self, name: &str) -> Value {
        let name = self.referenced(name);
        match self.variable_if_set(&name) {
            Some(value) => value,
            None if self.shell.variables.contains_key(&name) => Value::default(),
            None => Value::unknown(Unknown::Variable(name)),
        }
    }

    /// The value of a variable that this line, the shell or the world sets.
    pub(super) fn variable_if_set(&mut self, name: &str) -> Option<Value> {
        if let Some(variable) = self.shell.variables.get(name) {
            if let Content::Associative(pairs) = &variable.content {
                self.budget.spend(pairs.len() / 32);
            }
            let value = variable.content.scalar();
            let alternatives = variable.alternatives.len();
            if alternatives == 0 {
                return value;
            }
            let alternatives = variable.alternatives.clone();
            let taken = self.alternative(alternatives.len() + 1);
            return match taken.checked_sub(1) {
                Some(at) => alternatives.get(at).cloned(),
                None => value,
            };
        }
        self.inherited(name)
    }

    /// What the shell or the world gives a variable nothing here has set.
    fn inherited(&self, name: &str) -> Option<Value> {
        let given = self.world.variables.iter().find(|(given, _)| given == name);
        if let Some((_, value)) = given {
            return Some(Value::literal(value.as_str()));
        }
        match name {
            "HOME" if !self.world.home.is_empty() => Some(Value::literal(self.world.home.as_str())),
            "PWD" => match &self.shell.folder {
                Some(folder) => Some(Value::literal(folder.as_ref())),
                None => Some(from_root(name)),
            },
            "HOME" | "PATH" | "OLDPWD" | "TERMINFO" => Some(from_root(name)),
            "IFS" => Some(Value::literal(" \t\n")),
            "SHELL" | "BASH" => Some(Value::literal("/bin/bash")),
            "OSTYPE" => Some(Value::literal("linux-gnu")),
            "OPTIND" => Some(Value::literal("1")),
            "PS4" => Some(Value::literal("+ ")),
            "RANDOM" | "SRANDOM" | "SECONDS" | "LINENO" | "BASHPID" | "PPID" | "UID" | "EUID"
            | "EPOCHSECONDS" | "SHLVL" => Some(Value::unknown(Unknown::Computed)),
            _ => None,
        }
    }

    /// Element `key` of an array, or of an associative one.
    pub(super) fn element(&mut self, name: &str, key: &Value) -> Option<Value> {
        if let Some(Content::Associative(pairs)) =
            self.shell.variables.get(name).map(|variable| &variable.content)
        {
            self.budget.spend(pairs.len() / 32);
            return pairs.iter().find(|(found, _)| found == key.text()).map(|(_, value)| value.clone());
        }
        let Some(index) = self.arithmetic(key) else {
            return self.content(name).map(|_| Value::unknown(Unknown::Computed));
        };
        match self.content(name)? {
            Content::Indexed(elements) => {
                let last = elements.keys().next_back().copied().unwrap_or(-1);
                let index = if index < 0 { index.saturating_add(last + 1) } else { index };
                elements.get(&index).cloned()
            }
            Content::Scalar(value) if index == 0 || index == -1 => Some(value.clone()),
            _ => None,
        }
    }

    /// Carries out `name=value` and gives what it assigned.
    pub(super) fn assignment(&mut self, assign: &Assign) -> Assignment {
        let name = self.referenced(&assign.name);
        match &assign.value {
            AssignValue::Array(elements) => {
                let mut words = Vec::new();
                for (index, word) in elements {
                    match index {
                        Some(index) => {
                            let key = self.quoted(index);
                            words.push((Some(key), self.single(word)));
                        }
                        None => words.extend(
                            self.words(std::slice::from_ref(word)).into_iter().map(|word| (None, word)),
                        ),
                    }
                }
                let all = words.iter().fold(Value::default(), |mut all, (_, word)| {
                    all.append(word);
                    all
                });
                self.assign_array(&name, words, assign.append);
                Assignment { name, value: all }
            }
            AssignValue::Scalar(word) => {
                let value = self.single(word).quoted();
                let key = assign.index.as_ref().map(|index| self.quoted(index));
                let value = if assign.append { self.appended(&name, key.as_ref(), &value) } else { value };
                match key {
                    Some(key) => self.assign_element(&name, &key, value.clone()),
                    None => self.assign(&name, value.clone()),
                }
                Assignment { name, value }
            }
        }
    }

    /// `+=`: text is joined, an integer variable is added to.
    fn appended(&mut self, name: &str, key: Option<&Value>, value: &Value) -> Value {
        let before = match key {
            Some(key) => self.element(name, key).unwrap_or_default(),
            None => self.variable_if_set(name).unwrap_or_default(),
        };
        if self.shell.variables.get(name).is_some_and(|variable| variable.integer) {
            let sum = Value::literal(format!("({})+({})", before.text(), value.text()));
            return self.number(&sum);
        }
        let mut joined = before;
        joined.append(value);
        joined
    }

    fn number(&mut self, text: &Value) -> Value {
        self.arithmetic(text)
            .map_or_else(|| Value::unknown(Unknown::Computed), |n| Value::literal(n.to_string()))
    }

    /// `name=value` for a plain variable, as its attributes have it.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        let name = self.referenced(name);
        if !self.budget.spend(value.text().len() / 32 + 1) {
            return;
        }
        let value = self.attributed(&name, value);
        if COMMANDS.contains(&name.as_ref()) && value.text().contains(' ') {
            self.branch(Reach::Sometimes, |machine| {
                machine.subshell(|machine| machine.via(&name, None, |machine| machine.run_value(&value)))
            });
        }
        match self.content(&name) {
            Some(Content::Indexed(_)) => return self.assign_element(&name, &Value::literal("0"), value),
            Some(Content::Scalar(old)) if *old == value => return,
            _ => {}
        }
        let (region, conditional) = (self.region, self.frame.reach != Reach::Always);
        let inherited = if conditional && !self.shell.variables.contains_key(&name) {
            Some(self.inherited(&name).unwrap_or_else(|| Value::unknown(Unknown::Variable(shared(&name)))))
        } else {
            None
        };
        let variable = self.variable_mut(&name);
        if conditional && variable.region != region {
            let before = std::mem::take(&mut variable.content).scalar().or(inherited);
            if let Some(before) = before {
                variable.alternatives.insert(0, before);
                variable.alternatives.truncate(MOST_ALTERNATIVES);
            }
        } else if !conditional {
            variable.alternatives.clear();
        }
        variable.region = region;
        variable.content = Content::Scalar(value);
    }

    /// The value after `declare -i`, `-l` and `-u`, and within what a value may hold.
    fn attributed(&mut self, name: &str, value: Value) -> Value {
        if value.text().len() > MOST_TEXT {
            self.budget.reach(crate::analysis::Limit::Steps);
            return Value::unknown(Unknown::Limit).with_origins_of(&value);
        }
        let Some(variable) = self.shell.variables.get(name) else { return value };
        match (variable.integer, variable.case) {
            (true, _) => self.number(&value),
            (false, Letters::Lower) => value.map(str::to_lowercase),
            (false, Letters::Upper) => value.map(str::to_uppercase),
            (false, Letters::Kept) => value,
        }
    }

    pub(super) fn assign_element(&mut self, name: &str, key: &Value, value: Value) {
        if !self.budget.spend(value.text().len() / 32 + 2) {
            return;
        }
        let name = self.referenced(name);
        let value = self.attributed(&name, value);
        let pairs = match self.content(&name) {
            Some(Content::Associative(pairs)) => Some(pairs.len()),
            _ => None,
        };
        let is_associative = pairs.is_some();
        self.budget.spend(pairs.unwrap_or(0) / 32);
        let index = if is_associative { None } else { self.arithmetic(key) };
        let key = key.text().to_owned();
        let content = &mut self.variable_mut(&name).content;
        match (content, index) {
            (Content::Associative(pairs), _) => match pairs.iter_mut().find(|(found, _)| *found == key) {
                Some((_, old)) => *old = value,
                None => pairs.push((key, value)),
            },
            (Content::Indexed(elements), Some(index)) => {
                elements.insert(index, value);
            }
            (content, Some(index)) => {
                let mut elements = BTreeMap::new();
                if let Some(first) = content.scalar() {
                    elements.insert(0, first);
                }
                elements.insert(index, value);
                *content = Content::Indexed(elements);
            }
            (_, None) => {}
        }
    }

    pub(super) fn assign_array(&mut self, name: &str, words: Vec<(Option<Value>, Value)>, append: bool) {
        if !self.budget.spend(words.len() + 1) {
            return;
        }
        if !append {
            let variable = self.variable_mut(name);
            variable.alternatives.clear();
            variable.content = match variable.content {
                Content::Associative(_) => Content::Associative(Vec::new()),
                _ => Content::Indexed(BTreeMap::new()),
            };
        }
        if let Some(Content::Scalar(first)) = self.content(name) {
            let first = first.clone();
            self.variable_mut(name).content = Content::Indexed(BTreeMap::from([(0, first)]));
        }
        for (key, value) in words {
            let key = if let Some(key) = key {
                key
            } else {
                let last = match self.content(name) {
                    Some(Content::Indexed(elements)) => elements.keys().next_back().copied().unwrap_or(-1),
                    _ => -1,
                };
                Value::literal(last.saturating_add(1).to_string())
            };
            self.assign_element(name, &key, value);
        }
    }

    pub(super) fn unset(&mut self, name: &str) {
        let name = self.referenced(name);
        // The name stays known as one this line has unset, which is not the same as one it never saw.
        *self.variable_mut(&name) = Variable::default();
    }

    /// The value of an arithmetic expression, after its expansions.
    pub(super) fn arithmetic(&mut self, text: &Value) -> Option<i64> {
        let known = text.known()?;
        if let Ok(value) = known.parse::<i64>()
            && (!known.starts_with('0') || known == "0")
        {
            return Some(value);
        }
        if !self.budget.spend(known.len() + 1) || !self.budget.enter() {
            return None;
        }
        let known = known.to_owned();
        let value = arithmetic::evaluate(&known, self);
        self.budget.leave();
        value
    }

    /// The exported variables, which every command sees.
    pub(super) fn exported(&mut self) -> Vec<Assignment> {
        let mut exported: Vec<Assignment> = Vec::new();
        self.budget.spend(self.shell.variables.len() / 4);
        for (name, variable) in self.shell.variables.iter().filter(|(_, variable)| variable.exported) {
            for value in variable.content.scalar().into_iter().chain(variable.alternatives.iter().cloned()) {
                exported.push(Assignment { name: Rc::clone(name), value });
            }
        }
        exported.sort_by(|left, right| left.name.cmp(&right.name));
        self.budget.spend(exported.len());
        exported
    }

    /// A variable of the environment carries its name wherever its value goes.
    pub(super) fn environment_value(name: &str) -> Value {
        Value::unknown(Unknown::Variable(shared(name))).with_origin(Origin::Variable(shared(name)))
    }
}

impl Names for Machine<'_> {
    fn read(&mut self, name: &str, index: Option<&str>) -> Option<String> {
        let name = self.referenced(name);
        let value = match index {
            Some(index) => self.element(&name, &Value::literal(index)),
            None => self.variable_if_set(&name),
        };
        let Some(value) = value else { return Some(String::new()) };
        self.budget.spend(value.text().len() / 16);
        value.known().map(str::to_owned)
    }

    fn write(&mut self, name: &str, index: Option<&str>, value: Option<i64>) {
        let value = value
            .map_or_else(|| Value::unknown(Unknown::Computed), |value| Value::literal(value.to_string()));
        match index {
            Some(index) => self.assign_element(name, &Value::literal(index), value),
            None => self.assign(name, value),
        }
    }
}

/// A path of which only the first character is known.
fn from_root(name: &str) -> Value {
    let mut value = Value::literal("/");
    value.append(&Machine::environment_value(name));
    value
}
