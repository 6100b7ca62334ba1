//! A hook as a value: what it is called, when it runs, which way it falls, and the function that decides.

use crate::{Context, Decision, Error, Event, EventKind, Key};

/// One governance hook. Each hook crate exports exactly one as `pub const HOOK`.
#[derive(Debug)]
pub struct Hook {
    /// Folder, package, binary, policy key and corpus folder.
    pub name: &'static str,
    /// One sentence for people.
    pub about: &'static str,
    /// The events it is wired to; any other event passes silently.
    pub events: &'static [EventKind],
    /// Which way a failure falls.
    pub on_error: OnError,
    /// The policy keys it understands beside `mode` and `rules`.
    pub keys: &'static [Key],
    /// The decision: values in, a value out.
    pub decide: fn(&Event, &Context<'_>) -> Result<Decision, Error>,
}

impl Hook {
    /// Whether `kind` is one of the events this hook is wired to.
    pub fn handles(&self, kind: EventKind) -> bool {
        self.events.contains(&kind)
    }

    /// Whether a failure while handling `kind` must stop what is about to happen.
    pub fn blocks_on_error(&self, kind: Option<EventKind>) -> bool {
        match self.on_error {
            OnError::Block => true,
            OnError::Pass => false,
            OnError::BlockBefore => kind.is_none_or(EventKind::is_before),
        }
    }

    /// Whether this hook is a guard: the kill switch makes every guard deny.
    pub fn is_guard(&self) -> bool {
        match self.on_error {
            OnError::Block | OnError::BlockBefore => true,
            OnError::Pass => false,
        }
    }
}

/// What a hook that cannot judge does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Exit 2: the only code that blocks.
    Block,
    /// Exit 0 with a message to the user: a recorder never stops work.
    Pass,
    /// Block on events that come before something happens, pass on those that come after.
    BlockBefore,
}
