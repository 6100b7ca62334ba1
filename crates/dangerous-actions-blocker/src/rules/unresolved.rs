//! What could not be read: command names nobody knows before they run, limits of the analysis, text that is no shell.

use hook_core::Severity;
use shell::{Analysis, Command, Value};

use crate::call::Call;
use crate::effects;
use crate::rule::{Answer, Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&NAME, &PIECED, &LIMIT, &UNREADABLE];

static NAME: Rule = Rule {
    id: "unknown-command-name",
    severity: Severity::High,
    harm: "hides which program would run, and its arguments would do damage to several",
    instead: Instead::Run("git status --short", "write the command out"),
};
static PIECED: Rule = Rule {
    id: "pieced-command-name",
    severity: Severity::High,
    harm: "hides which program would run: its name is put together from pieces that are not known",
    instead: Instead::Run("git status --short", "write the command out"),
};
static LIMIT: Rule = Rule {
    id: "command-too-complex",
    severity: Severity::High,
    harm: "is too long or nests too deeply to be judged",
    instead: Instead::Run("ls", "run it in smaller steps"),
};
static UNREADABLE: Rule = Rule {
    id: "command-unreadable",
    severity: Severity::Medium,
    harm: "is not shell that can be read, and names programs that do damage",
    instead: Instead::Run("ls", "write it as plain shell"),
};

/// Heads that a hidden name is tried with.
const HEADS: &[&str] = &["rm", "git", "dd", "chmod", "mkfs.ext4"];

/// How often the words of a command are judged.
pub(crate) fn trials(command: &Command) -> usize {
    if is_hidden(command) { 1 + HEADS.len() } else { 1 }
}

/// Nothing of the name is known, and it has arguments.
fn is_hidden(command: &Command) -> bool {
    command.argv.len() > 1
        && command.argv.first().is_some_and(|name| name.text().is_empty() && !name.holes().is_empty())
}

/// A command whose name is not known is judged as each of the worst it could be.
pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if is_pieced(call) {
        let words: Vec<String> = call.command.argv.iter().take(3).map(ToString::to_string).collect();
        hits.push(call.hit(&PIECED, words.join(" ")));
        return;
    }
    if !is_hidden(call.command) {
        return;
    }
    for head in HEADS {
        let mut argv = vec![Value::literal(*head)];
        argv.extend(call.words().iter().cloned());
        let command = Command { argv, ..call.command.clone() };
        let trial = call.as_if(head, &command);
        let mut found = Vec::new();
        crate::commands::judge_call(&trial, &effects::of(&trial), &mut found);
        let bad = found.iter().any(|hit| {
            hit.rule.severity >= Severity::High && hit.rule.answer(call.scene.tier) > Answer::Pass
        });
        if bad {
            hits.push(
                call.hit(
                    &NAME,
                    call.command.argv.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                ),
            );
            return;
        }
    }
}

/// Unknown pieces that nobody puts together for the name of a program they mean to run.
const PIECES: usize = 3;

/// The name is made of several unknown pieces, or of a pattern that any program matches.
fn is_pieced(call: &Call<'_>) -> bool {
    let Some(name) = call.command.argv.first() else { return false };
    let text = name.text();
    if text.is_empty() {
        return name.holes().len() >= PIECES;
    }
    // `???` with arguments; a lone `*` is a bullet of a list that was never a command.
    name.has_glob()
        && !call.words().is_empty()
        && text.matches('?').count() > 1
        && !text.contains(|letter: char| letter.is_alphanumeric() || letter == '.')
}

/// The analysis stopped early, or stretches of the text are not shell.
pub(crate) fn judge_line(text: &str, line: &Analysis, hits: &mut Vec<Hit>) {
    if let Some(limit) = line.limit {
        hits.push(Hit {
            rule: &LIMIT,
            subject: format!("the command line (limit: {limit:?})"),
            path: None,
            command: None,
        });
    }
    // An open quote makes bash refuse the whole line; what stands in it was read as one word. Of the other problems the
    // first is enough: the text from there holds what stands behind the later ones.
    let Some(problem) = line.unparsed.iter().find(|problem| !problem.what.contains("unterminated")) else {
        return;
    };
    if names_damage(text.get(problem.span.start..).unwrap_or("")) {
        hits.push(Hit {
            rule: &UNREADABLE,
            subject: format!("the command line ({})", problem.what),
            path: None,
            command: None,
        });
    }
}

/// A line with more words than are judged.
pub(crate) fn too_many_words() -> Hit {
    Hit { rule: &LIMIT, subject: "the command line (too many words)".into(), path: None, command: None }
}

/// Words that make an unreadable stretch worth a question.
fn names_damage(text: &str) -> bool {
    const DAMAGE: &[&str] = &[
        "rm", "dd", "mkfs", "shred", "chmod", "chown", "sudo", "curl", "wget", "eval", "nc", "drop",
        "destroy",
    ];
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .any(|word| DAMAGE.contains(&word))
        && text.contains(['-', '|', '>'])
}
