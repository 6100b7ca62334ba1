//! One thing that is not as it should be.

use std::path::{Path, PathBuf};

use hook_core::{Context, Finding, Mode, Scope, Severity};

use crate::rules;

#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) file: PathBuf,
    /// What it is about, for the memory: a server's name, a key. Never shown as it is.
    pub(crate) subject: String,
    /// For the user and the audit log; already made fit to print.
    pub(crate) told: String,
    /// For the model: no text that anybody but us wrote.
    pub(crate) fact: String,
}

impl Violation {
    pub(crate) fn new(rule: &'static str, file: &Path, subject: &str, told: String, fact: String) -> Self {
        Self { rule, file: file.to_path_buf(), subject: subject.to_owned(), told, fact }
    }

    pub(crate) fn severity(&self) -> Severity {
        rules::severity(self.rule)
    }

    pub(crate) fn finding(&self) -> Finding {
        Finding {
            rule: self.rule.to_owned(),
            severity: self.severity(),
            pointer: self.file.to_string_lossy().into_owned(),
            summary: self.told.clone(),
            fingerprint: String::new(),
        }
    }

    /// Whether it counts: its rule is on and no exception covers it.
    pub(crate) fn counts(&self, context: &Context<'_>) -> bool {
        let file = self.file.to_string_lossy();
        context.judge(self.rule, &Scope { path: Some(&file), fingerprint: None }) != Mode::Off
    }
}
