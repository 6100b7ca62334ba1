//! `govern audit`: the repository's governance, from the command line, a pipe and CI.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use hook_core::{Tier, files};
use serde_json::{Value, json};

use super::Command;
use super::install::Change;
use crate::audit::output::{self, Format};
use crate::audit::{self, Expectation, Finding, Level, MAX_FILE_BYTES, Subject, documents, fix, rules};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "audit",
    about: "what is wrong with a repository's governance, and what it costs",
    usage: "usage: govern audit [PATH] [--tier T|--min-tier T] [--format text|json|sarif|junit|markdown|github]\n       \
            [--fail-on error|warning|note] [--baseline FILE] [--write-baseline FILE] [--fix] [--dry-run]\n       \
            govern audit --stdin FILENAME < FILE\n       govern audit --disclosure < DESCRIPTION\n       \
            govern audit --explain RULE | --rules | --rules-doc DIR\n\n\
            --min-tier T   every rule of the tier must be there\n\
            --baseline F   findings in F do not count; --write-baseline makes one\n\
            --fix          mends what can be mended without asking\n\
            --deny RULE, --warn RULE, --allow RULE   an error, a warning, or nothing, whatever the rule's own level\n\
            Suppress a finding in .claude/governance.json: {\"audit\": [{\"rule\", \"file\", \"reason\", \"expires\"}]}.",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["--explain", rule] => explain(rule, io),
        ["--rules"] => {
            for rule in audit::RULES {
                writeln!(io.out, "{:<8} {:<8} {}", rule.id, rule.level.name(), rule.title)?;
            }
            Ok(Exit::Clean)
        }
        ["--rules-doc", folder] => rules_doc(&io.cwd.join(folder), io),
        ["--disclosure"] => disclosure(io),
        _ => check(&Request::read(arguments)?, io),
    }
}

struct Request<'a> {
    path: Option<&'a str>,
    stdin: Option<&'a str>,
    tier: Option<Tier>,
    format: Format,
    fail_on: Level,
    baseline: Option<&'a str>,
    write_baseline: Option<&'a str>,
    fix: bool,
    dry_run: bool,
    /// Rules whose level the command line sets; `None` leaves the rule out.
    levels: Vec<(&'a str, Option<Level>)>,
}

impl<'a> Request<'a> {
    fn read(arguments: &[&'a str]) -> Result<Self, Failure> {
        let usage = |problem: String| Failure::Usage(format!("{problem}\n{}", COMMAND.usage));
        let mut request = Self {
            path: None,
            stdin: None,
            tier: None,
            format: Format::Text,
            fail_on: Level::Error,
            baseline: None,
            write_baseline: None,
            fix: false,
            dry_run: false,
            levels: Vec::new(),
        };
        let mut rest = arguments;
        loop {
            rest = match rest {
                [] => return Ok(request),
                ["--fix", rest @ ..] => {
                    request.fix = true;
                    rest
                }
                ["--dry-run", rest @ ..] => {
                    request.dry_run = true;
                    rest
                }
                [option, value, rest @ ..] if option.starts_with("--") => {
                    match *option {
                        "--stdin" => request.stdin = Some(value),
                        "--baseline" => request.baseline = Some(value),
                        "--write-baseline" => request.write_baseline = Some(value),
                        "--deny" => request.levels.push((known(value)?, Some(Level::Error))),
                        "--warn" => request.levels.push((known(value)?, Some(Level::Warning))),
                        "--allow" => request.levels.push((known(value)?, None)),
                        "--tier" | "--min-tier" => {
                            let tier =
                                Tier::from_name(value).ok_or_else(|| usage(format!("no tier `{value}`")))?;
                            request.tier = Some(tier);
                        }
                        "--format" => {
                            request.format = Format::from_name(value)
                                .ok_or_else(|| usage(format!("no format `{value}`")))?;
                        }
                        "--fail-on" => {
                            let levels = [Level::Error, Level::Warning, Level::Note];
                            let level = levels.into_iter().find(|level| level.name() == *value);
                            request.fail_on = level.ok_or_else(|| usage(format!("no level `{value}`")))?;
                        }
                        _ => return Err(usage(format!("unexpected `{option}`"))),
                    }
                    rest
                }
                [path, rest @ ..] if request.path.is_none() && !path.starts_with("--") => {
                    request.path = Some(path);
                    rest
                }
                [other, ..] => return Err(usage(format!("unexpected `{other}`"))),
            };
        }
    }
}

/// The id of a rule, as the table has it.
fn known(id: &str) -> Result<&'static str, Failure> {
    let rule = rules::find(&id.to_uppercase()).map(|rule| rule.id);
    rule.ok_or_else(|| Failure::Usage(format!("no rule `{id}`; `govern audit --rules` lists them")))
}

fn check(request: &Request<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let today = io.now.date_naive();
    let root = io.cwd.join(request.path.unwrap_or("."));
    let subject = match request.stdin {
        Some(name) => {
            let mut text = String::new();
            io.input.take(MAX_FILE_BYTES as u64).read_to_string(&mut text)?;
            Subject::of_file(name, text, today)?
        }
        None if root.is_dir() => Subject::read(&root, today)?,
        None => match files::read_text(&root, MAX_FILE_BYTES)? {
            Some(text) => Subject::of_file(&root.to_string_lossy(), text, today)?,
            None => return Err(Failure::Unreadable(format!("{} is not there", root.display()))),
        },
    };
    if request.fix {
        return mend(&subject, request, io);
    }
    let mut findings = audit::audit(&subject, Expectation { tier: request.tier });
    for (rule, level) in &request.levels {
        match level {
            None => findings.retain(|finding| finding.rule.id != *rule),
            Some(level) => {
                findings.iter_mut().filter(|finding| finding.rule.id == *rule).for_each(|finding| {
                    finding.level = *level;
                });
            }
        }
    }
    findings.sort_by_key(|finding| finding.level);
    let mut dropped = drop_suppressed(&subject, &mut findings, io)?;
    if let Some(baseline) = request.baseline {
        dropped += drop_known(&io.cwd.join(baseline), &mut findings)?;
    }
    if let Some(baseline) = request.write_baseline {
        let known: BTreeSet<String> = findings.iter().map(Finding::fingerprint).collect();
        let text = format!("{:#}\n", json!({ "fingerprints": known }));
        files::write_atomic(&io.cwd.join(baseline), text.as_bytes(), 0o644)?;
        writeln!(io.err, "{} findings written to {baseline}", findings.len())?;
        return Ok(Exit::Clean);
    }
    output::write(request.format, &findings, io.out)?;
    if dropped > 0 {
        writeln!(io.err, "{dropped} findings are suppressed or in the baseline")?;
    }
    let fails = findings.iter().any(|finding| finding.level <= request.fail_on);
    Ok(if fails { Exit::Findings } else { Exit::Clean })
}

/// Takes out what `.claude/governance.json` suppresses with a reason and a day that has not passed.
fn drop_suppressed(
    subject: &Subject,
    findings: &mut Vec<Finding>,
    io: &mut Io<'_>,
) -> Result<usize, Failure> {
    if subject.alone {
        return Ok(0);
    }
    let text =
        files::read_text(&subject.root.join(".claude/governance.json"), MAX_FILE_BYTES)?.unwrap_or_default();
    let policy: Value = serde_json::from_str(&text).unwrap_or_default();
    let before = findings.len();
    for row in policy.get("audit").and_then(Value::as_array).into_iter().flatten() {
        let text =
            |key: &str| row.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let expires = text("expires").and_then(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        let (Some(rule), Some(_), Some(expires)) = (text("rule"), text("reason"), expires) else {
            writeln!(io.err, "a suppression without rule, reason and expires does not count: {row}")?;
            continue;
        };
        if expires < subject.today {
            writeln!(io.err, "the suppression of {rule} expired on {expires}")?;
            continue;
        }
        let count = findings.len();
        findings.retain(|finding| {
            finding.rule.id != rule
                || text("file").is_some_and(|file| finding.file.as_path() != std::path::Path::new(file))
        });
        if findings.len() == count {
            writeln!(io.err, "the suppression of {rule} matches nothing; remove it")?;
        }
    }
    Ok(before - findings.len())
}

fn drop_known(file: &Path, findings: &mut Vec<Finding>) -> Result<usize, Failure> {
    let Some(text) = files::read_text(file, MAX_FILE_BYTES)? else {
        return Err(Failure::Unreadable(format!("{} is not there", file.display())));
    };
    let baseline: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Usage(format!("{}: not JSON: {error}", file.display())))?;
    let known: BTreeSet<&str> = baseline
        .get("fingerprints")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let before = findings.len();
    findings.retain(|finding| !known.contains(finding.fingerprint().as_str()));
    Ok(before - findings.len())
}

fn mend(subject: &Subject, request: &Request<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut left = Exit::Clean;
    for settings in subject.settings() {
        let path = subject.root.join(&settings.file);
        let text = &settings.document.text;
        match fix::fixed(text, settings.source) {
            Ok(None) => writeln!(io.out, "{}: nothing to mend", settings.file.display())?,
            Ok(Some(mended)) if request.stdin.is_some() => write!(io.out, "{mended}")?,
            Ok(Some(mended)) => {
                let change =
                    Change { before: Some(text.clone().into_bytes()), after: mended.clone().into_bytes() };
                change.print_diff(&settings.file, io.out)?;
                if !request.dry_run {
                    files::write_atomic(&path, mended.as_bytes(), 0o644)?;
                }
            }
            Err(problem) => {
                left = Exit::Findings;
                writeln!(io.out, "{} {problem}", settings.file.display())?;
            }
        }
    }
    Ok(left)
}

fn explain(id: &str, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Some(rule) = rules::find(&id.to_uppercase()) else {
        return Err(Failure::Usage(format!("no rule `{id}`; `govern audit --rules` lists them")));
    };
    write!(io.out, "{}", page(rule))?;
    Ok(Exit::Clean)
}

/// A rule's page, as `--explain` shows it and the documentation holds it.
pub fn page(rule: &audit::Rule) -> String {
    format!(
        "# {}: {}\n\nLevel: {}\n\n## What happens\n\n{}\n\n## What to do\n\n{}\n",
        rule.id,
        rule.title,
        rule.level.name(),
        rule.effect,
        rule.remedy
    )
}

fn rules_doc(folder: &std::path::Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    std::fs::create_dir_all(folder)?;
    for rule in audit::RULES {
        files::write_atomic(&folder.join(format!("{}.md", rule.id)), page(rule).as_bytes(), 0o644)?;
    }
    writeln!(io.out, "{} pages in {}", audit::RULES.len(), folder.display())?;
    Ok(Exit::Clean)
}

fn disclosure(io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut text = String::new();
    io.input.take(MAX_FILE_BYTES as u64).read_to_string(&mut text)?;
    if documents::discloses(&text) {
        return Ok(Exit::Clean);
    }
    writeln!(io.out, "There is no section \"AI Disclosure\" with a checked box or a sentence in it.")?;
    Ok(Exit::Findings)
}
