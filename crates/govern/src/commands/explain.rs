//! `govern explain`: what a command line would run and which rules apply; or, for any event, what each hook says to it.

use dangerous_actions_blocker::{Answer, Explanation, Scene, powershell_to_bash};
use hook_core::Tier;

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "explain",
    about: "say what each hook thinks of an event or a command, and why",
    usage: "usage: govern explain 'COMMAND' [--tier TIER] [--powershell]\n       \
            govern explain --event FILE|- [--json]\n       \
            govern explain --tool TOOL [--command C | --path P [--content T] | --url U | --input JSON]\n               \
            [--on EVENT] [--session ID] [--json]\n       \
            govern explain --rule RULE --tool TOOL [--path P | --command C] [--json]\n\n\
            The first form takes a shell command apart. The second asks every hook about a hook input as the client sends\n\
            it (from a file, or `-` for stdin), the third about a call put together here: verdict, rule, mode and time of\n\
            each. The fourth asks whether a permission rule of Claude Code's own would refuse a call. Nothing is run, and\n\
            nothing is recorded or used up.",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    if arguments.contains(&"--rule") {
        return super::explain_rule::run(arguments, io);
    }
    if ["--event", "--tool", "--on"].iter().any(|option| arguments.contains(option)) {
        return super::explain_event::run(arguments, io);
    }
    let mut tier = Tier::Standard;
    let mut powershell = false;
    let mut command = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--tier" => {
                let name = rest.next().copied().unwrap_or_default();
                tier = Tier::from_name(name).ok_or_else(|| {
                    Failure::Usage(format!("--tier is `{name}`, not starter, standard, strict or regulated"))
                })?;
            }
            "--powershell" => powershell = true,
            option if option.starts_with("--") => {
                return Err(COMMAND.wrong(&format!("unexpected `{option}`")));
            }
            text if command.is_none() => command = Some(text),
            _ => return Err(COMMAND.wrong("one command is one argument; put it into quotes")),
        }
    }
    let Some(text) = command else {
        return Err(COMMAND.wrong("a command is needed"));
    };
    let scene = Scene::new(&io.home, &io.cwd, &io.cwd, tier);
    let bash = if powershell { powershell_to_bash(text) } else { text.to_owned() };
    let explanation = dangerous_actions_blocker::explain(&bash, &scene);
    print(&explanation, tier, io)?;
    Ok(if explanation.answer == Answer::Pass { Exit::Clean } else { Exit::Findings })
}

fn print(explanation: &Explanation, tier: Tier, io: &mut Io<'_>) -> Result<(), Failure> {
    writeln!(io.out, "Commands it would run:")?;
    for (index, command) in explanation.commands.iter().enumerate() {
        let words: Vec<String> = command.argv.iter().map(|word| format!("{word:?}")).collect();
        let via =
            if command.via.is_empty() { String::new() } else { format!("  (by {})", command.via.join(", ")) };
        let perhaps = if command.conditional { "  (perhaps)" } else { "" };
        writeln!(io.out, "  {:>2}  {}{via}{perhaps}", index + 1, words.join(" "))?;
    }
    for note in &explanation.notes {
        writeln!(io.out, "  --  {note}")?;
    }
    if explanation.rules.is_empty() {
        writeln!(io.out, "No rule applies.")?;
    }
    for rule in &explanation.rules {
        let place = rule.command.map(|index| format!(", command {}", index + 1)).unwrap_or_default();
        writeln!(io.out, "{} [{}, {}{place}]", rule.id, rule.severity, answer_name(rule.answer))?;
        writeln!(io.out, "      {}", rule.why)?;
    }
    writeln!(io.out, "Answer in tier {tier}: {}", answer_name(explanation.answer))?;
    Ok(())
}

fn answer_name(answer: Answer) -> &'static str {
    match answer {
        Answer::Pass => "pass",
        Answer::Ask => "ask",
        Answer::Deny => "deny",
    }
}
