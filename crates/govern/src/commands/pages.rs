//! What shells and `man` are told of the commands, made from the same texts that `--help` prints.

use super::verb::Verb;
use super::{COMMANDS, Command, charter, incident, log, monitor};

/// The verbs of a command that has a table of them.
pub(super) fn verbs(command: &Command) -> &'static [Verb] {
    match command.name {
        "charter" => charter::VERBS,
        "incident" => incident::VERBS,
        "log" => log::VERBS,
        "monitor" => monitor::VERBS,
        _ => &[],
    }
}

/// The words that may follow a command: its verbs and its options, each once, as the usage text names them.
pub(super) fn words(command: &Command) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = verbs(command).iter().map(|verb| verb.name).collect();
    for line in command.usage.lines() {
        words.extend(verbs_of(line, command.name));
    }
    let texts = verbs(command).iter().map(|verb| verb.options).chain([command.usage]);
    words.extend(texts.flat_map(options_of));
    let mut once = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

/// The choices after `govern NAME` in a line of usage, as in `govern mcp trial|approve|deny NAME`.
fn verbs_of(line: &'static str, name: &str) -> Vec<&'static str> {
    let mut parts = line.split_whitespace().skip_while(|word| *word != "govern").skip(1);
    let Some(after) = parts.next().filter(|word| *word == name).and_then(|_| parts.next()) else {
        return Vec::new();
    };
    let after = after.trim_matches(['[', ']']);
    let choices = after.split('|');
    choices
        .filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
        .collect()
}

fn options_of(text: &'static str) -> impl Iterator<Item = &'static str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    text.split(move |c| !is_part(c))
        .filter(|word| word.len() > 3 && word.starts_with("--") && !word.starts_with("---"))
}

/// The name and the line about each command.
pub(super) fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.iter().map(|command| (command.name, command.about))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(name: &str) -> Vec<&'static str> {
        words(COMMANDS.iter().find(|command| command.name == name).unwrap())
    }

    #[test]
    fn verbs_and_options_are_read_from_the_usage() {
        assert!(["list", "show", "choose", "--settings"].iter().all(|word| words_of("tier").contains(word)));
        assert!(["trial", "approve", "--why", "--start"].iter().all(|word| words_of("mcp").contains(word)));
        assert!(["starter", "regulated", "--yes"].iter().all(|word| words_of("init").contains(word)));
        assert!(["verify", "query", "--since"].iter().all(|word| words_of("log").contains(word)));
    }

    #[test]
    fn every_command_with_verbs_in_a_table_is_known_here() {
        for command in COMMANDS {
            let has_table = command.usage.contains("VERB");
            assert_eq!(has_table, !verbs(command).is_empty(), "{}", command.name);
        }
    }
}
