//! Any bytes as a text of any kind: no panic, nothing raw in what is shown, stripping leaves nothing to strip.

#![no_main]

use libfuzzer_sys::fuzz_target;
use unicode_scanner::{Kind, Options, scan, strip};

const KINDS: [Kind; 6] = [Kind::Unknown, Kind::Code, Kind::Prose, Kind::Command, Kind::Path, Kind::Output];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let options = Options { kind: KINDS[usize::from(*first) % KINDS.len()] };
    let text = String::from_utf8_lossy(rest);
    let findings = scan(&text, options);
    for finding in &findings {
        assert!(text.get(finding.span.clone()).is_some(), "a span off a character boundary");
        for shown in [Some(&finding.preview), finding.hidden.as_ref()].into_iter().flatten() {
            assert!(shown.bytes().all(|byte| (0x20..0x7F).contains(&byte)), "raw in what is shown");
        }
    }
    let hidden = findings.iter().any(|finding| finding.class.is_invisible());
    match strip(&text, options) {
        None => assert!(!hidden, "not stripped"),
        Some((clean, _)) => {
            assert!(hidden, "stripped without a finding");
            assert_eq!(strip(&clean, options), None, "stripping twice changes more");
        }
    }
});
