//! Tokens without a mark of four bytes to search for: their length and alphabet among the long stretches tell them.

use std::ops::Range;

use crate::class::{ALNUM, DIGIT, LOWER_DIGIT, WORD_DASH};
use crate::{Confidence, Hit, Severity, base64};

/// The ids of the rules in this file.
pub(crate) const RULES: &[&str] = &["twilio-key", "discord-bot-token"];

/// The secret that the stretch at `run` is or begins.
pub(crate) fn find(text: &[u8], run: &Range<usize>) -> Option<Hit<'static>> {
    let bytes = text.get(run.clone())?;
    if let Some(id) = bytes.strip_prefix(b"SK").or_else(|| bytes.strip_prefix(b"AC"))
        && id.len() == 32
        && LOWER_DIGIT.run(id, 32) == 32
    {
        return Some(hit("twilio-key", "a Twilio key or account id", run.clone(), Severity::High));
    }
    let end = discord_bot(text, run.start, bytes)?;
    Some(hit("discord-bot-token", "a Discord bot token", run.start..end, Severity::Critical))
}

fn hit(rule: &'static str, what: &'static str, span: Range<usize>, severity: Severity) -> Hit<'static> {
    Hit { rule, what, span, severity, confidence: Confidence::Format }
}

/// Discord: the bot's id in base 64, a dot, six characters of time, a dot, 27 to 38 characters.
fn discord_bot(text: &[u8], start: usize, id: &[u8]) -> Option<usize> {
    if !(24..=28).contains(&id.len()) || !matches!(id.first(), Some(b'M' | b'N' | b'O')) {
        return None;
    }
    let decoded = base64::decode(id);
    let rest = text.get(start + id.len()..)?;
    let middle = WORD_DASH.run(rest.get(1..)?, 8);
    let tail = WORD_DASH.run(rest.get(2 + middle..)?, 40);
    let dots = rest.first() == Some(&b'.') && rest.get(1 + middle) == Some(&b'.');
    let ends = rest.get(2 + middle + tail).is_none_or(|next| !ALNUM.has(*next));
    let is_id = decoded.len() >= 17 && DIGIT.run(&decoded, decoded.len()) == decoded.len();
    (dots && ends && (6..=7).contains(&middle) && (27..=38).contains(&tail) && is_id)
        .then_some(start + id.len() + 2 + middle + tail)
}
