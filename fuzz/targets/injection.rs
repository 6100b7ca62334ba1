//! Any bytes as a text from anywhere: no panic, spans on character boundaries and in order.

#![no_main]

use injection_detector::score::NOTABLE;
use injection_detector::{Options, Surface, score};
use libfuzzer_sys::fuzz_target;

const SURFACES: [Surface; 4] = [Surface::ToolResult, Surface::Local, Surface::Prompt, Surface::Instructions];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let options = Options { surface: SURFACES[usize::from(*first) % SURFACES.len()] };
    let text = String::from_utf8_lossy(rest);
    let assessment = score(&text, &options);
    assert!(assessment.score <= 100);
    assert_eq!(assessment.score >= NOTABLE, !assessment.spans.is_empty());
    let mut end = 0;
    for span in &assessment.spans {
        assert!(text.get(span.range.clone()).is_some(), "a span off a character boundary");
        assert!(span.range.start >= end, "spans overlap");
        end = span.range.end;
    }
});
