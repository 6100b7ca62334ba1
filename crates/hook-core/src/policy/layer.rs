//! One policy file, read and checked: every mistake names the file, the key and what was expected.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{COMMON_KEYS, HOOK_NAMES, Mode, Setting, TOP_KEYS, Tier};
use crate::{Error, Exception, Hook, files};

/// The largest policy file that is read, in bytes.
pub const MAX_POLICY_BYTES: usize = 1024 * 1024;

/// Who wrote a layer, in the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    User,
    Project,
    Managed,
}

/// What one file says for one hook; what it does not say is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub kind: LayerKind,
    pub file: PathBuf,
    pub tier: Option<Tier>,
    /// Whether exceptions of the user's file count; only the managed layer can say no.
    pub user_exceptions: Option<bool>,
    pub mode: Option<Mode>,
    pub rules: Vec<(String, Mode)>,
    pub settings: Vec<(&'static str, Setting)>,
    pub exceptions: Vec<Exception>,
}

/// Reads the layer at `file`, or `None` where there is no such file.
pub fn load(kind: LayerKind, file: &Path, hook: &Hook) -> Result<Option<Layer>, Error> {
    let Some(bytes) = files::read_bounded(file, MAX_POLICY_BYTES)? else {
        return Ok(None);
    };
    parse(kind, file, &bytes, hook).map(Some)
}

/// The layer in `bytes`; `file` is for messages.
pub fn parse(kind: LayerKind, file: &Path, bytes: &[u8], hook: &Hook) -> Result<Layer, Error> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Error::policy(file, format!("not JSON: {error}")))?;
    let Value::Object(fields) = value else {
        return Err(Error::policy(file, "not a JSON object"));
    };
    let at = At { file, hook };
    if let Some(unknown) = fields.keys().find(|key| !TOP_KEYS.contains(&key.as_str())) {
        return Err(at.unknown_key(unknown, TOP_KEYS.iter().copied()));
    }
    let mut layer = Layer {
        kind,
        file: file.to_path_buf(),
        tier: fields.get("tier").map(|value| at.tier(value)).transpose()?,
        user_exceptions: fields
            .get("user_exceptions")
            .map(|value| at.flag("user_exceptions", value))
            .transpose()?,
        mode: None,
        rules: Vec::new(),
        settings: Vec::new(),
        exceptions: at.exceptions(fields.get("exceptions"))?,
    };
    if let Some(section) = at.section(fields.get("hooks"))? {
        at.read_section(section, &mut layer)?;
    }
    Ok(layer)
}

/// Where we are, for messages.
struct At<'a> {
    file: &'a Path,
    hook: &'a Hook,
}

impl At<'_> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::policy(self.file, message)
    }

    fn unknown_key<'n>(&self, unknown: &str, known: impl Iterator<Item = &'n str> + Clone) -> Error {
        let hint = match nearest(unknown, known.clone()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => format!("; known keys: {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.error(format!("unknown key `{unknown}`{hint}"))
    }

    fn tier(&self, value: &Value) -> Result<Tier, Error> {
        value.as_str().and_then(Tier::from_name).ok_or_else(|| {
            self.error(format!("`tier` is {value}, not starter, standard, strict or regulated"))
        })
    }

    fn mode(&self, key: &str, value: &Value) -> Result<Mode, Error> {
        value
            .as_str()
            .and_then(Mode::from_name)
            .ok_or_else(|| self.error(format!("`{key}` is {value}, not off, observe, warn or enforce")))
    }

    fn flag(&self, key: &str, value: &Value) -> Result<bool, Error> {
        value.as_bool().ok_or_else(|| self.error(format!("`{key}` is {value}, not true or false")))
    }

    fn exceptions(&self, value: Option<&Value>) -> Result<Vec<Exception>, Error> {
        let Some(value) = value else {
            return Ok(Vec::new());
        };
        let rows = value.as_array().ok_or_else(|| self.error("`exceptions` is not a list"))?;
        let mut exceptions = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let exception = Exception::from_json(row)
                .map_err(|message| self.error(format!("exceptions[{index}]: {message}")))?;
            if exception.hook == self.hook.name {
                exceptions.push(exception);
            }
        }
        Ok(exceptions)
    }

    /// This hook's section of `hooks`; the other hooks check their own.
    fn section<'v>(&self, hooks: Option<&'v Value>) -> Result<Option<&'v Map<String, Value>>, Error> {
        let Some(hooks) = hooks else {
            return Ok(None);
        };
        let hooks = hooks.as_object().ok_or_else(|| self.error("`hooks` is not an object"))?;
        if let Some(unknown) = hooks.keys().find(|name| !HOOK_NAMES.contains(&name.as_str())) {
            return Err(self.unknown_key(unknown, HOOK_NAMES.iter().copied()));
        }
        match hooks.get(self.hook.name) {
            None => Ok(None),
            Some(Value::Object(section)) => Ok(Some(section)),
            Some(_) => Err(self.error(format!("`hooks.{}` is not an object", self.hook.name))),
        }
    }

    fn read_section(&self, section: &Map<String, Value>, layer: &mut Layer) -> Result<(), Error> {
        for (name, value) in section {
            let full = format!("hooks.{}.{name}", self.hook.name);
            match name.as_str() {
                "mode" => layer.mode = Some(self.mode(&full, value)?),
                "rules" => layer.rules = self.rules(&full, value)?,
                _ => {
                    let Some(key) = self.hook.keys.iter().find(|key| key.name == name) else {
                        let own = self.hook.keys.iter().map(|key| key.name);
                        return Err(self.unknown_key(name, COMMON_KEYS.iter().copied().chain(own)));
                    };
                    let setting = key
                        .kind
                        .read(value)
                        .map_err(|expected| self.error(format!("`{full}` is not {expected}")))?;
                    layer.settings.push((key.name, setting));
                }
            }
        }
        Ok(())
    }

    fn rules(&self, key: &str, value: &Value) -> Result<Vec<(String, Mode)>, Error> {
        let rows = value.as_object().ok_or_else(|| self.error(format!("`{key}` is not an object")))?;
        rows.iter()
            .map(|(rule, value)| Ok((rule.clone(), self.mode(&format!("{key}.{rule}"), value)?)))
            .collect()
    }
}

/// The known name that shares the most letters in order, where it is close enough to be a slip.
fn nearest<'n>(unknown: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|name| (distance(unknown, name), name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 4))
        .min()
        .map(|(_, name)| name)
}

/// The number of letters to change, add or drop (Levenshtein), row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (index, from) in a.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (to, above) in b.chars().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(from != to);
            left = cost.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
