//! `govern log broker`: signs uploads for machines that hold no credentials, and only with the retention it was told.

use super::part::Part;
use super::signature::{Bucket, Credentials, Request};
use super::{Lock, bucket, credentials};
use crate::commands::log::Verb;
use crate::commands::log::arguments::Arguments;
use crate::commands::log::time;
use crate::{Exit, Failure, Io};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hook_core::files::read_text;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

pub(in crate::commands::log) const VERB: Verb = Verb {
    name: "broker",
    about: "sign uploads for machines that hold no credentials (behind a TLS proxy)",
    options: "  --listen ADDRESS  where to listen (default: 127.0.0.1:8787)\n  \
              --tokens FILE     one `TOKEN NAME` a line; NAME must stand in the object's name as its folder\n  \
              --bucket NAME     the bucket; credentials come from the environment, as with ship\n  \
              --endpoint URL    the server (default: https://s3.REGION.amazonaws.com)\n  \
              --region NAME     its region (default: us-east-1)\n  \
              --prefix TEXT     what every name must begin with\n  \
              --mode NAME       COMPLIANCE (default) or GOVERNANCE\n  \
              --retain TIME     the least retention it signs (default: 365d)\n  \
              --requests COUNT  end after so many (for tests)\n  \
              --dir FOLDER      not used\n",
    run,
};

/// The largest request that is read, in bytes; a question takes some 300.
const LARGEST: u64 = 16 * 1024;

/// How long a signed URL can be used, in seconds.
const LIFETIME: u64 = 300;

/// A client that says nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the broker was started with.
struct Broker {
    bucket: Bucket,
    who: Credentials,
    prefix: String,
    mode: String,
    retain: TimeDelta,
    tokens: Vec<(String, String)>,
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mode = arguments.value("--mode").unwrap_or("COMPLIANCE");
    if !matches!(mode, "COMPLIANCE" | "GOVERNANCE") {
        return Err(Failure::Usage("--mode is COMPLIANCE or GOVERNANCE".into()));
    }
    let broker = Broker {
        bucket: bucket(arguments)?,
        who: credentials()?,
        prefix: arguments.value("--prefix").unwrap_or_default().to_owned(),
        mode: mode.to_owned(),
        retain: time::span(arguments.value("--retain").unwrap_or("365d"))?,
        tokens: tokens(arguments, io)?,
    };
    let listener = TcpListener::bind(arguments.value("--listen").unwrap_or("127.0.0.1:8787"))?;
    writeln!(io.out, "listening on {}", listener.local_addr()?)?;
    io.out.flush()?;
    let most = arguments.number("--requests")?.unwrap_or(u64::MAX);
    let started = Instant::now();
    for (stream, _) in listener.incoming().zip(0..most) {
        // The command's clock is read once, at its start; what has passed since is added.
        let elapsed = TimeDelta::from_std(started.elapsed()).unwrap_or_default();
        let served = stream.and_then(|stream| broker.serve(stream, io.now + elapsed));
        if let Err(error) = served {
            writeln!(io.err, "a request failed: {error}")?;
        }
    }
    Ok(Exit::Clean)
}

fn tokens(arguments: &Arguments<'_>, io: &Io<'_>) -> Result<Vec<(String, String)>, Failure> {
    let file = arguments.value("--tokens").ok_or_else(|| Failure::Usage("--tokens FILE is needed".into()))?;
    let text = read_text(&io.cwd.join(file), 1 << 20)?.unwrap_or_default();
    let row =
        |line: &str| line.split_once(' ').map(|(token, name)| (token.to_owned(), name.trim().to_owned()));
    let tokens: Vec<(String, String)> = text.lines().filter_map(row).collect();
    if tokens.is_empty() || tokens.iter().any(|(token, name)| token.len() < 16 || name.is_empty()) {
        return Err(Failure::Usage(format!(
            "{file}: one `TOKEN NAME` a line, tokens of 16 characters at least"
        )));
    }
    Ok(tokens)
}

impl Broker {
    fn serve(&self, mut stream: TcpStream, now: DateTime<Utc>) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(stream.try_clone()?.take(LARGEST));
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let (mut length, mut token) = (0, String::new());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "authorization" => {
                    value.trim().strip_prefix("Bearer ").unwrap_or_default().clone_into(&mut token);
                }
                _ => {}
            }
        }
        let mut body = Vec::new();
        reader.take(length).read_to_end(&mut body)?;
        let (status, answer) = if first.starts_with("POST /presign ") {
            self.answer(&token, &body, now)
        } else {
            ("404 Not Found", json!({"error": "POST /presign"}))
        };
        let text = answer.to_string();
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        )
    }

    fn answer(&self, token: &str, body: &[u8], now: DateTime<Utc>) -> (&'static str, Value) {
        let refuse = |status, why: &str| (status, json!({"error": why}));
        // Hashes are compared, so that the time it takes tells nothing of the token.
        let hash = ledger::digest(token.as_bytes());
        let Some((_, name)) = self.tokens.iter().find(|(known, _)| ledger::digest(known.as_bytes()) == hash)
        else {
            return refuse("401 Unauthorized", "unknown token");
        };
        let question: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |field: &str| question.get(field).and_then(Value::as_str).unwrap_or_default();
        let key = text("key");
        let own =
            key.strip_prefix(&self.prefix).is_some_and(|rest| rest.split('/').any(|folder| folder == name));
        let plain = key.len() < 512 && !key.split('/').any(|part| matches!(part, "" | "." | ".."));
        if !own || !plain {
            return refuse("403 Forbidden", "not a name for this token");
        }
        if STANDARD.decode(text("checksum")).is_ok_and(|bytes| bytes.len() != 32)
            || text("checksum").is_empty()
        {
            return refuse("400 Bad Request", "no SHA-256 checksum");
        }
        // A machine may ask for more retention than the broker's own, never for less.
        let asked =
            question.get("until").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
        let until = asked.map_or(now + self.retain, |asked| asked.max(now + self.retain));
        let lock = Lock { mode: Some(self.mode.clone()), until };
        let empty = Part { first: 0, end: 0, key: key.to_owned(), body: Vec::new() };
        let mut headers = lock.headers(&empty);
        for (name, value) in &mut headers {
            if name == "x-amz-checksum-sha256" {
                text("checksum").clone_into(value);
            }
        }
        let sent: serde_json::Map<String, Value> =
            headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let request = Request { method: "PUT", key, headers, payload: "UNSIGNED-PAYLOAD".into() };
        let url = request.presigned(&self.bucket, &self.who, now, LIFETIME);
        ("200 OK", json!({"url": url, "headers": sent}))
    }
}
