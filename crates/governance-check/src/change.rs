//! ConfigChange: a settings file that stops counting, or switches hooks off, is refused while the session still guards.

use std::path::Path;

use claude_config::settings::{Settings, Standing};
use hook_core::{Context, Decision, Error, Event};

use crate::violation::Violation;
use crate::{rules, settings};

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let path = Path::new(event.text("file_path"));
    let Some(source) = settings::source_of(path, event.text("source")) else { return Ok(Decision::pass()) };
    let Some(read) = Settings::read(path, source)? else { return Ok(Decision::pass()) };
    let mut violations: Vec<Violation> = settings::switched_off(&read).into_iter().collect();
    if read.standing() == Standing::NotInForce {
        violations.extend(settings::standing(&read));
    }
    violations.retain(|violation| violation.counts(context));
    let Some(first) = violations.first() else { return Ok(Decision::pass()) };
    let reason = format!("{}. Next step: {}.", first.told, rules::way_out(first.rule));
    Ok(Decision::deny(first.rule, reason).with_findings(violations.iter().map(Violation::finding).collect()))
}
