//! `govern log query`: who did what. Day names, literals and labels answer before anything is parsed.

use super::scan::{Filter, as_stored, scan};
use super::{Verb, place, time};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use globset::{GlobBuilder, GlobMatcher};
use ledger::Record;
use serde_json::Value;
use std::path::Path;

pub(super) const VERB: Verb = Verb {
    name: "query",
    about: "find records: files read or written, commands, decisions, by whom and when",
    options: "  --read             calls that read a file, commands that name it included\n  \
              --written          calls that wrote a file, commands that redirect into it included\n  \
              --commands         shell commands\n  \
              --decisions        what hooks decided\n  \
              --path GLOB        files that match; * stays within a folder, ** does not\n  \
              --command TEXT     commands that contain this\n  \
              --user TEXT        by this user\n  \
              --tool TEXT        through this tool\n  \
              --session TEXT     in this session\n  \
              --label TEXT       with this label: secret_path, protected_path, network, install, destructive\n  \
              --event TEXT       of this event\n  \
              --outcome TEXT     ok, error, interrupted, denied, requested\n  \
              --rule TEXT        decided by this rule\n  \
              --hook TEXT        decided by this hook\n  \
              --since TIME       from then on: 30d, 12h, 2026-10-01\n  \
              --until TIME       before then\n  \
              --limit COUNT      at most so many\n  \
              --count            only how many\n  \
              --format TEXT      text (default), json (one record a line), csv\n  \
              --dir FOLDER       the log of another place (default: this user's)\n",
    run,
};

/// The filters that compare one field with one text, rarest first: the first one given is what files are searched for.
const FIELDS: &[(&str, &str)] = &[
    ("--session", "session"),
    ("--rule", "rule"),
    ("--user", "user"),
    ("--hook", "hook"),
    ("--outcome", "outcome"),
    ("--tool", "tool"),
    ("--event", "event"),
];

/// The fields a line of text or CSV shows.
const COLUMNS: &[&str] =
    &["ts", "user", "session", "tool", "event", "outcome", "what", "labels", "rule", "seq"];

/// The first line of CSV.
pub(super) const CSV_HEADER: &str = "ts,user,session,tool,event,outcome,what,labels,rule,seq";

/// What kind of action is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Any,
    Read,
    Written,
    Commands,
    Decisions,
}

/// A question about one record.
struct Question<'a> {
    action: Action,
    fields: Vec<(&'static str, &'a str)>,
    path: Option<GlobMatcher>,
    command: Option<&'a str>,
    label: Option<&'a str>,
    /// Calls that were only asked for count unless an event or outcome is named: else each would be found twice.
    requests: bool,
}

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let question = Question::read(arguments)?;
    let moment = |name: &str| arguments.value(name).map(|text| time::moment(text, io.now)).transpose();
    let filter = Filter {
        since: moment("--since")?,
        until: moment("--until")?,
        needles: question.needles(arguments.value("--path")),
        wanted: &|record| question.fits(record),
    };
    let limit = arguments.number("--limit")?.unwrap_or(u64::MAX);
    let format = arguments.value("--format").unwrap_or("text");
    if !["text", "json", "csv"].contains(&format) {
        return Err(Failure::Usage(format!("--format is text, json or csv, not `{format}`")));
    }
    let silent = arguments.flag("--count");
    if format == "csv" && !silent {
        writeln!(io.out, "{CSV_HEADER}")?;
    }
    let mut found = 0;
    let out = &mut *io.out;
    scan(&log, &filter, &mut |record, line| {
        if found == limit {
            return Ok(false);
        }
        found += 1;
        if !silent {
            match format {
                "json" => out.write_all(line).and_then(|()| out.write_all(b"\n"))?,
                "csv" => writeln!(out, "{}", csv_row(&record))?,
                _ => writeln!(out, "{}", text_row(&record))?,
            }
        }
        Ok(true)
    })?;
    if silent {
        writeln!(io.out, "{found}")?;
    }
    Ok(Exit::Clean)
}

impl<'a> Question<'a> {
    fn read(arguments: &Arguments<'a>) -> Result<Question<'a>, Failure> {
        let actions = [
            ("--read", Action::Read),
            ("--written", Action::Written),
            ("--commands", Action::Commands),
            ("--decisions", Action::Decisions),
        ];
        let asked: Vec<Action> =
            actions.iter().filter(|(name, _)| arguments.flag(name)).map(|(_, action)| *action).collect();
        if asked.len() > 1 {
            return Err(Failure::Usage("ask for one of --read, --written, --commands, --decisions".into()));
        }
        let field =
            |(option, field): &(&str, &'static str)| arguments.value(option).map(|text| (*field, text));
        let glob = |text: &str| {
            let built = GlobBuilder::new(text).literal_separator(true).build();
            built
                .map(|glob| glob.compile_matcher())
                .map_err(|error| Failure::Usage(format!("--path: {error}")))
        };
        Ok(Question {
            action: asked.first().copied().unwrap_or(Action::Any),
            fields: FIELDS.iter().filter_map(field).collect(),
            path: arguments.value("--path").map(glob).transpose()?,
            command: arguments.value("--command"),
            label: arguments.value("--label"),
            requests: arguments.flag("--event") || arguments.flag("--outcome") || asked.is_empty(),
        })
    }

    /// Texts every line that fits must hold, the rarest first.
    fn needles(&self, path: Option<&str>) -> Vec<Vec<u8>> {
        let mut needles = Vec::new();
        let literal = path.map(longest_literal).unwrap_or_default();
        if literal.len() > 1 {
            needles.push(as_stored(literal));
        }
        needles.extend(self.command.map(as_stored));
        for (field, text) in &self.fields {
            let mut needle = format!("\"{field}\":\"").into_bytes();
            needle.extend(as_stored(text));
            needle.push(b'"');
            needles.push(needle);
        }
        needles.extend(self.label.map(|label| [b"\"", as_stored(label).as_slice(), b"\""].concat()));
        let own = match self.action {
            Action::Any => "\"event\":\"",
            // A command that names the file reads it too.
            Action::Read | Action::Written => "\"operation\":\"",
            Action::Commands => "\"operation\":\"execute\"",
            Action::Decisions => "\"type\":\"decision\"",
        };
        needles.push(own.as_bytes().to_vec());
        needles
    }

    fn fits(&self, record: &Record) -> bool {
        let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default();
        if self.fields.iter().any(|(field, wanted)| text(field) != *wanted) {
            return false;
        }
        if !self.requests && text("outcome") == "requested" {
            return false;
        }
        let labels = record.get("labels").and_then(Value::as_array);
        if self
            .label
            .is_some_and(|label| !labels.is_some_and(|labels| labels.iter().any(|found| found == label)))
        {
            return false;
        }
        let command = text("command");
        if self.command.is_some_and(|wanted| !command.contains(wanted)) {
            return false;
        }
        let operation = text("operation");
        let of_action = match self.action {
            Action::Any => true,
            Action::Read => operation == "read" || (self.path.is_some() && operation == "execute"),
            Action::Written => operation == "write" || (self.path.is_some() && operation == "execute"),
            Action::Commands => operation == "execute",
            Action::Decisions => text("type") == "decision",
        };
        of_action && self.path.as_ref().is_none_or(|glob| self.touches(glob, record))
    }

    fn touches(&self, glob: &GlobMatcher, record: &Record) -> bool {
        let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default();
        let cwd = Path::new(text("cwd"));
        let is_match =
            |word: &str| !word.is_empty() && (glob.is_match(word) || glob.is_match(cwd.join(word)));
        if is_match(text("path")) {
            return true;
        }
        let command = text("command");
        match self.action {
            Action::Written => written_by(command).iter().any(|word| is_match(word)),
            Action::Any | Action::Read | Action::Commands | Action::Decisions => {
                words(command).iter().any(|word| is_match(word))
            }
        }
    }
}

/// A text every path that matches must hold. Only the last component of the longest run without wildcards: a command
/// may name a file relative to the folder it runs in.
fn longest_literal(glob: &str) -> &str {
    // Inside braces or brackets each piece is only one of several, so only what stands before them counts.
    let certain = glob.split(['{', '[']).next().unwrap_or_default();
    let longest = certain.split(['*', '?', '\\', '!']).max_by_key(|piece| piece.len()).unwrap_or_default();
    longest.trim_matches('/').rsplit('/').next().unwrap_or_default()
}

fn words(command: &str) -> Vec<&str> {
    let separator = |character: char| character.is_whitespace() || ";|&()<>`'\"=$,".contains(character);
    command.split(separator).filter(|word| !word.is_empty()).collect()
}

/// The files a command writes, as far as its text shows: targets of redirections, and operands of programs that write.
fn written_by(command: &str) -> Vec<&str> {
    const WRITERS: &[&str] =
        &["tee", "cp", "mv", "touch", "rm", "truncate", "install", "ln", "dd", "rsync", "sed"];
    let mut written = Vec::new();
    for part in command.split([';', '|', '&', '\n']) {
        for target in part.split('>').skip(1) {
            written.extend(words(target).first().copied());
        }
        let all = words(part);
        let writes =
            all.iter().take(3).any(|word| WRITERS.contains(&word.rsplit('/').next().unwrap_or_default()));
        if writes && (!all.contains(&"sed") || part.contains("-i")) {
            written.extend(all);
        }
    }
    written
}

/// What was acted on, in one text.
pub(in crate::commands) fn what(record: &Record) -> String {
    let fields = ["path", "command", "url", "query", "mcp_tool", "agent_type", "source", "decision"];
    let found = fields.iter().find_map(|field| record.get(*field).and_then(Value::as_str));
    let text = found.unwrap_or_default();
    match record.get("mcp").and_then(|mcp| mcp.get("server")).and_then(Value::as_str) {
        Some(server) => format!("{server}: {text}"),
        None => text.to_owned(),
    }
}

fn column(record: &Record, name: &str) -> String {
    match (name, record.get(name)) {
        ("what", _) => what(record),
        (_, Some(Value::String(text))) => text.clone(),
        (_, Some(Value::Array(items))) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        (_, Some(value)) => value.to_string(),
        (_, None) => String::new(),
    }
}

/// One line for people. Control characters are shown, not sent to the terminal.
pub(in crate::commands) fn text_row(record: &Record) -> String {
    let show = |name: &str| column(record, name).chars().flat_map(shown).collect::<String>();
    let mut row = format!("{} {} {} {}", show("ts"), show("user"), show("tool"), show("what"));
    for name in ["outcome", "labels", "rule"] {
        let text = show(name);
        if !text.is_empty() {
            row.extend(["  [", &text, "]"]);
        }
    }
    let event = show("event");
    if show("tool").is_empty() {
        row.extend(["  (", &event, ")"]);
    }
    row
}

pub(in crate::commands) fn shown(character: char) -> Vec<char> {
    if character.is_control() { character.escape_default().collect() } else { vec![character] }
}

/// RFC 4180, with every text that could be taken for a formula in a spreadsheet made harmless.
pub(in crate::commands) fn csv_row(record: &Record) -> String {
    let cells: Vec<String> = COLUMNS.iter().map(|name| csv_cell(&column(record, name))).collect();
    cells.join(",")
}

pub(in crate::commands) fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_globs() {
        for (glob, literal) in [
            ("**/.env*", ".env"),
            ("/p/**/id_rsa", "id_rsa"),
            ("*.{key,pem}", "."),
            ("src/[ab]/x.rs", "src"),
            ("/h/p/.env", ".env"),
            ("**", ""),
        ] {
            assert_eq!(longest_literal(glob), literal, "{glob}");
        }
    }

    #[test]
    fn what_a_command_writes() {
        assert_eq!(written_by("echo x > out.txt && cat in.txt"), ["out.txt"]);
        assert!(written_by("cat .env").is_empty());
        assert!(written_by("cp a b").contains(&"b"));
    }

    #[test]
    fn spreadsheets_are_not_given_formulas() {
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
