//! From an event to an answer in proportion: where a text comes from says how much it takes and what is done.

use hook_core::{Context, Decision, Error, Event, EventKind, Finding, Mode, Scope, Severity, Tool};
use secrets::TagKey;

use crate::places;
use crate::report::{self, Found, WORDING};
use crate::score::{CERTAIN, NOTABLE, Options, Surface, score};

/// Shorter texts hold no order.
const MIN_TEXT: usize = 16;

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    match event.kind() {
        EventKind::PostToolUse => after_tool(event, context),
        EventKind::PostToolUseFailure => Ok(tell_model(look(event, context, Surface::Local, None)?, context)),
        EventKind::UserPromptSubmit => prompt(event, context),
        EventKind::PreToolUse => before_write(event, context),
        EventKind::SessionStart => session_start(context),
        _ => Ok(Decision::pass()),
    }
}

/// A tool result: the model is told which part is data and must not be obeyed; the strictest tier also masks it.
fn after_tool(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let (surface, path) = match event.tool() {
        Some(Tool::Read { path }) if places::is_instruction_file(path) => (Surface::Instructions, Some(path)),
        Some(Tool::Read { path }) => (Surface::Local, Some(path)),
        Some(Tool::Bash { .. } | Tool::PowerShell { .. }) => (Surface::Local, None),
        Some(Tool::WebFetch { url, .. }) => (Surface::ToolResult, Some(url)),
        Some(Tool::WebSearch { .. } | Tool::Mcp { .. } | Tool::Other { .. } | Tool::Agent { .. }) => {
            (Surface::ToolResult, None)
        }
        // What a write answers is what was written.
        _ => return Ok(Decision::pass()),
    };
    let found = look(event, context, surface, path)?;
    let masked = found.iter().any(Found::acts) && context.policy.flag("mask_spans");
    let rewritten = if masked { mask(event, context, &found)? } else { None };
    let told = tell_model(found, context);
    match rewritten {
        None => Ok(told),
        Some(output) => {
            let mut decision = Decision::rewrite_output(output).with_findings(told.findings);
            decision.model = told.model;
            decision.user = told.user;
            Ok(decision)
        }
    }
}

/// Every text of the event that is at least notable.
fn look(
    event: &Event,
    context: &Context<'_>,
    surface: Surface,
    path: Option<&str>,
) -> Result<Vec<Found>, Error> {
    let mut texts = Vec::new();
    event.visit_texts(&mut |pointer, text| {
        if text.len() >= MIN_TEXT {
            let assessment = score(text, &Options { surface });
            if assessment.score >= NOTABLE {
                texts.push((pointer.to_string(), text.to_string(), assessment));
            }
        }
    });
    let mut found = Vec::new();
    for (pointer, text, assessment) in texts {
        let one = Found::new(pointer, &text, assessment, &TagKey::new(context.state.tag_key()?));
        found.extend(judged(one, context, surface, path));
    }
    Ok(found)
}

/// The finding with its mode, unless it is switched off or excepted.
fn judged(mut found: Found, context: &Context<'_>, surface: Surface, path: Option<&str>) -> Option<Found> {
    let scope = Scope { path, fingerprint: Some(&found.fingerprint) };
    found.mode = context.judge(found.rule, &scope);
    // The model alone, with no rule to name, has to be surer than a rule that can say what it saw.
    let bar = if surface == Surface::ToolResult && found.rule != WORDING { NOTABLE } else { CERTAIN };
    found.loud = found.assessment.score >= bar;
    (found.mode != Mode::Off).then_some(found)
}

/// A warning to the model, and one line to the user.
fn tell_model(found: Vec<Found>, context: &Context<'_>) -> Decision {
    let mut decision = Decision::pass();
    for one in &found {
        if one.acts() && !context.policy.flag("user_only") {
            decision = decision.with_model(report::to_model(one));
        }
        if one.loud && one.mode >= Mode::Warn {
            decision = decision.with_user(report::to_user(one));
        }
    }
    decision.with_findings(found.into_iter().map(Found::into_finding).collect())
}

/// The tool's response with the spans replaced, and free of secrets: should this rewrite win over the one of
/// `secrets-scanner`, it must not bring back what that one took out.
fn mask(event: &Event, context: &Context<'_>, found: &[Found]) -> Result<Option<serde_json::Value>, Error> {
    let key = TagKey::new(context.state.tag_key()?);
    Ok(event.rewritten_response(&mut |pointer, text| {
        let pointer = pointer.to_string();
        let masked = found
            .iter()
            .find(|found| found.acts() && found.pointer == pointer)
            .map(|found| report::masked(text, &found.assessment.spans));
        let current = masked.as_deref().unwrap_or(text);
        let hits = secrets::scan(current, &secrets::Options::default());
        if hits.is_empty() { masked } else { Some(secrets::redact(current, &hits, &key)) }
    }))
}

/// A prompt may hold pasted text; the user is told and the model is put on its guard.
fn prompt(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let found = look(event, context, Surface::Prompt, None)?;
    let worst = found.iter().find(|found| found.acts());
    let asked = worst.map(|worst| Decision::ask(worst.rule, report::of_prompt(worst)));
    Ok(asked
        .unwrap_or_else(Decision::pass)
        .with_findings(found.into_iter().map(Found::into_finding).collect()))
}

/// A write into a file that will instruct an assistant: a person decides, or nobody does.
fn before_write(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let Some(path) = places::written_instructions(event) else { return Ok(Decision::pass()) };
    let found = look(event, context, Surface::Instructions, Some(&path))?;
    let decision = match found.iter().find(|found| found.acts()) {
        None => Decision::pass(),
        Some(worst) if context.policy.flag("deny_instruction_writes") => {
            Decision::deny(worst.rule, report::of_write(worst, &path))
        }
        Some(worst) => Decision::ask(worst.rule, report::of_write(worst, &path)),
    };
    Ok(decision.with_findings(found.into_iter().map(Found::into_finding).collect()))
}

/// The instruction files of the project, as they are when a session starts.
fn session_start(context: &Context<'_>) -> Result<Decision, Error> {
    let mut decision = Decision::pass();
    for (path, text) in places::instruction_files(&context.project) {
        let assessment = score(&text, &Options { surface: Surface::Instructions });
        if assessment.score < NOTABLE {
            continue;
        }
        let shown = path.to_string_lossy().into_owned();
        let one = Found::new(
            report::shown_path(&path, &context.project),
            &text,
            assessment,
            &TagKey::new(context.state.tag_key()?),
        );
        let Some(one) = judged(one, context, Surface::Instructions, Some(&shown)) else { continue };
        if one.loud && one.mode >= Mode::Warn {
            decision = decision.with_user(report::to_user(&one));
        }
        if one.acts() {
            decision = decision.with_model(report::to_model(&one));
        }
        decision = decision.with_finding(one.into_finding());
    }
    Ok(decision)
}

impl Found {
    /// Whether anything beyond a record follows.
    fn acts(&self) -> bool {
        self.loud && self.mode == Mode::Enforce
    }

    fn into_finding(self) -> Finding {
        Finding {
            rule: self.rule.into(),
            severity: if self.loud { Severity::High } else { Severity::Low },
            summary: report::summary(&self),
            pointer: self.pointer,
            fingerprint: self.fingerprint,
        }
    }
}
