//! CLAUDE.md, the charter, the CI gate: what people and the agent are told.

use hook_core::Tier;

use super::{Finding, Subject, about};
use crate::charter;
use crate::tiers::claude_md;

/// Beyond this many bytes of CLAUDE.md rules are followed less and less, as the requirement says.
const LONG_BYTES: usize = 8 * 1024;

pub fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    match &subject.claude_md {
        Some((file, text)) => {
            if text.len() > LONG_BYTES {
                let message = format!("{} KB; rules get lost beyond 8.", text.len() / 1024);
                findings.extend(about("DOC-3", file.clone(), message));
            }
            if changed_part(text) {
                findings.extend(about(
                    "DOC-4",
                    file.clone(),
                    "The part between the governance markers is not the tier's.",
                ));
            }
        }
        None if !subject.alone => findings.extend(about("DOC-1", "CLAUDE.md", "There is no CLAUDE.md.")),
        None => {}
    }
    if subject.alone {
        return;
    }
    match &subject.charter {
        None => findings.extend(about("DOC-2", "docs/ai-usage-charter.md", "There is no usage charter.")),
        Some(text) => {
            for blank in blanks(text) {
                findings.extend(about(
                    "DOC-5",
                    "docs/ai-usage-charter.md",
                    format!("`{blank}` is not filled in."),
                ));
            }
            acknowledged(subject, text, findings);
        }
    }
    if subject.workflow.is_none() {
        findings.extend(about(
            "CI-1",
            ".github/workflows/ai-governance.yml",
            "No workflow audits pull requests.",
        ));
    }
}

/// Everybody who was asked has acknowledged the charter as it stands.
fn acknowledged(subject: &Subject, charter: &str, findings: &mut Vec<Finding>) {
    let rows = subject.acknowledgements.as_deref().unwrap_or_default();
    match charter::people(rows, &charter::Charter::new(charter).version) {
        Ok(people) => {
            for (person, standing) in people.iter().filter(|(_, standing)| !standing.is_current()) {
                let message = format!("{}: {}.", person.escape_debug(), standing.told().escape_debug());
                findings.extend(about("DOC-6", charter::PEOPLE, message));
            }
        }
        Err(failure) => findings.extend(about("DOC-6", charter::PEOPLE, failure.to_string())),
    }
}

/// Whether a marked part is there and says something else than its tier's.
fn changed_part(text: &str) -> bool {
    let Some(from) = text.find("<!-- governance: ") else {
        return false;
    };
    let part = text.get(from..).unwrap_or_default();
    let name =
        part.get("<!-- governance: ".len()..).and_then(|rest| rest.split(" -->").next()).unwrap_or_default();
    match Tier::from_name(name) {
        // The regulated tier's heading names the regulation, so that line is the team's.
        Some(tier) => !part_matches(part, claude_md(tier)),
        None => true,
    }
}

fn part_matches(part: &str, wanted: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with("## Compliance Mode"))
            .map(|line| line.trim_end().to_string())
            .collect()
    };
    let wanted = lines(wanted);
    lines(part).get(..wanted.len()).is_some_and(|part| part == wanted)
}

/// Placeholders a template leaves: `[DATE]`, `[company]`, `{owner}`.
pub fn blanks(text: &str) -> Vec<String> {
    let mut blanks = Vec::new();
    for (open, close) in [('[', ']'), ('{', '}')] {
        let mut rest = text;
        while let Some(from) = rest.find(open) {
            let after = rest.get(from + 1..).unwrap_or_default();
            let Some(to) = after.find(close) else { break };
            let inside = after.get(..to).unwrap_or_default();
            let following = after.get(to + 1..).unwrap_or_default();
            let is_word =
                !inside.trim().is_empty() && inside.chars().all(|c| c.is_alphanumeric() || " _-".contains(c));
            // A check box or a link's text is no placeholder.
            if is_word && !following.starts_with('(') && !["x", "X"].contains(&inside) {
                blanks.push(format!("{open}{inside}{close}"));
            }
            rest = following;
        }
    }
    blanks
}

/// Whether a pull request's description has a section "AI Disclosure" with a box checked in it, or words of its own.
///
/// A real heading, not the letters AI: every e-mail address has those.
pub fn discloses(description: &str) -> bool {
    let mut inside = false;
    for line in description.lines() {
        let heading = line.trim_start_matches('#').trim();
        if line.starts_with('#') && heading.len() < line.len() {
            inside = heading.eq_ignore_ascii_case("AI Disclosure");
            continue;
        }
        let line = line.trim();
        let boxed = line.starts_with("- [") || line.starts_with("* [");
        let checked = boxed && line.get(3..4).is_some_and(|mark| mark.eq_ignore_ascii_case("x"));
        let written = !line.is_empty() && !boxed && !line.ends_with(':') && !line.starts_with("<!--");
        if inside && (checked || written) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{blanks, discloses};

    #[test]
    fn a_disclosure_is_a_section_that_says_something() {
        let rows = [
            ("## AI Disclosure\n- [x] AI assisted\n", true),
            ("# AI disclosure\nWritten with Claude Code, reviewed by me.", true),
            ("## AI Disclosure\n- [ ] No AI\n- [ ] AI\n\nTool and model:\n", false),
            ("Please e-mail the MAINTAINERS. AI-generated Claude.", false),
            ("## AI Disclosure\n\n## Tests\n- [x] pass", false),
            ("", false),
        ];
        for (text, expected) in rows {
            assert_eq!(discloses(text), expected, "{text}");
        }
    }

    #[test]
    fn blanks_are_placeholders_and_nothing_else() {
        assert_eq!(
            blanks("**Date**: [DATE], security@[company], {owner}"),
            ["[DATE]", "[company]", "{owner}"]
        );
        assert_eq!(blanks("- [ ] open - [x] done, [a link](https://example.com)"), Vec::<String>::new());
    }
}
