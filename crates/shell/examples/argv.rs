//! Prints what a command line would run: `cargo run -p shell --example argv -- 'echo rm | sh'`.
//!
//! Without an argument it reads command lines separated by NUL from standard input and prints, for each, its commands
//! (arguments separated by 0x1f, commands by 0x1e) and a NUL: what a script measures with.

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]

use std::io::Read;

use shell::{World, analyze};

fn main() -> std::io::Result<()> {
    let world = World { home: "/home/u".into(), cwd: "/home/u/project".into(), variables: Vec::new() };
    if let Some(text) = std::env::args().nth(1) {
        println!("{:#?}", analyze(&text, &world).commands.iter().map(summary).collect::<Vec<_>>());
        let analysis = analyze(&text, &world);
        println!("flows {:#?}\nlimit {:?}\nunparsed {:?}", analysis.flows, analysis.limit, analysis.unparsed);
        return Ok(());
    }
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    for text in input.split('\0') {
        let analysis = analyze(text, &world);
        for command in &analysis.commands {
            let words: Vec<&str> = command.argv.iter().map(shell::Value::text).collect();
            print!("{}\u{1e}", words.join("\u{1f}"));
        }
        if let Some(limit) = analysis.limit {
            print!("LIMIT\u{1f}{limit:?}\u{1e}");
        }
        for problem in &analysis.unparsed {
            print!("PROBLEM\u{1f}{}\u{1e}", problem.what);
        }
        print!("\0");
    }
    Ok(())
}

fn summary(command: &shell::Command) -> String {
    let words: Vec<String> = command.argv.iter().map(ToString::to_string).collect();
    let via: Vec<&str> = command.via.iter().map(|wrapper| wrapper.name.as_ref()).collect();
    format!("{words:?} via {via:?} {:?} in {:?} out {:?}", command.reach, command.stdin, command.stdout)
}
