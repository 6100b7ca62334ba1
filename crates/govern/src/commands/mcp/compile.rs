//! `govern mcp compile`: the registry as what Claude Code enforces by itself.

use std::path::Path;

use hook_core::files;
use mcp_registry::{Day, Registry, compile, day_of};
use serde_json::{Map, Value};

use super::book::{Book, project};
use super::options::{Options, usage};
use crate::{Exit, Failure, Io};

const MAX_BYTES: usize = 4 << 20;

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &["--out"], &["--check", "--write"])?;
    let [target] = options.words.as_slice() else {
        return Err(usage("compile what? project, managed or mcp-json"));
    };
    let book = Book::open(&options, io)?;
    let (registry, _) = book.registry();
    let today = day_of(io.now);
    let (keys, usual) = match *target {
        "project" => (compile::project_settings(&registry, today), project(io).join(".claude/settings.json")),
        "managed" => {
            (compile::managed_settings(&registry, today), io.managed.join("managed-settings.d/50-mcp.json"))
        }
        "mcp-json" => (servers(&book, &registry, today), project(io).join(".mcp.json")),
        other => return Err(usage(&format!("unknown target `{other}`"))),
    };
    let file = options.value("--out").map_or(usual, |path| io.cwd.join(path));
    if options.flag("--check") {
        return check(&file, &keys, io);
    }
    if !options.flag("--write") && options.value("--out").is_none() {
        writeln!(io.out, "{}", pretty(&Value::Object(keys)))?;
        return Ok(Exit::Clean);
    }
    let mut root = read(&file)?;
    for (key, value) in keys {
        root.insert(key, value);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    files::write_atomic(&file, format!("{}\n", pretty(&Value::Object(root))).as_bytes(), 0o644)?;
    writeln!(io.out, "{} written", file.display())?;
    Ok(Exit::Clean)
}

fn servers(book: &Book, registry: &Registry, today: Day) -> Map<String, Value> {
    let root = compile::mcp_json(registry, today, &|name| book.config(name));
    root.as_object().cloned().unwrap_or_default()
}

/// Whether the file says what the registry says today; other keys of it are its own business.
fn check(file: &Path, keys: &Map<String, Value>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let root = read(file)?;
    let stale: Vec<&String> =
        keys.iter().filter(|(key, value)| root.get(*key) != Some(*value)).map(|(key, _)| key).collect();
    for key in &stale {
        writeln!(
            io.out,
            "{}: `{key}` is not what the registry says; run `govern mcp compile ... --write`",
            file.display()
        )?;
    }
    if stale.is_empty() {
        writeln!(io.out, "{} says what the registry says", file.display())?;
    }
    Ok(if stale.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let Some(text) = files::read_text(file, MAX_BYTES)? else { return Ok(Map::new()) };
    let root: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", file.display())))?;
    match root {
        Value::Object(root) => Ok(root),
        _ => Err(Failure::Unreadable(format!("{} is not an object", file.display()))),
    }
}

fn pretty(value: &Value) -> String {
    // A value always has a text.
    serde_json::to_string_pretty(value).unwrap_or_default()
}
