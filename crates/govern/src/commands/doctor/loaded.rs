//! Whether each settings file counts as its author meant, and whether what counts is what the tier asks.

use std::path::Path;

use claude_config::json::Value;
use claude_config::permission::Behavior;
use claude_config::settings::{Settings, Source, Standing as Counts};

use super::{Check, Patient, good, notice, problem, word};
use crate::audit::{self, Expectation, Level, Subject};
use crate::commands::install::wires;
use crate::{Failure, Io};

pub(super) fn checks(patient: &Patient) -> Vec<Check> {
    let mut checks: Vec<Check> = patient.settings.iter().map(standing).collect();
    checks.extend(patient.settings.iter().filter_map(switched_off));
    checks.extend(below_the_root(patient));
    checks.extend(half_done(patient));
    if patient.settings.is_empty() {
        checks.push(problem("settings", "no settings file counts here", "govern init standard"));
    }
    if !patient.settings.iter().any(|settings| settings.source == Source::Managed) {
        checks.push(notice(
            "settings",
            "no managed settings: whoever starts the client can switch all of this off",
            "sudo govern install --target managed",
        ));
    }
    checks
}

fn standing(settings: &Settings) -> Check {
    let file = settings.file.display();
    let count = |behavior| settings.rules(behavior).len();
    match settings.standing() {
        Counts::InForce => good(
            "settings",
            format!(
                "{file}: in force, {} deny and {} ask rules, {} hooks",
                count(Behavior::Deny),
                count(Behavior::Ask),
                settings.hooks().len()
            ),
        ),
        Counts::Partly => problem("settings", format!("{file}: {}", settings.effect()), mend(settings)),
        Counts::NotInForce => {
            let first = settings.defects.iter().find(|defect| defect.drops_file);
            let why = match (&settings.document.root, first) {
                (Err(error), _) => error.what.to_string(),
                (Ok(_), Some(defect)) => format!("{}: {}", defect.path, defect.what),
                (Ok(_), None) => String::new(),
            };
            problem("settings", format!("{file}: {} ({why})", settings.effect()), mend(settings))
        }
    }
}

/// What mends a settings file: the safe fixes where they reach, an editor where they do not.
fn mend(settings: &Settings) -> String {
    let fixed = audit::fix::fixed(&settings.document.text, settings.source).ok().flatten();
    let reaches = fixed.is_some_and(|text| {
        let document = claude_config::json::Document::new(text);
        Settings::new(&settings.file, settings.source, document).standing() == Counts::InForce
    });
    let file = word(&settings.file);
    if reaches { format!("govern audit --fix {file}") } else { format!("${{EDITOR:-vi}} {file}") }
}

fn switched_off(settings: &Settings) -> Option<Check> {
    let node = settings.at(&["disableAllHooks"])?;
    matches!(node.value, Value::Bool(true)).then(|| {
        let file = settings.file.display();
        problem(
            "settings",
            format!("{file}: `disableAllHooks` is true, so no hook of this project or user runs"),
            format!("govern audit --fix {}", word(&settings.file)),
        )
    })
}

/// Project settings count only in the folder the client is started in.
fn below_the_root(patient: &Patient) -> Option<Check> {
    let (start, root) = (&patient.places.start, patient.places.root());
    let has = |folder: &Path| folder.join(".claude/settings.json").is_file();
    (start != root && has(root) && !has(start)).then(|| {
        problem(
            "settings",
            format!(
                "{}: below the repository's root, so its project settings are not loaded here",
                start.display()
            ),
            format!("cd {} && claude", word(root)),
        )
    })
}

/// An `init` or `upgrade` that was ended in the middle; its next run undoes what it left.
fn half_done(patient: &Patient) -> Option<Check> {
    let root = patient.places.root();
    root.join(crate::transaction::JOURNAL).exists().then(|| {
        let tier = patient.tier.unwrap_or(hook_core::Tier::Standard);
        problem(
            "settings",
            format!("{}: a change of the governance files was interrupted half way", root.display()),
            format!("govern init {tier} --dir {}", word(root)),
        )
    })
}

/// What the tier asks for and the files do not hold.
pub(super) fn drift(patient: &Patient, io: &Io<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    let Some(tier) = patient.tier else {
        checks.push(problem("tier", "no policy file names a tier", "govern install standard"));
        return Ok(checks);
    };
    let root = patient.places.root();
    let subject = Subject::read(root, io.now.date_naive())?;
    if subject.project.is_some() || subject.tier.is_some() {
        let held_to = subject.tier.unwrap_or(tier);
        let findings = audit::audit(&subject, Expectation { tier: Some(held_to) });
        // That the file does not count, or switches hooks off, was said above.
        let drifts = ["SET-0", "SET-7", "SET-8", "DOC-4"];
        let drifted: Vec<_> = findings
            .iter()
            .filter(|finding| finding.level != Level::Note && drifts.contains(&finding.rule.id))
            .collect();
        match drifted.first() {
            None => checks.push(good("tier", format!("{}: holds tier {held_to}", root.display()))),
            Some(first) => checks.push(problem(
                "tier",
                format!(
                    "{}: drifted from tier {held_to} in {} places; first: {}",
                    root.display(),
                    drifted.len(),
                    first.message
                ),
                format!("govern init {held_to} --dir {}", word(root)),
            )),
        }
    }
    checks.extend(missing_wires(patient, tier));
    Ok(checks)
}

/// Handlers of the tier that no settings file in force has.
fn missing_wires(patient: &Patient, tier: hook_core::Tier) -> Option<Check> {
    let wired: Vec<_> = patient.settings.iter().flat_map(Settings::hooks).collect();
    let covers = |wanted: &crate::commands::install::Wire| {
        wired.iter().any(|hook| {
            let matcher = wanted.matcher.as_deref().unwrap_or_default();
            hook.event == wanted.event
                && super::fires::ours(&hook.launch).as_deref() == Some(wanted.hook.as_str())
                && (["", "*"].contains(&hook.matcher.as_str()) || hook.matcher == matcher)
        })
    };
    let missing: Vec<_> = wires(tier).into_iter().filter(|wanted| !covers(wanted)).collect();
    let first = missing.first()?;
    let on = first.matcher.as_ref().map_or_else(String::new, |matcher| format!(" ({matcher})"));
    Some(problem(
        "tier",
        format!(
            "{} of the {} handlers of tier {tier} are not wired; first: {} on {}{on}",
            missing.len(),
            wires(tier).len(),
            first.hook,
            first.event
        ),
        patient.install(),
    ))
}
