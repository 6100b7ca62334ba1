//! From what was found to one decision: the strictest rule that is in force speaks.

use hook_core::{Context, Decision, Finding, Mode, Scope};

use crate::rule::{Answer, Hit};

/// The decision for these hits under the policy. Everything found is recorded; the strictest acts.
pub(crate) fn decision(hits: &[Hit], context: &Context<'_>) -> Decision {
    let mut findings = Vec::new();
    let mut acting: Vec<(Mode, Answer, &Hit)> = Vec::new();
    for hit in hits {
        let scope = Scope { path: hit.path.as_deref(), fingerprint: None };
        let mode = context.judge(hit.rule.id, &scope);
        let answer = hit.rule.answer(context.tier());
        if mode == Mode::Off || answer == Answer::Pass {
            continue;
        }
        findings.push(finding(hit));
        acting.push((mode, answer, hit));
    }
    let Some((_, answer, first)) =
        acting.iter().max_by_key(|(mode, answer, hit)| (*mode, *answer, hit.rule.severity))
    else {
        return Decision::pass();
    };
    let more =
        acting.iter().filter(|(_, _, hit)| hit.rule.id != first.rule.id).map(|(_, _, hit)| hit.rule.id);
    let reason = reason(first, &more.collect::<Vec<_>>());
    let decision = match answer {
        Answer::Deny => Decision::deny(first.rule.id, reason),
        Answer::Ask | Answer::Pass => Decision::ask(first.rule.id, reason),
    };
    decision.with_findings(findings)
}

fn reason(hit: &Hit, more: &[&str]) -> String {
    let mut text = hit.sentence();
    if !more.is_empty() {
        text.push_str(" It also breaks ");
        text.push_str(&more.join(", "));
        text.push('.');
    }
    text
}

/// What goes to the log names the rule and its harm; the words of the command may hold a secret and stay out.
fn finding(hit: &Hit) -> Finding {
    Finding {
        rule: hit.rule.id.to_owned(),
        severity: hit.rule.severity,
        pointer: if hit.command.is_some() {
            "/tool_input/command".into()
        } else {
            "/tool_input/file_path".into()
        },
        summary: hit.rule.harm.to_owned(),
        fingerprint: String::new(),
    }
}
