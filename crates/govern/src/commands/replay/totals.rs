//! What a replay found, counted: by which rule, how often, in how many sessions.

use std::collections::BTreeMap;

use hook_core::Event;
use serde_json::{Map, Value, json};

use crate::simulate::Said;
use crate::{Failure, Io};

/// How many sessions are told apart for one rule; beyond it they are counted together, so that memory stays bounded.
const MAX_SESSIONS: usize = 10_000;

/// A verdict in the words of the totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) hook: String,
    pub(super) decision: String,
    pub(super) rule: String,
    pub(super) mode: String,
}

impl Verdict {
    /// `None` for what would not be recorded either.
    pub(super) fn of(said: &Said) -> Option<Self> {
        let hook = said.hook.name.to_string();
        match &said.answer {
            Ok(considered) if !considered.noteworthy => None,
            Ok(considered) => {
                let wanted = &considered.wanted;
                let finding = wanted.findings.first().map(|finding| finding.rule.as_str());
                let excuse = considered.excuses.first().map(|excuse| excuse.rule.as_str());
                let rule = wanted.verdict.reason().map(hook_core::Reason::rule).or(finding).or(excuse);
                Some(Self {
                    hook,
                    decision: if wanted.is_silent() { "excused" } else { wanted.name() }.to_string(),
                    rule: rule.unwrap_or("-").to_string(),
                    mode: considered.mode.name().to_string(),
                })
            }
            Err(error) => {
                Some(Self { hook, decision: "error".into(), rule: error.to_string(), mode: "-".into() })
            }
        }
    }

    /// One line of `--each`, or one object where JSON is wanted.
    pub(super) fn write(&self, event: &Event, json: bool, io: &mut Io<'_>) -> Result<(), Failure> {
        let (session, id) = (event.session_id(), event.tool_use_id());
        if json {
            let row = json!({ "session": session, "event": event.name(), "tool": event.tool_name(), "tool_use": id,
                              "hook": self.hook, "decision": self.decision, "rule": self.rule, "mode": self.mode });
            writeln!(io.out, "{row}")?;
            return Ok(());
        }
        let what = if event.tool_name().is_empty() { event.name() } else { event.tool_name() };
        writeln!(
            io.out,
            "{session} {id} {what}: {} {} {} ({})",
            self.hook, self.decision, self.rule, self.mode
        )?;
        Ok(())
    }
}

/// What a lead needs to tune.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) transcripts: usize,
    pub(super) events: usize,
    pub(super) calls: usize,
    pub(super) unreadable_lines: usize,
    verdicts: BTreeMap<(String, String, String), Count>,
}

#[derive(Debug, Default)]
struct Count {
    times: usize,
    /// What the hooks said when it happened, where a log tells.
    then: usize,
    sessions: BTreeMap<String, usize>,
}

impl Totals {
    pub(super) fn note(&mut self, verdict: &Verdict, session: &str) {
        let count = self.count(verdict);
        count.times += 1;
        let known = count.sessions.len() < MAX_SESSIONS || count.sessions.contains_key(session);
        let name = if known { session } else { "other sessions" };
        *count.sessions.entry(name.to_string()).or_default() += 1;
    }

    /// A verdict of the past.
    pub(super) fn note_then(&mut self, verdict: &Verdict) {
        self.count(verdict).then += 1;
    }

    fn count(&mut self, verdict: &Verdict) -> &mut Count {
        let key = (verdict.hook.clone(), verdict.decision.clone(), verdict.rule.clone());
        self.verdicts.entry(key).or_default()
    }

    pub(super) fn found_something(&self) -> bool {
        self.verdicts.values().any(|count| count.times > 0)
    }

    pub(super) fn to_json(&self, with_past: bool) -> Value {
        let rows = self.verdicts.iter().map(|((hook, verdict, rule), count)| {
            let mut row = json!({ "hook": hook, "verdict": verdict, "rule": rule, "times": count.times,
                                  "sessions": count.sessions });
            if let (true, Some(row)) = (with_past, row.as_object_mut()) {
                row.insert("then".into(), count.then.into());
            }
            row
        });
        let mut totals = Map::new();
        totals.insert("transcripts".into(), self.transcripts.into());
        totals.insert("events".into(), self.events.into());
        totals.insert("calls".into(), self.calls.into());
        totals.insert("unreadable_lines".into(), self.unreadable_lines.into());
        totals.insert("verdicts".into(), rows.collect());
        Value::Object(totals)
    }

    pub(super) fn print(&self, with_past: bool, io: &mut Io<'_>) -> Result<(), Failure> {
        for ((hook, verdict, rule), count) in &self.verdicts {
            let most = count.sessions.values().max().copied().unwrap_or_default();
            let sessions = count.sessions.len();
            let then = if with_past { format!(", {} then", count.then) } else { String::new() };
            writeln!(
                io.out,
                "{:>6}x {verdict:<8} {hook}: {rule} (in {sessions} sessions, at most {most} in one{then})",
                count.times
            )?;
        }
        let verdicts: usize = self.verdicts.values().map(|count| count.times).sum();
        let from =
            if with_past { "the log".to_string() } else { format!("{} transcripts", self.transcripts) };
        writeln!(io.out, "{from}: {} tool calls, {} events, {verdicts} verdicts", self.calls, self.events)?;
        if self.unreadable_lines > 0 {
            writeln!(io.out, "{} lines could not be read and were passed over", self.unreadable_lines)?;
        }
        Ok(())
    }
}
