//! Builtins that change what the shell knows.

use std::rc::Rc;

use super::emit::Around;
use super::state::{Content, Handle, Letters};
use super::{Jump, Machine, Status};
use crate::analysis::{Destination, Reach};
use crate::edit::shared;
use crate::value::{Origin, Unknown, Value};

/// No system has a folder with a longer path.
const MOST_PATH: usize = 4096;

impl Machine<'_> {
    /// Evaluates a builtin; `None` where `name` is none of those followed.
    pub(super) fn builtin(&mut self, name: &str, arguments: &[Value], index: usize) -> Option<Status> {
        Some(match name {
            ":" | "true" => Some(0),
            "false" => Some(1),
            "eval" => {
                self.mark_wrapper(index);
                let text = joined(arguments);
                self.flow(&text, &Destination::Interpreter, index);
                self.via("eval", Some(index), |machine| machine.run_value(&text))
            }
            "source" | "." => self.source(arguments, index),
            "exec" => self.exec(arguments, index),
            "command" | "builtin" => self.command_builtin(name, arguments, index),
            "cd" | "pushd" => self.change_folder(arguments),
            "popd" => {
                self.shell.folder = None;
                None
            }
            "set" => self.set(arguments, index),
            "shift" => {
                let count = arguments.first().and_then(|count| count.text().parse().ok()).unwrap_or(1_usize);
                let rest = self.shell.positional.get(count..).unwrap_or_default().to_vec();
                self.budget.spend(rest.len() / 8);
                self.shell.positional = Rc::new(rest);
                Some(0)
            }
            "unset" => {
                for argument in arguments.iter().filter(|argument| !argument.text().starts_with('-')) {
                    self.unset(argument.text());
                }
                Some(0)
            }
            "declare" | "typeset" | "local" | "export" | "readonly" => self.declare(name, arguments, index),
            "let" => {
                let values: Vec<Option<i64>> =
                    arguments.iter().map(|argument| self.arithmetic(argument)).collect();
                values.last().copied().flatten().map(|value| i32::from(value == 0))
            }
            "read" => self.read(arguments),
            "mapfile" | "readarray" => self.mapfile(arguments),
            "alias" => {
                for argument in arguments {
                    if let Some((name, text)) = argument.text().split_once('=') {
                        Rc::make_mut(&mut self.shell.aliases).insert(shared(name), text.to_owned());
                    }
                }
                Some(0)
            }
            "type" | "which" | "whereis" => {
                self.found_program(arguments, index);
                None
            }
            "test" | "[" => self.test(arguments),
            "break" | "continue" => {
                let levels = arguments.first().and_then(|levels| levels.text().parse().ok()).unwrap_or(1);
                let jump = if name == "break" { Jump::Break(levels) } else { Jump::Continue(levels) };
                if self.frame.repeated {
                    self.jump = Some(jump);
                }
                Some(0)
            }
            "trap" => {
                if let Some(text) = arguments.first().filter(|text| text.text().contains(' ')).cloned() {
                    self.branch(Reach::Sometimes, |machine| {
                        machine.subshell(|machine| {
                            machine.via("trap", Some(index), |machine| machine.run_value(&text));
                        });
                    });
                }
                Some(0)
            }
            "shopt" => {
                if arguments.iter().any(|argument| argument.text() == "nocasematch") {
                    self.shell.ignore_case = true;
                }
                Some(0)
            }
            "history" => {
                // `history -s TEXT` puts a command there that `fc -s` and `!!` run.
                if let [option, words @ ..] = arguments
                    && option.text() == "-s"
                {
                    let text = joined(words);
                    self.branch(Reach::Sometimes, |machine| machine.nested_text("history", &text, index));
                }
                None
            }
            "return" | "exit" | "wait" | "umask" | "ulimit" | "hash" | "times" | "getopts" | "unalias"
            | "enable" | "disown" | "bind" | "complete" => None,
            _ => return None,
        })
    }

    /// `eval`, `bash -c`: computed text, its holes kept as holes.
    pub(super) fn run_value(&mut self, text: &Value) -> Status {
        let within = self.frame.within;
        if within.is_none() {
            self.frame.within = self.analysis.commands.last().map(|command| command.span);
        }
        let status = if text.holes().is_empty() {
            self.run_text(text.text())
        } else {
            let marked = self.marked(text);
            self.run_text(&marked)
        };
        self.frame.within = within;
        status
    }

    fn source(&mut self, arguments: &[Value], index: usize) -> Status {
        let Some((path, rest)) = arguments.split_first() else {
            // Obfuscators cut letters out of this message.
            let message = "bash: line 1: .: filename argument required\n.: usage: . filename [arguments]\n";
            self.write_to(2, &Value::literal(message), index);
            return Some(2);
        };
        let content = if path.text() == "-" { self.standard_input() } else { self.read_file(path) };
        let content = if content.is_unknown() { content.with_origins_of(path) } else { content };
        self.mark_wrapper(index);
        self.flow(&content, &Destination::Interpreter, index);
        if content.is_unknown() {
            return None;
        }
        let positional = Rc::clone(&self.shell.positional);
        if !rest.is_empty() {
            self.shell.positional = Rc::new(rest.to_vec());
        }
        let status = self.via("source", Some(index), |machine| machine.run_value(&content));
        self.shell.positional = positional;
        status
    }

    fn exec(&mut self, arguments: &[Value], index: usize) -> Status {
        let mut rest = arguments;
        while let Some((option, behind)) =
            rest.split_first().filter(|(option, _)| option.text().starts_with('-'))
        {
            let takes_name = option.text().ends_with('a') && !option.text().starts_with("--");
            rest = if takes_name { behind.get(1..).unwrap_or_default() } else { behind };
        }
        if rest.is_empty() {
            return Some(0);
        }
        self.mark_wrapper(index);
        self.via("exec", Some(index), |machine| machine.invoke(rest, &Around::default()))
    }

    fn command_builtin(&mut self, name: &str, arguments: &[Value], index: usize) -> Status {
        let mut rest = arguments;
        let mut asks = false;
        while let Some((option, behind)) =
            rest.split_first().filter(|(option, _)| option.text().starts_with('-'))
        {
            asks |= !option.text().starts_with("--") && option.text().contains(['v', 'V']);
            rest = behind;
            if option.text() == "--" {
                break;
            }
        }
        if rest.is_empty() {
            return Some(0);
        }
        if asks && name == "command" {
            // It only says what the name stands for, `command -v git`; with arguments behind, nobody writes that.
            self.found_program(rest, index);
            if rest.len() < 2 || !rest.iter().any(|word| word.text().starts_with('-')) {
                return None;
            }
        }
        self.mark_wrapper(index);
        self.via(name, Some(index), |machine| machine.invoke(rest, &Around::default()))
    }

    /// What `which` and `command -v` print: where the program is, if it is there; its name is what matters.
    pub(super) fn found_program(&mut self, names: &[Value], index: usize) {
        for name in names.iter().filter(|name| !name.text().starts_with('-')) {
            let mut path = Value::unknown(Unknown::Output(Some(index)));
            path.append(name);
            path.push_text("\n");
            self.write(&path, index);
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn change_folder(&mut self, arguments: &[Value]) -> Status {
        let target =
            arguments.iter().find(|argument| !argument.text().starts_with('-') || argument.text() == "-");
        let folder = match target {
            None => self.variable("HOME"),
            Some(target) if target.text() == "-" => Value::unknown(Unknown::Computed),
            Some(target) => target.clone(),
        };
        let size = folder.text().len() + self.shell.folder.as_ref().map_or(0, |folder| folder.len());
        self.budget.spend(size / 16);
        self.shell.folder = match folder.known() {
            Some(_) if folder.has_glob() => None,
            Some(path) if path.starts_with('/') || self.shell.folder.is_some() => {
                Some(self.absolute(path)).filter(|path| path.len() <= MOST_PATH).map(|path| shared(&path))
            }
            _ => None,
        };
        self.changes += 1;
        Some(0)
    }

    /// `set -- a b c`, and the listing `set` prints alone.
    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn set(&mut self, arguments: &[Value], index: usize) -> Status {
        let mut rest = arguments;
        while let Some((option, behind)) = rest.split_first() {
            let text = option.text();
            if text == "--" || text == "-" {
                self.shell.positional = Rc::new(behind.to_vec());
                return Some(0);
            }
            if !text.starts_with(['-', '+']) {
                self.shell.positional = Rc::new(rest.to_vec());
                return Some(0);
            }
            rest = if text.ends_with('o') { behind.get(1..).unwrap_or_default() } else { behind };
        }
        if arguments.is_empty() {
            self.dump_environment(index);
        }
        Some(0)
    }

    fn dump_environment(&mut self, index: usize) {
        let dump = Value::unknown(Unknown::Output(Some(index))).with_origin(Origin::Environment);
        self.write(&dump, index);
    }

    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn declare(&mut self, builtin: &str, arguments: &[Value], index: usize) -> Status {
        let (options, names): (Vec<&Value>, Vec<&Value>) =
            arguments.iter().partition(|argument| argument.text().starts_with(['-', '+']));
        let letters: String = ["p", "x", "f", "i", "n", "l", "u", "A"]
            .into_iter()
            .filter(|letter| {
                options.iter().any(|option| option.text().starts_with('-') && option.text().contains(letter))
            })
            .collect();
        let has = |letter: char| letters.contains(letter);
        if names.is_empty() && (has('p') || options.is_empty() || has('x')) {
            self.dump_environment(index);
        }
        if has('f') {
            return Some(0);
        }
        for argument in names {
            let text = argument.text();
            let (name, value) = match text.find('=') {
                Some(at) => (text.get(..at).unwrap_or(""), Some(argument.slice(at + 1..text.len()))),
                None => (text, None),
            };
            let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
            if name.is_empty() {
                continue;
            }
            let inherits = value.is_none() && !self.shell.variables.contains_key(name);
            let given = if inherits { Some(self.variable(name)) } else { None };
            let variable = self.variable_mut(name);
            variable.exported |= builtin == "export" || has('x');
            variable.integer |= has('i');
            variable.reference |= has('n') && builtin != "export";
            if has('l') {
                variable.case = Letters::Lower;
            } else if has('u') {
                variable.case = Letters::Upper;
            }
            if has('A') && !matches!(variable.content, Content::Associative(_)) {
                variable.content = Content::Associative(Vec::new());
            }
            let is_reference = variable.reference;
            match (value, given) {
                (Some(value), _) if is_reference => variable.content = Content::Scalar(value),
                (Some(value), _) if append => {
                    let mut joined = self.variable(name);
                    joined.append(&value);
                    self.assign(name, joined);
                }
                (Some(value), _) => self.assign_declared(name, value),
                (None, Some(given)) if builtin == "export" => variable.content = Content::Scalar(given),
                _ => {}
            }
        }
        Some(0)
    }

    /// `declare name[index]=value` too.
    fn assign_declared(&mut self, name: &str, value: Value) {
        match name.split_once('[') {
            Some((name, key)) => {
                let key = Value::literal(key.trim_end_matches(']'));
                self.assign_element(name, &key, value);
            }
            None => self.assign(name, value),
        }
    }

    /// `read a b c`: one line of standard input, split.
    fn read(&mut self, arguments: &[Value]) -> Status {
        let options = ReadOptions::new(arguments);
        let line = self.take_line(options.descriptor, options.delimiter, options.count);
        let Some((line, complete)) = line else {
            for name in options.names() {
                self.assign(&name, Value::unknown(Unknown::Input));
            }
            return None;
        };
        let line =
            if options.raw { line } else { line.map(|text| text.replace("\\\n", "").replace('\\', "")) };
        if let Some(array) = &options.array {
            let words = self.split(&line, usize::MAX).into_iter().map(|word| (None, word)).collect();
            self.assign_array(array, words, false);
            return Some(i32::from(!complete));
        }
        let names = options.names();
        let words = if options.operands.is_empty() { vec![line] } else { self.split(&line, names.len()) };
        for (at, name) in names.iter().enumerate() {
            self.assign(name, words.get(at).cloned().unwrap_or_default());
        }
        Some(i32::from(!complete))
    }

    /// The next line of a descriptor and whether its end was there; `None` where nothing is known of the input.
    fn take_line(&mut self, descriptor: u32, delimiter: char, count: Option<usize>) -> Option<(Value, bool)> {
        let Some(Handle::Data(stream)) = self.shell.descriptors.get(&descriptor) else { return None };
        let mut stream = stream.borrow_mut();
        let from = stream.at.min(stream.data.text().len());
        if from == stream.data.text().len() && stream.rest().is_unknown() {
            let value = stream.rest();
            drop(stream);
            self.changes += 1;
            // The input is a hole with its origins: the variable gets it, how many lines there are is not known.
            return if value.origins().is_empty() { None } else { Some((value, false)) };
        }
        let text = stream.data.text().get(from..).unwrap_or("");
        let end = count.map(|count| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at));
        let (length, skip, complete) = match (text.find(delimiter), end) {
            (_, Some(end)) => (end, 0, !text.is_empty()),
            (Some(at), None) => (at, delimiter.len_utf8(), true),
            (None, None) => (text.len(), 0, false),
        };
        let line = stream.data.slice(from..from + length);
        stream.at += length + skip;
        drop(stream);
        self.changes += u64::from(length + skip > 0);
        Some((line, complete))
    }

    /// Fields of a line; the last takes the rest.
    fn split(&mut self, line: &Value, most: usize) -> Vec<Value> {
        let separators = self.separators();
        let is_separator = |c: char| separators.contains(c);
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n') && separators.contains(c);
        let text = line.text();
        let mut words = Vec::new();
        let mut start = text.len() - text.trim_start_matches(is_blank).len();
        while start <= text.len() && self.budget.spend(1) {
            let rest = text.get(start..).unwrap_or("");
            if rest.is_empty() && (start > 0 || line.holes().is_empty()) {
                break;
            }
            let end = rest.find(is_separator).filter(|_| words.len() + 1 < most).map(|at| start + at);
            let Some(end) = end else {
                let trimmed = rest.trim_end_matches(is_blank);
                words.push(line.slice(start..start + trimmed.len()));
                break;
            };
            words.push(line.slice(start..end));
            let behind = text.get(end..).unwrap_or("");
            let after_blanks = behind.trim_start_matches(is_blank);
            let after = match after_blanks.chars().next() {
                Some(next) if is_separator(next) => {
                    after_blanks.get(next.len_utf8()..).unwrap_or("").trim_start_matches(is_blank)
                }
                _ => after_blanks,
            };
            start = text.len() - after.len();
        }
        words
    }

    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn mapfile(&mut self, arguments: &[Value]) -> Status {
        let mut array = "MAPFILE".to_owned();
        let mut descriptor = 0;
        let mut rest = arguments.iter();
        let mut delimiter = '\n';
        while let Some(argument) = rest.next() {
            let text = argument.text();
            if !text.starts_with('-') {
                text.clone_into(&mut array);
            } else if text.ends_with('u') {
                descriptor = rest.next().and_then(|value| value.text().parse().ok()).unwrap_or(0);
            } else if let Some(glued) = text.strip_prefix("-d").filter(|glued| !glued.is_empty()) {
                delimiter = glued.chars().next().unwrap_or('\0');
            } else if text.ends_with('d') {
                delimiter = rest.next().and_then(|value| value.text().chars().next()).unwrap_or('\0');
            } else if text.ends_with(['n', 'O', 's', 'C', 'c']) {
                rest.next();
            }
        }
        let content = match self.shell.descriptors.get(&descriptor) {
            Some(Handle::Data(stream)) => stream.borrow().rest(),
            _ => Value::unknown(Unknown::Input),
        };
        let mut words: Vec<(Option<Value>, Value)> = Vec::new();
        let mut start = 0;
        for (at, _) in content.text().match_indices(delimiter) {
            words.push((None, content.slice(start..at)));
            start = at + delimiter.len_utf8();
        }
        if start < content.text().len() || content.is_unknown() {
            words.push((None, content.slice(start..content.text().len())));
        }
        self.assign_array(&array, words, false);
        Some(0)
    }
}

/// The options of `read`.
struct ReadOptions {
    raw: bool,
    descriptor: u32,
    delimiter: char,
    count: Option<usize>,
    array: Option<String>,
    operands: Vec<String>,
}

impl ReadOptions {
    fn new(arguments: &[Value]) -> Self {
        let mut options = ReadOptions {
            raw: false,
            descriptor: 0,
            delimiter: '\n',
            count: None,
            array: None,
            operands: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let Some(letters) = argument.text().strip_prefix('-').filter(|letters| !letters.is_empty())
            else {
                options.operands.push(argument.text().to_owned());
                continue;
            };
            for (at, letter) in letters.char_indices() {
                if letter == 'r' {
                    options.raw = true;
                    continue;
                }
                if !"adinNptu".contains(letter) {
                    continue;
                }
                let glued = letters.get(at + 1..).unwrap_or("");
                let value = if glued.is_empty() {
                    rest.next().map(|value| value.text().to_owned()).unwrap_or_default()
                } else {
                    glued.to_owned()
                };
                options.take(letter, &value);
                break;
            }
        }
        options
    }

    fn take(&mut self, letter: char, value: &str) {
        match letter {
            'a' => self.array = Some(value.to_owned()),
            'd' => self.delimiter = value.chars().next().unwrap_or('\0'),
            'n' | 'N' => self.count = value.parse().ok(),
            'u' => self.descriptor = value.parse().unwrap_or(0),
            _ => {}
        }
    }

    fn names(&self) -> Vec<String> {
        if self.operands.is_empty() { vec!["REPLY".to_owned()] } else { self.operands.clone() }
    }
}

/// Arguments joined by blanks, as `eval` reads them.
pub(super) fn joined(arguments: &[Value]) -> Value {
    let mut text = Value::default();
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            text.push_text(" ");
        }
        text.append(argument);
    }
    text
}
