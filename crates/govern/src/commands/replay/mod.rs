//! `govern replay`: past Claude Code transcripts through the hooks as they would be configured now.

mod transcript;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use hook_core::Mode;
use serde_json::{Map, Value, json};

use super::Command;
use crate::simulate::{Said, Simulation};
use crate::{Exit, Failure, Io};

pub(super) use transcript::Reader;

pub(super) const COMMAND: Command = Command {
    name: "replay",
    about: "run past transcripts through the hooks: what would have been stopped",
    usage: "usage: govern replay [TRANSCRIPT|FOLDER...] [--policy-of DIR] [--json] [--each]\n\n\
            Without a path: every transcript under ~/.claude/projects. Nothing is run and nothing is recorded.\n\
            --policy-of DIR  the project whose policy applies (default: the current folder)\n\
            --each           one line per verdict, not only totals",
    run,
};

/// The longest line of a transcript that is read, in bytes; a longer one is counted and passed over.
const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let request = Request::read(arguments, io)?;
    let mut simulation = Simulation::new(io, Some(request.project.clone()))?;
    simulation.in_project(&request.project);
    let transcripts = transcripts(&request.paths)?;
    let mut totals = Totals::default();
    for (number, path) in transcripts.iter().enumerate() {
        if io.terminal {
            write!(io.err, "\r{}/{} transcripts, {} calls", number + 1, transcripts.len(), totals.calls)?;
            io.err.flush()?;
        }
        replay(path, &mut simulation, &mut totals, request.each, io)?;
    }
    if io.terminal {
        writeln!(io.err)?;
    }
    totals.transcripts = transcripts.len();
    if request.json {
        writeln!(io.out, "{:#}", totals.to_json())?;
    } else {
        totals.print(io)?;
    }
    Ok(if totals.verdicts.is_empty() { Exit::Clean } else { Exit::Findings })
}

struct Request {
    paths: Vec<PathBuf>,
    project: PathBuf,
    json: bool,
    each: bool,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let mut request = Self { paths: Vec::new(), project: io.cwd.clone(), json: false, each: false };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => break,
                ["--json", rest @ ..] => {
                    request.json = true;
                    rest
                }
                ["--each", rest @ ..] => {
                    request.each = true;
                    rest
                }
                ["--policy-of", folder, rest @ ..] => {
                    request.project = io.cwd.join(folder);
                    rest
                }
                [option, ..] if option.starts_with("--") => {
                    return Err(Failure::Usage(format!("unexpected `{option}`\n{}", COMMAND.usage)));
                }
                [path, rest @ ..] => {
                    request.paths.push(io.cwd.join(path));
                    rest
                }
            };
        }
        if request.paths.is_empty() {
            request.paths.push(io.home.join(".claude/projects"));
        }
        Ok(request)
    }
}

/// Every transcript at or below the paths, subagents' included, in the order of their names.
fn transcripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if !path.exists() {
            return Err(Failure::Unreadable(format!("{} is not there", path.display())));
        }
        collect(path, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if path.is_file() {
        found.push(path.to_path_buf());
        return Ok(());
    }
    let unreadable = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let is_transcript = entry.path().extension().is_some_and(|extension| extension == "jsonl");
        if kind.is_dir() || (kind.is_file() && is_transcript) {
            collect(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn replay(
    path: &Path,
    simulation: &mut Simulation,
    totals: &mut Totals,
    each: bool,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| Failure::Unreadable(format!("{}: {error}", path.display()));
    #[expect(clippy::disallowed_methods, reason = "a transcript is read line by line, whatever its size")]
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut reader = Reader::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            return Ok(());
        }
        let record: Option<Value> =
            (line.len() <= MAX_LINE_BYTES).then(|| serde_json::from_slice(&line).ok()).flatten();
        let Some(record) = record else {
            totals.unreadable_lines += 1;
            continue;
        };
        for (time, event) in reader.events(&record) {
            simulation.at(time.unwrap_or(io.now));
            totals.calls += usize::from(event.kind() == hook_core::EventKind::PreToolUse);
            totals.events += 1;
            for said in simulation.ask_all(&event) {
                totals.note(&said, event.session_id());
                if each && let Some(verdict) = Verdict::of(&said) {
                    let tool = if event.tool_name().is_empty() { event.name() } else { event.tool_name() };
                    let (session, id) = (event.session_id(), event.tool_use_id());
                    let Verdict { hook, name, rule, mode } = verdict;
                    writeln!(io.out, "{session} {id} {tool}: {hook} {name} {rule} ({mode})")?;
                }
            }
        }
    }
}

/// A verdict in the words of the totals.
struct Verdict {
    hook: &'static str,
    name: &'static str,
    rule: String,
    mode: &'static str,
}

impl Verdict {
    /// `None` for silence.
    fn of(said: &Said) -> Option<Self> {
        let hook = said.hook.name;
        match &said.answer {
            Ok(considered) if considered.wanted.is_silent() => None,
            Ok(considered) => {
                let finding = considered.wanted.findings.first().map(|finding| finding.rule.as_str());
                let rule = considered.wanted.verdict.reason().map(hook_core::Reason::rule).or(finding);
                Some(Self {
                    hook,
                    name: considered.wanted.name(),
                    rule: rule.unwrap_or("-").to_string(),
                    mode: if considered.mode == Mode::Enforce { "enforce" } else { considered.mode.name() },
                })
            }
            Err(error) => Some(Self { hook, name: "error", rule: error.to_string(), mode: "-" }),
        }
    }
}

/// What a lead needs to tune: how much, by which rule, in how many sessions.
#[derive(Debug, Default)]
struct Totals {
    transcripts: usize,
    events: usize,
    calls: usize,
    unreadable_lines: usize,
    verdicts: BTreeMap<(&'static str, &'static str, String), Count>,
}

#[derive(Debug, Default)]
struct Count {
    times: usize,
    /// How often in each session; sessions beyond the bound are counted together, so that memory stays bounded.
    sessions: BTreeMap<String, usize>,
}

/// How many sessions are told apart for one rule.
const MAX_SESSIONS: usize = 10_000;

impl Totals {
    fn note(&mut self, said: &Said, session: &str) {
        let Some(verdict) = Verdict::of(said) else {
            return;
        };
        let count = self.verdicts.entry((verdict.hook, verdict.name, verdict.rule)).or_default();
        count.times += 1;
        let known = count.sessions.len() < MAX_SESSIONS || count.sessions.contains_key(session);
        *count
            .sessions
            .entry(if known { session.to_string() } else { "other sessions".into() })
            .or_default() += 1;
    }

    fn to_json(&self) -> Value {
        let rows = self.verdicts.iter().map(|((hook, verdict, rule), count)| {
            json!({ "hook": hook, "verdict": verdict, "rule": rule, "times": count.times, "sessions": count.sessions })
        });
        let mut totals = Map::new();
        totals.insert("transcripts".into(), self.transcripts.into());
        totals.insert("events".into(), self.events.into());
        totals.insert("calls".into(), self.calls.into());
        totals.insert("unreadable_lines".into(), self.unreadable_lines.into());
        totals.insert("verdicts".into(), rows.collect());
        Value::Object(totals)
    }

    fn print(&self, io: &mut Io<'_>) -> Result<(), Failure> {
        for ((hook, verdict, rule), count) in &self.verdicts {
            let most = count.sessions.values().max().copied().unwrap_or_default();
            let sessions = count.sessions.len();
            writeln!(
                io.out,
                "{:>6}x {verdict:<8} {hook}: {rule} (in {sessions} sessions, at most {most} in one)",
                count.times
            )?;
        }
        let stopped: usize = self.verdicts.values().map(|count| count.times).sum();
        writeln!(
            io.out,
            "{} transcripts, {} tool calls, {} events, {stopped} verdicts",
            self.transcripts, self.calls, self.events
        )?;
        if self.unreadable_lines > 0 {
            writeln!(io.out, "{} lines could not be read and were passed over", self.unreadable_lines)?;
        }
        Ok(())
    }
}
