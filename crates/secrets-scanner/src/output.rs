//! After tools ran: outputs are rewritten, and where that is not possible the loop stops before the model sees them.

use std::time::Duration;

use hook_core::{Context, Decision, Error, Event, Mode, Step};
use serde_json::Value;

use crate::before::file_of_event;
use crate::inspect::{Inspection, Weight};

/// The rule under which a session that holds a secret stays closed.
pub(crate) const SESSION_RULE: &str = "session-holds-secret";
/// What the session's mark is called in the state folder.
const SESSION_MARK: &str = "secret";

/// `PostToolUse`: the output with every secret replaced, in the tool's own shape.
pub(crate) fn rewrite(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let mut inspection = Inspection::new(context)?.about_file(file_of_event(event, context));
    let mut failure = None;
    let rewritten = event.rewritten_response(&mut |pointer, text| {
        inspection.text(&pointer.to_string(), text).unwrap_or_else(|error| {
            failure.get_or_insert(error);
            None
        })
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let findings = std::mem::take(&mut inspection.findings);
    let Some(output) = rewritten else { return Ok(Decision::pass().with_findings(findings)) };
    if context.policy.hook_mode() != Mode::Enforce {
        announce(event, context)?;
    }
    let note = format!(
        "in this output [REDACTED:rule:tag] stands for {}. Equal tags are equal values. Work with the \
         names, do not look for the values, and never write a mark into a file.",
        inspection.kinds()
    );
    Ok(Decision::rewrite_output(output).with_findings(findings).with_model(note))
}

/// `PostToolUseFailure`: the client lets nobody rewrite this text; it goes on record, and `stop` is next.
pub(crate) fn note(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let inspection = inspected(event, context)?;
    Ok(Decision::pass().with_findings(inspection.findings))
}

/// `PostToolBatch`: the text the model is about to get. Nothing of it is sent once the loop is stopped.
pub(crate) fn stop(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let announced = announced(event, context)?;
    let inspection = inspected_but(event, context, &announced)?;
    let Some(first) = inspection.first(Weight::Secret) else {
        return Ok(Decision::pass().with_findings(inspection.findings));
    };
    let kinds = inspection.kinds();
    let mark = context.state.session_file(event.session_id(), SESSION_MARK);
    context.state.write(&mark, first.rule.as_bytes())?;
    let reason = format!(
        "a tool's output holds {kinds}, in a form that cannot be rewritten (the output \
         of a failed command, for one). Nothing of it was sent. The history of this session holds it now: start a new \
         session (/clear), and have the command not print it."
    );
    Ok(Decision::stop(&first.rule, reason).with_findings(inspection.findings))
}

/// Whether an earlier batch left a secret in this session's history.
pub(crate) fn is_marked(event: &Event, context: &Context<'_>) -> bool {
    context.state.exists(&context.state.session_file(event.session_id(), SESSION_MARK))
}

/// What the calls are called whose output would have been rewritten, in the state folder.
const ANNOUNCED: &str = "would-rewrite";
/// How long to wait for that file: parallel results write to it.
const DEADLINE: Duration = Duration::from_millis(100);
/// No more calls than this are remembered; a batch is never so large.
const MOST_ANNOUNCED: usize = 512;

/// Where the hook only observes or warns, an output it would have rewritten goes on as it is. The batch that carries it
/// would not have been stopped, so it must not be announced as stopped.
fn announce(event: &Event, context: &Context<'_>) -> Result<(), Error> {
    let name = context.state.session_file(event.session_id(), ANNOUNCED);
    context.state.update(&name, DEADLINE, |before| {
        let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
        let mut lines: Vec<&str> = before.lines().chain([event.tool_use_id()]).collect();
        let surplus = lines.len().saturating_sub(MOST_ANNOUNCED);
        lines.drain(..surplus);
        Ok((lines.join("\n").into_bytes(), ()))
    })
}

/// The places in this batch of the calls that were announced.
fn announced(event: &Event, context: &Context<'_>) -> Result<Vec<usize>, Error> {
    if context.policy.hook_mode() == Mode::Enforce {
        return Ok(Vec::new());
    }
    let name = context.state.session_file(event.session_id(), ANNOUNCED);
    let Some(bytes) = context.state.read(&name)? else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&bytes);
    let calls = event.field("tool_calls").and_then(Value::as_array).into_iter().flatten();
    let known = calls.enumerate().filter(|(_, call)| {
        let id = call.get("tool_use_id").and_then(Value::as_str);
        id.is_some_and(|id| text.lines().any(|line| line == id))
    });
    Ok(known.map(|(index, _)| index).collect())
}

fn inspected<'a>(event: &Event, context: &'a Context<'a>) -> Result<Inspection<'a>, Error> {
    inspected_but(event, context, &[])
}

/// Everything but the calls at these places of a batch.
fn inspected_but<'a>(
    event: &Event,
    context: &'a Context<'a>,
    skipped: &[usize],
) -> Result<Inspection<'a>, Error> {
    let mut inspection = Inspection::new(context)?;
    let mut failure = None;
    event.visit_texts(&mut |pointer, text| {
        if matches!(pointer.0.get(1), Some(Step::Index(index)) if skipped.contains(index)) {
            return;
        }
        if let (None, Err(error)) = (&failure, inspection.text(&pointer.to_string(), text)) {
            failure = Some(error);
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(inspection),
    }
}
