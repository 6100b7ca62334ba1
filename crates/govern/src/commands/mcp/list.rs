//! `govern mcp list`: every server in every scope, with its standing.

use mcp_registry::{Server, day_of, shown, standing};
use serde_json::{Value, json};

use super::book::{Book, project};
use super::options::Options;
use crate::{Exit, Failure, Io};

/// One line of the list.
struct Row {
    name: String,
    scope: &'static str,
    place: String,
    standing: &'static str,
    ok: bool,
    reason: String,
    runs: String,
    shadowed: bool,
}

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &[], &["--json"])?.nameless()?;
    let book = Book::open(&options, io)?;
    let (registry, _) = book.registry();
    let places = claude_config::Places::new(&io.home, &project(io), &io.managed);
    let found = claude_config::mcp::servers(&places)?;
    let today = day_of(io.now);
    let mut rows = Vec::new();
    for server in &found.servers {
        let place = format!("{}:{}", server.file.display(), server.position.line);
        let (verdict, ok, reason, runs) = match Server::from_json(&server.config.to_json()) {
            Ok(config) => {
                let verdict = standing(&server.name, &config, &registry, today);
                (verdict.name(), verdict.may_run(), verdict.reason(), config.told())
            }
            Err(error) => ("unreadable", false, error.to_string(), String::new()),
        };
        let scope = server.scope.as_str();
        rows.push(Row {
            name: shown(&server.name),
            scope,
            place,
            standing: verdict,
            ok,
            reason,
            runs,
            shadowed: server.shadowed,
        });
    }
    if options.flag("--json") {
        let list: Vec<Value> = rows.iter().map(Row::to_json).collect();
        writeln!(io.out, "{}", json!({ "registry": book.path, "servers": list }))?;
    } else {
        print(&rows, io)?;
    }
    for problem in &found.problems {
        writeln!(io.err, "{}:{}: {}", problem.file.display(), problem.position.line, problem.what)?;
    }
    Ok(if rows.iter().all(|row| row.ok || row.shadowed) { Exit::Clean } else { Exit::Findings })
}

impl Row {
    fn to_json(&self) -> Value {
        json!({
            "name": self.name, "scope": self.scope, "place": self.place, "standing": self.standing,
            "reason": self.reason, "runs": self.runs, "shadowed": self.shadowed,
        })
    }
}

fn print(rows: &[Row], io: &mut Io<'_>) -> Result<(), Failure> {
    if rows.is_empty() {
        writeln!(io.out, "No MCP server is configured in any scope.")?;
    }
    for row in rows {
        let shadowed = if row.shadowed { " (shadowed)" } else { "" };
        writeln!(io.out, "{:<24} {:<8} {:<11} {}{shadowed}", row.name, row.scope, row.standing, row.reason)?;
        writeln!(io.out, "{:<24} {}  [{}]", "", row.runs, row.place)?;
    }
    Ok(())
}
