//! `govern charter fill`: the charter from its template, or the blanks of one that is there.

use super::super::init::{self, Answers, ask_text};
use super::super::install::Change;
use super::{Verb, root};
use crate::audit::MAX_FILE_BYTES;
use crate::charter::{CHARTER, Charter};
use crate::commands::arguments::Arguments;
use crate::transaction::{Fault, NewFile, commit};
use crate::{Exit, Failure, Io};
use hook_core::{Tier, files};

pub(super) const VERB: Verb = Verb {
    name: "fill",
    about: "write the charter from the template, or fill the blanks of the one that is there",
    options: "  --organization NAME       whose charter it is\n  \
              --owner NAME              who answers for it\n  \
              --security-contact NAME   where exposures are reported\n  \
              --dry-run                 print the change only\n  \
              --dir FOLDER              the repository (default: here)\n",
    run,
};

/// Placeholders of the requirement's own template, and the ones they are here.
const OTHER_FORMS: &[(&str, &str)] = &[
    ("[DATE]", "{today}"),
    ("security@[company]", "{security_contact}"),
    ("[Organization Name]", "{organization}"),
    ("[company]", "{organization}"),
];

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let root = root(arguments, io);
    let path = root.join(CHARTER);
    let before = files::read_bounded(&path, MAX_FILE_BYTES)?;
    let mut template = match &before {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => init::CHARTER.to_owned(),
    };
    for (theirs, ours) in OTHER_FORMS {
        template = template.replace(theirs, ours);
    }
    let mut say = |option: &str, blank: &str, question: &str, default: &str| match arguments.value(option) {
        Some(text) => Ok(text.to_owned()),
        // What is not blank is not asked for, and its answer would go nowhere.
        None if !template.contains(blank) => Ok(String::new()),
        None if io.terminal => ask_text(question, default, io),
        None => Err(Failure::Usage(format!("{question}? Say {option}"))),
    };
    let answers = Answers {
        tier: Tier::Standard,
        organization: say("--organization", "{organization}", "Organisation", "this organisation")?,
        owner: say("--owner", "{owner}", "Owner of the charter", "Engineering Lead")?,
        security_contact: say(
            "--security-contact",
            "{security_contact}",
            "Where exposures are reported (an address)",
            "the security team",
        )?,
    };
    let text = init::filled(&template, &answers, io);
    let charter = Charter::new(&text);
    let change = Change { before, after: text.into_bytes() };
    if arguments.flag("--dry-run") {
        change.print_diff(&path, io.out)?;
        return Ok(Exit::Clean);
    }
    if change.before.as_deref() != Some(change.after.as_slice()) {
        let file = NewFile { path: path.clone(), content: change.after, mode: 0o644 };
        commit(&root, &[file], Fault::None)
            .map_err(|error| Failure::Unreadable(format!("{}: {error}", path.display())))?;
    }
    writeln!(io.out, "{CHARTER}: version {}", charter.short())?;
    for fault in charter.faults() {
        writeln!(io.out, "left: {fault}")?;
    }
    Ok(if charter.faults().is_empty() { Exit::Clean } else { Exit::Findings })
}
