//! A small MCP server on stdio whose tools, descriptions and answers are its arguments: for tests with the real client.
//!
//! `--tool NAME=TEXT` offers a tool that answers TEXT; `--fail NAME=TEXT` one that answers TEXT as an error; `--describe NAME=TEXT` sets a
//! description, `--argument NAME=PROPERTY` adds an argument to its schema, `--destructive NAME` flips its annotation, `--instructions TEXT` are
//! the server's own, `--log FILE` appends one line for every call, so that a test can see that none was made.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};

use serde_json::{Map, Value, json};

#[derive(Default)]
struct Tool {
    name: String,
    answer: String,
    fails: bool,
    description: String,
    arguments: Vec<String>,
    destructive: bool,
}

#[derive(Default)]
struct Script {
    tools: Vec<Tool>,
    instructions: Option<String>,
    log: Option<String>,
}

fn main() {
    let script = Script::read(std::env::args().skip(1).collect());
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        // A message without an id is a notification: nothing to answer.
        let Some(id) = message.get("id") else { continue };
        let answer = match script.answer(message["method"].as_str().unwrap_or_default(), &message["params"]) {
            Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Err(text) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": text}}),
        };
        if writeln!(output, "{answer}").and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}

impl Script {
    fn read(arguments: Vec<String>) -> Script {
        let mut script = Script::default();
        let mut rest = arguments.into_iter();
        while let (Some(flag), Some(value)) = (rest.next(), rest.next()) {
            let (name, text) =
                value.split_once('=').map_or((value.as_str(), ""), |(name, text)| (name, text));
            match flag.as_str() {
                "--tool" => text.clone_into(&mut script.tool(name).answer),
                "--fail" => {
                    text.clone_into(&mut script.tool(name).answer);
                    script.tool(name).fails = true;
                }
                "--describe" => text.clone_into(&mut script.tool(name).description),
                "--argument" => script.tool(name).arguments.push(text.to_owned()),
                "--destructive" => script.tool(name).destructive = true,
                "--instructions" => script.instructions = Some(value),
                "--log" => script.log = Some(value),
                _ => {}
            }
        }
        script
    }

    fn tool(&mut self, name: &str) -> &mut Tool {
        let at = self.tools.iter().position(|tool| tool.name == name).unwrap_or_else(|| {
            self.tools.push(Tool {
                name: name.to_owned(),
                description: format!("Answers {name}."),
                ..Tool::default()
            });
            self.tools.len() - 1
        });
        &mut self.tools[at]
    }

    fn answer(&self, method: &str, parameters: &Value) -> Result<Value, String> {
        match method {
            "initialize" => {
                let version =
                    parameters.get("protocolVersion").cloned().unwrap_or_else(|| json!("2025-06-18"));
                let mut hello = json!({
                    "protocolVersion": version, "capabilities": {"tools": {}},
                    "serverInfo": {"name": "mcp-test-server", "version": "1.0.0"},
                });
                if let Some(text) = &self.instructions {
                    hello["instructions"] = json!(text);
                }
                Ok(hello)
            }
            "ping" => Ok(json!({})),
            "tools/list" => Ok(json!({ "tools": self.tools.iter().map(Tool::listed).collect::<Vec<_>>() })),
            "tools/call" => self.call(parameters),
            _ => Err(format!("no method {method}")),
        }
    }

    fn call(&self, parameters: &Value) -> Result<Value, String> {
        let name = parameters["name"].as_str().unwrap_or_default();
        let tool =
            self.tools.iter().find(|tool| tool.name == name).ok_or_else(|| format!("no tool {name}"))?;
        if let Some(path) = &self.log {
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.and_then(|mut file| writeln!(file, "{parameters}")).map_err(|error| error.to_string())?;
        }
        Ok(json!({"content": [{"type": "text", "text": tool.answer}], "isError": tool.fails}))
    }
}

impl Tool {
    fn listed(&self) -> Value {
        let properties: Map<String, Value> =
            self.arguments.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect();
        json!({
            "name": self.name, "description": self.description,
            "inputSchema": {"type": "object", "properties": properties},
            "annotations": {"readOnlyHint": !self.destructive},
        })
    }
}
