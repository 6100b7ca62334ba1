//! `govern hook NAME`: any hook of the workspace in one process, as `explain` and packagers use it.

use std::io::Read;

use hook_core::World;

use super::Command;
use crate::{Exit, Failure, Io, registry};

pub(super) const COMMAND: Command = Command {
    name: "hook",
    about: "run one hook on the event on stdin",
    usage: "usage: govern hook NAME < hook-input.json",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let [name] = arguments else {
        return Err(Failure::Usage(COMMAND.usage.into()));
    };
    let Some(hook) = registry::hook(name) else {
        let known: Vec<_> = registry::REGISTRY.iter().map(|row| row.hook.name).collect();
        return Err(Failure::Usage(format!("no hook `{name}`; there are {}", known.join(", "))));
    };
    let mut bytes = Vec::new();
    io.input.take(hook_core::MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let world = World {
        now: io.now,
        home: io.home.clone(),
        project: None,
        state: io.state.clone(),
        user: io.user.clone(),
        managed: io.managed.clone(),
        uptime: None,
        claims: true,
    };
    let answer = hook_core::answer(hook, &bytes, &world);
    io.out.write_all(answer.stdout.as_bytes())?;
    io.err.write_all(answer.stderr.as_bytes())?;
    Ok(if answer.exit == 0 { Exit::Clean } else { Exit::Findings })
}
