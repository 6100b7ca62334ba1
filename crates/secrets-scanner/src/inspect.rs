//! Scans texts under a policy: what is found, what of it counts, what goes on record.

use std::path::{Path, PathBuf};

use hook_core::{Context, Error, Finding, Mode, Scope, Severity};
use secrets::{Confidence, CustomRule, Hit, Options, TagKey};
use serde_json::Value;

/// What a finding that counts calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It may be a password; the tier lets it pass with a word to the user.
    Guess,
    /// It is a secret.
    Secret,
}

/// A finding that counts.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) what: String,
    pub(crate) weight: Weight,
}

/// One event's scan: the policy's view of it, and everything found so far.
pub(crate) struct Inspection<'a> {
    context: &'a Context<'a>,
    options: Options,
    custom: Vec<CustomRule>,
    key: Option<TagKey>,
    /// The file the texts belong to, for exceptions that name paths.
    path: Option<PathBuf>,
    /// For the audit log, exceptions and rules that only observe included.
    pub(crate) findings: Vec<Finding>,
    /// What counts, in order.
    pub(crate) found: Vec<Found>,
}

impl<'a> Inspection<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Result<Self, Error> {
        Ok(Self {
            context,
            options: Options { personal_data: context.policy.flag("personal_data") },
            custom: custom_rules(context)?,
            key: None,
            path: None,
            findings: Vec::new(),
            found: Vec::new(),
        })
    }

    pub(crate) fn about_file(mut self, path: Option<PathBuf>) -> Self {
        self.path = path;
        self
    }

    /// Scans one text; the answer is the text with what counts replaced, or nothing where nothing counts.
    pub(crate) fn text(&mut self, pointer: &str, text: &str) -> Result<Option<String>, Error> {
        let hits = self.hits(text)?;
        if hits.is_empty() {
            return Ok(None);
        }
        let key = self.tag_key()?;
        let mut acting = hits;
        acting.retain(|hit| self.counts(hit, pointer, text.get(hit.span.clone()).unwrap_or_default(), &key));
        if acting.is_empty() {
            return Ok(None);
        }
        let hits: Vec<Hit<'_>> = acting.iter().map(OwnedHit::borrow).collect();
        Ok(Some(secrets::redact(text, &hits, &key)))
    }

    fn hits(&self, text: &str) -> Result<Vec<OwnedHit>, Error> {
        let mut hits = secrets::scan(text, &self.options);
        if !self.custom.is_empty() {
            let found = secrets::scan_custom(text, &self.custom);
            hits = secrets::merge(hits, found.map_err(|message| invalid(self.context, &message))?);
        }
        Ok(hits.into_iter().map(owned).collect())
    }

    /// Whether a hit counts under this policy; puts it on record where it does, or would.
    fn counts(&mut self, hit: &OwnedHit, pointer: &str, value: &str, key: &TagKey) -> bool {
        if hit.severity == secrets::Severity::Low && !self.context.policy.flag("identifiers") {
            return false;
        }
        let fingerprint = key.fingerprint(&hit.rule, value);
        let path = self.path.as_ref().and_then(|path| path.to_str());
        let mode = self.context.judge(&hit.rule, &Scope { path, fingerprint: Some(&fingerprint) });
        if mode == Mode::Off {
            return false;
        }
        self.findings.push(Finding {
            rule: hit.rule.clone(),
            severity: severity(hit.severity),
            pointer: pointer.into(),
            summary: format!("holds {}", hit.what),
            fingerprint,
        });
        // A rule of the hook's own mode is left to the road, which knows what that mode does.
        let acts = mode >= self.context.policy.hook_mode();
        if acts {
            let is_guess = hit.confidence == Confidence::Generic && !self.context.policy.flag("guesses");
            let weight = if is_guess { Weight::Guess } else { Weight::Secret };
            self.found.push(Found { rule: hit.rule.clone(), what: hit.what.clone(), weight });
        }
        acts
    }

    /// The first finding of at least this weight.
    pub(crate) fn first(&self, weight: Weight) -> Option<&Found> {
        self.found.iter().find(|found| found.weight >= weight)
    }

    /// What counts, each kind once, as words: "an AWS access key id and a private key".
    pub(crate) fn kinds(&self) -> String {
        let mut kinds: Vec<&str> = Vec::new();
        for found in &self.found {
            if !kinds.contains(&found.what.as_str()) {
                kinds.push(&found.what);
            }
        }
        kinds.join(" and ")
    }

    fn tag_key(&mut self) -> Result<TagKey, Error> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        let key = TagKey::new(self.context.state.tag_key()?);
        self.key = Some(key.clone());
        Ok(key)
    }
}

/// A hit that outlives the rules it came from.
struct OwnedHit {
    rule: String,
    what: String,
    span: std::ops::Range<usize>,
    severity: secrets::Severity,
    confidence: Confidence,
}

impl OwnedHit {
    fn borrow(&self) -> Hit<'_> {
        Hit {
            rule: &self.rule,
            what: &self.what,
            span: self.span.clone(),
            severity: self.severity,
            confidence: self.confidence,
        }
    }
}

fn owned(hit: Hit<'_>) -> OwnedHit {
    OwnedHit {
        rule: hit.rule.into(),
        what: hit.what.into(),
        span: hit.span,
        severity: hit.severity,
        confidence: hit.confidence,
    }
}

fn severity(severity: secrets::Severity) -> Severity {
    match severity {
        secrets::Severity::Low => Severity::Low,
        secrets::Severity::Medium => Severity::Medium,
        secrets::Severity::High => Severity::High,
        secrets::Severity::Critical => Severity::Critical,
    }
}

fn custom_rules(context: &Context<'_>) -> Result<Vec<CustomRule>, Error> {
    let mut rules = Vec::new();
    for (index, item) in context.policy.items("custom_rules").iter().enumerate() {
        let rule = custom_rule(item)
            .map_err(|message| invalid(context, &format!("custom_rules[{index}]: {message}")))?;
        rules.push(rule);
    }
    Ok(rules)
}

fn invalid(context: &Context<'_>, message: &str) -> Error {
    let file = context.policy.files().first().map_or(Path::new("policy"), PathBuf::as_path);
    Error::policy(file, format!("secrets-scanner.{message}"))
}

const CUSTOM_KEYS: &[&str] = &["id", "what", "pattern", "needle", "group", "entropy", "severity"];

fn custom_rule(item: &Value) -> Result<CustomRule, String> {
    let fields = item.as_object().ok_or("is not an object with `id`, `what` and `pattern`")?;
    if let Some(key) = fields.keys().find(|key| !CUSTOM_KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`; known are {}", CUSTOM_KEYS.join(", ")));
    }
    let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let required = |key: &str| {
        text(key).map(String::from).ok_or_else(|| format!("needs `{key}`, a text that is not empty"))
    };
    let severity = match text("severity").unwrap_or("high") {
        "low" => secrets::Severity::Low,
        "medium" => secrets::Severity::Medium,
        "high" => secrets::Severity::High,
        "critical" => secrets::Severity::Critical,
        other => return Err(format!("`severity` is `{other}`, not low, medium, high or critical")),
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a threshold of a few bits needs no more than an f32"
    )]
    let entropy = fields.get("entropy").and_then(Value::as_f64).unwrap_or_default() as f32;
    let group = fields
        .get("group")
        .and_then(Value::as_u64)
        .and_then(|group| usize::try_from(group).ok())
        .unwrap_or(0);
    Ok(CustomRule {
        id: required("id")?,
        what: required("what")?,
        pattern: required("pattern")?,
        needle: text("needle").unwrap_or_default().into(),
        group,
        entropy,
        severity,
    })
}
