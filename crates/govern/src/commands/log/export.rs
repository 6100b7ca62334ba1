//! `govern log export`: records in the forms others read: stored lines, CSV, OCSF, OTLP/JSON, and Parquet where it is built in.

use super::query::{CSV_HEADER, csv_row, what};
use super::scan::{Filter, scan};
use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use chrono::{DateTime, Utc};
use ledger::{Record, leaf_hash, to_hex};
use serde_json::{Value, json};

pub(super) const VERB: Verb = Verb {
    name: "export",
    about: "write records as jsonl, csv, ocsf (OCSF 1.x events), otlp (OTLP/JSON log records) or parquet",
    options: "  --format TEXT   jsonl (default), csv, ocsf, otlp, parquet (in builds with that feature)\n  \
              --since TIME    from then on: 30d, 12h, 2026-10-01\n  \
              --until TIME    before then\n  \
              --dir FOLDER    the log of another place (default: this user's)\n",
    run,
};

/// So many OTLP log records go into one line, one request body each.
const OTLP_BATCH: usize = 512;

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let moment = |name: &str| arguments.value(name).map(|text| time::moment(text, io.now)).transpose();
    let needles = vec![b"\"event\":\"".to_vec()];
    let filter = Filter { since: moment("--since")?, until: moment("--until")?, needles, wanted: &|_| true };
    let format = arguments.value("--format").unwrap_or("jsonl");
    if format == "parquet" {
        return parquet(&log, &filter, io);
    }
    let out = &mut *io.out;
    let mut batch = Vec::new();
    match format {
        "jsonl" => scan(&log, &filter, &mut |_, line| {
            out.write_all(line)?;
            out.write_all(b"\n")?;
            Ok(true)
        })?,
        "csv" => {
            writeln!(out, "{CSV_HEADER}")?;
            scan(&log, &filter, &mut |record, _| {
                writeln!(out, "{}", csv_row(&record))?;
                Ok(true)
            })?;
        }
        "ocsf" => scan(&log, &filter, &mut |record, line| {
            writeln!(out, "{}", ocsf(&record, line))?;
            Ok(true)
        })?,
        "otlp" => {
            scan(&log, &filter, &mut |record, line| {
                batch.push(otlp(&record, line));
                if batch.len() == OTLP_BATCH {
                    writeln!(out, "{}", otlp_request(&std::mem::take(&mut batch)))?;
                }
                Ok(true)
            })?;
            if !batch.is_empty() {
                writeln!(out, "{}", otlp_request(&batch))?;
            }
        }
        _ => {
            return Err(Failure::Usage(format!(
                "--format is jsonl, csv, ocsf, otlp or parquet, not `{format}`"
            )));
        }
    }
    Ok(Exit::Clean)
}

#[cfg(feature = "parquet")]
fn parquet(log: &std::path::Path, filter: &Filter<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    super::parquet::export(log, filter, io).map(|()| Exit::Clean)
}

#[cfg(not(feature = "parquet"))]
fn parquet(_log: &std::path::Path, _filter: &Filter<'_>, _io: &mut Io<'_>) -> Result<Exit, Failure> {
    let told = "this build writes no Parquet; build one with `cargo build -p govern --features parquet`, or load jsonl";
    Err(Failure::Usage(told.into()))
}

fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn milliseconds(record: &Record) -> i64 {
    text(record, "ts").parse::<DateTime<Utc>>().map_or(0, |time| time.timestamp_millis())
}

/// OCSF: the class and activity of an operation (schema.ocsf.io): (class, category, activity).
fn ocsf_class(record: &Record) -> (u64, u64, u64) {
    match (text(record, "operation"), text(record, "event")) {
        // File System Activity: Read, Update.
        ("read", _) => (1001, 1, 2),
        ("write", _) => (1001, 1, 3),
        // Process Activity: Launch.
        ("execute", _) => (1007, 1, 1),
        // HTTP Activity: Get.
        ("fetch" | "search", _) => (4002, 4, 3),
        // Application Lifecycle: Start, Stop.
        (_, "SessionStart") => (6002, 6, 3),
        (_, "SessionEnd") => (6002, 6, 4),
        // API Activity: Other.
        _ => (6003, 6, 99),
    }
}

fn ocsf(record: &Record, line: &[u8]) -> Value {
    let (class, category, activity) = ocsf_class(record);
    let status = match text(record, "outcome") {
        "ok" => 1,
        "error" | "denied" | "interrupted" => 2,
        _ => 0,
    };
    // Security control profile: Allowed, Denied, Observed.
    let action = match text(record, "decision") {
        "deny" | "stop" => 2,
        "" => 3,
        _ => 1,
    };
    let mut event = json!({
        "class_uid": class, "category_uid": category, "activity_id": activity, "type_uid": class * 100 + activity,
        "severity_id": if action == 2 { 4 } else { 1 }, "status_id": status, "time": milliseconds(record),
        "action_id": action, "message": what(record),
        "metadata": {"version": "1.8.0", "product": {"name": "claude-governance", "vendor_name": "claude-governance"},
            "profiles": ["host", "security_control"], "uid": to_hex(&leaf_hash(line)),
            "correlation_uid": text(record, "tool_use"), "sequence": record.get("seq")},
        "actor": {"user": {"name": text(record, "user")}, "session": {"uid": text(record, "session")}},
        "device": {"hostname": text(record, "host"), "type_id": 0},
        "raw_data": String::from_utf8_lossy(line),
        "raw_data_hash": {"algorithm_id": 3, "value": to_hex(&ledger::digest(line))},
        "unmapped": unmapped(record),
    });
    let part = match class {
        1001 => Some((
            "file",
            json!({"path": text(record, "path"), "name": text(record, "path").rsplit('/').next(), "type_id": 1}),
        )),
        1007 => Some(("process", json!({"cmd_line": text(record, "command"), "name": text(record, "tool")}))),
        4002 => {
            Some(("http_request", json!({"url": {"url_string": text(record, "url")}, "http_method": "GET"})))
        }
        6003 => Some(("api", api(record))),
        _ => Some(("app", json!({"name": "Claude Code", "vendor_name": "Anthropic"}))),
    };
    if let (Some(fields), Some((name, value))) = (event.as_object_mut(), part) {
        fields.insert(name.into(), value);
        if class == 6003 {
            // An API call comes from somewhere, says the schema.
            fields.insert("src_endpoint".into(), json!({"hostname": text(record, "host")}));
        }
    }
    event
}

/// What was called: the tool, else what happened; and the MCP server, where there is one.
fn api(record: &Record) -> Value {
    let tool = text(record, "tool");
    let mut api = json!({"operation": if tool.is_empty() { text(record, "event") } else { tool }});
    let server = record.get("mcp").and_then(|mcp| mcp.get("server"));
    if let (Some(fields), Some(server)) = (api.as_object_mut(), server) {
        fields.insert("service".into(), json!({"name": server}));
    }
    api
}

/// The fields the schema has no place for.
fn unmapped(record: &Record) -> Value {
    let names = ["labels", "prev", "rule", "hook", "basis", "policy"];
    names.iter().filter_map(|name| Some(((*name).to_owned(), record.get(*name)?.clone()))).collect()
}

/// One OTLP log record (opentelemetry-proto, JSON encoding: integers of 64 bits as text).
fn otlp(record: &Record, line: &[u8]) -> Value {
    let names = [
        ("event", "event.name"),
        ("session", "session.id"),
        ("session", "gen_ai.conversation.id"),
        ("prompt", "prompt.id"),
        ("tool", "gen_ai.tool.name"),
        ("tool_use", "gen_ai.tool.call.id"),
        ("user", "user.name"),
        ("host", "host.name"),
        ("path", "file.path"),
        ("command", "process.command_line"),
        ("url", "url.full"),
        ("outcome", "audit.outcome"),
        ("decision", "audit.decision"),
        ("rule", "audit.rule"),
        ("prev", "audit.prev"),
    ];
    let string = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let mut attributes: Vec<Value> = names
        .iter()
        .map(|(field, key)| (key, text(record, field)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| string(key, value))
        .collect();
    attributes.push(string("audit.leaf", &to_hex(&leaf_hash(line))));
    if let Some(code) = record.get("exit_code") {
        attributes.push(json!({"key": "process.exit.code", "value": {"intValue": code.to_string()}}));
    }
    let denied = matches!(text(record, "decision"), "deny" | "stop");
    json!({
        "timeUnixNano": format!("{}000000", milliseconds(record)),
        "severityNumber": if denied { 13 } else { 9 },
        "severityText": if denied { "WARN" } else { "INFO" },
        "body": {"stringValue": String::from_utf8_lossy(line)},
        "attributes": attributes,
    })
}

fn otlp_request(records: &[Value]) -> Value {
    json!({"resourceLogs": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-governance"}}]},
        "scopeLogs": [{"scope": {"name": "claude-governance.audit"}, "logRecords": records}]
    }]})
}
