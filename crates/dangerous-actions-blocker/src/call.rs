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
    /// Some word of the line names Claude Code or its folder.
    pub near_governance: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn new(line: &'a Analysis, index: usize, command: &'a Command, scene: &'a Scene) -> Self {
        let name = command.argv.first().map_or("", |word| base_name(word.text()));
        let name = name.strip_suffix(".exe").unwrap_or(name);
        Self { name, command, index, line, scene, near_governance: true }
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
        self.command.directory.as_deref().or_else(|| {
            let earlier = self.line.commands.get(..self.index)?;
            let change = earlier.iter().rev().find(|command| {
                command.argv.first().is_some_and(|word| matches!(word.text(), "cd" | "pushd"))
            })?;
            let fresh = change.argv.get(1).is_some_and(|folder| self.printed_by(folder) == Some("mktemp"));
            fresh.then_some(FRESH_FOLDER)
        })
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
        self.is_contained() || self.via(&["ssh", "mosh", "gcloud"])
    }

    /// It runs in a container, whose files are not this machine's.
    pub(crate) fn is_contained(&self) -> bool {
        self.via(&["docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "docker-compose"])
    }

    /// One of these programs runs it.
    pub(crate) fn via(&self, names: &[&str]) -> bool {
        self.command.via.iter().any(|wrapper| names.contains(&&*wrapper.name))
    }

    /// The command whose output stands in `value`, where it is one.
    pub(crate) fn printed_by(&self, value: &Value) -> Option<&'a str> {
        let Some(Unknown::Output(Some(index))) = value.holes().first().map(|hole| &hole.why) else {
            return None;
        };
        self.line.commands.get(*index)?.argv.first().map(|word| base_name(word.text()))
    }

    /// A hit of `rule` on this command, about what `subject` says.
    pub(crate) fn hit(&self, rule: &'static Rule, subject: impl Into<String>) -> Hit {
        Hit { rule, subject: shorten(&subject.into()), path: None, command: Some(self.index) }
    }

    /// A hit that is about a file.
    pub(crate) fn hit_on(&self, rule: &'static Rule, subject: impl Into<String>, located: &Located) -> Hit {
        let path = Some(located.path.clone()).filter(|path| !path.is_empty());
        Hit { path, ..self.hit(rule, subject) }
    }

    /// The program and its first words, for a hit's subject: enough to know which command is meant.
    pub(crate) fn shown(&self, words: usize) -> String {
        let mut shown = self.name.to_owned();
        for word in self.words().iter().take(words) {
            shown.push(' ');
            shown.push_str(&word.to_string());
        }
        shown
    }
}

/// What stands for a folder that `mktemp` makes: it is empty, and nothing runs there.
pub(crate) const FRESH_FOLDER: &str = "/tmp/fresh";

/// The most of a subject that is shown, in characters.
const SUBJECT: usize = 120;

/// One line of limited length, control characters made visible.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(SUBJECT).flat_map(char::escape_debug).collect();
    if text.chars().count() > SUBJECT {
        short.push('…');
    }
    short.replace("\\'", "'").replace("\\\"", "\"").replace('`', "'")
}
