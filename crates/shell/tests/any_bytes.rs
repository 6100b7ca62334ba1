//! Any text at all: no panic, no overflow of the stack, an end in bounded time, and spans that lie in the text.

use shell::{World, analyze};

fn world() -> World {
    World { home: "/home/u".into(), cwd: "/home/u/project".into(), variables: Vec::new() }
}

fn check(text: &str) {
    let analysis = analyze(text, &world());
    for command in &analysis.commands {
        assert!(
            command.span.start <= command.span.end && command.span.end <= text.len(),
            "{:?} in {text:?}",
            command.span
        );
        for value in &command.argv {
            assert!(
                value.holes().iter().all(|hole| value.text().is_char_boundary(hole.at)),
                "{value:?} in {text:?}"
            );
        }
    }
    for problem in &analysis.unparsed {
        assert!(problem.span.end <= text.len(), "{problem:?} in {text:?}");
    }
    drop(shell::powershell::statements(text));
}

/// Pieces that open, close and combine everything the grammar has.
const PIECES: &[&str] = &[
    "$(",
    ")",
    "`",
    "((",
    "))",
    "$((",
    "${",
    "}",
    "{",
    "\"",
    "'",
    "$'",
    "\\",
    "\n",
    ";",
    "&",
    "|",
    "&&",
    "||",
    "<<E\n",
    "E\n",
    "<<<",
    ">",
    ">&",
    "<(",
    "[[ ",
    " ]]",
    "if ",
    "then ",
    "fi ",
    "for i in ",
    "do ",
    "done ",
    "while ",
    "case ",
    "esac ",
    "in ",
    "f(){ ",
    "x=",
    "$x",
    "${x//a/b}",
    "${x:1:2}",
    "${!x}",
    "a=(",
    "{a,b}",
    "{1..9}",
    "*",
    "?",
    "[",
    "~",
    "#",
    "!",
    "echo ",
    "eval ",
    "bash -c ",
    "| sh ",
    "xargs ",
    "printf '%d' ",
    "base64 -d ",
    "sed 's/a*/b/' ",
    "read x ",
    "set -- ",
    "python -c ",
    "(",
    "é",
    "\u{f0000}",
    "\u{0}",
    "-",
    "=",
    "@(",
    "|&",
    "$@",
    "awk '{print $1}' ",
    "tr a b ",
];

#[test]
fn mixtures_of_everything_end() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 100_003).expect("small")
    };
    for _ in 0..800 {
        let mut text = String::new();
        for _ in 0..=next() % 60 {
            text.push_str(PIECES[next() % PIECES.len()]);
        }
        check(&text);
    }
}

#[test]
fn every_piece_repeated_ends() {
    for piece in PIECES {
        check(&piece.repeat(16 * 1024 / piece.len()));
        check(&format!("{}x", piece.repeat(300)));
        for other in PIECES {
            check(&format!("{piece}{other}").repeat(12));
        }
    }
}

/// Long texts against long patterns: no match may need a stack as long as its text.
#[test]
fn long_matches_end() {
    let long = "a".repeat(30_000);
    for text in [
        format!("echo {long} | grep {long}"),
        format!("echo {long} | sed 's/{long}/b/'"),
        format!("[[ {long} =~ {long} ]]"),
        format!("echo {long} | grep '{}'", "a*".repeat(15_000)),
        format!("echo {long} | grep -E '{}'", "(a)".repeat(10_000)),
        format!("[[ a == {} ]]", "?(a)".repeat(15_000)),
        format!("[[ {long} == +(a) ]]"),
        format!("[[ {}x ]]", "&&".repeat(30_000)),
        format!("[[ {}x ]]", "x||".repeat(20_000)),
    ] {
        check(&text);
    }
}

#[test]
fn bounds_that_are_reached_are_told() {
    for text in [
        format!("{}a{}", "$(".repeat(500), ")".repeat(500)),
        "for((;;));do for((;;));do x+=a;eval \"$x\";done;done;".repeat(3) + &"a;".repeat(40_000),
        "x".repeat(200 * 1024),
        format!("pwsh -c '{}x'", "iex ".repeat(20)),
        format!("pwsh -c '{}'", "x;".repeat(3_000)),
    ] {
        assert!(analyze(&text, &world()).limit.is_some(), "{text:.60}");
    }
}
