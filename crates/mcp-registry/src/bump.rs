//! Whether a new version of an approved server may be taken over without a person: a patch, after its cooldown, of the same package
//! from the same source, with the same tools and no advisory.

use crate::day::{Day, days_between};
use crate::model::{Approved, Registry, Risk};
use crate::pin::Pin;

/// Days a version must have been public, unless `metadata.cooldown_days` says more.
const COOLDOWN_DAYS: u32 = 7;

/// The change a bump makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bump<'a> {
    pub version: &'a str,
    /// Index of the argument that names the package.
    pub argument: usize,
    pub specification: &'a str,
}

/// What is known of the new version. `None` is "not known", which never helps.
#[derive(Debug, Clone, Copy, Default)]
pub struct BumpEvidence {
    pub published: Option<Day>,
    pub tools_unchanged: Option<bool>,
    pub source_unchanged: Option<bool>,
    pub advisories: Option<usize>,
}

/// What may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BumpPlan {
    Automatic {
        argument: usize,
        specification: String,
    },
    /// Back to review, for these reasons.
    Review(Vec<String>),
}

/// Judges a bump of `entry` to `version` on `today`.
pub fn plan_bump(
    registry: &Registry,
    entry: &Approved,
    version: &str,
    evidence: BumpEvidence,
    today: Day,
) -> BumpPlan {
    let mut reasons = Vec::new();
    match step(&entry.version, version) {
        Some(Change::Patch) => {}
        Some(other) => reasons.push(format!("{} is a {} change", crate::shown(version), other.name())),
        None => reasons.push(format!(
            "{} and {} cannot be compared",
            crate::shown(&entry.version),
            crate::shown(version)
        )),
    }
    if entry.risk == Risk::High {
        reasons.push("HIGH risk is never bumped without a person".to_owned());
    }
    let cooldown = i64::from(registry.metadata.cooldown_days.unwrap_or(COOLDOWN_DAYS));
    match evidence.published.map(|day| days_between(day, today)) {
        Some(age) if age >= cooldown => {}
        Some(age) => reasons.push(format!("published {age} days ago; the cooldown is {cooldown}")),
        None => reasons.push("its day of publication is not known".to_owned()),
    }
    match evidence.tools_unchanged {
        Some(true) => {}
        Some(false) => reasons.push("its tools differ from the lock".to_owned()),
        None => reasons.push("its tools were not compared with the lock".to_owned()),
    }
    match evidence.source_unchanged {
        Some(true) => {}
        Some(false) => reasons.push("its source changed".to_owned()),
        None => reasons.push("its source was not compared".to_owned()),
    }
    match evidence.advisories {
        Some(0) => {}
        Some(count) => reasons.push(format!("{count} advisories name it")),
        None => reasons.push("the advisories were not looked through".to_owned()),
    }
    let place = place(entry, version);
    match place {
        Some((argument, specification)) if reasons.is_empty() => {
            BumpPlan::Automatic { argument, specification }
        }
        Some(_) => BumpPlan::Review(reasons),
        None => {
            reasons.push("its version does not stand in the arguments".to_owned());
            BumpPlan::Review(reasons)
        }
    }
}

/// The argument with the version, and what it becomes.
fn place(entry: &Approved, version: &str) -> Option<(usize, String)> {
    let crate::Transport::Command { arguments, .. } = &entry.config.transport else { return None };
    let program = entry.config.program()?;
    let package = program.packages.first()?;
    let (Pin::Exact(old), Some(at)) = (&package.pin, package.argument) else { return None };
    let argument = arguments.get(at)?;
    // From the right: `@scope/name@1.2.3`, `--from=name==1.2.3`.
    let cut = argument.rfind(old.as_str())?;
    let specification = format!("{}{version}{}", argument.get(..cut)?, argument.get(cut + old.len()..)?);
    Some((at, specification))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Patch,
    Minor,
    Major,
    Downgrade,
    PreRelease,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Change::Patch => "patch",
            Change::Minor => "minor",
            Change::Major => "major",
            Change::Downgrade => "downgrade or no",
            Change::PreRelease => "pre-release",
        }
    }
}

/// Below 1.0.0 a minor version may break everything, so it counts as a major one.
fn step(old: &str, new: &str) -> Option<Change> {
    let bare = |text: &str| semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok();
    let (old, new) = (bare(old)?, bare(new)?);
    Some(if new <= old {
        Change::Downgrade
    } else if !new.pre.is_empty() {
        Change::PreRelease
    } else if new.major != old.major || (old.major == 0 && new.minor != old.minor) {
        Change::Major
    } else if new.minor != old.minor {
        Change::Minor
    } else {
        Change::Patch
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        let rows = [
            ("1.2.3", "1.2.4", Change::Patch),
            ("1.2.3", "1.3.0", Change::Minor),
            ("1.2.3", "2.0.0", Change::Major),
            ("0.6.2", "0.7.0", Change::Major),
            ("0.6.2", "0.6.3", Change::Patch),
            ("1.2.3", "1.2.3", Change::Downgrade),
            ("1.2.3", "1.2.2", Change::Downgrade),
            ("1.2.3", "1.2.4-rc.1", Change::PreRelease),
        ];
        for (old, new, change) in rows {
            assert_eq!(step(old, new), Some(change), "{old} {new}");
        }
        assert_eq!(step("2025.01", "2025.02"), None);
    }
}
