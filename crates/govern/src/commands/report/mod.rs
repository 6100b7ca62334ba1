//! `govern report`: what a committee and an auditor read: what is in force, what was done, what is due, what is missing.

mod agenda;
mod block;
mod chart;
mod controls;
mod figures;
mod gather;
mod html;
mod markdown;
mod maturity;
mod records;
mod repository;
mod row;
mod sections;
mod standing;
mod tables;
mod tally;
mod trail;

use super::Command;
use super::arguments::Arguments;
use crate::{Exit, Failure, Io};
use hook_core::files::write_atomic;
use serde_json::Value;

pub(super) use gather::{Request, gather};
pub(super) use repository::{FILES, artefact};
pub(super) use row::{Field, Row};
pub(super) use trail::verified;

pub(super) const COMMAND: Command = Command {
    name: "report",
    about: "the governance report: controls, activity, refusals, log, maturity, agenda",
    usage: OPTIONS,
    run,
};

const OPTIONS: &str = "usage: govern report [OPTION]...\n\n  \
    --format TEXT          markdown (default), json, html: one page that needs nothing else\n  \
    --out FILE             write it there\n  \
    --since TIME           from then on: 91d (default), 2026-10-01\n  \
    --until TIME           before then (default: now)\n  \
    --now TIME             as if it were then: the same input gives the same bytes\n  \
    --repository FOLDER    the repository (default: here)\n  \
    --transcripts FOLDER   Claude Code's transcripts, to see what has no record (default: ~/.claude/projects)\n  \
    --dir FOLDER           the log of another place (default: this user's)\n";

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let arguments = Arguments::parse(arguments, OPTIONS)?;
    let format = arguments.value("--format").unwrap_or("markdown");
    if !["markdown", "json", "html"].contains(&format) {
        return Err(Failure::Usage(format!("--format is markdown, json or html, not `{format}`")));
    }
    let request = Request::read(&arguments, io)?;
    let data = gather(&request, io)?;
    let text = printed(&data, format)?;
    match arguments.value("--out") {
        Some(file) => {
            write_atomic(&io.cwd.join(file), text.as_bytes(), 0o644)?;
            writeln!(io.out, "{file}: {} bytes", text.len())?;
        }
        None => io.out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Clean)
}

/// The report in a format: `json`, `html`, else Markdown.
pub(super) fn printed(data: &Value, format: &str) -> Result<String, Failure> {
    let failed = |error: std::fmt::Error| Failure::Unreadable(error.to_string());
    match format {
        "json" => Ok(format!("{data:#}\n")),
        "html" => html::html(data, &sections::sections(data)).map_err(failed),
        _ => markdown::markdown(data, &sections::sections(data)).map_err(failed),
    }
}
