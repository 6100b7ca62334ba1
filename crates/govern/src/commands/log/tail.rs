//! `govern log tail`: the last records, and those to come.

use super::query::text_row;
use super::{Verb, place};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use ledger::{Lines, Record, segments};
use std::collections::VecDeque;
use std::time::Duration;

pub(super) const VERB: Verb = Verb {
    name: "tail",
    about: "show the last records",
    options: "  --lines COUNT   how many (default 20)\n  \
              --follow        go on with new ones until interrupted\n  \
              --json          as they are stored\n  \
              --dir FOLDER    the log of another place (default: this user's)\n",
    run,
};

/// How often a followed log is looked at.
const PAUSE: Duration = Duration::from_millis(300);

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::existing(arguments, io)?;
    let count = usize::try_from(arguments.number("--lines")?.unwrap_or(20)).unwrap_or(usize::MAX);
    let json = arguments.flag("--json");
    let mut last: VecDeque<Vec<u8>> = VecDeque::new();
    let days = segments(&log).map_err(place::unreadable)?;
    let (mut day, mut offset) = (None, 0);
    // The newest two files hold the end, also just after midnight.
    for newest in days.iter().rev().take(2).rev() {
        let mut lines = Lines::open(&newest.path(&log), 0).map_err(place::unreadable)?;
        while let Some(line) = lines.next_line().map_err(place::unreadable)? {
            last.push_back(line.bytes.to_vec());
            if last.len() > count {
                last.pop_front();
            }
        }
        (day, offset) = (Some(*newest), lines.offset);
    }
    for line in &last {
        show(line, json, io)?;
    }
    while arguments.flag("--follow") {
        io.out.flush()?;
        std::thread::sleep(PAUSE);
        let reached = day;
        for newest in
            segments(&log).map_err(place::unreadable)?.into_iter().filter(|found| Some(*found) >= reached)
        {
            if Some(newest) != day {
                (day, offset) = (Some(newest), 0);
            }
            let mut lines = Lines::open(&newest.path(&log), offset).map_err(place::unreadable)?;
            while let Some(line) = lines.next_line().map_err(place::unreadable)? {
                if !line.whole {
                    break;
                }
                show(line.bytes, json, io)?;
                offset += line.bytes.len() as u64 + 1;
            }
        }
    }
    Ok(Exit::Clean)
}

fn show(line: &[u8], json: bool, io: &mut Io<'_>) -> Result<(), Failure> {
    match serde_json::from_slice::<Record>(line) {
        Ok(_) if json => {
            io.out.write_all(line)?;
            writeln!(io.out)?;
        }
        Ok(record) => writeln!(io.out, "{}", text_row(&record))?,
        Err(_) => writeln!(io.err, "(a line that is no record, {} bytes)", line.len())?,
    }
    Ok(())
}
