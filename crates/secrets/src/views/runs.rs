//! Long stretches of base 64 and hex, and what they decode to where that is text.

use std::ops::Range;

use super::{Scale, View};
use crate::class::{ANY_HEX, Class};

const RUN: Class = Class::of("a-zA-Z0-9+/_-");
/// Shorter stretches cannot hold a secret worth encoding.
const SHORTEST: usize = 20;
const STRIDE: usize = SHORTEST - 4;
/// Decoded text beyond this is not looked at.
const LONGEST: usize = 1024 * 1024;

/// Looked up for a good part of all text, which a table does fastest.
static IN_RUN: [bool; 256] = RUN.table();

#[inline]
fn in_run(byte: u8) -> bool {
    IN_RUN.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Every stretch of at least `SHORTEST` characters holds a multiple of `STRIDE`, so most bytes are never looked at.
fn each_run(text: &[u8], visit: &mut impl FnMut(Range<usize>)) {
    let mut done = 0;
    let mut at = STRIDE;
    while let Some(byte) = text.get(at) {
        if !could_be_long(text, at) || !in_run(*byte) {
            at += STRIDE;
            continue;
        }
        let before = text.get(done..at).unwrap_or_default();
        let start = at - before.iter().rev().take_while(|byte| in_run(**byte)).count();
        let end = at + text.get(at..).unwrap_or_default().iter().take_while(|byte| in_run(**byte)).count();
        if end - start >= SHORTEST {
            visit(start..end);
        }
        done = end;
        at = end.max(at + 1).next_multiple_of(STRIDE);
    }
}

/// The first such position of a long enough stretch has four more of its bytes behind it, and twelve behind it where it
/// has not eight before it. Looks at the bytes eight at a time, and only for what stands before `+` in ASCII: blanks, quotes and
/// brackets, of which text without long stretches has some nearly everywhere.
fn could_be_long(text: &[u8], at: usize) -> bool {
    let eight =
        |from: usize| text.get(from..).and_then(|rest| rest.first_chunk::<8>()).copied().map(below_plus);
    // At the end of the text there is nothing to decide quickly.
    let (Some(before), Some(here), Some(behind)) = (eight(at - STRIDE / 2), eight(at), eight(at + 5)) else {
        return true;
    };
    here & FIRST_FIVE | before.min(behind) == 0
}

const FIRST_FIVE: u64 = 0xff_ffff_ffff;

/// Marks the bytes that stand before `+` in ASCII.
#[inline]
fn below_plus(eight: [u8; 8]) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const PLUS: u64 = 0x2b2b_2b2b_2b2b_2b2b;
    !((u64::from_le_bytes(eight) | HIGH) - PLUS) & HIGH
}

pub(super) fn each_decoded(text: &[u8], seen: &mut impl FnMut(&Range<usize>), visit: &mut impl FnMut(&View)) {
    let mut covered = 0;
    each_run(text, &mut |run| {
        seen(&run);
        if run.start < covered {
            return;
        }
        let Some(bytes) = text.get(run.clone()) else { return };
        let hex = ANY_HEX.run(bytes, usize::MAX);
        if hex == bytes.len() && hex.is_multiple_of(2) {
            if let Some(view) = decode_hex(bytes, run.start) {
                visit(&view);
            }
            return;
        }
        if let Some(view) = decode_base64(text, run, &mut covered) {
            visit(&view);
        }
    });
}

fn decode_hex(digits: &[u8], source: usize) -> Option<View> {
    let mut view = View::new();
    view.origin(source, Scale::Hex);
    for pair in digits.chunks_exact(2).take(LONGEST) {
        let byte =
            u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|byte| is_text(*byte))?;
        view.text.push(byte);
    }
    Some(view)
}

/// Decodes as far as the result is text, on over line ends where every full line is a multiple of four long.
fn decode_base64(text: &[u8], first: Range<usize>, covered: &mut usize) -> Option<View> {
    let mut view = View::new();
    let mut line = first;
    loop {
        view.origin(line.start, Scale::Base64);
        let complete = push_line(&mut view, text.get(line.clone())?);
        *covered = line.end;
        let goes_on =
            complete && line.len().is_multiple_of(4) && line.len() >= 60 && view.text.len() < LONGEST;
        let next = line.end + if text.get(line.end) == Some(&b'\r') { 2 } else { 1 };
        if !goes_on || text.get(next - 1) != Some(&b'\n') {
            break;
        }
        let rest = text.get(next..).unwrap_or_default();
        let length = RUN.run(rest, 1024);
        // What goes on is base 64 to the end of its line; `data: ...` is the next entry of a file.
        if length == 0 || !matches!(rest.get(length), None | Some(b'\n' | b'\r' | b'=' | b'"' | b'\'')) {
            break;
        }
        line = next..next + length;
    }
    (view.text.len() >= 12).then_some(view)
}

/// Adds what a line decodes to; false where it stopped being text.
fn push_line(view: &mut View, line: &[u8]) -> bool {
    for quantum in line.chunks(64) {
        let decoded = crate::base64::decode(quantum);
        let good = decoded.iter().take_while(|byte| is_text(**byte)).count();
        view.text.extend_from_slice(decoded.get(..good).unwrap_or_default());
        if good < decoded.len() || view.text.len() > LONGEST {
            return false;
        }
    }
    true
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}
