//! `govern policy show`: the resolved policy of each hook, and where each value comes from.

use hook_core::policy::{Layer, Setting, load, places, resolve};
use hook_core::{Hook, Policy};
use serde_json::{Map, Value, json};

use super::{COMMAND, layer_name};
use crate::registry::REGISTRY;
use crate::{Exit, Failure, Io};

pub(super) fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let (mut origin, mut as_json, mut only) = (false, false, None);
    for argument in arguments {
        match *argument {
            "--origin" => origin = true,
            "--json" => as_json = true,
            name if crate::registry::hook(name).is_some() => only = Some(name),
            other => return Err(Failure::Usage(format!("unexpected `{other}`\n{}", COMMAND.usage))),
        }
    }
    let mut all = Map::new();
    for hook in REGISTRY.iter().map(|row| row.hook).filter(|hook| only.is_none_or(|name| name == hook.name)) {
        let mut layers = Vec::new();
        for (kind, file) in places(&io.home, Some(&io.cwd), &io.managed) {
            layers.extend(load(kind, &file, hook).map_err(|error| Failure::Usage(error.to_string()))?);
        }
        let rows = rows(hook, &resolve(hook, &layers), &layers);
        if as_json {
            let fields = rows.iter().map(|row| {
                let value = json!({ "value": row.value, "origin": row.origin });
                (row.key.clone(), if origin { value } else { row.value.clone() })
            });
            all.insert(hook.name.into(), Value::Object(fields.collect()));
        } else {
            print(hook, &rows, origin, io)?;
        }
    }
    if as_json {
        writeln!(io.out, "{:#}", Value::Object(all))?;
    }
    Ok(Exit::Clean)
}

struct Row {
    key: String,
    value: Value,
    origin: String,
}

fn rows(hook: &Hook, policy: &Policy, layers: &[Layer]) -> Vec<Row> {
    let default = format!("default of tier {}", policy.tier());
    let origin = |says: &dyn Fn(&Layer) -> bool| {
        let said: Vec<_> = layers
            .iter()
            .filter(|layer| says(layer))
            .map(|layer| format!("{} ({})", layer_name(layer.kind), layer.file.display()))
            .collect();
        if said.is_empty() { default.clone() } else { said.join(", ") }
    };
    let mut rows = vec![
        Row {
            key: "tier".into(),
            value: policy.tier().name().into(),
            origin: origin(&|layer| layer.tier.is_some()),
        },
        Row {
            key: "mode".into(),
            value: policy.hook_mode().name().into(),
            origin: origin(&|layer| layer.mode.is_some()),
        },
    ];
    let mut rules: Vec<&str> =
        layers.iter().flat_map(|layer| layer.rules.iter().map(|(rule, _)| rule.as_str())).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in rules {
        rows.push(Row {
            key: format!("rules.{rule}"),
            value: policy.mode(rule).name().into(),
            origin: origin(&|layer| layer.rules.iter().any(|(id, _)| id == rule)),
        });
    }
    for key in hook.keys {
        let value = match key.kind.default_for(policy.tier()) {
            Setting::Flag(_) => policy.flag(key.name).into(),
            Setting::Number(_) => policy.number(key.name).into(),
            Setting::List(_) => Value::Array(policy.items(key.name).to_vec()),
        };
        let origin = origin(&|layer| layer.settings.iter().any(|(name, _)| *name == key.name));
        rows.push(Row { key: key.name.into(), value, origin });
    }
    for exception in policy.exceptions() {
        rows.push(Row {
            key: format!("exception.{}", exception.rule),
            value: format!("{} until {} ({})", exception.reason, exception.expires, exception.approver)
                .into(),
            origin: origin(&|layer| layer.exceptions.contains(exception)),
        });
    }
    rows
}

fn print(hook: &Hook, rows: &[Row], origin: bool, io: &mut Io<'_>) -> Result<(), Failure> {
    writeln!(io.out, "{}", hook.name)?;
    for row in rows {
        write!(
            io.out,
            "  {:<24} {}",
            row.key,
            row.value.as_str().map_or_else(|| row.value.to_string(), str::to_string)
        )?;
        if origin { writeln!(io.out, "    <- {}", row.origin)? } else { writeln!(io.out)? }
    }
    Ok(())
}
