//! The policy's JSON schema and its reference file, both made from the hooks' own key tables.

use hook_core::policy::{COMMON_KEYS, Setting, TOP_KEYS};
use hook_core::{Hook, Key, KeyKind, Mode, Tier};
use serde_json::{Map, Value, json};

use crate::registry::REGISTRY;

/// The schema editors and `audit` use; `hooks-config/policy.schema.json` is this, held fresh by a test.
pub fn schema() -> Value {
    let tiers: Vec<_> = Tier::ALL.iter().map(|tier| tier.name()).collect();
    let hooks: Map<String, Value> =
        REGISTRY.iter().map(|row| (row.hook.name.to_string(), hook_schema(row.hook))).collect();
    let text = json!({ "type": "string", "minLength": 1 });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Claude Code governance policy",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "$schema": { "type": "string" },
            "tier": { "enum": tiers, "description": "How strict the company is as a whole; sets every default." },
            "user_exceptions": { "type": "boolean", "description": "Managed layer only: whether exceptions of the user's own file count." },
            "hooks": { "type": "object", "additionalProperties": false, "properties": hooks },
            "exceptions": { "type": "array", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["hook", "rule", "scope", "reason", "approver", "expires"],
                "properties": {
                    "hook": { "enum": REGISTRY.iter().map(|row| row.hook.name).collect::<Vec<_>>() },
                    "rule": text, "reason": text, "approver": text,
                    "expires": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
                    "scope": { "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
                               "properties": { "path": text, "fingerprint": text } }
                }
            } },
            "tests": { "type": "array", "items": { "type": "object", "required": ["expect"] },
                       "description": "Cases that must hold: `govern policy test`." },
            "audit": { "type": "array", "items": { "type": "object", "required": ["rule", "reason", "expires"] },
                       "description": "Findings of `govern audit` that do not count, each with a reason and an end." },
            "mcp": { "type": "object", "description": "Settings of the MCP registry." }
        }
    })
}

fn hook_schema(hook: &Hook) -> Value {
    let modes: Vec<_> = Mode::ALL.iter().map(|mode| mode.name()).collect();
    let mut properties = Map::new();
    properties.insert("mode".into(), json!({ "enum": modes }));
    properties.insert("rules".into(), json!({ "type": "object", "additionalProperties": { "enum": modes } }));
    for key in hook.keys {
        properties.insert(key.name.into(), key_schema(key));
    }
    json!({ "type": "object", "description": hook.about, "additionalProperties": false, "properties": properties })
}

fn key_schema(key: &Key) -> Value {
    let kind = match key.kind {
        KeyKind::StricterTrue(_) | KeyKind::StricterFalse(_) => "boolean",
        KeyKind::StricterLow(_) | KeyKind::StricterHigh(_) => "integer",
        KeyKind::MoreIsStricter(_) | KeyKind::FewerIsStricter(_) => "array",
    };
    let mut schema = json!({ "type": kind, "description": key.about });
    if let (KeyKind::StricterLow(_) | KeyKind::StricterHigh(_), Some(fields)) =
        (key.kind, schema.as_object_mut())
    {
        fields.insert("minimum".into(), 0.into());
    }
    schema
}

/// A policy with every key at the default of the standard tier; `hooks-config/policy.json` is this.
pub fn reference() -> Value {
    let mut hooks = Map::new();
    for hook in REGISTRY.iter().map(|row| row.hook) {
        let mut section = Map::new();
        for common in COMMON_KEYS {
            section.insert((*common).into(), if *common == "mode" { "enforce".into() } else { json!({}) });
        }
        for key in hook.keys {
            let value = match key.kind.default_for(Tier::Standard) {
                Setting::Flag(flag) => flag.into(),
                Setting::Number(number) => number.into(),
                Setting::List(items) => Value::Array(items),
            };
            section.insert(key.name.into(), value);
        }
        hooks.insert(hook.name.into(), Value::Object(section));
    }
    let mut policy = Map::new();
    for key in TOP_KEYS {
        let value = match *key {
            "$schema" => "./policy.schema.json".into(),
            "tier" => Tier::Standard.name().into(),
            "user_exceptions" => true.into(),
            "hooks" => Value::Object(std::mem::take(&mut hooks)),
            "mcp" => json!({}),
            _ => json!([]),
        };
        policy.insert((*key).into(), value);
    }
    Value::Object(policy)
}
