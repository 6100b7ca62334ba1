//! What the user types: the prompt, and the files it mentions with `@`.

use hook_core::{Context, Decision, Error, Event, Mode, files};

use crate::inspect::{Inspection, Weight};
use crate::{mention, output};

/// A mentioned file larger than this is refused unread: it could not be judged.
const LARGEST_MENTION: usize = 32 * 1024 * 1024;

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    if output::is_marked(event, context) && context.policy.mode(output::SESSION_RULE) != Mode::Off {
        return Ok(Decision::deny(
            output::SESSION_RULE,
            "the history of this session holds a secret, and every \
             prompt would send it. Start a new session with /clear.",
        ));
    }
    let mut inspection = Inspection::new(context)?;
    inspection.text("prompt", event.prompt())?;
    if inspection.first(Weight::Guess).is_some() {
        return Ok(verdict(inspection, "the prompt"));
    }
    for file in mention::files(event.prompt(), context) {
        let Some(text) = files::read_text(&file, LARGEST_MENTION)? else { continue };
        let name = format!("the mentioned file {}", file.display());
        let mut inspection = Inspection::new(context)?.about_file(Some(file));
        inspection.text("prompt.mention", &text)?;
        if inspection.first(Weight::Guess).is_some() {
            return Ok(verdict(inspection, &name));
        }
    }
    Ok(Decision::pass().with_findings(inspection.findings))
}

fn verdict(inspection: Inspection<'_>, place: &str) -> Decision {
    let kinds = inspection.kinds();
    let Some(first) = inspection.first(Weight::Secret) else {
        return Decision::warn_user(format!("{place} holds {kinds}.")).with_findings(inspection.findings);
    };
    let reason = format!(
        "{place} holds {kinds}. Nothing was sent. Take it out, or refer to it by the \
         name of an environment variable."
    );
    Decision::deny(&first.rule, reason).with_findings(inspection.findings)
}
