//! Code in other languages: what it hands to a shell, runs, removes, writes and prints, where that is constant.
//!
//! Only calls that do something are looked for. A string that merely looks like a command is data.

mod computed;
mod decoding;
mod expression;
mod lexer;
mod sink;

pub(crate) use expression::THIS_COMMAND;

use crate::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    JavaScript,
    Perl,
    Ruby,
    Php,
    Lua,
    Awk,
    AppleScript,
    R,
    Tcl,
    PowerShell,
}

/// Something code does.
#[derive(Clone, Debug)]
pub(crate) enum Sunk {
    /// Text for a shell.
    Text(Value),
    /// A command with its arguments; calls that work on files are told as the command that does the same.
    Words(Vec<Value>),
    /// What is printed.
    Printed(Value),
    /// Something is run that is not constant.
    Dynamic(Value),
}

/// Nesting of code in code (`eval`).
const MAX_DEPTH: u32 = 4;

/// What `code` does, in the order it is written, and whether that is all.
pub(crate) fn sinks(code: &str, language: Language) -> (Vec<Sunk>, bool) {
    sinks_at(code, language, 0)
}

fn sinks_at(code: &str, language: Language, depth: u32) -> (Vec<Sunk>, bool) {
    if depth > MAX_DEPTH {
        return (vec![Sunk::Dynamic(Value::default())], true);
    }
    if language == Language::Tcl {
        return (tcl(code), true);
    }
    let (tokens, is_complete) = lexer::tokens(code, language);
    let mut walk = sink::Walk::new(&tokens, language, depth);
    walk.all();
    (walk.found, is_complete && walk.is_complete)
}

/// Tcl's and Expect's commands are lines of words; three of them start programs.
fn tcl(code: &str) -> Vec<Sunk> {
    let mut found = Vec::new();
    for statement in code.split(['\n', ';', '[', ']']) {
        let statement = statement.trim();
        let runs = ["spawn ", "exec ", "system "].iter().find_map(|verb| statement.strip_prefix(verb));
        if let Some(rest) = runs {
            found.push(Sunk::Text(Value::literal(
                rest.trim_start_matches("-noecho ").replace(['{', '}'], "'"),
            )));
        }
    }
    found
}
