//! `govern mcp`: the approval registry of MCP servers, from a request to what Claude Code itself enforces.

mod advisories;
mod book;
mod bump;
mod check;
mod compile;
mod list;
mod live;
mod lock;
mod options;
mod osv;
mod review;
mod workflow;

use super::Command;
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "mcp",
    about: "approve MCP servers by what they run: request, review, approve, lock, compile",
    usage: USAGE,
    run,
};

/// One subcommand of `govern mcp`.
struct Sub {
    name: &'static str,
    run: fn(&[&str], &mut Io<'_>) -> Result<Exit, Failure>,
}

const fn sub(name: &'static str, run: fn(&[&str], &mut Io<'_>) -> Result<Exit, Failure>) -> Sub {
    Sub { name, run }
}

const SUBS: &[Sub] = &[
    sub("list", list::run),
    sub("request", workflow::request),
    sub("review", review::run),
    sub("trial", workflow::trial),
    sub("approve", workflow::approve),
    sub("deny", workflow::deny),
    sub("revoke", workflow::revoke),
    sub("renew", workflow::renew),
    sub("bump", bump::run),
    sub("check", check::run),
    sub("advisories", advisories::run),
    sub("lock", lock::run),
    sub("compile", compile::run),
];

const USAGE: &str = "\
usage: govern mcp list [--json]
       govern mcp request NAME --use-case TEXT --source URL --scope PUBLIC|INTERNAL|CONFIDENTIAL
                          [--version V] [--env NAME]... [--header NAME]... [--url URL | -- COMMAND ARG...]
       govern mcp review NAME --risk LOW|MEDIUM|HIGH --check source=ok|fail:NOTE --check maintained=...
                          --check hash=... [--check advisories=... | --osv-dir DIR] [--why TEXT]
       govern mcp trial|approve|deny|revoke|renew NAME --why TEXT [--expires YYYY-MM-DD] [--restrict TEXT]...
       govern mcp bump NAME VERSION --published YYYY-MM-DD --source-unchanged --tools FILE --osv-dir DIR
       govern mcp check [--strict] [--json]
       govern mcp advisories --osv-dir DIR [--stamp] [--json]
       govern mcp lock NAME (--from FILE | --start [--consent]) [--check]
       govern mcp compile project|managed|mcp-json [--check | --write | --out FILE]
All take --registry FILE (default: .claude/mcp-registry.yaml of the project) and, where something is decided,
--by NAME (default: the user's name).";

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage(USAGE.to_owned()));
    };
    match SUBS.iter().find(|sub| sub.name == *name) {
        Some(sub) => (sub.run)(rest, io),
        None => Err(Failure::Usage(format!("unknown `govern mcp {name}`\n{USAGE}"))),
    }
}
