//! `govern tier`: which tier fits, what each holds, and which data classes its rules protect.

use hook_core::Tier;

use super::Command;
use super::init::TEMPLATES;
use crate::tiers::{claude_md, permission_rows, settings};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "tier",
    about: "which tier fits, and what each holds",
    usage: "usage: govern tier list\n       govern tier show TIER [--settings|--claude-md]\n       govern tier classes [TIER]\n       \
            govern tier choose personal|team|production|regulated\n       govern tier template PATH",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["list"] => list(io)?,
        ["show", name] | ["show", name, "--settings"] => writeln!(io.out, "{:#}", settings(tier(name)?))?,
        ["show", name, "--claude-md"] => write!(io.out, "{}", claude_md(tier(name)?))?,
        ["classes"] => classes(Tier::Regulated, io)?,
        ["classes", name] => classes(tier(name)?, io)?,
        ["choose", context] => choose(context, io)?,
        ["template", path] => template(path, io)?,
        _ => return Err(Failure::Usage(COMMAND.usage.into())),
    }
    Ok(Exit::Clean)
}

fn tier(name: &str) -> Result<Tier, Failure> {
    Tier::from_name(name).ok_or_else(|| {
        Failure::Usage(format!("no tier `{name}`; there are starter, standard, strict, regulated"))
    })
}

/// When a tier is meant and how long it takes to set up, as the requirement says.
pub fn meant_for(tier: Tier) -> (&'static str, &'static str) {
    match tier {
        Tier::Starter => ("side projects and small teams (under 5), no production data", "10 minutes"),
        Tier::Standard => ("teams of 5 to 20, production-adjacent code", "45 minutes"),
        Tier::Strict => ("teams over 20, production-critical systems, customer data", "2 hours"),
        Tier::Regulated => ("HIPAA, SOC 2, PCI, ISO 27001: finance, healthcare", "half a day"),
    }
}

fn list(io: &mut Io<'_>) -> Result<(), Failure> {
    for tier in Tier::ALL {
        let (whom, time) = meant_for(tier);
        let rules = permission_rows().iter().filter(|row| row.from <= tier).count();
        writeln!(io.out, "{:<10} {whom}; {rules} permission rules; set up in {time}", tier.name())?;
    }
    Ok(())
}

/// The decision framework: what is governed decides how much.
fn choose(context: &str, io: &mut Io<'_>) -> Result<(), Failure> {
    let (tier, controls) = match context {
        "personal" => (Tier::Starter, "CLAUDE.md guidelines, basic hooks"),
        "team" => (Tier::Standard, "shared settings.json, MCP registry, pull request gates"),
        "production" => (Tier::Strict, "the full tier, the approval workflow, the audit log"),
        "regulated" => (Tier::Regulated, "all of strict, and the compliance audit trail"),
        _ => {
            return Err(Failure::Usage(format!(
                "`{context}` is not personal, team, production or regulated"
            )));
        }
    };
    writeln!(io.out, "{tier}: {controls}. `govern init {tier}` sets it up.")?;
    Ok(())
}

/// The text a repository's file is made from, its placeholders as they stand.
fn template(path: &str, io: &mut Io<'_>) -> Result<(), Failure> {
    let Some((_, text)) = TEMPLATES.iter().find(|(known, _)| *known == path) else {
        let known: Vec<&str> = TEMPLATES.iter().map(|(path, _)| *path).collect();
        return Err(Failure::Usage(format!("no template for `{path}`; there are {}", known.join(", "))));
    };
    write!(io.out, "{text}")?;
    Ok(())
}

const CLASSES: &[(&str, &str)] = &[
    ("PUBLIC", "allowed without restriction"),
    ("INTERNAL", "allowed with the standard configuration"),
    ("CONFIDENTIAL", "allowed on an enterprise plan; these files stay closed"),
    (
        "RESTRICTED",
        "never in an AI context; these files stay closed, and the secrets scanner looks for the data itself",
    ),
];

fn classes(tier: Tier, io: &mut Io<'_>) -> Result<(), Failure> {
    for (class, meaning) in CLASSES {
        writeln!(io.out, "{class}: {meaning}")?;
        for row in
            permission_rows().iter().filter(|row| row.from <= tier && row.class.as_deref() == Some(class))
        {
            writeln!(io.out, "  {:<4} {:<40} from {}: {}", row.list, row.rule, row.from, row.why)?;
        }
    }
    Ok(())
}
