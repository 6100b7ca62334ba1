//! Evaluation: the parsed text is walked once with the values that are known, and nothing is run.

mod arithmetic;
mod brace;
mod builtin;
mod command;
mod condition;
mod emit;
mod expand;
mod filter;
mod interpreter;
mod parameter;
mod pattern;
mod redirect;
mod run;
mod state;
mod variable;
mod wrapper;

pub(crate) use filter::{decode_base64, decode_base64_bytes, decode_hexadecimal, printf};
pub(crate) use pattern::named_class;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::analysis::{Analysis, Assignment, Limit, Reach, Span, World, Wrapper};
use crate::budget::{Budget, MAX_TEXT};
use crate::edit::shared;
use crate::parse::{self, Place};
use crate::syntax::List;
use crate::value::{Origin, Unknown, Value};
use state::{Content, Shell, Variable};

/// An exit status, where it is known.
type Status = Option<i32>;

/// What walks the tree.
struct Machine<'w> {
    world: &'w World,
    budget: Budget,
    analysis: Analysis,
    shell: Shell,
    frame: Frame,
    /// What files that this command line wrote now hold, by absolute path; process substitutions are files too.
    files: BTreeMap<String, Value>,
    /// Readers behind `>(...)`, by path, with the data in `files`.
    readers: BTreeMap<String, Rc<List>>,
    /// What is being captured; the handle of descriptor 1 names its buffer.
    buffers: Vec<Value>,
    /// Which alternative variables give while a command is evaluated again, and how many there were.
    choice: usize,
    choices: usize,
    /// The branch that is being evaluated, and the last number given to one.
    region: u32,
    last_region: u32,
    /// Functions being called, innermost last.
    calls: Vec<Rc<str>>,
    called: HashSet<Rc<str>>,
    status: Status,
    /// Set by `break` and `continue` until the loop takes it.
    jump: Option<Jump>,
    /// A `break` stood in a branch that may not be taken.
    may_have_left: bool,
    /// Counts changes of state, so that a loop that no longer changes anything is left.
    changes: u64,
    next_descriptor: u32,
    /// What the marks in computed text stand for, see [`Machine::marked`].
    marks: Vec<(Unknown, Vec<Origin>)>,
}

/// Holes in computed text are characters of a private plane while the text is parsed.
const FIRST_MARK: u32 = 0xf_0000;
const MOST_MARKS: usize = 4_000;

/// What the commands at this point have in common.
#[derive(Clone, Debug, Default)]
struct Frame {
    via: Vec<Wrapper>,
    reach: Reach,
    repeated: bool,
    background: bool,
    /// In a pipeline or the background: a call of itself from here multiplies.
    concurrent: bool,
    /// The span of everything evaluated from computed text.
    within: Option<Span>,
    /// `NAME=value` before a command, seen by what it runs.
    environment: Vec<Assignment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    Break(u32),
    Continue(u32),
}

/// What `text` would run, and the steps that are left of `budget`; see [`crate::analyze`].
pub(crate) fn analyze(text: &str, world: &World, budget: Budget) -> (Analysis, u32) {
    let mut machine = Machine::new(world, budget);
    let mut end = text.len().min(MAX_TEXT);
    if end < text.len() {
        machine.budget.reach(Limit::Bytes);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
    }
    let text = text.get(..end).unwrap_or("");
    let mut problems = Vec::new();
    let list = parse::parse(text, Place::From(0), &mut machine.budget, &mut problems);
    machine.budget.refill();
    machine.list(&list);
    machine.behind_problems(text, &problems);
    machine.analysis.unparsed = problems;
    machine.finish()
}

impl<'w> Machine<'w> {
    fn new(world: &'w World, budget: Budget) -> Self {
        let folder =
            Some(&world.cwd).filter(|cwd| !cwd.is_empty()).map(|cwd| shared(&redirect::resolved("", cwd)));
        let shell = Shell {
            variables: Rc::default(),
            functions: Rc::default(),
            aliases: Rc::default(),
            positional: Rc::default(),
            name: Value::literal("bash"),
            descriptors: BTreeMap::new(),
            folder,
            last_argument: Value::default(),
            ignore_case: false,
        };
        Machine {
            world,
            budget,
            analysis: Analysis::default(),
            shell,
            frame: Frame::default(),
            files: BTreeMap::new(),
            readers: BTreeMap::new(),
            buffers: Vec::new(),
            choice: 0,
            choices: 1,
            region: 0,
            last_region: 0,
            calls: Vec::new(),
            called: HashSet::new(),
            status: Some(0),
            jump: None,
            may_have_left: false,
            changes: 0,
            next_descriptor: 10,
            marks: Vec::new(),
        }
    }

    /// Behind a quote that never ends Bash would run nothing; what stands there is read as commands all the same,
    /// so that a stray quote never makes the judgement milder.
    fn behind_problems(&mut self, text: &str, problems: &[crate::analysis::Problem]) {
        let unterminated = problems.iter().filter(|problem| problem.what.ends_with("quote")).take(4);
        let starts: Vec<usize> = unterminated.map(|problem| problem.span.start + 1).collect();
        for start in starts {
            let Some(rest) = text.get(start..) else { continue };
            let mut ignored = Vec::new();
            let list = parse::parse(rest, Place::From(start), &mut self.budget, &mut ignored);
            self.branch(Reach::Sometimes, |machine| {
                machine.subshell(|machine| machine.list(&list));
            });
        }
    }

    /// Functions nothing called may still be (`command_not_found_handle`, a trap), and readers get what was written.
    fn finish(mut self) -> (Analysis, u32) {
        self.drain_readers();
        self.drain_coprocesses();
        let mut names: Vec<Rc<str>> = self.shell.functions.keys().cloned().collect();
        names.sort();
        for name in names {
            if self.called.contains(&name) {
                continue;
            }
            self.branch(Reach::Sometimes, |machine| {
                machine.subshell(|machine| machine.call(&name, &[]));
            });
        }
        self.analysis.limit = self.budget.limit();
        (self.analysis, self.budget.steps_left())
    }

    /// Evaluates in a copy of the shell, whose changes are forgotten.
    fn subshell<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.budget.spend(2 + self.shell.descriptors.len());
        let saved = self.shell.clone();
        let result = work(self);
        self.shell = saved;
        result
    }

    /// Evaluates in a branch that may not be taken; in one that is never taken nothing it does remains.
    fn branch<T>(&mut self, reach: Reach, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.frame.reach, self.region);
        self.frame.reach = outer.0.max(reach);
        if reach != Reach::Always {
            self.last_region += 1;
            self.region = self.last_region;
        }
        let result = if reach == Reach::Never {
            let size: usize = self.files.values().map(|content| content.text().len() / 64 + 1).sum();
            self.budget.spend(size);
            let files = self.files.clone();
            let result = self.subshell(work);
            self.files = files;
            result
        } else {
            work(self)
        };
        (self.frame.reach, self.region) = outer;
        result
    }

    /// Parses computed text and evaluates it in this shell.
    fn run_text(&mut self, text: &str) -> Status {
        if !self.budget.spend(text.len() + 1) || !self.budget.enter() {
            return None;
        }
        let place = Place::Within(self.frame.within.unwrap_or_default());
        let mut problems = Vec::new();
        let list = parse::parse(text, place, &mut self.budget, &mut problems);
        let status = self.list(&list);
        if problems.iter().any(|problem| problem.what.starts_with("an unterminated")) {
            self.analysis.unparsed.extend(problems.into_iter().take(4));
        }
        self.budget.leave();
        status
    }

    /// Evaluates with the name of what leads there.
    fn via<T>(&mut self, name: &str, command: Option<usize>, work: impl FnOnce(&mut Self) -> T) -> T {
        self.frame.via.push(Wrapper { name: shared(name), command });
        let result = work(self);
        self.frame.via.pop();
        result
    }

    /// The text of a value with a mark for each hole, so that it can be parsed without losing them.
    fn marked(&mut self, value: &Value) -> String {
        let mut text = String::with_capacity(value.text().len() + value.holes().len() * 4);
        let mut copied = 0;
        for hole in value.holes() {
            text.push_str(value.text().get(copied..hole.at).unwrap_or(""));
            copied = hole.at;
            if self.marks.len() < MOST_MARKS {
                let number = u32::try_from(self.marks.len()).unwrap_or(0);
                text.extend(char::from_u32(FIRST_MARK + number));
                self.marks.push((hole.why.clone(), value.origins().to_vec()));
            }
        }
        text.push_str(value.text().get(copied..).unwrap_or(""));
        text
    }

    /// The value with its marks turned back into holes.
    fn with_marks(&self, value: &Value) -> Value {
        let mark_of = |c: char| {
            let number = u32::from(c).checked_sub(FIRST_MARK)?;
            self.marks.get(usize::try_from(number).ok()?)
        };
        if self.marks.is_empty() || !value.text().contains(|c| mark_of(c).is_some()) {
            return value.clone();
        }
        let mut made = Value::default();
        let mut copied = 0;
        for (at, character) in value.text().char_indices() {
            let Some((why, origins)) = mark_of(character) else { continue };
            made.append(&value.slice(copied..at));
            made.push_hole(why.clone());
            made.add_origins(origins);
            copied = at + character.len_utf8();
        }
        made.append(&value.slice(copied..value.text().len()));
        made
    }

    /// A variable to change; this is where a shared state is copied.
    fn variable_mut(&mut self, name: &str) -> &mut Variable {
        if Rc::strong_count(&self.shell.variables) > 1 {
            // They are copied, arrays with all that is in them.
            let size = self.shell.variables.values().map(|variable| variable.content.weight() + 1).sum();
            self.budget.spend(size);
        }
        self.changes += 1;
        let variables: &mut HashMap<Rc<str>, Variable> = Rc::make_mut(&mut self.shell.variables);
        variables.entry(shared(name)).or_default()
    }

    fn content(&self, name: &str) -> Option<&Content> {
        self.shell.variables.get(name).map(|variable| &variable.content)
    }
}
