//! Calls that run, remove, write or print, found by name.

use std::collections::HashMap;

use super::expression::{Item, MOST_ITEMS, Reader};
use super::lexer::Token;
use super::{Language, Sunk};
use crate::value::Value;

/// What a call does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// The first argument is text for a shell, or a list that is a command; further texts are its arguments.
    Runs,
    /// The same, for names so common that the code must mention processes.
    RunsIfProcess,
    /// `execl(path, name, arguments...)`.
    Replaces,
    /// `execv(path, list)`.
    ReplacesList,
    /// The first argument is code of the same language.
    Code,
    /// This command with the first argument, a path.
    Path(&'static [&'static str]),
    /// This command with the first two arguments.
    Paths(&'static str),
    /// `open(path, mode)`: reading or writing.
    Opens,
    Prints,
}

/// Calls by the last part of their name.
const CALLS: &[(&str, Effect)] = &[
    ("system", Effect::Runs),
    ("popen", Effect::Runs),
    ("popen2", Effect::Runs),
    ("popen3", Effect::Runs),
    ("getoutput", Effect::Runs),
    ("getstatusoutput", Effect::Runs),
    ("check_call", Effect::Runs),
    ("check_output", Effect::Runs),
    ("Popen", Effect::Runs),
    ("create_subprocess_shell", Effect::Runs),
    ("create_subprocess_exec", Effect::Runs),
    ("execSync", Effect::Runs),
    ("execFile", Effect::Runs),
    ("execFileSync", Effect::Runs),
    ("spawnSync", Effect::Runs),
    ("execa", Effect::Runs),
    ("execaSync", Effect::Runs),
    ("shell_exec", Effect::Runs),
    ("passthru", Effect::Runs),
    ("proc_open", Effect::Runs),
    ("pcntl_exec", Effect::Runs),
    ("capture2", Effect::Runs),
    ("capture3", Effect::Runs),
    ("capture2e", Effect::Runs),
    ("execute", Effect::Runs),
    ("system2", Effect::Runs),
    ("startfile", Effect::Runs),
    ("spawn", Effect::RunsIfProcess),
    ("run", Effect::RunsIfProcess),
    ("call", Effect::RunsIfProcess),
    ("fork", Effect::RunsIfProcess),
    ("execl", Effect::Replaces),
    ("execlp", Effect::Replaces),
    ("execle", Effect::Replaces),
    ("execlpe", Effect::Replaces),
    ("execv", Effect::ReplacesList),
    ("execvp", Effect::ReplacesList),
    ("execve", Effect::ReplacesList),
    ("execvpe", Effect::ReplacesList),
    ("eval", Effect::Code),
    ("assert", Effect::Code),
    ("loadstring", Effect::Code),
    ("runInNewContext", Effect::Code),
    ("runInThisContext", Effect::Code),
    ("Function", Effect::Code),
    ("rmtree", Effect::Path(&["rm", "-rf"])),
    ("remove_tree", Effect::Path(&["rm", "-rf"])),
    ("rm_rf", Effect::Path(&["rm", "-rf"])),
    ("rm_r", Effect::Path(&["rm", "-r"])),
    ("remove_dir", Effect::Path(&["rm", "-r"])),
    ("remove_entry_secure", Effect::Path(&["rm", "-r"])),
    ("rmSync", Effect::Path(&["rm", "-rf"])),
    ("rm", Effect::Path(&["rm", "-rf"])),
    ("rimraf", Effect::Path(&["rm", "-rf"])),
    ("rimrafSync", Effect::Path(&["rm", "-rf"])),
    ("removeSync", Effect::Path(&["rm", "-rf"])),
    ("emptyDirSync", Effect::Path(&["rm", "-rf"])),
    ("rmdirSync", Effect::Path(&["rm", "-r"])),
    ("removedirs", Effect::Path(&["rm", "-r"])),
    ("rmdir", Effect::Path(&["rmdir"])),
    ("remove", Effect::Path(&["rm"])),
    ("unlink", Effect::Path(&["rm"])),
    ("unlinkSync", Effect::Path(&["rm"])),
    ("delete", Effect::Path(&["rm"])),
    ("truncate", Effect::Path(&["truncate", "-s", "0"])),
    ("truncateSync", Effect::Path(&["truncate", "-s", "0"])),
    ("write_text", Effect::Path(&["tee"])),
    ("write_bytes", Effect::Path(&["tee"])),
    ("writeFileSync", Effect::Path(&["tee"])),
    ("writeFile", Effect::Path(&["tee"])),
    ("appendFileSync", Effect::Path(&["tee", "-a"])),
    ("appendFile", Effect::Path(&["tee", "-a"])),
    ("createWriteStream", Effect::Path(&["tee"])),
    ("file_put_contents", Effect::Path(&["tee"])),
    ("readFileSync", Effect::Path(&["cat"])),
    ("readFile", Effect::Path(&["cat"])),
    ("read_text", Effect::Path(&["cat"])),
    ("read_bytes", Effect::Path(&["cat"])),
    ("file_get_contents", Effect::Path(&["cat"])),
    ("slurp", Effect::Path(&["cat"])),
    ("rename", Effect::Paths("mv")),
    ("renameSync", Effect::Paths("mv")),
    ("move", Effect::Paths("mv")),
    ("copy", Effect::Paths("cp")),
    ("copyfile", Effect::Paths("cp")),
    ("copytree", Effect::Paths("cp")),
    ("copyFileSync", Effect::Paths("cp")),
    ("symlink", Effect::Paths("ln")),
    ("open", Effect::Opens),
    ("fopen", Effect::Opens),
    ("print", Effect::Prints),
    ("puts", Effect::Prints),
    ("printf", Effect::Prints),
    ("say", Effect::Prints),
    ("echo", Effect::Prints),
    ("log", Effect::Prints),
    ("write", Effect::Prints),
];

/// Calls that only some languages have, looked at before the others.
const SPECIAL: &[(Language, &str, Effect)] = &[
    (Language::Python, "exec", Effect::Code),
    (Language::JavaScript, "exec", Effect::Runs),
    (Language::Perl, "exec", Effect::Runs),
    (Language::Ruby, "exec", Effect::Runs),
    (Language::Ruby, "spawn", Effect::Runs),
    (Language::Php, "exec", Effect::Runs),
    (Language::Tcl, "exec", Effect::Runs),
    (Language::Lua, "load", Effect::Code),
    (Language::R, "unlink", Effect::Path(&["rm", "-rf"])),
];

pub(super) struct Walk<'t> {
    reader: Reader<'t>,
    depth: u32,
    /// The code mentions processes, so `run` and `spawn` mean them.
    processes: bool,
    pub(super) found: Vec<Sunk>,
    /// Nothing was left out.
    pub(super) is_complete: bool,
}

/// More than this of what code does is not told.
const MOST_FOUND: usize = 1_024;

/// So many tokens before a command the `print` into it is looked for.
const NEAR: usize = 200;

impl<'t> Walk<'t> {
    pub(super) fn new(tokens: &'t [Token], language: Language, depth: u32) -> Self {
        let mentions = |name: &str| {
            ["subprocess", "child_process", "pty", "Bun", "Deno", "Process", "posix"]
                .iter()
                .any(|part| name.contains(part))
        };
        let processes = tokens.iter().any(|token| match token {
            Token::Name(name) => mentions(name),
            Token::Text { text, .. } => text.len() < 40 && mentions(text),
            _ => false,
        });
        let reader =
            Reader { tokens, at: 0, variables: HashMap::new(), language, depth: 0, work: 0, is_cut: false };
        Self { reader, depth, processes, found: Vec::new(), is_complete: true }
    }

    pub(super) fn all(&mut self) {
        let tokens = self.reader.tokens;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if self.found.len() > MOST_FOUND {
                self.is_complete = false;
                return;
            }
            self.reader.at = at + 1;
            match token {
                Token::Name(name) => self.name(name, at),
                Token::Command(text) => {
                    let text = self.reader.expanded(text);
                    self.found.push(Sunk::Text(text));
                }
                Token::Text { text, .. } => self.piped(text, at),
                Token::Number(_) | Token::Sign(_) | Token::Newline => {}
            }
            at += 1;
        }
        self.is_complete &= !self.reader.is_cut;
    }

    /// `awk`: `"command" | getline` and `print ... | "command"`; AppleScript: `do shell script "..."`.
    fn piped(&mut self, text: &str, at: usize) {
        let before = |count: usize| at.checked_sub(count).and_then(|at| self.reader.tokens.get(at));
        let next = self.reader.tokens.get(at + 1);
        let is_name = |token: Option<&Token>, expected: &str| matches!(token, Some(Token::Name(name)) if name == expected);
        let runs = match self.reader.language {
            Language::Awk => {
                before(1) == Some(&Token::Sign('|'))
                    || next == Some(&Token::Sign('|')) && is_name(self.reader.tokens.get(at + 2), "getline")
                    || before(1) == Some(&Token::Sign('&')) && before(2) == Some(&Token::Sign('|'))
            }
            Language::AppleScript => is_name(before(1), "script") && is_name(before(2), "shell"),
            _ => false,
        };
        if runs {
            let printed = self.printed_before(at);
            let mut text = Value::literal(text);
            if let Some(printed) = printed {
                // What is printed into the command is its input.
                let mut line = Value::literal("printf %s ");
                line.append(&printed.map(|text| format!("'{}'", text.replace('\'', "'\\''"))));
                line.push_text(" | ");
                line.append(&text);
                text = line;
            }
            self.found.push(Sunk::Text(text));
        } else if self.reader.language == Language::Awk
            && before(1) == Some(&Token::Sign('>'))
            && text.contains('/')
        {
            self.found.push(Sunk::Words(vec![Value::literal("tee"), Value::literal(text)]));
        }
    }

    /// `print X | "command"`: the value of X.
    fn printed_before(&mut self, at: usize) -> Option<Value> {
        if self.reader.language != Language::Awk {
            return None;
        }
        let is_print =
            |token: &Token| matches!(token, Token::Name(name) if name == "print" || name == "printf");
        let ends = |token: &Token| matches!(token, Token::Newline | Token::Sign('}'));
        let before = self.reader.tokens.get(..at)?.iter().rev();
        let Some(back) = before.take(NEAR).position(|token| is_print(token) || ends(token)) else {
            self.is_complete &= at <= NEAR;
            return None;
        };
        let start = at - 1 - back;
        if !self.reader.tokens.get(start).is_some_and(is_print) {
            return None;
        }
        self.reader.at = start + 1;
        Some(self.reader.expression().value())
    }

    fn name(&mut self, name: &str, at: usize) {
        let next = self.reader.peek();
        let behind = self.reader.tokens.get(at + 2);
        if next == Some(&Token::Sign('='))
            && behind != Some(&Token::Sign('='))
            && behind != Some(&Token::Sign('~'))
        {
            self.reader.at = at + 2;
            let item = self.reader.expression();
            self.reader.variables.insert(name.to_owned(), item);
            return;
        }
        let looked_up;
        let mut last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
        if last == "getattr" && self.reader.takes('(') {
            looked_up = self.reader.arguments(')').get(1).map(Item::value).unwrap_or_default();
            last = looked_up.text();
        }
        let language = self.reader.language;
        let special = SPECIAL
            .iter()
            .find(|(of, call, _)| *of == language && *call == last)
            .map(|(_, _, effect)| *effect);
        let effect =
            special.or_else(|| CALLS.iter().find(|(call, _)| *call == last).map(|(_, effect)| *effect));
        let Some(effect) = effect else { return };
        let receiver = self.receiver(at);
        let arguments = if self.reader.takes('(') {
            self.reader.arguments(')')
        } else if takes_bare_arguments(language, effect)
            && !matches!(self.reader.peek(), None | Some(Token::Newline | Token::Sign(_)))
        {
            let mut arguments = vec![self.reader.expression()];
            while self.reader.takes(',') {
                arguments.push(self.reader.expression());
            }
            arguments
        } else {
            return;
        };
        self.effect(effect, name, receiver, &arguments);
    }

    /// For `Path("x").unlink()`: the argument of the call before the dot.
    fn receiver(&self, at: usize) -> Option<Value> {
        let tokens = self.reader.tokens;
        let dotted = at.checked_sub(1).and_then(|at| tokens.get(at)) == Some(&Token::Sign('.'));
        let closed = at.checked_sub(2).and_then(|at| tokens.get(at)) == Some(&Token::Sign(')'));
        match at.checked_sub(3).and_then(|at| tokens.get(at)) {
            Some(Token::Text { text, .. }) if dotted && closed => Some(Value::literal(text.as_str())),
            _ => None,
        }
    }

    fn effect(&mut self, effect: Effect, name: &str, receiver: Option<Value>, arguments: &[Item]) {
        let is_long = |item: &Item| matches!(item, Item::List(items) if items.len() > MOST_ITEMS);
        if effect != Effect::Prints && (arguments.len() > MOST_ITEMS || arguments.iter().any(is_long)) {
            self.is_complete = false;
        }
        let first = arguments.first();
        match effect {
            Effect::Runs => self.runs(arguments),
            Effect::RunsIfProcess if self.processes || matches!(self.reader.language, Language::Ruby) => {
                self.runs(arguments);
            }
            Effect::RunsIfProcess => {}
            Effect::Replaces => {
                let mut words: Vec<Value> = arguments.iter().map(Item::value).collect();
                if words.len() > 1 {
                    words.remove(1);
                }
                self.found.push(Sunk::Words(words));
            }
            Effect::ReplacesList => {
                let mut words = vec![first.map(Item::value).unwrap_or_default()];
                if let Some(Item::List(items)) = arguments.get(1) {
                    words.extend(items.iter().skip(1).map(Item::value));
                }
                self.found.push(Sunk::Words(words));
            }
            Effect::Code => {
                let Some(code) = first.map(Item::value) else { return };
                match code.known() {
                    Some(text) => {
                        let (found, is_complete) =
                            super::sinks_at(text, self.reader.language, self.depth + 1);
                        self.found.extend(found);
                        self.is_complete &= is_complete;
                    }
                    None => self.found.push(Sunk::Dynamic(code.clone())),
                }
                if !code.origins().is_empty() {
                    self.found.push(Sunk::Dynamic(code));
                }
            }
            Effect::Path(command) => {
                let path = match (first, receiver) {
                    (_, Some(receiver))
                        if !matches!(first, Some(Item::Text(_))) || name.starts_with("write_") =>
                    {
                        receiver
                    }
                    (Some(item @ (Item::Text(_) | Item::List(_))), _) => item.value(),
                    _ => return,
                };
                let mut words: Vec<Value> = command.iter().map(|word| Value::literal(*word)).collect();
                words.push(path);
                self.found.push(Sunk::Words(words));
            }
            Effect::Paths(command) => {
                if let [from @ Item::Text(_), to @ Item::Text(_), ..] = arguments {
                    self.found.push(Sunk::Words(vec![Value::literal(command), from.value(), to.value()]));
                }
            }
            Effect::Opens => self.opens(arguments),
            Effect::Prints => self.found.push(Sunk::Printed(self.printed(name, arguments))),
        }
    }

    /// What `print` and its like put out.
    fn printed(&self, name: &str, arguments: &[Item]) -> Value {
        use Language::{Awk, Perl, Php, Ruby};
        let language = self.reader.language;
        if name == "printf" && matches!(language, Awk | Perl | Php | Ruby) {
            let format = arguments.first().map(Item::value).unwrap_or_default();
            let as_letters = format.text().contains("%c");
            let values: Vec<Value> = arguments
                .iter()
                .map(|item| match item {
                    Item::Number(code) if as_letters => {
                        let letter = u32::try_from(*code).ok().and_then(char::from_u32);
                        Value::literal(letter.map(String::from).unwrap_or_default())
                    }
                    other => other.value(),
                })
                .collect();
            return crate::evaluate::printf(&values);
        }
        let between = if matches!(language, Perl | Php | Ruby) { "" } else { " " };
        let mut printed = Value::default();
        for (at, item) in arguments.iter().enumerate() {
            if at > 0 {
                printed.push_text(between);
            }
            printed.append(&item.value());
        }
        let ends_line = match language {
            Perl | Php | Ruby => matches!(name, "say" | "puts"),
            _ => !name.ends_with("write") && name != "printf",
        };
        if ends_line {
            printed.push_text("\n");
        }
        printed
    }

    fn runs(&mut self, arguments: &[Item]) {
        let words = match arguments {
            [] => return,
            [Item::List(items), ..] => items.iter().map(Item::value).collect(),
            [program, Item::List(items), ..] => {
                let mut words = vec![program.value()];
                words.extend(items.iter().map(Item::value));
                words
            }
            [Item::Text(_), Item::Text(_), ..] => arguments.iter().map(Item::value).collect::<Vec<Value>>(),
            [first, ..] => {
                let text = first.value();
                self.found.push(if text.is_unknown() { Sunk::Dynamic(text) } else { Sunk::Text(text) });
                return;
            }
        };
        self.found.push(Sunk::Words(words));
    }

    /// Python's and PHP's `open(path, mode)`; Perl's `open(handle, "command|")`.
    fn opens(&mut self, arguments: &[Item]) {
        let texts: Vec<Value> =
            arguments.iter().filter(|item| matches!(item, Item::Text(_))).map(Item::value).collect();
        let Some(first) = texts.first() else { return };
        let second = texts.get(1).map_or("", Value::text);
        if self.reader.language == Language::Perl {
            let trimmed = first.text().trim();
            if trimmed.ends_with('|') && trimmed.len() > 1 || trimmed.starts_with('|') && trimmed.len() > 1 {
                self.found.push(Sunk::Text(first.map(|text| text.trim().trim_matches('|').to_owned())));
                return;
            }
            if matches!(trimmed, "-|" | "|-") {
                self.found.push(Sunk::Words(texts.into_iter().skip(1).collect()));
                return;
            }
            let (mode, path) = if second.is_empty() {
                ("", first.clone())
            } else {
                (trimmed, texts.get(1).cloned().unwrap_or_default())
            };
            let writes = mode.contains('>') || first.text().starts_with('>');
            let path = path.map(|text| text.trim_start_matches(['<', '>', ' ']).to_owned());
            self.found.push(Sunk::Words(vec![Value::literal(if writes { "tee" } else { "cat" }), path]));
            return;
        }
        let writes = second.starts_with(['w', 'a', 'x']) || second.contains('+');
        self.found.push(Sunk::Words(vec![Value::literal(if writes { "tee" } else { "cat" }), first.clone()]));
    }
}

/// Calls without parentheses: Perl, Ruby, PHP's `echo`, awk's `print`.
fn takes_bare_arguments(language: Language, effect: Effect) -> bool {
    match language {
        Language::Perl | Language::Ruby | Language::Tcl => true,
        Language::Php | Language::Awk | Language::Lua => effect == Effect::Prints,
        Language::Python
        | Language::JavaScript
        | Language::AppleScript
        | Language::R
        | Language::PowerShell => false,
    }
}
