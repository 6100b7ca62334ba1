//! `govern mcp review`: the five-minute audit as recorded checks. What a machine can see it checks itself; the rest a person answers, and
//! nothing is left unanswered.

use mcp_registry::lifecycle::{self, Review};
use mcp_registry::{Risk, Server, advisory, dangers, shown};

use super::book::{Book, actor};
use super::options::{Options, usage};
use super::osv;
use crate::{Exit, Failure, Io};

/// What a person answers.
const ASKED: &[(&str, &str)] = &[
    ("source", "the source is public, is the publisher's own, and has more than 50 stars"),
    ("maintained", "it had commits in the last 30 days, and they look like its maintainers'"),
    ("hash", "the published package matches the tagged release"),
    ("advisories", "no advisory names it (or give --osv-dir DIR)"),
];

/// One answered check.
struct Check {
    name: String,
    ok: bool,
    note: String,
}

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &["--risk", "--check", "--osv-dir"], &[])?;
    let name = options.name()?;
    let risk = options.required("--risk")?;
    let risk =
        Risk::parse(&risk.to_ascii_uppercase()).ok_or_else(|| usage("--risk is LOW, MEDIUM or HIGH"))?;
    let book = Book::open(&options, io)?;
    let server = book.config(name).and_then(|config| Server::from_json(&config).ok());
    let mut checks = server.as_ref().map(seen).unwrap_or_default();
    if let (Some(folder), Some(server)) = (options.value("--osv-dir"), &server) {
        checks.push(advised(&io.cwd.join(folder), server)?);
    }
    for text in options.values("--check") {
        checks.push(answered(text)?);
    }
    let open: Vec<String> = ASKED
        .iter()
        .filter(|(asked, _)| !checks.iter().any(|check| check.name == *asked))
        .map(|(asked, what)| format!("  --check {asked}=ok|fail:NOTE   {what}"))
        .collect();
    if !open.is_empty() {
        return Err(Failure::Usage(format!("mcp: these checks are not answered:\n{}", open.join("\n"))));
    }
    for check in &checks {
        writeln!(io.out, "{:<5} {:<12} {}", if check.ok { "ok" } else { "FAIL" }, check.name, check.note)?;
    }
    let rows: Vec<(&str, bool, &str)> =
        checks.iter().map(|check| (check.name.as_str(), check.ok, check.note.as_str())).collect();
    let found = Review { checks: &rows, risk };
    let user = io.user.clone();
    let mut actor = actor(&options, &user, io);
    if actor.why.is_empty() {
        actor.why = "reviewed";
    }
    book.step(name, actor, io, |document| lifecycle::review(document, name, &found, actor))
}

/// The checks that need nobody: pinned, no dangerous flags, no secret in clear, encrypted.
fn seen(server: &Server) -> Vec<Check> {
    const SEEN: &[(&str, &[&str])] = &[
        ("pinned", &["unpinned"]),
        ("flags", &["dangerous-flag", "shell-launcher", "steering-variable"]),
        ("secrets", &["plaintext-secret"]),
        ("transport", &["plain-http", "unreadable-address"]),
    ];
    let found = dangers(server);
    let check = |(name, rules): &(&str, &[&str])| {
        let mine: Vec<String> = found
            .iter()
            .filter(|danger| rules.contains(&danger.rule))
            .map(|danger| danger.what.clone())
            .collect();
        Check {
            name: (*name).to_owned(),
            ok: mine.is_empty(),
            note: if mine.is_empty() { "seen".to_owned() } else { mine.join("; ") },
        }
    };
    SEEN.iter().map(check).collect()
}

fn advised(folder: &std::path::Path, server: &Server) -> Result<Check, Failure> {
    let subjects = advisory::subjects(server);
    let found = osv::search(folder, &subjects)?;
    let list: Vec<String> = found.iter().map(|(_, advisory)| shown(&advisory.id)).collect();
    let note = match (subjects.is_empty(), list.is_empty()) {
        (true, _) => "nothing in it that advisories could name".to_owned(),
        (false, true) => "none".to_owned(),
        (false, false) => list.join(", "),
    };
    Ok(Check { name: "advisories".to_owned(), ok: list.is_empty(), note })
}

fn answered(text: &str) -> Result<Check, Failure> {
    let wrong = || usage(&format!("--check: `{text}` is not NAME=ok:NOTE or NAME=fail:NOTE"));
    let (name, answer) = text.split_once('=').ok_or_else(wrong)?;
    let (verdict, note) = answer.split_once(':').unwrap_or((answer, ""));
    let ok = match verdict {
        "ok" => true,
        "fail" => false,
        _ => return Err(wrong()),
    };
    if note.trim().is_empty() {
        return Err(usage(&format!("--check {name}: what did you see? write {name}={verdict}:NOTE")));
    }
    Ok(Check { name: name.to_owned(), ok, note: note.to_owned() })
}
