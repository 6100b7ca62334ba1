//! Which parts of a settings file the client passes over, and why.

use super::schema::{FORGIVING, Kind, MANAGED_ONLY, ROWS, Row};
use super::{Defect, Source, hooks};
use crate::json::{Document, Member, Node, Span, Value};
use crate::permission::{Behavior, Rule};

/// Collects the defects of one file.
pub(super) struct Check<'a> {
    document: &'a Document,
    managed: bool,
    defects: Vec<Defect>,
}

pub(super) fn defects(document: &Document, source: Source) -> Vec<Defect> {
    let mut check = Check { document, managed: source == Source::Managed, defects: Vec::new() };
    match &document.root {
        Err(error) => {
            let span = Span { start: error.offset, end: error.offset };
            check.note("", span, format!("not JSON: {}", error.what), true);
        }
        Ok(root) if !root.is_object() => {
            check.note("", root.span, format!("the file holds {}, not an object", root.kind()), true);
        }
        Ok(root) => check.root(root),
    }
    check.defects
}

impl Check<'_> {
    /// Notes a defect. In managed settings a mistake costs its own entry, not the file, if the file can be read at all.
    pub(super) fn note(&mut self, path: &str, span: Span, what: String, drops_file: bool) {
        let position = self.document.position(span.start);
        let drops_file = drops_file && (!self.managed || path.is_empty());
        self.defects.push(Defect {
            path: path.to_owned(),
            span,
            position,
            what,
            drops_file,
            repeated: false,
        });
    }

    fn root(&mut self, root: &Node) {
        for row in ROWS {
            self.row(root, row, true);
        }
        for row in FORGIVING {
            self.row(root, row, false);
        }
        for behavior in Behavior::ALL {
            self.rules(root, behavior);
        }
        if !self.managed {
            for key in MANAGED_ONLY {
                if let Some(value) = root.get(key) {
                    let what = "only managed settings may have this key".to_owned();
                    self.note(key, value.span, what, false);
                }
            }
        }
        if let Some(value) = root.get("hooks") {
            hooks::check(self, value);
        }
        self.repeated_keys(root);
    }

    /// The last of a key written twice counts; for permissions and hooks that throws rules away.
    fn repeated_keys(&mut self, root: &Node) {
        for (index, member) in root.members().iter().enumerate() {
            let again = |later: &Member| later.key == member.key;
            if root.members().iter().skip(index + 1).any(again) {
                let what = "the key is written again further down; this one does not count".to_owned();
                self.note(&member.key, member.key_span, what, false);
                if let Some(last) = self.defects.last_mut() {
                    last.repeated = true;
                }
            }
        }
    }

    fn row(&mut self, root: &Node, row: &Row, drops_file: bool) {
        let keys: Vec<&str> = row.path.split('.').collect();
        let Some((last, above)) = keys.split_last() else { return };
        let Some(parent) = root.at(above).filter(|parent| parent.is_object()) else { return };
        match parent.get(last) {
            Some(value) => {
                if let Some((at, what)) = mismatch(row.kind, value) {
                    self.note(row.path, at, what, drops_file);
                }
            }
            None if row.required => {
                let what = format!("`{last}` is missing");
                self.note(row.path, parent.span, what, drops_file);
            }
            None => {}
        }
    }

    fn rules(&mut self, root: &Node, behavior: Behavior) {
        let path = format!("permissions.{}", behavior.as_str());
        let list = root.at(&["permissions", behavior.as_str()]).map(Node::items).unwrap_or_default();
        for item in list {
            match item.as_str().map(|text| Rule::parse(text, behavior)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => self.note(&path, item.span, error.as_str().to_owned(), false),
                None => self.note(&path, item.span, format!("{} is not a rule", item.kind()), false),
            }
        }
    }
}

/// Where and how `value` is not of `kind`.
pub(super) fn mismatch(kind: Kind, value: &Node) -> Option<(Span, String)> {
    let wrong = |wanted: &str| Some((value.span, format!("{wanted} is expected here, not {}", value.kind())));
    match kind {
        Kind::Bool if value.as_bool().is_none() => wrong("true or false"),
        Kind::BoolOrNull if value.as_bool().is_none() && !value.is_null() => wrong("true or false"),
        Kind::Text if value.as_str().is_none() => wrong("a string"),
        Kind::TextOrTexts if value.as_str().is_some() => None,
        Kind::Texts | Kind::TextOrTexts if !value.is_array() => wrong("a list of strings"),
        Kind::Texts | Kind::TextOrTexts => {
            let item = value.items().iter().find(|item| item.as_str().is_none())?;
            Some((item.span, format!("a string is expected here, not {}", item.kind())))
        }
        Kind::List if !value.is_array() => wrong("a list"),
        Kind::Number | Kind::Whole | Kind::Positive if value.as_number().is_none() => wrong("a number"),
        Kind::Whole if value.as_number().is_some_and(|number| number.fract() != 0.0) => {
            Some((value.span, "a whole number is expected here".to_owned()))
        }
        Kind::Positive if value.as_number().is_some_and(|number| number < 0.0) => {
            Some((value.span, "a number from 0 is expected here".to_owned()))
        }
        Kind::OneOf(words) => not_one_of(words, value),
        Kind::OneOfOrNull(words) if !value.is_null() => not_one_of(words, value),
        Kind::BoolOrObject if value.as_bool().is_some() => None,
        Kind::Object | Kind::BoolOrObject if !value.is_object() => wrong("an object"),
        Kind::TextMap | Kind::SwitchMap | Kind::ObjectMap | Kind::Map(_) => not_a_map(kind, value),
        Kind::ObjectsOrNull(_) if value.is_null() => None,
        Kind::Objects(keys) | Kind::ObjectsOrNull(keys) => not_objects(keys, value),
        Kind::Bool
        | Kind::BoolOrNull
        | Kind::Text
        | Kind::List
        | Kind::Number
        | Kind::Whole
        | Kind::Positive
        | Kind::OneOfOrNull(_)
        | Kind::Object
        | Kind::BoolOrObject => None,
    }
}

fn not_one_of(words: &[&str], value: &Node) -> Option<(Span, String)> {
    if value.as_str().is_some_and(|text| words.contains(&text)) {
        return None;
    }
    Some((value.span, format!("one of {} is expected here", words.join(", "))))
}

fn not_a_map(kind: Kind, value: &Node) -> Option<(Span, String)> {
    if !value.is_object() {
        return Some((value.span, format!("an object is expected here, not {}", value.kind())));
    }
    value.effective_members().iter().find_map(|member| {
        let item = &member.value;
        let fits = match kind {
            Kind::TextMap => item.as_str().is_some(),
            Kind::SwitchMap => match &item.value {
                Value::Bool(_) | Value::Object(_) => true,
                Value::Array(items) => items.iter().all(|item| item.as_str().is_some()),
                Value::Null | Value::Number(_) | Value::String(_) => false,
            },
            Kind::ObjectMap => item.is_object(),
            Kind::Map(words) => item.as_str().is_some_and(|text| words.contains(&text)),
            _ => true,
        };
        (!fits).then(|| (item.span, format!("{} does not fit here", item.kind())))
    })
}

fn not_objects(keys: &[&str], value: &Node) -> Option<(Span, String)> {
    if !value.is_array() {
        return Some((value.span, format!("a list is expected here, not {}", value.kind())));
    }
    value.items().iter().find_map(|item| {
        let missing = keys.iter().find(|key| item.get(key).is_none())?;
        Some((item.span, format!("an object with `{missing}` is expected here")))
    })
}
