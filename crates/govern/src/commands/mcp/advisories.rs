//! `govern mcp advisories`: the approved servers against OSV data on disk.

use mcp_registry::{advisory, day_of, lifecycle, shown};
use serde_json::{Value, json};

use super::book::Book;
use super::options::{Options, usage};
use super::osv;
use crate::{Exit, Failure, Io};

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &["--osv-dir"], &["--stamp", "--json"])?.nameless()?;
    let folder = io.cwd.join(options.required("--osv-dir")?);
    let mut book = Book::open(&options, io)?;
    let (registry, _) = book.registry();
    if registry.approved.is_empty() {
        return Err(usage(&format!("{} approves no server", book.path.display())));
    }
    let subjects: Vec<_> =
        registry.approved.iter().flat_map(|entry| advisory::subjects(&entry.config)).collect();
    let found = osv::search(&folder, &subjects)?;
    let mut rows = Vec::new();
    for entry in &registry.approved {
        let mine = advisory::subjects(&entry.config);
        let hits = found.iter().filter(|(subject, _)| mine.contains(subject));
        let before = rows.len();
        for (subject, advisory) in hits {
            rows.push(json!({
                "server": shown(&entry.name), "package": shown(&subject.name), "version": shown(&subject.version),
                "id": shown(&advisory.id), "severity": advisory.severity.name(), "summary": shown(&advisory.summary),
                "fixed": advisory.fixed.as_deref().map(shown),
            }));
        }
        // Clean alone is stamped: a server with an advisory stays due until somebody acts.
        if options.flag("--stamp") && rows.len() == before {
            lifecycle::stamp_advisory_check(&mut book.document, &entry.name, day_of(io.now))
                .map_err(|refusal| Failure::Usage(format!("{}: {refusal}", shown(&entry.name))))?;
        }
    }
    if options.flag("--stamp") {
        book.write(io)?;
    }
    if options.flag("--json") {
        writeln!(io.out, "{}", json!({ "advisories": rows, "packages": subjects.len() }))?;
    } else {
        print(&rows, subjects.len(), io)?;
    }
    Ok(if rows.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn print(rows: &[Value], packages: usize, io: &mut Io<'_>) -> Result<(), Failure> {
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let fixed = row
            .get("fixed")
            .and_then(Value::as_str)
            .map(|version| format!("; fixed in {version}"))
            .unwrap_or_default();
        let (server, package, version) = (text("server"), text("package"), text("version"));
        writeln!(
            io.out,
            "{server}: {package} {version}: {} ({}): {}{fixed}",
            text("id"),
            text("severity"),
            text("summary")
        )?;
    }
    writeln!(io.out, "{packages} packages looked up, {} advisories", rows.len())?;
    Ok(())
}
