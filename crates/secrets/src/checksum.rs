//! Checks that issuers built into their formats. Passing one is proof; failing one proves nothing.

use crate::rule::Check;

/// Whether `token` passes the check its rule names.
pub(crate) fn passes(check: Check, token: &[u8]) -> bool {
    match check {
        Check::None => false,
        Check::Base62Crc => base62_crc(token),
        Check::AwsKeyId => aws_key_id(token),
        Check::Grafana => grafana(token),
        Check::TailCrc => tail_crc(token),
        Check::AtlassianServer => atlassian_server(token),
    }
}

/// The reflected CRC-32 with polynomial 0xEDB88320, as in zip and Ethernet.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// GitHub's blog of 2021-04-05: the last six of the 36 characters after the prefix are the CRC-32 of the other thirty
/// in base 62 (0-9A-Za-z), padded with zeros. npm does the same.
fn base62_crc(token: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some(body) = token.len().checked_sub(36).and_then(|at| token.get(at..)) else { return false };
    let Some((random, sum)) = body.split_at_checked(30) else { return false };
    let mut rest = crc32(random);
    for byte in sum.iter().rev() {
        if DIGITS.get((rest % 62) as usize) != Some(byte) {
            return false;
        }
        rest /= 62;
    }
    rest == 0
}

/// Ids made since 2019 are base 32 after the prefix, the account number among the first bits.
fn aws_key_id(token: &[u8]) -> bool {
    let Some(body) = token.get(4..) else { return false };
    let is_base32 = body.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    is_base32
        && !matches!(body.first(), Some(b'I' | b'J'))
        && !token.windows(7).any(|part| part == b"EXAMPLE")
}

/// `glsa_`, 32 characters, `_`, and the CRC-32 of the 37 before it with the low byte first.
fn grafana(token: &[u8]) -> bool {
    let Some((body, sum)) = token.split_at_checked(37) else { return false };
    hex_value(sum.get(1..).unwrap_or_default()).is_some_and(|sum| sum.swap_bytes() == crc32(body))
}

fn tail_crc(token: &[u8]) -> bool {
    let Some((body, sum)) = token.len().checked_sub(8).and_then(|at| token.split_at_checked(at)) else {
        return false;
    };
    hex_value(sum).is_some_and(|sum| sum == crc32(body))
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn atlassian_server(token: &[u8]) -> bool {
    let decoded = crate::base64::decode(token.strip_prefix(b"BBDC-").unwrap_or(token));
    let digits = decoded.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits >= 4 && decoded.first() != Some(&b'0') && decoded.get(digits) == Some(&b':')
}
