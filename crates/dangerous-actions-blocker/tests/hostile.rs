//! Hostile command lines: rows cut up, repeated to 64 KB, nested and mixed with noise. None may panic or take long.
//!
//! `SOAK_SECONDS=600 cargo test --release -p dangerous-actions-blocker --test hostile -- --nocapture` is the long run;
//! without the variable it lasts two seconds. The bound is held where the code is optimised, in processor time of the thread:
//! what else the machine does is not the decision's.

#![expect(clippy::disallowed_methods, reason = "a test reads its rows")]

#[path = "hostile/noise.rs"]
mod noise;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dangerous_actions_blocker::{Answer, Scene, judge, powershell_to_bash};
use hook_core::Tier;
use noise::{LONGEST, Noise, repeated};
use rustix::time::{ClockId, clock_gettime};

/// What a decision about any such line may take of the processor.
const BOUND: Duration = Duration::from_millis(20);

const IS_OPTIMISED: bool = !cfg!(debug_assertions);

#[test]
fn hostile_lines_neither_panic_nor_take_long() {
    let rows = rows();
    assert!(rows.len() > 300, "the behaviour rows were not found");
    let seeds: Vec<&str> = rows.iter().map(String::as_str).collect();
    let (started, mut number, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    let mut slow: Vec<String> = Vec::new();
    while started.elapsed() < Duration::from_secs(soak_seconds()) {
        number += 1;
        let line = Noise(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).line(&seeds);
        let took = time(&line, &number.to_string());
        slow.extend(too_slow(took, &line, &number.to_string()));
        slowest = slowest.max(took);
    }
    assert!(slow.is_empty(), "of {number} lines: {}", slow.join("\n"));
    eprintln!("{number} lines, slowest decision {slowest:?}");
}

/// A row with one to three of its words again and again, as often as words are judged one by one at all: what looks at
/// every word for each of them is found here. All such lines are tried in a soak of a hundred seconds or more.
#[test]
fn words_that_are_repeated_take_no_longer() {
    let rows = rows();
    let step = match (soak_seconds(), IS_OPTIMISED) {
        (100.., _) => 1,
        (_, true) => 101,
        (_, false) => 997,
    };
    let (mut number, mut slowest, mut slow) = (0_usize, Duration::ZERO, Vec::new());
    for row in &rows {
        let words: Vec<&str> = row.split(' ').collect();
        let spans = (0..words.len()).flat_map(|from| (1..=3).map(move |count| (from, from + count)));
        for (from, to) in spans {
            let (Some(before), Some(piece), Some(after)) =
                (words.get(..from), words.get(from..to), words.get(to..))
            else {
                continue;
            };
            number += 1;
            if number % step != 0 {
                continue;
            }
            let line = repeated(&before.join(" "), &format!(" {}", piece.join(" ")), &after.join(" "), WORDS);
            let name = format!("{number}-repeated");
            let took = time(&line, &name);
            slow.extend(too_slow(took, &line, &name));
            slowest = slowest.max(took);
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
    eprintln!("{number} lines, one in {step} of them tried, slowest decision {slowest:?}");
}

/// Just fewer words than a line may have.
const WORDS: usize = 2_900;

fn soak_seconds() -> u64 {
    std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// What the slower of two decisions about `line` takes, as Bash and as PowerShell.
fn time(line: &str, name: &str) -> Duration {
    let project = Path::new("/home/user/project");
    // A scene remembers what was looked up, so each decision has its own, as in the hook.
    let scene = || Scene::new(Path::new("/home/user"), project, project, Tier::Strict);
    let once = || {
        let (for_bash, for_powershell) = (scene(), scene());
        let begin = processor_time();
        judge(line, &for_bash);
        let between = processor_time();
        judge(&powershell_to_bash(line), &for_powershell);
        processor_time().saturating_sub(between).max(between.saturating_sub(begin))
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let first = once();
        // A neighbour takes caches and clock away as well: a slow line is timed again.
        if first > BOUND && IS_OPTIMISED { (0..5).map(|_| once()).min().unwrap_or(first) } else { first }
    }));
    outcome.unwrap_or_else(|_| panic!("line {name} panics: {:?}", line.chars().take(300).collect::<String>()))
}

/// What is said of a line that takes too long; it is kept. The bound is held where the code is optimised.
fn too_slow(took: Duration, line: &str, name: &str) -> Option<String> {
    if !IS_OPTIMISED || took < BOUND {
        return None;
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("slow-line-{name}"));
    let kept = match std::fs::write(&kept, line) {
        Ok(()) => format!("kept in {}", kept.display()),
        Err(error) => format!("not kept, {error}"),
    };
    let shown: String = line.chars().take(80).collect();
    Some(format!("line {name} takes {took:?}, {kept}: {shown:?}"))
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
/// that are costly to show, patterns, long folders, and words looked at for each other word.
#[test]
fn lines_that_repeat_one_piece_take_no_longer() {
    let bound = if IS_OPTIMISED { BOUND } else { 30 * BOUND };
    let of_many_sources = format!("x=\"{}{}\"; : ", "$(curl host)".repeat(12), "$a ".repeat(1000));
    let long = "x=$(printf '%060000d' 0)";
    let in_long_folder = format!("cd {}; ", "a/".repeat(2000));
    for (before, piece, after) in [
        ("", "a=([b]=80 [c", ""),
        ("a=(", "[[x]=1 ", ""),
        ("a=(", "[x]=1 ", ""),
        ("", "{\")\"", ""),
        ("echo {", "\"\"{a,b},", ""),
        ("", "cd a; ", ""),
        (&in_long_folder, "> a; ", ""),
        (&format!("{in_long_folder}rm "), "../a ", ""),
        (&format!("rm -rf /*[{}]", "a".repeat(60_000)), " /*[abc]*[abc]*[abc]*", ""),
        ("cat ", "*[a]*[b]*[c]*[d]*[e]*[f]* ", ""),
        ("rm ", "~/.claude/hooks/*[xyz]q ", ""),
        (&of_many_sources, "$x ", ""),
        (&of_many_sources, "$x", ""),
        ("\u{202e}\u{202e}\u{202e}\u{202e}", " ~/.ssh/id_\u{202e}", ""),
        ("cat", " ~/.ssh/\u{1f511}\u{1f511}\u{1f511}\u{1f511}", ""),
        ("grep KEY ", ".env ", ""),
        ("declare ", "-A a ", ""),
        ("rm -rf ", "$a/x ", ""),
        ("find ", "a ", "-delete"),
        (&format!("find {}", "a ".repeat(1000)), "-exec rm {} \\; ", ""),
        ("for w in ", "rm ", "; do s=\"$s $w\"; done"),
        ("perl -e 'exec ", "qw(rm ", "'"),
        ("awk '{ ", "\"a\" | ", "}'"),
        ("find ", "a ", "-exec chmod 777 {} \\;"),
        ("python3 -c 'x=[1];", "x=[x,x,x,x];", "'"),
        ("python3 -c 'x=[1];", "x=x+x;", "'"),
        ("python3 -c 'x=\"aa\";", "x=x.replace(\"a\",\"aa\");", "'"),
        ("python3 -c 'x=\"aa\";", "x=x.join([x,x]);", "'"),
        ("perl -e '$x=\"a\";", "$x=\"$x$x\";", "'"),
        (&format!("python3 -c 'x=\"{}\";", "YWFh".repeat(4000)), "y=b64decode(x);", "'"),
        (&format!("python3 -c 'x=\"{}\";", "YWFh".repeat(4000)), "y=x[::-1];", "'"),
        ("printf '", "%4096d", "'"),
        (&format!("printf '{}' >> f; ", "%04000d".repeat(15)).repeat(4), "echo a >> f; ", ""),
        (&format!("tr '{}' x <<< ", "0a".repeat(2000)), "~", ""),
        ("cut -c ", "9,", "1 <<< \"$(printf '%060000d')\""),
        ("awk '{print ", "$1 ", "}' <<< \"$(printf 'a\n%.0s' {1..2000})\""),
        (&format!("a=({}); : ", "x ".repeat(3000)), "${#a[@]}", ""),
        ("set -- {1..2000}; ", "shift; ", ""),
        ("declare -A a=(", "[$RANDOM]=1 ", ")"),
        ("declare -A a=([0]=1 [1]=1); ", "a[$((i++))]=1 ", ""),
        (&format!("{}; : ", "x{1..9}= ".repeat(900)), "${!y*}", ""),
        (&format!("{long}; : "), "$((x>1))", ""),
        (&format!("{long}; : "), "${#x}", ""),
        (&format!("{long}; "), "x=1 ls; ", ""),
        (&format!("{long}; "), "(y=1); ", ""),
        (&format!("{long}; echo $x > f; "), "[[ a == b ]] && y=1; ", ""),
    ] {
        for words in [WORDS, usize::MAX] {
            let line = repeated(before, piece, after, words);
            let took = time(&line, piece);
            assert!(took < bound, "{before:?} {piece:?} takes {took:?}");
        }
    }
}

/// What code does behind more than is looked at is not passed over.
#[test]
fn code_with_too_much_in_it_is_asked_about() {
    let project = Path::new("/home/user/project");
    for line in [
        format!("python3 -c '{}'", "print(1)\n".repeat(2000)),
        format!("node -e '{}'", "a+".repeat(20_000)),
        format!("perl -e '{}'", "q(".repeat(20_000)),
        format!("python3 -c 'import os; os.system({}\"rm -rf /\"{})'", "(".repeat(60), ")".repeat(60)),
        format!("python3 -c 'x=[1];{}'", "x=[x,x,x,x];".repeat(30)),
        format!("perl -e '$x=\"a\";{}'", "$x=\"$x$x\";".repeat(40)),
        format!("printf '{}' | sh", "%4096d".repeat(40)),
        format!("python3 -c 'import os; {}os.system(x)'", "x=x+1;".repeat(6000)),
        format!("python3 -c 'import subprocess; subprocess.run([\"rm\", {} \"/\"])'", "\"a\",".repeat(300)),
    ] {
        let scene = Scene::new(Path::new("/home/user"), project, project, Tier::Standard);
        let stopped =
            judge(&line, &scene).hits.iter().any(|hit| hit.rule.answer(Tier::Standard) > Answer::Pass);
        assert!(stopped, "{:?} is let pass", line.chars().take(40).collect::<String>());
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
