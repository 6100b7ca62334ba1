//! SHA-256 and its hexadecimal form.

use sha2::{Digest as _, Sha256};
use std::hash::{DefaultHasher, Hasher as _};

/// A SHA-256 hash.
pub type Digest = [u8; 32];

/// SHA-256 of these bytes, with what the processor has for it: for whole logs.
pub fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The same in plain code: for the few lines that one append hashes. To find out what a processor can do, `CPUID` leaves a
/// virtual machine and comes back, twice; that takes longer than these lines do.
pub fn digest_once(bytes: &[u8]) -> Digest {
    hmac_sha256::Hash::hash(bytes)
}

/// A sum over a line and its hash, by which the hash is known to belong to the line in a tenth of the time it takes to make.
/// Nothing rests on it: who can forge it can forge the mark it stands in, and `verify` hashes every line. It may differ between
/// versions of Rust, and then the hash is made.
pub(crate) fn quick_sum(line: &[u8], hash: &Digest) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(hash);
    hasher.write(line);
    hasher.finish()
}

/// Lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// The hash written as 64 lower-case hexadecimal digits; `None` for any other text.
pub fn from_hex(text: &str) -> Option<Digest> {
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (slot, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *slot = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_round_trips() {
        let hash = digest(b"abc");
        assert_eq!(to_hex(&hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(from_hex(&to_hex(&hash)), Some(hash));
        assert_eq!(from_hex("BA"), None);
    }

    #[test]
    fn both_ways_to_hash_agree() {
        let bytes: Vec<u8> = (0..1000_u32).map(|at| (at * at % 251) as u8).collect();
        for length in 0..bytes.len() {
            assert_eq!(digest(&bytes[..length]), digest_once(&bytes[..length]), "{length}");
        }
    }
}
