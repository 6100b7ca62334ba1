//! Behaviour rows: one JSON object a line in `tests/corpus/<hook>/*.jsonl`.
//!
//! `{"id", "note"?, "tier"?, "event": {...} | "tool": "Bash", "input": {...}, "response"?: {...}, "policy"?: {...},
//!   "files"?: {"path": "content"}, "expect": "pass|deny|ask|rewrite|warn|stop|...", "rule"?, "near"?, "contains"?, "absent"?}`
//!
//! `{project}` and `{home}` in any text stand for fresh folders; `files` are written below the project (or below the
//! home, for names that start with `~/`). `rule` is the rule that must be named; `near` the rule this row nearly hits.
//! `times` sends the event so often, `{n}` being the number of the time; `first` holds rows that are sent before.
//! `raw` is the event's text as it is sent, for what no JSON value can hold. `contains` and `absent` are texts the rendered answer must, or must not, hold.

use std::path::Path;

use chrono::{DateTime, Utc};
use hook_core::policy::{LayerKind, parse, resolve};
use hook_core::{Considered, Context, Decision, Error, Event, Hook, Policy, Tier, World, render};
use serde_json::{Map, Value};

/// The moment every row is decided at.
pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

/// A world below `folder`, with `home`, `project`, `state` and `managed` in it.
pub fn world(folder: &Path) -> World {
    World {
        now: moment(),
        home: folder.join("home"),
        project: Some(folder.join("project")),
        state: folder.join("state"),
        user: "tester".into(),
        managed: folder.join("managed"),
        uptime: None,
        claims: false,
    }
}

/// What a row is answered, and what went wrong in it, if anything did.
pub fn check(hook: &'static Hook, row: &Value) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let world = world(folder.path());
    let row = filled(row, &world);
    write_files(&row, &world).map_err(|error| error.to_string())?;
    for earlier in row.get("first").and_then(Value::as_array).into_iter().flatten() {
        let mut earlier = earlier.clone();
        for key in ["tier", "policy", "cwd"] {
            if let (Some(fields), Some(value)) = (earlier.as_object_mut(), row.get(key)) {
                fields.entry(key).or_insert(value.clone());
            }
        }
        send(hook, &earlier, &world)?;
    }
    let (event, decision) = send(hook, &row, &world)?;
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let expect = text("expect").ok_or("no `expect`")?;
    if decision.name() != expect {
        return Err(format!("expected {expect}, got {} ({decision:?})", decision.name()));
    }
    if let Some(rule) = text("rule")
        && !rules(&decision).contains(&rule)
    {
        return Err(format!("expected rule {rule}, got {:?}", rules(&decision)));
    }
    let answer = render(event.kind(), &decision).map(|json| json.to_string()).unwrap_or_default();
    for wanted in texts(&row, "contains") {
        if !answer.contains(wanted) {
            return Err(format!("the answer lacks `{wanted}`: {answer}"));
        }
    }
    match texts(&row, "absent").into_iter().find(|unwanted| answer.contains(unwanted)) {
        Some(unwanted) => Err(format!("the answer holds `{unwanted}`: {answer}")),
        None => Ok(()),
    }
}

/// Sends a row's event as often as it says; what the last time was answered.
fn send(hook: &'static Hook, row: &Value, world: &World) -> Result<(Event, Decision), String> {
    let times = row.get("times").and_then(Value::as_u64).unwrap_or(1);
    let mut last = Err("`times` is zero".to_string());
    for number in 1..=times {
        let row = replaced(row, &|text| text.replace("{n}", &number.to_string()));
        let event = event(&row)?;
        let decision = decide(hook, &event, &row, world).map_err(|error| error.to_string())?;
        last = Ok((event, decision));
    }
    last
}

/// The rules a decision names, in its verdict and its findings.
pub fn rules(decision: &Decision) -> Vec<&str> {
    let findings = decision.findings.iter().map(|finding| finding.rule.as_str());
    decision.verdict.reason().map(hook_core::Reason::rule).into_iter().chain(findings).collect()
}

/// What the road makes of a row's last event: what the client is told, and what is recorded.
pub fn considered(hook: &'static Hook, row: &Value) -> Result<(Event, Considered), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let world = world(folder.path());
    let row = filled(row, &world);
    write_files(&row, &world).map_err(|error| error.to_string())?;
    let mut rows: Vec<Value> = row.get("first").and_then(Value::as_array).cloned().unwrap_or_default();
    rows.push(row.clone());
    let mut last = Err("no event".to_string());
    for one in rows {
        let times = one.get("times").and_then(Value::as_u64).unwrap_or(1);
        for number in 1..=times {
            let one = replaced(&one, &|text| text.replace("{n}", &number.to_string()));
            let event = event(&one)?;
            let policy = policy(hook, &row).map_err(|error| error.to_string())?;
            let considered = hook_core::consider_under(&policy, hook, &event, &world);
            last = considered.map(|considered| (event, considered)).map_err(|error| error.to_string());
        }
    }
    last
}

fn decide(hook: &'static Hook, event: &Event, row: &Value, world: &World) -> Result<Decision, Error> {
    let policy = policy(hook, row)?;
    (hook.decide)(event, &Context::new(hook, &policy, world, event))
}

fn policy(hook: &'static Hook, row: &Value) -> Result<Policy, Error> {
    let tier = row.get("tier").and_then(Value::as_str).and_then(Tier::from_name).unwrap_or(Tier::Standard);
    Ok(match row.get("policy") {
        None => Policy::defaults(hook, tier),
        Some(policy) => {
            let mut policy = policy.clone();
            if let Some(fields) = policy.as_object_mut() {
                fields.entry("tier").or_insert(tier.name().into());
            }
            let layer =
                parse(LayerKind::User, Path::new("policy.json"), policy.to_string().as_bytes(), hook)?;
            resolve(hook, &[layer])
        }
    })
}

fn event(row: &Value) -> Result<Event, String> {
    if let Some(raw) = row.get("raw").and_then(Value::as_str) {
        return Event::parse(raw.as_bytes()).map_err(|error| error.to_string());
    }
    let mut event = row.get("event").cloned().unwrap_or_else(|| {
        let name = row.get("on").and_then(Value::as_str);
        let after = if row.get("response").is_some() { "PostToolUse" } else { "PreToolUse" };
        let mut event = Map::new();
        event.insert("hook_event_name".into(), name.unwrap_or(after).into());
        event.insert("tool_use_id".into(), text_of(row, "id").unwrap_or("toolu_1").into());
        for (from, to) in [
            ("tool", "tool_name"),
            ("input", "tool_input"),
            ("response", "tool_response"),
            ("prompt", "prompt"),
        ] {
            if let Some(value) = row.get(from) {
                event.insert(to.into(), value.clone());
            }
        }
        Value::Object(event)
    });
    let Some(fields) = event.as_object_mut() else {
        return Err("`event` is not an object".into());
    };
    let defaults =
        [("session_id", "session-1"), ("cwd", row.get("cwd").and_then(Value::as_str).unwrap_or_default())];
    for (key, value) in defaults {
        fields.entry(key).or_insert(value.into());
    }
    // Through bytes, as the client sends it.
    Event::parse(event.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// The row with its placeholders filled in, and `cwd` set to the project where it has none.
fn filled(row: &Value, world: &World) -> Value {
    let project = world.project.as_deref().unwrap_or(Path::new("/")).to_string_lossy().into_owned();
    let home = world.home.to_string_lossy().into_owned();
    let mut row = replaced(row, &|text| text.replace("{project}", &project).replace("{home}", &home));
    if let Some(fields) = row.as_object_mut() {
        fields.entry("cwd").or_insert(project.into());
    }
    row
}

fn replaced(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| replaced(item, change)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(key, item)| (change(key), replaced(item, change))).collect::<Map<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn write_files(row: &Value, world: &World) -> std::io::Result<()> {
    let project = world.project.clone().unwrap_or_default();
    for folder in [&project, &world.home] {
        std::fs::create_dir_all(folder)?;
    }
    for (name, content) in row.get("files").and_then(Value::as_object).into_iter().flatten() {
        let path = match name.strip_prefix("~/") {
            Some(name) => world.home.join(name),
            None => project.join(name),
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content.as_str().unwrap_or_default())?;
    }
    Ok(())
}

fn text_of<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    row.get(key).and_then(Value::as_str)
}

fn texts<'a>(row: &'a Value, key: &str) -> Vec<&'a str> {
    match row.get(key) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
