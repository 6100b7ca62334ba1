//! `govern overlay`: what a role or an environment adds to a tier, put on a settings file and taken off again.

use std::path::PathBuf;

use hook_core::{Tier, files};
use serde_json::{Map, Value};

use super::Command;
use super::install::{Change, indent, object, printed};
use crate::overlays::{Added, Overlay, overlays, take_off};
use crate::transaction::{Fault, NewFile, commit};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "overlay",
    about: "tighten a tier for a role (junior, senior, lead) or an environment (local, ci)",
    usage: "usage: govern overlay list\n       govern overlay show NAME [--settings|--claude-md]\n       \
            govern overlay apply|remove NAME [--user|--project] [--dir DIR] [--dry-run]\n\n\
            An overlay only adds: rules that deny or ask, flags that restrict. Without an option it goes into\n\
            .claude/settings.local.json of this folder, which is one person's; --user into ~/.claude/settings.json, --project\n\
            into .claude/settings.json. In a pipeline: `govern overlay show ci --settings > ci.json; claude --settings ci.json`.",
    run,
};

/// The largest settings file that is changed, in bytes.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// What each overlay added to which file, below the home folder.
const RECORD: &str = ".claude/governance/overlays.json";

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["list"] => {
            for overlay in overlays() {
                let rules = overlay.rules.len();
                writeln!(
                    io.out,
                    "{:<8} {:<12} {}; {rules} rules",
                    overlay.name, overlay.kind, overlay.about
                )?;
            }
        }
        ["show", name] => show(&named(name)?, io)?,
        ["show", name, "--settings"] => writeln!(io.out, "{:#}", named(name)?.settings())?,
        ["show", name, "--claude-md"] => {
            let overlay = named(name)?;
            writeln!(io.out, "### {} ({})\n", overlay.name, overlay.kind)?;
            for line in &overlay.guidance {
                writeln!(io.out, "- {line}")?;
            }
        }
        [verb @ ("apply" | "remove"), name, rest @ ..] => {
            let overlay = named(name)?;
            let request = Request::read(rest, io)?;
            return change(*verb == "apply", &overlay, &request, io);
        }
        _ => return Err(Failure::Usage(COMMAND.usage.into())),
    }
    Ok(Exit::Clean)
}

fn named(name: &str) -> Result<Overlay, Failure> {
    let all = overlays();
    let names: Vec<&str> = all.iter().map(|overlay| overlay.name.as_str()).collect();
    let message = format!("no overlay `{name}`; there are {}", names.join(", "));
    all.into_iter().find(|overlay| overlay.name == name).ok_or(Failure::Usage(message))
}

fn show(overlay: &Overlay, io: &mut Io<'_>) -> Result<(), Failure> {
    writeln!(io.out, "{} ({}): {}", overlay.name, overlay.kind, overlay.about)?;
    for (key, value) in &overlay.flags {
        writeln!(io.out, "  set  {key} = {value}")?;
    }
    for rule in &overlay.rules {
        writeln!(io.out, "  {:<4} {:<32} {}", rule.list, rule.rule, rule.why)?;
    }
    Ok(())
}

struct Request {
    file: PathBuf,
    dry_run: bool,
}

impl Request {
    fn read(arguments: &[&str], io: &Io<'_>) -> Result<Self, Failure> {
        let (mut folder, mut name, mut user, mut dry_run) =
            (io.cwd.clone(), "settings.local.json", false, false);
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => break,
                ["--user", rest @ ..] => {
                    user = true;
                    rest
                }
                ["--project", rest @ ..] => {
                    name = "settings.json";
                    rest
                }
                ["--dry-run", rest @ ..] => {
                    dry_run = true;
                    rest
                }
                ["--dir", path, rest @ ..] => {
                    folder = io.cwd.join(path);
                    rest
                }
                [other, ..] => {
                    return Err(Failure::Usage(format!("unexpected `{other}`\n{}", COMMAND.usage)));
                }
            };
        }
        let file =
            if user { io.home.join(".claude/settings.json") } else { folder.join(".claude").join(name) };
        Ok(Self { file, dry_run })
    }
}

fn change(apply: bool, overlay: &Overlay, request: &Request, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let shown = request.file.display().to_string();
    let broken = |problem: String| Failure::Usage(format!("{shown}: {problem}"));
    let before = files::read_bounded(&request.file, MAX_FILE_BYTES)?;
    let mut settings = match &before {
        None => Map::new(),
        Some(bytes) => object(bytes).map_err(broken)?,
    };
    lists_are_lists(&settings).map_err(broken)?;
    let (record, mut applied) = read_record(io)?;
    let key = format!("{shown}#{}", overlay.name);
    if apply {
        let added = overlay.apply(&mut settings);
        if !added.is_empty() {
            applied.insert(key, added.to_json());
        }
    } else {
        let Some(added) = applied.shift_remove(&key).as_ref().and_then(Added::from_json) else {
            return Err(Failure::Usage(format!(
                "the overlay {} is not on {shown}; nothing to take off",
                overlay.name
            )));
        };
        take_off(&mut settings, &added, tier_of(&request.file)?);
    }
    let after = printed(&settings, &indent(before.as_deref())).map_err(broken)?;
    let known = before.as_deref().map(object).transpose().map_err(broken)?;
    if known.as_ref() == Some(&settings) {
        writeln!(io.out, "Nothing to change in {shown}.")?;
        return Ok(Exit::Clean);
    }
    if request.dry_run {
        Change { before, after }.print_diff(&request.file, io.out)?;
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    let record_text = format!("{:#}\n", Value::Object(applied)).into_bytes();
    let new = [
        NewFile { path: request.file.clone(), content: after, mode: 0o600 },
        NewFile { path: record, content: record_text, mode: 0o600 },
    ];
    std::fs::create_dir_all(io.home.join(".claude"))?;
    commit(&io.home.join(".claude"), &new, Fault::None)
        .map_err(|error| Failure::Unreadable(format!("{shown}: {error}; nothing was changed")))?;
    let verb = if apply { "is on" } else { "is off" };
    writeln!(io.out, "The overlay {} {verb} {shown}. It holds from the next session on.", overlay.name)?;
    Ok(Exit::Clean)
}

/// A file the client would drop is not changed: what its author meant would be lost.
fn lists_are_lists(settings: &Map<String, Value>) -> Result<(), String> {
    let Some(permissions) = settings.get("permissions") else { return Ok(()) };
    let fields =
        permissions.as_object().ok_or("`permissions` is not an object; mend it and run this again")?;
    for name in ["deny", "ask"] {
        if fields.get(name).is_some_and(|rules| !rules.is_array()) {
            return Err(format!("`permissions.{name}` is not a list; mend it and run this again"));
        }
    }
    Ok(())
}

/// The tier the repository of this settings file is under.
fn tier_of(file: &std::path::Path) -> Result<Option<Tier>, Failure> {
    let Some(text) = files::read_text(&file.with_file_name("governance.json"), MAX_FILE_BYTES)? else {
        return Ok(None);
    };
    let policy: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(policy.get("tier").and_then(Value::as_str).and_then(Tier::from_name))
}

fn read_record(io: &Io<'_>) -> Result<(PathBuf, Map<String, Value>), Failure> {
    let path = io.home.join(RECORD);
    let Some(bytes) = files::read_bounded(&path, MAX_FILE_BYTES)? else {
        return Ok((path, Map::new()));
    };
    let record =
        object(&bytes).map_err(|problem| Failure::Usage(format!("{}: {problem}", path.display())))?;
    Ok((path, record))
}
