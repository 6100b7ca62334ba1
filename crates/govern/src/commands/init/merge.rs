//! Merging a tier into what a repository has: nothing of the team's own is lost, and what an earlier tier or an earlier
//! version wrote goes where the new one no longer has it.

use hook_core::Tier;
use serde_json::{Map, Value};

use crate::commands::install::{indent, object, printed};

/// What becomes of a rule of the tier that the team has taken out or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departures {
    /// It is put back: the repository is to hold the tier.
    Restore,
    /// It stays as the team left it, and is told.
    Keep,
}

/// The settings with a tier in them.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedSettings {
    pub text: Vec<u8>,
    /// The tier's own values that the team has taken out or changed, as `permissions.deny: Read(**/.env)`.
    pub departures: Vec<String>,
}

/// The settings with the tier in them: lists add up, flags of the tier are set, other people's hooks stay. `base` is what
/// the tier wrote last; of that, what the tier no longer has goes.
///
/// # Errors
/// A file that is not strict JSON is refused: Claude Code ignores it whole as it is.
pub fn merged_settings(
    before: Option<&[u8]>,
    base: Option<&Value>,
    tier: &Value,
    departures: Departures,
) -> Result<MergedSettings, String> {
    let original = match before {
        None => Map::new(),
        Some(bytes) => object(bytes)?,
    };
    let without = |settings: &Value| {
        let mut settings = settings.as_object().cloned().unwrap_or_default();
        remove_launchers(&mut settings);
        settings
    };
    let mine = without(&Value::Object(original.clone()));
    // The launcher's groups are the tool's, never the team's: they are taken out and put back as the tier has them.
    let base = base.map(|base| Value::Object(without(base)));
    let mut merge = Merge { keep: departures == Departures::Keep, departures: Vec::new(), path: Vec::new() };
    let mut wanted = tier.as_object().cloned().unwrap_or_default();
    let launchers = wanted.shift_remove("hooks");
    let mut merged = merge.objects(&mine, base.as_ref().and_then(Value::as_object), &wanted);
    if let Some(launchers) = launchers {
        merged.insert("hooks".into(), with_launchers(mine.get("hooks"), &launchers));
    }
    let text = match before {
        Some(bytes) if merged == original => bytes.to_vec(),
        _ => printed(&merged, &indent(before))?,
    };
    Ok(MergedSettings { text, departures: merge.departures })
}

struct Merge {
    keep: bool,
    departures: Vec<String>,
    path: Vec<String>,
}

impl Merge {
    fn objects(
        &mut self,
        mine: &Map<String, Value>,
        base: Option<&Map<String, Value>>,
        theirs: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut merged = mine.clone();
        for (key, was) in base.into_iter().flatten() {
            let Some(now) = mine.get(key).filter(|_| !theirs.contains_key(key)) else { continue };
            if now == was {
                merged.shift_remove(key);
            } else if let (Some(now), Some(was)) = (now.as_object(), was.as_object()) {
                merged.insert(key.clone(), Value::Object(self.objects(now, Some(was), &Map::new())));
            } else if let (Value::Array(now), Value::Array(was)) = (now, was) {
                let left: Vec<Value> = now.iter().filter(|item| !was.contains(item)).cloned().collect();
                merged.insert(key.clone(), left.into());
            }
        }
        for (key, wanted) in theirs {
            self.path.push(key.clone());
            if let Some(value) = self.value(mine.get(key), base.and_then(|base| base.get(key)), wanted) {
                merged.insert(key.clone(), value);
            }
            self.path.pop();
        }
        merged
    }

    /// One value of the tier; `None` where the team's stays away.
    fn value(&mut self, mine: Option<&Value>, base: Option<&Value>, wanted: &Value) -> Option<Value> {
        match (mine, wanted) {
            (None, _) if base.is_some() && self.keep => {
                self.depart(wanted);
                None
            }
            (Some(Value::Array(mine)), Value::Array(wanted)) => {
                Some(self.lists(mine, base.and_then(Value::as_array), wanted).into())
            }
            (Some(Value::Object(mine)), Value::Object(wanted)) => {
                Some(Value::Object(self.objects(mine, base.and_then(Value::as_object), wanted)))
            }
            // Somebody's schema or a longer retention is theirs to keep.
            (Some(Value::String(mine)), Value::String(wanted)) if wanted.starts_with("https://") => {
                Some(mine.clone().into())
            }
            (Some(Value::Number(mine)), Value::Number(wanted)) if mine.as_f64() >= wanted.as_f64() => {
                Some(mine.clone().into())
            }
            (Some(mine), wanted) if self.keep && mine != wanted && base != Some(mine) => {
                self.depart(wanted);
                Some(mine.clone())
            }
            _ => Some(wanted.clone()),
        }
    }

    fn lists(&mut self, mine: &[Value], base: Option<&Vec<Value>>, wanted: &[Value]) -> Vec<Value> {
        let was = |item: &Value| base.is_some_and(|base| base.contains(item));
        let mut merged: Vec<Value> =
            mine.iter().filter(|item| wanted.contains(item) || !was(item)).cloned().collect();
        for item in wanted.iter().filter(|item| !mine.contains(item)) {
            if self.keep && was(item) {
                self.depart(item);
            } else {
                merged.push(item.clone());
            }
        }
        merged
    }

    fn depart(&mut self, wanted: &Value) {
        let wanted = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_string);
        self.departures.push(format!("{}: {wanted}", self.path.join(".")));
    }
}

/// The team's own hooks, then the tier's.
fn with_launchers(mine: Option<&Value>, tier: &Value) -> Value {
    let mut hooks = mine.and_then(Value::as_object).cloned().unwrap_or_default();
    for (event, groups) in tier.as_object().into_iter().flatten() {
        let all = hooks.entry(event.clone()).or_insert_with(|| Value::Array(Vec::new()));
        match (all.as_array_mut(), groups.as_array()) {
            (Some(all), Some(groups)) => all.extend(groups.iter().cloned()),
            _ => *all = groups.clone(),
        }
    }
    Value::Object(hooks)
}

/// The settings without our launcher's handlers.
///
/// # Errors
/// A file that is not strict JSON is refused: Claude Code ignores it whole as it is.
pub fn without_launchers(before: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let Some(bytes) = before else { return Ok(Vec::new()) };
    let mut settings = object(bytes)?;
    let original = settings.clone();
    remove_launchers(&mut settings);
    if settings.get("hooks").and_then(Value::as_object).is_some_and(Map::is_empty) {
        settings.shift_remove("hooks");
    }
    if settings == original {
        return Ok(bytes.to_vec());
    }
    printed(&settings, &indent(before))
}

/// Takes out the groups of an earlier tier, so that a lower wiring does not stay beside a higher one.
fn remove_launchers(settings: &mut Map<String, Value>) {
    let Some(hooks) = settings.get_mut("hooks").and_then(Value::as_object_mut) else {
        return;
    };
    for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
        groups.retain(|group| !is_ours(group));
    }
    hooks.retain(|_, groups| groups.as_array().is_none_or(|groups| !groups.is_empty()));
}

fn is_ours(group: &Value) -> bool {
    let handlers = group.get("hooks").and_then(Value::as_array);
    handlers.is_some_and(|handlers| {
        !handlers.is_empty()
            && handlers.iter().all(|handler| {
                let command = handler.get("command").and_then(Value::as_str).unwrap_or_default();
                command.ends_with("/.claude/hooks/run-hook.sh")
            })
    })
}

/// A text the tier writes and the team may change: merged line by line against what was written last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergedText {
    /// To be written as it is.
    Clean(Vec<u8>),
    /// Both changed the same lines: the team's text stays as it is.
    Conflict,
}

/// The team's text with what the tier's template changed since `base`.
pub fn merged_text(mine: Option<&[u8]>, base: Option<&str>, theirs: &str) -> MergedText {
    match (mine, base) {
        (None, _) => MergedText::Clean(theirs.as_bytes().to_vec()),
        // What a team has written itself stays; only a missing file is made from the template.
        (Some(mine), None) => MergedText::Clean(mine.to_vec()),
        (Some(mine), Some(base)) if base == theirs => MergedText::Clean(mine.to_vec()),
        (Some(mine), Some(base)) if mine == base.as_bytes() => MergedText::Clean(theirs.as_bytes().to_vec()),
        (Some(mine), Some(base)) => match std::str::from_utf8(mine) {
            Ok(mine) => diffy::merge(base, mine, theirs)
                .map_or(MergedText::Conflict, |text| MergedText::Clean(text.into_bytes())),
            Err(_) => MergedText::Conflict,
        },
    }
}

/// The CLAUDE.md with this tier's part in it, in the place of an earlier tier's, else at its end. What the team changed
/// inside an earlier part is merged like any text.
pub fn merged_claude_md(before: Option<&[u8]>, base: Option<&str>, part: &str) -> MergedText {
    let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
    let (start, end) = ("<!-- governance: ", "<!-- governance: end -->\n");
    let place = before.find(start).and_then(|from| {
        let length = before.get(from..)?.find(end)? + end.len();
        Some((before.get(..from)?, before.get(from..from + length)?, before.get(from + length..)?))
    });
    match place {
        Some((above, mine, below)) => {
            // Without a base nobody can say what the team changed in it; the part between the markers is the tier's.
            match merged_text(Some(mine.as_bytes()), Some(base.unwrap_or(mine)), part) {
                MergedText::Clean(part) => MergedText::Clean(
                    format!("{above}{}{below}", String::from_utf8_lossy(&part)).into_bytes(),
                ),
                MergedText::Conflict => MergedText::Conflict,
            }
        }
        None if before.is_empty() => MergedText::Clean(part.as_bytes().to_vec()),
        None => MergedText::Clean(format!("{}\n\n{part}", before.trim_end()).into_bytes()),
    }
}

/// The project's policy with this tier; everything else in it stays.
pub(super) fn with_tier(before: Option<&[u8]>, tier: Tier) -> Result<Vec<u8>, String> {
    let mut policy = match before {
        None => Map::new(),
        Some(bytes) => object(bytes)?,
    };
    if policy.get("tier").and_then(Value::as_str) == Some(tier.name()) {
        return Ok(before.unwrap_or_default().to_vec());
    }
    policy.insert("tier".into(), tier.name().into());
    printed(&policy, &indent(before))
}

/// A text file that has this line.
pub(super) fn with_line(before: Option<&[u8]>, line: &str) -> Vec<u8> {
    let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
    if before.lines().any(|known| known.trim() == line) {
        return before.into_bytes();
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{gap}{line}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(mine: &Value, base: &Value, tier: &Value, departures: Departures) -> (Value, Vec<String>) {
        let merged =
            merged_settings(Some(mine.to_string().as_bytes()), Some(base), tier, departures).unwrap();
        (serde_json::from_slice(&merged.text).unwrap(), merged.departures)
    }

    #[test]
    fn what_the_tier_drops_goes_and_what_the_team_did_stays() {
        let base = json!({"permissions": {"deny": ["a", "b", "c"]}, "flag": true, "days": 30, "old": 1});
        let mine =
            json!({"permissions": {"deny": ["a", "b", "own"]}, "flag": false, "days": 90, "old": 1, "x": 2});
        let tier = json!({"permissions": {"deny": ["a", "c", "d"]}, "flag": true, "days": 60});
        let (kept, departures) = settings(&mine, &base, &tier, Departures::Keep);
        assert_eq!(
            kept,
            json!({"permissions": {"deny": ["a", "own", "d"]}, "flag": false, "days": 90, "x": 2})
        );
        assert_eq!(departures, ["permissions.deny: c", "flag: true"]);
        let (restored, departures) = settings(&mine, &base, &tier, Departures::Restore);
        assert_eq!(
            restored,
            json!({"permissions": {"deny": ["a", "own", "c", "d"]}, "flag": true, "days": 90, "x": 2})
        );
        assert!(departures.is_empty());
    }

    #[test]
    fn the_launchers_are_the_tiers_and_other_hooks_the_teams() {
        let ours =
            |name: &str| json!({"hooks": [{"command": "${X}/.claude/hooks/run-hook.sh", "args": [name]}]});
        let other = json!({"hooks": [{"command": "/bin/true"}]});
        let base = json!({"hooks": {"Stop": [ours("a")], "PreToolUse": [ours("b")]}});
        let mine = json!({"hooks": {"Stop": [other, ours("a")], "PreToolUse": [ours("b")]}});
        let tier = json!({"hooks": {"Stop": [ours("c")]}});
        for departures in [Departures::Keep, Departures::Restore] {
            let (merged, left) = settings(&mine, &base, &tier, departures);
            assert_eq!(merged, json!({"hooks": {"Stop": [other, ours("c")]}}));
            assert!(left.is_empty());
        }
    }

    #[test]
    fn settings_that_are_as_they_should_be_keep_their_bytes() {
        let tier = json!({"permissions": {"deny": ["a"]}});
        let mine = b"{ \"permissions\":{\"deny\":[ \"a\" ]} }";
        let merged = merged_settings(Some(mine), Some(&tier), &tier, Departures::Keep).unwrap();
        assert_eq!(merged.text, mine);
    }

    /// Team's text, base, tier's text, and what comes of it; `None` is a conflict.
    type Row = (Option<&'static str>, Option<&'static str>, &'static str, Option<&'static str>);

    #[test]
    fn texts_are_merged_line_by_line() {
        let base = "one\ntwo\nthree\nfour\nfive\n";
        let rows: &[Row] = &[
            (None, None, "new\n", Some("new\n")),
            (Some("own\n"), None, "new\n", Some("own\n")),
            (Some("own\n"), Some(base), base, Some("own\n")),
            (Some(base), Some(base), "new\n", Some("new\n")),
            (
                Some("one, ours\ntwo\nthree\nfour\nfive\n"),
                Some(base),
                "one\ntwo\nthree\nfour\nfive, theirs\n",
                Some("one, ours\ntwo\nthree\nfour\nfive, theirs\n"),
            ),
            (Some("one\ntwo\nours\nfour\nfive\n"), Some(base), "one\ntwo\ntheirs\nfour\nfive\n", None),
        ];
        for (mine, base, theirs, expected) in rows {
            let expected = expected.map_or(MergedText::Conflict, |text| MergedText::Clean(text.into()));
            assert_eq!(merged_text(mine.map(str::as_bytes), *base, theirs), expected, "{mine:?}");
        }
    }
}
