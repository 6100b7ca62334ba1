//! `govern effective`: the settings in force here, each value with the file and place it was written in, and what is
//! written but not in force.

use claude_config::Places;
use claude_config::settings::{Origin, Settings, Source, Standing, files, origins};
use mcp_registry::shown;
use serde_json::{Value, json};

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "effective",
    about: "the settings in force here, each value with its file and place",
    usage: "usage: govern effective [--json] [KEY]\nKEY is a path such as permissions.deny; without it everything is shown. Exit 1 if something written is not in force.",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let (mut as_json, mut key) = (false, None);
    for argument in arguments {
        match *argument {
            "--json" => as_json = true,
            name if !name.starts_with('-') && key.is_none() => key = Some(name),
            other => return Err(Failure::Usage(format!("unexpected `{other}`\n{}", COMMAND.usage))),
        }
    }
    let read = files(&Places::new(&io.home, &io.cwd, &io.managed))?;
    let asked = |path: &str| {
        key.is_none_or(|key| {
            path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let mut values: Vec<Origin> = origins(&read).into_iter().filter(|origin| asked(&origin.path)).collect();
    values.sort_by(|one, other| one.path.cmp(&other.path));
    if as_json {
        writeln!(io.out, "{:#}", to_json(&read, &values))?;
    } else {
        print(&read, &values, io)?;
    }
    let whole = read.iter().all(|settings| settings.standing() == Standing::InForce);
    Ok(if whole { Exit::Clean } else { Exit::Findings })
}

fn name(source: Source) -> &'static str {
    match source {
        Source::User => "user",
        Source::Project => "project",
        Source::Local => "local",
        Source::Flag => "flag",
        Source::Managed => "managed",
    }
}

fn print(read: &[Settings], values: &[Origin], io: &mut Io<'_>) -> Result<(), Failure> {
    for settings in read {
        writeln!(io.out, "{:<8} {}: {}", name(settings.source), settings.file.display(), settings.effect())?;
    }
    if read.is_empty() {
        writeln!(io.out, "no settings file is read here")?;
    }
    let mut path = "";
    for origin in values {
        if origin.path != path {
            path = &origin.path;
            writeln!(io.out, "\n{}", shown(path))?;
        }
        let (value, file) = (shown(&origin.value.to_string()), origin.file.display());
        writeln!(io.out, "  {value}\n      <- {file}:{} ({})", origin.position, name(origin.source))?;
    }
    for settings in read.iter().filter(|settings| !settings.defects.is_empty()) {
        writeln!(io.out, "\nnot in force in {}", settings.file.display())?;
        for defect in &settings.defects {
            let whole = if defect.drops_file { ", which costs the whole file" } else { "" };
            writeln!(
                io.out,
                "  {} {}: {}{whole}",
                defect.position,
                shown(&defect.path),
                shown(&defect.what)
            )?;
        }
    }
    Ok(())
}

fn to_json(read: &[Settings], values: &[Origin]) -> Value {
    let values: Vec<Value> = values
        .iter()
        .map(|origin| {
            json!({"path": origin.path, "value": origin.value, "source": name(origin.source), "file": origin.file,
                   "line": origin.position.line, "column": origin.position.column,
                   "span": [origin.span.start, origin.span.end]})
        })
        .collect();
    let files: Vec<Value> = read
        .iter()
        .map(|settings| {
            let defects: Vec<Value> = settings
                .defects
                .iter()
                .map(|defect| {
                    json!({"path": defect.path, "what": defect.what, "drops_file": defect.drops_file,
                           "line": defect.position.line, "column": defect.position.column,
                           "span": [defect.span.start, defect.span.end]})
                })
                .collect();
            json!({"file": settings.file, "source": name(settings.source), "effect": settings.effect(),
                   "not_in_force": defects})
        })
        .collect();
    json!({"files": files, "values": values})
}
