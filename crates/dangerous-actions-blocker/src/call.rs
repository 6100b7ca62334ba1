//! One command of a line together with what surrounds it: the view every rule gets.

use shell::{Analysis, Command, Unknown, Value};

use crate::arguments::{self, Arguments, Takes};
use crate::place::{self, Located, Place, Target, base_name};
use crate::rule::{Hit, Rule};
use crate::scene::Scene;

/// A command to be judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The program's base name without `.exe`; empty where there is none.
    pub name: &'a str,
    pub command: &'a Command,
    pub index: usize,
    pub line: &'a Analysis,
    pub scene: &'a Scene,
    /// The folder it runs in, where that is known.
    directory: Option<&'a str>,
    contained: bool,
    remote: bool,
    /// Something on the line names a file that governs.
    pub names_protected: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn new(line: &'a Analysis, index: usize, command: &'a Command, scene: &'a Scene) -> Self {
        let changed = || {
            let earlier = line.commands.get(..index)?;
            earlier.iter().rev().find(|command| changes_folder(command))
        };
        let directory = command.directory.as_deref().or_else(|| fresh_folder(line, changed()));
        Self::within(line, index, command, scene, directory)
    }

    /// Every command of the line, each looked at once.
    pub(crate) fn all(line: &'a Analysis, scene: &'a Scene) -> Vec<Self> {
        let mut changed = None;
        let mut calls = Vec::with_capacity(line.commands.len());
        for (index, command) in line.commands.iter().enumerate() {
            let directory = command.directory.as_deref().or_else(|| fresh_folder(line, changed));
            calls.push(Self::within(line, index, command, scene, directory));
            if changes_folder(command) {
                changed = Some(command);
            }
        }
        calls
    }

    fn within(
        line: &'a Analysis,
        index: usize,
        command: &'a Command,
        scene: &'a Scene,
        directory: Option<&'a str>,
    ) -> Self {
        let name = command.argv.first().map_or("", |word| base_name(word.text()));
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let contained = is_via(command, CONTAINERS);
        let remote = contained || is_via(command, &["ssh", "mosh", "gcloud"]);
        Self { name, command, index, line, scene, directory, contained, remote, names_protected: false }
    }

    /// One of its words names Claude Code or its folder.
    pub(crate) fn names_client(&self) -> bool {
        self.command.argv.iter().any(|word| word.text().contains("claude"))
    }

    /// The same call as if it ran `command` by the name `name`.
    pub(crate) fn as_if<'b>(&'b self, name: &'b str, command: &'b Command) -> Call<'b> {
        Call { name, command, ..*self }
    }

    /// The words after the name.
    pub(crate) fn words(&self) -> &'a [Value] {
        self.command.argv.get(1..).unwrap_or_default()
    }

    pub(crate) fn arguments(&self, takes: Takes) -> Arguments<'a> {
        arguments::read(self.words(), takes)
    }

    /// The folder it runs in, where that is known. A folder that `mktemp` has just made is as good as any in `/tmp`.
    pub(crate) fn directory(&self) -> Option<&'a str> {
        self.directory
    }

    /// Where `target` leads from here; links are followed for what would be changed.
    pub(crate) fn locate(&self, target: Target<'_>) -> Located {
        let located = place::locate(target, self.directory(), self.scene);
        if self.is_remote() || located.place == Place::Sink {
            located
        } else {
            place::follow_links(located, self.scene)
        }
    }

    /// It runs on another machine (`ssh`) or in a container.
    pub(crate) fn is_remote(&self) -> bool {
        self.remote
    }

    /// It runs in a container, whose files are not this machine's.
    pub(crate) fn is_contained(&self) -> bool {
        self.contained
    }

    /// One of these programs runs it.
    pub(crate) fn via(&self, names: &[&str]) -> bool {
        is_via(self.command, names)
    }

    /// The command whose output stands in `value`, where it is one.
    pub(crate) fn printed_by(&self, value: &Value) -> Option<&'a str> {
        printed_by(self.line, value)
    }

    /// A hit of `rule` on this command, about what `subject` says.
    pub(crate) fn hit(&self, rule: &'static Rule, subject: impl Into<String>) -> Hit {
        let briefly = self.scene.memory.has_shown_many();
        Hit { rule, subject: shorten(&subject.into(), briefly), path: None, command: Some(self.index) }
    }

    /// A hit that is about a file.
    pub(crate) fn hit_on(&self, rule: &'static Rule, subject: impl Into<String>, located: &Located) -> Hit {
        let path = Some(located.path.clone()).filter(|path| !path.is_empty());
        Hit { path, ..self.hit(rule, subject) }
    }

    /// The program and its first words, for a hit's subject: enough to know which command is meant.
    pub(crate) fn shown(&self, words: usize) -> String {
        let mut shown = cut(self.name).to_owned();
        for word in self.words().iter().take(words) {
            shown.push(' ');
            match word.known() {
                Some(text) => shown.push_str(cut(text)),
                None => shown.push_str(&word.to_string()),
            }
        }
        shown
    }
}

const CONTAINERS: &[&str] = &["docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "docker-compose"];

fn is_via(command: &Command, names: &[&str]) -> bool {
    command.via.iter().any(|wrapper| names.contains(&&*wrapper.name))
}

fn printed_by<'a>(line: &'a Analysis, value: &Value) -> Option<&'a str> {
    let Some(Unknown::Output(Some(index))) = value.holes().first().map(|hole| &hole.why) else {
        return None;
    };
    line.commands.get(*index)?.argv.first().map(|word| base_name(word.text()))
}

fn changes_folder(command: &Command) -> bool {
    command.argv.first().is_some_and(|word| matches!(word.text(), "cd" | "pushd"))
}

/// What `change` leads to, if that is a folder `mktemp` has just made.
fn fresh_folder(line: &Analysis, change: Option<&Command>) -> Option<&'static str> {
    let folder = change?.argv.get(1)?;
    (printed_by(line, folder) == Some("mktemp")).then_some(FRESH_FOLDER)
}

/// What stands for a folder that `mktemp` makes: it is empty, and nothing runs there.
pub(crate) const FRESH_FOLDER: &str = "/tmp/fresh";

/// The most of a subject that is shown, in characters.
const SUBJECT: usize = 120;

/// As much of `text` as can be shown, and one character more to tell that there was more.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(SUBJECT + 1).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// One line of limited length, control characters made visible. `briefly`: less of it, and what is not ASCII as numbers.
fn shorten(text: &str, briefly: bool) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'"' | b'\'');
    if text.len() <= SUBJECT && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let most = if briefly { SUBJECT / 4 } else { SUBJECT };
    let mut short = String::with_capacity(most + 8);
    let mut letters = text.chars();
    for letter in letters.by_ref().take(most) {
        match letter {
            '\'' | '`' => short.push('\''),
            '"' => short.push('"'),
            _ if briefly && !letter.is_ascii() => short.extend(letter.escape_unicode()),
            _ => short.extend(letter.escape_debug()),
        }
    }
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
