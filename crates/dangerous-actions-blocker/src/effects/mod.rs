//! What a command does to files: which it reads, writes, deletes, changes or sends away, whatever its spelling.

mod rows;
mod special;

pub(crate) use special::find_roots;

use shell::{Mode, Redirection, Target as Into};

use crate::call::Call;
use crate::place::Target;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Its content is read and shown, or handed on.
    Read,
    /// A program nobody here knows is given its name.
    Mention,
    /// It is created if it is not there.
    Create,
    /// Something is added at its end.
    Append,
    /// Its content is replaced.
    Write,
    /// It gets other permissions, another owner or other attributes.
    Change,
    /// It is taken away from its place and stands somewhere else.
    Move,
    /// It is gone.
    Delete,
    /// Its content leaves the machine.
    Send,
}

impl Act {
    /// The file is not what it was.
    pub(crate) fn changes(self) -> bool {
        match self {
            Self::Append | Self::Write | Self::Change | Self::Move | Self::Delete | Self::Create => true,
            Self::Read | Self::Mention | Self::Send => false,
        }
    }
}

/// One file or folder and what happens to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effect<'a> {
    pub act: Act,
    pub target: Target<'a>,
    /// All below it too.
    pub recursive: bool,
}

impl<'a> Effect<'a> {
    pub(crate) fn new(act: Act, target: Target<'a>) -> Self {
        Self { act, target, recursive: false }
    }

    pub(crate) fn with_all_below(act: Act, target: Target<'a>) -> Self {
        Self { act, target, recursive: true }
    }
}

/// What `call` does to files, redirections first.
pub(crate) fn of<'a>(call: &Call<'a>) -> Vec<Effect<'a>> {
    let mut effects: Vec<_> = call.command.redirections.iter().filter_map(redirection).collect();
    if call.name.is_empty() || call.words().is_empty() {
        return effects;
    }
    if !special::add(call, &mut effects) {
        rows::add(call, &mut effects);
    }
    effects
}

fn redirection(redirection: &Redirection) -> Option<Effect<'_>> {
    let Into::File(path) = &redirection.target else {
        return None;
    };
    let act = match redirection.mode {
        Mode::Read => Act::Read,
        Mode::Write | Mode::ReadWrite => Act::Write,
        Mode::Append => Act::Append,
    };
    Some(Effect::new(act, Target::of(path)))
}
