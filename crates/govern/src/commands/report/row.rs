//! The fields of a stored line that figures are made of, found without building the record.

use std::borrow::Cow;

/// One stored line; a field it does not have is empty.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::commands) struct Row<'a> {
    pub(in crate::commands) line: &'a [u8],
    fields: [&'a [u8]; NAMES.len()],
}

/// A field a figure may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(in crate::commands) enum Field {
    Ts,
    Event,
    Type,
    User,
    Session,
    Tool,
    ToolUse,
    Operation,
    Outcome,
    Path,
    Command,
    Url,
    Labels,
    Hook,
    Decision,
    Rule,
    Mode,
    Policy,
    Tier,
    Project,
    Mcp,
    Calls,
    Seq,
}

/// The names of the fields, in the order of the enum.
const NAMES: [&[u8]; 23] = [
    b"ts",
    b"event",
    b"type",
    b"user",
    b"session",
    b"tool",
    b"tool_use",
    b"operation",
    b"outcome",
    b"path",
    b"command",
    b"url",
    b"labels",
    b"hook",
    b"decision",
    b"rule",
    b"mode",
    b"policy",
    b"tier",
    b"project",
    b"mcp",
    b"calls",
    b"seq",
];

impl<'a> Row<'a> {
    /// The line's fields, or `None` if it is no record.
    pub(in crate::commands) fn read(line: &'a [u8]) -> Option<Row<'a>> {
        let mut row = Row { line, ..Row::default() };
        ledger::fields(line, &mut |name, value| {
            if let Some(at) = NAMES.iter().position(|known| *known == name)
                && let Some(field) = row.fields.get_mut(at)
            {
                *field = value;
            }
            Some(())
        })?;
        (!row.raw(Field::Seq).is_empty()).then_some(row)
    }

    /// The value as it is stored.
    pub(in crate::commands) fn raw(&self, field: Field) -> &'a [u8] {
        self.fields.get(field as usize).copied().unwrap_or_default()
    }

    /// A text, its escapes resolved only where there are any.
    pub(in crate::commands) fn text(&self, field: Field) -> Cow<'a, str> {
        let raw = self.raw(field);
        let inside = raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")).unwrap_or(raw);
        if memchr::memchr(b'\\', inside).is_some() {
            return Cow::Owned(serde_json::from_slice(raw).unwrap_or_default());
        }
        String::from_utf8_lossy(inside)
    }

    /// Whether the list of labels has this one.
    pub(in crate::commands) fn has_label(&self, label: &str) -> bool {
        let labels = self.raw(Field::Labels);
        let inside = labels.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]")).unwrap_or_default();
        inside.split(|byte| *byte == b',').any(|quoted| {
            quoted.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")) == Some(label.as_bytes())
        })
    }

    /// Whether it tells of a call that was made, not only asked for, and that did this.
    pub(in crate::commands) fn did(&self, operation: &str) -> bool {
        self.raw(Field::Outcome) != b"\"requested\"" && self.text(Field::Operation) == operation
    }

    /// What was acted on.
    pub(in crate::commands) fn what(&self) -> Cow<'a, str> {
        let fields = [Field::Path, Field::Command, Field::Url];
        let found = fields.into_iter().find(|field| !self.raw(*field).is_empty());
        found.map_or(Cow::Borrowed(""), |field| self.text(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_record() {
        let line = br#"{"command":"echo \"\u00e9\"","labels":["secret_path","network"],"mcp":{"ts":"no"},"operation":"execute","outcome":"ok","seq":4,"ts":"2026"}"#;
        let row = Row::read(line).expect("a record");
        assert_eq!(row.text(Field::Command), "echo \"é\"");
        assert_eq!(row.text(Field::Ts), "2026");
        assert!(row.has_label("network") && !row.has_label("net") && row.did("execute"));
        assert_eq!(NAMES.get(Field::Seq as usize), Some(&b"seq".as_slice()));
        assert!(Row::read(b"{\"ts\":\"1\"}").is_none() && Row::read(b"torn").is_none());
    }
}
