//! What Claude Code sends on stdin, parsed once; unknown events, tools and fields are accepted.

use serde_json::{Map, Value};

use crate::{Error, json};

/// The largest hook input that is read, in bytes; beyond it a guard blocks.
pub const MAX_INPUT_BYTES: usize = 64 * 1024 * 1024;

macro_rules! event_kinds {
    ($($kind:ident),* $(,)?) => {
        /// The hook events of Claude Code 2.1.330, as its published types name them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind {
            $($kind,)*
            /// An event this version does not know; it passes.
            Other,
        }

        impl EventKind {
            /// Every kind the client is known to send.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The kind with this `hook_event_name`.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $(stringify!($kind) => Self::$kind,)*
                    _ => Self::Other,
                }
            }

            /// The `hook_event_name` on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                    Self::Other => "Other",
                }
            }
        }
    };
}

event_kinds!(
    PreToolUse,
    PermissionRequest,
    PermissionDenied,
    PostToolUse,
    PostToolUseFailure,
    PostToolBatch,
    UserPromptSubmit,
    UserPromptExpansion,
    SessionStart,
    SessionEnd,
    Setup,
    Stop,
    StopFailure,
    SubagentStart,
    SubagentStop,
    PreCompact,
    PostCompact,
    PreModelSwitch,
    PostModelSwitch,
    ConfigChange,
    InstructionsLoaded,
    Notification,
    TaskCreated,
    TaskCompleted,
    TeammateIdle,
    CwdChanged,
    FileChanged,
    DirectoryAdded,
    WorktreeCreate,
    WorktreeRemove,
    Elicitation,
    ElicitationResult,
    MessageDisplay,
);

impl EventKind {
    /// Whether the event comes before something happens, so that an answer can still stop it. `PostToolBatch`
    /// counts: it comes before the results go to the model.
    pub fn is_before(self) -> bool {
        matches!(
            self,
            Self::PreToolUse
                | Self::PermissionRequest
                | Self::PostToolBatch
                | Self::UserPromptSubmit
                | Self::UserPromptExpansion
                | Self::ConfigChange
        )
    }
}

/// One event. Fields are read by name; what is absent is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    kind: EventKind,
    body: Map<String, Value>,
    lone_surrogates: usize,
}

impl Event {
    /// Parses one hook input.
    ///
    /// JavaScript strings may hold half of a surrogate pair, which no Rust string can: each becomes U+FFFD and is
    /// counted, so that `unicode-scanner` can speak of it. Bytes that are not UTF-8 become U+FFFD as well.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes.to_vec())
    }

    /// The same for bytes that are needed no more: a long text in them keeps its memory.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        let document = parse_value(bytes)?;
        Self::from_value(document.value, document.lone_surrogates)
    }

    /// An event from a JSON value that is already parsed, as tests and `govern explain` have it.
    pub fn from_value(value: Value, lone_surrogates: usize) -> Result<Self, Error> {
        let Value::Object(body) = value else {
            return Err(Error::Input { message: "not a JSON object".into() });
        };
        let Some(name) = body.get("hook_event_name").and_then(Value::as_str) else {
            return Err(Error::Input { message: "no `hook_event_name` in the JSON object".into() });
        };
        Ok(Self { kind: EventKind::from_name(name), body, lone_surrogates })
    }

    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// The event's own name, also of an event this version does not know.
    pub fn name(&self) -> &str {
        self.text("hook_event_name")
    }

    /// A top-level text field, empty where absent.
    pub fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A top-level field of any shape.
    pub fn field(&self, field: &str) -> Option<&Value> {
        self.body.get(field)
    }

    /// Every top-level field.
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// How many halves of surrogate pairs stood alone in the input.
    pub fn lone_surrogates(&self) -> usize {
        self.lone_surrogates
    }

    pub fn session_id(&self) -> &str {
        self.text("session_id")
    }

    pub fn cwd(&self) -> &str {
        self.text("cwd")
    }

    pub fn transcript_path(&self) -> &str {
        self.text("transcript_path")
    }

    pub fn prompt_id(&self) -> &str {
        self.text("prompt_id")
    }

    pub fn permission_mode(&self) -> &str {
        self.text("permission_mode")
    }

    pub fn agent_id(&self) -> &str {
        self.text("agent_id")
    }

    pub fn tool_name(&self) -> &str {
        self.text("tool_name")
    }

    pub fn tool_use_id(&self) -> &str {
        self.text("tool_use_id")
    }

    pub fn prompt(&self) -> &str {
        self.text("prompt")
    }

    pub fn tool_input(&self) -> Option<&Value> {
        self.body.get("tool_input")
    }

    pub fn tool_response(&self) -> Option<&Value> {
        self.body.get("tool_response")
    }
}

fn parse_value(bytes: Vec<u8>) -> Result<json::Document, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Input { message: "empty; expected one JSON object on stdin".into() });
    }
    let length = bytes.len();
    json::parse(bytes).map_err(|at| {
        let what = if at >= length { "unexpected end" } else { "unexpected text" };
        Error::Input { message: format!("not JSON: {what} at byte {at} of {length}") }
    })
}
