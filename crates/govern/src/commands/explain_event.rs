//! `govern explain` for any event: each hook's word, the rule behind it, how long it took, and what comes of it.

use std::io::Read;

use hook_core::{Considered, Event, MAX_INPUT_BYTES, Mode, Reason, Verdict, files};
use serde_json::{Map, Value, json};

use super::explain::COMMAND;
use crate::simulate::{Memory, Said, Simulation};
use crate::{Exit, Failure, Io};

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let question = Question::read(arguments)?;
    let event = question.event(io)?;
    let project =
        Some(event.cwd()).filter(|cwd| !cwd.is_empty()).map_or(io.cwd.clone(), |cwd| io.cwd.join(cwd));
    let simulation = Simulation::new(io, Some(project), Memory::Whole)?;
    let said = simulation.ask_all(&event);
    let outcome = outcome(&said);
    if question.json {
        let rows: Vec<Value> = said.iter().map(|said| row(said, &event)).collect();
        let answer = json!({ "event": event.name(), "tool": event.tool_name(), "tier": simulation.tier()?.name(),
                             "hooks": rows, "outcome": outcome });
        writeln!(io.out, "{answer:#}")?;
    } else {
        let what = [event.name(), event.tool_name()].join(" ");
        writeln!(io.out, "{}, tier {}", what.trim_end(), simulation.tier()?)?;
        for said in &said {
            print(said, &event, io)?;
        }
        if said.is_empty() {
            writeln!(io.out, "  no hook looks at this event")?;
        }
        writeln!(io.out, "Together: {outcome}")?;
    }
    Ok(if outcome == "pass" { Exit::Clean } else { Exit::Findings })
}

/// What is asked about.
#[derive(Default)]
struct Question<'a> {
    event: Option<&'a str>,
    kind: Option<&'a str>,
    tool: Option<&'a str>,
    input: Map<String, Value>,
    session: Option<&'a str>,
    json: bool,
}

impl<'a> Question<'a> {
    fn read(arguments: &[&'a str]) -> Result<Self, Failure> {
        let mut question = Self::default();
        let mut path = None;
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            if *option == "--json" {
                question.json = true;
                continue;
            }
            let value = *rest.next().ok_or_else(|| COMMAND.wrong(&format!("`{option}` needs a value")))?;
            match *option {
                "--event" => question.event = Some(value),
                "--on" => question.kind = Some(value),
                "--tool" => question.tool = Some(value),
                "--session" => question.session = Some(value),
                "--path" => path = Some(value),
                "--input" => question.input.extend(object(value)?),
                "--command" | "--content" | "--url" | "--query" | "--prompt" => {
                    question.input.insert(option.trim_start_matches('-').into(), value.into());
                }
                _ => return Err(COMMAND.wrong(&format!("unexpected `{option}`"))),
            }
        }
        if let Some(path) = path {
            let key = if question.tool == Some("NotebookEdit") { "notebook_path" } else { "file_path" };
            question.input.insert(key.into(), path.into());
        }
        if question.event.is_none() && question.tool.is_none() && question.kind.is_none() {
            return Err(COMMAND.wrong("an event, a tool or a command is needed"));
        }
        Ok(question)
    }

    fn event(&self, io: &mut Io<'_>) -> Result<Event, Failure> {
        let Some(source) = self.event else {
            return Ok(Event::from_value(Value::Object(self.body(io)), 0)?);
        };
        let bytes = if source == "-" {
            let mut bytes = Vec::new();
            io.input.take(MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            bytes
        } else {
            let file = io.cwd.join(source);
            files::read_bounded(&file, MAX_INPUT_BYTES)?
                .ok_or_else(|| Failure::Unreadable(format!("{} is not there", file.display())))?
        };
        Event::parse(&bytes).map_err(|error| Failure::Usage(format!("{source}: {error}")))
    }

    fn body(&self, io: &Io<'_>) -> Map<String, Value> {
        let mut body = Map::new();
        let kind = self.kind.unwrap_or("PreToolUse");
        body.insert("hook_event_name".into(), kind.into());
        body.insert("session_id".into(), self.session.unwrap_or("explain").into());
        body.insert("cwd".into(), io.cwd.to_string_lossy().into());
        match self.tool {
            Some(tool) => {
                body.insert("tool_name".into(), tool.into());
                body.insert("tool_input".into(), Value::Object(self.input.clone()));
            }
            None => body.extend(self.input.clone()),
        }
        body
    }
}

fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(COMMAND.wrong("--input is not a JSON object")),
        Err(error) => Err(COMMAND.wrong(&format!("--input is not JSON: {error}"))),
    }
}

/// What happens in the end: the strictest answer of the hooks that are installed.
fn outcome(said: &[Said]) -> &'static str {
    let rank = |said: &Said| match &said.answer {
        Err(_) if said.hook.blocks_on_error(None) => (6, "deny"),
        Err(_) => (1, "warn"),
        Ok(considered) => match considered.applied.verdict {
            Verdict::Deny(_) => (6, "deny"),
            Verdict::Stop(_) => (5, "stop"),
            Verdict::Ask(_) => (4, "ask"),
            Verdict::RewriteOutput(_) => (3, "rewrite"),
            Verdict::RewriteInput(_) => (2, "rewrite_input"),
            Verdict::Pass if considered.applied.name() == "warn" => (1, "warn"),
            Verdict::Pass => (0, "pass"),
        },
    };
    said.iter().filter(|said| said.wired).map(rank).max().map_or("pass", |(_, name)| name)
}

/// A hook's answer in words: what it says, by which rule, and what that means in its mode.
struct Told {
    decision: String,
    rule: String,
    text: Vec<String>,
    allow: Option<String>,
}

fn told(said: &Said) -> Told {
    let considered = match &said.answer {
        Ok(considered) => considered,
        Err(error) => {
            let text = vec![error.to_string()];
            return Told { decision: "error".into(), rule: "-".into(), text, allow: None };
        }
    };
    let wanted = &considered.wanted;
    let finding = wanted.findings.first().map(|finding| finding.rule.as_str());
    let rule = wanted.verdict.reason().map(Reason::rule).or(finding).unwrap_or("-").to_string();
    let held = considered.mode != Mode::Enforce && !wanted.is_silent();
    let decision = if held {
        format!("{} (only {})", wanted.name(), considered.mode.name())
    } else {
        wanted.name().to_string()
    };
    let reason = wanted.verdict.reason().map(|reason| reason.text().to_string());
    let excused = considered.excuses.iter().map(|excuse| {
        format!(
            "let through by {} ({}): rule {}, {}",
            excuse.approver, excuse.scope, excuse.rule, excuse.reason
        )
    });
    let said_besides = [&wanted.user, &wanted.model].into_iter().flatten().cloned();
    let text = reason.into_iter().chain(said_besides).chain(excused).collect();
    Told { decision, rule, text, allow: allow(said, considered) }
}

fn allow(said: &Said, considered: &Considered) -> Option<String> {
    let call = considered.call.as_deref()?;
    Some(hook_core::allow_command(said.hook.name, &considered.wanted, call))
}

fn print(said: &Said, event: &Event, io: &mut Io<'_>) -> Result<(), Failure> {
    let Told { decision, rule, text, allow } = told(said);
    let wired = if said.wired { "" } else { "  (not installed in this tier)" };
    writeln!(io.out, "  {:<26} {decision:<8} {rule:<24} {:>6} us{wired}", said.hook.name, said.micros)?;
    for line in text.iter().flat_map(|text| text.lines()) {
        writeln!(io.out, "      {line}")?;
    }
    if let Some(command) = allow.filter(|_| said.wired && !event.tool_name().is_empty()) {
        writeln!(io.out, "      once: {command}")?;
    }
    Ok(())
}

fn row(said: &Said, event: &Event) -> Value {
    let Told { decision, rule, text, allow } = told(said);
    let mode = said.answer.as_ref().map_or("-", |considered| considered.mode.name());
    json!({ "hook": said.hook.name, "decision": decision, "rule": rule, "mode": mode, "micros": said.micros,
            "installed": said.wired, "text": text, "allow": allow, "event": event.name() })
}
