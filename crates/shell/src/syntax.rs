//! The tree the parser builds: lists of pipelines of commands, whose words are parts.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::analysis::Span;

/// Commands separated by `;`, `&` or newlines.
pub(crate) type List = Vec<Item>;

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) first: Pipeline,
    pub(crate) rest: Vec<(Connector, Pipeline)>,
    pub(crate) background: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connector {
    And,
    Or,
}

#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) negated: bool,
    pub(crate) stages: Vec<Stage>,
}

/// One command of a pipeline, simple or compound, with its redirections.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) node: Node,
    pub(crate) redirections: Vec<Redirect>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Node {
    Simple(Simple),
    Subshell(List),
    Group(List),
    If {
        branches: Vec<(List, List)>,
        otherwise: List,
    },
    While {
        until: bool,
        condition: List,
        body: List,
    },
    /// `words` is absent for `for x; do`, which walks the positional parameters. `select` is the same with input.
    For {
        name: String,
        words: Option<Vec<Word>>,
        body: List,
        select: bool,
    },
    ForArithmetic {
        start: Parts,
        condition: Parts,
        step: Parts,
        body: List,
    },
    Case {
        word: Word,
        arms: Vec<Arm>,
    },
    Function {
        name: String,
        body: Rc<Stage>,
    },
    Condition(Condition),
    Arithmetic(Parts),
    Coprocess {
        name: String,
        body: Rc<List>,
    },
    /// Nothing but redirections, or nothing that could be read.
    Empty,
}

#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) patterns: Vec<Word>,
    pub(crate) body: List,
}

#[derive(Debug, Default)]
pub(crate) struct Simple {
    pub(crate) assignments: Vec<Assign>,
    pub(crate) words: Vec<Word>,
    /// Array assignments among the arguments of `declare` and its like.
    pub(crate) declared: Vec<Assign>,
}

#[derive(Debug)]
pub(crate) struct Assign {
    pub(crate) name: String,
    pub(crate) index: Option<Parts>,
    pub(crate) append: bool,
    pub(crate) value: AssignValue,
}

#[derive(Debug)]
pub(crate) enum AssignValue {
    Scalar(Word),
    /// Elements with their optional `[index]=`.
    Array(Vec<(Option<Parts>, Word)>),
}

/// The expression inside `[[ ]]`.
#[derive(Debug)]
pub(crate) enum Condition {
    Not(Box<Condition>),
    /// Side by side, not nested: a long chain must not need a deep stack.
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Unary(String, Word),
    Binary(Word, String, Word),
    Word(Word),
}

#[derive(Debug)]
pub(crate) struct Redirect {
    pub(crate) descriptor: Descriptor,
    pub(crate) operator: RedirectOperator,
    pub(crate) target: RedirectTarget,
    pub(crate) span: Span,
}

/// What stands before the operator.
#[derive(Debug)]
pub(crate) enum Descriptor {
    Default,
    Number(u32),
    /// `{name}>file`.
    Variable(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectOperator {
    Read,
    Write,
    Append,
    ReadWrite,
    /// `&>`, `>&word`.
    WriteBoth,
    AppendBoth,
    /// `<&`.
    DuplicateInput,
    /// `>&`.
    DuplicateOutput,
    HereDocument,
    HereString,
}

#[derive(Debug)]
pub(crate) enum RedirectTarget {
    Word(Word),
    /// Filled when the body is read, after the line that announces it.
    Here(Rc<OnceCell<Parts>>),
}

/// A word: adjoining parts.
#[derive(Debug, Default)]
pub(crate) struct Word {
    pub(crate) parts: Parts,
}

pub(crate) type Parts = Vec<Part>;

#[derive(Debug)]
pub(crate) enum Part {
    /// Unquoted text: its braces, tilde and pattern characters are active.
    Literal(String),
    /// `'...'`, `$'...'` or a backslashed character.
    Quoted(String),
    Double(Parts),
    Parameter(Box<Parameter>),
    Command(Rc<List>),
    /// `<(...)`, or `>(...)` where `output`.
    Process {
        list: Rc<List>,
        output: bool,
    },
    Arithmetic(Parts),
}

/// `$name` or `${...}`.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) index: Option<Index>,
    pub(crate) indirect: bool,
    /// Written with braces, so the name ends where they do.
    pub(crate) braced: bool,
    pub(crate) operator: Operator,
}

#[derive(Debug)]
pub(crate) enum Index {
    /// `[@]`.
    All,
    /// `[*]`.
    Joined,
    At(Parts),
}

#[derive(Debug)]
pub(crate) enum Operator {
    None,
    /// `${#name}`.
    Length,
    /// `${!prefix*}`.
    Names,
    /// `-`, `=`, `?` or `+`; `or_empty` with a colon.
    Default {
        kind: u8,
        or_empty: bool,
        word: Parts,
    },
    /// `#` and `##` (`suffix` false), `%` and `%%`.
    Remove {
        suffix: bool,
        longest: bool,
        pattern: Parts,
    },
    /// `anchor` is 0, `/`, `#` or `%`.
    Replace {
        anchor: u8,
        pattern: Parts,
        replacement: Parts,
    },
    Substring {
        offset: Parts,
        length: Option<Parts>,
    },
    /// `^`, `,` or `~`; `all` where doubled.
    Case {
        kind: u8,
        all: bool,
        pattern: Parts,
    },
    /// `@Q`, `@E`, `@U` ...
    Transform(char),
}
