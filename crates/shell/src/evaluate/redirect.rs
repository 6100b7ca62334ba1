//! Redirections: what descriptors are connected to, and what files written here hold.

use super::Machine;
use super::pattern::{Mark, Pattern};
use super::state::Handle;
use crate::analysis::{Destination, Mode, Reach, Redirection, Sink, Source, Span, Target};
use crate::edit::shared;
use crate::syntax::{Descriptor, Redirect, RedirectOperator, RedirectTarget};
use crate::value::{Origin, Unknown, Value};

/// A file, or what is printed, is followed up to this many bytes.
const MOST_CONTENT: usize = 256 * 1024;

/// What to put back when the command is done.
pub(super) type Saved = Vec<(u32, Option<Handle>)>;

/// What the redirections of one command have done so far.
#[derive(Default)]
struct Opening {
    opened: Vec<Redirection>,
    saved: Saved,
    /// Where the redirection being opened stands.
    span: Span,
}

impl Opening {
    fn add(&mut self, descriptor: u32, mode: Mode, target: Target) {
        self.opened.push(Redirection { descriptor, mode, target, span: self.span });
    }
}

impl Machine<'_> {
    /// Connects the descriptors as the redirections say.
    pub(super) fn open(&mut self, redirects: &[Redirect]) -> (Vec<Redirection>, Saved) {
        let mut opening = Opening::default();
        for redirect in redirects {
            if !self.budget.spend(6) {
                break;
            }
            opening.span = self.frame.within.unwrap_or(redirect.span);
            self.open_one(redirect, &mut opening);
        }
        (opening.opened, opening.saved)
    }

    pub(super) fn restore(&mut self, saved: Saved) {
        for (descriptor, handle) in saved.into_iter().rev() {
            match handle {
                Some(handle) => self.shell.descriptors.insert(descriptor, handle),
                None => self.shell.descriptors.remove(&descriptor),
            };
        }
    }

    fn open_one(&mut self, redirect: &Redirect, opening: &mut Opening) {
        use RedirectOperator as Op;
        let input = matches!(
            redirect.operator,
            Op::Read | Op::ReadWrite | Op::DuplicateInput | Op::HereDocument | Op::HereString
        );
        let descriptor = match &redirect.descriptor {
            Descriptor::Default => u32::from(!input),
            Descriptor::Number(number) => *number,
            Descriptor::Variable(name) => self.allocate(name, redirect.operator),
        };
        let value = match &redirect.target {
            RedirectTarget::Word(word) => self.single(word),
            RedirectTarget::Here(body) => body.get().map(|parts| self.quoted(parts)).unwrap_or_default(),
        };
        match redirect.operator {
            Op::HereDocument | Op::HereString => {
                let mut text = value.quoted();
                if redirect.operator == Op::HereString {
                    text.push_text("\n");
                }
                let handle = Handle::data(text.clone(), Source::Text(text.clone()));
                opening.add(descriptor, Mode::Read, Target::Text(text));
                self.connect(descriptor, Some(handle), opening);
            }
            Op::DuplicateInput | Op::DuplicateOutput => {
                let mode = if redirect.operator == Op::DuplicateInput { Mode::Read } else { Mode::Write };
                self.duplicate(descriptor, &value, mode, opening);
            }
            Op::Read => self.open_file(descriptor, Mode::Read, value, opening),
            Op::ReadWrite => self.open_file(descriptor, Mode::ReadWrite, value, opening),
            Op::Write => self.open_file(descriptor, Mode::Write, value, opening),
            Op::Append => self.open_file(descriptor, Mode::Append, value, opening),
            Op::WriteBoth | Op::AppendBoth => {
                let mode = if redirect.operator == Op::AppendBoth { Mode::Append } else { Mode::Write };
                self.open_file(1, mode, value.clone(), opening);
                self.open_file(2, Mode::Append, value, opening);
            }
        }
    }

    /// `{name}>file`: a new descriptor, whose number the variable gets. `{name}>&-` closes the one it holds.
    fn allocate(&mut self, name: &str, operator: RedirectOperator) -> u32 {
        if matches!(operator, RedirectOperator::DuplicateInput | RedirectOperator::DuplicateOutput)
            && let Some(held) = self.variable(name).known().and_then(|held| held.parse().ok())
        {
            return held;
        }
        let descriptor = self.next_descriptor;
        self.next_descriptor += 1;
        self.assign(name, Value::literal(descriptor.to_string()));
        descriptor
    }

    fn connect(&mut self, descriptor: u32, handle: Option<Handle>, opening: &mut Opening) {
        let before = match handle {
            Some(handle) => self.shell.descriptors.insert(descriptor, handle),
            None => self.shell.descriptors.remove(&descriptor),
        };
        opening.saved.push((descriptor, before));
    }

    fn duplicate(&mut self, descriptor: u32, value: &Value, mode: Mode, opening: &mut Opening) {
        let text = value.text().trim_end_matches('-');
        match text.parse::<u32>() {
            Ok(source) => {
                let handle = self.shell.descriptors.get(&source).cloned();
                opening.add(descriptor, mode, Target::Descriptor(Some(source)));
                self.connect(descriptor, handle, opening);
            }
            Err(_) if value.text() == "-" => {
                opening.add(descriptor, mode, Target::Descriptor(None));
                self.connect(descriptor, Some(Handle::Closed), opening);
            }
            Err(_) if mode == Mode::Write => {
                self.open_file(1, Mode::Write, value.clone(), opening);
                self.open_file(2, Mode::Append, value.clone(), opening);
            }
            Err(_) => {
                let data = Value::unknown(Unknown::Input).with_origins_of(value);
                self.connect(descriptor, Some(Handle::data(data, Source::Process)), opening);
            }
        }
    }

    fn open_file(&mut self, descriptor: u32, mode: Mode, path: Value, opening: &mut Opening) {
        let is_process = path.text().starts_with("/dev/fd/") && self.holds(path.text());
        let handle = if is_network(path.text()) {
            Handle::Network
        } else if mode == Mode::Read {
            let source = if is_process { Source::Process } else { Source::File(path.clone()) };
            Handle::data(self.read_file(&path), source)
        } else {
            if mode == Mode::Write {
                self.write_file(&path, &Value::default(), false);
            }
            Handle::File { path: path.clone(), append: mode == Mode::Append }
        };
        let target = if is_process { Target::Process } else { Target::File(path) };
        opening.add(descriptor, mode, target);
        self.connect(descriptor, Some(handle), opening);
    }

    fn holds(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.readers.contains_key(path)
    }

    /// What can be read at `path`: what this line wrote there, or a hole with the path as its origin.
    pub(super) fn read_file(&mut self, path: &Value) -> Value {
        let Some(text) = path.known() else {
            return Value::unknown(Unknown::File(shared(path.text()))).with_origins_of(path);
        };
        if is_network(text) {
            let next = self.analysis.commands.len();
            return Value::unknown(Unknown::Input).with_origin(Origin::Network(next));
        }
        let key = self.absolute(text);
        if let Some(descriptor) = descriptor_of(&key) {
            if let Some(Handle::Data(stream)) = self.shell.descriptors.get(&descriptor) {
                return stream.borrow().rest();
            }
            if matches!(self.shell.descriptors.get(&descriptor), Some(Handle::Network)) {
                let next = self.analysis.commands.len();
                return Value::unknown(Unknown::Input).with_origin(Origin::Network(next));
            }
        }
        if key == "/dev/null" {
            return Value::default();
        }
        // A file may be called what the pattern is, so the pattern comes first.
        if path.has_glob()
            && let Some(content) = self.read_matching(&key, path)
        {
            return content;
        }
        if let Some(content) = self.files.get(&key) {
            let content = content.clone();
            self.budget.spend(content.text().len() / 32);
            return content;
        }
        if key == "/dev/stdin" || descriptor_of(&key) == Some(0) {
            return Value::unknown(Unknown::Input);
        }
        if key.starts_with("/proc/") && key.ends_with("/environ") {
            return Value::unknown(Unknown::File(shared(text))).with_origin(Origin::Environment);
        }
        Value::unknown(Unknown::File(shared(text))).with_origin(Origin::File(shared(text)))
    }

    /// The files written here that match a pattern, one after the other.
    fn read_matching(&mut self, pattern: &str, written: &Value) -> Option<Value> {
        // What was quoted stands for itself; places are counted from the end, where both texts agree.
        let active: Vec<usize> = written.globs().iter().map(|at| written.text().len() - at).collect();
        let mark = |(at, character): (usize, char)| Mark {
            character,
            active: !matches!(character, '*' | '?' | '[' | '\\') || active.contains(&(pattern.len() - at)),
        };
        let marks: Vec<Mark> = pattern.char_indices().map(mark).collect();
        let compiled = Pattern::new(&marks);
        let depth = pattern.matches('/').count();
        let mut content: Option<Value> = None;
        let (mut count, mut sorts_by_locale) = (0, false);
        for (path, value) in &self.files {
            if !self.budget.spend(2) {
                break;
            }
            if path.matches('/').count() == depth && compiled.matches(path, &self.budget.effort) {
                count += 1;
                sorts_by_locale |= path.contains(char::is_control);
                content.get_or_insert_with(Value::default).append(value);
            }
        }
        // Where control characters sort hangs on the locale, so the order of the pieces is not known.
        if let Some(content) = content.as_mut().filter(|_| sorts_by_locale && count > 1) {
            content.push_hole(Unknown::Decoded);
            content.add_origin(Origin::Decoded(shared("a pattern")));
        }
        content
    }

    /// Files written here whose path matches the pattern, in order.
    pub(super) fn matching_files(&mut self, pattern: &str) -> Vec<String> {
        let key = self.absolute(pattern);
        let marks: Vec<Mark> = key.chars().map(|character| Mark { character, active: true }).collect();
        let compiled = Pattern::new(&marks);
        let depth = key.matches('/').count();
        self.budget.spend(self.files.len());
        let effort = &self.budget.effort;
        let paths = self
            .files
            .keys()
            .filter(|path| path.matches('/').count() == depth && compiled.matches(path, effort));
        paths.cloned().collect()
    }

    /// Writes to a file of this analysis; in a branch that may not be taken, both contents are possible.
    pub(super) fn write_file(&mut self, path: &Value, data: &Value, append: bool) {
        let Some(text) = path.known() else { return };
        let key = self.absolute(text);
        if key.starts_with("/dev/") && !self.readers.contains_key(&key) || self.frame.reach == Reach::Never {
            return;
        }
        if !self.budget.spend(data.text().len() / 32 + 1) || self.files.len() > 2_000 {
            return;
        }
        self.changes += u64::from(!data.is_empty());
        if append && let Some(before) = self.files.get_mut(&key) {
            if before.text().len() + data.text().len() > MOST_CONTENT {
                self.budget.reach(crate::analysis::Limit::Steps);
            } else {
                before.append(data);
            }
            return;
        }
        let content = match self.files.get(&key) {
            Some(before) if self.frame.reach == Reach::Sometimes => data.clone().with_origins_of(before),
            _ => data.clone(),
        };
        if content.text().len() > MOST_CONTENT {
            self.budget.reach(crate::analysis::Limit::Steps);
            return;
        }
        self.files.insert(key, content);
    }

    /// Prints `data` to where descriptor 1 leads.
    pub(super) fn write(&mut self, data: &Value, command: usize) {
        self.write_to(1, data, command);
    }

    pub(super) fn write_to(&mut self, descriptor: u32, data: &Value, command: usize) {
        if !self.budget.spend(data.text().len() / 32) {
            return;
        }
        match self.shell.descriptors.get(&descriptor).cloned() {
            Some(Handle::Capture { buffer, .. }) => {
                let Some(buffer) = self.buffers.get_mut(buffer) else { return };
                if buffer.text().len() < MOST_CONTENT {
                    buffer.append(data);
                } else {
                    self.budget.reach(crate::analysis::Limit::Steps);
                }
            }
            Some(Handle::File { path, append: _ }) => {
                if let Some(descriptor) =
                    descriptor_of(path.text()).filter(|&other| other != descriptor && other < 3)
                {
                    return self.write_to(descriptor, data, command);
                }
                self.flow(data, &Destination::File(path.clone()), command);
                self.write_file(&path, data, true);
            }
            Some(Handle::Network) => self.flow(data, &Destination::Network, command),
            Some(Handle::Data(_) | Handle::Closed) | None => {}
        }
    }

    /// What is printed while `work` is evaluated.
    pub(super) fn captured(&mut self, sink: Sink, work: impl FnOnce(&mut Self)) -> Value {
        let buffer = self.buffers.len();
        self.buffers.push(Value::default());
        let before = self.shell.descriptors.insert(1, Handle::Capture { buffer, sink });
        work(self);
        self.restore(vec![(1, before)]);
        let output = self.buffers.pop().unwrap_or_default();
        self.buffers.truncate(buffer);
        output
    }

    /// What standard input holds; a hole where nothing is connected.
    pub(super) fn standard_input(&mut self) -> Value {
        match self.shell.descriptors.get(&0) {
            Some(Handle::Data(stream)) => {
                let mut stream = stream.borrow_mut();
                let rest = stream.rest();
                stream.at = stream.data.text().len();
                if stream.data.holes().is_empty() {
                    return rest;
                }
                rest
            }
            Some(Handle::Network) => {
                let next = self.analysis.commands.len().saturating_sub(1);
                Value::unknown(Unknown::Input).with_origin(Origin::Network(next))
            }
            _ => Value::unknown(Unknown::Input),
        }
    }

    /// Gives readers behind `>(...)` what was written for them.
    pub(super) fn drain_readers(&mut self) {
        for _ in 0..16 {
            // A coprocess reads until the line ends.
            let is_done = |path: &&String| !path.starts_with(super::run::COPROCESS);
            let Some(path) = self.readers.keys().find(is_done).cloned() else { return };
            self.drain_reader(&path);
        }
    }

    /// Gives coprocesses what was written for them.
    pub(super) fn drain_coprocesses(&mut self) {
        for _ in 0..16 {
            let Some(path) = self.readers.keys().next().cloned() else { return };
            self.drain_reader(&path);
        }
    }

    fn drain_reader(&mut self, path: &str) {
        let Some(list) = self.readers.remove(path) else { return };
        let data = self.files.remove(path).unwrap_or_else(|| Value::unknown(Unknown::Input));
        if !self.budget.enter() {
            return;
        }
        self.subshell(|machine| {
            machine.shell.descriptors.insert(0, Handle::data(data, Source::Process));
            machine.list(&list);
        });
        self.budget.leave();
    }

    /// A path from the working folder, with `.` and `..` resolved as text.
    pub(super) fn absolute(&mut self, path: &str) -> String {
        let base = if path.starts_with('/') { "" } else { self.shell.folder.as_deref().unwrap_or("") };
        let whole = resolved(base, path);
        self.budget.spend(whole.len() / 256);
        whole
    }
}

/// `path` seen from `base`, which is resolved already.
pub(super) fn resolved(base: &str, path: &str) -> String {
    let mut whole = String::with_capacity(base.len() + path.len() + 1);
    if base != "/" {
        whole.push_str(base);
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => whole.truncate(whole.rfind('/').unwrap_or(0)),
            other => {
                whole.push('/');
                whole.push_str(other);
            }
        }
    }
    if whole.is_empty() { "/".into() } else { whole }
}

/// The descriptor behind `/dev/stdin`, `/dev/fd/3`, `/proc/self/fd/3`.
pub(super) fn descriptor_of(path: &str) -> Option<u32> {
    match path {
        "/dev/stdin" => return Some(0),
        "/dev/stdout" => return Some(1),
        "/dev/stderr" => return Some(2),
        _ => {}
    }
    let number = path
        .strip_prefix("/dev/fd/")
        .or_else(|| path.strip_prefix("/proc/self/fd/"))
        .or_else(|| path.strip_prefix("/proc/thread-self/fd/"))?;
    number.parse().ok()
}

fn is_network(path: &str) -> bool {
    path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/")
}
