//! The state files: one a session, one a user, each changed in place under its own lock.

use std::time::Duration;

use hook_core::{Context, Error, Event, LockedFile};

use crate::memory::{BLOCK_BYTES, FILES_AT, Files, Memory, words};

/// How long one try for a lock waits; parallel calls hold it for some ten microseconds each.
const DEADLINE: Duration = Duration::from_millis(5);

/// How often the deadline is given again: a call that went uncounted would be a hole in the limit.
const TRIES: usize = 40;

/// The state file of all the user's sessions together.
const USER_FILE: &str = "velocity-user";

/// The state file of a session.
pub(crate) fn file(event: &Event, context: &Context<'_>) -> String {
    context.state.session_file(event.session_id(), "velocity")
}

/// One state file under its lock, with what it holds.
pub(crate) struct Held {
    file: LockedFile,
    pub(crate) memory: Memory,
    /// It could not be read and starts anew.
    pub(crate) damaged: bool,
}

impl Held {
    pub(crate) fn session(event: &Event, context: &Context<'_>) -> Result<Self, Error> {
        Self::open(&file(event, context), context)
    }

    pub(crate) fn user(context: &Context<'_>) -> Result<Self, Error> {
        Self::open(USER_FILE, context)
    }

    fn open(name: &str, context: &Context<'_>) -> Result<Self, Error> {
        let mut tries = 0;
        let file = loop {
            tries += 1;
            match context.state.open_locked(name, DEADLINE) {
                Err(Error::State { .. }) if tries < TRIES => {}
                opened => break opened?,
            }
        };
        let mut block = [0; BLOCK_BYTES];
        let length = file.read_at(&mut block, 0)?;
        let read = Memory::from_bytes(block.get(..length).unwrap_or_default());
        Ok(Self { file, damaged: read.is_none() && length > 0, memory: read.unwrap_or_default() })
    }

    /// The files the session wrote.
    pub(crate) fn files(&self) -> Result<Files, Error> {
        let mut bytes = vec![0; 8 * self.memory.listed_files()];
        let length = self.file.read_at(&mut bytes, FILES_AT)?;
        Ok(Files { known: words(bytes.get(..length).unwrap_or_default()), added: None })
    }

    /// Writes the memory back, the new file first; the lock goes.
    pub(crate) fn store(self, files: &Files) -> Result<(), Error> {
        if let Some((place, file)) = files.added {
            self.file.write_at(&file.to_le_bytes(), FILES_AT + 8 * place)?;
        }
        self.file.write_at(&self.memory.to_bytes(), 0)
    }
}
