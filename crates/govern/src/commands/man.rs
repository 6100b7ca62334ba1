//! `govern man`: manual pages, one for govern and one for each command, from the texts that `--help` prints.

use chrono::NaiveDate;
use hook_core::files;
use roff::{Roff, bold, roman};

use super::arguments::Arguments;
use super::{COMMANDS, Command, pages};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "man",
    about: "print a manual page, or write all of them",
    usage: "usage: govern man [COMMAND]\n       govern man --out FOLDER\n\n  \
            COMMAND        the page of one command (default: the page of govern)\n  \
            --out FOLDER   write every page there, as govern.1 and govern-COMMAND.1\n  \
            --date DAY     the day the pages carry (default: today)",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let given = Arguments::parse(arguments, COMMAND.usage)?;
    let today = match given.value("--date") {
        Some(day) => {
            day.parse().map_err(|_| Failure::Usage(format!("--date needs YYYY-MM-DD, not `{day}`")))?
        }
        None => io.now.date_naive(),
    };
    if let Some(folder) = given.value("--out") {
        let folder = io.cwd.join(folder);
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::Unreadable(format!("{}: {error}", folder.display())))?;
        files::write_atomic(&folder.join("govern.1"), overview(today).as_bytes(), 0o644)?;
        for command in COMMANDS {
            let file = folder.join(format!("govern-{}.1", command.name));
            files::write_atomic(&file, page(command, today).as_bytes(), 0o644)?;
        }
        writeln!(io.out, "{} pages in {}", COMMANDS.len() + 1, folder.display())?;
        return Ok(Exit::Clean);
    }
    let text = match given.word() {
        None => overview(today),
        Some(name) => {
            let command = COMMANDS.iter().find(|command| command.name == name);
            let command = command
                .ok_or_else(|| Failure::Usage(format!("no command `{name}`; `govern help` lists them")))?;
            page(command, today)
        }
    };
    write!(io.out, "{text}")?;
    Ok(Exit::Clean)
}

fn head(title: &str, today: NaiveDate) -> Roff {
    let mut page = Roff::new();
    let version = format!("govern {}", env!("CARGO_PKG_VERSION"));
    page.control("TH", [title, "1", &today.to_string(), &version, "Claude Code governance"]);
    page
}

fn overview(today: NaiveDate) -> String {
    let mut page = head("GOVERN", today);
    page.control("SH", ["NAME"]);
    page.text([roman("govern \\- the companion of the Claude Code governance hooks".replace("\\-", "-"))]);
    page.control("SH", ["SYNOPSIS"]);
    page.text([bold("govern"), roman(" COMMAND [ARGUMENT]...")]);
    page.control("SH", ["COMMANDS"]);
    for (name, about) in pages::commands() {
        page.control("TP", []);
        page.text([bold(format!("govern-{name}")), roman("(1)")]);
        page.text([roman(about)]);
    }
    exit_codes(&mut page);
    page.render()
}

fn page(command: &Command, today: NaiveDate) -> String {
    let mut page = head(&format!("GOVERN-{}", command.name.to_uppercase()), today);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("govern-{} - {}", command.name, command.about))]);
    page.control("SH", ["USAGE"]);
    literal(&mut page, command.usage);
    for verb in pages::verbs(command) {
        page.control("SS", [format!("govern {} {}", command.name, verb.name).as_str()]);
        page.text([roman(verb.about)]);
        literal(&mut page, verb.options);
    }
    exit_codes(&mut page);
    page.render()
}

/// Text whose lines stay as they are.
fn literal(page: &mut Roff, text: &str) {
    page.control("nf", []);
    for line in text.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
}

fn exit_codes(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    page.text([roman(
        "0: clean. 1: something was found, or a check failed. 2: the command line or a configuration file is wrong. \
         3: something could not be read or written.",
    )]);
}
