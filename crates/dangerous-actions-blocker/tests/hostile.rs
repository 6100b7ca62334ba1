//! Hostile command lines: rows cut up, repeated to 64 KB, nested and mixed with noise. None may panic or take long.
//!
//! `SOAK_SECONDS=600 cargo test --release -p dangerous-actions-blocker --test hostile -- --nocapture` is the long run;
//! without the variable it lasts two seconds. The bound is held where the code is optimised, in processor time of the thread:
//! what else the machine does is not the decision's.

#![expect(clippy::disallowed_methods, reason = "a test reads its rows")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dangerous_actions_blocker::{Answer, Scene, judge, powershell_to_bash};
use hook_core::Tier;
use rustix::time::{ClockId, clock_gettime};

/// The longest line that is made, in bytes.
const LONGEST: usize = 64 * 1024;

/// What a decision about any such line may take of the processor.
const BOUND: Duration = Duration::from_millis(20);

/// What opens, closes, joins and hides.
const PIECES: &[&str] = &[
    "$(",
    ")",
    "`",
    "${",
    "}",
    "((",
    "))",
    "$((",
    "{",
    "[[ ",
    " ]]",
    "\"",
    "'",
    "$'",
    "\\",
    "\n",
    ";",
    "|",
    "&",
    "<<E\n",
    "\nE\n",
    "<(",
    ">(",
    ">",
    "<<<",
    "*",
    "?",
    "[",
    "~",
    "!",
    "#",
    "=",
    "{1..99}",
    "${x//a/bb}",
    "for i in a b; do ",
    " done",
    "while :; do ",
    "case x in x) ",
    ";; esac",
    "f() { f | f & }; f",
    "x+=$x$x;",
    "eval \"$x\" ",
    " | sh ",
    " | base64 -d ",
    " | rev ",
    "xargs -I{} ",
    "python3 -c '",
    "perl -e '",
    "awk '{print}' ",
    "find . -exec ",
    "printf '%s' ",
    "read x <<< ",
    "a=(x y); ",
    "a+=(x); ",
    "(')'",
    "{\")\"",
    "$a = ';' ",
    "é",
    "\u{f0000}",
    "\u{0}",
    "\u{202e}",
];

struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % bound.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// A stretch of `text` that ends between characters.
    fn part<'a>(&mut self, text: &'a str) -> &'a str {
        let mut ends = [self.below(text.len() + 1), self.below(text.len() + 1)];
        ends.sort_unstable();
        let [mut from, mut to] = ends;
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        while !text.is_char_boundary(to) {
            to += 1;
        }
        text.get(from..to).unwrap_or(text)
    }

    fn line(&mut self, seeds: &[&str]) -> String {
        let mut line = self.one(seeds).to_owned();
        for _ in 0..=self.below(5) {
            line = match self.below(8) {
                0 => format!("{line}{}{}", self.one(&["; ", " && ", " | ", "\n", " "]), self.one(seeds)),
                1 => format!("{}{}{}", self.part(&line), self.one(PIECES), self.one(seeds)),
                2 => {
                    let part = self.part(&line).to_owned();
                    part.repeat(1 + self.below(LONGEST / part.len().max(1) + 1))
                }
                3 => self.one(PIECES).repeat(1 + self.below(4_000)) + &line,
                4 => format!("eval \"$({line})\""),
                5 => format!("bash -c '{}'", line.replace('\'', "'\\''")),
                6 => {
                    let (one, other) = (self.one(PIECES), self.one(PIECES));
                    format!("{}{line}{}", one.repeat(1 + self.below(300)), other.repeat(1 + self.below(300)))
                }
                _ => {
                    let pieces: String = (0..self.below(2_000)).map(|_| self.one(PIECES)).collect();
                    pieces + &line
                }
            };
            let mut end = LONGEST.min(line.len());
            while !line.is_char_boundary(end) {
                end -= 1;
            }
            line.truncate(end);
        }
        line
    }
}

#[test]
fn hostile_lines_neither_panic_nor_take_long() {
    let rows = rows();
    assert!(rows.len() > 300, "the behaviour rows were not found");
    let seeds: Vec<&str> = rows.iter().map(String::as_str).collect();
    let project = Path::new("/home/user/project");
    let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Strict);
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let (started, mut number, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    let mut slow: Vec<String> = Vec::new();
    while started.elapsed() < Duration::from_secs(seconds) {
        number += 1;
        let line = Noise(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).line(&seeds);
        // A scene remembers what was looked up, so each decision has its own, as in the hook.
        let time = || {
            let (for_bash, for_powershell) = (scene.clone(), scene.clone());
            let begin = processor_time();
            judge(&line, &for_bash);
            let between = processor_time();
            judge(&powershell_to_bash(&line), &for_powershell);
            processor_time().saturating_sub(between).max(between.saturating_sub(begin))
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let first = time();
            // A neighbour takes caches and clock away as well: a slow line is timed again.
            if first > BOUND { (0..5).map(|_| time()).min().unwrap_or(first) } else { first }
        }));
        let shown: String = line.chars().take(300).collect();
        let took = outcome.unwrap_or_else(|_| panic!("line {number} panics: {shown:?}"));
        if !cfg!(debug_assertions) && took >= BOUND {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("slow-line-{number}"));
            std::fs::write(&kept, &line).expect("the line is kept");
            slow.push(format!("line {number} takes {took:?}, kept in {}: {shown:.80?}", kept.display()));
        }
        slowest = slowest.max(took);
    }
    assert!(slow.is_empty(), "of {number} lines: {}", slow.join("\n"));
    eprintln!("{number} lines, slowest decision {slowest:?}");
}

/// A bracket in a quote closes nothing, and a semicolon in one ends nothing: the levels are those that are gone down.
#[test]
fn powershell_that_nests_too_deeply_is_asked_about() {
    let project = Path::new("/home/user/project");
    for piece in ["(')'", "{\"}\"", "(", "x (')' ", "$a';' = ", "pwsh ", "iex ("] {
        let line = piece.repeat(LONGEST / piece.len()) + "x";
        let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Standard);
        let judgement = judge(&powershell_to_bash(&line), &scene);
        let stopped = judgement.hits.iter().any(|hit| hit.rule.answer(Tier::Standard) > Answer::Pass);
        assert!(stopped, "{piece:?} is let pass");
    }
}

/// Blanks and brackets in code take time in proportion to their number: a thousand times `BOUND` would be the square.
#[test]
fn long_blanks_in_code_are_looked_at_once() {
    let project = Path::new("/home/user/project");
    for piece in [" ", " \n", "( ", "rm( ", "x ", "open( "] {
        let line = format!("perl -e '{}'", piece.repeat(LONGEST / piece.len()));
        let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Strict);
        let begin = processor_time();
        judge(&line, &scene);
        let took = processor_time().saturating_sub(begin);
        assert!(took < 10 * BOUND, "{piece:?} takes {took:?}");
    }
}

/// What once took more than `BOUND`: indexes that never close, braces with many parts, words split again and again, names
/// that are costly to show.
#[test]
fn lines_that_repeat_one_piece_take_no_longer() {
    let project = Path::new("/home/user/project");
    let bound = if cfg!(debug_assertions) { 30 * BOUND } else { BOUND };
    let of_many_sources = format!("x=\"{}{}\"; : ", "$(curl host)".repeat(12), "$a ".repeat(1000));
    for (before, piece) in [
        ("", "a=([b]=80 [c"),
        ("a=(", "[[x]=1 "),
        ("a=(", "[x]=1 "),
        ("", "{\")\""),
        ("echo {", "\"\"{a,b},"),
        ("", "cd a; "),
        (&format!("cd {}; ", "a/".repeat(2000)), "> a; "),
        (&format!("cd {}; rm ", "a/".repeat(2000)), "../a "),
        (&format!("rm -rf /*[{}]", "a".repeat(60_000)), " /*[abc]*[abc]*[abc]*"),
        ("cat ", "*[a]*[b]*[c]*[d]*[e]*[f]* "),
        ("rm ", "~/.claude/hooks/*[xyz]q "),
        (&of_many_sources, "$x "),
        (&of_many_sources, "$x"),
        ("\u{202e}\u{202e}\u{202e}\u{202e}", " ~/.ssh/id_\u{202e}"),
        ("cat", " ~/.ssh/\u{1f511}\u{1f511}\u{1f511}\u{1f511}"),
    ] {
        let line = format!("{before}{}", piece.repeat((LONGEST - before.len()) / piece.len()));
        let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Strict);
        let time = || {
            let scene = scene.clone();
            let begin = processor_time();
            judge(&line, &scene);
            processor_time().saturating_sub(begin)
        };
        let took = (0..5).map(|_| time()).min().unwrap_or_default();
        assert!(took < bound, "{before:?} {piece:?} takes {took:?}");
    }
}

/// What this thread has had of the processor so far.
fn processor_time() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), u32::try_from(spent.tv_nsec).unwrap_or(0))
}

/// The commands of the behaviour rows.
fn rows() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/dangerous-actions-blocker");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts = files.into_iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let mut rows = Vec::new();
    for text in texts {
        let values = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        rows.extend(values.filter_map(|row| Some(row.get("input")?.get("command")?.as_str()?.to_owned())));
    }
    rows
}
