//! The few questions of `govern init`: asked only where a person sits at a terminal and has not said already.

use std::io::Read;

use hook_core::Tier;

use super::Request;
use crate::{Failure, Io};

/// What the templates need to know.
pub(crate) struct Answers {
    pub(crate) tier: Tier,
    pub(crate) organization: String,
    pub(crate) owner: String,
    pub(crate) security_contact: String,
}

/// Asks what the request leaves open. Nothing is written before the last answer, so stopping here changes nothing.
pub(super) fn ask(request: &Request, io: &mut Io<'_>) -> Result<Answers, Failure> {
    let interactive = io.terminal && !request.yes;
    let tier = match request.tier {
        Some(tier) => tier,
        None if interactive => ask_tier(io)?,
        None => {
            return Err(Failure::Usage(
                "which tier? Name starter, standard, strict or regulated; `govern tier list` says which fits"
                    .into(),
            ));
        }
    };
    let folder = request.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = folder.unwrap_or_else(|| "this organisation".into());
    let owner = if io.user.is_empty() { "Engineering Lead".to_string() } else { io.user.clone() };
    let mut open = |given: &Option<String>, question: &str, default: String| match given {
        Some(given) => Ok(given.clone()),
        None if interactive => ask_text(question, &default, io),
        None => Ok(default),
    };
    Ok(Answers {
        tier,
        organization: open(&request.organization, "Organisation", folder)?,
        owner: open(&request.owner, "Owner of the charter and the registry", owner)?,
        security_contact: open(
            &request.security_contact,
            "Where exposures are reported (an address)",
            "the security team".into(),
        )?,
    })
}

/// The decision framework: what is governed decides how much.
fn ask_tier(io: &mut Io<'_>) -> Result<Tier, Failure> {
    writeln!(io.out, "What is governed?")?;
    for (number, tier) in Tier::ALL.into_iter().enumerate() {
        writeln!(io.out, "  {} {:<10} {}", number + 1, tier.name(), super::super::tier::meant_for(tier).0)?;
    }
    loop {
        let answer = ask_text("Tier", "2", io)?;
        let by_number =
            answer.parse::<usize>().ok().and_then(|number| Tier::ALL.get(number.checked_sub(1)?).copied());
        match by_number.or_else(|| Tier::from_name(&answer)) {
            Some(tier) => return Ok(tier),
            None => writeln!(io.out, "`{answer}` is none of them.")?,
        }
    }
}

pub(in crate::commands) fn ask_text(
    question: &str,
    default: &str,
    io: &mut Io<'_>,
) -> Result<String, Failure> {
    write!(io.out, "{question} [{default}]: ")?;
    io.out.flush()?;
    let line = read_line(io.input)?;
    let Some(line) = line else {
        return Err(Failure::Usage("the answers ended early; nothing was written".into()));
    };
    // An answer goes into YAML and Markdown: no quotes, no line breaks.
    let line: String = line.trim().chars().filter(|c| !c.is_control() && *c != '"' && *c != '\\').collect();
    Ok(if line.is_empty() { default.to_string() } else { line })
}

/// One line, byte by byte: what comes after it belongs to the next question. `None` at the end of input.
fn read_line(input: &mut dyn Read) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while input.read(&mut byte)? == 1 {
        let [one] = byte;
        if one == b'\n' {
            return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
        }
        bytes.push(one);
    }
    Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}
