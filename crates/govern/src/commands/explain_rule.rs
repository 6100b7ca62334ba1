//! `govern explain --rule RULE`: whether a deny rule of the project would refuse a call, as the client decides it.

use claude_config::permission::{Behavior, Call, Denial, Roots, Rule, RuleError, denies};
use serde_json::{Value, json};

use crate::{Exit, Failure, Io};

const USAGE: &str = "usage: govern explain --rule RULE --tool Read|Edit|Write|NotebookEdit|Bash|NAME [--path P | --command C] [--json]";

#[derive(Default)]
struct Question<'a> {
    rule: &'a str,
    tool: &'a str,
    path: Option<&'a str>,
    command: Option<&'a str>,
    json: bool,
}

/// Answers exit 0 either way: a rule that does not match is an answer, not a finding.
pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let question = read(arguments)?;
    let answer = answer(&question, io)?;
    if question.json {
        writeln!(io.out, "{answer}")?;
        return Ok(Exit::Clean);
    }
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let verdict = if answer.get("denied") == Some(&Value::Bool(true)) { "denied" } else { "not denied" };
    writeln!(io.out, "{verdict}: {}", text("reason"))?;
    Ok(Exit::Clean)
}

fn read<'a>(arguments: &[&'a str]) -> Result<Question<'a>, Failure> {
    let mut question = Question::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if *argument == "--json" {
            question.json = true;
            continue;
        }
        let value = rest.next().copied().ok_or_else(|| Failure::Usage(USAGE.into()))?;
        match *argument {
            "--rule" => question.rule = value,
            "--tool" => question.tool = value,
            "--path" => question.path = Some(value),
            "--command" => question.command = Some(value),
            _ => return Err(Failure::Usage(USAGE.into())),
        }
    }
    if question.tool.is_empty() {
        return Err(Failure::Usage(USAGE.into()));
    }
    Ok(question)
}

fn answer(question: &Question<'_>, io: &Io<'_>) -> Result<Value, Failure> {
    let call = call(question)?;
    let rule = match Rule::parse(question.rule, Behavior::Deny) {
        Ok(rule) => rule,
        Err(error) => return Ok(skipped(question.rule, error)),
    };
    let roots = Roots { cwd: &io.cwd, home: &io.home, source: &io.cwd };
    let denial = denies(&rule, &call, &roots);
    let reason = match &denial {
        None => "the rule does not match this call".to_owned(),
        Some(Denial::ToolRemoved) => format!("the rule takes {} away from the model altogether", call.tool()),
        Some(Denial::Path(path)) => format!("the rule's pattern names {path}"),
        Some(Denial::Command(text)) => format!("the rule's pattern matches `{text}`"),
    };
    let removes = matches!(denial, Some(Denial::ToolRemoved));
    Ok(
        json!({"denied": denial.is_some(), "rule": question.rule, "tool": call.tool(), "removes_tool": removes, "reason": reason}),
    )
}

/// A rule the client passes over denies nothing.
fn skipped(rule: &str, error: RuleError) -> Value {
    let reason = format!("the client skips this rule: {}", error.as_str());
    json!({"denied": false, "rule": rule, "removes_tool": false, "skipped": true, "reason": reason})
}

fn call<'a>(question: &Question<'a>) -> Result<Call<'a>, Failure> {
    let missing = |what: &str| Failure::Usage(format!("{} needs {what}\n{USAGE}", question.tool));
    Ok(match question.tool {
        "Read" => Call::Read { path: question.path.ok_or_else(|| missing("--path"))? },
        tool @ ("Edit" | "Write" | "MultiEdit" | "NotebookEdit") => {
            Call::Edit { tool, path: question.path.ok_or_else(|| missing("--path"))? }
        }
        "Bash" => Call::Bash { command: question.command.ok_or_else(|| missing("--command"))? },
        tool => Call::Other { tool },
    })
}
