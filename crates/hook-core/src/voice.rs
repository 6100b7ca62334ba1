//! How hooks speak: who says it and by which rule, then what happened and what to do instead, then how to appeal. Hooks
//! write only the middle; so all of them sound alike.

use crate::{Decision, Hook, Policy, Reason, Verdict};

/// The rule of the kill switch; a person speaks, no hook.
pub(crate) const STOPPED: &str = "stopped-by-person";

/// What no exception lets through: a person's own stop, a log that cannot be written, a session that would send a
/// secret with every prompt.
const NOT_EXCUSED: &[&str] = &[STOPPED, "audit-log-unavailable", "session-holds-secret"];

/// The decision with the hook's name before everything it says, and the rule's before a reason.
pub(crate) fn spoken(hook: &Hook, decision: Decision) -> Decision {
    let reason = |reason: Reason| match reason.rule() {
        STOPPED => reason,
        rule => Reason::new(rule, ended(format!("{}, rule {rule}: {}", hook.name, reason.text()))),
    };
    let verdict = match decision.verdict {
        Verdict::Ask(why) => Verdict::Ask(reason(why)),
        Verdict::Deny(why) => Verdict::Deny(reason(why)),
        Verdict::Stop(why) => Verdict::Stop(reason(why)),
        quiet @ (Verdict::Pass | Verdict::RewriteOutput(_) | Verdict::RewriteInput(_)) => quiet,
    };
    let named = |text: Option<String>| text.map(|text| ended(format!("{}: {text}", hook.name)));
    Decision { verdict, user: named(decision.user), model: named(decision.model), ..decision }
}

/// What becomes of a question while permissions are bypassed: a refusal. The client drops a hook's question where its own
/// checks would have asked as well (a write to a shell's start-up file, say), and runs the call (seen with 2.1.330); in
/// `-p` it refuses every other one anyway.
pub(crate) fn without_asking(decision: Decision) -> Decision {
    let Verdict::Ask(why) = decision.verdict else { return decision };
    let text = format!(
        "{} Permissions are bypassed, so nobody is asked and it is refused.",
        ended(why.text().into())
    );
    Decision { verdict: Verdict::Deny(Reason::new(why.rule(), text)), ..decision }
}

/// A sentence ends with a stop; one that ends with a quotation or a command is left alone.
fn ended(mut text: String) -> String {
    if text.ends_with(|last: char| last.is_alphanumeric()) {
        text.push('.');
    }
    text
}

/// What is left of a decision that only warns: the user is told what would have happened.
pub(crate) fn warned(hook: &Hook, decision: Decision) -> Decision {
    let told = match &decision.verdict {
        Verdict::Pass => Decision::pass(),
        verdict => Decision::warn_user(match verdict.reason() {
            Some(reason) => format!("Only a warning; it would be {}: {}", would(verdict), reason.text()),
            None => format!("{}: only a warning; the text would be {}.", hook.name, would(verdict)),
        }),
    };
    match decision.user {
        Some(user) => told.with_user(user),
        None => told,
    }
}

fn would(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "let through",
        Verdict::Ask(_) => "asked about",
        Verdict::Deny(_) => "denied",
        Verdict::Stop(_) => "stopped",
        Verdict::RewriteOutput(_) | Verdict::RewriteInput(_) => "changed",
    }
}

/// Tells the user how to let a denied call through. Where a person is asked, the answer to the question is the way.
pub(crate) fn with_appeal(hook: &Hook, decision: Decision, call: Option<&str>, policy: &Policy) -> Decision {
    let Verdict::Deny(reason) = &decision.verdict else { return decision };
    let (Some(call), false) = (call, NOT_EXCUSED.contains(&reason.rule())) else { return decision };
    if !policy.user_exceptions() {
        let text = format!("{}: exceptions are made by whoever manages this machine's policy.", hook.name);
        return decision.with_user(text);
    }
    let text = format!(
        "{}: to let exactly this through once: {}",
        hook.name,
        allow_command(hook.name, &decision, call)
    );
    decision.with_user(text)
}

/// The command by which a person lets a stopped call through once.
pub fn allow_command(hook: &str, decision: &Decision, call: &str) -> String {
    let mut rules: Vec<&str> = Vec::new();
    let found = decision.findings.iter().map(|finding| finding.rule.as_str());
    for rule in decision.verdict.reason().map(Reason::rule).into_iter().chain(found) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    format!("govern allow {hook} {} --once {call} --reason WHY", rules.join(","))
}
