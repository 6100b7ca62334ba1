//! The target `plugin`: a marketplace folder with one plugin in it, as `claude plugin marketplace add` takes it.

use std::path::Path;

use hook_core::{Tier, files};
use serde_json::{Map, Value, json};

use super::binaries::{SUMS, check_source, copy_binary, make_folder, sums};
use super::{Request, hooks_of, wires};
use crate::{Exit, Failure, Io};

/// The names under which the client knows it: `governance@claude-governance`.
const MARKETPLACE: &str = "claude-governance";
const PLUGIN: &str = "governance";

const LICENSE: &str = include_str!("../../../../../LICENSE-MIT");
const README: &str = include_str!("../../../../../hooks-config/templates/plugin-readme.md");

pub(super) fn write(request: &Request, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let Some(out) = &request.out else {
        return Err(Failure::Usage("--out is missing: the folder the marketplace is written to".into()));
    };
    let source = request.source()?;
    let hooks = hooks_of(request.tier);
    let binaries: Vec<&str> = hooks.iter().copied().chain(["govern"]).collect();
    check_source(&source, &binaries)?;
    let plugin = out.join("plugins").join(PLUGIN);
    let texts = [
        (out.join(".claude-plugin/marketplace.json"), format!("{:#}\n", marketplace())),
        (plugin.join(".claude-plugin/plugin.json"), format!("{:#}\n", manifest(request.tier))),
        (plugin.join("hooks/hooks.json"), format!("{:#}\n", wiring(request.tier))),
        (plugin.join("README.md"), README.replace("{tier}", request.tier.name())),
        (plugin.join("LICENSE"), LICENSE.to_string()),
        (plugin.join("bin").join(SUMS), sums(&source, &binaries)?),
    ];
    for (path, text) in &texts {
        writeln!(io.out, "{} {}", if request.dry_run { "would write" } else { "written" }, path.display())?;
        if !request.dry_run {
            make_folder(path)?;
            files::write_atomic(path, text.as_bytes(), 0o644)?;
        }
    }
    if request.dry_run {
        writeln!(io.out, "Dry run: nothing was written.")?;
        return Ok(Exit::Clean);
    }
    for name in binaries {
        copy_binary(&source.join(name), &plugin.join("bin").join(name))?;
    }
    writeln!(
        io.out,
        "Tier {}. `claude plugin marketplace add {}`, then `claude plugin install {PLUGIN}@{MARKETPLACE}`.",
        request.tier,
        out.display()
    )?;
    crate::probe::prove(&plugin.join("bin"), &hooks, &io.home, io.out)
}

fn marketplace() -> Value {
    json!({
        "name": MARKETPLACE,
        "owner": { "name": MARKETPLACE },
        "metadata": { "description": "Guardrails for Claude Code", "version": env!("CARGO_PKG_VERSION") },
        "plugins": [{
            "name": PLUGIN,
            "source": format!("./plugins/{PLUGIN}"),
            "description": "Hooks that keep secrets in, stop what destroys, and record every action",
            "version": env!("CARGO_PKG_VERSION"),
        }],
    })
}

fn manifest(tier: Tier) -> Value {
    json!({
        "name": PLUGIN,
        "version": env!("CARGO_PKG_VERSION"),
        "description": format!("Hooks that keep secrets in, stop what destroys, and record every action (tier {tier})"),
        "author": { "name": MARKETPLACE },
        "homepage": env!("CARGO_PKG_REPOSITORY"),
        "repository": env!("CARGO_PKG_REPOSITORY"),
        "license": "MIT",
        "keywords": ["governance", "security", "audit", "hooks"],
    })
}

/// The same wiring as everywhere, from the plugin's own folder.
fn wiring(tier: Tier) -> Value {
    let mut hooks: Map<String, Value> = Map::new();
    for wire in wires(tier) {
        let group = wire.group(Path::new("${CLAUDE_PLUGIN_ROOT}/bin"));
        let groups = hooks.entry(wire.event).or_insert_with(|| json!([]));
        if let Some(groups) = groups.as_array_mut() {
            groups.push(group);
        }
    }
    json!({ "description": format!("Governance hooks, tier {tier}"), "hooks": hooks })
}
