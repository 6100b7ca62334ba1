//! Advisories in OSV's format, matched to what the registry approves; reading them from disk is the caller's.

use crate::launch::Family;
use crate::server::Server;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A package as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `npm`, `PyPI`, `Go`, `NuGet`.
    pub ecosystem: &'static str,
    pub name: String,
    pub version: String,
}

/// An advisory that names a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    pub id: String,
    /// First line of the summary; somebody else's text.
    pub summary: String,
    pub severity: Severity,
    /// The first version without it, where one is named.
    pub fixed: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Unknown,
    Low,
    Moderate,
    High,
    /// Also every `MAL-` record: the package itself is malware.
    Critical,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Unknown => "unknown",
            Severity::Low => "low",
            Severity::Moderate => "moderate",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// The packages a server fetches, with the versions they are pinned to. Containers and files have no ecosystem there.
pub fn subjects(server: &Server) -> Vec<Subject> {
    let Some(program) = server.program() else { return Vec::new() };
    let ecosystem = match program.family {
        Family::Npm | Family::Deno => "npm",
        Family::Python | Family::Interpreter => "PyPI",
        Family::Go => "Go",
        Family::Dotnet => "NuGet",
        Family::Container | Family::Shell | Family::Direct => return Vec::new(),
    };
    let named = program.packages.into_iter().filter_map(|package| {
        let version = match package.pin {
            crate::Pin::Exact(version) => version.strip_prefix('v').unwrap_or(&version).to_owned(),
            // Unpinned: any advisory of the package may hit; the empty version matches every range that has no fix.
            crate::Pin::Missing | crate::Pin::Floating(_) => String::new(),
            crate::Pin::Digest(_)
            | crate::Pin::Tag(_)
            | crate::Pin::Variable
            | crate::Pin::Path
            | crate::Pin::Name
            | crate::Pin::Remote => return None,
        };
        (!package.name.starts_with("jsr:") && !package.name.contains("://")).then_some(Subject {
            ecosystem,
            name: package.name,
            version,
        })
    });
    named.collect()
}

/// The advisory's word on the subject; `None` when it is about something else, or withdrawn.
pub fn judge(record: &Json, subject: &Subject) -> Option<Advisory> {
    if record.get("withdrawn").is_some_and(|value| !value.is_null()) {
        return None;
    }
    let id = record.get("id").and_then(Json::as_str)?;
    let mut fixed = None;
    let mut hit = false;
    for affected in record.get("affected").and_then(Json::as_array)? {
        if !names(affected, subject) {
            continue;
        }
        if let Reach::Hit { fix } = affects(affected, subject) {
            hit = true;
            fixed = fixed.or(fix);
        }
    }
    let summary =
        record.get("summary").or_else(|| record.get("details")).and_then(Json::as_str).unwrap_or_default();
    let severity = if id.starts_with("MAL-") { Severity::Critical } else { severity(record) };
    hit.then(|| Advisory {
        id: id.to_owned(),
        summary: summary.lines().next().unwrap_or_default().to_owned(),
        severity,
        fixed,
    })
}

fn names(affected: &Json, subject: &Subject) -> bool {
    let package = affected.get("package");
    let text =
        |key: &str| package.and_then(|package| package.get(key)).and_then(Json::as_str).unwrap_or_default();
    let ecosystem = text("ecosystem").split(':').next().unwrap_or_default();
    let same_name = match subject.ecosystem {
        "PyPI" => python_name(text("name")) == python_name(&subject.name),
        "NuGet" => text("name").eq_ignore_ascii_case(&subject.name),
        // A Go command lives in a folder of its module.
        "Go" => subject.name == text("name") || subject.name.starts_with(&format!("{}/", text("name"))),
        _ => text("name") == subject.name,
    };
    ecosystem == subject.ecosystem && same_name
}

fn python_name(name: &str) -> String {
    name.chars()
        .map(|letter| if matches!(letter, '_' | '.') { '-' } else { letter.to_ascii_lowercase() })
        .collect()
}

/// Whether an advisory reaches a version, and from which version on it does not.
enum Reach {
    Missed,
    Hit { fix: Option<String> },
}

fn affects(affected: &Json, subject: &Subject) -> Reach {
    let listed = affected.get("versions").and_then(Json::as_array).into_iter().flatten();
    let mut listed = listed.filter_map(Json::as_str).peekable();
    let ranges = affected.get("ranges").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    // A record with neither is about every version.
    if listed.peek().is_none() && ranges.is_empty() {
        return Reach::Hit { fix: None };
    }
    if listed.any(|version| version == subject.version) {
        return Reach::Hit { fix: None };
    }
    let versioned = ranges.iter().filter(|range| range.get("type").and_then(Json::as_str) != Some("GIT"));
    for range in versioned {
        if let Reach::Hit { fix } = in_range(range, subject) {
            return Reach::Hit { fix };
        }
    }
    Reach::Missed
}

/// Walks a range's events in the order of their versions, as OSV defines the evaluation.
fn in_range(range: &Json, subject: &Subject) -> Reach {
    let Some(events) = range.get("events").and_then(Json::as_array) else { return Reach::Missed };
    let mut sorted: Vec<(&str, &str)> = Vec::new();
    for event in events {
        for kind in ["introduced", "fixed", "last_affected"] {
            sorted.extend(event.get(kind).and_then(Json::as_str).map(|version| (kind, version)));
        }
    }
    let order = |a: &str, b: &str| compare(subject.ecosystem, a, b);
    sorted.sort_by(|a, b| order(a.1, b.1));
    if subject.version.is_empty() {
        // Whatever is newest runs: hit unless the last word is a fix.
        let open = matches!(sorted.last(), Some(("introduced", _)));
        return if open { Reach::Hit { fix: None } } else { Reach::Missed };
    }
    let mut inside = false;
    for (kind, version) in &sorted {
        let reached = order(&subject.version, version);
        match *kind {
            "introduced" if *version == "0" || reached != Ordering::Less => inside = true,
            "fixed" if reached != Ordering::Less => inside = false,
            "last_affected" if reached == Ordering::Greater => inside = false,
            _ => {}
        }
    }
    let fix = sorted
        .iter()
        .find(|(kind, version)| *kind == "fixed" && order(&subject.version, version) == Ordering::Less);
    if !inside {
        return Reach::Missed;
    }
    Reach::Hit { fix: fix.map(|(_, version)| (*version).to_owned()) }
}

fn severity(record: &Json) -> Severity {
    let word = record
        .get("database_specific")
        .and_then(|own| own.get("severity"))
        .and_then(Json::as_str)
        .unwrap_or_default();
    match word.to_ascii_uppercase().as_str() {
        "LOW" => Severity::Low,
        "MODERATE" | "MEDIUM" => Severity::Moderate,
        "HIGH" => Severity::High,
        "CRITICAL" => Severity::Critical,
        _ => Severity::Unknown,
    }
}

fn compare(ecosystem: &str, a: &str, b: &str) -> Ordering {
    let parsed = |text: &str| semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok();
    if ecosystem != "PyPI"
        && let (Some(a), Some(b)) = (parsed(a), parsed(b))
    {
        return a.cmp_precedence(&b);
    }
    release_order(a).cmp(&release_order(b))
}

/// Orders versions that are not semantic, Python's above all (PEP 440): epoch, numbers without trailing zeros, then
/// dev < alpha < beta < candidate < final < post.
fn release_order(text: &str) -> (u64, Vec<u64>, i8, u64) {
    let text = text.trim().trim_start_matches('v').split('+').next().unwrap_or_default().to_ascii_lowercase();
    let (epoch, rest) =
        text.split_once('!').map_or((0, text.as_str()), |(epoch, rest)| (epoch.parse().unwrap_or(0), rest));
    let numbers_end =
        rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    let (numbers, tail) = rest.split_at(numbers_end);
    let mut release: Vec<u64> = numbers.split('.').filter_map(|part| part.parse().ok()).collect();
    while release.last() == Some(&0) {
        release.pop();
    }
    let word: String = tail.chars().filter(char::is_ascii_alphabetic).collect();
    let stage = match word.as_str() {
        "dev" => -4,
        "a" | "alpha" => -3,
        "b" | "beta" => -2,
        "c" | "rc" | "pre" | "preview" => -1,
        "" => 0,
        word if word.starts_with("post") || word.starts_with("rev") || word == "r" => 1,
        // `1.0a1.dev2` and the like: before the final release, which is what matters here.
        _ => -3,
    };
    let number = tail
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect::<String>();
    (epoch, release, stage, number.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn subject(ecosystem: &'static str, name: &str, version: &str) -> Subject {
        Subject { ecosystem, name: name.into(), version: version.into() }
    }

    fn record(ecosystem: &str, name: &str, affected: &Json) -> Json {
        let mut entry = json!({"package": {"ecosystem": ecosystem, "name": name}});
        for (key, value) in affected.as_object().expect("object") {
            entry[key] = value.clone();
        }
        json!({"id": "GHSA-x", "summary": "bad\nmore", "affected": [entry], "database_specific": {"severity": "HIGH"}})
    }

    #[test]
    fn ranges_and_lists() {
        let range = |kind: &str, events: Json| json!({"ranges": [{"type": kind, "events": events}]});
        let rows = [
            (
                range("SEMVER", json!([{"introduced": "0"}, {"fixed": "0.1.16"}])),
                "0.1.15",
                Some(Some("0.1.16")),
            ),
            (range("SEMVER", json!([{"introduced": "0"}, {"fixed": "0.1.16"}])), "0.1.16", None),
            (
                range("SEMVER", json!([{"introduced": "1.0.0"}, {"last_affected": "1.2.0"}])),
                "1.2.0",
                Some(None),
            ),
            (range("SEMVER", json!([{"introduced": "1.0.0"}, {"last_affected": "1.2.0"}])), "1.2.1", None),
            (
                range(
                    "SEMVER",
                    json!([{"fixed": "2.0.1"}, {"introduced": "2.0.0"}, {"introduced": "0"}, {"fixed": "1.0.0"}]),
                ),
                "1.5.0",
                None,
            ),
            (
                range("SEMVER", json!([{"introduced": "0"}, {"fixed": "1.0.0"}])),
                "1.0.0-rc.1",
                Some(Some("1.0.0")),
            ),
            (range("GIT", json!([{"introduced": "0"}])), "1.0.0", None),
            (json!({"versions": ["1.0.0"]}), "1.0.0", Some(None)),
            (json!({"versions": ["1.0.0"]}), "1.0.1", None),
            (json!({}), "9.9.9", Some(None)),
        ];
        for (affected, version, wanted) in rows {
            let found =
                judge(&record("npm", "mcp-remote", &affected), &subject("npm", "mcp-remote", version));
            assert_eq!(
                found.map(|advisory| advisory.fixed),
                wanted.map(|fix| fix.map(str::to_owned)),
                "{affected} {version}"
            );
        }
    }

    #[test]
    fn names_compare_as_their_ecosystem_does() {
        let every = json!({});
        assert!(
            judge(&record("PyPI", "MCP_Server.Git", &every), &subject("PyPI", "mcp-server-git", "1"))
                .is_some()
        );
        assert!(judge(&record("npm", "Pkg", &every), &subject("npm", "pkg", "1.0.0")).is_none());
        assert!(
            judge(&record("Go", "example.com/a", &every), &subject("Go", "example.com/a/cmd/x", "1.0.0"))
                .is_some()
        );
        let mut withdrawn = record("npm", "pkg", &every);
        withdrawn["withdrawn"] = json!("2026-01-01T00:00:00Z");
        assert!(judge(&withdrawn, &subject("npm", "pkg", "1.0.0")).is_none());
        let mut malware = record("npm", "pkg", &every);
        malware["id"] = json!("MAL-2026-1");
        assert_eq!(
            judge(&malware, &subject("npm", "pkg", "1.0.0")).map(|found| found.severity),
            Some(Severity::Critical)
        );
    }

    #[test]
    fn python_versions_order() {
        let ascending = [
            "1.0.dev1",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0.post1",
            "1.0.1",
            "1.10",
            "2025.1.14",
            "1!0.1",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare("PyPI", pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("PyPI", "1.0", "1.0.0"), Ordering::Equal);
    }
}
