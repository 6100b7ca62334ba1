//! What an analysis says: the commands, their data flows, and what could not be read.

use std::rc::Rc;

use crate::value::{Origin, Value};

/// What the evaluation may assume about the machine; nothing else is looked up.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The home folder, what `~` and `$HOME` mean. Empty: unknown.
    pub home: String,
    /// The folder the command line starts in. Empty: unknown.
    pub cwd: String,
    /// Environment variables that may be read as constants (`TMPDIR`, `CLAUDE_PROJECT_DIR`).
    pub variables: Vec<(String, String)>,
}

/// What a command line would run, and what could not be known of it.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Every command, in the order of evaluation. A wrapper (`sudo`) and what it runs are two commands, outer first.
    pub commands: Vec<Command>,
    /// Data from outside (downloaded, decoded, secret, environment) and where it goes.
    pub flows: Vec<Flow>,
    /// Functions that call themselves.
    pub recursions: Vec<Recursion>,
    /// The first bound that was reached. The analysis is then incomplete and the caller should ask.
    pub limit: Option<Limit>,
    /// Stretches that are not valid shell. What could be read of them is among the commands.
    pub unparsed: Vec<Problem>,
}

/// Bytes `start..end` of the text given to [`crate::analyze`].
///
/// What `eval`, `bash -c` or a decoding stage runs has the span of the word or command it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// One command that would run, with everything expanded.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// The name and its arguments after all expansion. Empty for a command of only assignments or redirections.
    pub argv: Vec<Value>,
    /// `NAME=value` before the name, or the whole command where argv is empty.
    pub assignments: Vec<Assignment>,
    /// Variables the command line exported before this command.
    pub environment: Vec<Assignment>,
    pub redirections: Vec<Redirection>,
    pub span: Span,
    /// What leads here, outermost first: `sudo`, `bash`, `xargs`, `eval`, `ssh`, `python`.
    pub via: Vec<Wrapper>,
    pub reach: Reach,
    /// Inside a loop.
    pub repeated: bool,
    /// Started with `&`, or by something that detaches it (`nohup` does not, `setsid` does not).
    pub background: bool,
    pub stdin: Option<Source>,
    pub stdout: Option<Sink>,
    /// What is read on standard input, where anything is known of it: text, holes, origins.
    pub input: Option<Value>,
    /// The working folder: `World::cwd` followed through `cd`. `None` once it cannot be known.
    pub directory: Option<Rc<str>>,
    /// This command only runs others, which are in the list too (`sudo`, `xargs`, `bash -c`, a function call).
    pub wraps: bool,
}

/// One step on the way to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// The base name of the program or the builtin: `sudo`, `bash`, `eval`, `find`, `ssh`, `function`, `alias`.
    pub name: Rc<str>,
    /// The index of the wrapping command in [`Analysis::commands`], where it is there.
    pub command: Option<usize>,
}

/// Whether a command runs when the command line does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It runs, unless something before it ends the shell.
    #[default]
    Always,
    /// It hangs on a condition that is not known (`test -e x && ...`), or stands in a function nothing calls.
    Sometimes,
    /// It hangs on a condition known to be false (`false && ...`).
    Never,
}

/// `NAME=value`, also `NAME+=value` (the value is the joined one) and `NAME[i]=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub name: Rc<str>,
    pub value: Value,
}

/// A redirection with its target expanded.
#[derive(Clone, Debug)]
pub struct Redirection {
    /// The descriptor redirected; `&>` gives two redirections, 1 and 2.
    pub descriptor: u32,
    pub mode: Mode,
    pub target: Target,
    pub span: Span,
}

/// How a redirection opens its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Read,
    /// `>`, `>|`, `&>`: empties the file first.
    Write,
    /// `>>`, `&>>`.
    Append,
    /// `<>`.
    ReadWrite,
}

/// What a redirection connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    File(Value),
    /// `>&2`; `None` closes (`>&-`).
    Descriptor(Option<u32>),
    /// A here-document or here-string: the text itself.
    Text(Value),
    /// `> >(command)` or `< <(command)`.
    Process,
}

/// What a command reads on standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The output of the command with this index; for a compound command, of its last one.
    Pipe(usize),
    File(Value),
    /// A here-document or here-string.
    Text(Value),
    /// A process substitution, or a pipe whose other end is not one command.
    Process,
}

/// Where a command's standard output goes, if not to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// Into the command with this index.
    Pipe(usize),
    File {
        path: Value,
        append: bool,
    },
    /// Into the word of another command: `$(...)`.
    Substitution,
}

/// Data from outside and what takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub origin: Origin,
    pub into: Destination,
    /// The index of the command that takes it.
    pub command: usize,
    /// The data itself was computed and is what the analysis went on with.
    pub known: bool,
}

/// What takes the data of a [`Flow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// It is executed: a shell, an interpreter, `eval`, `source`, a downloaded file that is started.
    Interpreter,
    /// It leaves the machine: standard input or an argument of a network client, `/dev/tcp`.
    Network,
    /// It is written to this path.
    File(Value),
}

/// A function that calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recursion {
    pub name: Rc<str>,
    pub span: Span,
    /// The call stands in a pipeline or in the background: each call starts more than one process.
    pub multiplies: bool,
}

/// A bound of the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The text is longer than is read.
    Bytes,
    /// Commands, substitutions, wrappers or function calls nest deeper than is followed.
    Depth,
    /// Evaluation takes more steps than are spent.
    Steps,
}

/// A stretch of text that is not valid shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub span: Span,
    /// What is wrong, as a phrase: "unterminated single quote".
    pub what: &'static str,
}
