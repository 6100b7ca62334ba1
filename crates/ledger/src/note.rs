//! Checkpoints as C2SP signed notes: `origin`, tree size, root, and an Ed25519 signature (c2sp.org/signed-note,
//! c2sp.org/tlog-checkpoint).

use crate::{Digest, digest, to_hex};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// The signature type of Ed25519 in a signed note.
const ED25519: u8 = 1;

/// The public half of a key that signs checkpoints, and the name it signs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    /// The origin of the log.
    pub name: String,
    key: VerifyingKey,
}

impl Verifier {
    pub(crate) fn new(name: &str, key: VerifyingKey) -> Verifier {
        Verifier { name: name.to_owned(), key }
    }

    /// The text form of C2SP: `name+hexid+base64`.
    pub fn to_text(&self) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        format!("{}+{}+{}", self.name, to_hex(&self.id()), STANDARD.encode(bytes))
    }

    /// Reads the text form; `None` if it is not one, or its id is not that of the key.
    pub fn from_text(text: &str) -> Option<Verifier> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = STANDARD.decode(key).ok()?;
        let (kind, key) = bytes.split_first()?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let verifier = Verifier::new(name, key);
        (*kind == ED25519 && to_hex(&verifier.id()) == id).then_some(verifier)
    }

    /// Whether the signature (64 bytes) over `text` is this key's.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        // Strict: a weak key or a second form of the same signature is refused.
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }

    fn id(&self) -> [u8; 4] {
        let mut bytes = self.name.clone().into_bytes();
        bytes.extend_from_slice(&[b'\n', ED25519]);
        bytes.extend_from_slice(self.key.as_bytes());
        let [a, b, c, d, ..] = digest(&bytes);
        [a, b, c, d]
    }
}

/// What a log commits to: all lines up to a size, in one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Digest,
}

impl Checkpoint {
    /// The signed text.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The whole note.
    pub(crate) fn sign(&self, key: &SigningKey) -> String {
        let body = self.body();
        let verifier = Verifier::new(&self.origin, key.verifying_key());
        let mut bytes = verifier.id().to_vec();
        bytes.extend_from_slice(&key.sign(body.as_bytes()).to_bytes());
        format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(bytes))
    }
}

/// A note as it was read: its checkpoint, and its signature lines as (name, key id, signature).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub checkpoint: Checkpoint,
    signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

impl Note {
    /// Reads one note; `None` if it is not a checkpoint of this form.
    pub fn parse(text: &str) -> Option<Note> {
        let (body, signatures) = text.split_once("\n\n")?;
        let mut lines = body.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        if lines.next().is_some() || origin.is_empty() || number.to_string() != size {
            return None;
        }
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        let signatures: Vec<_> = signatures.lines().filter_map(signature_line).collect();
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: number, root };
        (!signatures.is_empty()).then_some(Note { checkpoint, signatures })
    }

    /// Whether this key signed the note.
    pub fn is_signed_by(&self, verifier: &Verifier) -> bool {
        let body = self.checkpoint.body();
        self.signatures.iter().any(|(name, id, signature)| {
            *name == verifier.name && *id == verifier.id() && verifier.verify(body.as_bytes(), signature)
        })
    }

    /// Whether the note names this key, rightly or not.
    pub fn names(&self, verifier: &Verifier) -> bool {
        self.signatures.iter().any(|(name, id, _)| *name == verifier.name && *id == verifier.id())
    }
}

fn signature_line(line: &str) -> Option<(String, [u8; 4], Vec<u8>)> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    Some((name.to_owned(), *id, signature.to_vec()))
}

/// The notes of one file, in which each ends at an empty line or at the end.
pub fn parse_notes(text: &str) -> Vec<Option<Note>> {
    let mut notes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // A note is a body, an empty line, and signature lines; the next body is the first line without a dash.
        let Some(signatures) = rest.find("\n\n").map(|at| at + 2) else {
            notes.push(None);
            break;
        };
        let lines = rest.get(signatures..).unwrap_or_default().split_inclusive('\n');
        let length: usize = lines.take_while(|line| line.starts_with('\u{2014}')).map(str::len).sum();
        let (note, after) = rest.split_at(signatures + length);
        notes.push(Note::parse(note));
        rest = after;
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_verifies() {
        // c2sp.org/signed-note, "Example".
        let key = Verifier::from_text("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        let key = key.expect("a key");
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let encoded =
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let line = format!("\u{2014} PeterNeumann {encoded}");
        let (name, id, signature) = signature_line(&line).expect("a signature");
        assert_eq!((name.as_str(), id), ("PeterNeumann", key.id()));
        assert!(key.verify(text.as_bytes(), &signature));
        assert!(!key.verify(b"another text", &signature));
    }

    #[test]
    fn a_note_round_trips_and_a_changed_one_does_not_verify() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let verifier = Verifier::new("example.org/log", key.verifying_key());
        assert_eq!(Verifier::from_text(&verifier.to_text()), Some(verifier.clone()));
        let checkpoint = Checkpoint { origin: "example.org/log".into(), size: 42, root: [3; 32] };
        let text = checkpoint.sign(&key);
        let note = Note::parse(&text).expect("a note");
        assert_eq!(note.checkpoint, checkpoint);
        assert!(note.is_signed_by(&verifier));
        let changed = Note::parse(&text.replace("\n42\n", "\n43\n")).expect("a note");
        assert!(!changed.is_signed_by(&verifier) && changed.names(&verifier));
        let both = parse_notes(&format!("{text}{text}"));
        assert_eq!(both.iter().flatten().count(), 2);
        assert_eq!(parse_notes(&format!("{text}rubbish")).last(), Some(&None));
    }
}
