//! `govern log seal`: a checkpoint now, for timers: a day without sessions is then provably a day without records.

use super::Verb;
use super::place;
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};

pub(super) const VERB: Verb = Verb {
    name: "seal",
    about: "sign a checkpoint over the log now (for a timer, so that silence can be proved)",
    options: "  --dir FOLDER   the log of another place (default: this user's)\n",
    run,
};

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let log = place::folder(arguments, io);
    let origin = ledger::local_origin(&audit_logger::host());
    match ledger::seal(&log, io.now, &origin).map_err(place::unreadable)? {
        Some(checkpoint) => write!(io.out, "{}", checkpoint.body())?,
        None => return Err(Failure::Unreadable("the log is busy; try again".into())),
    }
    Ok(Exit::Clean)
}
