//! Servers are found where the client finds them; each expectation was seen with the real client.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::fs;
use std::path::Path;

use claude_config::mcp::{Found, Scope, servers};
use claude_config::{Places, json};

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test writes its own fixture")]
    fs::write(path, text).unwrap();
}

fn names(found: &Found, scope: Scope) -> Vec<&str> {
    found.servers.iter().filter(|server| server.scope == scope).map(|server| server.name.as_str()).collect()
}

fn server(name: &str) -> String {
    format!(
        r#"{{"mcpServers": {{"{name}": {{"command": "/bin/true"}}, "same": {{"command": "/bin/{name}"}}}}}}"#
    )
}

#[test]
fn every_scope_is_read() {
    let world = tempfile::tempdir().unwrap();
    let (home, outer) = (world.path().join("home"), world.path().join("outer"));
    let (root, start) = (outer.join("repo"), outer.join("repo/pkg"));
    fs::create_dir_all(root.join(".git")).unwrap();
    write(&outer.join(".mcp.json"), &server("outer"));
    write(&root.join(".mcp.json"), &server("root"));
    write(&start.join(".mcp.json"), &server("pkg"));
    let state = serde_json::json!({
        "mcpServers": {"mine": {"command": "/bin/true"}, "same": {"command": "/bin/mine"}},
        "projects": {
            root.to_str().unwrap(): {"mcpServers": {"local-root": {"command": "/bin/true"}}},
            start.to_str().unwrap(): {"mcpServers": {"local-pkg": {"command": "/bin/true"}}},
        },
    });
    write(&home.join(".claude.json"), &state.to_string());
    write(
        &start.join(".claude/agents/a.md"),
        "---\nname: helper\nmcpServers:\n  - mine\n  - own:\n      command: npx\n      args: [\"-y\", x@1.0.0]\n---\nText\n",
    );

    let found = servers(&Places::new(&home, &start, &world.path().join("managed"))).unwrap();
    assert_eq!(names(&found, Scope::Local), ["local-root"]);
    assert_eq!(names(&found, Scope::Project), ["pkg", "same", "root", "same", "outer", "same"]);
    assert_eq!(names(&found, Scope::User), ["mine", "same"]);
    assert_eq!(names(&found, Scope::Agent), ["own"]);
    let live: Vec<_> = found.servers.iter().filter(|s| s.name == "same" && !s.shadowed).collect();
    assert_eq!(live.len(), 1);
    assert_eq!(
        live[0].config.get("command").unwrap().as_str(),
        Some("/bin/pkg"),
        "the nearest .mcp.json wins"
    );
    let own = found.servers.iter().find(|s| s.name == "own").unwrap();
    assert_eq!(own.owner, "helper");
    assert_eq!(own.config.to_json(), serde_json::json!({"command": "npx", "args": ["-y", "x@1.0.0"]}));
}

#[test]
fn plugins_count_unless_switched_off() {
    let world = tempfile::tempdir().unwrap();
    let (home, start) = (world.path().join("home"), world.path().join("repo"));
    let install = |name: &str| world.path().join(name);
    write(&install("flat").join(".mcp.json"), r#"{"a b": {"command": "x"}}"#);
    write(
        &install("inline").join(".claude-plugin/plugin.json"),
        r#"{"mcpServers": {"i": {"command": "x"}}}"#,
    );
    write(&install("named").join(".claude-plugin/plugin.json"), r#"{"mcpServers": "./conf/mcp.json"}"#);
    write(&install("named").join("conf/mcp.json"), r#"{"mcpServers": {"n": {"command": "x"}}}"#);
    write(&install("off").join(".mcp.json"), r#"{"o": {"command": "x"}}"#);
    let installs = |name: &str| serde_json::json!([{"scope": "user", "installPath": install(name)}]);
    let list = serde_json::json!({"version": 2, "plugins": {
        "flat@m": installs("flat"), "inline@m": installs("inline"), "named@m": installs("named"), "off@m": installs("off"),
    }});
    write(&home.join(".claude/plugins/installed_plugins.json"), &list.to_string());
    write(&home.join(".claude/settings.json"), r#"{"enabledPlugins": {"flat@m": true, "off@m": false}}"#);

    let found = servers(&Places::new(&home, &start, &world.path().join("managed"))).unwrap();
    assert_eq!(names(&found, Scope::Plugin), ["a b", "i", "n"]);
    assert_eq!(found.servers[0].tool_prefix(), "plugin_flat_a_b");
}

#[test]
fn managed_mcp_excludes_the_rest() {
    let world = tempfile::tempdir().unwrap();
    let (home, start, managed) = (world.path().join("h"), world.path().join("r"), world.path().join("m"));
    write(&start.join(".mcp.json"), &server("p"));
    write(&managed.join("managed-mcp.json"), r#"{"mcpServers": {"m": {"command": "x"}}}"#);
    let found = servers(&Places::new(&home, &start, &managed)).unwrap();
    assert!(found.servers.iter().all(|s| s.shadowed == (s.scope != Scope::Managed)), "{found:?}");
}

#[test]
fn a_broken_file_is_a_problem_with_its_place() {
    let world = tempfile::tempdir().unwrap();
    let start = world.path().join("r");
    write(&start.join(".mcp.json"), "{\n  \"mcpServers\": {},\n}");
    let found = servers(&Places::new(&world.path().join("h"), &start, &world.path().join("m"))).unwrap();
    let problem = found.problems.first().unwrap();
    assert_eq!(
        (problem.what.as_str(), problem.position),
        ("a trailing comma", json::Position { line: 3, column: 1 })
    );
}
