//! Before a tool runs: what it would write, run or send is refused where it holds a secret.

use std::path::{Path, PathBuf};

use hook_core::{Context, Decision, Error, Event, Finding, Mode, Scope, Severity, Tool, files, path};

use crate::inspect::{Inspection, Weight};

/// A redaction mark written into a file destroys the secret that the mark stands for.
pub(crate) const MARK_RULE: &str = "redaction-mark";
/// Key stores are binary: their content cannot be redacted, only left unread.
pub(crate) const KEY_FILE_RULE: &str = "key-file";

/// Files that hold private keys in a form no text scan can redact.
const KEY_FILES: &[&str] =
    &["p12", "pfx", "jks", "keystore", "kdbx", "kdb", "bks", "ppk", "agilekeychain", "keychain-db"];

/// A file this large is not read to see whether it holds a mark.
const LARGEST_FILE: usize = 8 * 1024 * 1024;

pub(crate) fn decide(event: &Event, context: &Context<'_>) -> Result<Decision, Error> {
    let file = event.tool().and_then(|tool| file_of(&tool).map(String::from));
    let file = file.map(|file| path::absolute(&file, &context.cwd, context.home));
    if let Some(Tool::Read { .. }) = event.tool() {
        return Ok(file.map_or_else(Decision::pass, |file| read_key_file(&file, context)));
    }
    let mut inspection = Inspection::new(context)?.about_file(file.clone());
    let mut failure = None;
    let mut marked = false;
    event.visit_texts(&mut |pointer, text| {
        // What an edit takes out is not written.
        if failure.is_some() || pointer.ends_with("old_string") {
            return;
        }
        marked |= file.is_some() && secrets::holds_mark(text);
        if let Err(error) = inspection.text(&pointer.to_string(), text) {
            failure = Some(error);
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    if marked && !holds_mark_already(file.as_deref())? {
        let scope = Scope { path: file.as_deref().and_then(Path::to_str), fingerprint: None };
        if context.judge(MARK_RULE, &scope) != Mode::Off {
            return Ok(refuse_mark());
        }
    }
    Ok(verdict(event, &inspection))
}

fn verdict(event: &Event, inspection: &Inspection<'_>) -> Decision {
    let findings = inspection.findings.clone();
    let Some(first) = inspection.first(Weight::Secret) else {
        let told = match inspection.first(Weight::Guess) {
            Some(found) => Decision::warn_user(format!(
                "this {} call holds {} ({}).",
                event.tool_name(),
                found.what,
                found.rule
            )),
            None => Decision::pass(),
        };
        return told.with_findings(findings);
    };
    let act = match event.tool() {
        Some(Tool::Write { .. } | Tool::Edit { .. } | Tool::MultiEdit { .. } | Tool::NotebookEdit { .. }) => {
            "store"
        }
        Some(Tool::Bash { .. } | Tool::PowerShell { .. }) => "put on a command line",
        _ => "send out",
    };
    let reason = format!(
        "this call would {act} {}. Refer to the secret instead: an environment \
         variable, a secret manager, or a file that is not read here.",
        inspection.kinds()
    );
    Decision::deny(&first.rule, reason).with_findings(findings)
}

fn refuse_mark() -> Decision {
    Decision::deny(
        MARK_RULE,
        "the text holds a [REDACTED:...] mark. It stands for a secret \
         that was hidden from you; written back, it would replace the secret in the file. Change only the lines around \
         it, with an edit that does not contain the mark.",
    )
}

/// A document about redaction may be edited; a file without a mark must not get one.
fn holds_mark_already(file: Option<&Path>) -> Result<bool, Error> {
    let Some(file) = file else { return Ok(false) };
    Ok(files::read_text(file, LARGEST_FILE)?.is_some_and(|text| secrets::holds_mark(&text)))
}

fn read_key_file(file: &Path, context: &Context<'_>) -> Decision {
    let extension =
        file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let scope = Scope { path: file.to_str(), fingerprint: None };
    if !KEY_FILES.contains(&extension.as_str()) || context.judge(KEY_FILE_RULE, &scope) == Mode::Off {
        return Decision::pass();
    }
    let finding = Finding {
        rule: KEY_FILE_RULE.into(),
        severity: Severity::High,
        pointer: "tool_input.file_path".into(),
        summary: format!("reads a .{extension} key store"),
        fingerprint: String::new(),
    };
    Decision::deny(
        KEY_FILE_RULE,
        format!(
            "a .{extension} file is a store of private keys, which cannot be redacted. Work without its content, or ask the user \
             for the part you need."
        ),
    )
    .with_finding(finding)
}

/// The file a tool writes or reads.
fn file_of<'t>(tool: &Tool<'t>) -> Option<&'t str> {
    match tool {
        Tool::Read { path }
        | Tool::Write { path, .. }
        | Tool::Edit { path, .. }
        | Tool::MultiEdit { path, .. }
        | Tool::NotebookEdit { path, .. } => Some(path).copied().filter(|path| !path.is_empty()),
        _ => None,
    }
}

/// The file an event is about, absolute.
pub(crate) fn file_of_event(event: &Event, context: &Context<'_>) -> Option<PathBuf> {
    let tool = event.tool()?;
    file_of(&tool).map(|file| path::absolute(file, &context.cwd, context.home))
}
