//! Report, evidence, incidents and monitoring over a log of known content: figures, bytes, what a change shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use governance_tests::client::files_below;
use governance_tests::log_world::{BEGIN, NOW, write_log};
use governance_tests::{bin, recount, said};
use serde_json::Value;

/// A repository under the regulated tier, its user's home, and a log of 3,000 records.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(records: u64) -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(world.repository()).unwrap();
        world.ok(&[
            "init",
            "regulated",
            "--yes",
            "--organization",
            "Acme",
            "--owner",
            "Olga",
            "--security-contact",
            "s@acme.example",
        ]);
        write_log(&world.log(), records);
        world
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(".local/state/claude-governance/log")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(bin("govern"))
            .args(arguments)
            .current_dir(self.repository())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("USER", "alice")
            .output()
            .unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.ok(&["report", "--format", "json", "--now", NOW])).unwrap()
    }
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let relative = |file: &PathBuf| file.strip_prefix(folder).unwrap().to_path_buf();
    files_below(folder).iter().map(|file| (relative(file), fs::read(file).unwrap())).collect()
}

#[test]
fn every_figure_is_what_the_log_holds() {
    let world = World::new(3000);
    let report = world.report();
    let (since, until) =
        (report["period"]["since"].as_str().unwrap(), report["period"]["until"].as_str().unwrap());
    // 91 days back from 30 October is 31 July: the whole log, and its own records of keys and days.
    assert!(since < BEGIN);
    let records = recount::records(&world.log(), since, until);
    assert!(records.len() >= 3000);
    recount::compare(&report, &records);
    // A part of it as well, through the same options.
    let part = world.ok(&[
        "report",
        "--format",
        "json",
        "--now",
        NOW,
        "--since",
        "2026-09-01",
        "--until",
        "2026-09-15T12:00:00Z",
    ]);
    let records = recount::records(&world.log(), "2026-09-01", "2026-09-15T12:00:00Z");
    recount::compare(&serde_json::from_str(&part).unwrap(), &records);
    // And through the log's own query.
    let count = world.ok(&["log", "query", "--read", "--since", since, "--until", until, "--count"]);
    assert_eq!(report["figures"]["files_read"]["records"], count.trim().parse::<u64>().unwrap());
    let count = world.ok(&["log", "query", "--commands", "--since", since, "--until", until, "--count"]);
    assert_eq!(report["figures"]["commands"]["records"], count.trim().parse::<u64>().unwrap());
}

#[test]
fn the_same_input_gives_the_same_bytes_in_every_format() {
    let world = World::new(300);
    for format in ["markdown", "json", "html"] {
        let report = || world.ok(&["report", "--format", format, "--now", NOW]);
        assert_eq!(report(), report(), "{format}");
    }
    for framework in ["soc2", "iso27001", "ai-act", "hipaa", "pci"] {
        let write = |name: &str| {
            world.ok(&["evidence", "--framework", framework, "--now", NOW, "--out", name]);
            tree(&world.repository().join(name))
        };
        // Beside the repository, so that the one is no part of the other.
        assert_eq!(write(&format!("../{framework}-1")), write(&format!("../{framework}-2")), "{framework}");
    }
}

#[test]
fn nothing_from_the_log_becomes_markup() {
    let world = World::new(300);
    let page = world.ok(&["report", "--format", "html", "--now", NOW]);
    assert!(page.contains("/p/secrets/&lt;script&gt;alert(") && !page.contains("<script>alert("));
    assert!(page.contains("\\u{202e}") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("<script>").count(), 1, "its own");
    let text = world.ok(&["report", "--now", NOW]);
    assert!(!text.contains("<script>") && text.contains("\\<script\\>"));
}

#[test]
fn a_bundle_answers_each_question_and_never_says_compliant() {
    let world = World::new(300);
    world.ok(&["evidence", "--framework", "soc2", "--now", NOW, "--out", "../bundle"]);
    let bundle = tree(&world.folder.path().join("bundle"));
    let text = |name: &str| String::from_utf8(bundle[Path::new(name)].clone()).unwrap();
    for (file, question) in [
        ("answers/1-policy.md", "Do you have a policy for AI tool usage?"),
        ("answers/2-data.md", "How do you control data sent to AI vendors?"),
        ("answers/3-components.md", "How do you vet third-party AI components?"),
        ("answers/4-trail.md", "Do you have an audit trail of AI actions?"),
        ("answers/5-review.md", "How do you review AI-generated code?"),
        ("answers/6-incidents.md", "What happens when an incident occurs?"),
    ] {
        assert!(text(file).starts_with(&format!("# {question}\n")), "{file}");
        assert!(text("README.md").contains(&format!("| {question} | {file} |")), "{file}");
        let shown: Vec<String> =
            text(file).lines().skip_while(|line| *line != "Shown by:").skip(2).map(str::to_owned).collect();
        assert!(!shown.is_empty(), "{file} shows nothing");
        for line in shown.iter().filter(|line| !line.contains("there is none")) {
            assert!(bundle.contains_key(Path::new(line.trim_start_matches("- "))), "{file}: {line}");
        }
    }
    let controls: Value = serde_json::from_str(&text("controls.json")).unwrap();
    for control in controls["controls"].as_array().unwrap() {
        for check in control["checks"].as_array().unwrap() {
            let output = text(check["output"].as_str().unwrap());
            assert!(output.starts_with(&format!("$ {}\n", check["command"].as_str().unwrap())), "{check}");
        }
    }
    for name in ["README.md", "controls.md", "controls.json"] {
        // The maturity level of the requirement is called "Compliant"; nothing else may be.
        assert!(!text(name).to_lowercase().contains("compliant"), "{name}");
    }
}

#[test]
fn a_changed_file_or_record_is_named() {
    let world = World::new(300);
    let made = world.ok(&["evidence", "--framework", "iso27001", "--now", NOW, "--out", "../bundle"]);
    let digest = made.lines().find_map(|line| line.strip_prefix("digest ")).unwrap().to_owned();
    let bundle = world.folder.path().join("bundle");
    let check = || said(&world.run(&["evidence", "check", "../bundle", "--digest", &digest]));
    assert!(check().starts_with("unchanged: "), "{}", check());

    // A record of a sample.
    let sample = bundle.join("samples/sensitive.jsonl");
    let before = fs::read_to_string(&sample).unwrap();
    let first: Value = serde_json::from_str(before.lines().next().unwrap()).unwrap();
    let user = first["user"].as_str().unwrap();
    fs::write(&sample, before.replacen(&format!("\"user\":\"{user}\""), "\"user\":\"nobody\"", 1)).unwrap();
    let found = check();
    assert!(found.contains("samples/sensitive.jsonl: was changed"), "{found}");
    assert!(
        found.contains(&format!("samples/sensitive.jsonl: record {} was changed", first["seq"])),
        "{found}"
    );
    fs::write(&sample, before).unwrap();

    // A file more, a file less.
    fs::write(bundle.join("artefacts/extra.md"), "x").unwrap();
    assert!(check().contains("artefacts/extra.md: was added"), "{}", check());
    fs::remove_file(bundle.join("artefacts/extra.md")).unwrap();
    let charter = bundle.join("artefacts/docs/ai-usage-charter.md");
    let kept = fs::read(&charter).unwrap();
    fs::remove_file(&charter).unwrap();
    assert!(check().contains("artefacts/docs/ai-usage-charter.md: is missing"), "{}", check());
    fs::write(&charter, kept).unwrap();

    // The manifest made to fit: its digest is another one then.
    let manifest = bundle.join("manifest.json");
    let before = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, before.replacen("\"framework\": \"iso27001\"", "\"framework\": \"soc2\"", 1))
        .unwrap();
    assert!(check().contains("manifest.json: was changed"), "{}", check());
    fs::write(&manifest, before).unwrap();

    // The log grows: that is no change. A record of it is altered: that is one, and it is named.
    world.ok(&["charter", "ask", "--person", "bob"]);
    assert!(check().starts_with("unchanged: "), "{}", check());
    let day = world.log().join("2026-09-10.jsonl");
    let before = fs::read_to_string(&day).unwrap();
    let line = before.lines().nth(1).unwrap();
    let record: Value = serde_json::from_str(line).unwrap();
    fs::write(&day, before.replace(line, &line.replace("machine-1", "machine-2"))).unwrap();
    let found = check();
    assert!(found.contains("log 2026-09-10.jsonl: was changed"), "{found}");
    assert!(
        found.contains(&format!("log 2026-09-10.jsonl line 2: record {} was changed", record["seq"])),
        "{found}"
    );
    // And the manifest of a new bundle is another one.
    let again = world.ok(&["evidence", "--framework", "iso27001", "--now", NOW, "--out", "../again"]);
    assert!(!again.contains(&digest));
}

#[test]
fn an_incident_freezes_its_records_and_is_followed_to_its_end() {
    let world = World::new(300);
    let opened =
        world.ok(&["incident", "open", "--title", "A key was read", "--kind", "secret", "--since", BEGIN]);
    let id = opened.split(':').next().unwrap().to_owned();
    assert_eq!(world.run(&["incident", "list"]).status.code(), Some(1), "one is open");
    let shown: Value = serde_json::from_str(&world.ok(&["incident", "show", &id, "--json"])).unwrap();
    assert!(shown["frozen"]["records"].as_u64().unwrap() >= 300);
    assert_eq!(
        world.run(&["incident", "close", &id, "--outcome", "rotated"]).status.code(),
        Some(1),
        "steps are open"
    );
    let steps = shown["steps"].as_array().unwrap().len();
    for step in 1..=steps {
        world.ok(&["incident", "note", &id, "--step", &step.to_string(), "--text", "done"]);
    }
    // A report made before it is closed says so.
    let report: Value = serde_json::from_str(&world.ok(&["report", "--format", "json"])).unwrap();
    assert_eq!(report["incidents"][0]["id"], id.as_str());
    world.ok(&["incident", "close", &id, "--outcome", "rotated"]);
    world.ok(&["incident", "list"]);
    assert_eq!(
        world.run(&["incident", "note", &id, "--text", "late"]).status.code(),
        Some(2),
        "it is closed"
    );
    let records = world.log().parent().unwrap().join(format!("incidents/{id}.records"));
    let kept = fs::read_to_string(&records).unwrap();
    fs::write(&records, kept.replacen("alice", "bob", 1)).unwrap();
    assert_eq!(world.run(&["incident", "show", &id]).status.code(), Some(1), "they are not what was frozen");
    // Every step is in the log.
    let events = world.ok(&["log", "query", "--event", "govern.incident", "--count"]);
    assert_eq!(events.trim().parse::<usize>().unwrap(), steps + 2);
}

#[test]
fn monitoring_goes_by_the_time_of_records_and_says_none_or_no_data() {
    let world = World::new(300);
    let ask = |arguments: &[&str]| world.run(&[&["monitor"], arguments].concat());
    // The files were written just now; the records are of other days.
    let recent = ask(&["files", "--since", "1h"]);
    assert!(recent.stdout.is_empty() && said(&recent).contains("no data"), "{}", said(&recent));
    let none = ask(&["files", "--since", BEGIN, "--user", "nobody"]);
    assert!(none.stdout.is_empty() && said(&none).contains("none: "), "{}", said(&none));
    let rows = |verb: &str, more: &[&str]| -> Vec<Value> {
        let said = world.ok(&[&["monitor", verb, "--since", BEGIN, "--format", "json"], more].concat());
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let records = recount::records(&world.log(), BEGIN, NOW);
    let made = |record: &Value| record["operation"].is_string() && record["outcome"] != "requested";
    let read = recount::count(&records, "path", |record| made(record) && record["operation"] == "read");
    let files = rows("files", &[]);
    assert_eq!(files.iter().filter(|row| row["operation"] == "read").count(), read.len());
    for row in files.iter().filter(|row| row["operation"] == "read") {
        assert_eq!(row["times"], read[row["file"].as_str().unwrap()], "{row}");
    }
    let secret = |record: &&Value| made(record) && record["labels"].to_string().contains("secret_path");
    assert_eq!(rows("sensitive", &[]).len(), records.iter().filter(secret).count());
    let executed = |record: &&Value| made(record) && record["operation"] == "execute";
    assert_eq!(rows("commands", &[]).len(), records.iter().filter(executed).count());
    let of_bob = records.iter().filter(executed).filter(|record| record["user"] == "bob").count();
    assert_eq!(rows("commands", &["--user", "bob"]).len(), of_bob);
    assert!(rows("commands", &["--project", "/elsewhere"]).is_empty());
    assert_eq!(rows("commands", &["--project", "/p"]).len(), records.iter().filter(executed).count());
    let csv = world.ok(&["monitor", "commands", "--since", BEGIN, "--format", "csv"]);
    assert_eq!(csv.lines().count(), rows("commands", &[]).len() + 1);
}

/// The README's table of what a company asks for: every command in it is there, with its verbs.
#[test]
fn every_command_of_the_readme_is_there() {
    let readme = fs::read_to_string(governance_tests::root().join("README.md")).unwrap();
    let table = readme.split("## What a company asks for, and what shows it").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 29, "one row for each thing a programme needs");
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut govern = Command::new(bin("govern"));
        govern.args(arguments).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        said(&govern.output().unwrap())
    };
    let help = run(&["help"]);
    for row in rows {
        let commands: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!commands.is_empty(), "{row}");
        for command in commands {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(words.first(), Some(&"govern"), "{row}");
            assert!(
                help.lines().any(|line| line.split_whitespace().next() == words.get(1).copied()),
                "{command}"
            );
            // What it takes stands in its help, or in the list of its verbs.
            let usage = format!("{}{}", run(&[words[1], "--help"]), run(&[words[1]]));
            for word in words
                .iter()
                .skip(2)
                .filter(|word| word.chars().all(|one| one.is_ascii_lowercase() || one == '-'))
            {
                let verb = words[2];
                let of_verb =
                    if verb.starts_with('-') { String::new() } else { run(&[words[1], verb, "--help"]) };
                let hooks = run(&["policy", "show"]);
                let known = [&usage, &of_verb, &hooks].into_iter().any(|text| text.contains(word));
                assert!(known || hook_core::Tier::from_name(word).is_some(), "{command}: {word}");
            }
        }
    }
}
