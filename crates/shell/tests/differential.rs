//! Our expansion against Bash's, on generated words without side effects.
//!
//! The generator emits literals, quotes, parameters set by constant assignment, and braces, as arguments of
//! `printf '%s\0'`. Before a text is run it is checked against a list of allowed characters and shapes that can neither
//! name another command, nor substitute one, nor open a file. Nothing else is ever run.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::process::Command;

use shell::{World, analyze};

/// Words of one run; runs are few because each starts a shell.
const WORDS: usize = 60;
const RUNS: u64 = 40;

#[test]
fn words_expand_as_bash_expands_them() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: no bash");
        return;
    }
    for seed in 1..=RUNS {
        let text = Generator { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) }.text();
        assert!(is_harmless(&text), "the generator left what is allowed: {text:?}");
        let printed = Command::new("bash")
            .args(["--norc", "--noprofile", "-c", &text])
            .env_clear()
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .output()
            .expect("bash starts");
        let theirs: Vec<String> =
            String::from_utf8_lossy(&printed.stdout).split('\0').map(str::to_owned).collect();
        let mut ours = Vec::new();
        for command in analyze(&text, &World::default()).commands {
            // The assignments are commands without words.
            let Some(words) = command.argv.get(2..) else { continue };
            // Without arguments `printf '%s\0'` prints one empty field.
            if words.is_empty() {
                ours.push(String::new());
            }
            ours.extend(words.iter().map(|word| word.text().to_owned()));
        }
        let theirs = &theirs[..theirs.len() - 1];
        for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert_eq!(ours, theirs, "field {at} of {text}");
        }
        assert_eq!(ours.len(), theirs.len(), "of {text}");
    }
}

/// The assignments every text begins with; nothing after them assigns, so no command can follow an assignment.
const ASSIGNMENTS: &str = "a='one two'; b=x.tar.gz; e=; n=b; ";

/// Only what the generator may write: no substitution, no redirection, no operator but the `;` between commands, no
/// pattern; the fixed assignments, and after them nothing but `printf`.
fn is_harmless(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ;'\"\\$%{},.:#/^@-_=+!".contains(c);
    let Some(printed) = text.strip_prefix(ASSIGNMENTS) else { return false };
    let is_printf = |command: &str| command.trim().is_empty() || command.trim().starts_with("printf '%s\\0'");
    text.chars().all(allowed) && printed.split(';').all(is_printf)
}

/// A xorshift generator: the same words in every run.
struct Generator {
    state: u64,
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % bound as u64).expect("below a small bound")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn text(&mut self) -> String {
        let mut text = String::from(ASSIGNMENTS);
        for _ in 0..WORDS {
            text.push_str("printf '%s\\0'");
            for _ in 0..=self.below(3) {
                text.push(' ');
                for _ in 0..=self.below(4) {
                    self.part(&mut text, 0);
                }
            }
            text.push_str("; ");
        }
        text
    }

    fn part(&mut self, text: &mut String, depth: usize) {
        match self.below(if depth > 2 { 6 } else { 8 }) {
            0 | 1 => {
                text.push_str(self.one(&[
                    "ab", "Z9", "-x", "a,b", "..", "=c", "\\$", "\\ ", "\\\"", "\\{", "%d", "#", "x#y",
                ]));
            }
            2 => text.push_str(self.one(&[
                "''",
                "'q r'",
                "'$a'",
                "'{p,q}'",
                "'\\'",
                "$'t\\tq'",
                "$'\\x41\\102'",
                "$'it\\'s'",
            ])),
            // Without braces a name would run on into what a brace expansion puts behind it; a row of `argv.jsonl` has that.
            3 => text.push_str(self.one(&["${a}", "${b}", "${e}", "$1", "$#"])),
            4 => {
                let parameter = self.parameter();
                text.push_str(&parameter);
            }
            5 => {
                text.push('"');
                for _ in 0..self.below(3) {
                    let inside = self.parameter();
                    text.push_str(self.one(&["k", " m ", "\\\"", "\\\\", "\\$", "'", "{s,t}", "\\n"]));
                    text.push_str(&inside);
                }
                text.push('"');
            }
            6 => text.push_str(self.one(&[
                "{1..4}",
                "{a..d}",
                "{5..1..2}",
                "{01..3}",
                "{}",
                "{x}",
                "{,w}",
                "{z..}",
                "{-1..1}",
            ])),
            _ => {
                text.push('{');
                for at in 0..2 + self.below(2) {
                    if at > 0 {
                        text.push(',');
                    }
                    for _ in 0..self.below(3) {
                        self.part(text, depth + 1);
                    }
                }
                text.push('}');
            }
        }
    }

    fn parameter(&mut self) -> String {
        let name = self.one(&["a", "b", "e", "u"]);
        let operator = self.one(&[
            "", "-d", ":-d", "+p", ":+p", ":1", ":2:3", ": -3", ": -4:2", ":0:-1", "#x", "##x.", "%z",
            "%%.gz", "%.gz", "/o/0", "//o/0", "/#x/y", "/%z/y", "^", "^^", ",,", "@Q", "//./", "/t", ":-$b",
            "^^t",
        ]);
        match (name, operator) {
            // Bash knows that a name is unset where we must leave open what the environment holds; with a default both
            // give the same.
            ("u", _) => format!("${{u{}}}", self.one(&["-d", ":-d", ":-$b", "-"])),
            // Quoting an unset or empty value is where versions of Bash differ.
            ("e", "@Q") => "${b}".to_owned(),
            // A negative length past the start is an error, which ends the shell.
            ("e", ":0:-1") => "${n}".to_owned(),
            _ if self.below(8) == 0 => self.one(&["${#a}", "${#b}", "${#e}", "${!n}"]).to_owned(),
            _ => format!("${{{name}{operator}}}"),
        }
    }
}
