//! The whole scan: any bytes as text, under any options and with a rule of the company's own made from them as well.

#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets::{CustomRule, Options, Severity, TagKey, merge, redact, scan, scan_custom};

fuzz_target!(|data: &[u8]| {
    let (head, rest) = data.split_at(data.len().min(2));
    let flags = head.first().copied().unwrap_or_default();
    let length = usize::from(head.get(1).copied().unwrap_or_default() % 32).min(rest.len());
    let (pattern, body) = rest.split_at(length);
    let text = String::from_utf8_lossy(body);
    let mut hits = scan(&text, &Options { personal_data: flags & 1 == 1 });
    let rule = CustomRule {
        id: "own".into(),
        what: "something".into(),
        needle: if flags & 2 == 2 { "key".into() } else { String::new() },
        pattern: String::from_utf8_lossy(pattern).into_owned(),
        group: usize::from(flags >> 6),
        entropy: 0.0,
        severity: Severity::High,
    };
    let rules = [rule];
    if rules[0].validate().is_ok() {
        hits = merge(hits, scan_custom(&text, &rules).expect("a rule that is valid"));
    }
    let mut done = 0;
    for hit in &hits {
        assert!(done <= hit.span.start && hit.span.start <= hit.span.end && hit.span.end <= text.len());
        assert!(text.get(hit.span.clone()).is_some(), "not on character boundaries");
        done = hit.span.end;
    }
    let clean = redact(&text, &hits, &TagKey::new([7; 32]));
    assert!(hits.is_empty() || clean.contains("[REDACTED:"));
});
