//! What a shell remembers: variables, functions, descriptors, folder.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::analysis::{Sink, Source};
use crate::syntax::Stage;
use crate::value::Value;

/// The state of one shell; a subshell works on a clone, which shares what it does not change.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) variables: Rc<HashMap<Rc<str>, Variable>>,
    pub(super) functions: Rc<HashMap<Rc<str>, Rc<Stage>>>,
    pub(super) aliases: Rc<HashMap<Rc<str>, String>>,
    pub(super) positional: Rc<Vec<Value>>,
    pub(super) name: Value,
    pub(super) descriptors: BTreeMap<u32, Handle>,
    /// The working folder; `None` once it cannot be known.
    pub(super) folder: Option<Rc<str>>,
    pub(super) last_argument: Value,
    /// `shopt -s nocasematch`, which `case` and `[[` obey.
    pub(super) ignore_case: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Variable {
    pub(super) content: Content,
    /// What the variable may also hold, if a branch was or was not taken.
    pub(super) alternatives: Vec<Value>,
    /// The branch in which the content was assigned; a second assignment there replaces it.
    pub(super) region: u32,
    pub(super) exported: bool,
    pub(super) integer: bool,
    pub(super) case: Letters,
    /// The name this one refers to (`declare -n`).
    pub(super) reference: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Letters {
    #[default]
    Kept,
    Lower,
    Upper,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Content {
    #[default]
    Unset,
    Scalar(Value),
    Indexed(BTreeMap<i64, Value>),
    Associative(Vec<(String, Value)>),
}

/// What a descriptor is connected to.
#[derive(Clone, Debug)]
pub(super) enum Handle {
    /// Data that can be read, shared by all who hold it.
    Data(Rc<RefCell<Stream>>),
    /// The buffer that collects what is printed, with what will become of it.
    Capture {
        buffer: usize,
        sink: Sink,
    },
    File {
        path: Value,
        append: bool,
    },
    /// `/dev/tcp/host/port`.
    Network,
    Closed,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) data: Value,
    /// Bytes of the text already read.
    pub(super) at: usize,
    pub(super) source: Source,
}

impl Stream {
    /// What has not been read yet.
    pub(super) fn rest(&self) -> Value {
        self.data.slice(self.at.min(self.data.text().len())..self.data.text().len())
    }
}

impl Handle {
    pub(super) fn data(data: Value, source: Source) -> Handle {
        Handle::Data(Rc::new(RefCell::new(Stream { data, at: 0, source })))
    }
}

impl Content {
    /// The steps that copying it takes.
    pub(super) fn weight(&self) -> usize {
        let of = |value: &Value| value.text().len() / 64;
        match self {
            Content::Unset => 0,
            Content::Scalar(value) => of(value),
            Content::Indexed(elements) => elements.values().map(of).sum::<usize>() + elements.len() / 4,
            Content::Associative(pairs) => {
                pairs.iter().map(|(_, value)| of(value)).sum::<usize>() + pairs.len() / 4
            }
        }
    }

    /// The value `$name` gives: the scalar, or element 0.
    pub(super) fn scalar(&self) -> Option<Value> {
        match self {
            Content::Unset => None,
            Content::Scalar(value) => Some(value.clone()),
            Content::Indexed(elements) => elements.get(&0).cloned(),
            Content::Associative(pairs) => {
                pairs.iter().find(|(key, _)| key == "0").map(|(_, value)| value.clone())
            }
        }
    }

    pub(super) fn elements(&self) -> Vec<Value> {
        match self {
            Content::Unset => Vec::new(),
            Content::Scalar(value) => vec![value.clone()],
            Content::Indexed(elements) => elements.values().cloned().collect(),
            Content::Associative(pairs) => pairs.iter().map(|(_, value)| value.clone()).collect(),
        }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        match self {
            Content::Unset => Vec::new(),
            Content::Scalar(_) => vec!["0".to_owned()],
            Content::Indexed(elements) => elements.keys().map(ToString::to_string).collect(),
            Content::Associative(pairs) => pairs.iter().map(|(key, _)| key.clone()).collect(),
        }
    }
}
