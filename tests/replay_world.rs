//! Transcripts to replay, of any size: what an agent does all day, with a stop now and then.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

/// The lines of one shell call that ran.
pub fn call(session: &str, number: u64, command: &str) -> String {
    lines(
        (session, number),
        ("Bash", &json!({ "command": command })),
        &json!({ "stdout": "ok", "stderr": "" }),
        "ok",
    )
}

fn lines(
    (session, number): (&str, u64),
    (tool, input): (&str, &Value),
    response: &Value,
    text: &str,
) -> String {
    let id = format!("toolu_{number}");
    let stamp = |seconds: u64| {
        let at = chrono::DateTime::from_timestamp(1_790_000_000 + i64::try_from(seconds).unwrap_or(0), 0);
        at.unwrap_or_default().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    };
    let common = |kind: &str, at: u64| json!({ "type": kind, "sessionId": session, "cwd": "/project", "timestamp": stamp(at), "promptId": "p" });
    let mut asked = common("assistant", 2 * number);
    asked["message"] = json!({ "id": format!("msg_{number}"), "role": "assistant",
                               "content": [{ "type": "tool_use", "id": id, "name": tool, "input": input }] });
    let mut answered = common("user", 2 * number + 1);
    answered["message"] = json!({ "role": "user", "content": [
        { "type": "tool_result", "tool_use_id": id, "content": text, "is_error": false }] });
    answered["toolUseResult"] = response.clone();
    format!("{asked}\n{answered}\n")
}

/// Writes transcripts of together at least so many bytes below `folder`: sessions of a few hundred calls each.
pub fn write_transcript(folder: &Path, bytes: u64) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let (mut written, mut number, mut session) = (0_u64, 0_u64, 0_u64);
    while written < bytes {
        session += 1;
        let name = format!("session-{session}");
        let mut file = BufWriter::new(File::create(folder.join(format!("{name}.jsonl")))?);
        for _ in 0..400 {
            number += 1;
            let text = next(&name, number);
            written += text.len() as u64;
            file.write_all(text.as_bytes())?;
            if written >= bytes {
                break;
            }
        }
        file.flush()?;
    }
    Ok(())
}

/// Reads of source code, commands and edits by turns; every hundredth call is one that a hook has a word for.
fn next(session: &str, number: u64) -> String {
    let source =
        "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum of all widths\n";
    match number % 100 {
        0 => call(session, number, "git push --force origin main"),
        rest if rest % 3 == 0 => call(session, number, &format!("cargo test --package part-{number}")),
        rest if rest % 3 == 1 => {
            let path = format!("/project/src/file_{}.rs", number % 50);
            let content = source.repeat(usize::try_from(20 + number % 180).unwrap_or(20));
            let response = json!({ "type": "text", "file": { "filePath": path, "content": content, "numLines": 90,
                                   "startLine": 1, "totalLines": 90 } });
            lines((session, number), ("Read", &json!({ "file_path": path })), &response, &content)
        }
        _ => {
            let path = format!("/project/src/file_{}.rs", number % 50);
            let input = json!({ "file_path": path, "old_string": "a", "new_string": source.repeat(5) });
            lines((session, number), ("Edit", &input), &json!({ "filePath": path }), "The file was updated.")
        }
    }
}
