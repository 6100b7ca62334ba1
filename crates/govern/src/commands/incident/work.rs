//! `govern incident note` and `close`: what was done, step by step, until nothing is left to do.

use super::Verb;
use super::store::{load, save, stamp};
use crate::commands::arguments::Arguments;
use crate::commands::value::{at, list, text};
use crate::{Exit, Failure, Io};
use serde_json::{Value, json};

pub(super) const NOTE: Verb = Verb {
    name: "note",
    about: "write down what was done or found; --step marks a step as done",
    options: "  INCIDENT       its id\n  \
              --text TEXT    what was done or found\n  \
              --step COUNT   the step this finishes\n",
    run: note,
};

pub(super) const CLOSE: Verb = Verb {
    name: "close",
    about: "close an incident; refused while a step is open, unless --leave says why",
    options: "  INCIDENT         its id\n  \
              --outcome TEXT   what it was and what was changed\n  \
              --leave TEXT     why steps are left open\n",
    run: close,
};

fn opened(arguments: &Arguments<'_>, io: &Io<'_>) -> Result<Value, Failure> {
    let id = arguments
        .word()
        .ok_or_else(|| Failure::Usage("which incident? `govern incident list` names them".into()))?;
    let incident = load(id, io)?;
    if text(&incident, "status") != "open" {
        return Err(Failure::Usage(format!("{id} is closed; open a new one")));
    }
    Ok(incident)
}

fn said<'a>(arguments: &Arguments<'a>, name: &str) -> Result<&'a str, Failure> {
    let said = arguments.value(name).filter(|text| !text.trim().is_empty());
    said.ok_or_else(|| Failure::Usage(format!("say {name} TEXT")))
}

fn note(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut incident = opened(arguments, io)?;
    let words = said(arguments, "--text")?;
    let step = arguments.number("--step")?;
    if let Some(number) = step {
        let mut steps = incident.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten();
        let found = steps.find(|row| at(row, "step").as_u64() == Some(number));
        let Some(row) = found.and_then(Value::as_object_mut) else {
            return Err(Failure::Usage(format!("there is no step {number}")));
        };
        row.insert("done".into(), json!({"at": stamp(io), "by": io.user}));
    }
    push_note(&mut incident, words, step, io);
    save(&incident, "noted", words, io)?;
    let left = open_steps(&incident);
    writeln!(io.out, "{}: noted; {} steps open", text(&incident, "id"), left.len())?;
    Ok(Exit::Clean)
}

fn push_note(incident: &mut Value, words: &str, step: Option<u64>, io: &Io<'_>) {
    let note = json!({"at": stamp(io), "by": io.user, "step": step, "text": words});
    if let Some(notes) = incident.get_mut("notes").and_then(Value::as_array_mut) {
        notes.push(note);
    }
}

/// The steps nobody has done.
fn open_steps(incident: &Value) -> Vec<u64> {
    let steps = list(at(incident, "steps")).iter();
    steps.filter(|row| at(row, "done").is_null()).filter_map(|row| at(row, "step").as_u64()).collect()
}

fn close(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut incident = opened(arguments, io)?;
    let outcome = said(arguments, "--outcome")?;
    let left = open_steps(&incident);
    let leave = arguments.value("--leave").unwrap_or_default();
    if !left.is_empty() && leave.trim().is_empty() {
        let left: Vec<String> = left.iter().map(u64::to_string).collect();
        writeln!(io.err, "steps {} are open; do them, or say --leave WHY", left.join(", "))?;
        return Ok(Exit::Findings);
    }
    if !leave.is_empty() {
        push_note(&mut incident, &format!("Left open: {leave}"), None, io);
    }
    if let Some(fields) = incident.as_object_mut() {
        fields.insert("status".into(), "closed".into());
        fields.insert("closed".into(), stamp(io).into());
        fields.insert("closed_by".into(), io.user.clone().into());
        fields.insert("outcome".into(), outcome.into());
    }
    save(&incident, "closed", outcome, io)?;
    writeln!(io.out, "{}: closed", text(&incident, "id"))?;
    Ok(Exit::Clean)
}
