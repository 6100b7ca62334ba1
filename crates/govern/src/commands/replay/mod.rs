//! `govern replay`: past sessions through the hooks as they would be configured now.

mod files;
mod record;
mod totals;
mod transcript;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use hook_core::{Event, EventKind};

use super::Command;
use crate::simulate::{Memory, Simulation};
use crate::{Exit, Failure, Io};
use files::Session;
use record::Past;
use totals::{Totals, Verdict};
pub use transcript::{Moment, Reader};

pub(super) const COMMAND: Command = Command {
    name: "replay",
    about: "run past sessions through the hooks: what would have been stopped",
    usage: "usage: govern replay [TRANSCRIPT|FOLDER...] [--policy-of DIR] [--all-hooks] [--json] [--each]\n       \
            govern replay --ledger [LOG] [--policy-of DIR] [--all-hooks] [--json] [--each]\n\n\
            Judges every call, result, batch and prompt of past sessions as the policy in force would now. Nothing is\n\
            run and nothing is recorded. Without a path: every transcript under ~/.claude/projects. What stands on the\n\
            disk (settings, instruction files) is looked at as it is now.\n\n\
            --policy-of DIR  the project whose policy applies (default: the current folder)\n\
            --all-hooks      also hooks that the tier in force does not install\n\
            --ledger         the audit log instead of transcripts: commands and paths, beside what was decided then;\n                   \
            it holds no contents, outputs or prompts\n\
            --each           one line per verdict; with --json one object\n\
            --json           totals as JSON",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    let simulation = Simulation::new(io, Some(request.project.clone()), Memory::Lasting)?;
    let mut replay = Replay { simulation, totals: Totals::default(), request, cut: 0 };
    if replay.request.ledger {
        replay.log(io)?;
    } else {
        replay.transcripts(io)?;
    }
    replay.report(io)
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Request {
    paths: Vec<PathBuf>,
    project: PathBuf,
    json: bool,
    each: bool,
    ledger: bool,
    all_hooks: bool,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let mut request = Self { project: io.cwd.clone(), ..Self::default() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--json" => request.json = true,
                "--each" => request.each = true,
                "--ledger" => request.ledger = true,
                "--all-hooks" => request.all_hooks = true,
                "--policy-of" => {
                    let folder = rest.next().ok_or_else(|| COMMAND.wrong("`--policy-of` needs a folder"))?;
                    request.project = io.cwd.join(folder);
                }
                option if option.starts_with("--") => {
                    return Err(COMMAND.wrong(&format!("unexpected `{option}`")));
                }
                path => request.paths.push(io.cwd.join(path)),
            }
        }
        if request.paths.is_empty() {
            let log = io.state.join("log");
            request.paths.push(if request.ledger { log } else { io.home.join(".claude/projects") });
        }
        Ok(request)
    }
}

struct Replay {
    simulation: Simulation,
    totals: Totals,
    request: Request,
    /// Calls of the log that it does not hold whole.
    cut: usize,
}

impl Replay {
    fn transcripts(&mut self, io: &mut Io<'_>) -> Result<(), Failure> {
        let sessions = files::sessions(&self.request.paths)?;
        for (number, files) in sessions.iter().enumerate() {
            let mut session = Session::open(files)?;
            while let Some(moment) = session.next()? {
                self.moment(moment, io)?;
                if io.terminal && self.totals.events.is_multiple_of(1000) {
                    progress(number, sessions.len(), &self.totals, io)?;
                }
            }
            for end in session.ends() {
                self.moment(end, io)?;
            }
            self.totals.transcripts += files.len();
            self.totals.unreadable_lines += session.unreadable_lines;
        }
        if io.terminal {
            progress(sessions.len(), sessions.len(), &self.totals, io)?;
            writeln!(io.err)?;
        }
        Ok(())
    }

    fn moment(&mut self, moment: Moment, io: &mut Io<'_>) -> Result<(), Failure> {
        let Moment { time, event, rewritten } = moment;
        for (hook, rule) in &rewritten {
            let (decision, mode) = ("rewrite".to_string(), "enforce".to_string());
            self.found(&Verdict { hook: hook.clone(), decision, rule: rule.clone(), mode }, &event, io)?;
        }
        self.ask(time, &event, &rewritten, io)
    }

    /// Asks the hooks, those aside that have answered already.
    fn ask(
        &mut self,
        time: Option<DateTime<Utc>>,
        event: &Event,
        answered: &[(String, String)],
        io: &mut Io<'_>,
    ) -> Result<(), Failure> {
        if let Some(time) = time {
            self.simulation.at(time);
        }
        self.totals.calls += usize::from(event.kind() == EventKind::PreToolUse);
        self.totals.events += 1;
        let all = self.request.all_hooks;
        let said = if all { self.simulation.ask_all(event) } else { self.simulation.ask_wired(event) };
        for said in said.iter().filter(|said| answered.iter().all(|(hook, _)| hook != said.hook.name)) {
            if let Some(verdict) = Verdict::of(said) {
                self.found(&verdict, event, io)?;
            }
        }
        Ok(())
    }

    fn found(&mut self, verdict: &Verdict, event: &Event, io: &mut Io<'_>) -> Result<(), Failure> {
        self.totals.note(verdict, event.session_id());
        if self.request.each {
            verdict.write(event, self.request.json, io)?;
        }
        Ok(())
    }

    fn log(&mut self, io: &mut Io<'_>) -> Result<(), Failure> {
        for log in self.request.paths.clone() {
            record::each(&log, &mut |past| {
                match past {
                    Past::Call(time, event) => self.ask(time, &event, &[], io)?,
                    Past::Decided(verdict) => self.totals.note_then(&verdict),
                    Past::Cut => self.cut += 1,
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn report(&self, io: &mut Io<'_>) -> Result<Exit, Failure> {
        let past = self.request.ledger;
        match (self.request.json, self.request.each) {
            (true, true) => {}
            (true, false) => writeln!(io.out, "{:#}", self.totals.to_json(past))?,
            (false, _) => {
                self.totals.print(past, io)?;
                if self.cut > 0 {
                    writeln!(io.out, "{} calls are not whole in the log and were passed over", self.cut)?;
                }
            }
        }
        Ok(if self.totals.found_something() { Exit::Findings } else { Exit::Clean })
    }
}

fn progress(done: usize, of: usize, totals: &Totals, io: &mut Io<'_>) -> Result<(), Failure> {
    write!(io.err, "\r{done}/{of} sessions, {} calls, {} events", totals.calls, totals.events)?;
    io.err.flush()?;
    Ok(())
}
