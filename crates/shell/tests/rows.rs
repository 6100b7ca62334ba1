//! Rows of `argv.jsonl`: a command line, the words that must be found as a command, or words that must not.

use std::path::Path;

use serde_json::Value as Json;
use shell::{World, analyze};

#[test]
fn rows_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/argv.jsonl");
    #[expect(clippy::disallowed_methods, reason = "the rows stand beside the test")]
    let rows = std::fs::read_to_string(path).expect("the rows");
    let world = World { home: "/home/u".into(), cwd: "/home/u/project".into(), variables: Vec::new() };
    let mut wrong = Vec::new();
    for row in rows.lines() {
        let row: Json = serde_json::from_str(row).expect("a row is JSON");
        let text = row["command"].as_str().expect("a command");
        let found: Vec<Vec<String>> = analyze(text, &world)
            .commands
            .iter()
            .map(|command| command.argv.iter().map(|word| word.text().to_owned()).collect())
            .collect();
        let holds = |key: &str| {
            let words: Option<Vec<String>> = row[key]
                .as_array()
                .map(|words| words.iter().filter_map(|w| w.as_str().map(str::to_owned)).collect());
            words.map(|words| found.contains(&words))
        };
        if holds("argv") == Some(false) || holds("not") == Some(true) {
            wrong.push(format!("{text:?} gives {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
