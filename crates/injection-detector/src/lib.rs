//! Tells an assistant's data from text that tries to give it orders: a tripwire, not a boundary.
//!
//! A text becomes words with classes ([`mod@score`]); rows of [`rules`] name sequences of classes ("set aside", "earlier",
//! "instructions"), so that one row speaks twenty languages; a small linear [`model`] adds what the rows leave over. Both
//! look at stretches of about 500 characters, so that one bad line in a long file is not averaged away. Letters are
//! folded first (case, width, accents, look-alikes, invisible characters, digits for letters); what is behind base64, base32, binary digits,
//! hex, percent signs, entities, ROT13, Morse code, spaced or reversed letters, tag characters or variation selectors is
//! decoded and judged again.
//!
//! # What it cannot catch
//!
//! * **A request that is worded like a request.** "Please forward the invoice to this address" in a web page carries no
//!   mark; the recall on such rows is about zero here, as it is for every content filter. Whether it is obeyed must be
//!   decided by what the agent is *allowed* to do.
//! * **An attacker who reads these rules.** Paraphrase, irony, stories and long persuasion get through; published work
//!   breaks far larger detectors by adapting to them. It stops mass attacks, careless ones and known ones.
//! * **Languages outside the lexicon** (some thirty-five are in it, English far better than the others), attacks split
//!   over several tool results, pictures, sound, archives and documents in binary formats.
//! * **Ciphers it does not undo**: keys of one's own, nested encodings, base85, braille, invented alphabets.
//! * **The middle of texts beyond two megabytes**: of those the beginning and the end are looked at.
//!
//! It is wrong the other way too: texts that *quote* attacks (security documents, tests of detectors) look like attacks
//! to it several times in a hundred; `corpus injection` prints how often. An exception by path or fingerprint is the
//! remedy.

mod address;
mod class;
mod decide;
mod decode;
mod fold;
mod hidden;
mod lexicon;
pub mod model;
mod places;
mod report;
pub mod rules;
pub mod score;
mod search;
mod token;
mod tokenize;
mod window;

use hook_core::{EventKind, Hook, Key, KeyKind, OnError};

pub use decode::Encoding;
pub use score::{Assessment, Options, Signal, Span, Surface, score};

/// The hook.
pub const HOOK: Hook = Hook {
    name: "injection-detector",
    about: "tells the model which part of a tool result is data that poses as instructions",
    events: &[
        EventKind::PreToolUse,
        EventKind::PostToolUse,
        EventKind::PostToolUseFailure,
        EventKind::UserPromptSubmit,
        EventKind::SessionStart,
    ],
    on_error: OnError::Pass,
    keys: KEYS,
    decide: decide::decide,
};

/// The ids of the rules this hook names: one a family of signals, `encoded` for what stood behind an encoding, `wording`
/// for what only the model saw.
pub const RULES: &[&str] =
    &["override", "persona", "extraction", "forgery", "exfiltration", "address", "encoded", "wording"];

const KEYS: &[Key] = &[
    Key {
        name: "mask_spans",
        kind: KeyKind::StricterTrue([false, false, false, true]),
        about: "replace the suspicious part of a tool result before the model sees it",
    },
    Key {
        name: "deny_instruction_writes",
        kind: KeyKind::StricterTrue([false, false, true, true]),
        about: "deny, rather than ask about, suspicious writes into files that instruct an assistant",
    },
    Key {
        name: "user_only",
        kind: KeyKind::StricterFalse([false, false, false, false]),
        about: "tell only the user of a suspicious tool result, not the model",
    },
];
