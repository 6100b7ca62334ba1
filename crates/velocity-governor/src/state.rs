//! The state files: one a session, one a user, each changed in place under its own lock.

use std::time::Duration;

use hook_core::{Context, Error, Event};

use crate::memory::Memory;

/// How long a call waits for the file of its session; parallel calls hold it for some ten microseconds each.
const DEADLINE: Duration = Duration::from_millis(5);

/// How often the deadline is given again: a call that went uncounted would be a hole in the limit.
const TRIES: usize = 40;

/// The state file of a session.
pub(crate) fn file(event: &Event, context: &Context<'_>) -> String {
    context.state.session_file(event.session_id(), "velocity")
}

/// Changes the memory of the event's session; the flag tells that it was damaged and starts anew.
pub(crate) fn change<T>(
    event: &Event,
    context: &Context<'_>,
    use_memory: impl FnOnce(&mut Memory, u64) -> T,
) -> Result<(T, bool), Error> {
    change_file(&file(event, context), context, use_memory)
}

/// Changes the memory of the user over all sessions.
pub(crate) fn change_user<T>(
    context: &Context<'_>,
    use_memory: impl FnOnce(&mut Memory, u64) -> T,
) -> Result<(T, bool), Error> {
    change_file("velocity-user", context, use_memory)
}

fn change_file<T>(
    name: &str,
    context: &Context<'_>,
    use_memory: impl FnOnce(&mut Memory, u64) -> T,
) -> Result<(T, bool), Error> {
    let mut tries = 0;
    let file = loop {
        tries += 1;
        match context.state.open_locked(name, DEADLINE) {
            Err(Error::State { .. }) if tries < TRIES => {}
            opened => break opened?,
        }
    };
    let bytes = file.read()?;
    let read = Memory::from_bytes(&bytes);
    let damaged = read.is_none() && !bytes.is_empty();
    let mut memory = read.unwrap_or_default();
    // Read under the lock, so that the order of times is the order of changes.
    let uptime = context.uptime();
    let now = memory.wake(&uptime.boot, uptime.nanoseconds);
    let result = use_memory(&mut memory, now);
    file.replace(&memory.to_bytes())?;
    Ok((result, damaged))
}
