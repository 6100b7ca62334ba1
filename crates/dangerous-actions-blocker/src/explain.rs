//! How a command line was judged, for people: the commands found in it, the rules that apply, and the answer.

use crate::commands;
use crate::rule::{Answer, Instead};
use crate::scene::Scene;

/// One command line, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub commands: Vec<CommandFound>,
    pub rules: Vec<RuleFound>,
    pub answer: Answer,
    /// What could not be read, as phrases.
    pub notes: Vec<String>,
}

/// A command that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFound {
    /// Each word, with `…` where something is not known.
    pub argv: Vec<String>,
    /// What leads to it, outermost first: `sudo`, `bash`, `xargs`.
    pub via: Vec<String>,
    /// It may not run: it hangs on a condition.
    pub conditional: bool,
}

/// A rule that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFound {
    pub id: &'static str,
    pub severity: String,
    pub answer: Answer,
    /// The sentence a refusal would show.
    pub why: String,
    /// The command that does the harmless part, where there is one.
    pub alternative: Option<&'static str>,
    /// The index of the command in [`Explanation::commands`] it is about.
    pub command: Option<usize>,
}

/// Explains how the Bash command line `text` is judged in `scene`.
pub fn explain(text: &str, scene: &Scene) -> Explanation {
    let judgement = commands::judge(text, scene);
    let rules: Vec<_> = judgement
        .hits
        .iter()
        .map(|hit| RuleFound {
            id: hit.rule.id,
            severity: hit.rule.severity.to_string(),
            answer: hit.rule.answer(scene.tier),
            why: hit.sentence(),
            alternative: match hit.rule.instead {
                Instead::Run(command, _) => Some(command),
                Instead::Person(_) => None,
            },
            command: hit.command,
        })
        .collect();
    let commands = judgement.line.commands.iter().map(|command| CommandFound {
        argv: command.argv.iter().map(ToString::to_string).collect(),
        via: command.via.iter().map(|wrapper| wrapper.name.to_string()).collect(),
        conditional: command.reach != shell::Reach::Always,
    });
    let mut notes: Vec<_> =
        judgement.line.unparsed.iter().map(|problem| format!("not shell: {}", problem.what)).collect();
    notes.extend(judgement.line.limit.map(|limit| format!("the analysis stopped at a limit: {limit:?}")));
    Explanation {
        answer: rules.iter().map(|rule| rule.answer).max().unwrap_or(Answer::Pass),
        commands: commands.collect(),
        rules,
        notes,
    }
}
