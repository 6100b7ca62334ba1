//! Shells and interpreters: where their code comes from, and what it runs.

use std::rc::Rc;

use super::emit::Around;
use super::state::Handle;
use super::{Machine, Status};
use crate::analysis::{Destination, Limit};
use crate::script::{self, Language, Sunk};
use crate::value::{Origin, Unknown, Value};

const SHELLS: &[&str] =
    &["bash", "sh", "dash", "zsh", "ksh", "ksh93", "mksh", "ash", "rbash", "fish", "yash", "hush"];

/// An interpreter of another language.
struct Row {
    name: &'static str,
    language: Language,
    /// Options behind which code stands.
    code: &'static [&'static str],
    /// Options that take another value.
    valued: &'static [&'static str],
}

const fn row(
    name: &'static str,
    language: Language,
    code: &'static [&'static str],
    valued: &'static [&'static str],
) -> Row {
    Row { name, language, code, valued }
}

const LANGUAGES: &[Row] = &[
    row("python", Language::Python, &["-c"], &["-W", "-X", "-m"]),
    row("pypy", Language::Python, &["-c"], &["-W", "-X", "-m"]),
    row(
        "node",
        Language::JavaScript,
        &["-e", "--eval", "-p", "--print", "-pe"],
        &["-r", "--require", "--import"],
    ),
    row("nodejs", Language::JavaScript, &["-e", "--eval", "-p", "--print", "-pe"], &["-r", "--require"]),
    row("bun", Language::JavaScript, &["-e", "--eval", "-p"], &["-r"]),
    row("deno", Language::JavaScript, &["eval"], &[]),
    row("perl", Language::Perl, &["-e", "-E"], &["-I"]),
    row("ruby", Language::Ruby, &["-e"], &["-r", "-I", "-C"]),
    row("irb", Language::Ruby, &["-e"], &["-r"]),
    row("php", Language::Php, &["-r", "--run", "-B", "-R", "-E"], &["-d", "-c"]),
    row("lua", Language::Lua, &["-e"], &["-l"]),
    row("luajit", Language::Lua, &["-e"], &["-l"]),
    row("awk", Language::Awk, &[], &["-F", "-v", "-f"]),
    row("gawk", Language::Awk, &["-e", "--source"], &["-F", "-v", "-f"]),
    row("mawk", Language::Awk, &[], &["-F", "-v", "-f"]),
    row("nawk", Language::Awk, &[], &["-F", "-v", "-f"]),
    row("osascript", Language::AppleScript, &["-e"], &["-l"]),
    row("Rscript", Language::R, &["-e"], &[]),
    row("groovy", Language::Ruby, &["-e"], &[]),
    row("tclsh", Language::Tcl, &[], &[]),
    row("expect", Language::Tcl, &["-c"], &[]),
    row("pwsh", Language::PowerShell, &[], &[]),
    row("powershell", Language::PowerShell, &[], &[]),
    row("powershell.exe", Language::PowerShell, &[], &[]),
];

impl Machine<'_> {
    /// Evaluates the code an interpreter is given; `None` where `name` is none.
    pub(super) fn interpreter(&mut self, name: &str, arguments: &[Value], index: usize) -> Option<Status> {
        if SHELLS.contains(&name) {
            return Some(self.shell_program(name, arguments, index));
        }
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
        let row = LANGUAGES.iter().find(|row| row.name == plain || row.name == name)?;
        Some(self.language(name, row, arguments, index))
    }

    fn shell_program(&mut self, name: &str, arguments: &[Value], index: usize) -> Status {
        let mut rest = arguments;
        let (mut is_text, mut reads_input) = (false, false);
        while let Some((option, behind)) = rest.split_first() {
            let text = option.text();
            if text == "--" || text == "-" {
                rest = behind;
                break;
            }
            if !text.starts_with(['-', '+']) {
                break;
            }
            rest = behind;
            if text.starts_with("--") {
                if matches!(text, "--rcfile" | "--init-file") {
                    let file = rest.first().cloned();
                    rest = rest.get(1..).unwrap_or_default();
                    if let Some(file) = file {
                        let content = self.read_file(&file);
                        self.script(name, &content, (file, Vec::new()), index);
                    }
                }
                is_text |= text == "--command";
                continue;
            }
            is_text |= text.starts_with('-') && text.contains('c');
            reads_input |= text.starts_with('-') && text.contains('s');
            if text.ends_with(['o', 'O']) {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        self.mark_wrapper(index);
        self.start_up_file(name, index);
        if is_text {
            let Some((text, operands)) = rest.split_first() else { return Some(0) };
            let mut operands = operands.iter().cloned();
            let zero = operands.next().unwrap_or_else(|| Value::literal(name));
            let handed = (zero, operands.collect());
            return self.script(name, text, handed, index);
        }
        if let Some((path, operands)) = rest.split_first().filter(|_| !reads_input) {
            let content = self.read_file(path);
            let content = if content.is_unknown() { content.with_origins_of(path) } else { content };
            self.script(name, &content, (path.clone(), operands.to_vec()), index)
        } else {
            let input = self.standard_input();
            // What the script itself reads from standard input is the rest of the script.
            self.script(name, &input, (Value::literal(name), rest.to_vec()), index)
        }
    }

    /// The file that `BASH_ENV` or `ENV` names is run before anything else.
    fn start_up_file(&mut self, name: &str, index: usize) {
        for variable in ["BASH_ENV", "ENV"] {
            let Some(path) = self.variable_if_set(variable).filter(|path| !path.is_empty()) else { continue };
            let content = self.read_file(&path);
            if !content.is_unknown() {
                self.script(name, &content, (Value::literal(name), Vec::new()), index);
            }
        }
    }

    /// Runs a script in a shell of its own.
    pub(super) fn script(
        &mut self,
        name: &str,
        text: &Value,
        (zero, positional): (Value, Vec<Value>),
        index: usize,
    ) -> Status {
        self.flow(text, &Destination::Interpreter, index);
        if text.is_unknown() && text.text().is_empty() {
            let output = Value::unknown(Unknown::Output(Some(index))).with_origins_of(text);
            self.write(&output, index);
            return None;
        }
        let body = skip_shebang(text);
        if let Some(language) = shebang_language(text.text()) {
            return self.code(name, language, &body, index);
        }
        self.subshell(|machine| {
            machine.shell.positional = Rc::new(positional);
            machine.shell.name = zero;
            machine.via(name, Some(index), |machine| machine.run_value(&body))
        })
    }

    fn language(&mut self, name: &str, row: &Row, arguments: &[Value], index: usize) -> Status {
        let &Row { language, code: code_options, valued, .. } = row;
        if language == Language::PowerShell {
            return self.powershell(name, arguments, index);
        }
        let mut rest = arguments;
        let mut code: Option<Value> = None;
        let mut is_module = false;
        while let Some((option, behind)) = rest.split_first() {
            let text = option.text();
            let glued = code_options.iter().find_map(|known| {
                text.strip_prefix(known).filter(|value| !value.is_empty() && known.len() == 2)
            });
            let is_cluster = language != Language::Python
                && text.starts_with('-')
                && !text.starts_with("--")
                && code_options
                    .iter()
                    .any(|known| known.len() == 2 && text.ends_with(known.trim_start_matches('-')));
            if code_options.contains(&text) || is_cluster {
                let value = behind.first().cloned().unwrap_or_default();
                rest = behind.get(1..).unwrap_or_default();
                append_code(&mut code, &value);
            } else if let Some(glued) = glued {
                append_code(&mut code, &option.slice(text.len() - glued.len()..text.len()));
                rest = behind;
            } else if let Some((_, value)) =
                text.split_once('=').filter(|(key, _)| code_options.contains(key))
            {
                append_code(&mut code, &option.slice(text.len() - value.len()..text.len()));
                rest = behind;
            } else if valued.contains(&text) {
                is_module |= text == "-m";
                rest = behind.get(1..).unwrap_or_default();
            } else if text.starts_with('-') && text != "-" {
                rest = behind;
            } else {
                break;
            }
        }
        if language == Language::Awk && code.is_none() {
            code = rest.first().cloned();
            rest = rest.get(1..).unwrap_or_default();
        }
        let code = match (code, rest.first()) {
            (Some(code), _) => code,
            (None, _) if is_module => return self.unread(index),
            (None, Some(path)) if path.text() != "-" => {
                let content = self.read_file(path);
                if content.is_unknown() { content.with_origins_of(path) } else { content }
            }
            (None, _) => self.standard_input(),
        };
        self.flow(&code, &Destination::Interpreter, index);
        if code.is_unknown() {
            return self.unread(index);
        }
        self.code(name, language, &code, index)
    }

    /// Output of a program of which nothing is known.
    fn unread(&mut self, index: usize) -> Status {
        let input = self.standard_input();
        let output = Value::unknown(Unknown::Output(Some(index))).with_origins_of(&input);
        self.write(&output, index);
        None
    }

    /// What code in another language hands to a shell or runs, removes, writes and prints.
    fn code(&mut self, name: &str, language: Language, code: &Value, index: usize) -> Status {
        if !self.budget.spend(code.text().len() / 2 + 1) {
            return None;
        }
        let marked = if code.holes().is_empty() { code.text().to_owned() } else { self.marked(code) };
        let (sinks, is_complete) = script::sinks(&marked, language);
        if !is_complete {
            self.budget.reach(Limit::Steps);
        }
        let mut printed = Value::default();
        let mut unfollowed = false;
        for sunk in sinks {
            match sunk {
                Sunk::Text(text) => {
                    let text = self.with_marks(&own(text, index));
                    self.flow(&text, &Destination::Interpreter, index);
                    self.nested_text(name, &text, index);
                }
                Sunk::Words(words) => {
                    let argv: Vec<Value> =
                        words.into_iter().map(|word| self.with_marks(&own(word, index))).collect();
                    self.mark_wrapper(index);
                    self.subshell(|machine| {
                        machine.via(name, Some(index), |machine| machine.invoke(&argv, &Around::default()))
                    });
                }
                Sunk::Printed(text) => printed.append(&self.with_marks(&own(text, index))),
                Sunk::Dynamic(text) => {
                    unfollowed = true;
                    let text = self.with_marks(&own(text, index));
                    self.flow(&text, &Destination::Interpreter, index);
                }
            }
        }
        let input = self.standard_input();
        let mut output = printed;
        unfollowed |= output.holes().iter().any(|hole| hole.why == Unknown::Computed);
        if unfollowed || output.is_empty() {
            output.append(&Value::unknown(Unknown::Output(Some(index))));
            output.add_origins(input.origins());
            // Nothing but the code itself decides what it prints, and that could not be computed.
            let from_outside = input
                .origins()
                .iter()
                .chain(output.origins())
                .any(|origin| matches!(origin, Origin::File(_) | Origin::Output(_) | Origin::Network(_)));
            if !from_outside && !code.is_empty() {
                output.add_origin(Origin::Decoded(Rc::from(name)));
            }
        }
        output.add_origins(code.origins());
        self.write(&output, index);
        None
    }

    fn powershell(&mut self, name: &str, arguments: &[Value], index: usize) -> Status {
        let words: Vec<&str> = arguments.iter().map(Value::text).collect();
        let code = match crate::powershell::command_text(&words) {
            Some(text) => Value::literal(text),
            None => match self.shell.descriptors.get(&0) {
                Some(Handle::Data(_)) => self.standard_input(),
                _ => return None,
            },
        };
        let mut code = code;
        for argument in arguments {
            code.add_origins(argument.origins());
        }
        self.flow(&code, &Destination::Interpreter, index);
        self.mark_wrapper(index);
        let (statements, is_complete) = crate::powershell::statements(code.text());
        if !is_complete {
            self.budget.reach(Limit::Depth);
        }
        for statement in statements {
            let argv: Vec<Value> = statement.argv.into_iter().map(Value::literal).collect();
            self.subshell(|machine| {
                machine.via(name, Some(index), |machine| machine.emit(&argv, &Around::default()));
            });
        }
        None
    }
}

/// What the code itself fetched was fetched by the command that runs it.
fn own(mut value: Value, index: usize) -> Value {
    for origin in &mut value.origins {
        if *origin == Origin::Network(script::THIS_COMMAND) {
            *origin = Origin::Network(index);
        }
    }
    value
}

fn append_code(code: &mut Option<Value>, value: &Value) {
    match code {
        Some(code) => {
            code.push_text("\n");
            code.append(value);
        }
        None => *code = Some(value.clone()),
    }
}

fn skip_shebang(text: &Value) -> Value {
    if !text.text().starts_with("#!") {
        return text.clone();
    }
    let from = text.text().find('\n').unwrap_or(text.text().len());
    text.slice(from..text.text().len())
}

/// The language a script's first line names, if it is not a shell.
fn shebang_language(text: &str) -> Option<Language> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let name = line.split_whitespace().rev().find(|word| !word.starts_with('-'))?.rsplit('/').next()?;
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    LANGUAGES.iter().find(|row| row.name == plain).map(|row| row.language)
}
