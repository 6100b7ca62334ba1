//! Replaces what was found by a mark that keeps the text useful: `[REDACTED:github-pat:3f2a]`.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use crate::Hit;

/// The key behind the tags, known to this machine only: equal secrets get equal tags, and a tag confirms no guess to
/// whoever lacks the key.
#[derive(Clone)]
pub struct TagKey([u8; 32]);

impl TagKey {
    /// Takes 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The four hex digits that stand for `value` in a replacement.
    pub fn tag(&self, value: &str) -> String {
        self.hex(b"tag", value, 2)
    }

    /// Sixteen hex digits that name `value` found by `rule` in records and exceptions.
    pub fn fingerprint(&self, rule: &str, value: &str) -> String {
        self.hex(rule.as_bytes(), value, 8)
    }

    /// SipHash-2-4, a keyed function of 64 bits, which is what a fingerprint has; a hash made for files would take longer to
    /// begin than this takes to end. Its key is half of ours.
    fn hex(&self, purpose: &[u8], value: &str, bytes: usize) -> String {
        let mut hash = SipHasher24::new_with_key(self.0.first_chunk().unwrap_or(&[0; 16]));
        hash.write(&[u8::try_from(purpose.len()).unwrap_or(u8::MAX)]);
        hash.write(purpose);
        hash.write(value.as_bytes());
        let mut text = format!("{:016x}", hash.finish());
        text.truncate(bytes * 2);
        text
    }
}

impl std::fmt::Debug for TagKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TagKey(..)")
    }
}

/// How every mark begins.
pub(crate) const MARK: &[u8] = b"[REDACTED:";

/// Whether `text` holds a mark that [`redact`] made: a rule's id and four hex digits.
pub fn holds_mark(text: &str) -> bool {
    text.match_indices("[REDACTED:").any(|(at, mark)| {
        let rest = text.get(at + mark.len()..).unwrap_or_default().as_bytes();
        let rule = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .count();
        let tag = rest.get(rule + 1..rule + 5).unwrap_or_default();
        rule > 0
            && rest.get(rule) == Some(&b':')
            && tag.iter().all(u8::is_ascii_hexdigit)
            && rest.get(rule + 5) == Some(&b']')
    })
}

/// `text` with each hit replaced by `[REDACTED:<rule>:<tag>]`. The mark holds no quote, backslash or line break, so a
/// value that stood in quotes leaves code and JSON that still parse.
pub fn redact(text: &str, hits: &[Hit<'_>], key: &TagKey) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for hit in hits {
        let (Some(before), Some(value)) = (text.get(done..hit.span.start), text.get(hit.span.clone())) else {
            continue;
        };
        clean.push_str(before);
        clean.push_str("[REDACTED:");
        clean.push_str(hit.rule);
        clean.push(':');
        clean.push_str(&key.tag(value));
        clean.push(']');
        done = hit.span.end;
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}
