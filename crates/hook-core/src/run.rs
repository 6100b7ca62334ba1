//! The road: stdin, event, policy, decision, stdout, exit code. Only this file touches them.

use std::io::Write;
use std::mem::ManuallyDrop;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use rustix::buffer::spare_capacity;

use crate::exception::Excuse;
use crate::policy::{load, places, resolve};
use crate::voice::{self, STOPPED};
use crate::{
    Context, Decision, Error, Event, EventKind, Hook, MAX_INPUT_BYTES, Mode, Policy, Reason, StateDirectory,
    Verdict, World, record, render, stop_marker,
};

/// The only exit code Claude Code takes as a block.
const BLOCK: u8 = 2;

/// What a process is to do: bytes for stdout, a line for stderr, an exit code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub exit: u8,
}

/// Runs one hook as a process: the whole `main` of every hook binary.
pub fn run(hook: &'static Hook) -> ExitCode {
    std::panic::set_hook(Box::new(move |info| end_after_panic(hook, info)));
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let answer = match arguments.as_slice() {
        [] => match read_input().and_then(Event::read) {
            // The process ends with the answer: giving back the event piece by piece would only delay it.
            Ok(event) => answer_event(hook, &ManuallyDrop::new(event), &world()),
            Err(error) => failure(hook, None, &error),
        },
        [flag] if flag == "--version" => {
            Answer { stdout: format!("{} {}\n", hook.name, env!("CARGO_PKG_VERSION")), ..Answer::default() }
        }
        _ => Answer {
            stderr: format!(
                "{0}: takes no arguments but --version; usage: {0} < hook-input.json\n{1}\n",
                hook.name, hook.about
            ),
            // Not 2: a mistyped command line must not look like a verdict.
            exit: 64,
            ..Answer::default()
        },
    };
    write_out(&answer)
}

/// What `hook` answers to these bytes in this world. Touches the policy files, the state folder and the audit log.
pub fn answer(hook: &Hook, bytes: &[u8], world: &World) -> Answer {
    match Event::parse(bytes) {
        Ok(event) => answer_event(hook, &event, world),
        Err(error) => failure(hook, None, &error),
    }
}

fn answer_event(hook: &Hook, event: &Event, world: &World) -> Answer {
    PASS_ON_PANIC.store(!hook.blocks_on_error(Some(event.kind())), Ordering::Relaxed);
    match decide(hook, event, world) {
        Ok(decision) => Answer {
            stdout: render(event.kind(), &decision).map(|json| format!("{json}\n")).unwrap_or_default(),
            ..Answer::default()
        },
        Err(error) => failure(hook, Some(event.kind()), &error),
    }
}

/// What a hook wants and what is left of it in its mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// What `decide` answered.
    pub wanted: Decision,
    /// The mode that applied to it.
    pub mode: Mode,
    /// What the client is told.
    pub applied: Decision,
    /// Whether this is to be recorded: findings and verdicts are, silences are not.
    pub noteworthy: bool,
    /// The tag of the call, where it was stopped or somebody was asked: by it a person can let it through.
    pub call: Option<String>,
    /// Exceptions and approvals that let a finding through.
    pub excuses: Vec<Excuse>,
}

/// What `hook` decides about an event in this world, without recording it. Reads the policy files and the state folder.
pub fn consider(hook: &Hook, event: &Event, world: &World) -> Result<Considered, Error> {
    if !hook.handles(event.kind()) {
        return Ok(Considered::silent());
    }
    consider_under(&policy_of(hook, event, world)?, hook, event, world)
}

/// The same under a policy that is already read.
pub fn consider_under(
    policy: &Policy,
    hook: &Hook,
    event: &Event,
    world: &World,
) -> Result<Considered, Error> {
    if !hook.handles(event.kind()) || policy.hook_mode() == Mode::Off {
        return Ok(Considered::silent());
    }
    let context = Context::new(hook, policy, world, event);
    let wanted = match stopped(hook, event, &context.state)? {
        Some(reason) => Decision { verdict: Verdict::Deny(reason), ..Decision::pass() },
        None => (hook.decide)(event, &context)?,
    };
    let mode = wanted.verdict.reason().map_or(policy.hook_mode(), |reason| match reason.rule() {
        STOPPED => Mode::Enforce,
        rule => policy.mode(rule),
    });
    let call = wanted.verdict.reason().and_then(|_| context.call_tag());
    let excuses = context.into_excuses();
    let noteworthy = !wanted.findings.is_empty() || wanted.verdict != Verdict::Pass || !excuses.is_empty();
    let spoken = voice::spoken(hook, wanted.clone());
    let bypassed = event.kind() == EventKind::PreToolUse && event.permission_mode() == "bypassPermissions";
    let spoken = if bypassed { voice::without_asking(spoken) } else { spoken };
    let applied = match mode {
        Mode::Enforce => voice::with_appeal(hook, spoken, call.as_deref(), policy),
        Mode::Warn => voice::warned(hook, spoken),
        Mode::Off | Mode::Observe => Decision::pass(),
    };
    Ok(Considered { wanted, mode, applied, noteworthy, call, excuses })
}

impl Considered {
    fn silent() -> Self {
        Self {
            wanted: Decision::pass(),
            mode: Mode::Off,
            applied: Decision::pass(),
            noteworthy: false,
            call: None,
            excuses: Vec::new(),
        }
    }
}

fn decide(hook: &Hook, event: &Event, world: &World) -> Result<Decision, Error> {
    let considered = consider(hook, event, world)?;
    if !considered.noteworthy {
        return Ok(considered.applied);
    }
    // The decision stands; that it is not on record must not go unnoticed.
    Ok(match note(hook, event, world, &considered) {
        Ok(()) => considered.applied,
        Err(error) => considered
            .applied
            .with_user(format!("{}: this decision is not in the audit log: {error}", hook.name)),
    })
}

/// The policy of `hook` for an event.
pub fn policy_of(hook: &Hook, event: &Event, world: &World) -> Result<Policy, Error> {
    let cwd = Some(event.cwd()).filter(|cwd| !cwd.is_empty()).map(PathBuf::from);
    load_policy(hook, world.project.clone().or(cwd).as_deref(), world)
}

fn load_policy(hook: &Hook, project: Option<&Path>, world: &World) -> Result<Policy, Error> {
    let mut layers = Vec::new();
    for (kind, file) in places(&world.home, project, &world.managed) {
        layers.extend(load(kind, &file, hook)?);
    }
    Ok(resolve(hook, &layers))
}

/// The kill switch: `govern stop` leaves a file, and every guard denies while it stands.
fn stopped(hook: &Hook, event: &Event, state: &StateDirectory) -> Result<Option<Reason>, Error> {
    let acts = matches!(event.kind(), EventKind::PreToolUse | EventKind::UserPromptSubmit);
    if !hook.is_guard() || !acts || !state.exists("stop") {
        return Ok(None);
    }
    for marker in [stop_marker(None), stop_marker(Some(event.session_id()))] {
        if let Some(bytes) = state.read(&marker)? {
            let why = String::from_utf8_lossy(&bytes);
            let text = format!(
                "Stopped by a person: {}. Nothing runs until `govern resume`.",
                why.trim().escape_debug()
            );
            return Ok(Some(Reason::new(STOPPED, text)));
        }
    }
    Ok(None)
}

/// Records what was found and decided, and what was let through by whose leave; hooks record no silences.
fn note(hook: &Hook, event: &Event, world: &World, considered: &Considered) -> Result<(), Error> {
    let state = StateDirectory::new(&world.state);
    let append = |record| {
        ledger::append(&state.ledger(), world.now, record)
            .map(drop)
            .map_err(|error| Error::Ledger { message: error.to_string() })
    };
    for excuse in &considered.excuses {
        mark_used(&state, hook, excuse, world.now)?;
        append(record::excused(hook, event, &world.user, excuse))?;
    }
    let wanted = &considered.wanted;
    if wanted.findings.is_empty() && wanted.verdict == Verdict::Pass {
        return Ok(());
    }
    let mut record = record::decision(hook, event, &world.user, wanted, considered.mode);
    if let Some(call) = &considered.call {
        record.insert("call".into(), call.clone().into());
    }
    append(record)
}

/// Leaves the day of its last use where `govern allow --list` looks for exceptions that nobody needs; once a day.
fn mark_used(state: &StateDirectory, hook: &Hook, excuse: &Excuse, now: DateTime<Utc>) -> Result<(), Error> {
    if excuse.once {
        return Ok(());
    }
    let name = excuse.use_marker(hook.name);
    let today = now.date_naive().to_string();
    if state.read(&name)?.as_deref() == Some(today.as_bytes()) {
        return Ok(());
    }
    state.write(&name, today.as_bytes())
}

/// How a failure falls: a guard blocks, a recorder passes and tells the user.
fn failure(hook: &Hook, kind: Option<EventKind>, error: &Error) -> Answer {
    let line = format!("{}: {error}", hook.name).replace(['\n', '\r'], " ");
    if hook.blocks_on_error(kind) {
        return Answer { stderr: format!("{line}\n"), exit: BLOCK, ..Answer::default() };
    }
    Answer { stdout: format!("{}\n", serde_json::json!({ "systemMessage": line })), ..Answer::default() }
}

/// Whether a panic from here on may pass: until the event is known, a guard's panic blocks.
static PASS_ON_PANIC: AtomicBool = AtomicBool::new(false);

/// A panic would end the process with 134, which lets the call through; a guard must end with 2.
#[expect(
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "nothing above a panic hook can return"
)]
fn end_after_panic(hook: &Hook, info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let pass = PASS_ON_PANIC.load(Ordering::Relaxed) || !hook.is_guard();
    // The panic's own message may quote what was being read, so only the place is told.
    let line = format!("{}: internal error at {place}; please report it", hook.name);
    if pass {
        println!("{}", serde_json::json!({ "systemMessage": line }));
        std::process::exit(0);
    }
    eprintln!("{line}");
    std::process::exit(i32::from(BLOCK));
}

/// How much room the input is given: the usual one fits a page, and each page that is touched costs a microsecond; a large
/// one gets at once what it may need, since pages that are not written to cost nothing, and growing step by step would copy
/// what was read so far.
const ROOMS: [usize; 3] = [4 * 1024, 16 * 1024, 1024 * 1024];

fn read_input() -> Result<Vec<u8>, Error> {
    // The descriptor itself: `stdin()` would come with a buffer of 8 KB.
    let stdin = rustix::stdio::stdin();
    let mut bytes = Vec::new();
    let mut rooms = ROOMS.into_iter();
    loop {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(rooms.next().unwrap_or(bytes.len()));
        }
        let count = rustix::io::retry_on_intr(|| rustix::io::read(stdin, spare_capacity(&mut bytes)))
            .map_err(|error| Error::Input { message: format!("cannot read stdin: {error}") })?;
        if count == 0 {
            return Ok(bytes);
        }
        if bytes.len() > MAX_INPUT_BYTES {
            return Err(Error::Input {
                message: format!("larger than {} MiB", MAX_INPUT_BYTES / (1024 * 1024)),
            });
        }
    }
}

/// The clock and the environment, read once.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock and the environment")]
fn world() -> World {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = folder("HOME").unwrap_or_else(|| PathBuf::from("/"));
    let state_home = folder("XDG_STATE_HOME").unwrap_or_else(|| home.join(".local/state"));
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    World {
        now: Utc::now(),
        project: folder("CLAUDE_PROJECT_DIR"),
        state: state_home.join("claude-governance"),
        user,
        managed: PathBuf::from(MANAGED_FOLDER),
        uptime: None,
        claims: true,
        home,
    }
}

/// Where managed configuration stands, as the client reads it.
#[cfg(target_os = "macos")]
const MANAGED_FOLDER: &str = "/Library/Application Support/ClaudeCode";
#[cfg(not(target_os = "macos"))]
const MANAGED_FOLDER: &str = "/etc/claude-code";

fn write_out(answer: &Answer) -> ExitCode {
    // Silence needs no buffer to be set up for it.
    let written = if answer.stdout.is_empty() {
        Ok(())
    } else {
        std::io::stdout().lock().write_all(answer.stdout.as_bytes())
    };
    let told = std::io::stderr().lock().write_all(answer.stderr.as_bytes());
    match (written, told) {
        (Ok(()), Ok(())) => ExitCode::from(answer.exit),
        // An answer nobody could read is no answer: block, which costs a guard nothing and a recorder a message.
        _ => ExitCode::from(BLOCK),
    }
}
