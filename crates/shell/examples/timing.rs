//! Times `analyze` on command lines separated by NUL on standard input: percentiles in microseconds, and the slowest.

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]

use std::io::Read;

use shell::{World, analyze};

fn main() -> std::io::Result<()> {
    let world = World { home: "/home/u".into(), cwd: "/home/u/project".into(), variables: Vec::new() };
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let mut times = Vec::new();
    for bytes in input.split(|byte| *byte == 0) {
        let text = String::from_utf8_lossy(bytes);
        let best = (0..2).map(|_| {
            let start = processor_time();
            let analysis = analyze(&text, &world);
            ((processor_time() - start) / 1e3, analysis.limit, analysis.commands.len())
        });
        let best = best.min_by(|left, right| left.0.total_cmp(&right.0));
        times.extend(best.map(|(time, limit, commands)| {
            (time, limit, commands, text.chars().take(60).collect::<String>())
        }));
    }
    times.sort_by(|left, right| left.0.total_cmp(&right.0));
    for percent in [50, 90, 99, 100] {
        if let Some(row) = times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))) {
            println!("p{percent}: {:.1} us", row.0);
        }
    }
    for row in times.iter().rev().take(20) {
        println!("{:.0} us {:?} {} commands: {:?}", row.0, row.1, row.2, row.3);
    }
    println!("limits: {}", times.iter().filter(|row| row.1.is_some()).count());
    Ok(())
}

/// Nanoseconds this thread has run, which waiting for other processes does not change.
#[expect(clippy::disallowed_methods, reason = "an example measures; the file is the kernel's")]
fn processor_time() -> f64 {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    statistics.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or(0.0)
}
