//! Simple commands: what their words become, and what a name stands for.

use super::emit::Around;
use super::pattern::{Mark, Pattern};
use super::state::{Content, Variable};
use super::{Machine, Status};
use crate::analysis::{Assignment, Destination, Reach, Sink};
use crate::edit::shared;
use crate::syntax::{Part, Simple, Stage, Word};
use crate::value::{Origin, Unknown, Value};

/// Times a command is evaluated when variables have alternatives.
pub(super) const MOST_CHOICES: usize = 4;

/// Programs whose output comes from the network and whose input goes there.
const NETWORK: &[&str] = &[
    "curl",
    "wget",
    "fetch",
    "aria2c",
    "http",
    "https",
    "xh",
    "lynx",
    "links",
    "elinks",
    "w3m",
    "nc",
    "ncat",
    "netcat",
    "nc.openbsd",
    "nc.traditional",
    "socat",
    "telnet",
    "ftp",
    "lftp",
    "tftp",
    "sftp",
    "scp",
    "ssh",
    "rsync",
    "dig",
    "nslookup",
    "host",
    "drill",
    "axel",
    "httpie",
    "wscat",
    "websocat",
    "curlie",
    "finger",
    "whois",
    "gsutil",
];

/// Programs a pattern as a command name is tried against.
const PROGRAMS: &[&str] = &[
    "bash",
    "cat",
    "chmod",
    "chown",
    "cp",
    "crontab",
    "curl",
    "dash",
    "dd",
    "docker",
    "env",
    "find",
    "git",
    "kill",
    "killall",
    "kubectl",
    "mkfs",
    "mkfs.ext4",
    "mv",
    "nc",
    "ncat",
    "node",
    "perl",
    "pkill",
    "python",
    "python3",
    "reboot",
    "rm",
    "rmdir",
    "rsync",
    "ruby",
    "scp",
    "sh",
    "shred",
    "shutdown",
    "ssh",
    "sudo",
    "tee",
    "terraform",
    "truncate",
    "unlink",
    "wget",
    "wipefs",
    "xargs",
    "zsh",
];

/// Programs that print the environment.
const ENVIRONMENT: &[&str] = &["env", "printenv", "set", "export", "declare", "typeset", "compgen"];

impl Machine<'_> {
    pub(super) fn simple(&mut self, simple: &Simple, stage: &Stage) -> Status {
        let outer = (self.choice, self.choices);
        (self.choice, self.choices) = (0, 1);
        let status = self.once(simple, stage);
        let count = self.choices;
        for choice in 1..count {
            self.choice = choice;
            if simple.words.is_empty() {
                self.alternative_assignments(simple);
                continue;
            }
            self.branch(Reach::Sometimes, |machine| {
                machine.captured(Sink::Substitution, |machine| {
                    machine.subshell(|machine| machine.once(simple, stage));
                })
            });
        }
        (self.choice, self.choices) = outer;
        if count > 1 { None } else { status }
    }

    /// What assigned variables may hold as well, when they are made of variables that have alternatives.
    fn alternative_assignments(&mut self, simple: &Simple) {
        let made: Vec<Assignment> = self
            .subshell(|machine| simple.assignments.iter().map(|assign| machine.assignment(assign)).collect());
        for Assignment { name, value } in made {
            let variable = self.variable_mut(&name);
            if variable.alternatives.len() < MOST_CHOICES && !variable.alternatives.contains(&value) {
                variable.alternatives.push(value);
            }
        }
    }

    fn once(&mut self, simple: &Simple, stage: &Stage) -> Status {
        let before = self.analysis.commands.len();
        let argv = self.words_of(simple);
        if argv.is_empty() {
            return self.bare(simple, stage, before);
        }
        let associative = argv.iter().any(|word| word.text().starts_with('-') && word.text().contains('A'));
        for assign in &simple.declared {
            if associative && !matches!(self.content(&assign.name), Some(Content::Associative(_))) {
                self.variable_mut(&assign.name).content = Content::Associative(Vec::new());
            }
            self.assignment(assign);
        }
        let (redirections, saved) = self.open(&stage.redirections);
        let (assignments, shadowed) = self.prefixed(simple);
        let around = Around { assignments, redirections, span: stage.span };
        let keeps = matches!(argv.as_slice(), [only] if only.known() == Some("exec"));
        let status = match self.alias(&argv, simple) {
            Some(text) => self.via("alias", None, |machine| machine.run_value(&text)),
            None => self.invoke(&argv, &around),
        };
        if is_unquoted_variables(simple) && argv.first().is_some_and(Value::is_unknown)
            || argv.first().is_some_and(is_broken_assignment)
        {
            self.without_name(&argv);
        }
        for (name, variable) in shadowed {
            *self.variable_mut(&name) = variable;
        }
        if !keeps {
            self.restore(saved);
            if !self.readers.is_empty() {
                self.drain_readers();
            }
        }
        if let Some(last) = argv.last() {
            self.shell.last_argument = last.clone();
        }
        status
    }

    fn words_of(&mut self, simple: &Simple) -> Vec<Value> {
        let declares = matches!(simple.words.first().map(|word| word.parts.as_slice()), Some([Part::Literal(name)])
            if matches!(name.as_str(), "export" | "declare" | "local" | "readonly" | "typeset" | "alias"));
        if !declares {
            return self.words(&simple.words);
        }
        // Arguments that are assignments are not split.
        let mut values = Vec::new();
        for word in &simple.words {
            match word.parts.first() {
                Some(Part::Literal(text)) if text.contains('=') && !text.contains('{') => {
                    values.push(self.single(word).quoted());
                }
                _ => values.extend(self.words(std::slice::from_ref(word))),
            }
        }
        values
    }

    /// Assignments and redirections without a name.
    fn bare(&mut self, simple: &Simple, stage: &Stage, before: usize) -> Status {
        let (redirections, saved) = self.open(&stage.redirections);
        let assignments: Vec<Assignment> =
            simple.assignments.iter().map(|assign| self.assignment(assign)).collect();
        let substituted = self.analysis.commands.len() > before;
        if !(assignments.is_empty() && redirections.is_empty()) {
            self.emit(&[], &Around { assignments, redirections, span: stage.span });
        }
        self.restore(saved);
        self.drain_readers();
        if substituted { self.status } else { Some(0) }
    }

    /// `NAME=value` before a name: set and exported for the command, put back after it.
    fn prefixed(&mut self, simple: &Simple) -> (Vec<Assignment>, Vec<(std::rc::Rc<str>, Variable)>) {
        let mut shadowed = Vec::new();
        let mut made = Vec::new();
        for assign in &simple.assignments {
            let name = shared(&assign.name);
            let old = self.shell.variables.get(&name).cloned();
            self.budget.spend(old.as_ref().map_or(0, |old| old.content.weight()));
            let assignment = self.assignment(assign);
            self.variable_mut(&assign.name).exported = true;
            // A name the line never set reads as empty afterwards, unless the world gives it.
            shadowed.push((name, old));
            made.push(assignment);
        }
        let mut restored = Vec::new();
        for (name, old) in shadowed.into_iter().rev() {
            if let Some(variable) = old {
                restored.push((name, variable));
            } else {
                let given = self.inherited_variable(&name);
                restored.push((name, given));
            }
        }
        (made, restored)
    }

    fn inherited_variable(&mut self, name: &str) -> Variable {
        let current = std::rc::Rc::clone(&self.shell.variables);
        std::rc::Rc::make_mut(&mut self.shell.variables).remove(name);
        let value = self.variable(name);
        self.shell.variables = current;
        Variable { content: Content::Scalar(value), ..Variable::default() }
    }

    /// The text a defined alias stands for, with the arguments behind it.
    fn alias(&mut self, argv: &[Value], simple: &Simple) -> Option<Value> {
        if self.shell.aliases.is_empty() {
            return None;
        }
        let is_plain = |word: &Word| matches!(word.parts.as_slice(), [Part::Literal(_)]);
        let (name, arguments) = argv.split_first()?;
        if !simple.words.first().is_some_and(is_plain)
            || self.frame.via.iter().any(|via| via.name.as_ref() == "alias")
        {
            return None;
        }
        let mut text = Value::literal(self.shell.aliases.get(name.text())?.as_str());
        for argument in arguments {
            text.push_text(" ");
            text.append(&argument.map(super::parameter::quote));
        }
        Some(text)
    }

    /// `$SUDO rm x` where nothing is known of the variable: if it is empty, the next word is the name.
    fn without_name(&mut self, argv: &[Value]) {
        let skipped = |value: &&Value| value.is_unknown() || is_broken_assignment(value);
        let rest: Vec<Value> = argv.iter().skip_while(skipped).cloned().collect();
        if rest.is_empty() {
            return;
        }
        self.branch(Reach::Sometimes, |machine| {
            machine.captured(Sink::Substitution, |machine| {
                machine.subshell(|machine| machine.invoke(&rest, &Around::default()));
            })
        });
    }

    /// Lists a command and evaluates what it does to what comes after it.
    pub(super) fn invoke(&mut self, argv: &[Value], around: &Around) -> Status {
        let Some(name) = argv.first() else { return Some(0) };
        if !self.budget.spend(2) || !self.budget.enter() {
            return None;
        }
        let status = self.invoke_inside(name, argv, around);
        self.budget.leave();
        self.status = status;
        status
    }

    fn invoke_inside(&mut self, name: &Value, argv: &[Value], around: &Around) -> Status {
        let arguments = argv.get(1..).unwrap_or_default();
        let function = shared(name.text());
        if self.shell.functions.contains_key(&function)
            && self.frame.via.last().is_none_or(|via| via.name.as_ref() != "command")
        {
            let index = self.emit(argv, around);
            self.mark_wrapper(index);
            return self.call(&function, arguments);
        }
        let index = self.emit(argv, around);
        if name.has_glob() && name.text().len() < 64 {
            self.matching_programs(name, arguments, index);
        }
        let name = name.base_name().to_owned();
        if let Some(status) = self.builtin(&name, arguments, index) {
            return status;
        }
        if let Some(status) = self.filter(&name, arguments, index) {
            return status;
        }
        if let Some(status) = self.wrapper(&name, arguments, index) {
            return status;
        }
        if let Some(status) = self.interpreter(&name, arguments, index) {
            return status;
        }
        self.external(&name, argv, index)
    }

    /// A name that is a pattern (`/bin/r?`) runs the first program that matches; those that matter are tried.
    fn matching_programs(&mut self, name: &Value, arguments: &[Value], index: usize) {
        let marks: Vec<Mark> =
            name.base_name().chars().map(|character| Mark { character, active: true }).collect();
        let pattern = Pattern::new(&marks);
        let effort = &self.budget.effort;
        let matching: Vec<&str> =
            PROGRAMS.iter().copied().filter(|program| pattern.matches(program, effort)).collect();
        if matching.len() > PROGRAMS.len() / 2 {
            return;
        }
        for program in matching {
            let argv: Vec<Value> =
                [Value::literal(program)].into_iter().chain(arguments.iter().cloned()).collect();
            self.branch(Reach::Sometimes, |machine| {
                machine.subshell(|machine| {
                    machine.via("glob", Some(index), |machine| machine.invoke(&argv, &Around::default()))
                })
            });
        }
    }

    /// A program we know nothing special about.
    fn external(&mut self, name: &str, argv: &[Value], index: usize) -> Status {
        let arguments = argv.get(1..).unwrap_or_default();
        let input = self.standard_input();
        self.started_file(argv, index);
        let mut output = Value::unknown(Unknown::Output(Some(index))).with_origins_of(&input);
        for argument in arguments {
            output.add_origins(argument.origins());
        }
        if NETWORK.contains(&name) {
            self.flow(&input, &Destination::Network, index);
            for argument in arguments {
                self.flow(argument, &Destination::Network, index);
            }
            output = Value::unknown(Unknown::Output(Some(index))).with_origin(Origin::Network(index));
        } else if ENVIRONMENT.contains(&name) {
            output.add_origin(Origin::Environment);
        } else {
            for argument in arguments.iter().filter(|argument| looks_like_file(argument)) {
                let content = self.read_file(argument);
                output.add_origins(content.origins());
            }
            output.add_origin(Origin::Output(index));
            // What a program makes of text that stands on the line is that text in another spelling.
            if input.known().is_some_and(|text| !text.trim().is_empty()) {
                output.add_origin(Origin::Decoded(shared(name)));
            }
        }
        self.transfer(name, arguments, index);
        self.write(&output, index);
        None
    }

    /// A file this line wrote and now starts.
    fn started_file(&mut self, argv: &[Value], index: usize) {
        let Some(path) = argv.first().and_then(Value::known).filter(|path| path.contains('/')) else {
            return;
        };
        let key = self.absolute(path);
        let Some(content) = self.files.get(&key).cloned() else { return };
        let arguments = argv.get(1..).unwrap_or_default().to_vec();
        self.script("script", &content, (Value::literal(path), arguments), index);
    }

    /// What programs that fetch or copy leave in files.
    fn transfer(&mut self, name: &str, arguments: &[Value], index: usize) {
        let operands: Vec<&Value> =
            arguments.iter().filter(|argument| !argument.text().starts_with('-')).collect();
        match name {
            "curl" | "wget" | "aria2c" | "http" | "https" | "axel" => {
                for path in download_paths(name, arguments) {
                    let content =
                        Value::unknown(Unknown::Output(Some(index))).with_origin(Origin::Network(index));
                    self.flow(&content, &Destination::File(path.clone()), index);
                    self.write_file(&path, &content, false);
                }
            }
            "cp" | "mv" | "ln" | "install" | "rsync" => {
                let [sources @ .., target] = operands.as_slice() else { return };
                for source in sources {
                    let content = self.read_file(source);
                    self.copy(&content, source, target);
                }
            }
            "dd" => {
                let value_of = |key: &str| {
                    arguments.iter().find_map(|argument| {
                        let at = argument.text().strip_prefix(key)?.len();
                        Some(argument.slice(argument.text().len() - at..argument.text().len()))
                    })
                };
                if let (Some(source), Some(target)) = (value_of("if="), value_of("of=")) {
                    let content = self.read_file(&source);
                    self.write_file(&target, &content, false);
                }
            }
            _ => {}
        }
    }

    /// The target of a copy is the file itself or a folder it goes into; both then hold the content.
    fn copy(&mut self, content: &Value, source: &Value, target: &Value) {
        self.write_file(target, content, false);
        let mut inside = target.clone();
        inside.push_text("/");
        inside.push_text(source.base_name());
        self.write_file(&inside, content, false);
    }
}

/// Files a downloader writes to.
fn download_paths(name: &str, arguments: &[Value]) -> Vec<Value> {
    let mut paths = Vec::new();
    let mut rest = arguments.iter();
    let (mut saves_by_name, mut prints) = (name != "curl", false);
    let mut addresses = Vec::new();
    while let Some(argument) = rest.next() {
        let text = argument.text();
        let takes_path = match name {
            "curl" => text == "--output" || is_cluster_ending(text, 'o'),
            "wget" => text == "--output-document" || is_cluster_ending(text, 'O'),
            _ => matches!(text, "-o" | "--out" | "--output"),
        };
        if takes_path {
            saves_by_name = false;
            match rest.next() {
                Some(path) if path.text() == "-" => prints = true,
                Some(path) => paths.push(path.clone()),
                None => {}
            }
        } else if let Some((_, path)) =
            text.split_once("--output=").or_else(|| text.split_once("--output-document="))
        {
            paths.push(argument.slice(text.len() - path.len()..text.len()));
            saves_by_name = false;
        } else if name == "wget" && text.starts_with('-') && !text.starts_with("--") && text.ends_with("O-") {
            prints = true;
        } else if name == "curl" && (text == "--remote-name" || is_cluster_ending(text, 'O')) {
            saves_by_name = true;
        } else if !text.starts_with('-') {
            addresses.push(argument);
        }
    }
    if saves_by_name && !prints {
        paths.extend(addresses.into_iter().map(|address| Value::literal(address.base_name())));
    }
    paths
}

fn is_cluster_ending(text: &str, letter: char) -> bool {
    text.starts_with('-') && !text.starts_with("--") && text.ends_with(letter)
}

/// An argument that may name a file: not an option, and with a dot or slash in it.
fn looks_like_file(argument: &Value) -> bool {
    let text = argument.text();
    !text.starts_with('-') && !text.contains("://") && text.len() < 256 && text.contains(['/', '.'])
}

/// `1A=2 git reset`: no assignment, so no command either; what is meant is the word behind it.
fn is_broken_assignment(value: &Value) -> bool {
    value.text().split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

fn is_unquoted_variables(simple: &Simple) -> bool {
    simple.words.first().is_some_and(|word| word.parts.iter().all(|part| matches!(part, Part::Parameter(_))))
}
