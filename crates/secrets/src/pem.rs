//! Private keys in PEM and OpenPGP armour, whole, cut off, indented, quoted or line-numbered.

use std::ops::Range;

use crate::class::BASE64;

const LONGEST: usize = 32 * 1024;

/// The body of the private key whose `-----BEGIN ` stands at `at`. The marks stay, so that a reader sees what it was.
pub(crate) fn private_key(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let rest = text.get(at + length..)?;
    let label_end = rest.iter().take(64).position(|byte| *byte == b'-')?;
    let label = rest.get(..label_end)?;
    if !label.windows(11).any(|part| part == b"PRIVATE KEY") || !rest.get(label_end..)?.starts_with(b"-----")
    {
        return None;
    }
    let start = at + length + label_end + 5;
    let body = text.get(start..)?;
    let reach = body.len().min(LONGEST);
    let end = closing_mark(body.get(..reach)?).unwrap_or_else(|| cut_off(body, reach));
    let key_bytes = body.get(..end)?.iter().filter(|byte| BASE64.has(**byte)).count();
    let longest_line = longest_base64_run(body.get(..end)?);
    (key_bytes >= 40 && longest_line >= 20).then_some(start..start + end)
}

/// Its own end, or the next key; a rule of dashes between is part of the body.
fn closing_mark(body: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(body, b"-----").find(|at| {
        let after = body.get(at + 5..).unwrap_or_default();
        after.starts_with(b"END ") || after.starts_with(b"BEGIN ")
    })
}

/// A key without its end: it goes on as long as the lines hold little but base 64.
fn cut_off(body: &[u8], reach: usize) -> usize {
    let mut end = 0;
    for line in body.get(..reach).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
        let dense = line.iter().filter(|byte| BASE64.has(**byte)).count();
        let is_header = line.windows(2).any(|pair| pair == b": ") && line.len() < 80;
        if end > 0 && !is_header && line.len() > 2 && dense * 10 < line.len() * 7 {
            break;
        }
        end += line.len();
    }
    end
}

fn longest_base64_run(body: &[u8]) -> usize {
    body.split(|byte| !BASE64.has(*byte)).map(<[u8]>::len).max().unwrap_or(0)
}
