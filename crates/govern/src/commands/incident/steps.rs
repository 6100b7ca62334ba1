//! What is to be done in an incident, by its kind: one row a step, with the time it is to be done in.

/// What an incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) struct Kind {
    pub(in crate::commands) name: &'static str,
    pub(in crate::commands) about: &'static str,
    pub(in crate::commands) steps: &'static [(&'static str, &'static str)],
}

/// The kinds and their response steps: within what time, and what.
#[rustfmt::skip]
pub(in crate::commands) const KINDS: &[Kind] = &[
    Kind { name: "secret", about: "a credential reached an AI context, a log or a commit", steps: &[
        ("15 minutes", "Stop the sessions (`govern stop --all --why ...`) and revoke the credential."),
        ("15 minutes", "Find out how far it went: `govern monitor sensitive`, the frozen records, the client's transcripts."),
        ("1 hour", "Look through git history, CI logs and shipped logs for it (`govern scan`)."),
        ("24 hours", "Rotate everything it could have opened; report the exposure to the address in the charter."),
        ("24 hours", "Write the timeline into the incident's notes."),
        ("5 days", "Add the rule, path or exception that would have stopped it; have somebody else review it."),
    ]},
    Kind { name: "mcp", about: "an MCP server did, or could have done, what nobody approved", steps: &[
        ("15 minutes", "Stop the sessions and revoke the server: `govern mcp revoke NAME --why ...`."),
        ("1 hour", "Compare what it runs with what was approved: `govern mcp check`, `govern integrity check`."),
        ("1 hour", "List its calls and the files they named in the frozen records."),
        ("24 hours", "Rotate every credential it was given; report the exposure to the address in the charter."),
        ("24 hours", "Restore the approved configuration, or deny the server with a reason."),
        ("5 days", "Write the timeline, and review the other servers of that publisher."),
    ]},
    Kind { name: "action", about: "something was deleted, changed or published that should not have been", steps: &[
        ("15 minutes", "Stop the sessions (`govern stop --all --why ...`)."),
        ("1 hour", "Find the call and what let it pass: the frozen records, `govern explain`, `govern policy show --origin`."),
        ("24 hours", "Restore what was lost, and check that it is whole."),
        ("24 hours", "Write the timeline into the incident's notes."),
        ("5 days", "Add the rule that would have stopped it, with a row in the tests."),
    ]},
    Kind { name: "log", about: "the audit log was altered, or calls have no record", steps: &[
        ("15 minutes", "Keep the machine as it is; copy the log's folder elsewhere."),
        ("1 hour", "`govern log verify --against` a shipped checkpoint; `govern log reconcile`."),
        ("24 hours", "Find out who could write there, and what they did: the shipped copy is the evidence."),
        ("24 hours", "Write the timeline into the incident's notes."),
        ("5 days", "Close the way it was done by; open a new log if its key was exposed."),
    ]},
    Kind { name: "other", about: "anything else", steps: &[
        ("1 hour", "Contain it: stop what goes on."),
        ("24 hours", "Find out what happened, and report it to the address in the charter."),
        ("24 hours", "Write the timeline into the incident's notes."),
        ("5 days", "Change what made it possible."),
    ]},
];

/// The kind with this name.
pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
