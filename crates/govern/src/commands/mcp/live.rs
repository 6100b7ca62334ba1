//! Starting a server to ask for its tools: only with consent, in an empty environment, within bounds.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use mcp_registry::{Server, Transport, shown};
use serde_json::{Value, json};

use super::options::usage;
use crate::{Failure, Io};

/// The whole conversation; a first `npx` fetches a package.
const TIME_LIMIT: Duration = Duration::from_mins(1);
/// The largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 8 << 20;
/// Pages of tools; a server that always has another one is cut off.
const MAX_PAGES: usize = 50;

/// The server's tools, instructions and prompts as one value of the shape `tools/list` answers.
pub(super) fn tools(server: &Server, consent: bool, io: &mut Io<'_>) -> Result<Value, Failure> {
    let Transport::Command { command, arguments, environment, .. } = &server.transport else {
        return Err(usage("a remote server is not started; give its answer to tools/list with --from FILE"));
    };
    let names: Vec<&str> = environment.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(io.out, "This starts: {}", server.told())?;
    writeln!(io.out, "with a temporary HOME and the variables: {}", shown(&names.join(", ")))?;
    if !consent && !agreed(io)? {
        return Err(usage("not started; `--consent` agrees without being asked"));
    }
    let home = tempfile::tempdir()?;
    let mut child = Command::new(command)
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        // A reference to a secret stays one: what the server needs to list its tools is not a credential.
        .envs(
            environment.iter().filter(|(_, value)| !value.contains("${")).map(|(name, value)| (name, value)),
        )
        .current_dir(&io.cwd)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Failure::Unreadable(format!("cannot start {}: {error}", shown(command))))?;
    let asked = talk(&mut child);
    // It is ours and has nothing left to say; that it is gone already is fine.
    drop(child.kill());
    drop(child.wait());
    asked
}

fn agreed(io: &mut Io<'_>) -> Result<bool, Failure> {
    if !io.terminal {
        return Ok(false);
    }
    write!(io.out, "Start it? [y/N] ")?;
    io.out.flush()?;
    let mut answer = [0; 1];
    Ok(io.input.read(&mut answer)? == 1 && matches!(answer, [b'y' | b'Y']))
}

struct Talk<'a> {
    input: &'a mut dyn Write,
    answers: Receiver<String>,
    until: Instant,
    next: u64,
}

fn talk(child: &mut Child) -> Result<Value, Failure> {
    let closed = || Failure::Unreadable("the server has no stdin or stdout".to_owned());
    let mut input = child.stdin.take().ok_or_else(closed)?;
    let output = child.stdout.take().ok_or_else(closed)?;
    let (send, answers) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output.take(MAX_ANSWER)).lines() {
            let Ok(line) = line else { return };
            if send.send(line).is_err() {
                return;
            }
        }
    });
    let mut talk = Talk { input: &mut input, answers, until: Instant::now() + TIME_LIMIT, next: 1 };
    let hello = talk.ask(
        "initialize",
        &json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "govern", "version": env!("CARGO_PKG_VERSION")}}),
    )?;
    talk.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
    let tools = talk.pages("tools/list", "tools")?;
    let has_prompts = hello.get("capabilities").and_then(|offered| offered.get("prompts")).is_some();
    let prompts =
        if has_prompts { Value::Array(talk.pages("prompts/list", "prompts")?) } else { Value::Null };
    Ok(json!({ "tools": tools, "instructions": hello.get("instructions"), "prompts": prompts }))
}

impl Talk<'_> {
    fn tell(&mut self, message: &Value) -> Result<(), Failure> {
        writeln!(self.input, "{message}")?;
        self.input.flush()?;
        Ok(())
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value, Failure> {
        let id = self.next;
        self.next += 1;
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}))?;
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let line = self.answers.recv_timeout(left).map_err(|_| {
                Failure::Unreadable(format!(
                    "the server did not answer {method} within {} s, or ended",
                    TIME_LIMIT.as_secs()
                ))
            })?;
            // Anything else on the line is a log or a notification.
            let Ok(answer) = serde_json::from_str::<Value>(&line) else { continue };
            if answer.get("id").and_then(Value::as_u64) != Some(id) {
                continue;
            }
            return match answer.get("result") {
                Some(result) => Ok(result.clone()),
                None => Err(Failure::Unreadable(format!("the server refused {method}"))),
            };
        }
    }

    fn pages(&mut self, method: &str, key: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut parameters = json!({});
        for _ in 0..MAX_PAGES {
            let page = self.ask(method, &parameters)?;
            items.extend(page.get(key).and_then(Value::as_array).cloned().unwrap_or_default());
            match page.get("nextCursor").filter(|cursor| !cursor.is_null()) {
                Some(cursor) => parameters = json!({ "cursor": cursor }),
                None => return Ok(items),
            }
        }
        Err(Failure::Unreadable(format!("the server has more than {MAX_PAGES} pages of {key}")))
    }
}
