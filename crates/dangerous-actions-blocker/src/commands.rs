//! A command line judged: analysed once, each command held against every family.

use shell::{Analysis, World};

use crate::call::Call;
use crate::rule::Hit;
use crate::rules::{
    credentials, databases, deletion, disks, execution, git, governance, leaks, packages, permissions,
    persistence, privilege, processes, production, services, unresolved,
};
use crate::scene::Scene;
use crate::{carried, code, effects};

/// What the analysis and the rules say of one command line.
#[derive(Debug)]
pub struct Judgement {
    pub line: Analysis,
    /// Worst first; at most one of each rule and subject.
    pub hits: Vec<Hit>,
}

/// How deep commands inside commands' arguments are followed beyond what the shell analysis follows itself.
const CARRIED: usize = 2;

/// The most words of one line that are judged; people write hundreds at most. What has more is asked about.
const WORDS: usize = 3000;

/// Judges a Bash command line in `scene`.
pub fn judge(text: &str, scene: &Scene) -> Judgement {
    judge_within(text, scene, CARRIED)
}

pub(crate) fn judge_within(text: &str, scene: &Scene, depth: usize) -> Judgement {
    let line = shell::analyze(text, &world(scene));
    let mut hits = Vec::new();
    unresolved::judge_line(text, &line, &mut hits);
    processes::judge_line(&line, &mut hits);
    let endless = is_endless(&line);
    let near_governance = text.contains("claude")
        || line.commands.iter().any(|command| command.argv.iter().any(|word| word.text().contains("claude")));
    let mut words = 0;
    for (index, command) in line.commands.iter().enumerate() {
        if command.reach == shell::Reach::Never || in_open_quote(&line, command) {
            continue;
        }
        words += command.argv.len();
        if words > WORDS {
            hits.push(unresolved::too_many_words());
            break;
        }
        let call = Call { near_governance, ..Call::new(&line, index, command, scene) };
        judge_call(&call, &mut hits);
        unresolved::judge(&call, &mut hits);
        processes::judge_loop(&call, endless, &mut hits);
        if depth > 0 {
            carried::judge(&call, depth - 1, &mut hits);
        }
    }
    if words > WORDS {
        return Judgement { hits: worst_first(hits), line };
    }
    leaks::judge_line(&line, scene, &mut hits);
    for flow in &line.flows {
        if let Some(command) = line.commands.get(flow.command) {
            let call = Call::new(&line, flow.command, command, scene);
            execution::judge_flow(flow, &call, &mut hits);
            credentials::judge_flow(flow, &call, &mut hits);
        }
    }
    Judgement { hits: worst_first(hits), line }
}

/// Holds one command against every family.
pub(crate) fn judge_call(call: &Call<'_>, hits: &mut Vec<Hit>) {
    let effects = effects::of(call);
    governance::judge(call, &effects, hits);
    deletion::judge(call, &effects, hits);
    deletion::judge_moves(call, &effects, hits);
    disks::judge(call, &effects, hits);
    permissions::judge(call, &effects, hits);
    credentials::judge(call, &effects, hits);
    persistence::judge(call, &effects, hits);
    privilege::judge(call, &effects, hits);
    if call.name.is_empty() {
        return;
    }
    git::judge(call, hits);
    databases::judge(call, hits);
    services::judge(call, hits);
    packages::judge(call, hits);
    execution::judge(call, hits);
    processes::judge(call, hits);
    production::judge(call, hits);
    code::judge(call, hits);
}

/// What the analysis may take as known: the folders, and the variables that name them everywhere.
fn world(scene: &Scene) -> World {
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    World {
        home: scene.home.clone(),
        cwd: scene.cwd.clone(),
        variables: vec![
            variable("TMPDIR", "/tmp"),
            variable("TMP", "/tmp"),
            variable("TEMP", "/tmp"),
            variable("RUNNER_TEMP", "/tmp/runner"),
            variable("CLAUDE_PROJECT_DIR", &scene.project),
            variable("GITHUB_WORKSPACE", &scene.project),
        ],
    }
}

/// It was read out of a quote that nothing closes: bash refuses such a line as a whole.
fn in_open_quote(line: &Analysis, command: &shell::Command) -> bool {
    line.unparsed.iter().any(|problem| {
        let quote = problem.what.contains("unterminated") && problem.what.contains("quote");
        quote && command.span.start >= problem.span.start && command.span.end <= problem.span.end
    })
}

/// A loop whose condition is a constant `true` or `:`.
fn is_endless(line: &Analysis) -> bool {
    line.commands.iter().any(|command| {
        command.argv.len() == 1
            && command
                .argv
                .first()
                .is_some_and(|word| matches!(word.text(), "true" | ":" | "/bin/true" | "/usr/bin/true"))
    })
}

fn worst_first(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.rule.severity));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        if !kept.iter().any(|other| other.rule.id == hit.rule.id && other.subject == hit.subject) {
            kept.push(hit);
        }
    }
    kept
}
