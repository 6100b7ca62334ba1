//! Lists, pipelines and compound commands.

use std::rc::Rc;

use super::emit::Around;
use super::state::Handle;
use super::{Jump, Machine, Status};
use crate::analysis::{Reach, Recursion, Sink, Source};
use crate::edit::shared;
use crate::syntax::{Connector, Item, List, Node, Pipeline, Stage, Word};
use crate::value::{Origin, Unknown, Value};

/// Rounds of a loop that are followed one by one; then its variables are taken as unknown.
const MOST_ROUNDS: usize = 600;
/// One loop takes at most this share of the steps that are left before its variables are taken as unknown.
const LOOP_SHARE: u32 = 2;
/// A sink that is replaced by the index of the reader once it is known.
const PENDING: usize = usize::MAX;
/// Calls of a function within itself that are followed.
const MOST_CALLS: usize = 24;

/// The paths that stand for what coprocesses read.
pub(super) const COPROCESS: &str = "/dev/coprocess/";

impl Machine<'_> {
    pub(super) fn list(&mut self, list: &List) -> Status {
        for item in list {
            if !self.budget.spend(1) || self.jump.is_some() {
                break;
            }
            self.item(item);
        }
        self.status
    }

    fn item(&mut self, item: &Item) {
        if !item.background {
            return self.chain(item);
        }
        let outer = (self.frame.background, self.frame.concurrent);
        (self.frame.background, self.frame.concurrent) = (true, true);
        self.subshell(|machine| machine.chain(item));
        (self.frame.background, self.frame.concurrent) = outer;
        self.status = Some(0);
    }

    /// `a && b || c`: what is known of the status decides what runs.
    fn chain(&mut self, item: &Item) {
        self.pipeline(&item.first);
        for (connector, pipeline) in &item.rest {
            let status = self.status;
            let wanted = match connector {
                Connector::And => status.map(|status| status == 0),
                Connector::Or => status.map(|status| status != 0),
            };
            match wanted {
                Some(true) => self.pipeline(pipeline),
                Some(false) => {
                    self.branch(Reach::Never, |machine| machine.pipeline(pipeline));
                    self.jump = None;
                    self.status = status;
                }
                None => {
                    let jump = self.jump;
                    self.branch(Reach::Sometimes, |machine| machine.pipeline(pipeline));
                    // A jump that may not happen is not taken: what follows is evaluated.
                    self.may_have_left |= self.jump != jump;
                    self.jump = jump;
                    self.status = None;
                }
            }
            if self.jump.is_some() {
                return;
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.stages.as_slice() {
            [] => {}
            [stage] => {
                self.status = self.stage(stage);
            }
            stages => self.connected(stages),
        }
        if pipeline.negated {
            self.status = self.status.map(|status| i32::from(status == 0));
        }
    }

    fn connected(&mut self, stages: &[Stage]) {
        let concurrent = std::mem::replace(&mut self.frame.concurrent, true);
        let mut carried: Option<(Value, Source)> = None;
        let mut previous = self.analysis.commands.len();
        for (at, stage) in stages.iter().enumerate() {
            let begin = self.analysis.commands.len();
            let is_last = at + 1 == stages.len();
            let input = carried.take();
            let output = self.subshell(|machine| {
                if let Some((data, source)) = input {
                    machine.shell.descriptors.insert(0, Handle::data(data, source));
                }
                if is_last {
                    machine.status = machine.stage(stage);
                    return Value::default();
                }
                machine.captured(Sink::Pipe(PENDING), |machine| {
                    machine.status = machine.stage(stage);
                })
            });
            self.resolve_pipe(previous, begin);
            let last = self.last_writer(begin);
            carried = Some((output, last.map_or(Source::Process, Source::Pipe)));
            previous = begin;
        }
        self.resolve_pipe(previous, self.analysis.commands.len());
        self.frame.concurrent = concurrent;
    }

    /// Commands from `previous` to `reader` that print into the pipe get the reader's index.
    fn resolve_pipe(&mut self, previous: usize, reader: usize) {
        let exists = reader < self.analysis.commands.len();
        for command in self.analysis.commands.iter_mut().take(reader).skip(previous) {
            if command.stdout == Some(Sink::Pipe(PENDING)) {
                command.stdout = Some(if exists { Sink::Pipe(reader) } else { Sink::Substitution });
            }
        }
    }

    fn last_writer(&self, begin: usize) -> Option<usize> {
        let mut commands = self.analysis.commands.iter().enumerate().skip(begin);
        let mut last = None;
        for (at, command) in &mut commands {
            if command.stdout == Some(Sink::Pipe(PENDING)) && !command.wraps {
                last = Some(at);
            }
        }
        last
    }

    /// One command with its redirections.
    pub(super) fn stage(&mut self, stage: &Stage) -> Status {
        if !self.budget.spend(1) || !self.budget.enter() {
            return None;
        }
        let status = self.stage_inside(stage);
        self.budget.leave();
        status
    }

    fn stage_inside(&mut self, stage: &Stage) -> Status {
        if let Node::Simple(simple) = &stage.node {
            return self.simple(simple, stage);
        }
        let (redirections, saved) = self.open(&stage.redirections);
        if !redirections.is_empty() {
            self.emit(&[], &Around { redirections, span: stage.span, ..Around::default() });
        }
        let status = self.node(&stage.node);
        self.restore(saved);
        status
    }

    fn node(&mut self, node: &Node) -> Status {
        match node {
            Node::Simple(_) | Node::Empty => self.status,
            Node::Subshell(list) => self.subshell(|machine| machine.list(list)),
            Node::Group(list) => self.list(list),
            Node::If { branches, otherwise } => self.branches(branches, otherwise),
            Node::While { until, condition, body } => self.while_loop(*until, condition, body),
            Node::For { name, words, body, select } => self.for_loop(name, words.as_deref(), body, *select),
            Node::ForArithmetic { start, condition, step, body } => {
                let start = self.quoted(start);
                if !start.text().trim().is_empty() {
                    self.arithmetic(&start);
                }
                self.rounds(
                    body,
                    |machine| {
                        let condition = machine.quoted(condition);
                        if condition.text().trim().is_empty() {
                            return Some(0);
                        }
                        machine.arithmetic(&condition).map(|value| i32::from(value == 0))
                    },
                    |machine| {
                        let step = machine.quoted(step);
                        machine.arithmetic(&step);
                    },
                )
            }
            Node::Case { word, arms } => self.case(word, arms),
            Node::Function { name, body } => {
                Rc::make_mut(&mut self.shell.functions).insert(shared(name), Rc::clone(body));
                self.changes += 1;
                Some(0)
            }
            Node::Condition(condition) => self.condition(condition),
            Node::Arithmetic(parts) => {
                let text = self.quoted(parts);
                self.arithmetic(&text).map(|value| i32::from(value == 0))
            }
            Node::Coprocess { name, body } => self.coprocess(name, body),
        }
    }

    fn branches(&mut self, branches: &[(List, List)], otherwise: &List) -> Status {
        let mut reach = Reach::Always;
        for (condition, body) in branches {
            let status = self.branch(reach, |machine| machine.list(condition));
            let taken = match (reach, status) {
                (Reach::Never, _) | (_, Some(1..)) => Reach::Never,
                (reach, Some(_)) => reach,
                (_, None) => Reach::Sometimes,
            };
            self.maybe(taken, body);
            reach = match taken {
                Reach::Never => reach,
                Reach::Always => Reach::Never,
                Reach::Sometimes if status == Some(0) => Reach::Never,
                Reach::Sometimes => Reach::Sometimes,
            };
        }
        self.maybe(reach, otherwise);
        self.status
    }

    /// A list in a branch; a jump out of it counts only where the branch is certain.
    fn maybe(&mut self, reach: Reach, list: &List) {
        let jump = self.jump;
        self.branch(reach, |machine| machine.list(list));
        if reach != Reach::Always {
            self.may_have_left |= reach == Reach::Sometimes && self.jump != jump;
            self.jump = jump;
            self.status = None;
        }
    }

    fn while_loop(&mut self, until: bool, condition: &List, body: &List) -> Status {
        self.rounds(
            body,
            |machine| {
                let status = machine.list(condition);
                if until { status.map(|status| i32::from(status == 0)) } else { status }
            },
            |_| {},
        )
    }

    /// The rounds of a loop: one by one while its condition is known, then once more with what it changes unknown.
    #[expect(clippy::unnecessary_wraps, reason = "every compound command gives a status, known or not")]
    fn rounds(
        &mut self,
        body: &List,
        mut condition: impl FnMut(&mut Self) -> Status,
        mut step: impl FnMut(&mut Self),
    ) -> Status {
        let repeated = std::mem::replace(&mut self.frame.repeated, true);
        let left_before = std::mem::take(&mut self.may_have_left);
        let allowance = self.budget.steps_left() / LOOP_SHARE;
        let start = self.budget.steps_left();
        for round in 0.. {
            let changes = self.changes;
            let status = condition(self);
            if status.is_some_and(|status| status != 0) {
                if round == 0 {
                    self.maybe(Reach::Never, body);
                }
                break;
            }
            let is_certain = status.is_some() && self.frame.reach != Reach::Never;
            let is_spent = start - self.budget.steps_left() > allowance;
            if round >= MOST_ROUNDS || is_spent || self.may_have_left && round > 1 {
                self.widened(body);
                break;
            }
            if is_certain {
                self.list(body);
            } else {
                self.maybe(Reach::Sometimes, body);
            }
            if self.jumps_out() || !is_certain || !self.budget.spend(2) {
                break;
            }
            step(self);
            if changes == self.changes {
                break;
            }
        }
        self.may_have_left = left_before;
        self.frame.repeated = repeated;
        Some(0)
    }

    /// Takes what a loop changes as unknown and evaluates its body once more.
    fn widened(&mut self, body: &List) {
        let before = Rc::clone(&self.shell.variables);
        self.branch(Reach::Sometimes, |machine| {
            machine.list(body);
            let names: Vec<Rc<str>> = machine.shell.variables.keys().cloned().collect();
            for name in names {
                if before.get(&name).map(|variable| &variable.content) != machine.content(&name) {
                    machine.assign(&name, unfollowed());
                }
            }
            machine.subshell(|machine| machine.list(body));
        });
        if matches!(self.shell.descriptors.get(&1), Some(Handle::Capture { .. })) {
            self.write(&unfollowed(), self.analysis.commands.len().saturating_sub(1));
        }
        self.jump = None;
    }

    /// Whether a `break` or `continue` leaves the loop.
    fn jumps_out(&mut self) -> bool {
        match self.jump.take() {
            None | Some(Jump::Continue(0 | 1)) => false,
            Some(Jump::Break(0 | 1)) => true,
            Some(Jump::Break(levels)) => {
                self.jump = Some(Jump::Break(levels - 1));
                true
            }
            Some(Jump::Continue(levels)) => {
                self.jump = Some(Jump::Continue(levels - 1));
                true
            }
        }
    }

    fn for_loop(&mut self, name: &str, words: Option<&[Word]>, body: &List, select: bool) -> Status {
        let values = match words {
            Some(words) => self.words(words),
            None => self.shell.positional.as_ref().clone(),
        };
        let values = self.with_matching_files(values);
        if values.is_empty() && (words.is_some() || select) {
            self.maybe(Reach::Never, body);
            return Some(0);
        }
        let repeated = std::mem::replace(&mut self.frame.repeated, true);
        for value in values {
            if !self.budget.spend(2) {
                break;
            }
            self.assign(name, value);
            if select {
                self.maybe(Reach::Sometimes, body);
            } else {
                self.list(body);
            }
            if self.jumps_out() {
                break;
            }
        }
        self.frame.repeated = repeated;
        self.status
    }

    /// Patterns give the files this line wrote, where some match.
    fn with_matching_files(&mut self, values: Vec<Value>) -> Vec<Value> {
        if self.files.is_empty() || !values.iter().any(Value::has_glob) {
            return values;
        }
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            if value.has_glob() {
                all.extend(self.matching_files(value.text()).into_iter().map(Value::literal));
            }
            all.push(value);
        }
        all
    }

    fn case(&mut self, word: &Word, arms: &[crate::syntax::Arm]) -> Status {
        let value = self.single(word);
        let mut reach = Reach::Always;
        for arm in arms {
            let mut fits = Some(false);
            for pattern in &arm.patterns {
                let compiled = self.pattern(&pattern.parts);
                let effort = &self.budget.effort;
                let matched = value.known().map(|text| {
                    compiled.matches(text, effort)
                        || self.shell.ignore_case && compiled.matches(&text.to_lowercase(), effort)
                });
                fits = match (fits, matched) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (None, _) | (_, None) => None,
                    _ => Some(false),
                };
            }
            let taken = match fits {
                Some(false) => Reach::Never,
                Some(true) => reach,
                None => reach.max(Reach::Sometimes),
            };
            self.maybe(taken, &arm.body);
            match fits {
                Some(true) => reach = Reach::Never,
                None => reach = reach.max(Reach::Sometimes),
                Some(false) => {}
            }
        }
        self.status
    }

    #[expect(clippy::unnecessary_wraps, reason = "every compound command gives a status, known or not")]
    fn coprocess(&mut self, name: &str, body: &Rc<List>) -> Status {
        let outer = std::mem::replace(&mut self.frame.background, true);
        let output = self.captured(Sink::Substitution, |machine| {
            machine.subshell(|machine| machine.list(body));
        });
        self.frame.background = outer;
        let descriptor = self.next_descriptor;
        self.next_descriptor += 2;
        self.shell.descriptors.insert(descriptor, Handle::data(output, Source::Process));
        // What is written to its other end is its input.
        let path = format!("{COPROCESS}{}", descriptor + 1);
        self.readers.insert(path.clone(), Rc::clone(body));
        let end = Handle::File { path: Value::literal(path), append: true };
        self.shell.descriptors.insert(descriptor + 1, end);
        let ends = [descriptor, descriptor + 1].map(|end| (None, Value::literal(end.to_string())));
        self.assign_array(name, ends.to_vec(), false);
        Some(0)
    }

    /// Calls a function.
    pub(super) fn call(&mut self, name: &Rc<str>, arguments: &[Value]) -> Status {
        let body = self.shell.functions.get(name).cloned()?;
        self.called.insert(Rc::clone(name));
        let open = self.calls.iter().filter(|open| *open == name).count();
        if open > 0 {
            let recursion =
                Recursion { name: Rc::clone(name), span: body.span, multiplies: self.frame.concurrent };
            if !self.analysis.recursions.contains(&recursion) {
                self.analysis.recursions.push(recursion);
            }
            if self.frame.concurrent || self.frame.reach != Reach::Always {
                return None;
            }
        }
        if open >= MOST_CALLS || !self.budget.enter() {
            self.budget.reach(crate::analysis::Limit::Depth);
            return None;
        }
        self.calls.push(Rc::clone(name));
        let positional = std::mem::replace(&mut self.shell.positional, Rc::new(arguments.to_vec()));
        let concurrent = self.frame.concurrent;
        if open == 0 {
            self.frame.concurrent = false;
        }
        let status = self.via("function", None, |machine| machine.stage(&body));
        self.frame.concurrent = concurrent;
        self.shell.positional = positional;
        self.calls.pop();
        self.budget.leave();
        status
    }
}

/// What further rounds of a loop make: computed from what stands in the text, but not here.
fn unfollowed() -> Value {
    Value::unknown(Unknown::Computed).with_origin(Origin::Decoded(shared("a loop")))
}
