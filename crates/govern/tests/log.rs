//! `govern log`, verb by verb, over a log that hooks wrote.

#![expect(clippy::expect_used, reason = "a test ends where its preparation fails")]
#![expect(clippy::disallowed_methods, reason = "tests make the world the code under test must not touch")]

use chrono::{DateTime, TimeDelta, Utc};
use govern::Io;
use hook_core::World;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A home with a state folder, and what a command said.
struct Place {
    folder: tempfile::TempDir,
    now: DateTime<Utc>,
}

struct Said {
    exit: u8,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        let place = Place {
            folder: tempfile::tempdir().expect("a folder"),
            now: "2026-10-01T09:00:00Z".parse().expect("a time"),
        };
        fs::create_dir_all(place.path("project")).expect("creates");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("state/log")
    }

    fn event(&self, event: &Value) {
        let world = World {
            now: self.now,
            home: self.path("home"),
            project: Some(self.path("project")),
            state: self.path("state"),
            user: "alice".into(),
            managed: self.path("managed"),
            uptime: None,
            claims: false,
        };
        let said = hook_core::answer(&audit_logger::HOOK, event.to_string().as_bytes(), &world);
        assert_eq!((said.stdout.as_str(), said.exit), ("", 0));
    }

    fn call(&self, id: &str, event: &str, tool: &str, input: &Value) {
        self.event(&json!({"hook_event_name": event, "session_id": "s-1", "cwd": "/p", "tool_name": tool,
            "tool_use_id": id, "tool_input": input, "tool_response": {}}));
    }

    fn io<'a>(&self, out: &'a mut Vec<u8>, err: &'a mut Vec<u8>) -> Io<'a> {
        Io {
            out,
            err,
            input: Box::leak(Box::new(std::io::empty())),
            now: self.now,
            home: self.path("home"),
            cwd: self.path("project"),
            state: self.path("state"),
            managed: self.path("managed"),
            user: "alice".into(),
            terminal: false,
        }
    }

    fn govern(&self, arguments: &[&str]) -> Said {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = govern::run(arguments, &mut self.io(&mut out, &mut err));
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said { exit, out: text(out), err: text(err) }
    }

    /// A session of a read, a command that reads, a write, a redirection and a fetch.
    fn session(&self) {
        self.event(&json!({"hook_event_name": "SessionStart", "session_id": "s-1", "cwd": "/p", "source": "startup"}));
        for name in ["PreToolUse", "PostToolUse"] {
            self.call("t-1", name, "Read", &json!({"file_path": "/p/.env"}));
            self.call("t-2", name, "Bash", &json!({"command": "cat .env | head"}));
            self.call("t-3", name, "Write", &json!({"file_path": "/p/src/a.rs", "content": "x"}));
            self.call("t-4", name, "Bash", &json!({"command": "echo x > src/b.rs"}));
            self.call("t-5", name, "WebFetch", &json!({"url": "https://example.com", "prompt": "p"}));
        }
    }
}

fn count(place: &Place, arguments: &[&str]) -> String {
    let said = place.govern(&[&["log", "query", "--count"], arguments].concat());
    assert_eq!(said.exit, 0, "{}", said.err);
    said.out.trim().to_owned()
}

#[test]
fn questions_are_answered() {
    let place = Place::new();
    place.session();
    let questions: &[(&[&str], &str)] = &[
        (&["--read"], "1"),
        (&["--read", "--path", "**/.env"], "2"),
        (&["--read", "--path", "/p/.env", "--since", "30d"], "2"),
        (&["--read", "--path", "/p/.env", "--until", "2026-09-01"], "0"),
        (&["--written", "--path", "/p/src/**"], "2"),
        (&["--written", "--path", "**/.env"], "0"),
        (&["--commands"], "2"),
        (&["--commands", "--command", "head"], "1"),
        (&["--label", "secret_path", "--outcome", "ok"], "2"),
        (&["--label", "network", "--event", "PostToolUse"], "1"),
        (&["--user", "alice", "--tool", "Write"], "2"),
        (&["--user", "ali"], "0"),
        (&["--session", "s-1", "--outcome", "requested"], "5"),
        (&["--tool", "Read", "--limit", "1"], "1"),
    ];
    for (arguments, expected) in questions {
        assert_eq!(count(&place, arguments), *expected, "{arguments:?}");
    }
    let text = place.govern(&["log", "query", "--read", "--path", "**/.env"]).out;
    assert!(text.contains("cat .env | head") && text.contains("[secret_path]"), "{text}");
    let csv = place.govern(&["log", "query", "--commands", "--format", "csv"]).out;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    for line in place.govern(&["log", "query", "--format", "json"]).out.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    assert_eq!(place.govern(&["log", "query", "--sinse", "3d"]).exit, 2);
    assert_eq!(place.govern(&["log", "query", "--dir", "nowhere"]).exit, 3);
}

#[test]
fn verify_says_what_and_where() {
    let place = Place::new();
    place.session();
    let said = place.govern(&["log", "verify"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("intact"), "{}", said.out);
    let day = place.log().join("2026-10-01.jsonl");
    let honest = fs::read_to_string(&day).expect("reads");
    fs::write(&day, honest.replacen("cat .env", "cat .txt", 1)).expect("writes");
    let said = place.govern(&["log", "verify"]);
    assert_eq!(said.exit, 1);
    assert!(said.out.contains("first bad record: 2026-10-01.jsonl line"), "{}", said.out);
    assert!(said.out.contains("edit of a record"), "{}", said.out);
    let json: Value = serde_json::from_str(&place.govern(&["log", "verify", "--json"]).out).expect("JSON");
    assert_eq!(json["intact"], false);
    fs::write(&day, honest).expect("writes");
    assert_eq!(place.govern(&["log", "verify"]).exit, 0);
}

#[test]
fn an_earlier_verification_remembers() {
    let place = Place::new();
    place.session();
    let before = place.path("before");
    copy(&place.log(), &before);
    place.session();
    assert_eq!(place.govern(&["log", "verify"]).exit, 0);
    fs::remove_dir_all(place.log()).expect("removes");
    copy(&before, &place.log());
    let said = place.govern(&["log", "verify"]);
    assert!(said.exit == 1 && said.out.contains("rollback"), "{}", said.out);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("creates");
    fs::set_permissions(to, fs::metadata(from).expect("exists").permissions()).expect("sets");
    for entry in fs::read_dir(from).expect("lists") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copies");
        }
    }
}

fn transcript(place: &Place, rows: &[Value]) {
    let folder = place.path("home/.claude/projects/-p");
    fs::create_dir_all(&folder).expect("creates");
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    fs::write(folder.join("s-1.jsonl"), format!("{}\n", lines.join("\n"))).expect("writes");
}

fn called(id: &str, denied: bool) -> [Value; 2] {
    let mut answer = json!({"type": "user", "sessionId": "s-1", "timestamp": "2026-10-01T09:00:01.000Z",
        "message": {"content": [{"type": "tool_result", "tool_use_id": id, "content": "x", "is_error": denied}]}});
    if let Some(fields) = answer.as_object_mut() {
        let word = if denied { "reject" } else { "accept" };
        fields.insert("permissionDecision".into(), json!({"decision": word, "source": "config"}));
    }
    [
        json!({"type": "assistant", "sessionId": "s-1", "timestamp": "2026-10-01T09:00:01.000Z",
            "message": {"content": [{"type": "tool_use", "id": id, "name": "Bash", "input": {"command": "x"}}]}}),
        answer,
    ]
}

#[test]
fn reconcile_names_the_calls_nobody_recorded() {
    let place = Place::new();
    place.session();
    place.call("t-6", "PreToolUse", "Bash", &json!({"command": "rm -rf /"}));
    let ran: Vec<Value> =
        ["t-1", "t-2", "t-3", "t-4", "t-5"].iter().flat_map(|id| called(id, false)).collect();
    let all = [ran, called("t-6", true).to_vec()].concat();
    transcript(&place, &all);
    let said = place.govern(&["log", "reconcile"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{}", said.out);
    // A call without any record, and one whose hook was off when it ended.
    place.call("t-8", "PreToolUse", "Bash", &json!({"command": "true"}));
    transcript(&place, &[all.clone(), called("t-7", false).to_vec(), called("t-8", false).to_vec()].concat());
    let said = place.govern(&["log", "reconcile"]);
    assert_eq!(said.exit, 1);
    assert!(said.out.contains("t-7 of session s-1 has no record\n"), "{}", said.out);
    assert!(said.out.contains("t-8 of session s-1 has no record of its result"), "{}", said.out);
    assert!(!said.out.contains("t-1 "), "{}", said.out);
    // A fork of the session has its calls in a transcript of its own; another session with the same ids has not.
    transcript(&place, &all);
    for (session, moment, exit) in [("s-2", "09:00:01", 0), ("s-3", "09:30:00", 1)] {
        let other: Vec<String> = all
            .iter()
            .map(|row| row.to_string().replace("s-1", session).replace("09:00:01", moment))
            .collect();
        let file = place.path("home/.claude/projects/-p/other.jsonl");
        fs::write(&file, other.join("\n")).expect("writes");
        let said = place.govern(&["log", "reconcile"]);
        assert_eq!(said.exit, exit, "{session}: {}", said.out);
        fs::remove_file(&file).expect("removes");
    }
    // A transcript that was cleaned of a call.
    transcript(&place, &called("t-1", false));
    let said = place.govern(&["log", "reconcile"]);
    assert!(said.exit == 1 && said.out.contains("t-2: recorded, but not in"), "{}", said.out);
}

#[test]
fn a_pruned_log_still_verifies() {
    let mut place = Place::new();
    for _ in 0..4 {
        place.session();
        place.now += TimeDelta::days(1);
    }
    place.now += TimeDelta::days(180);
    assert_eq!(place.govern(&["log", "prune", "--keep", "1d"]).exit, 2, "less than the tier keeps");
    assert_eq!(place.govern(&["log", "prune", "--dry-run"]).exit, 0);
    place.session();
    let said = place.govern(&["log", "prune", "--keep", "182d"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{}", said.out);
    let days = ledger::segments(&place.log()).expect("lists");
    assert_eq!(days.len(), 3, "{}", said.out);
    place.session();
    let said = place.govern(&["log", "verify"]);
    assert_eq!(said.exit, 0, "{}", said.out);
    assert!(said.out.contains("were pruned, as recorded"), "{}", said.out);
    // A day that goes without a record of it is found.
    fs::remove_file(days.first().expect("a day").path(&place.log())).expect("removes");
    let said = place.govern(&["log", "verify"]);
    assert!(said.exit == 1 && said.out.contains("removal of a day"), "{}", said.out);
}

#[test]
fn proofs_hold_without_the_log() {
    let mut place = Place::new();
    place.session();
    place.now += TimeDelta::minutes(1);
    place.session();
    assert_eq!(place.govern(&["log", "seal"]).exit, 0);
    let key = {
        let json: Value =
            serde_json::from_str(&place.govern(&["log", "verify", "--json"]).out).expect("JSON");
        json["key"].as_str().expect("a key").to_owned()
    };
    for arguments in [["--record", "7"], ["--from", "5"]] {
        let said = place.govern(&["log", "prove", arguments[0], arguments[1]]);
        assert_eq!((said.exit, said.err.as_str()), (0, ""));
        fs::write(place.path("project/proof.json"), &said.out).expect("writes");
        let checked = place.govern(&["log", "prove", "--check", "proof.json", "--key", &key]);
        assert!(
            checked.exit == 0 && checked.out.contains("the proof holds; signature holds"),
            "{}",
            checked.out
        );
        let forged = said.out.replace("\"proof\":[\"", "\"proof\":[\"0").replace("0\"", "\"");
        let forged =
            if arguments[0] == "--record" { said.out.replacen("alice", "mallory", 1) } else { forged };
        fs::write(place.path("project/proof.json"), forged).expect("writes");
        assert_ne!(place.govern(&["log", "prove", "--check", "proof.json"]).exit, 0);
    }
}

/// What the OCSF schema requires of every event and of each class that is used (schema.ocsf.io, 1.8.0).
fn required_by_ocsf(event: &Value) {
    const ALL: &[&str] = &[
        "/activity_id",
        "/category_uid",
        "/class_uid",
        "/metadata/version",
        "/metadata/product/name",
        "/metadata/product/vendor_name",
        "/severity_id",
        "/time",
        "/type_uid",
        "/actor/user/name",
        "/device/type_id",
        "/raw_data_hash/algorithm_id",
        "/raw_data_hash/value",
    ];
    let of_class: &[&str] = match event["class_uid"].as_u64() {
        Some(1001) => &["/file/name", "/file/type_id", "/file/path"],
        Some(1007) => &["/process/cmd_line"],
        Some(4002) => &["/http_request/url/url_string", "/http_request/http_method"],
        Some(6002) => &["/app/name", "/app/vendor_name"],
        Some(6003) => &["/api/operation", "/src_endpoint/hostname"],
        other => panic!("{other:?} is no class that is used"),
    };
    for pointer in ALL.iter().chain(of_class) {
        let found = event.pointer(pointer);
        assert!(found.is_some_and(|value| !value.is_null()), "{pointer}: {event}");
    }
    assert_eq!(event["category_uid"].as_u64(), event["class_uid"].as_u64().map(|class| class / 1000));
    assert!(event["time"].as_i64().is_some_and(|time| time > 1_600_000_000_000), "milliseconds: {event}");
    assert!(event.pointer("/api/operation").is_none_or(|operation| operation != ""), "{event}");
}

#[test]
fn exports_hold_every_record() {
    let place = Place::new();
    place.session();
    let lines = fs::read_to_string(place.log().join("2026-10-01.jsonl")).expect("reads");
    assert_eq!(place.govern(&["log", "export"]).out, lines);
    let count = lines.lines().count();
    assert_eq!(place.govern(&["log", "export", "--format", "csv"]).out.lines().count(), count + 1);
    let ocsf = place.govern(&["log", "export", "--format", "ocsf"]).out;
    assert_eq!(ocsf.lines().count(), count);
    for line in ocsf.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let (class, activity) =
            (event["class_uid"].as_u64().expect("a class"), event["activity_id"].as_u64().expect("one"));
        assert_eq!(event["type_uid"].as_u64(), Some(class * 100 + activity));
        required_by_ocsf(&event);
        let raw = event["raw_data"].as_str().expect("the line");
        assert_eq!(event["raw_data_hash"]["value"], ledger::to_hex(&ledger::digest(raw.as_bytes())));
    }
    let otlp: Value =
        serde_json::from_str(&place.govern(&["log", "export", "--format", "otlp"]).out).expect("JSON");
    assert_eq!(otlp["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().map(Vec::len), Some(count));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_so() {
    let place = Place::new();
    place.session();
    let said = place.govern(&["log", "export", "--format", "parquet"]);
    assert!(said.exit == 2 && said.err.contains("--features parquet"), "{}", said.err);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_every_record() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    fn value(field: &Field) -> Value {
        match field {
            Field::Str(text) => text.as_str().into(),
            Field::Long(number) | Field::TimestampMillis(number) => (*number).into(),
            Field::ListInternal(list) => list.elements().iter().map(value).collect(),
            _ => Value::Null,
        }
    }
    let place = Place::new();
    place.session();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = govern::run(&["log", "export", "--format", "parquet"], &mut place.io(&mut out, &mut err));
    assert_eq!(exit, 0, "{}", String::from_utf8_lossy(&err));
    let file = place.path("log.parquet");
    fs::write(&file, out).expect("writes");
    let reader = SerializedFileReader::new(fs::File::open(&file).expect("opens")).expect("a Parquet file");
    let rows: Vec<Value> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| {
            let row = row.expect("a row");
            Value::Object(row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect())
        })
        .collect();
    let lines = fs::read_to_string(place.log().join("2026-10-01.jsonl")).expect("reads");
    assert_eq!(rows.len(), lines.lines().count());
    for (row, line) in rows.iter().zip(lines.lines()) {
        let record: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(row["line"], line);
        assert_eq!(row["seq"], record["seq"]);
        for name in ["event", "path", "tool", "prev"] {
            assert_eq!(row[name], record[name], "{name}: {line}");
        }
        let labels = record["labels"].as_array().cloned().unwrap_or_default();
        assert_eq!(row["labels"].as_array().cloned().unwrap_or_default(), labels, "{line}");
    }
    assert!(rows.iter().any(|row| row["labels"] == json!(["secret_path"])), "some have labels");
}

#[test]
fn tail_and_stats() {
    let place = Place::new();
    place.session();
    assert_eq!(place.govern(&["log", "tail", "--lines", "3"]).out.lines().count(), 3);
    let stats: Value = serde_json::from_str(&place.govern(&["log", "stats", "--json"]).out).expect("JSON");
    assert_eq!(stats["by"]["tool"]["Bash"], 4);
    assert_eq!(stats["by"]["label"]["secret_path"], 4);
    assert_eq!(stats["sessions"], 1);
    assert!(place.govern(&["log", "stats"]).out.contains("by tool"));
    assert!(place.govern(&["log"]).out.contains("reconcile"));
    assert_eq!(place.govern(&["log", "nonsense"]).exit, 2);
    for verb in ["verify", "query", "tail", "stats", "reconcile", "prove", "export", "seal", "prune"] {
        assert!(place.govern(&["log", verb, "--help"]).out.contains("--dir"), "{verb}");
    }
}
