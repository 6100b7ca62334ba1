//! What was found in an event, and the words for it: a person is shown what was hidden, escaped; the model never is.

use hook_core::{Context, Error, Event, Mode, Scope, Severity};
use secrets::TagKey;

use crate::finding::{Class, Finding, Weight};
use crate::scan::{Options, scan};

/// Findings spelled out in one message.
const SPELLED_OUT: usize = 3;

/// A finding that no exception covers.
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) mode: Mode,
    /// Where it stands: a pointer into the event, or a file.
    pub(crate) place: String,
    fingerprint: String,
}

/// The text to look at, and where it stands.
pub(crate) struct Source<'a> {
    pub(crate) place: String,
    /// The file the text belongs to, for exceptions by path; empty where there is none.
    pub(crate) path: &'a str,
    pub(crate) options: Options,
}

/// Adds the findings in `text` that count.
pub(crate) fn gather(
    source: &Source<'_>,
    text: &str,
    context: &Context<'_>,
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    let findings = scan(text, source.options);
    if findings.is_empty() {
        return Ok(());
    }
    let key = TagKey::new(context.state.tag_key()?);
    for finding in findings {
        let value = text.get(finding.span.clone()).unwrap_or_default();
        let fingerprint = key.fingerprint(finding.class.rule(), value);
        let scope = Scope {
            path: Some(source.path).filter(|path| !path.is_empty()),
            fingerprint: Some(&fingerprint),
        };
        let mode = context.judge(finding.class.rule(), &scope);
        if mode != Mode::Off {
            found.push(Found { finding, mode, place: source.place.clone(), fingerprint });
        }
    }
    Ok(())
}

/// Halves of surrogate pairs: the reader of the JSON has replaced and counted them.
pub(crate) fn gather_surrogates(event: &Event, context: &Context<'_>, found: &mut Vec<Found>) {
    let count = event.lone_surrogates();
    let mode = context.judge(Class::LoneSurrogate.rule(), &Scope::default());
    if count == 0 || mode == Mode::Off {
        return;
    }
    let finding = Finding {
        class: Class::LoneSurrogate,
        weight: Weight::Suspect,
        code_point: char::REPLACEMENT_CHARACTER,
        count,
        line: 1,
        column: 1,
        span: 0..0,
        preview: String::new(),
        hidden: None,
    };
    found.push(Found { finding, mode, place: "tool_input".to_owned(), fingerprint: String::new() });
}

impl Found {
    pub(crate) fn rule(&self) -> &'static str {
        self.finding.class.rule()
    }

    /// Class, code point, number and place: enough to find it, nothing to obey.
    pub(crate) fn for_model(&self) -> String {
        let Finding { class, code_point, count, line, column, .. } = &self.finding;
        if *class == Class::LoneSurrogate {
            return format!("{} in {}", class.what(), self.place);
        }
        let many = if *count == 1 { String::new() } else { format!(", {count} characters") };
        let code = u32::from(*code_point);
        format!("{} (from U+{code:04X}{many}) in {}, line {line}, column {column}", class.what(), self.place)
    }

    /// The same with what is hidden, escaped.
    pub(crate) fn for_user(&self) -> String {
        let hidden = match &self.finding.hidden {
            Some(text) if self.finding.class.is_invisible() => format!("; decoded: \"{text}\""),
            Some(text) => format!("; reads as \"{text}\""),
            None => String::new(),
        };
        format!("{}{hidden}", self.for_model())
    }

    pub(crate) fn record(&self) -> hook_core::Finding {
        let severity = match self.finding.weight {
            Weight::Stop => Severity::High,
            Weight::Suspect | Weight::Note => Severity::Medium,
        };
        hook_core::Finding {
            rule: self.rule().to_owned(),
            severity,
            pointer: self.place.clone(),
            summary: self.for_model(),
            fingerprint: self.fingerprint.clone(),
        }
    }
}

/// The first findings, one after the other, and how many more there are.
pub(crate) fn listed(found: &[&Found], describe: fn(&Found) -> String) -> String {
    let mut lines: Vec<String> = found.iter().take(SPELLED_OUT).map(|one| describe(one)).collect();
    if found.len() > SPELLED_OUT {
        lines.push(format!("{} more", found.len() - SPELLED_OUT));
    }
    lines.join("; ")
}
