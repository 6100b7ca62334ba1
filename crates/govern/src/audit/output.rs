//! The audit's findings as text, JSON, SARIF, JUnit, Markdown and GitHub annotations.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Finding, Level, RULES};

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Sarif,
    Junit,
    Markdown,
    Github,
}

impl Format {
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            "junit" => Self::Junit,
            "markdown" => Self::Markdown,
            "github" => Self::Github,
            _ => return None,
        })
    }
}

/// Writes the findings in this form.
pub fn write(format: Format, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text(findings, out),
        Format::Json => writeln!(out, "{:#}", as_json(findings)),
        Format::Sarif => writeln!(out, "{:#}", sarif(findings)),
        Format::Junit => junit(findings, out),
        Format::Markdown => markdown(findings, out),
        Format::Github => github(findings, out),
    }
}

fn counts(findings: &[Finding]) -> (usize, usize, usize) {
    let of = |level| findings.iter().filter(|finding| finding.level == level).count();
    (of(Level::Error), of(Level::Warning), of(Level::Note))
}

fn text(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        let rule = finding.rule;
        let (line, column) = (finding.position.line, finding.position.column);
        writeln!(out, "{}[{}]: {}", finding.level.name(), rule.id, finding.message)?;
        writeln!(out, "  --> {}:{line}:{column}", finding.file.display())?;
        if !finding.line.is_empty() {
            // A tab is one column for the position and many for the eye; one blank each keeps the caret right.
            let shown: String =
                finding.line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect();
            let caret = "^".repeat(finding.length.clamp(1, 60));
            writeln!(out, "   | {shown}\n   | {}{caret}", " ".repeat(column.saturating_sub(1).min(160)))?;
        }
        writeln!(out, "   = effect: {}\n   = remedy: {}\n", rule.effect, rule.remedy)?;
    }
    let (errors, warnings, notes) = counts(findings);
    writeln!(out, "{errors} errors, {warnings} warnings, {notes} notes")
}

fn as_json(findings: &[Finding]) -> Value {
    let (errors, warnings, notes) = counts(findings);
    let rows: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.rule.id, "level": finding.level.name(), "title": finding.rule.title,
                "file": finding.file, "line": finding.position.line, "column": finding.position.column,
                "message": finding.message, "effect": finding.rule.effect, "remedy": finding.rule.remedy,
                "fingerprint": finding.fingerprint(),
            })
        })
        .collect();
    json!({ "errors": errors, "warnings": warnings, "notes": notes, "findings": rows })
}

/// SARIF 2.1.0; every result has a place, every rule a security severity.
fn sarif(findings: &[Finding]) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            let severity = match rule.level {
                Level::Error => "8.0",
                Level::Warning => "5.0",
                Level::Note => "2.0",
            };
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.title },
                "fullDescription": { "text": rule.effect },
                "help": { "text": rule.remedy },
                "defaultConfiguration": { "level": rule.level.name() },
                "properties": { "security-severity": severity, "tags": ["security", "claude-code"] },
            })
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let uri = finding.file.to_string_lossy().replace('\\', "/");
            let (line, column) = (finding.position.line.max(1), finding.position.column.max(1));
            json!({
                "ruleId": finding.rule.id,
                "level": finding.level.name(),
                "message": { "text": finding.message },
                "partialFingerprints": { "governance/v1": finding.fingerprint() },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri },
                    "region": { "startLine": line, "startColumn": column },
                } }],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "govern", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "automationDetails": { "id": "govern/audit" },
            "results": results,
        }],
    })
}

fn junit(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let failed: Vec<_> = findings.iter().filter(|finding| finding.level != Level::Note).collect();
    // One case a rule, so that what passed is seen as well.
    writeln!(out, "<testsuite name=\"govern audit\" tests=\"{}\" failures=\"{}\">", RULES.len(), {
        let mut ids: Vec<_> = failed.iter().map(|finding| finding.rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    })?;
    for rule in RULES {
        let own: Vec<_> = failed.iter().filter(|finding| finding.rule.id == rule.id).collect();
        writeln!(
            out,
            "  <testcase classname=\"govern.audit\" name=\"{} {}\">",
            rule.id,
            escaped(rule.title)
        )?;
        if let Some(first) = own.first() {
            writeln!(
                out,
                "    <failure message=\"{}\" type=\"{}\">",
                escaped(&first.message),
                rule.level.name()
            )?;
            for finding in &own {
                let place = format!("{}:{}", finding.file.display(), finding.position.line);
                writeln!(out, "{}: {}", escaped(&place), escaped(&finding.message))?;
            }
            writeln!(out, "    </failure>")?;
        }
        writeln!(out, "  </testcase>")?;
    }
    writeln!(out, "</testsuite>")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

fn markdown(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings, notes) = counts(findings);
    writeln!(
        out,
        "## Claude Code governance audit\n\n{errors} errors, {warnings} warnings, {notes} notes\n"
    )?;
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| level | rule | place | what | remedy |\n|---|---|---|---|---|")?;
    for finding in findings {
        let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        writeln!(
            out,
            "| {} | {} | {}:{} | {} | {} |",
            finding.level.name(),
            finding.rule.id,
            cell(&finding.file.to_string_lossy()),
            finding.position.line,
            cell(&finding.message),
            cell(finding.rule.remedy)
        )?;
    }
    Ok(())
}

/// Workflow commands; `%`, line breaks and, in properties, `:` and `,` have to be escaped.
fn github(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    for finding in findings {
        let level = if finding.level == Level::Note { "notice" } else { finding.level.name() };
        writeln!(
            out,
            "::{level} file={},line={},col={},title={}::{}",
            property(&finding.file.to_string_lossy()),
            finding.position.line,
            finding.position.column,
            property(&format!("{} {}", finding.rule.id, finding.rule.title)),
            data(&format!("{} {}", finding.message, finding.rule.remedy))
        )?;
    }
    let (errors, warnings, notes) = counts(findings);
    writeln!(out, "{errors} errors, {warnings} warnings, {notes} notes")
}
