//! The keys a policy may hold, each a row: its name, which direction is stricter, its default per tier.

use std::fmt;

use serde_json::Value;

/// How strict a company is as a whole. Ordered: each tier is at least as strict as the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    Starter,
    Standard,
    Strict,
    Regulated,
}

impl Tier {
    pub const ALL: [Self; 4] = [Self::Starter, Self::Standard, Self::Strict, Self::Regulated];

    pub fn name(self) -> &'static str {
        match self {
            Self::Starter => "starter",
            Self::Standard => "standard",
            Self::Strict => "strict",
            Self::Regulated => "regulated",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What a hook or a rule may do. Ordered from weakest to strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Not run.
    Off,
    /// Records what it would have done; changes nothing.
    Observe,
    /// Records and tells the user; changes nothing.
    Warn,
    /// Acts.
    Enforce,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Off, Self::Observe, Self::Warn, Self::Enforce];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// One setting of a hook.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: KeyKind,
    /// What it means, with its unit; goes into the schema and the reference.
    pub about: &'static str,
}

/// The type of a key, which direction is stricter, and the default of each tier
/// (`[starter, standard, strict, regulated]`).
#[derive(Debug, Clone, Copy)]
pub enum KeyKind {
    StricterTrue([bool; 4]),
    StricterFalse([bool; 4]),
    StricterLow([u64; 4]),
    StricterHigh([u64; 4]),
    /// Things that are forbidden or watched: layers add up.
    MoreIsStricter(&'static [&'static str]),
    /// Things that are allowed: a tightening layer can only take away.
    FewerIsStricter(&'static [&'static str]),
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    Flag(bool),
    Number(u64),
    List(Vec<Value>),
}

impl KeyKind {
    /// The built-in value in a tier.
    pub fn default_for(self, tier: Tier) -> Setting {
        let list = |items: &[&str]| Setting::List(items.iter().map(|item| Value::from(*item)).collect());
        match self {
            Self::StricterTrue(values) | Self::StricterFalse(values) => Setting::Flag(per_tier(values, tier)),
            Self::StricterLow(values) | Self::StricterHigh(values) => Setting::Number(per_tier(values, tier)),
            Self::MoreIsStricter(items) | Self::FewerIsStricter(items) => list(items),
        }
    }

    /// Reads a JSON value as this kind of key; the error says what was expected.
    pub fn read(self, value: &Value) -> Result<Setting, &'static str> {
        match self {
            Self::StricterTrue(_) | Self::StricterFalse(_) => {
                value.as_bool().map(Setting::Flag).ok_or("true or false")
            }
            Self::StricterLow(_) | Self::StricterHigh(_) => {
                value.as_u64().map(Setting::Number).ok_or("a whole number")
            }
            Self::MoreIsStricter(_) | Self::FewerIsStricter(_) => {
                value.as_array().cloned().map(Setting::List).ok_or("a list")
            }
        }
    }

    /// The stricter of two values of this kind: what a layer that may only tighten makes of `before`.
    pub fn tighten(self, before: &Setting, wanted: &Setting) -> Setting {
        match (self, before, wanted) {
            (Self::StricterTrue(_), Setting::Flag(a), Setting::Flag(b)) => Setting::Flag(*a || *b),
            (Self::StricterFalse(_), Setting::Flag(a), Setting::Flag(b)) => Setting::Flag(*a && *b),
            (Self::StricterLow(_), Setting::Number(a), Setting::Number(b)) => Setting::Number(*a.min(b)),
            (Self::StricterHigh(_), Setting::Number(a), Setting::Number(b)) => Setting::Number(*a.max(b)),
            (Self::MoreIsStricter(_), Setting::List(a), Setting::List(b)) => Setting::List(union(a, b)),
            (Self::FewerIsStricter(_), Setting::List(a), Setting::List(b)) => {
                Setting::List(a.iter().filter(|item| b.contains(item)).cloned().collect())
            }
            // Values of another kind cannot come out of `read`; what stood before stays.
            _ => before.clone(),
        }
    }

    /// What a layer that may also loosen makes of `before`: lists add up, everything else is replaced.
    pub fn replace(self, before: &Setting, wanted: &Setting) -> Setting {
        match (before, wanted) {
            (Setting::List(a), Setting::List(b)) => Setting::List(union(a, b)),
            _ => wanted.clone(),
        }
    }
}

fn per_tier<T: Copy>([starter, standard, strict, regulated]: [T; 4], tier: Tier) -> T {
    match tier {
        Tier::Starter => starter,
        Tier::Standard => standard,
        Tier::Strict => strict,
        Tier::Regulated => regulated,
    }
}

fn union(a: &[Value], b: &[Value]) -> Vec<Value> {
    let mut all = a.to_vec();
    all.extend(b.iter().filter(|item| !a.contains(item)).cloned());
    all
}

/// The hooks a policy may name; a test holds this equal to the workspace.
pub const HOOK_NAMES: &[&str] = &[
    "governance-check",
    "mcp-config-integrity",
    "dangerous-actions-blocker",
    "secrets-scanner",
    "injection-detector",
    "unicode-scanner",
    "velocity-governor",
    "audit-logger",
];

/// The keys every hook has.
pub const COMMON_KEYS: &[&str] = &["mode", "rules"];

/// The keys at the top of a policy file.
pub const TOP_KEYS: &[&str] =
    &["$schema", "tier", "user_exceptions", "hooks", "exceptions", "tests", "mcp", "audit"];
