//! Personal and regulated data, for the tiers that ask for it: card numbers, IBANs, social security numbers, and
//! contact and health data where the text is a record. Each has a check or a name beside it; bare numbers are everywhere.

use std::ops::Range;

use crate::class::{ALNUM, Class, DIGIT, WORD};
use crate::{Confidence, Hit, Severity};

/// The ids of the rules in this file.
pub(crate) const RULES: &[&str] = &[
    "card-number",
    "iban",
    "social-security-number",
    "email-record",
    "phone-record",
    "health-record-number",
];

const NUMBER: Class = Class::of("0-9 -");

/// Everything personal in `text`.
pub(crate) fn find(text: &[u8], hits: &mut Vec<Hit<'static>>) {
    numbers(text, hits);
    ibans(text, hits);
    fields(text, hits);
}

fn hit(rule: &'static str, what: &'static str, span: Range<usize>) -> Hit<'static> {
    Hit { rule, what, span, severity: Severity::High, confidence: Confidence::Format }
}

/// Walks the runs of digits, blanks and dashes once.
fn numbers(text: &[u8], hits: &mut Vec<Hit<'static>>) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if !DIGIT.has(*byte) {
            at += 1;
            continue;
        }
        let run = NUMBER.run(text.get(at..).unwrap_or_default(), usize::MAX);
        let end = at + trimmed(text.get(at..at + run).unwrap_or_default());
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let alone = before.is_none_or(|before| !WORD.has(*before) && *before != b'.')
            && text.get(end).is_none_or(|next| {
                !WORD.has(*next) && *next != b'.' || text.get(end + 1).is_none_or(|after| !ALNUM.has(*after))
            });
        if alone {
            number(text, at..end, hits);
        }
        at += run;
    }
}

fn trimmed(run: &[u8]) -> usize {
    run.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1)
}

fn number(text: &[u8], span: Range<usize>, hits: &mut Vec<Hit<'static>>) {
    let Some(run) = text.get(span.clone()) else { return };
    if is_card(run) {
        hits.push(hit("card-number", "a card number", span));
    } else if is_social_security(run) {
        hits.push(hit("social-security-number", "a social security number", span));
    }
}

/// ISO/IEC 7812: the issuer's range, the length, the Luhn sum; groups of four or in one piece.
fn is_card(run: &[u8]) -> bool {
    let digits: Vec<u8> = run.iter().filter(|byte| DIGIT.has(**byte)).map(|byte| byte - b'0').collect();
    let prefix =
        |length: usize| digits.iter().take(length).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
    let is_issued = match digits.len() {
        15 => matches!(prefix(2), 34 | 37),
        14 => matches!(prefix(2), 36 | 38) || matches!(prefix(3), 300..=305),
        16 => {
            prefix(1) == 4
                || matches!(prefix(2), 51..=55 | 65)
                || matches!(prefix(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(prefix(3), 644..=649)
                || prefix(2) == 62
        }
        13 | 19 => prefix(1) == 4,
        _ => false,
    };
    let mixed = run.contains(&b' ') && run.contains(&b'-');
    let grouped = run.iter().filter(|byte| !DIGIT.has(**byte)).count();
    let repeats = digits.windows(2).filter(|pair| matches!(pair, [a, b] if a == b)).count() > 9;
    is_issued && !mixed && grouped <= 4 && !repeats && luhn(&digits)
}

fn luhn(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let doubled = if place % 2 == 1 { u32::from(*digit) * 2 } else { u32::from(*digit) };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum % 10 == 0
}

/// `AAA-GG-SSSS` with dashes; the Social Security Administration never assigns 000, 666, 9xx, group 00 or serial 0000.
fn is_social_security(run: &[u8]) -> bool {
    // The number of an advertisement of 1938, and the one everybody writes as an example.
    if run.len() != 11 || run == b"078-05-1120" || run == b"123-45-6789" {
        return false;
    }
    let parts: Vec<&[u8]> = run.split(|byte| *byte == b'-').collect();
    let [area, group, serial] = parts.as_slice() else { return false };
    let is_shaped = area.len() == 3
        && group.len() == 2
        && parts.iter().flat_map(|part| part.iter()).all(|byte| DIGIT.has(*byte));
    is_shaped
        && *area != b"000"
        && *area != b"666"
        && !area.starts_with(b"9")
        && *group != b"00"
        && *serial != b"0000"
}

/// ISO 13616: two letters, two check digits, the country's length, remainder 1 modulo 97.
fn ibans(text: &[u8], hits: &mut Vec<Hit<'static>>) {
    const BODY: Class = Class::of("A-Z0-9 ");
    let mut at = 0;
    while let Some(window) = text.get(at..at + 4) {
        let is_start = window
            .first_chunk::<2>()
            .is_some_and(|letters| letters.iter().all(u8::is_ascii_uppercase))
            && window.iter().skip(2).all(u8::is_ascii_digit)
            && at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|before| !ALNUM.has(*before));
        if !is_start {
            at += 1;
            continue;
        }
        let run = BODY.run(text.get(at..).unwrap_or_default(), 42);
        match iban_length(text.get(at..at + run).unwrap_or_default()) {
            Some(length) => {
                hits.push(hit("iban", "a bank account number (IBAN)", at..at + length));
                at += length;
            }
            None => at += 4,
        }
    }
}

/// The written length of the IBAN that a text begins with, blanks included.
fn iban_length(text: &[u8]) -> Option<usize> {
    const LENGTHS: &[(&[u8; 2], usize)] = &[
        (b"AT", 20),
        (b"BE", 16),
        (b"BG", 22),
        (b"CH", 21),
        (b"CY", 28),
        (b"CZ", 24),
        (b"DE", 22),
        (b"DK", 18),
        (b"EE", 20),
        (b"ES", 24),
        (b"FI", 18),
        (b"FR", 27),
        (b"GB", 22),
        (b"GR", 27),
        (b"HR", 21),
        (b"HU", 28),
        (b"IE", 22),
        (b"IL", 23),
        (b"IS", 26),
        (b"IT", 27),
        (b"LI", 21),
        (b"LT", 20),
        (b"LU", 20),
        (b"LV", 21),
        (b"MC", 27),
        (b"MT", 31),
        (b"NL", 18),
        (b"NO", 15),
        (b"PL", 28),
        (b"PT", 25),
        (b"RO", 24),
        (b"SA", 24),
        (b"SE", 24),
        (b"SI", 19),
        (b"SK", 24),
        (b"TR", 26),
        (b"AE", 23),
        (b"UA", 29),
        (b"RS", 22),
        (b"AL", 28),
        (b"AD", 24),
        (b"BA", 20),
        (b"GE", 22),
        (b"KZ", 20),
        (b"QA", 29),
    ];
    let (_, wanted) = LENGTHS.iter().find(|(country, _)| text.starts_with(*country))?;
    let mut compact = Vec::with_capacity(34);
    let mut written = 0;
    for byte in text {
        if compact.len() == *wanted {
            break;
        }
        written += 1;
        if *byte != b' ' {
            compact.push(*byte);
        }
    }
    let ends = text.get(written).is_none_or(|next| *next == b' ');
    let (head, body) = compact.split_at_checked(4)?;
    let mut remainder = 0_u32;
    for byte in body.iter().chain(head) {
        let value = if DIGIT.has(*byte) { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 };
        remainder = (remainder * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    (compact.len() == *wanted && ends && remainder == 1).then_some(written)
}

/// A kind of data that only its name tells: `"phone": "+1 202 555 0143"`, `MRN: 00482913`.
struct Field {
    rule: &'static str,
    what: &'static str,
    names: &'static [&'static [u8]],
    fits: fn(&[u8]) -> bool,
}

const FIELDS: &[Field] = &[
    Field {
        rule: "email-record",
        what: "a person's e-mail address in a record",
        names: &[b"email", b"e-mail", b"mail_address"],
        fits: is_email,
    },
    Field {
        rule: "phone-record",
        what: "a person's phone number in a record",
        names: &[b"phone", b"mobile_number", b"telephone", b"cell_number"],
        fits: is_phone,
    },
    Field {
        rule: "health-record-number",
        what: "a health record number",
        names: &[
            b"mrn",
            b"medical_record",
            b"medical record",
            b"patient_id",
            b"patient id",
            b"nhs_number",
            b"nhs number",
            b"health_insurance",
            b"medicare",
            b"npi_number",
        ],
        fits: is_record_number,
    },
];

/// What a name begins with, in either case.
static BEGINS: [bool; 256] = first_letters();

#[expect(clippy::indexing_slicing, reason = "runs in const evaluation, where a wrong index fails the build")]
const fn first_letters() -> [bool; 256] {
    let mut table = [false; 256];
    let mut field = 0;
    while field < FIELDS.len() {
        let mut name = 0;
        while name < FIELDS[field].names.len() {
            let first = FIELDS[field].names[name][0];
            table[first as usize] = true;
            table[first.to_ascii_uppercase() as usize] = true;
            name += 1;
        }
        field += 1;
    }
    table
}

/// Walks the beginnings of words once.
fn fields(text: &[u8], hits: &mut Vec<Hit<'static>>) {
    let mut before = b' ';
    for (at, byte) in text.iter().enumerate() {
        let begins = BEGINS.get(usize::from(*byte)).copied().unwrap_or(false) && !before.is_ascii_lowercase();
        before = *byte;
        if begins {
            hits.extend(FIELDS.iter().flat_map(|field| value_of_field(text, at, field)));
        }
    }
}

/// The value of the field whose name begins at `at`; each name of it may have one.
fn value_of_field(text: &[u8], at: usize, field: &Field) -> Vec<Hit<'static>> {
    let mut hits = Vec::new();
    for name in field.names {
        let end = at + name.len();
        if !text.get(at..end).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = crate::assign::site(text, end).and_then(|site| crate::assign::whole_value(text, site));
        if let Some(span) = value.filter(|span| text.get(span.clone()).is_some_and(field.fits)) {
            hits.push(hit(field.rule, field.what, span));
        }
    }
    hits
}

fn is_email(value: &[u8]) -> bool {
    const LOCAL: Class = Class::of("a-zA-Z0-9._%+-");
    let Some(sign) = byte_search::position(value, b'@') else { return false };
    let (local, domain) = (value.get(..sign).unwrap_or_default(), value.get(sign + 1..).unwrap_or_default());
    let is_sample = [b"example.".as_slice(), b".example", b".test", b".invalid"]
        .iter()
        .any(|part| byte_search::first(domain, part).is_some());
    !local.is_empty()
        && LOCAL.run(local, local.len()) == local.len()
        && domain.contains(&b'.')
        && domain.len() >= 4
        && LOCAL.run(domain, domain.len()) == domain.len()
        && !is_sample
}

fn is_phone(value: &[u8]) -> bool {
    const PHONE: Class = Class::of("0-9+() ./-");
    let digits = value.iter().filter(|byte| DIGIT.has(**byte)).count();
    (8..=15).contains(&digits)
        && PHONE.run(value, value.len()) == value.len()
        && !crate::placeholder::is_masked(value)
}

fn is_record_number(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| DIGIT.has(**byte)).count();
    digits >= 6
        && value.len() <= 20
        && value.iter().all(|byte| ALNUM.has(*byte) || matches!(byte, b'-' | b' '))
}
