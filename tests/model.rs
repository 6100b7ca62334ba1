//! A scripted model on loopback: answers the client's Messages API requests with the turns of a test, keeps every body.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// One piece of what the model says.
#[derive(Debug, Clone)]
pub enum Block {
    Text(String),
    Tool { name: String, input: Value },
}

/// A tool call of the script.
pub fn tool(name: &str, input: Value) -> Block {
    Block::Tool { name: name.into(), input }
}

/// A shell command of the script. It really runs in the client unless a hook stops it: harmless ones only.
pub fn bash(command: &str) -> Block {
    tool("Bash", json!({ "command": command, "description": "test" }))
}

/// A model that says the script's turns one after the other, then "done".
#[derive(Debug)]
pub struct Model {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    /// Listens on a free port of 127.0.0.1.
    pub fn start(script: Vec<Vec<Block>>) -> Self {
        Self::start_with_subagent(script, Vec::new())
    }

    /// The same, and agents whose prompt holds `SUBAGENT` get turns of their own.
    pub fn start_with_subagent(script: Vec<Vec<Block>>, subagent: Vec<Vec<Block>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("an address");
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let (script, kept) = (Arc::new(Script { main: script, subagent }), Arc::clone(&bodies));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
                thread::spawn(move || serve(stream, &script, &kept));
            }
        });
        Self { address, bodies }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request body so far, in the order of arrival.
    pub fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().expect("no writer panicked").clone()
    }

    /// What the model would have seen: everything but its own words, and the tool definitions.
    pub fn seen(&self) -> String {
        let mut seen = String::new();
        for body in self.bodies() {
            let messages = body["messages"].as_array().cloned().unwrap_or_default();
            for message in messages.iter().filter(|message| message["role"] != "assistant") {
                push_texts(&message["content"], &mut seen);
            }
            push_texts(&body["system"], &mut seen);
        }
        seen
    }

    /// The content of the last tool results, as text.
    pub fn tool_results(&self) -> Vec<String> {
        let mut results = Vec::new();
        for body in self.bodies() {
            for message in body["messages"].as_array().into_iter().flatten() {
                for block in message["content"].as_array().into_iter().flatten() {
                    if block["type"] == "tool_result" {
                        let mut text = String::new();
                        push_texts(&block["content"], &mut text);
                        if !results.contains(&text) {
                            results.push(text);
                        }
                    }
                }
            }
        }
        results
    }
}

fn push_texts(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| push_texts(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| push_texts(item, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is said in the session, and in the conversations of its agents.
struct Script {
    main: Vec<Vec<Block>>,
    subagent: Vec<Vec<Block>>,
}

/// Which conversation a request belongs to; the ids of its calls say so too.
#[derive(Clone, Copy, PartialEq)]
enum Speaker {
    Main,
    Subagent,
}

impl Speaker {
    fn prefix(self) -> &'static str {
        match self {
            Self::Main => "toolu_",
            Self::Subagent => "toolu_sub",
        }
    }
}

fn serve(mut stream: TcpStream, script: &Script, kept: &Mutex<Vec<Value>>) {
    let Ok(reading) = stream.try_clone() else {
        return;
    };
    let mut reader = BufReader::new(reading);
    while let Some((line, body)) = read_request(&mut reader) {
        let answer = if line.starts_with("POST") && line.contains("/v1/messages") {
            let request: Value = serde_json::from_slice(&body).unwrap_or_default();
            let answer = answer(&line, &request, script);
            kept.lock().expect("no writer panicked").push(request);
            answer
        } else {
            response("application/json", "{}")
        };
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((line, body))
}

fn response(kind: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn answer(line: &str, request: &Value, script: &Script) -> String {
    if line.contains("count_tokens") {
        return response("application/json", r#"{"input_tokens": 100}"#);
    }
    let (speaker, turn) =
        turn(request).map_or((Speaker::Main, None), |(speaker, turn)| (speaker, Some(turn)));
    let done = vec![Block::Text("done".into())];
    let turns = match speaker {
        Speaker::Main => &script.main,
        Speaker::Subagent => &script.subagent,
    };
    // Requests without tools are titles and the like.
    let blocks = turn.and_then(|turn| turns.get(turn)).unwrap_or(&done);
    let message = Message { speaker, turn: turn.unwrap_or_default() };
    if request["stream"] == json!(true) {
        return response("text/event-stream", &events(blocks, &message));
    }
    response("application/json", &whole(blocks, &message).to_string())
}

/// Which turn of which script a request asks for: the one after the last whose calls stand in the history.
fn turn(request: &Value) -> Option<(Speaker, usize)> {
    request["tools"].as_array().filter(|tools| !tools.is_empty())?;
    let messages = request["messages"].as_array()?;
    let is_subagent = messages.first()?.to_string().contains("SUBAGENT");
    let speaker = if is_subagent { Speaker::Subagent } else { Speaker::Main };
    let blocks = messages.iter().filter_map(|message| message["content"].as_array()).flatten();
    let ids = blocks.filter(|block| block["type"] == "tool_use").filter_map(|block| block["id"].as_str());
    let number = |id: &str| id.strip_prefix(speaker.prefix())?.split('_').next()?.parse::<usize>().ok();
    Some((speaker, ids.filter_map(number).max().map_or(0, |last| last + 1)))
}

/// Where a message of the script stands.
struct Message {
    speaker: Speaker,
    turn: usize,
}

fn content(blocks: &[Block], message: &Message) -> Vec<Value> {
    let block = |(index, block): (usize, &Block)| match block {
        Block::Text(text) => json!({ "type": "text", "text": text }),
        Block::Tool { name, input } => {
            let id = format!("{}{:04}_{index:02}", message.speaker.prefix(), message.turn);
            json!({ "type": "tool_use", "id": id, "name": name, "input": input })
        }
    };
    blocks.iter().enumerate().map(block).collect()
}

fn stop_reason(blocks: &[Block]) -> &'static str {
    if blocks.iter().any(|block| matches!(block, Block::Tool { .. })) { "tool_use" } else { "end_turn" }
}

fn whole(blocks: &[Block], message: &Message) -> Value {
    // The client merges messages of one id into one.
    let id = message.speaker.prefix().replace("toolu", "msg") + &format!("{:04}", message.turn);
    json!({ "id": id, "type": "message", "role": "assistant", "model": "scripted", "content": content(blocks, message),
            "stop_reason": stop_reason(blocks), "stop_sequence": null, "usage": { "input_tokens": 10, "output_tokens": 10 } })
}

fn events(blocks: &[Block], place: &Message) -> String {
    let mut stream = String::new();
    let mut event = |value: Value| {
        let name = value["type"].as_str().unwrap_or_default();
        stream.push_str("event: ");
        stream.push_str(name);
        stream.push_str("\ndata: ");
        stream.push_str(&value.to_string());
        stream.push_str("\n\n");
    };
    let mut message = whole(&[], place);
    message["stop_reason"] = Value::Null;
    event(json!({ "type": "message_start", "message": message }));
    for (index, block) in content(blocks, place).into_iter().enumerate() {
        let mut start = block.clone();
        let delta = if block["type"] == "text" {
            start["text"] = "".into();
            json!({ "type": "text_delta", "text": block["text"] })
        } else {
            start["input"] = json!({});
            json!({ "type": "input_json_delta", "partial_json": block["input"].to_string() })
        };
        event(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        event(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        event(json!({ "type": "content_block_stop", "index": index }));
    }
    event(
        json!({ "type": "message_delta", "delta": { "stop_reason": stop_reason(blocks), "stop_sequence": null },
                  "usage": { "output_tokens": 10 } }),
    );
    event(json!({ "type": "message_stop" }));
    stream
}
