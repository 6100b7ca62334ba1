//! `corpus NAME`: recall and false positives over the labelled cases beside the project, and what the audit log costs;
//! one file a subject.

mod audit;
mod commands;
mod injection;
mod replay;
mod secrets;
mod settings;
mod speed;
mod unicode;

use std::process::ExitCode;

/// One measurement: its name and what prints it; the answer is whether its bars hold.
struct Measure {
    name: &'static str,
    run: fn(&[String]) -> Result<bool, String>,
}

#[rustfmt::skip] // One row a line, so that two new measurements never meet in one.
const MEASURES: &[Measure] = &[
    Measure { name: "audit", run: audit::measure },
    Measure { name: "commands", run: commands::measure },
    Measure { name: "injection", run: injection::run },
    Measure { name: "replay", run: replay::measure },
    Measure { name: "secrets", run: secrets::run },
    Measure { name: "speed", run: speed::run },
    Measure { name: "settings", run: settings::measure },
    Measure { name: "unicode", run: unicode::measure },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chosen =
        arguments.first().and_then(|name| MEASURES.iter().find(|measure| measure.name == name.as_str()));
    let Some(measure) = chosen else {
        let names: Vec<_> = MEASURES.iter().map(|measure| measure.name).collect();
        eprintln!("usage: corpus NAME [OPTIONS]; NAME is one of {}", names.join(", "));
        return ExitCode::from(2);
    };
    match (measure.run)(arguments.get(1..).unwrap_or_default()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("corpus {}: {message}", measure.name);
            ExitCode::from(3)
        }
    }
}
