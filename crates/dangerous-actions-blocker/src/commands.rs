//! A command line judged: analysed once, each command held against every family.

use std::collections::BTreeSet;

use shell::{Analysis, Command, Span, World};

use crate::call::Call;
use crate::effects::Effect;
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
    /// Worst first; at most one of each rule, subject and path.
    pub hits: Vec<Hit>,
}

/// How deep commands inside commands' arguments are followed beyond what the shell analysis follows itself.
const CARRIED: usize = 2;

/// What may be spent on one line, all that it carries included; people write a few hundred words at most. What has more
/// is asked about.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// Words that are judged, each as often as it is.
    words: usize,
    /// Bytes of words and of what commands read.
    bytes: usize,
    /// Steps of the shell analysis for lines that others carry.
    steps: u32,
}

const ALLOWANCE: Allowance = Allowance { words: 3000, bytes: 256 * 1024, steps: 18_000 };

impl Allowance {
    /// Takes what judging `command` costs; false when that is more than is left.
    fn covers(&mut self, command: &Command) -> bool {
        let text = |value: &shell::Value| value.text().len();
        let words = command.argv.len() * unresolved::trials(command) + command.redirections.len();
        // Words are made paths below the folder.
        let folder = command.directory.as_ref().map_or(0, |folder| folder.len() / 2 * words);
        let bytes =
            command.argv.iter().map(text).sum::<usize>() + command.input.as_ref().map_or(0, text) + folder;
        let enough = words <= self.words && bytes <= self.bytes;
        self.words = self.words.saturating_sub(words);
        self.bytes = self.bytes.saturating_sub(bytes);
        enough
    }
}

/// Judges a Bash command line in `scene`.
pub fn judge(text: &str, scene: &Scene) -> Judgement {
    let mut allowance = ALLOWANCE;
    let line = shell::analyze(text, &world(scene));
    judge_line(text, line, scene, CARRIED, &mut allowance)
}

/// Judges a command line that another one carries.
pub(crate) fn judge_carried(text: &str, scene: &Scene, depth: usize, allowance: &mut Allowance) -> Vec<Hit> {
    let (line, left) = shell::analyze_within(text, &world(scene), allowance.steps);
    allowance.steps = left;
    judge_line(text, line, scene, depth, allowance).hits
}

fn judge_line(
    text: &str,
    line: Analysis,
    scene: &Scene,
    depth: usize,
    allowance: &mut Allowance,
) -> Judgement {
    let mut hits = Vec::new();
    unresolved::judge_line(text, &line, &mut hits);
    processes::judge_line(&line, &mut hits);
    let mut calls = Call::all(&line, scene);
    let near_governance = text.contains("claude") || calls.iter().any(Call::names_client);
    let names_protected = near_governance && governance::line_names_protected(&calls);
    for call in &mut calls {
        call.names_protected = names_protected;
    }
    if let Some(effects) = judge_calls(&line, &calls, depth, allowance, &mut hits) {
        leaks::judge_line(&calls, &effects, &mut hits);
        let mut local = execution::Local::default();
        for flow in &line.flows {
            if let Some(call) = calls.get(flow.command) {
                execution::judge_flow(flow, call, &mut local, &mut hits);
                credentials::judge_flow(flow, call, &mut local, &mut hits);
            }
        }
    } else {
        hits.push(unresolved::too_many_words());
    }
    Judgement { hits: worst_first(hits), line }
}

/// Judges the commands one by one, and gives what each does to files; nothing if there are more than the allowance covers.
fn judge_calls<'a>(
    line: &'a Analysis,
    calls: &[Call<'a>],
    depth: usize,
    allowance: &mut Allowance,
    hits: &mut Vec<Hit>,
) -> Option<Vec<Vec<Effect<'a>>>> {
    let mut all_effects = Vec::with_capacity(calls.len());
    let unwaited = processes::loops_unwaited(line);
    let quotes = open_quotes(line);
    for call in calls {
        let command = call.command;
        if command.reach == shell::Reach::Never {
            all_effects.push(Vec::new());
            continue;
        }
        // Bash refuses a line with an open quote as a whole.
        let in_quote =
            quotes.iter().any(|quote| quote.start <= command.span.start && command.span.end <= quote.end);
        if in_quote {
            all_effects.push(effects::of(call));
            continue;
        }
        if !allowance.covers(command) {
            return None;
        }
        let effects = effects::of(call);
        judge_call(call, &effects, hits);
        all_effects.push(effects);
        unresolved::judge(call, hits);
        processes::judge_loop(call, unwaited, hits);
        if depth > 0 {
            carried::judge(call, depth - 1, allowance, hits);
        }
    }
    Some(all_effects)
}

/// Holds one command against every family.
pub(crate) fn judge_call(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    governance::judge_effects(call, effects, hits);
    deletion::judge(call, effects, hits);
    deletion::judge_moves(call, effects, hits);
    disks::judge_effects(call, effects, hits);
    permissions::judge(call, effects, hits);
    credentials::judge_effects(call, effects, hits);
    persistence::judge_effects(call, effects, hits);
    if call.name.is_empty() {
        return;
    }
    governance::judge(call, hits);
    disks::judge(call, hits);
    credentials::judge(call, hits);
    persistence::judge(call, hits);
    privilege::judge(call, hits);
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

/// Where quotes stand that nothing closes. They end where the line does, so the first holds the others.
fn open_quotes(line: &Analysis) -> Vec<Span> {
    let mut quotes: Vec<Span> = Vec::new();
    for problem in &line.unparsed {
        let is_quote = problem.what.contains("unterminated") && problem.what.contains("quote");
        let is_held = |quote: &Span| quote.start <= problem.span.start && problem.span.end <= quote.end;
        if is_quote && !quotes.iter().any(is_held) {
            quotes.push(problem.span);
        }
    }
    quotes
}

/// One hit of each rule and subject, the worst first. A subject is shortened; what an exception is for is the path.
fn worst_first(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.rule.severity));
    if hits.len() > 1 {
        let mut seen = BTreeSet::new();
        hits.retain(|hit| seen.insert((hit.rule.id, hit.subject.clone(), hit.path.clone())));
    }
    hits
}
