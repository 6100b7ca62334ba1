//! Sends one part: with credentials, or with a URL that a broker signed for exactly this part.

use super::Lock;
use super::part::Part;
use super::signature::{Bucket, Credentials, Request};
use crate::Failure;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

/// Where parts go.
pub(super) enum Target {
    Bucket(Bucket, Credentials),
    Broker { url: String, token: String },
}

/// What the storage said.
pub(super) struct Sent {
    pub(super) version: String,
    /// An earlier, interrupted run had sent it.
    pub(super) already_there: bool,
}

/// How often a part is tried when the network or the server fails, and the first pause between; it doubles.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

impl Target {
    pub(super) fn send(&self, part: &Part, lock: &Lock, now: DateTime<Utc>) -> Result<Sent, Failure> {
        let mut pause = PAUSE;
        let mut tries = 1;
        loop {
            match self.try_send(part, lock, now) {
                Err(Trouble::Passing(_)) if tries < TRIES => {
                    std::thread::sleep(pause);
                    pause *= 2;
                    tries += 1;
                }
                Err(Trouble::Passing(message) | Trouble::Lasting(message)) => {
                    return Err(Failure::Unreadable(format!("{}: {message}", part.key)));
                }
                Ok(sent) => return Ok(sent),
            }
        }
    }

    fn try_send(&self, part: &Part, lock: &Lock, now: DateTime<Utc>) -> Result<Sent, Trouble> {
        let (url, headers) = match self {
            Target::Bucket(bucket, who) => {
                let headers = lock.headers(part);
                let request = Request { method: "PUT", key: &part.key, headers, payload: part.hash() };
                (bucket.url(&part.key), request.signed(bucket, who, now))
            }
            Target::Broker { url, token } => ask(url, token, part, lock)?,
        };
        let mut request = agent().put(&url);
        for (name, value) in headers.iter().filter(|(name, _)| name != "host") {
            request = request.header(name, value);
        }
        let mut response = request.send(part.body.as_slice()).map_err(passing)?;
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let version = header("x-amz-version-id");
        match response.status().as_u16() {
            200 | 201 => Ok(Sent { version, already_there: false }),
            // The name holds the numbers of its lines: what is there under it was sent by an interrupted run.
            412 => self.compare(part, now).map(|()| Sent { version, already_there: true }),
            status => Err(trouble(status, &mut response)),
        }
    }

    /// What is there must be what would have been sent. A broker has compared it already.
    fn compare(&self, part: &Part, now: DateTime<Utc>) -> Result<(), Trouble> {
        let Target::Bucket(bucket, who) = self else { return Ok(()) };
        let headers = vec![("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned())];
        let payload = ledger::to_hex(&ledger::digest(b""));
        let request = Request { method: "HEAD", key: &part.key, headers, payload };
        let mut ask = agent().head(bucket.url(&part.key));
        for (name, value) in request.signed(bucket, who, now).iter().filter(|(name, _)| name != "host") {
            ask = ask.header(name, value);
        }
        let response = ask.call().map_err(passing)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let same = match header("x-amz-checksum-sha256") {
            Some(checksum) => checksum == part.checksum(),
            // A server that keeps no checksum at least tells the length.
            None => header("content-length") == Some(part.body.len().to_string().as_str()),
        };
        if same { Ok(()) } else { Err(Trouble::Lasting("another object stands under this name".into())) }
    }
}

/// A failure that may pass, or one that will not.
enum Trouble {
    Passing(String),
    Lasting(String),
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(2)))
        .max_redirects(0)
        .build()
        .into()
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn passing(error: ureq::Error) -> Trouble {
    Trouble::Passing(error.to_string())
}

fn trouble(status: u16, response: &mut Response<ureq::Body>) -> Trouble {
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let start: String = text.chars().filter(|character| !character.is_control()).take(300).collect();
    let message = format!("the server answered {status}: {start}");
    if status >= 500 || status == 429 { Trouble::Passing(message) } else { Trouble::Lasting(message) }
}

/// Asks a broker for the URL and the headers of this part.
fn ask(url: &str, token: &str, part: &Part, lock: &Lock) -> Result<(String, Vec<(String, String)>), Trouble> {
    let question = json!({"key": part.key, "checksum": part.checksum(), "until": lock.until.timestamp()});
    let mut response = agent()
        .post(format!("{}/presign", url.trim_end_matches('/')))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .send(question.to_string())
        .map_err(passing)?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(trouble(status, &mut response));
    }
    let text = response.body_mut().read_to_string().map_err(passing)?;
    let answer: Value = serde_json::from_str(&text).map_err(|error| Trouble::Lasting(error.to_string()))?;
    let url = answer.get("url").and_then(Value::as_str);
    let headers = answer.get("headers").and_then(Value::as_object);
    let (Some(url), Some(headers)) = (url, headers) else {
        return Err(Trouble::Lasting("the broker's answer is not understood".into()));
    };
    let pair =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
    Ok((url.to_owned(), headers.iter().map(pair).collect()))
}
