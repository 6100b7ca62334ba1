//! `md5sum`: obfuscators take letters out of the digests of constants.

use super::Made;
use crate::value::Value;

pub(super) fn sum(name: &str, input: &Value) -> Made {
    let Some(text) = input.known().filter(|text| text.len() <= 4096 && matches!(name, "md5sum" | "md5"))
    else {
        return Made::Unfollowed;
    };
    let digest: String = super::codec::hexadecimal(&md5(text.as_bytes()));
    let line = if name == "md5sum" { format!("{digest}  -\n") } else { format!("{digest}\n") };
    Made::Output(Value::literal(line).with_origins_of(input))
}

/// Rotations of the four rounds (RFC 1321, section 3.4).
const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The MD5 digest (RFC 1321).
fn md5(message: &[u8]) -> [u8; 16] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u64).wrapping_mul(8).to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks_exact(64) {
        let words: Vec<u32> = block
            .chunks_exact(4)
            .map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
            .collect();
        state = block_state(state, &words);
    }
    let mut digest = [0; 16];
    for (byte, value) in digest.iter_mut().zip(state.iter().flat_map(|word| word.to_le_bytes())) {
        *byte = value;
    }
    digest
}

fn block_state(state: [u32; 4], words: &[u32]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = state;
    for step in 0..64_usize {
        let (mixed, at) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), step * 5 + 1),
            2 => (b ^ c ^ d, step * 3 + 5),
            _ => (c ^ (b | !d), step * 7),
        };
        let word = words.get(at % 16).copied().unwrap_or(0);
        let rotation = ROTATIONS.get(step / 16).and_then(|round| round.get(step % 4)).copied().unwrap_or(0);
        let sum = a.wrapping_add(mixed).wrapping_add(constant(step)).wrapping_add(word);
        (a, d, c) = (d, c, b);
        b = b.wrapping_add(sum.rotate_left(rotation));
    }
    let [first, second, third, fourth] = state;
    [first.wrapping_add(a), second.wrapping_add(b), third.wrapping_add(c), fourth.wrapping_add(d)]
}

/// The integer part of 2^32 times |sin(step + 1)|.
fn constant(step: usize) -> u32 {
    let angle = f64::from(u32::try_from(step + 1).unwrap_or(0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below 2^32 and not negative"
    )]
    let value = (angle.sin().abs() * 4_294_967_296.0) as u32;
    value
}
