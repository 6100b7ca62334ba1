//! The steps of an entry's life: request, trial, approve, deny, revoke, renew.

use mcp_registry::lifecycle::{self, Approval, Request};
use mcp_registry::{Scope, Server};
use serde_json::{Map, Value, json};

use super::book::{Book, actor, project};
use super::options::{Options, usage};
use crate::{Exit, Failure, Io};

pub(super) fn request(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    const VALUED: &[&str] =
        &["--use-case", "--source", "--scope", "--version", "--env", "--header", "--url", "--type"];
    let options = Options::read(arguments, VALUED, &[])?;
    let name = options.name()?;
    let scope = options.required("--scope")?;
    let data_scope = Scope::parse(&scope.to_ascii_uppercase())
        .ok_or_else(|| usage("--scope is PUBLIC, INTERNAL or CONFIDENTIAL"))?;
    let config = match asked_config(&options) {
        Some(config) => config,
        None => configured(name, io)?,
    };
    let server = Server::from_json(&config).map_err(|error| usage(&error.to_string()))?;
    let pinned = server.program().and_then(|program| {
        program.packages.first().and_then(|package| package.pin.version().map(str::to_owned))
    });
    let version =
        options.value("--version").map(str::to_owned).or(pinned).unwrap_or_else(|| "unversioned".to_owned());
    let use_case = options.required("--use-case")?;
    let asked = Request {
        name,
        version: &version,
        source: options.required("--source")?,
        use_case,
        data_scope,
        config: &config,
    };
    let user = io.user.clone();
    let mut actor = actor(&options, &user, io);
    if actor.why.is_empty() {
        actor.why = use_case;
    }
    for danger in mcp_registry::dangers(&server) {
        writeln!(io.out, "note: {} ({}): {}", danger.rule, danger.field, danger.what)?;
    }
    Book::open(&options, io)?.step(name, actor, io, |document| lifecycle::request(document, &asked, actor))
}

/// The configuration on the command line; variables and headers by reference, never by value.
fn asked_config(options: &Options<'_>) -> Option<Value> {
    let references = |name: &str, form: &dyn Fn(&str) -> (String, Value)| -> Map<String, Value> {
        options.values(name).iter().map(|text| form(text)).collect()
    };
    if let Some(url) = options.value("--url") {
        let headers = references("--header", &|name| {
            let variable: String = name
                .chars()
                .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
                .collect();
            (name.to_owned(), format!("${{{variable}}}").into())
        });
        let mut config = json!({ "type": options.value("--type").unwrap_or("http"), "url": url });
        if let (false, Some(object)) = (headers.is_empty(), config.as_object_mut()) {
            object.insert("headers".into(), Value::Object(headers));
        }
        return Some(config);
    }
    let (command, arguments) = options.rest.split_first()?;
    let environment = references("--env", &|name| (name.to_owned(), format!("${{{name}}}").into()));
    let mut config = json!({ "command": command, "args": arguments });
    if let (false, Some(object)) = (environment.is_empty(), config.as_object_mut()) {
        object.insert("env".into(), Value::Object(environment));
    }
    Some(config)
}

/// The configuration the server has already, with every value of a variable or header replaced by a reference.
fn configured(name: &str, io: &Io<'_>) -> Result<Value, Failure> {
    let places = claude_config::Places::new(&io.home, &project(io), &io.managed);
    let found = claude_config::mcp::servers(&places)?;
    let server = found.servers.iter().find(|server| server.name == name && !server.shadowed);
    let missing =
        || usage(&format!("`{name}` is configured nowhere; give `--url URL` or `-- COMMAND ARG...`"));
    let mut config = server.ok_or_else(missing)?.config.to_json();
    for key in ["env", "headers"] {
        for (name, value) in config.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten() {
            let reference = value.as_str().is_some_and(|text| text.contains("${"));
            if !reference {
                *value = format!("${{{}}}", name.to_ascii_uppercase().replace('-', "_")).into();
            }
        }
    }
    Ok(config)
}

pub(super) fn trial(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &[], &[])?;
    let (name, user) = (options.name()?, io.user.clone());
    let actor = actor(&options, &user, io);
    Book::open(&options, io)?.step(name, actor, io, |document| lifecycle::trial(document, name, actor))
}

pub(super) fn approve(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    with_approval(arguments, io, lifecycle::approve)
}

pub(super) fn renew(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    with_approval(arguments, io, lifecycle::renew)
}

type WithApproval = fn(
    &mut mcp_registry::Document,
    &str,
    Approval<'_>,
    lifecycle::Actor<'_>,
) -> Result<lifecycle::Done, lifecycle::Refusal>;

fn with_approval(arguments: &[&str], io: &mut Io<'_>, take: WithApproval) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &["--expires", "--restrict"], &[])?;
    let (name, user) = (options.name()?, io.user.clone());
    let restrictions: Vec<String> =
        options.values("--restrict").iter().map(|text| (*text).to_owned()).collect();
    let approval = Approval { expires: options.day("--expires")?, restrictions: &restrictions };
    let actor = actor(&options, &user, io);
    Book::open(&options, io)?.step(name, actor, io, |document| take(document, name, approval, actor))
}

pub(super) fn deny(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &[], &[])?;
    let (name, user) = (options.name()?, io.user.clone());
    let actor = actor(&options, &user, io);
    Book::open(&options, io)?.step(name, actor, io, |document| lifecycle::deny(document, name, actor))
}

pub(super) fn revoke(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let options = Options::read(arguments, &[], &[])?;
    let (name, user) = (options.name()?, io.user.clone());
    let actor = actor(&options, &user, io);
    Book::open(&options, io)?.step(name, actor, io, |document| lifecycle::revoke(document, name, actor))
}
