//! UserPromptSubmit: where the policy says so, nothing is asked of the model while something critical stands.

use hook_core::{Context, Decision, Error, Event, Severity};

use crate::violation::Violation;
use crate::{rules, start};

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    if !context.policy.flag("block_prompt") {
        return Ok(Decision::pass());
    }
    let mut violations = start::all(event, context)?;
    violations.retain(|violation| violation.severity() == Severity::Critical);
    let Some(first) = violations.first() else { return Ok(Decision::pass()) };
    let reason = format!(
        "Governance is not in force: {}. Next step: {}. For an emergency an exception in the policy, with reason, approver and expiry, lets prompts through.",
        first.told,
        rules::way_out(first.rule)
    );
    Ok(Decision::deny(first.rule, reason).with_findings(violations.iter().map(Violation::finding).collect()))
}
