//! `govern mcp lock`: what a server's tools say, written down at approval and compared ever after.

use std::path::{Path, PathBuf};

use hook_core::{StateDirectory, files};
use injection_detector::{Surface, score, score::NOTABLE};
use mcp_config_integrity::{DRIFT_FILE, DriftNotes};
use mcp_registry::{Server, ServerTools, ToolLock, day_of, shown, tool_texts};
use serde_json::Value;

use super::book::{Book, actor};
use super::options::{Options, usage};
use super::{bump, live};
use crate::{Exit, Failure, Io};

/// How long to wait for another process that writes the notes.
const LOCK_WAIT: std::time::Duration = std::time::Duration::from_secs(2);

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &["--from"], &["--start", "--consent", "--check"])?;
    let name = options.name()?;
    let book = Book::open(&options, io)?;
    let config = book
        .config(name)
        .ok_or_else(|| usage(&format!("`{}` is neither approved nor pending", shown(name))))?;
    let server = Server::from_json(&config).map_err(|error| usage(&error.to_string()))?;
    let (tools, listed) = match options.value("--from") {
        Some(file) => tools_from(&io.cwd.join(file))?,
        None if options.flag("--start") => {
            let listed = live::tools(&server, options.flag("--consent"), io)?;
            (read_tools(&listed, Path::new("the server's answer"))?, listed)
        }
        None => return Err(usage("give --from FILE, or --start to start the server")),
    };
    let suspicious = scan(&listed, io)?;
    let now = Now { server: &server, tools: &tools, suspicious };
    if options.flag("--check") {
        return compare(&book, name, &now, io);
    }
    if suspicious {
        writeln!(
            io.err,
            "refused: {}: a person reads these texts first; lock them with `--why` once they are right",
            shown(name)
        )?;
        if options.value("--why").is_none() {
            return Ok(Exit::Findings);
        }
    }
    let user = io.user.clone();
    let actor = actor(&options, &user, io);
    let mut lock = read(&book)?;
    let count = tools.tools.len();
    lock.record(name, &server.digest(), tools, (actor.by, day_of(io.now)));
    files::write_atomic(&lock_path(&book), lock.to_text().as_bytes(), 0o644)?;
    note(io, &server, Vec::new())?;
    writeln!(io.out, "{}: {count} tools locked in {}", shown(name), lock_path(&book).display())?;
    Ok(Exit::Clean)
}

/// A server as it answers now.
struct Now<'a> {
    server: &'a Server,
    tools: &'a ServerTools,
    suspicious: bool,
}

fn compare(book: &Book, name: &str, now: &Now<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Now { server, tools, suspicious } = *now;
    let lock = read(book)?;
    let Some(drift) = lock.drift(name, tools) else {
        return Err(usage(&format!("`{}` is not locked yet", shown(name))));
    };
    if lock.config_of(name) != Some(server.digest().as_str()) {
        writeln!(io.out, "note: {} was locked with another configuration", shown(name))?;
    }
    let lines: Vec<String> = drift.iter().map(ToString::to_string).collect();
    for line in &lines {
        writeln!(io.out, "{}: {line}", shown(name))?;
    }
    // The hook denies or warns from here on, in every session, until the tools are locked anew.
    note(io, server, lines.clone())?;
    if lines.is_empty() {
        writeln!(io.out, "{}: its {} tools are as locked", shown(name), tools.tools.len())?;
    }
    Ok(if lines.is_empty() && !suspicious { Exit::Clean } else { Exit::Findings })
}

/// The lock beside the registry.
fn lock_path(book: &Book) -> PathBuf {
    book.path.with_extension("lock")
}

pub(super) fn read(book: &Book) -> Result<ToolLock, Failure> {
    let path = lock_path(book);
    let text = files::read_text(&path, bump::MAX_TOOLS)?.unwrap_or_default();
    ToolLock::parse(&text).map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))
}

/// Tools of a file with the answer to `tools/list`.
pub(super) fn tools_from(path: &Path) -> Result<(ServerTools, Value), Failure> {
    let listed = bump::read_json(path)?;
    Ok((read_tools(&listed, path)?, listed))
}

fn read_tools(listed: &Value, from: &Path) -> Result<ServerTools, Failure> {
    ServerTools::from_json(listed)
        .map_err(|error| Failure::Unreadable(format!("{}: {error}", from.display())))
}

/// Looks through every text the model would read for orders and for what nobody can see; true when there was something.
fn scan(listed: &Value, io: &mut Io<'_>) -> Result<bool, Failure> {
    let mut found: Vec<String> = Vec::new();
    tool_texts(listed, &mut |place, text| {
        for hidden in unicode_scanner::scan(text, unicode_scanner::Options::default()) {
            found.push(format!("{}: {}", shown(place), hidden.class.what()));
        }
        let assessment = score(text, &injection_detector::Options { surface: Surface::ToolResult });
        if assessment.score >= NOTABLE {
            found.push(format!(
                "{}: reads as orders to the assistant (score {})",
                shown(place),
                assessment.score
            ));
        }
    });
    found.dedup();
    for line in &found {
        writeln!(io.out, "suspicious: {line}")?;
    }
    Ok(!found.is_empty())
}

/// Notes the comparison where the hook looks.
fn note(io: &Io<'_>, server: &Server, lines: Vec<String>) -> Result<(), Failure> {
    let state = StateDirectory::new(&io.state);
    if lines.is_empty() && !state.exists(DRIFT_FILE) {
        return Ok(());
    }
    state.update(DRIFT_FILE, LOCK_WAIT, |before| {
        // What cannot be read is written anew: the notes are made of comparisons that can be made again.
        let mut notes = before.and_then(DriftNotes::parse).unwrap_or_default();
        notes.set(&server.digest(), lines);
        Ok((notes.to_text().into_bytes(), ()))
    })?;
    Ok(())
}
